"""One schema of a contract, compiled: how a value departs from it, and which keywords judging a value exercises.

Every departure is a Breach that carries the JSON Pointer of the keyword it breaks; the ledger knows whose that is.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import jsonschema_rs

from bookproof.exchange import brief
from bookproof.outline import Outline, below

SHAPES_KEPT = 4096
"""How many shapes of values a schema remembers."""

_SUBSUMED_BY_TYPE = frozenset({"enum", "const", "format", "pattern", "minimum", "maximum"})


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which a message breaks the contract.

    pointer: JSON Pointer (with `#`) of the broken keyword, empty for a rule; rule: the name of the broken rule.
    where: the place in the message, as verdict.json spells it (`request.body/name`).
    level: "should" where the breach weighs less than its requirement; None leaves it to the ledger.
    """

    pointer: str
    where: str
    expected: str
    actual: str
    rule: str = ""
    level: str | None = None


class Document(Protocol):
    """The contract that a schema stands in."""

    document: dict[str, Any]

    def at(self, pointer: str) -> Any:
        """The value at a JSON Pointer."""

    def resolve(self, pointer: str) -> tuple[str, Any]:
        """Follows references."""

    def demand(self, pointer: str) -> str:
        """What the keyword at a pointer asks for, in a few words."""


class Schema:
    """A compiled schema at one place of the contract."""

    def __init__(self, contract: Document, pointer: str) -> None:
        self.pointer = pointer
        self._contract = contract
        self._validator = jsonschema_rs.Draft202012Validator(
            {"$ref": pointer, "components": contract.document.get("components", {})}
            if pointer.startswith("#/components/")
            else {**contract.at(pointer), "components": contract.document.get("components", {})},
            validate_formats=True,
        )
        self._prefix = "" if pointer.startswith("#/components/") else pointer
        self._covered: dict[Hashable, frozenset[str]] = {}

    @cached_property
    def definition(self) -> Any:
        """The schema as the contract writes it, references at its head resolved."""
        return self._contract.resolve(self.pointer)[1]

    @cached_property
    def _outline(self) -> Outline | None:
        return below(self._contract, self.definition, {})

    def is_valid(self, value: Any) -> bool:
        """Whether the value fits."""
        try:
            return self._validator.is_valid(value)
        except ValueError:  # a name that is no Unicode text
            return self._validator.is_valid(_as_text(value))

    def breaches(self, value: Any, where: str, *, lenient_null: bool = False) -> list[Breach]:
        """Every keyword that the value breaks.

        lenient_null: null in place of an optional property is no breach (documents seldom say what it means).
        """
        if self.is_valid(value):
            return []
        value = _as_text(value)
        found: list[tuple[tuple[Any, ...], str, Breach]] = []
        for error in self._validator.iter_errors(value):
            path = [str(part) for part in error.schema_path]
            at = tuple(error.instance_path)
            keyword = path[-1]
            if keyword == "required":
                name = error.kind.property  # type: ignore[attr-defined] # `required` alone has it
                path.append(str(name))
                at = (*at, name)
                keyword, actual = "required/" + str(name), "it is missing"
            else:
                actual = brief(_value_at(value, at))
                if lenient_null and actual == "null" and self._optional(path):
                    continue
            pointer = self._prefix_pointer(path)
            place = where + "".join(f"/{part}" for part in at)
            found.append((at, keyword, Breach(pointer, place, self._contract.demand(pointer), actual)))
        wrong_type = {at for at, keyword, _ in found if keyword == "type"}
        return [b for at, keyword, b in found if keyword not in _SUBSUMED_BY_TYPE or at not in wrong_type]

    def covered(self, value: Any) -> frozenset[str]:
        """Pointers of the keywords that judging this value exercises; remembered by its outline."""
        key = self._outline.of(value) if self._outline else None
        known = self._covered.get(key)
        if known is None:
            value = _as_text(value)
            if len(self._covered) > SHAPES_KEPT:
                self._covered.clear()
            known = self._covered[key] = frozenset(self._evaluated(value))
        return known

    def _evaluated(self, value: Any) -> Iterator[str]:
        for unit in self._validator.evaluate(value).list()["details"]:
            location = str(unit["schemaLocation"])
            if not location:
                continue
            pointer = self._prefix + location if self._prefix else "#" + location
            holder, _, keyword = pointer.rpartition("/")
            if keyword != "required":
                yield pointer
            if keyword in ("required", "properties"):  # two required names and properties are reported as one unit
                required = self._contract.at(holder).get("required", ())
                yield from (f"{holder}/required/{escape(name)}" for name in required)

    def _prefix_pointer(self, path: Iterable[str]) -> str:
        tail = "".join("/" + escape(part) for part in path)
        return f"{self._prefix}{tail}" if self._prefix else f"#{tail}"

    def _optional(self, path: list[str]) -> bool:
        if len(path) < 3 or path[-3] != "properties":
            return False
        owner = self._contract.at(self._prefix_pointer(path[:-3]))
        return path[-2] not in owner.get("required", ())


def escape(part: str) -> str:
    """A name as a token of a JSON Pointer."""
    return part.replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """The name behind a token of a JSON Pointer."""
    return token.replace("~1", "/").replace("~0", "~")


def _as_text(value: Any) -> Any:
    """The value with lone surrogates, which no Unicode text has, replaced."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, dict):
        return {_as_text(key): _as_text(child) for key, child in value.items()}
    return value


def _value_at(value: Any, path: Iterable[Any]) -> Any:
    for part in path:
        value = value[part]
    return value
