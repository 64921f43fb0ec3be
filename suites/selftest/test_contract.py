"""Contracts: which operation a request belongs to, and where bodies depart from their schemas."""

import pytest
from shelves import BOOK, BREACHES, LIBRARY, SCHEMA, breaches, request

from bookproof.contract import Contract
from bookproof.errors import DataError
from bookproof.schema import escape, unescape


@pytest.fixture(scope="module")
def library():
    return Contract("library", LIBRARY)


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
