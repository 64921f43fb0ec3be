"""The Judge on what comes back: refusals, successes and their bodies, and no answer at all."""

import pytest
from judged import ADDED, exchange, found, judge, vouched

from bookproof.exchange import Exchange, Request, Response
from bookproof.rules import Taken

# -- refusals and their bodies ---------------------------------------------------------------------


def test_the_body_of_a_refusal_is_judged_where_the_body_was_at_fault():
    judgement = judge().observe(exchange({}, 400, {"message": 5}))

    assert found(judgement) == [("LB-013", "should", "response.body/message")]
    assert judgement.enforced == {"LB-003"}


def test_the_body_of_a_refusal_is_not_judged_where_something_else_was_at_fault():
    assert found(judge().observe(exchange(authorization=None, status=400, answered={"message": 5}))) == []


def test_a_status_that_the_contract_does_not_name_may_have_any_body():
    assert found(judge().observe(exchange({}, 422, [1, 2, 3]))) == []


def test_a_refusal_may_be_a_page():
    assert found(judge().observe(exchange({}, 400, b"<html>Bad Request</html>", media="text/html"))) == []


def test_a_refusal_that_calls_itself_json_is_json():
    assert found(judge().observe(exchange({}, 400, b"<html>"))) == [("LB-013", "should", "response.body")]


def test_a_refusal_in_a_success_is_a_refusal():
    judgement = judge().observe(exchange({}, 201, {"ok": False}))

    assert judgement.findings == []
    assert judgement.enforced == {"LB-003"}


def test_a_refusal_in_a_success_is_blamed_where_the_request_was_vouched_for():
    assert found(judge().observe(vouched(answered={"ok": False}))) == [("LB-002", "must", "response.status")]


# -- faults of the exchange itself -----------------------------------------------------------------

WHOSE = [
    ({"sent": {}}, "LB-003"),
    ({"demonstrates": "LB-002"}, "LB-002"),
    ({"about": "LB-012"}, "LB-012"),
    ({"demonstrates": "LB-002", "about": "LB-012"}, "LB-002"),
    ({}, None),
]


@pytest.mark.parametrize("status", [500, 502, 599])
@pytest.mark.parametrize(("change", "owner"), WHOSE, ids=str)
def test_a_server_error_is_blamed_on_what_the_request_is_about(change, owner, status):
    judgement = judge().observe(exchange(status=status, answered={}, **change))

    assert found(judgement) == [(owner, "must", "response.status")]
    assert judgement.enforced == set()


@pytest.mark.parametrize(("change", "owner"), WHOSE, ids=str)
def test_a_broken_connection_is_blamed_on_what_the_request_is_about(change, owner):
    judgement = judge().observe(exchange(status=0, **change))

    assert found(judgement) == [(owner, "must", "exchange")]
    assert judgement.findings[0].actual == "the server broke off"


def test_a_server_error_on_two_faults_is_blamed_on_both():
    judgement = judge().observe(exchange({"pages": "5"}, 500, {}))

    assert [f.requirement for f in judgement.findings] == ["LB-003", "LB-005"]


# -- successes and their bodies --------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"id": NaN}', b'"\xff"', b"[" * 100_000])
def test_a_success_that_is_not_json_is_blamed_on_the_media_type(body):
    assert found(judge().observe(exchange(answered=body))) == [("LB-010", "must", "response.body")]


@pytest.mark.parametrize("value", [[], "Emma", None, 5])
def test_a_success_of_another_form_is_blamed_on_the_schema(value):
    assert found(judge().observe(exchange(answered=value))) == [("LB-010", "must", "response.body")]


@pytest.mark.parametrize(
    ("answered", "owner", "where"),
    [
        ({"title": "Emma"}, "LB-011", "response.body/id"),
        ({"id": "1", "title": "Emma"}, "LB-011", "response.body/id"),
        ({"id": True, "title": "Emma"}, "LB-011", "response.body/id"),
        ({"id": 1}, "LB-010", "response.body/title"),
        ({"id": 1, "title": "Persuasion"}, "LB-012", "response.body/title"),
    ],
)
def test_a_wrong_place_of_an_answer_is_blamed_on_its_owner(answered, owner, where):
    assert found(judge().observe(exchange(answered=answered))) == [(owner, "must", where)]


def test_a_rule_does_not_speak_of_a_property_that_is_unsound():
    judgement = judge().observe(exchange(answered={"id": 1, "title": 5}))

    assert {f.requirement for f in judgement.findings} == {"LB-010"}
    assert "LB-012" not in judgement.shown


@pytest.mark.parametrize("status", [200, 202, 299])
def test_another_success_status_is_a_warning(status):
    judgement = judge().observe(exchange(status=status))

    assert found(judgement) == [("LB-009", "should", "response.status")]


@pytest.mark.parametrize("media", ["text/plain", "application/hal+json", ""])
def test_another_media_type_is_a_warning(media):
    judgement = judge().observe(exchange(media=media))

    assert found(judgement) == [("LB-010", "should", "response.header/Content-Type")]


def test_further_properties_are_nobodys_business():
    assert found(judge().observe(exchange(answered=ADDED | {"shelf": [{}]}))) == []


def test_a_documented_text_is_judged_as_text():
    url = "https://library.example.com/v1/books/1/text"
    request = Request("GET", url, (("Authorization", "Bearer t"),))
    short = Exchange(request, Response(200, (("Content-Type", "text/plain; charset=utf-8"),), b"It"))

    assert found(judge().observe(short)) == [("LB-016", "must", "response.body")]


def test_the_reading_that_an_answer_shows_is_kept():
    judgement = judge().observe(exchange(answered=ADDED | {"ok": True}))

    assert judgement.readings == [Taken("LB-R01", "with ok")]
