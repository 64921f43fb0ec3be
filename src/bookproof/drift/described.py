"""The operations of an OpenAPI document, read without trust in it; contract and vendor's file are read alike."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from bookproof.contract import METHODS
from bookproof.drift.places import Places
from bookproof.schema import escape

_SET_BY_HTTP: Final = frozenset({"accept", "authorization", "content-type"})
"""Header parameters that OpenAPI ignores: other parts of an operation speak of them."""

Key = tuple[str, str]
"""A parameter's place and name; a path parameter goes by its position from the end, for its name is no matter."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as a document describes it."""

    name: str
    required: bool
    pointer: str
    schema: str


@dataclass(frozen=True, slots=True)
class Payload:
    """A body that is sent or answered: its schemas by media type."""

    pointer: str
    place: str
    required: bool
    content: Mapping[str, str]


@dataclass(slots=True)
class Described:
    """An operation. shape: the segments of its path with the server's base before them, `{}` for a parameter."""

    method: str
    path: str
    pointer: str
    shape: tuple[str, ...]
    own: int
    """How many of the segments are the path's own."""
    parameters: dict[Key, Parameter] = field(default_factory=dict)
    body: Payload | None = None
    answers: dict[str, Payload] = field(default_factory=dict)
    schemes: dict[str, str] = field(default_factory=dict)
    """The ways to prove who calls, in words, with their pointers."""
    deprecated: bool = False

    @property
    def title(self) -> str:
        """The operation as a person names it."""
        return f"{self.method} {self.path}"


class Reader:
    """Reads the operations of one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.places = Places(document)
        self._document = document

    def operations(self) -> Iterator[Described]:
        """Every operation that can be made out."""
        for path in self._document["paths"]:
            pointer = self.places.resolved(f"#/paths/{escape(path)}")
            item = self.places.at(pointer)
            if not isinstance(item, dict) or path.startswith("x-"):
                continue
            for method in METHODS:
                if isinstance(item.get(method), dict):
                    yield self._operation(method, path, pointer, item)

    def _operation(self, method: str, path: str, pointer: str, item: Mapping[str, Any]) -> Described:
        place, definition = f"{pointer}/{method}", item[method]
        base = _segments(self._base(definition, item))
        own = _segments(path)
        found = Described(method.upper(), path, place, (*base, *own), len(own))
        names = re.findall(r"\{([^{}]*)\}", path)
        for holder in (pointer, place):
            for key, parameter in self._parameters(holder, names):
                found.parameters[key] = parameter
        found.body = self._payload(f"{place}/requestBody")
        answers = definition.get("responses")
        for status in answers if isinstance(answers, dict) else ():
            answer = self._payload(f"{place}/responses/{escape(status)}")
            if answer is not None and not status.startswith("x-"):
                found.answers[status.upper() if status != "default" else status] = answer
        found.schemes = self._schemes(definition.get("security", self._document.get("security")))
        found.deprecated = definition.get("deprecated") is True
        return found

    def _parameters(self, holder: str, names: list[str]) -> Iterator[tuple[Key, Parameter]]:
        listed = self.places.at(f"{holder}/parameters")
        for index in range(len(listed) if isinstance(listed, list) else 0):
            pointer = self.places.resolved(f"{holder}/parameters/{index}")
            value = self.places.at(pointer)
            name, place = (value.get("name"), value.get("in")) if isinstance(value, dict) else (None, None)
            if not isinstance(name, str) or place not in ("path", "query", "header", "cookie"):
                continue
            if place == "header" and name.lower() in _SET_BY_HTTP:
                continue
            key = str(len(names) - names.index(name)) if place == "path" and name in names else name
            schema = f"{pointer}/schema"
            if "schema" not in value and isinstance(content := value.get("content"), dict) and content:
                schema = f"{pointer}/content/{escape(next(iter(content)))}/schema"
            required = place == "path" or value.get("required") is True
            yield (place, key.lower() if place == "header" else key), Parameter(name, required, pointer, schema)

    def _payload(self, place: str) -> Payload | None:
        pointer = self.places.resolved(place)
        value = self.places.at(pointer)
        if not isinstance(value, dict):
            return None
        content = value.get("content")
        found = {
            str(media).partition(";")[0].strip().lower(): f"{pointer}/content/{escape(media)}/schema"
            for media, described in (content if isinstance(content, dict) else {}).items()
            if isinstance(described, dict)
        }
        return Payload(pointer, place, value.get("required") is True, found)

    def _base(self, definition: Mapping[str, Any], item: Mapping[str, Any]) -> str:
        """The path of the first server's address."""
        for holder in (definition, item, self._document):
            servers = holder.get("servers")
            if isinstance(servers, list) and servers and isinstance(servers[0], dict):
                try:
                    return urlsplit(str(servers[0].get("url", ""))).path
                except ValueError:
                    return ""
        return ""

    def _schemes(self, security: Any) -> dict[str, str]:
        """The schemes' names are their document's own business, so they go by what they are."""
        found: dict[str, str] = {}
        for alternative in security if isinstance(security, list) else ():
            for name in alternative if isinstance(alternative, dict) else ():
                pointer = f"#/components/securitySchemes/{escape(str(name))}"
                scheme = self.places.at(self.places.resolved(pointer))
                if isinstance(scheme, dict):
                    found.setdefault(_scheme(scheme), pointer)
        return found


def _scheme(scheme: Mapping[str, Any]) -> str:
    kind = str(scheme.get("type"))
    if kind == "http":
        return str(scheme.get("scheme", "http")).lower()
    if kind == "apiKey":
        header = str(scheme.get("name", ""))
        return "bearer" if header.lower() == "authorization" else f"{header} in {scheme.get('in')}"
    return "bearer" if kind in ("oauth2", "openIdConnect") else kind


def _segments(path: str) -> tuple[str, ...]:
    return tuple(re.sub(r"\{[^{}]*\}", "{}", segment) for segment in path.split("/") if segment)


def match(ours: list[Described], theirs: list[Described]) -> tuple[list[tuple[Described, Described]], list[Described]]:
    """Pairs of operations with one method and one path shape, and theirs that are left over.

    The same whole path goes first; then a path that ends with the whole of the other one, which may lie below
    another base.
    """
    pairs: list[tuple[Described, Described]] = []
    left = list(theirs)
    for fits in (_same, _same_path, _ends_alike):
        for operation in ours:
            if any(operation is known for known, _ in pairs):
                continue
            found = [other for other in left if other.method == operation.method and fits(operation, other)]
            if found:
                chosen = min(found, key=lambda other: len(other.shape))
                pairs.append((operation, chosen))
                left = [other for other in left if other is not chosen]
    return pairs, left


def _same(ours: Described, theirs: Described) -> bool:
    return ours.shape == theirs.shape


def _same_path(ours: Described, theirs: Described) -> bool:
    return ours.shape[-ours.own :] == theirs.shape[-theirs.own :]


def _ends_alike(ours: Described, theirs: Described) -> bool:
    """Whether one path is the end of the other, with a word in it that both have."""
    shared = min(ours.own, theirs.own)
    ends = (
        theirs.shape[-ours.own :] == ours.shape[-ours.own :] or ours.shape[-theirs.own :] == theirs.shape[-theirs.own :]
    )
    return ends and any(segment != "{}" for segment in ours.shape[-shared:])
