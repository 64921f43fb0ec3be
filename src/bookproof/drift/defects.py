"""Names what in a vendor's OpenAPI file is not as OpenAPI wants it; nothing of it keeps the file from being read."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bookproof.contract import METHODS
from bookproof.drift.change import Defect
from bookproof.drift.places import ALIASES, LIMITS, TYPES, Places, type_of
from bookproof.exchange import ABSENT, brief
from bookproof.schema import escape

_ONE: Final = ("not", "if", "then", "else", "propertyNames", "contains")
_LISTS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED: Final = ("properties", "patternProperties", "$defs", "dependentSchemas")


class Inspector:
    """Walks one document from its paths and components; each place is looked at once, references are not followed."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._places = Places(document)
        version = str(document.get("openapi", ""))
        self._old = version.startswith("3.0")
        self._version = version
        self._seen: set[int] = set()

    def defects(self) -> Iterator[Defect]:
        """Everything that is found, in the order of the document."""
        if not re.match(r"3\.[01]\.", self._version):
            said = f"the version is {self._version or 'missing'}; it is read as 3.1"
            yield Defect("#/openapi", said)
        named: dict[str, str] = {}
        for path, item in _object(self._document.get("paths")).items():
            place = f"#/paths/{escape(path)}"
            if path.startswith("x-"):
                continue
            if not path.startswith("/"):
                yield Defect(place, "a path begins with a slash")
            yield from self._item(path, item, place, named)
        components = self._document.get("components", {})
        if not isinstance(components, dict):
            yield Defect("#/components", "it is no object")
            return
        for kind, look in (
            ("schemas", self._schema),
            ("parameters", self._parameter),
            ("requestBodies", self._payload),
            ("responses", self._payload),
        ):
            held = components.get(kind, {})
            if not isinstance(held, dict):
                yield Defect(f"#/components/{kind}", "it is no object")
                continue
            for name, value in held.items():
                yield from look(value, f"#/components/{kind}/{escape(name)}")

    def _item(self, path: str, item: Any, place: str, named: dict[str, str]) -> Iterator[Defect]:
        if not isinstance(item, dict):
            yield Defect(place, f"an object is wanted, not {brief(item, 30)}")
            return
        yield from self._reference(item, place)
        yield from self._parameters(item.get("parameters"), f"{place}/parameters")
        for method in METHODS:
            if method not in item:
                continue
            operation, below = item[method], f"{place}/{method}"
            if not isinstance(operation, dict):
                yield Defect(below, f"an object is wanted, not {brief(operation, 30)}")
                continue
            name = operation.get("operationId")
            if isinstance(name, str) and name in named:
                yield Defect(below, f"operationId {name!r} is that of {named[name]} as well")
            elif isinstance(name, str):
                named[name] = f"{method.upper()} {path}"
            yield from self._parameters(operation.get("parameters"), f"{below}/parameters")
            yield from self._template(path, item, operation, place, below)
            if "requestBody" in operation:
                yield from self._payload(operation["requestBody"], f"{below}/requestBody")
            answers = operation.get("responses")
            if not isinstance(answers, dict) or not answers:
                yield Defect(f"{below}/responses", "there is no response")
            for status, answer in _object(answers).items():
                yield from self._answer(status, answer, f"{below}/responses/{escape(status)}")
            yield from self._security(operation.get("security"), f"{below}/security")

    def _answer(self, status: str, answer: Any, place: str) -> Iterator[Defect]:
        if status.startswith("x-"):
            return
        if not re.fullmatch(r"[1-5](\d\d|XX)|default", status):
            yield Defect(place, f"{status!r} is no status")
        if isinstance(answer, dict) and "$ref" not in answer and not isinstance(answer.get("description"), str):
            yield Defect(place, "a response has a description")
        yield from self._payload(answer, place)

    def _template(
        self, path: str, item: Mapping[str, Any], operation: Mapping[str, Any], place: str, below: str
    ) -> Iterator[Defect]:
        wanted, found = set(re.findall(r"\{([^{}]*)\}", path)), set()
        for holder, at in ((item, place), (operation, below)):
            listed = holder.get("parameters")
            for index in range(len(listed) if isinstance(listed, list) else 0):
                parameter = self._places.at(self._places.resolved(f"{at}/parameters/{index}"))
                if isinstance(parameter, dict) and parameter.get("in") == "path":
                    found.add(parameter.get("name"))
        for name in sorted(wanted - found):
            yield Defect(below, f"the path names {{{name}}}, which no parameter describes")
        for name in sorted(str(name) for name in found - wanted):
            yield Defect(below, f"the parameter {name!r} is not in the path")

    def _parameters(self, listed: Any, place: str) -> Iterator[Defect]:
        if listed is None:
            return
        if not isinstance(listed, list):
            yield Defect(place, f"a list is wanted, not {brief(listed, 30)}")
            return
        seen: set[tuple[Any, Any]] = set()
        for index, parameter in enumerate(listed):
            yield from self._parameter(parameter, f"{place}/{index}")
            if isinstance(parameter, dict) and "$ref" not in parameter:
                key = (str(parameter.get("in")), str(parameter.get("name")))
                if key in seen:
                    yield Defect(f"{place}/{index}", f"the {key[0]} parameter {key[1]!r} stands twice")
                seen.add(key)

    def _parameter(self, parameter: Any, place: str) -> Iterator[Defect]:
        if not isinstance(parameter, dict):
            yield Defect(place, f"an object is wanted, not {brief(parameter, 30)}")
            return
        if "$ref" in parameter:
            yield from self._reference(parameter, place)
            return
        for keyword in ("name", "in"):
            if not isinstance(parameter.get(keyword), str):
                yield Defect(place, f"a parameter has {keyword!r}")
        if parameter.get("in") in ("body", "formData"):
            yield Defect(place, f"in: {parameter['in']} is Swagger 2.0")
        if parameter.get("in") == "path" and parameter.get("required") is not True:
            yield Defect(place, "a path parameter is required")
        if "schema" in parameter:
            yield from self._schema(parameter["schema"], f"{place}/schema")
        elif "type" in parameter:
            yield Defect(place, "its type stands beside it, not in a schema")

    def _payload(self, body: Any, place: str) -> Iterator[Defect]:
        if not isinstance(body, dict):
            yield Defect(place, f"an object is wanted, not {brief(body, 30)}")
            return
        yield from self._reference(body, place)
        if "schema" in body and "content" not in body:
            yield Defect(place, "its schema stands beside it, not below content")
        content = body.get("content", {})
        if not isinstance(content, dict):
            yield Defect(f"{place}/content", f"an object is wanted, not {brief(content, 30)}")
            return
        for media, described in content.items():
            below = f"{place}/content/{escape(media)}"
            if not isinstance(described, dict):
                yield Defect(below, f"an object is wanted, not {brief(described, 30)}")
            elif "schema" in described:
                yield from self._schema(described["schema"], f"{below}/schema")
                if "example" in described:
                    yield from self._example(f"{below}/schema", described["example"], below)

    def _security(self, listed: Any, place: str) -> Iterator[Defect]:
        if listed is None:
            return
        schemes = self._places.at("#/components/securitySchemes")
        for index, alternative in enumerate(listed if isinstance(listed, list) else []):
            for name, scopes in _object(alternative).items():
                known = schemes.get(name) if isinstance(schemes, dict) else None
                if not isinstance(known, dict):
                    yield Defect(f"{place}/{index}", f"there is no security scheme {name!r}")
                elif self._old and scopes and known.get("type") not in ("oauth2", "openIdConnect"):
                    yield Defect(f"{place}/{index}", f"{name!r} is of type {known.get('type')}, which has no scopes")

    # -- schemas -------------------------------------------------------------------------------------------

    def _schema(self, schema: Any, place: str) -> Iterator[Defect]:
        waiting = [(schema, place)]
        while waiting:
            schema, place = waiting.pop()
            if isinstance(schema, bool) and not self._old:
                continue
            if not isinstance(schema, dict):
                yield Defect(place, f"a schema is wanted, not {brief(schema, 30)}")
                continue
            if id(schema) in self._seen:  # YAML lets one object stand at many places
                continue
            self._seen.add(id(schema))
            yield from self._reference(schema, place)
            yield from self._keywords(schema, place)
            if "example" in schema:
                yield from self._example(place, schema["example"], place)
            waiting += reversed(list(self._children(schema, place)))

    def _children(self, schema: Mapping[str, Any], place: str) -> Iterator[tuple[Any, str]]:
        for keyword in _NAMED:
            if isinstance(schema.get(keyword), dict):
                yield from ((child, f"{place}/{keyword}/{escape(name)}") for name, child in schema[keyword].items())
        for keyword in _LISTS:
            if isinstance(schema.get(keyword), list):
                yield from ((child, f"{place}/{keyword}/{at}") for at, child in enumerate(schema[keyword]))
        yield from ((schema[keyword], f"{place}/{keyword}") for keyword in _ONE if keyword in schema)
        if "items" in schema:
            yield schema["items"], f"{place}/items"
        if not isinstance(schema.get("additionalProperties", True), bool):
            yield schema["additionalProperties"], f"{place}/additionalProperties"

    def _keywords(self, schema: Mapping[str, Any], place: str) -> Iterator[Defect]:
        types = schema.get("type")
        for name in types if isinstance(types, list) else [types] if types is not None else []:
            if name not in TYPES if isinstance(name, str) else True:
                as_well = ALIASES.get(name) if isinstance(name, str) else None
                read = f"; it is read as {as_well}" if as_well else ""
                yield Defect(f"{place}/type", f"{brief(name, 30)} is no type{read}")
        if self._old and isinstance(types, list):
            yield Defect(f"{place}/type", "OpenAPI 3.0 has one type, not a list of them")
        if self._old and types == "array" and "items" not in schema:
            yield Defect(place, "an array says what its items are")
        if not self._old and "nullable" in schema:
            yield Defect(f"{place}/nullable", "OpenAPI 3.1 has no nullable; it is read as 3.0 has it")
        for keyword, kind, words in (
            ("properties", dict, "an object"),
            ("required", list, "a list of names"),
            ("enum", list, "a list of values"),
            ("allOf", list, "a list of schemas"),
            ("anyOf", list, "a list of schemas"),
            ("oneOf", list, "a list of schemas"),
        ):
            if keyword in schema and not isinstance(schema[keyword], kind):
                yield Defect(f"{place}/{keyword}", f"{words} is wanted, not {brief(schema[keyword], 30)}")
        for keyword in LIMITS:
            value = schema.get(keyword)
            wanted = str if keyword == "pattern" else bool if keyword == "uniqueItems" else int | float
            if self._old and keyword.startswith("exclusive"):
                wanted = bool
            fits = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
            if value is not None and not fits:
                yield Defect(f"{place}/{keyword}", f"{brief(value, 30)} is no value for it")

    def _reference(self, value: Mapping[str, Any], place: str) -> Iterator[Defect]:
        if "$ref" not in value:
            return
        target = value["$ref"]
        if not isinstance(target, str):
            yield Defect(place, f"$ref is {brief(target, 30)}")
        elif not target.startswith("#"):
            yield Defect(place, f"$ref {target} leads out of the file and is not followed")
        elif self._places.at(target) is ABSENT:
            yield Defect(place, f"$ref {target} leads nowhere")
        elif "$ref" in _object(self._places.at(self._places.resolved(target))):
            yield Defect(place, f"$ref {target} goes round or leads nowhere in the end")

    def _example(self, schema: str, example: Any, place: str) -> Iterator[Defect]:
        """An example that is not of its schema's type; whether it keeps every limit is the vendor's business."""
        types = self._places.facts(schema).types
        kind = type_of(example)
        if types and kind not in types and not (kind == "integer" and "number" in types):
            yield Defect(f"{place}/example", f"{brief(example, 30)} is not of type {' or '.join(sorted(types))}")


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
