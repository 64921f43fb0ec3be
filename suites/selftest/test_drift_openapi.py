"""Drift between a contract and an OpenAPI file: the same said otherwise is none."""

import pytest
import yaml
from vendors_file import PATH, SENT, schema

from bookproof import apis
from bookproof.drift.contracts import compare_with_file

# -- the same, said otherwise -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", apis.names())
def test_a_contract_has_not_drifted_from_itself(name, tmp_path):
    api = apis.load(name)
    found = compare_with_file(api, api.folder / "openapi.yaml")

    assert (found.changes, found.defects) == ([], [])
    assert found.compared["operations"] == len(api.contract.operations)


def as_3_0(value):
    """A document of OpenAPI 3.1 as 3.0 says it."""
    if isinstance(value, list):
        return [as_3_0(item) for item in value]
    if not isinstance(value, dict):
        return value
    value = {key: as_3_0(child) for key, child in value.items()}
    types = value.get("type")
    if isinstance(types, list) and "null" in types:
        others = [{"type": name} for name in types if name != "null"]
        value = {**value, "anyOf": others, "nullable": True}
        del value["type"]
    return value


def test_openapi_3_0_says_the_same(document, compared):
    document["openapi"] = "3.0.3"
    schema(document, "Error")["properties"]["message"] = {
        "oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
    }

    assert compared(as_3_0(document)).changes == []


def test_nullable_is_null_among_the_types(tmp_path):
    api = apis.load("timetap")
    path = tmp_path / "v.yaml"
    path.write_text(yaml.safe_dump(as_3_0(api.contract.document) | {"openapi": "3.0.0"}, sort_keys=False))

    assert compare_with_file(api, path).changes == []


def test_a_schema_in_its_place_or_behind_references_is_the_same(document, compared):
    body = document["components"]["requestBodies"]["CreateCalendarResource"]["content"]["application/json"]
    body["schema"] = {"allOf": [{"$ref": f"#/components/schemas/{SENT}"}, {"description": "as one piece"}]}

    assert compared(document).changes == []


@pytest.mark.parametrize(
    "path",
    ["/calendars/resources/{kind}", "/v2/calendars/resources/{resource_type}"],
    ids=["another name of the parameter", "another base"],
)
def test_operations_are_matched_by_the_shape_of_their_paths(document, compared, path):
    document["paths"][path] = document["paths"].pop(PATH)
    document["components"]["parameters"]["resourceType"]["name"] = path.rpartition("{")[2][:-1]

    assert compared(document).changes == []


def test_a_base_in_the_servers_address_is_part_of_the_path(document, compared):
    document["servers"] = [{"url": "https://gw.example.com/calendars"}]
    document["paths"]["/resources/{resourceType}"] = document["paths"].pop(PATH)

    assert compared(document).changes == []


def test_what_limits_nothing_is_no_limit(document, compared):
    schema(document, SENT)["properties"]["calendarIds"] |= {"minItems": 0, "uniqueItems": False}
    schema(document, SENT)["properties"]["capacity"]["format"] = "double"

    assert compared(document).changes == []
