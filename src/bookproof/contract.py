"""A contract: the OpenAPI file of one API, compiled to say where a request departs from its operation."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from bookproof.errors import DataError
from bookproof.exchange import ABSENT, Headers, InvalidJson, Request, Response, brief, parse_json
from bookproof.operations import Answer, Body, Operation, Parameter
from bookproof.schema import Breach, Schema, escape, unescape

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
JSON = "application/json"

_ANNOTATIONS = frozenset({"description", "title", "example", "examples", "default", "deprecated", "readOnly"})


class Contract:
    """The contract of one API; `api` is its name, `sha256` names the file's exact text."""

    def __init__(self, api: str, text: str) -> None:
        self.api = api
        self.sha256 = hashlib.sha256(text.encode()).hexdigest()
        try:
            loaded = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
        except yaml.YAMLError as error:
            raise DataError(f"The contract of {api} is not YAML: {error}") from None
        if not isinstance(loaded, dict) or "paths" not in loaded:
            raise DataError(f"The contract of {api} is not an OpenAPI document: it has no paths.")
        self.document: dict[str, Any] = loaded
        self.version = str(loaded.get("info", {}).get("version", ""))
        self.servers = tuple(str(server["url"]) for server in loaded.get("servers", ()))
        self._schemas: dict[str, Schema] = {}
        self._schemes: dict[str, frozenset[str]] = {}
        self._head_breaches = lru_cache(1024)(self._judge_head)
        self.operations = {operation.id: operation for operation in self._read_operations()}

    @classmethod
    def load(cls, api: str, folder: Path) -> "Contract":
        """Reads `openapi.yaml` in an API's contract folder."""
        path = folder / "openapi.yaml"
        try:
            return cls(api, path.read_text(encoding="utf-8"))
        except OSError as error:
            raise DataError(f"The contract of {api} cannot be read: {error.strerror}.") from None

    def at(self, pointer: str) -> Any:
        """The value at a JSON Pointer; DataError where nothing is."""
        value: Any = self.document
        for part in pointer.removeprefix("#").strip("/").split("/"):
            name = unescape(part)
            try:
                value = value[int(name)] if isinstance(value, list) else value[name]
            except (KeyError, IndexError, ValueError, TypeError):
                raise DataError(f"The contract of {self.api} has nothing at {pointer}.") from None
        return value

    def resolve(self, pointer: str) -> tuple[str, Any]:
        """Follows references: the final pointer and what stands there."""
        value = self.at(pointer)
        while isinstance(value, dict) and "$ref" in value:
            pointer = value["$ref"]
            value = self.at(pointer)
        return pointer, value

    def schema(self, pointer: str) -> Schema:
        """The compiled schema at a pointer."""
        final = self.resolve(pointer)[0]
        if final not in self._schemas:
            self._schemas[final] = Schema(self, final)
        return self._schemas[final]

    def demand(self, pointer: str) -> str:
        """What the keyword at a pointer asks for, in a few words."""
        parent, _, keyword = pointer.rpartition("/")
        if parent.endswith("/required"):
            return f"{unescape(keyword)} is present"
        try:
            value = self.at(pointer)
        except DataError:
            return keyword
        phrase = _PHRASES.get(keyword, keyword + " {}")
        return phrase.format(", ".join(map(brief, value)) if isinstance(value, list) else brief(value))

    def match(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation that a method and a path (relative to the server) belong to, with its path parameters.

        Literal paths win over templates, longer templates over shorter ones.
        """
        for operation in self._by_method.get(method.upper(), ()):
            found = operation.pattern.fullmatch(path)
            if found:
                groups = found.groupdict()
                return operation, {n: unquote(v) for n, v in groups.items()} if "%" in path else groups
        return None

    def optional(self, pointer: str) -> bool:
        """Whether a keyword speaks of a property that its object, or one around it, may leave out."""
        owner, *properties = pointer.split("/properties/")
        for way in properties:
            if unescape(way.partition("/")[0]) not in self.at(owner).get("required", ()):
                return True
            owner += f"/properties/{way}"
        return False

    def request_breaches(
        self, operation: Operation, request: Request, path: Mapping[str, str], sent: Any
    ) -> list[Breach]:
        """How a request departs from its operation: credentials, parameters, body.

        sent: the body's JSON value, ABSENT where there is no body, an InvalidJson where it is not JSON.
        """
        breaches = list(self._head_breaches(operation.id, request.headers, tuple(path.items())))
        if operation.body is not None:
            breaches += self._body_breaches(operation.body, request, sent)
        return breaches

    def constraints(self) -> Iterator[str]:
        """Pointers of every constraint keyword that an operation reaches, once each: what the ledger must own."""
        return iter(dict.fromkeys(self._constraints()))

    def _constraints(self) -> Iterator[str]:
        known = self.document.get("components", {}).get("securitySchemes", {})
        for operation in self.operations.values():
            yield from (f"{operation.pointer}/responses/{status}" for status in operation.answers)
            yield from (f"#/components/securitySchemes/{escape(name)}" for name in operation.schemes if name in known)
            for parameter in operation.parameters:
                if parameter.required:
                    yield f"{parameter.pointer}/required"
                yield from _keywords(self, f"{parameter.pointer}/schema")
            messages: list[Body | Answer] = [*operation.answers.values()]
            if operation.body is not None:
                messages.append(operation.body)
                if operation.body.required:
                    yield f"{operation.body.pointer}/required"
            for message in messages:
                for media, schema in message.content.items():
                    yield f"{message.pointer}/content/{escape(media)}"
                    if schema is not None:
                        yield from _keywords(self, f"{message.pointer}/content/{escape(media)}/schema")

    # -- reading the document ------------------------------------------------------------------------------

    def _read_operations(self) -> Iterator[Operation]:
        found = [operation for path in self.document["paths"] for operation in self._read_path(path)]
        by_method: dict[str, list[Operation]] = {}
        for operation in sorted(found, key=lambda o: (o.path.count("{"), -len(o.path))):
            by_method.setdefault(operation.method, []).append(operation)
        self._by_method = by_method
        return iter(found)

    def _read_path(self, path: str) -> Iterator[Operation]:
        base = f"#/paths/{escape(path)}"
        _, item = self.resolve(base)
        for method in METHODS:
            if method not in item:
                continue
            pointer, definition = f"{base}/{method}", item[method]
            security = definition.get("security", self.document.get("security", ()))
            yield Operation(
                id=definition.get("operationId", f"{method.upper()} {path}"),
                method=method.upper(),
                path=path,
                pointer=pointer,
                pattern=re.compile(
                    "".join(
                        f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part)
                        for part in re.split(r"(\{[^}]+\})", path)
                        if part
                    )
                ),
                parameters=tuple(self._read_parameters(base, item, pointer, definition)),
                body=self._read_body(f"{pointer}/requestBody") if "requestBody" in definition else None,
                answers={
                    str(status): self._read_answer(str(status), f"{pointer}/responses/{status}")
                    for status in definition.get("responses", {})
                },
                schemes=tuple(name for alternative in security for name in alternative),
                capability=definition.get("x-capability"),
            )

    def _read_parameters(
        self, base: str, item: dict[str, Any], pointer: str, definition: dict[str, Any]
    ) -> Iterator[Parameter]:
        for owner, holder in ((base, item), (pointer, definition)):
            for index in range(len(holder.get("parameters", ()))):
                place, parameter = self.resolve(f"{owner}/parameters/{index}")
                yield Parameter(
                    name=parameter["name"],
                    place=parameter["in"],
                    required=parameter.get("required", False),
                    pointer=place,
                    schema=self.schema(f"{place}/schema"),
                )

    def _read_content(self, pointer: str, definition: dict[str, Any]) -> dict[str, Schema | None]:
        return {
            media: self.schema(f"{pointer}/content/{escape(media)}/schema") if "schema" in content else None
            for media, content in definition.get("content", {}).items()
        }

    def _read_body(self, place: str) -> Body:
        pointer, definition = self.resolve(place)
        return Body(pointer, definition.get("required", False), self._read_content(pointer, definition))

    def _read_answer(self, status: str, place: str) -> Answer:
        pointer, definition = self.resolve(place)
        return Answer(status, place, pointer, self._read_content(pointer, definition))

    # -- judging a request ---------------------------------------------------------------------------------

    def _judge_head(self, name: str, headers: Headers, path: tuple[tuple[str, str], ...]) -> tuple[Breach, ...]:
        """How credentials and parameters depart; remembered, since a client sends most of them again and again."""
        operation, request, named = self.operations[name], Request("", "", headers), dict(path)
        breaches = list(self._credential_breaches(operation, request))
        for parameter in operation.parameters:
            breaches += self._parameter_breaches(parameter, request, named)
        return tuple(breaches)

    def _credential_breaches(self, operation: Operation, request: Request) -> Iterator[Breach]:
        if not operation.schemes:
            return
        header = request.header("Authorization") or ""
        scheme, _, credential = header.partition(" ")
        if credential.strip() and scheme.lower() in self._schemes_of(operation):
            return
        schemes = {name: self.at(f"#/components/securitySchemes/{escape(name)}") for name in operation.schemes}
        names = " or ".join(str(s.get("scheme", name)).capitalize() for name, s in schemes.items())
        yield Breach(
            f"#/components/securitySchemes/{escape(operation.schemes[0])}",
            "request.header/Authorization",
            f"{names} credentials",
            f"the scheme {scheme!r}" if header else "no Authorization header",
            level="should" if header else None,
        )

    def _schemes_of(self, operation: Operation) -> frozenset[str]:
        known = self._schemes.get(operation.id)
        if known is None:
            found = [self.at(f"#/components/securitySchemes/{escape(name)}") for name in operation.schemes]
            known = self._schemes[operation.id] = frozenset(str(s.get("scheme", "")).lower() for s in found)
        return known

    def _parameter_breaches(self, parameter: Parameter, request: Request, path: Mapping[str, str]) -> Iterator[Breach]:
        where = f"request.{parameter.place}/{parameter.name}"
        if parameter.place == "header":
            text = request.header(parameter.name)
        else:
            text = path.get(parameter.name) if parameter.place == "path" else None
        if text is None:
            if parameter.required and parameter.place != "query":
                yield Breach(f"{parameter.pointer}/required", where, f"{parameter.name} is present", "it is missing")
            return
        yield from parameter.schema.breaches(_from_text(text, parameter.schema.definition), where)

    def _body_breaches(self, body: Body, request: Request, sent: Any) -> Iterator[Breach]:
        if sent is ABSENT:
            if body.required:
                yield Breach(f"{body.pointer}/required", "request.body", "a body", "no body")
            return
        media = media_type(request.header("Content-Type"))
        schema = body.content.get(media or JSON)
        if media is not None and media not in body.content:
            default = None if isinstance(sent, InvalidJson) else body.content.get(JSON)
            fits = default is not None and default.is_valid(sent)
            yield Breach(
                f"{body.pointer}/content/{escape(next(iter(body.content)))}",
                "request.header/Content-Type",
                " or ".join(body.content),
                media,
                level="should" if fits else None,
            )
            return
        if schema is None:
            return
        if isinstance(sent, InvalidJson):
            yield Breach(f"{schema.pointer}/type", "request.body", "JSON", str(sent))
            return
        yield from schema.breaches(sent, "request.body", lenient_null=True)


@lru_cache(256)
def media_type(header: str | None) -> str | None:
    """The media type of a Content-Type header, without its parameters."""
    return header.split(";", 1)[0].strip().lower() if header else None


def body_value(message: Request | Response) -> Any:
    """A body's JSON value; ABSENT where there is none, the InvalidJson where it is not JSON."""
    if not message.body:
        return ABSENT
    try:
        return parse_json(message.body)
    except InvalidJson as reason:
        return reason


_PHRASES = {
    "type": "a value of type {}",
    "enum": "one of {}",
    "const": "{}",
    "maxItems": "at most {} items",
    "minItems": "at least {} items",
    "pattern": "text that matches {}",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "format": "text in the format {}",
}


def _keywords(contract: Contract, pointer: str, seen: tuple[str, ...] = ()) -> Iterator[str]:
    """The constraint keywords of a schema and of all that it contains; a schema within itself is not entered again."""
    pointer, schema = contract.resolve(pointer)
    if not isinstance(schema, dict) or pointer in seen:
        return
    seen = (*seen, pointer)
    for keyword, value in schema.items():
        place = f"{pointer}/{escape(keyword)}"
        if keyword in _ANNOTATIONS or keyword.startswith("x-"):
            continue
        if keyword == "properties":
            for name in value:
                yield from _keywords(contract, f"{place}/{escape(name)}", seen)
        elif keyword == "required":
            yield from (f"{place}/{escape(name)}" for name in value)
        elif keyword == "items" or (keyword == "additionalProperties" and value is not False):
            yield from _keywords(contract, place, seen)
        else:
            yield place
            if keyword in ("then", "else"):
                yield from _keywords(contract, place, seen)
            elif keyword in ("allOf", "anyOf", "oneOf"):
                for index in range(len(value)):
                    yield from _keywords(contract, f"{place}/{index}", seen)


def _from_text(text: str, schema: Any) -> Any:
    """A parameter's text as the value that its schema speaks of."""
    wanted = schema.get("type") if isinstance(schema, dict) else None
    if wanted == "integer" and re.fullmatch(r"-?[0-9]{1,400}", text):
        return int(text)
    if wanted == "number" and re.fullmatch(r"-?[0-9]{1,300}(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?", text):
        return float(text)
    if wanted == "boolean" and text in ("true", "false"):
        return text == "true"
    return text
