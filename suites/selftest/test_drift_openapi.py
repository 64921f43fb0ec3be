"""Drift between a contract and an OpenAPI file: small files, most of them changed in one place."""

import copy
import json

import pytest
import yaml

from bookproof import apis
from bookproof.drift.contracts import compare_with_file
from bookproof.drift.places import Places
from bookproof.errors import CannotJudge, DataError

HIGHLEVEL = apis.load("highlevel")
PATH = "/calendars/resources/{resourceType}"
POST = f"POST {PATH}"
SENT, SHOWN = "CreateCalendarResource", "CalendarResource"


@pytest.fixture
def document():
    """The contract itself, to be changed."""
    return copy.deepcopy(HIGHLEVEL.contract.document)


@pytest.fixture
def compared(tmp_path):
    """Compares the contract with a document, or with a text."""

    def compare(given, api=HIGHLEVEL):
        path = tmp_path / "vendor.json"
        path.write_text(given if isinstance(given, str) else json.dumps(given), encoding="utf-8")
        return compare_with_file(api, path)

    return compare


def said(drift):
    """Every change in short: requirement, place, sentence."""
    return [(change.requirement, change.where, change.sentence) for change in drift.changes]


def schema(document, name):
    return document["components"]["schemas"][name]


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


# -- one change each --------------------------------------------------------------------------------------------


def put(value, *path):
    """Puts a value at a place of the components; leaves nothing there for None."""

    def change(document):
        holder = document["components"]
        for key in path[:-1]:
            holder = holder[key]
        if value is None:
            del holder[path[-1]]
        else:
            holder[path[-1]] = value

    return change


def of(name, *path):
    return ("schemas", name, "properties", *path)


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
        None,
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
        None,
        "request.body",
        "further properties: allowed → refused",
    ),
    "another media type": (
        put({"application/xml": {}}, "responses", "Created", "content"),
        None,
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
        None,
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
    assert requirement is None or named == {requirement}


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


# -- files that are not quite valid ---------------------------------------------------------------------------------


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


# -- the command ------------------------------------------------------------------------------------------


@pytest.fixture
def vendor(document, folder):
    schema(document, SENT)["properties"]["calendarIds"]["maxItems"] = 50
    (folder / "same.yaml").write_text((HIGHLEVEL.folder / "openapi.yaml").read_text(encoding="utf-8"))
    (folder / "vendor.json").write_text(json.dumps(document))


@pytest.mark.usefixtures("vendor")
def test_the_command_says_what_differs_by_requirement(bookproof):
    code, out, _ = bookproof("drift highlevel --openapi vendor.json")

    assert code == 1
    assert "HL-042  must  calendarIds holds at most 100 ids" in out
    assert f"~ {POST}  request.body/calendarIds   maxItems: 100 → 50" in out


@pytest.mark.usefixtures("vendor")
def test_the_command_exits_with_0_where_nothing_differs(bookproof):
    code, out, _ = bookproof("drift highlevel --openapi same.yaml --json")

    assert (code, json.loads(out)["changes"]) == (0, [])


@pytest.mark.usefixtures("vendor")
def test_the_command_exits_with_2_where_there_is_no_file(bookproof):
    code, _, err = bookproof("drift highlevel --openapi nowhere.json")

    assert code == 2
    assert "nowhere.json cannot be read" in err
