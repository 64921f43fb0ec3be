"""Contracts on what a request carries besides its body: headers, credentials, paths, media types."""

import pytest
from shelves import LIBRARY, SCHEMA, breaches, request

from bookproof.contract import Contract, body_value, media_type
from bookproof.exchange import ABSENT, Request


@pytest.fixture(scope="module")
def library():
    return Contract("library", LIBRARY)


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
