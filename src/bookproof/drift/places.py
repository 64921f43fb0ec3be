"""The places that a schema speaks of, and what it says of each: OpenAPI 3.0 and 3.1 read alike, as far as they go.

References, allOf, anyOf and oneOf are resolved into one view, so that two ways of writing the same come out the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bookproof.exchange import ABSENT
from bookproof.schema import escape, unescape

ITEMS: Final = "*"
"""Stands for any item of an array and any key of a map in the path of a place."""
DEEPEST: Final = 16
"""Levels of a schema that are looked at."""
MOST: Final = 5_000
"""Places of one schema that are looked at."""

TYPES: Final = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
ALIASES: Final[Mapping[str, str]] = {
    "int": "integer",
    "int32": "integer",
    "int64": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "decimal": "number",
    "bool": "boolean",
    "str": "string",
    "text": "string",
    "list": "array",
    "map": "object",
    "dict": "object",
}
"""Names of types that other languages have, and what they mean."""
LIMITS: Final = (
    "maxItems",
    "minItems",
    "maxLength",
    "minLength",
    "maximum",
    "minimum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "multipleOf",
    "maxProperties",
    "minProperties",
    "uniqueItems",
    "pattern",
)
_SAYS_NOTHING: Final = {"minItems": 0, "minLength": 0, "minProperties": 0, "uniqueItems": False}
_SIZES: Final = frozenset({"int32", "int64", "float", "double"})
"""Formats that tell how a number is kept, not which numbers are allowed."""

Node = str | tuple[str, tuple["Node", ...]]
"""A schema's pointer, or several schemas that hold all together ("all") or one of them ("any")."""


@dataclass(slots=True)
class Facts:
    """What is said of one place. types: empty where any will do.

    pointers: by keyword; "" for the schema itself, "required" for the name in the list of the object around it.
    """

    types: frozenset[str] = frozenset()
    enum: tuple[Any, ...] | None = None
    limits: dict[str, Any] = field(default_factory=dict)
    required: bool = False
    closed: bool = False
    pointers: dict[str, str] = field(default_factory=dict)
    properties: dict[str, Node] = field(default_factory=dict)
    wanted: dict[str, str] = field(default_factory=dict)
    """Required names with their pointers."""
    items: Node | None = None
    others: Node | None = None
    """The schema of what is not named, where there is one."""


class Places:
    """The schemas of one document. What dangles or is no schema counts as saying nothing."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._read: dict[str, Facts] = {}

    def at(self, pointer: str) -> Any:
        """The value at a JSON Pointer; ABSENT where nothing is."""
        value: Any = self._document
        for token in pointer.removeprefix("#").split("/")[1:]:
            name = unescape(token)
            if isinstance(value, list):
                value = value[int(name)] if name.isdecimal() and int(name) < len(value) else ABSENT
            elif isinstance(value, dict):
                value = value.get(name, ABSENT)
            else:
                return ABSENT
        return value

    def resolved(self, pointer: str) -> str:
        """The pointer behind references; itself where they dangle or go round."""
        seen: set[str] = set()
        while pointer not in seen:
            seen.add(pointer)
            value = self.at(pointer)
            target = value.get("$ref") if isinstance(value, dict) else None
            if not isinstance(target, str) or not target.startswith("#/") or self.at(target) is ABSENT:
                return pointer
            pointer = target
        return pointer

    def fields(self, pointer: str) -> dict[str, Facts]:
        """What a schema says of each place of a value; the value itself is "", its property `a` is "a"."""
        found: dict[str, Facts] = {}
        waiting: list[tuple[str, Node, bool, str, frozenset[Node]]] = [("", pointer, True, "", frozenset())]
        while waiting and len(found) < MOST:
            path, node, required, by, above = waiting.pop()
            facts = self.facts(node)
            facts.required = required
            if by:
                facts.pointers["required"] = by
            found[path] = facts
            here = self.resolved(node) if isinstance(node, str) else node
            if here in above or path.count("/") >= DEEPEST:
                continue  # a schema that holds itself goes on without end
            children = [(name, child, facts.wanted.get(name, "")) for name, child in facts.properties.items()]
            children += [(ITEMS, child, "") for child in (facts.items, facts.others) if child is not None]
            for name, child, wanted in children:
                waiting.append((f"{path}/{name}" if path else name, child, bool(wanted), wanted, above | {here}))
        return found

    def facts(self, node: Node, trail: frozenset[str] = frozenset()) -> Facts:
        """What a schema says of the value itself."""
        if not isinstance(node, str):
            return _merged(node[0], [self.facts(part, trail) for part in node[1]])
        if node not in self._read:  # each schema is read once: branches of branches would multiply
            self._read[node] = self._reading(node, trail)
        known = self._read[node]
        return replace(known, pointers=dict(known.pointers))

    def _reading(self, node: str, trail: frozenset[str]) -> Facts:
        pointer = self.resolved(node)
        schema = self.at(pointer)
        if not isinstance(schema, dict) or pointer in trail or len(trail) > DEEPEST:
            return Facts(pointers={"": pointer})
        trail |= {pointer}
        parts = [self._own(pointer, schema)]
        if pointer != node and isinstance(beside := self.at(node), dict) and len(beside) > 1:
            parts.append(self._own(node, beside))
        for keyword in ("allOf", "anyOf", "oneOf"):
            branches = schema.get(keyword)
            if isinstance(branches, list) and branches:
                read = [self.facts(f"{pointer}/{keyword}/{index}", trail) for index in range(len(branches))]
                parts.append(_merged("all" if keyword == "allOf" else "any", read))
        if isinstance(schema.get("then"), dict) and isinstance(schema.get("else"), dict):
            read = [self.facts(f"{pointer}/{keyword}", trail) for keyword in ("then", "else")]
            parts.append(_merged("any", read))
        whole = _merged("all", parts)
        if whole.types and schema.get("nullable") is True:
            whole.types |= {"null"}
        whole.pointers[""] = pointer
        return whole

    def _own(self, pointer: str, schema: Mapping[str, Any]) -> Facts:
        keywords = {keyword: f"{pointer}/{escape(keyword)}" for keyword in schema if keyword != "required"}
        facts = Facts(pointers={"": pointer, **keywords})
        facts.types = _types(schema)
        values = [schema["const"]] if "const" in schema else schema.get("enum")
        if isinstance(values, list):
            facts.enum = tuple(value for value in values if value is not None)
            if "const" in schema:
                facts.pointers["enum"] = f"{pointer}/const"
        facts.limits = _limits(schema)
        properties = schema.get("properties")
        if isinstance(properties, dict):
            below = f"{pointer}/properties"
            facts.properties = {str(name): f"{below}/{escape(str(name))}" for name in properties}
        required = schema.get("required")
        if isinstance(required, list):
            facts.wanted = {n: f"{pointer}/required/{escape(n)}" for n in required if isinstance(n, str)}
        if isinstance(schema.get("items"), dict):
            facts.items = f"{pointer}/items"
        others = schema.get("additionalProperties")
        facts.closed = others is False
        if isinstance(others, dict) and others:
            facts.others = f"{pointer}/additionalProperties"
        return facts


def _types(schema: Mapping[str, Any]) -> frozenset[str]:
    given = schema.get("type")
    named = given if isinstance(given, list) else [given]
    types = {ALIASES.get(name, name) for name in named if isinstance(name, str)} & TYPES
    if not types and not {"allOf", "anyOf", "oneOf"} & schema.keys():
        if isinstance(schema.get("properties"), dict):
            types = {"object"}
        elif isinstance(schema.get("items"), dict):
            types = {"array"}
        elif isinstance(values := schema.get("enum", [schema["const"]] if "const" in schema else None), list):
            types = {type_of(value) for value in values}
    return frozenset(types)


def type_of(value: Any) -> str:
    """The JSON type of a value; a number without a fraction is an integer."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _limits(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Limits with the booleans of OpenAPI 3.0 written as 3.1 has them, without those that limit nothing."""
    found: dict[str, Any] = {}
    for keyword in LIMITS:
        value = _number(schema.get(keyword))
        if value is not None and value != _SAYS_NOTHING.get(keyword):
            found[keyword] = value
    for bound in ("Maximum", "Minimum"):
        if found.get(f"exclusive{bound}") is True and bound.lower() in found:
            found[f"exclusive{bound}"] = found.pop(bound.lower())
        elif isinstance(found.get(f"exclusive{bound}"), bool):
            del found[f"exclusive{bound}"]
    shape = schema.get("format")
    if isinstance(shape, str) and shape not in _SIZES:
        found["format"] = shape
    return found


def _number(value: Any) -> Any:
    """A limit that stands as text counts as the number that it spells."""
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 10 else value


def _merged(how: str, parts: Iterable[Facts]) -> Facts:
    """Facts that hold all together, or of which one holds."""
    read = list(parts)
    whole = Facts()
    typed = [part.types for part in read if part.types]
    listed = [part.enum for part in read if part.enum is not None]
    if how == "all":
        whole.types = _common(typed)
        whole.enum = tuple(v for v in listed[0] if all(v in other for other in listed)) if listed else None
        whole.closed = any(part.closed for part in read)
        whole.wanted = {name: place for part in read for name, place in part.wanted.items()}
    else:
        whole.types = frozenset().union(*typed) if len(typed) == len(read) else frozenset()
        scalars = [part for part in read if part.types != {"null"}]
        if listed and len(listed) == len(scalars):
            every = [value for values in listed for value in values]
            whole.enum = tuple(value for at, value in enumerate(every) if value not in every[:at])
        objects = [part for part in read if "object" in part.types]
        if objects:
            names = set.intersection(*(set(part.wanted) for part in objects))
            whole.wanted = {name: objects[0].wanted[name] for name in sorted(names)}
    for part in read:
        for keyword, place in part.pointers.items():
            whole.pointers.setdefault(keyword, place)
        for keyword, value in part.limits.items():
            whole.limits.setdefault(keyword, value)
    for name in dict.fromkeys(name for part in read for name in part.properties):
        whole.properties[name] = _node(how, [part.properties[name] for part in read if name in part.properties])
    for slot in ("items", "others"):
        nodes = [node for part in read if (node := getattr(part, slot)) is not None]
        if nodes:
            setattr(whole, slot, _node(how, nodes))
    return whole


def _node(how: str, nodes: list[Node]) -> Node:
    distinct = tuple(dict.fromkeys(nodes))
    return distinct[0] if len(distinct) == 1 else (how, distinct)


def _common(typed: list[frozenset[str]]) -> frozenset[str]:
    """The types that all parts allow; every integer is a number."""
    if not typed:
        return frozenset()
    wide = [types | {"integer"} if "number" in types else types for types in typed]
    common = frozenset.intersection(*wide)
    return common - {"integer"} if "number" in common else common
