"""Variants: valid changes to a sample, sent as many at once as go together.

A live account keeps what a run creates. So properties that may be sent are sent in packs, each of which the contract
allows, and a pack is taken apart only where a target does not accept it: first by what the refusal names, so that all
the rest still goes together.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Depth = Literal["smoke", "standard", "full"]
"""How much a run sends: every rule once; everything, in packs; everything, one by one, and more generated requests."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Properties that a valid request may carry in place of, or besides, those of its sample.

    requirement: what their acceptance shows where the document plainly allows them; what they are about otherwise.
    beside: other properties without which they make no sense.
    vouched: whether the document plainly allows them. A target may refuse the others, though it must not break down.
    foreign: whether they name something that a target may not know, and refuse without a word about which it is.
    """

    name: str
    requirement: str
    properties: Mapping[str, Any]
    beside: Mapping[str, Any] = field(default_factory=dict)
    vouched: bool = True
    foreign: bool = False

    @property
    def body(self) -> dict[str, Any]:
        """All properties, with those beside them."""
        return {**self.beside, **self.properties}

    def named_in(self, words: frozenset[str]) -> bool:
        """Whether one of its properties is among words in lower case; that of an id may have lost its Id."""
        names = [name.casefold() for name in self.body]
        return any(name in words or name.removesuffix("id") in words for name in names)


@dataclass(frozen=True, slots=True)
class Pack:
    """Variants of one sample that go into one request: no two of them want different values for a property."""

    sample: str
    variants: tuple[Variant, ...]

    @property
    def body(self) -> dict[str, Any]:
        """The properties of all variants."""
        return {name: value for variant in self.variants for name, value in variant.body.items()}

    @property
    def requirements(self) -> tuple[str, ...]:
        """The requirements of all variants, once each."""
        return tuple(dict.fromkeys(variant.requirement for variant in self.variants))

    def parts(self, told: str) -> list["Pack"]:
        """What a pack of several variants that was not accepted is taken apart into.

        told: what the answer says. Variants that it names are set apart from the others, or from each other; where it
        names none, those that are foreign, then those that a target may refuse; where that does not help, halves.
        """
        words = frozenset(re.findall(r"\w+", told.casefold().replace("_", "")))
        named = [variant.named_in(words) for variant in self.variants]
        if all(named):
            return [Pack(self.sample, (variant,)) for variant in self.variants]
        halves = [number >= len(self.variants) // 2 for number in range(len(self.variants))]
        marks = (named, [v.foreign for v in self.variants], [not v.vouched for v in self.variants], halves)
        apart = next(each for each in marks if len(set(each)) == 2)
        marked = list(zip(self.variants, apart, strict=True))
        return [Pack(self.sample, tuple(v for v, second in marked if second is wanted)) for wanted in (False, True)]


def packs(sample: str, variants: Iterable[Variant], depth: Depth) -> list[Pack]:
    """Variants in as few packs as they fit in; one by one in a full run."""
    found: list[list[Variant]] = []
    bodies: list[dict[str, Any]] = []
    for variant in variants:
        wanted = variant.body
        fits = (n for n, body in enumerate(bodies) if all(_same(body.get(k, v), v) for k, v in wanted.items()))
        place = next(fits, None) if depth != "full" else None
        if place is None:
            found.append([variant])
            bodies.append(wanted)
        else:
            found[place].append(variant)
            bodies[place].update(wanted)
    return [Pack(sample, tuple(pack)) for pack in found]


def _same(left: Any, right: Any) -> bool:
    """Whether two values are one on the wire: 1, 1.0 and true are three."""
    return type(left) is type(right) and bool(left == right)
