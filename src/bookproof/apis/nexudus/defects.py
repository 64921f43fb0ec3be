"""The catalogue that proves Nexudus' suite: every seeded defect, and the conforming variations.

Records are read back while the suite is proved, so that the rows about what a record keeps are proved as well.
"""

from bookproof.apis.nexudus import accepting, answering, calling, keeping
from bookproof.apis.nexudus.races import RACES
from bookproof.apis.nexudus.variations import VARIATIONS
from bookproof.faults import Catalogue

CATALOGUE = Catalogue(
    defects=(*calling.DEFECTS, *accepting.DEFECTS, *answering.DEFECTS, *keeping.DEFECTS),
    variations=VARIATIONS,
    capabilities=frozenset({"readback"}),
    races=RACES,
)
