"""What of a value decides which keywords of a schema it meets; values with one outline need to be evaluated only once.

Keywords that only assert something (type, enum, format …) are met by every value, fitting or not. So an outline has the
keys of objects and what is in arrays, as far as schemas lie there, and no scalars. Where a schema asks questions (if,
anyOf …) the types of all that it is asked about are in it as well.
"""

from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any, Final, Protocol

OUTLINES_KEPT = 4096
"""How many sets of keys an outline remembers what to look at for."""

_UNDERSTOOD: Final = frozenset({"properties", "items", "allOf"})
_APPLYING: Final = _UNDERSTOOD | {
    "$ref",
    "$dynamicRef",
    "additionalProperties",
    "anyOf",
    "contains",
    "dependentSchemas",
    "else",
    "if",
    "not",
    "oneOf",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
}
"""Keywords that hold schemas."""


class Document(Protocol):
    """What a schema stands in."""

    def resolve(self, pointer: str) -> tuple[str, Any]:
        """Follows references."""


class Outline:
    """Takes the outlines of values under one schema. known: those under others, by identity, for it may lead back."""

    def __init__(self, document: Document, schema: Mapping[str, Any], known: "dict[int, Outline]") -> None:
        known[id(schema)] = self
        self._typed = not _APPLYING & schema.keys() <= _UNDERSTOOD
        understood = {} if self._typed else schema
        nested = {name: below(document, one, known) for name, one in understood.get("properties", {}).items()}
        self._nested = {name: outline for name, outline in nested.items() if outline is not None}
        self._item = below(document, understood.get("items"), known)
        branches = [below(document, one, known) for one in understood.get("allOf", ())]
        self._branches = [outline for outline in branches if outline is not None]
        self._chosen = lru_cache(OUTLINES_KEPT)(self._choose)

    def of(self, value: Any) -> Hashable:
        """The outline of a value."""
        if self._typed:
            return _types(value)
        kind = type(value)
        own: Hashable = None
        if kind is dict:
            own, chosen = self._chosen(tuple(value))
            if chosen:
                own = (own, *[outline.of(value[name]) for name, outline in chosen])
        elif kind is list:
            own = bool(value) if self._item is None else frozenset(map(self._item.of, value))
        return (own, *[branch.of(value) for branch in self._branches]) if self._branches else own

    def _choose(self, keys: tuple[str, ...]) -> "tuple[Hashable, list[tuple[str, Outline]]]":
        """What stands for the keys, and those to look below.

        A frozenset is hashed once, a tuple each time; marked as that of an object, it is no array's.
        """
        return frozenset([(dict, *keys)]), [(key, self._nested[key]) for key in keys if key in self._nested]


def below(document: Document, schema: Any, known: dict[int, Outline]) -> Outline | None:
    """The outline under a schema; None where it holds no other, so that any value has the same."""
    if isinstance(schema, dict) and _APPLYING & schema.keys() == {"$ref"}:
        schema = document.resolve(schema["$ref"])[1]
    if not isinstance(schema, dict) or not _APPLYING & schema.keys():
        return None
    return known.get(id(schema)) or Outline(document, schema, known)


def _types(value: Any) -> Hashable:
    """The keys of a value, and its types all the way down."""
    if isinstance(value, dict):
        return tuple([(key, _types(child)) for key, child in value.items()])
    kind: Any = type(value)
    return frozenset(map(_types, value)) if isinstance(value, list) else kind
