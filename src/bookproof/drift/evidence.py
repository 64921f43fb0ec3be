"""How much what was seen can carry: whether a difference between two samples may well be chance."""

from typing import Final

LIKELY: Final = 0.01
"""Where chance makes a difference in more than one of a hundred comparisons, it is none that can be spoken of."""


def by_chance(seen: int, among: int, others: int) -> float:
    """How likely it is that all of `seen` sightings fall among the first of two samples (Fisher's exact test).

    among, others: the sizes of the two samples. Where something is as frequent in both, this is how often it would
    be missing in the second by chance alone.
    """
    chance = 1.0
    for drawn in range(seen):
        chance *= (among - drawn) / (among + others - drawn)
        if chance < 1e-12:
            break
    return chance


def tells(seen: int, among: int, others: int) -> bool:
    """Whether it says something that a thing was seen so often in one sample and never in the other."""
    return seen > 0 and others > 0 and by_chance(seen, among, others) <= LIKELY
