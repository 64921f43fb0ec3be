"""The catalogue that proves Nexudus' suite: every seeded defect, and the conforming variations.

Records are read back and deleted while the suite is proved, so that the rows about what a record keeps, and about who
may call, are proved as well.
"""

from bookproof.apis.nexudus import accepting, answering, calling, entering, keeping, mistaking, showing, variations
from bookproof.apis.nexudus.races import RACES
from bookproof.faults import Catalogue

CATALOGUE = Catalogue(
    defects=(
        *entering.DEFECTS,
        *calling.DEFECTS,
        *accepting.DEFECTS,
        *answering.DEFECTS,
        *keeping.DEFECTS,
        *mistaking.DEFECTS,
    ),
    variations=(*variations.VARIATIONS, *showing.VARIATIONS),
    capabilities=frozenset({"readback", "cleanup"}),
    races=RACES,
)
