"""Contracts: which operation a request belongs to, and where messages depart from it."""

import pytest

from bookproof.contract import Contract, body_value, media_type
from bookproof.errors import DataError
from bookproof.exchange import ABSENT, Request
from bookproof.schema import escape, unescape

LIBRARY = """
openapi: 3.1.0
info: { title: A library, version: 2.0.0 }
servers: [{ url: https://library.example.com/v1 }]
security: [{ token: [] }]
paths:
  /shelves/{shelf}:
    get:
      operationId: readShelf
      parameters: [{ $ref: "#/components/parameters/shelf" }]
      responses:
        "200": { description: The shelf. }
        4XX: { description: Refused. }
  /shelves/oldest:
    get:
      operationId: readOldestShelf
      security: []
      responses: { "200": { description: The shelf. } }
  /shelves/{shelf}/books:
    parameters: [{ $ref: "#/components/parameters/shelf" }]
    post:
      operationId: addBook
      parameters:
        - $ref: "#/components/parameters/Edition"
        - $ref: "#/components/parameters/Draft"
      requestBody: { $ref: "#/components/requestBodies/Book" }
      responses:
        "201": { $ref: "#/components/responses/Added" }
components:
  securitySchemes:
    token: { type: http, scheme: bearer }
  parameters:
    shelf: { name: shelf, in: path, required: true, schema: { type: integer, minimum: 1 } }
    Edition: { name: Edition, in: header, required: true, schema: { type: string, enum: [first, second] } }
    Draft: { name: Draft, in: header, schema: { type: boolean } }
  requestBodies:
    Book:
      required: true
      content: { application/json: { schema: { $ref: "#/components/schemas/Book" } } }
  responses:
    Added:
      description: Added.
      content: { application/json: { schema: { type: object, required: [id], properties: { id: { type: integer } } } } }
  schemas:
    Book:
      type: object
      required: [title, tags]
      properties:
        title: { type: string, minLength: 1 }
        pages: { type: integer, minimum: 1, maximum: 9000 }
        copies: { type: integer, multipleOf: 2 }
        kind: { type: integer, enum: [1, 2], x-enum-names: [Novel, Atlas] }
        isbn: { type: string, pattern: "^[0-9-]+$" }
        added: { type: string, format: date-time }
        tags: { type: array, items: { type: string }, maxItems: 2, uniqueItems: true }
        language: { const: en }
        price: { oneOf: [{ type: number }, { type: string }] }
        author:
          $ref: "#/components/schemas/Author"
        "a/b~c": { type: string }
    Author:
      type: object
      additionalProperties: false
      required: [name]
      properties: { name: { type: string } }
"""
BOOK = {"title": "Maps", "tags": ["old"]}
SCHEMA = "#/components/schemas/Book"

# What is sent, the keyword that it breaks, and the place.
BREACHES = [
    (BOOK | {"title": 5}, "properties/title/type", "title"),
    (BOOK | {"title": ""}, "properties/title/minLength", "title"),
    (BOOK | {"pages": "5"}, "properties/pages/type", "pages"),
    (BOOK | {"pages": True}, "properties/pages/type", "pages"),
    (BOOK | {"pages": 1.5}, "properties/pages/type", "pages"),
    (BOOK | {"pages": 0}, "properties/pages/minimum", "pages"),
    (BOOK | {"pages": 9001}, "properties/pages/maximum", "pages"),
    (BOOK | {"copies": 3}, "properties/copies/multipleOf", "copies"),
    (BOOK | {"kind": 3}, "properties/kind/enum", "kind"),
    (BOOK | {"kind": "Novel"}, "properties/kind/type", "kind"),
    (BOOK | {"isbn": "x"}, "properties/isbn/pattern", "isbn"),
    (BOOK | {"added": "yesterday"}, "properties/added/format", "added"),
    (BOOK | {"tags": ["a", "b", "c"]}, "properties/tags/maxItems", "tags"),
    (BOOK | {"tags": ["a", "a"]}, "properties/tags/uniqueItems", "tags"),
    (BOOK | {"tags": ["a", 1]}, "properties/tags/items/type", "tags/1"),
    (BOOK | {"tags": None}, "properties/tags/type", "tags"),
    (BOOK | {"language": "fr"}, "properties/language/const", "language"),
    (BOOK | {"price": [1]}, "properties/price/oneOf", "price"),
    (BOOK | {"a/b~c": 1}, "properties/a~1b~0c/type", "a/b~c"),
    ({"tags": []}, "required/title", "title"),
    ([BOOK], "type", ""),
]


@pytest.fixture(scope="module")
def library():
    return Contract("library", LIBRARY)


def request(method="POST", path="/shelves/7/books", body=b'{"title": "Maps", "tags": []}', **headers):
    fields = {"Authorization": "Bearer t", "Edition": "first", "Content-Type": "application/json"} | headers
    sent = tuple((name.replace("_", "-"), value) for name, value in fields.items() if value is not None)
    return Request(method, f"https://library.example.com/v1{path}", sent, body)


def breaches(contract, sent, path=None):
    operation, parameters = contract.match(sent.method, path or "/shelves/7/books")
    return contract.request_breaches(operation, sent, parameters, body_value(sent))


# -- which operation -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "operation", "parameters"),
    [
        ("GET", "/shelves/7", "readShelf", {"shelf": "7"}),
        ("get", "/shelves/7", "readShelf", {"shelf": "7"}),
        ("GET", "/shelves/oldest", "readOldestShelf", {}),
        ("GET", "/shelves/a%2Fb%20c", "readShelf", {"shelf": "a/b c"}),
        ("POST", "/shelves/7/books", "addBook", {"shelf": "7"}),
    ],
)
def test_a_request_belongs_to_the_operation_of_its_method_and_path(library, method, path, operation, parameters):
    found, given = library.match(method, path)

    assert (found.id, given) == (operation, parameters)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/shelves/7"),
        ("GET", "/shelves"),
        ("GET", "/shelves/"),
        ("GET", "/shelves/7/"),
        ("GET", "/shelves/7/8"),
    ],
)
def test_a_request_of_no_operation_is_matched_with_none(library, method, path):
    assert library.match(method, path) is None


def test_the_first_documented_success_is_known(library):
    assert library.operations["addBook"].success.status == "201"


def test_a_range_of_statuses_documents_each_of_them(library):
    assert library.operations["readShelf"].answer(404).status == "4XX"


def test_an_operation_may_need_no_credentials(library):
    assert library.operations["readOldestShelf"].schemes == ()


# -- bodies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("body", "keyword", "place"), BREACHES, ids=[f"{k} {p}" for _, k, p in BREACHES])
def test_a_breach_names_the_keyword_and_the_place(library, body, keyword, place):
    found = library.schema(SCHEMA).breaches(body, "request.body")

    assert [(b.pointer, b.where) for b in found] == [(f"{SCHEMA}/{keyword}", f"request.body/{place}".rstrip("/"))]


def test_a_body_that_fits_breaks_nothing(library):
    assert library.schema(SCHEMA).breaches(BOOK, "request.body") == []


def test_a_breach_in_a_referenced_schema_is_traced_to_where_it_is_written(library):
    found = library.schema(SCHEMA).breaches(BOOK | {"author": {}}, "request.body")

    assert [(b.pointer, b.where) for b in found] == [
        ("#/components/schemas/Author/required/name", "request.body/author/name")
    ]


def test_a_property_that_is_forbidden_is_a_breach(library):
    found = library.schema(SCHEMA).breaches(BOOK | {"author": {"name": "A", "age": 5}}, "request.body")

    assert [b.pointer for b in found] == ["#/components/schemas/Author/additionalProperties"]


def test_several_faults_are_several_breaches(library):
    found = library.schema(SCHEMA).breaches({"pages": "5", "kind": 9}, "request.body")

    assert {b.where for b in found} == {f"request.body/{name}" for name in ("title", "tags", "pages", "kind")}


@pytest.mark.parametrize("value", ["1", None, [1], {}])
def test_a_value_of_the_wrong_type_is_not_blamed_on_the_enum_as_well(library, value):
    found = library.schema(SCHEMA).breaches(BOOK | {"kind": value}, "request.body")

    assert [b.pointer for b in found] == [f"{SCHEMA}/properties/kind/type"]


def test_null_for_an_optional_property_of_a_request_is_let_pass(library):
    assert breaches(library, request(body=b'{"title": "Maps", "tags": [], "pages": null}')) == []


def test_null_for_a_required_property_of_a_request_is_a_breach(library):
    found = breaches(library, request(body=b'{"title": null, "tags": []}'))

    assert [b.pointer for b in found] == [f"{SCHEMA}/properties/title/type"]


def test_null_for_an_optional_property_of_an_answer_is_a_breach(library):
    found = library.schema(SCHEMA).breaches(BOOK | {"pages": None}, "response.body")

    assert [b.pointer for b in found] == [f"{SCHEMA}/properties/pages/type"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"title": "\\ud800", "tags": ["\\udfff"]}',
        b'{"title": "Maps", "tags": [], "\\ud800": "\\ud800"}',
    ],
)
def test_text_with_lone_surrogates_is_text(library, body):
    assert breaches(library, request(body=body)) == []


def test_text_with_lone_surrogates_is_judged_like_other_text(library):
    found = breaches(library, request(body=b'{"title": "Maps", "tags": [], "isbn": "\\ud800"}'))

    assert [b.pointer for b in found] == [f"{SCHEMA}/properties/isbn/pattern"]


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"1" + b"0" * 4_000])
def test_a_number_beyond_all_bounds_is_judged(library, number):
    found = breaches(library, request(body=b'{"title": "Maps", "tags": [], "pages": %s}' % number))

    assert [b.where for b in found] == ["request.body/pages"]


# -- what a request carries besides its schema -----------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "pointer", "where"),
    [
        (request(body=b""), "#/components/requestBodies/Book/required", "request.body"),
        (request(body=b'{"title":'), f"{SCHEMA}/type", "request.body"),
        (request(body=b'{"title": "\xff", "tags": []}'), f"{SCHEMA}/type", "request.body"),
        (request(Edition=None), "#/components/parameters/Edition/required", "request.header/Edition"),
        (request(Edition="third"), "#/components/parameters/Edition/schema/enum", "request.header/Edition"),
        (request(Draft="yes"), "#/components/parameters/Draft/schema/type", "request.header/Draft"),
        (request(Authorization=None), "#/components/securitySchemes/token", "request.header/Authorization"),
        (request(Authorization="Basic YTpi"), "#/components/securitySchemes/token", "request.header/Authorization"),
        (request(Authorization="Bearer "), "#/components/securitySchemes/token", "request.header/Authorization"),
        (request(Authorization="Bearer"), "#/components/securitySchemes/token", "request.header/Authorization"),
    ],
    ids=str,
)
def test_each_part_of_a_request_has_its_keyword(library, sent, pointer, where):
    assert [(b.pointer, b.where) for b in breaches(library, sent)] == [(pointer, where)]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "application/json; charset=utf-8"},
        {"Content_Type": "Application/JSON"},
        {"Content_Type": None, "Content-Type": None},
        {"Authorization": "bearer t"},
        {"Draft": "true"},
    ],
    ids=str,
)
def test_these_headers_are_as_good(library, headers):
    plain = {name.replace("_", "-"): value for name, value in headers.items()}

    assert breaches(library, request(**plain)) == []


def test_json_under_another_label_weighs_less(library):
    found = breaches(library, request(**{"Content-Type": "text/plain"}))

    assert [(b.where, b.level) for b in found] == [("request.header/Content-Type", "should")]


def test_another_format_weighs_in_full(library):
    found = breaches(library, request(body=b"title=Maps", **{"Content-Type": "application/x-www-form-urlencoded"}))

    assert [(b.pointer, b.level) for b in found] == [
        ("#/components/requestBodies/Book/content/application~1json", None)
    ]


@pytest.mark.parametrize("text", ["7", "12345678901234567890"])
def test_text_in_a_path_is_read_as_the_number_that_it_spells(library, text):
    assert breaches(library, request(), f"/shelves/{text}/books") == []


@pytest.mark.parametrize("text", ["abc", "1.5", "1e2", "0x10", "%20", "true", "٣"])
def test_text_in_a_path_that_is_no_integer_breaks_its_type(library, text):
    found = breaches(library, request(), f"/shelves/{text}/books")

    assert [b.pointer for b in found] == ["#/components/parameters/shelf/schema/type"]


@pytest.mark.parametrize("text", ["0", "-5"])
def test_a_number_in_a_path_is_held_against_its_bounds(library, text):
    found = breaches(library, request(), f"/shelves/{text}/books")

    assert [b.pointer for b in found] == ["#/components/parameters/shelf/schema/minimum"]


@pytest.mark.parametrize(
    ("header", "media"),
    [("application/json", "application/json"), ("TEXT/HTML; charset=x", "text/html"), ("", None), (None, None)],
)
def test_a_media_type_is_read_without_its_parameters(header, media):
    assert media_type(header) == media


def test_no_body_is_not_an_empty_value():
    assert body_value(Request("GET", "http://localhost")) is ABSENT


# -- the contract itself ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pointer", "demand"),
    [
        (f"{SCHEMA}/required/title", "title is present"),
        (f"{SCHEMA}/properties/title/type", 'a value of type "string"'),
        (f"{SCHEMA}/properties/kind/enum", "one of 1, 2"),
        (f"{SCHEMA}/properties/tags/maxItems", "at most 2 items"),
        (f"{SCHEMA}/properties/copies/multipleOf", "multipleOf 2"),
        (f"{SCHEMA}/properties/pages/nothing", "nothing"),
    ],
)
def test_a_keyword_is_put_into_words(library, pointer, demand):
    assert library.demand(pointer) == demand


def test_every_constraint_is_listed_once(library):
    listed = list(library.constraints())

    assert len(listed) == len(set(listed))


def test_the_list_of_constraints_is_complete(library):
    book = {
        "title": ["type", "minLength"],
        "pages": ["type", "minimum", "maximum"],
        "copies": ["type", "multipleOf"],
        "kind": ["type", "enum"],
        "isbn": ["type", "pattern"],
        "added": ["type", "format"],
        "tags": ["type", "items/type", "maxItems", "uniqueItems"],
        "language": ["const"],
        "price": ["oneOf", "oneOf/0/type", "oneOf/1/type"],
        "a~1b~0c": ["type"],
    }
    added = "#/components/responses/Added/content/application~1json"

    assert set(library.constraints()) == {
        *(f"{SCHEMA}/{keyword}" for keyword in ("type", "required/title", "required/tags")),
        *(f"{SCHEMA}/properties/{name}/{keyword}" for name, keywords in book.items() for keyword in keywords),
        *(f"#/components/schemas/Author/{k}" for k in ("type", "additionalProperties", "required/name")),
        "#/components/schemas/Author/properties/name/type",
        "#/components/securitySchemes/token",
        "#/components/parameters/shelf/required",
        "#/components/parameters/shelf/schema/type",
        "#/components/parameters/shelf/schema/minimum",
        "#/components/parameters/Edition/required",
        "#/components/parameters/Edition/schema/type",
        "#/components/parameters/Edition/schema/enum",
        "#/components/parameters/Draft/schema/type",
        "#/components/requestBodies/Book/required",
        "#/components/requestBodies/Book/content/application~1json",
        *(f"{added}{k}" for k in ("", "/schema/type", "/schema/required/id", "/schema/properties/id/type")),
        "#/paths/~1shelves~1{shelf}/get/responses/200",
        "#/paths/~1shelves~1{shelf}/get/responses/4XX",
        "#/paths/~1shelves~1oldest/get/responses/200",
        "#/paths/~1shelves~1{shelf}~1books/post/responses/201",
    }


def test_a_value_exercises_the_keywords_that_it_meets_and_no_others(library):
    covered = library.schema(SCHEMA).covered({"title": "Maps", "tags": []})

    assert f"{SCHEMA}/properties/tags/maxItems" in covered
    assert f"{SCHEMA}/properties/pages/type" not in covered


def test_an_object_exercises_each_of_its_required_properties(library):
    covered = library.schema(SCHEMA).covered({"title": "Maps", "tags": []})

    assert {f"{SCHEMA}/required/title", f"{SCHEMA}/required/tags"} <= covered


def test_a_name_survives_its_journey_into_a_pointer_and_back():
    assert unescape(escape("a/b~1c")) == "a/b~1c"


def test_a_pointer_to_nothing_is_an_error(library):
    with pytest.raises(DataError, match="nothing at #/components/schemas/Magazine"):
        library.at("#/components/schemas/Magazine")


@pytest.mark.parametrize(
    ("text", "message"),
    [("[", "is not YAML"), ("title: A library", "has no paths"), ("- paths", "not an OpenAPI document")],
)
def test_a_file_that_is_no_contract_is_an_error(text, message):
    with pytest.raises(DataError, match=message):
        Contract("library", text)


def test_a_contract_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        Contract.load("library", tmp_path)
