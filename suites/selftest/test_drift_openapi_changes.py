"""Drift between a contract and an OpenAPI file that was changed in one place."""

import pytest
from vendors_file import PATH, POST, SENT, SHOWN, of, put, said, schema

CHANGES = {
    "a limit": (
        put(50, *of(SENT, "calendarIds", "maxItems")),
        "HL-042",
        "request.body/calendarIds",
        "maxItems: 100 → 50",
    ),
    "no limit": (
        put(None, *of(SENT, "calendarIds", "maxItems")),
        "HL-042",
        "request.body/calendarIds",
        "maxItems gone: 100",
    ),
    "a new limit": (put(80, *of(SENT, "name", "maxLength")), "HL-023", "request.body/name", "new maxLength: 80"),
    "a type sent": (
        put("integer", *of(SENT, "quantity", "type")),
        "HL-027",
        "request.body/quantity",
        "type: number → integer",
    ),
    "a type shown": (
        put("integer", *of(SHOWN, "isActive", "type")),
        "HL-053",
        "response.body/isActive",
        "type: boolean → integer",
    ),
    "null": (
        put(["string", "null"], *of(SHOWN, "name", "type")),
        "HL-049",
        "response.body/name",
        "type: string → null or string",
    ),
    "an item": (
        put("integer", *of(SENT, "calendarIds", "items", "type")),
        "HL-036",
        "request.body/calendarIds/*",
        "type: string → integer",
    ),
    "a property less": (
        put(None, *of(SHOWN, "capacity")),
        "HL-060",
        "response.body/capacity",
        "property gone: number",
    ),
    "a property more": (
        put({"type": "string"}, *of(SENT, "colour")),
        "HL-020",
        "request.body/colour",
        "new property: string, optional",
    ),
    "a value less": (
        put(["rooms"], *of(SHOWN, "resourceType", "enum")),
        "HL-051",
        "response.body/resourceType",
        'value gone: "equipments"',
    ),
    "a value more": (
        put(["equipments", "rooms", "halls"], "parameters", "resourceType", "schema", "enum"),
        "HL-018",
        "request.path/resourceType",
        'new value: "halls"',
    ),
    "another version": (
        put(["v3"], "parameters", "Version", "schema", "enum"),
        "HL-013",
        "request.header/Version",
        'value: "2021-04-15" → "v3"',
    ),
    "a header that may be left out": (
        put(False, "parameters", "Version", "required"),
        "HL-012",
        "request.header/Version",
        "parameter: required → optional",
    ),
    "no further properties": (
        put(False, "schemas", SENT, "additionalProperties"),
        "HL-020",
        "request.body",
        "further properties: allowed → refused",
    ),
    "another media type": (
        put({"application/xml": {}}, "responses", "Created", "content"),
        "HL-046",
        "response.header/Content-Type",
        "media type gone: application/json",
    ),
    "other credentials": (
        put({"type": "http", "scheme": "basic"}, "securitySchemes", "bearer"),
        "HL-006",
        "request.header/Authorization",
        "credentials: bearer → basic",
    ),
    "a body that may be left out": (
        put(False, "requestBodies", "CreateCalendarResource", "required"),
        "HL-020",
        "request.body",
        "body: required → optional",
    ),
}


@pytest.mark.parametrize(("change", "requirement", "where", "sentence"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_named_with_its_requirement(document, compared, change, requirement, where, sentence):
    change(document)
    found = said(compared(document))

    assert (where, sentence) in [(place, words) for _, place, words in found]
    named = {owner for owner, place, words in found if (place, words) == (where, sentence)}
    assert named == {requirement}


def test_a_name_that_is_no_longer_required(document, compared):
    schema(document, SENT)["required"].remove("name")

    assert said(compared(document)) == [("HL-024", "request.body/name", "property: required → optional")]


def test_a_status_that_is_gone_and_one_that_is_new(document, compared):
    answers = document["paths"][PATH]["post"]["responses"]
    answers["200"] = answers.pop("201")
    found = {(where, sentence) for _, where, sentence in said(compared(document))}

    assert found == {("response.status", "new status: 200"), ("response.status", "status gone: 201")}


def test_a_class_of_statuses_stands_for_each_of_them(document, compared):
    answers = document["paths"][PATH]["post"]["responses"]
    for status in ("400", "401", "422"):
        del answers[status]
    answers["4XX"] = {"$ref": "#/components/responses/BadRequest"}

    assert compared(document).changes == []


def test_an_operation_that_is_gone_names_its_requirement(document, compared):
    document["paths"] = {"/calendars": {"get": {"responses": {"200": {"description": "ok"}}}}}
    found = compared(document)

    assert said(found) == [("HL-001", "operation", "operation gone")]
    assert "no operation of the contract is in vendor.json: is it the file of this API?" in found.remarks


def test_an_operation_beside_is_new_and_one_elsewhere_is_a_remark(document, compared):
    document["paths"][f"{PATH}/{{id}}"] = {
        "parameters": [{"name": n, "in": "path", "required": True, "schema": {}} for n in ("resourceType", "id")],
        "get": {"responses": {"200": {"description": "ok"}}},
    }
    document["paths"]["/contacts"] = {"get": {"responses": {"200": {"description": "ok"}}}}
    found = compared(document)

    assert [(c.kind, c.operation) for c in found.changes] == [("new", f"GET {PATH}/{{id}}")]
    assert found.remarks == ["1 operations at other paths are not the contract's business"]


def test_below_a_new_or_another_place_nothing_more_is_said(document, compared):
    schema(document, SHOWN)["properties"]["owner"] = {"type": "object", "properties": {"name": {"type": "string"}}}

    assert [where for _, where, _ in said(compared(document))] == ["response.body/owner"]


def test_a_deprecated_operation_is_remarked(document, compared):
    document["paths"][PATH]["post"]["deprecated"] = True
    found = compared(document)

    assert (found.changes, found.remarks) == ([], [f"{POST} is marked as deprecated"])
