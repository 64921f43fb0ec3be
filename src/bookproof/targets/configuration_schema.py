"""The JSON Schema of bookproof.toml, for editors: made from the models that read the file, and from every API's own."""

import json
from typing import Any

from bookproof import apis
from bookproof.apis import Api
from bookproof.targets.configuration import CAPABILITIES, Section


def configuration_schema_text() -> str:
    """The schema as its file holds it."""
    return json.dumps(configuration_schema(), indent=2, ensure_ascii=False) + "\n"


def configuration_schema() -> dict[str, Any]:
    """The schema; it knows the fixtures, the login and the requirements of each API."""
    made = Section.model_json_schema(mode="validation")
    shared: dict[str, Any] = made.pop("$defs")
    sections: dict[str, Any] = {}
    for name in apis.names():
        api = apis.load(name)
        sections[name] = {"$ref": f"#/$defs/{name}"}
        shared[name] = _section(api, made, shared)
    for part in ("Credentials", "WaiverSection"):  # each API has its own
        shared.pop(part)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:bookproof:configuration",
        "title": "bookproof.toml",
        "description": "What bookproof judges, a section for each API. Secrets stand in the environment alone.",
        "type": "object",
        "additionalProperties": False,
        "properties": sections,
        "$defs": dict(sorted(shared.items())),
    }


def _section(api: Api, made: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {key: dict(value) for key, value in made["properties"].items()}
    properties["fixtures"] |= _fixtures(api)
    properties["credentials"] = _credentials(api, shared["Credentials"]) | {
        "description": properties["credentials"]["description"]
    }
    properties["capabilities"]["items"] = {"enum": sorted(CAPABILITIES)}
    waiver: dict[str, Any] = {**shared["WaiverSection"]}
    named = {**waiver["properties"]["requirement"], "enum": list(api.ledger.rows)}
    properties["waivers"]["items"] = {**waiver, "properties": {**waiver["properties"], "requirement": named}}
    return {**made, "title": api.ledger.title, "description": f"How {api.name} is judged.", "properties": properties}


def _fixtures(api: Api) -> dict[str, Any]:
    model = api.module("client").Fixtures
    schema: dict[str, Any] = model.model_json_schema(mode="validation")
    said = " ".join((model.__doc__ or "").split())
    return {
        "type": "object",
        "description": said,
        "additionalProperties": False,
        "properties": {name: {"description": said} | value for name, value in schema["properties"].items()},
    }


def _credentials(api: Api, shared: dict[str, Any]) -> dict[str, Any]:
    """The credentials of one API; an API without a login of its own has no such key."""
    properties = dict(shared["properties"])
    login = getattr(api.module("client"), "LOGIN", ())
    variable = next(part for part in properties["bearer"]["anyOf"] if part.get("type") == "string")
    for key in ("bearer", "basic"):
        properties[key] = {**variable, "description": properties[key]["description"]}
    said = properties.pop("login")["description"]
    if login:
        properties["login"] = {
            "type": "object",
            "description": said,
            "additionalProperties": False,
            "required": list(login),
            "properties": {name: {**variable, "description": f"The variable for {name}."} for name in login},
        }
    return {**shared, "properties": properties}
