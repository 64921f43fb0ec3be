"""The catalogue that proves TimeTap's suite: every seeded defect, and the conforming variations."""

from bookproof.apis.timetap import (
    faulty_answers,
    faulty_corners,
    faulty_requests,
    faulty_state,
    faulty_traces,
    faulty_updates,
    lenient,
)
from bookproof.apis.timetap.races import RACES
from bookproof.apis.timetap.variations import VARIATIONS
from bookproof.faults import Catalogue

CATALOGUE = Catalogue(
    defects=(
        *faulty_requests.DEFECTS,
        *lenient.DEFECTS,
        *faulty_answers.DEFECTS,
        *faulty_state.DEFECTS,
        *faulty_updates.DEFECTS,
        *faulty_traces.DEFECTS,
        *faulty_corners.DEFECTS,
    ),
    variations=VARIATIONS,
    races=RACES,
)
