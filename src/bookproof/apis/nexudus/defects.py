"""The catalogue that proves Nexudus' suite: every seeded defect, and the conforming variations.

Records are read back and deleted while the suite is proved, so that the rows about what a record keeps, and about who
may call, are proved as well.
"""

from bookproof.apis.nexudus import accepting, answering, calling, entering, keeping
from bookproof.apis.nexudus.races import RACES
from bookproof.apis.nexudus.variations import VARIATIONS
from bookproof.faults import Catalogue

CATALOGUE = Catalogue(
    defects=(*entering.DEFECTS, *calling.DEFECTS, *accepting.DEFECTS, *answering.DEFECTS, *keeping.DEFECTS),
    variations=VARIATIONS,
    capabilities=frozenset({"readback", "cleanup"}),
    races=RACES,
)
