"""Vendors' files that are not quite valid: what is wrong is named, and the rest is read."""

import json

import pytest
import yaml
from vendors_file import SENT, SHOWN, of, put, said, schema

from bookproof.drift.places import Places
from bookproof.errors import CannotJudge, DataError


def defects(drift):
    return [str(defect) for defect in drift.defects]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put({"$ref": "#/components/schemas/Nowhere"}, *of(SHOWN, "name")), "Nowhere leads nowhere"),
        (put({"$ref": "other.yaml#/Name"}, *of(SHOWN, "name")), "leads out of the file and is not followed"),
        (put({"$ref": f"#/components/schemas/{SHOWN}/properties/name"}, *of(SHOWN, "name")), "goes round"),
        (put("string", *of(SHOWN, "name")), 'a schema is wanted, not "string"'),
        (put(["name"], "schemas", SHOWN, "properties"), "an object is wanted"),
        (put(True, *of(SENT, "name", "required")), "a list of names is wanted, not true"),
        (put("int", *of(SENT, "quantity", "type")), '"int" is no type; it is read as integer'),
        (put("100", *of(SENT, "calendarIds", "maxItems")), '"100" is no value for it'),
        (put("yes", *of(SHOWN, "isActive", "example")), '"yes" is not of type boolean'),
        (put({"description": "none"}, "parameters", "Version"), "a parameter has 'name'"),
        (put(False, "parameters", "resourceType", "required"), "a path parameter is required"),
        (put([], "schemas"), "it is no object"),
    ],
)  # fmt: skip
def test_a_defect_is_named_and_the_rest_is_read(document, compared, change, words):
    change(document)
    found = compared(document)

    assert any(words in defect for defect in defects(found)), defects(found)
    assert found.compared["operations"] == 1


def test_a_limit_that_stands_as_text_is_read(document, compared):
    schema(document, SENT)["properties"]["calendarIds"]["maxItems"] = "100"

    assert compared(document).changes == []


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_key_that_stands_twice_is_named(compared, document, form):
    if form == "json":
        text = json.dumps(document).replace('"title":', '"title": "a", "title":', 1)
    else:
        text = yaml.safe_dump(document, sort_keys=False).replace("  title:", "  title: a\n  title:", 1)
    found = compared(text)

    assert any("the key 'title' stands twice" in defect for defect in defects(found))
    assert found.changes == []


def test_yaml_reads_dates_statuses_and_words_as_json_would(compared, document):
    text = yaml.safe_dump(document, sort_keys=False).replace("'2021-04-15'", "2021-04-15").replace("'201'", "201")

    assert compared(text).changes == []


def test_json_with_a_comma_too_many_is_read_as_yaml(compared, document):
    found = compared(json.dumps(document)[:-1] + ",}")

    assert found.changes == []
    assert "it was read as YAML" in defects(found)[0]


def test_a_schema_that_contains_itself_ends(compared, document):
    schema(document, SHOWN)["properties"]["parent"] = {"$ref": f"#/components/schemas/{SHOWN}"}

    assert [where for _, where, _ in said(compared(document))] == ["response.body/parent"]


def test_branches_of_branches_are_read_once():
    schemas = {f"S{n}": {"anyOf": [{"$ref": f"#/components/schemas/S{n + 1}"}] * 4} for n in range(14)}
    places = Places({"components": {"schemas": {**schemas, "S14": {"type": "string"}}}})

    assert places.fields("#/components/schemas/S0")[""].types == {"string"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"swagger": "2.0", "paths": {}}', "is Swagger 2.0"),
        ('{"openapi": "3.0.0"}', "it has no paths"),
        ("[1]", "it holds no object"),
        ("a: [", "is not YAML"),
        ("{'", "is not JSON"),
        ('{"paths": ' + "[" * 200_000, "is nested too deeply"),
        ("openapi: 3.0.0\npaths: &a {x: *a}", "is not YAML"),
    ],
)
def test_what_is_no_openapi_document_is_an_error(compared, text, message):
    with pytest.raises(DataError, match=message):
        compared(text)


def test_a_file_without_operations_says_nothing(compared):
    with pytest.raises(CannotJudge, match="describes no operation"):
        compared({"openapi": "3.0.0", "paths": {"/x": None, "/y": {"get": 5}}})
