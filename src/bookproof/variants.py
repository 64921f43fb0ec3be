"""Variants: valid changes to a sample, sent as many at once as go together.

A live account keeps what a run creates. So properties that may be sent are sent in packs, each of which the contract
allows, and a pack is taken apart only where a target does not accept it.
"""

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
    """

    name: str
    requirement: str
    properties: Mapping[str, Any]
    beside: Mapping[str, Any] = field(default_factory=dict)
    vouched: bool = True

    @property
    def body(self) -> dict[str, Any]:
        """All properties, with those beside them."""
        return {**self.beside, **self.properties}


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

    def parts(self) -> list["Pack"]:
        """The two halves of a pack of several variants."""
        middle = len(self.variants) // 2
        return [Pack(self.sample, self.variants[:middle]), Pack(self.sample, self.variants[middle:])]


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
