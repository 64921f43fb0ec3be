"""Exchanges: header fields, JSON bodies, and values on one line."""

import pytest

from bookproof.exchange import ABSENT, Exchange, InvalidJson, Request, Response, brief, parse_json

VALUES = [
    (b"{}", {}),
    (b'{"name": "Zo\xc3\xab"}', {"name": "Zoë"}),
    (b"\xef\xbb\xbf[1]", [1]),
    (b"null", None),
    (b"12345678901234567890", 12345678901234567890),
    (b'"\\ud83e\\uddd8"', "🧘"),
]
NOT_JSON = [
    (b'{"name":', "not JSON"),
    (b"", "not JSON"),
    (b"<html>", "not JSON"),
    (b"NaN", "NaN is not a JSON number"),
    (b'{"n": -Infinity}', "-Infinity is not a JSON number"),
    (b'"caf\xe9"', "not UTF-8 (byte 4)"),
    (b"[" * 200_000, "nested too deeply"),
    (b"9" * 5_000, "not JSON"),
]
LINES = [
    (ABSENT, "nothing"),
    (None, "null"),
    ("text", '"text"'),
    ([1, 2], "[1, 2]"),
    (list(range(6)), "6 items"),
    (InvalidJson("the body is not JSON"), "the body is not JSON"),
    ("é" * 3, '"ééé"'),
]


@pytest.mark.parametrize(
    "message", [Request("GET", "", (("X-Id", "1"), ("x-id", "2"))), Response(200, (("X-ID", "1"),))]
)
def test_a_header_is_found_whatever_its_case_and_the_first_one_wins(message):
    assert message.header("x-Id") == "1"


def test_a_header_that_was_not_sent_is_none():
    assert Request("GET", "http://localhost").header("Version") is None


@pytest.mark.parametrize(("body", "value"), VALUES)
def test_a_json_body_is_read(body, value):
    assert parse_json(body) == value


@pytest.mark.parametrize(("body", "reason"), NOT_JSON, ids=[reason for _, reason in NOT_JSON])
def test_a_body_that_is_not_json_says_why(body, reason):
    with pytest.raises(InvalidJson) as raised:
        parse_json(body)

    assert reason in str(raised.value)


@pytest.mark.parametrize(("value", "line"), LINES)
def test_a_value_fits_on_one_line(value, line):
    assert brief(value) == line


def test_a_long_value_is_cut():
    assert brief("x" * 500, limit=20) == '"xxxxxxxxxxxxxxxxxx…'


def test_nothing_is_not_null():
    assert not ABSENT
    assert ABSENT is not None


def test_an_exchange_without_a_sender_claims_nothing():
    exchange = Exchange(Request("GET", "http://localhost"))

    assert not exchange.intent.vouched
    assert exchange.intent.demonstrates is None
