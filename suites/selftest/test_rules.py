"""Rules: what a service may do to a value that it keeps, and when an echo is judged at all."""

from dataclasses import replace

import pytest

from bookproof.contract import Contract
from bookproof.exchange import ABSENT, Exchange, InvalidJson, Request, Response
from bookproof.rules import Call, Echo, Rule, Shown, rule_set, same
from bookproof.schema import Breach

CONTRACT = Contract(
    "library",
    """
paths:
  /books: { post: { operationId: addBook } }
  /shelves: { post: { operationId: addShelf } }
""",
)
ECHO = Echo("echo-title", "title", operation="addBook")
EMMA = {"title": "Emma"}

EQUAL = [
    (1, 1.0),
    (0, -0.0),
    (12345678901234567890, 12345678901234567000.0),
    (10**400, float("inf")),
    ("Emma", " Emma\n"),
    ("Zoe\u0308", "Zoë"),
    (None, None),
    (True, True),
    ([1, "a", None], [1.0, "a ", None]),
    ({"a": 1, "b": [2]}, {"b": [2.0], "a": 1}),
]
DIFFERENT = [
    (1, "1"),
    (1, True),
    (0, False),
    (0, None),
    ("", None),
    ("Emma", "emma"),
    ("Emma", "Em ma"),
    (1, 1.5),
    (10**400, -(10**400)),
    ([1, 2], [2, 1]),
    ([1], [1, 1]),
    ([], {}),
    ({"a": 1}, {"a": 1, "b": None}),
]
SAME_MEMBERS = [
    (["a", "b"], ["b", "a"]),
    (["a", "b", "a"], ["b", "a"]),
    ([1, 2], [2.0, 1.0]),
    (["Emma", "Zoe\u0308"], ["Zoë", "Emma "]),
    ([{"id": 1, "name": "a"}], [{"name": "a", "id": 1}]),
    ([], []),
]
OTHER_MEMBERS = [
    (["a", "b"], ["a"]),
    (["a"], ["a", "b"]),
    (["a", "b"], ["a", "c"]),
    ([1], [True]),
    ([1], ["1"]),
]


def call(sent=EMMA, answered=EMMA, status=201, operation="addBook", **state):
    exchange = Exchange(Request("POST", "http://localhost/books"), Response(status) if status else None)
    return replace(Call(exchange, CONTRACT.operations[operation], {}, sent, answered), **state)


def breach(where="request.body/title"):
    return Breach("#/type", where, "text", "5")


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_a_service_may_keep_a_value_like_this(left, right):
    assert same(left, right)
    assert same(right, left)


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_a_service_may_not_change_a_value_like_this(left, right):
    assert not same(left, right)
    assert not same(right, left)


@pytest.mark.parametrize(("left", "right"), SAME_MEMBERS)
def test_arrays_without_order_have_the_same_members(left, right):
    assert same(left, right, unordered=True)
    assert same(right, left, unordered=True)


@pytest.mark.parametrize(("left", "right"), OTHER_MEMBERS)
def test_arrays_without_order_have_other_members(left, right):
    assert not same(left, right, unordered=True)
    assert not same(right, left, unordered=True)


def test_an_echo_that_holds_is_shown():
    assert list(ECHO.answer(call())) == [Shown("echo-title")]


def test_an_echo_that_does_not_hold_says_what_was_sent_and_what_came_back():
    shown, found = ECHO.answer(call(answered={"title": "Persuasion"}))

    assert shown == Shown("echo-title")
    assert (found.rule, found.where) == ("echo-title", "response.body/title")
    assert (found.expected, found.actual) == ('"Emma"', '"Persuasion"')


def test_an_echo_may_be_told_that_order_does_not_matter():
    echo = Echo("echo-tags", "tags", operation="addBook", unordered=True)

    assert list(echo.answer(call({"tags": ["a", "b"]}, {"tags": ["b", "a"]}))) == [Shown("echo-tags")]


@pytest.mark.parametrize(
    "unfit",
    [
        call(operation="addShelf"),
        call(status=400),
        call(status=500),
        call(status=0),
        call(denied=True),
        call(breaches=[breach()]),
        call(sent={}),
        call(sent=["Emma"]),
        call(sent=ABSENT),
        call(sent=InvalidJson("no")),
        call(answered={}),
        call(answered=["Emma"]),
        call(answered=ABSENT),
        call(unsound={"title"}),
        call(unsound={"title", "title/0"}),
    ],
)
def test_an_echo_is_not_judged_where_it_was_not_put_to_the_test(unfit):
    shown = ECHO.looks_at(unfit.operation.id, unfit.kind)

    assert not shown or list(ECHO.answer(unfit)) == []


def test_a_property_beside_an_unsound_one_is_sound():
    assert call(unsound={"titles", "id"}).sound("title")


def test_a_call_knows_which_properties_of_its_body_are_broken():
    broken = call(breaches=[breach(), breach("request.body/tags/1"), breach("request.header/Version")])

    assert broken.broken == {"title", "tags"}


@pytest.mark.parametrize(
    ("status", "denied", "accepted", "refused"),
    [
        (200, False, True, False),
        (299, False, True, False),
        (200, True, False, True),
        (302, False, False, False),
        (404, False, False, True),
        (500, False, False, False),
        (0, False, False, False),
    ],
)
def test_a_call_is_accepted_or_refused_or_neither(status, denied, accepted, refused):
    found = call(status=status, denied=denied)

    assert (found.accepted, found.refused) == (accepted, refused)


def test_a_rule_that_says_nothing_says_nothing():
    assert list(Rule().request(call())) == []
    assert list(Rule().answer(call())) == []
    assert not Rule().refuses(call())


def test_rules_are_found_by_name():
    assert rule_set(ECHO) == {"echo-title": ECHO}


def test_a_breach_of_a_rule_can_weigh_less_than_its_requirement():
    assert ECHO.breach("response.body/title", "a", "b", level="should").level == "should"
