"""Evidence: an exchange as people read it, and a command that sends the request again."""

import shlex

import pytest

from bookproof.evidence import BODY_KEPT, as_evidence, body_text, curl, pretty
from bookproof.exchange import Exchange, Request, Response
from bookproof.targets.secrets import SCRUBBED

URL = "https://library.example.com/books?a=1&b=2"
JSON = ("Content-Type", "application/json")
HOSTILE = [
    b'{"title": "it\'s"}',
    b'{"title": "$(reboot) `reboot` $HOME \\\\"}',
    b"line\nline",
    b"@/etc/passwd",
    b"--upload-file",
    "Жёлтая 会議室 🧘".encode(),
]


def words(request, variable=""):
    return shlex.split(curl(request, variable))


def test_a_command_repeats_the_request():
    command = curl(Request("POST", "https://library.example.com/books", (JSON, ("Version", "1")), b'{"a":1}'))

    assert command == (
        "curl -X POST https://library.example.com/books -H 'Content-Type: application/json' -H 'Version: 1' "
        """--data-raw '{"a":1}'"""
    )


@pytest.mark.parametrize("body", HOSTILE, ids=[body.decode() for body in HOSTILE])
def test_a_body_reaches_the_command_as_one_word(body):
    assert words(Request("POST", URL, (JSON,), body))[-2:] == ["--data-raw", body.decode()]


def test_a_url_and_a_header_reach_the_command_as_one_word_each():
    command = words(Request("GET", URL, (("X-Note", "it's $HOME; rm"),)))

    assert command == ["curl", "-X", "GET", URL, "-H", "X-Note: it's $HOME; rm"]


def test_evidence_and_command_are_bounded_whatever_was_sent():
    endless = "x" * 1_000_000
    headers = ((endless, endless), *((f"X-{number}", endless) for number in range(1_000)))
    exchange = Exchange(Request(endless, f"{URL}{endless}", headers, endless.encode()), Response(200, headers, b""))

    assert len(curl(exchange.request)) < 200_000
    assert len(str(as_evidence(exchange))) < 120_000


def test_a_masked_token_becomes_a_variable():
    command = curl(Request("GET", URL, (("Authorization", f"Bearer {SCRUBBED}"),)), "HL_TOKEN")

    assert command.endswith('-H "Authorization: Bearer $HL_TOKEN"')


def test_a_masked_token_has_a_variable_even_where_none_was_named():
    assert curl(Request("GET", URL, (("Authorization", f"Basic {SCRUBBED}"),))).endswith(
        '"Authorization: Basic $TOKEN"'
    )


@pytest.mark.parametrize("scheme", ["$(reboot)", "`reboot`", 'B"'])
def test_a_scheme_that_a_shell_would_run_is_quoted(scheme):
    command = curl(Request("GET", URL, (("Authorization", f"{scheme} {SCRUBBED}"),)), "HL_TOKEN")

    assert f'"Authorization: {scheme}' not in command


def test_a_token_that_is_not_the_runs_own_is_repeated():
    command = words(Request("GET", URL, (("Authorization", "Bearer bookproof-token-of-nobody"),)))

    assert command[-1] == "Authorization: Bearer bookproof-token-of-nobody"


def test_headers_that_every_client_writes_itself_are_left_out():
    headers = (("Host", "a"), ("User-Agent", "b"), ("Accept", "c"), ("Content-Length", "1"), ("Connection", "close"))

    assert words(Request("GET", URL, headers)) == ["curl", "-X", "GET", URL]


def test_a_body_without_a_media_type_is_sent_without_one():
    command = words(Request("POST", URL, (), b"{}"))

    assert command == ["curl", "-X", "POST", URL, "-H", "Content-Type:", "--data-raw", "{}"]


def test_a_long_body_is_cut():
    message = Response(200, (), b"x" * (BODY_KEPT + 5))

    assert body_text(message) == "x" * BODY_KEPT + "… (5 more characters)"
    assert len(curl(Request("POST", URL, (), message.body))) < BODY_KEPT + 200
    assert len(pretty(message)) < BODY_KEPT + 30


def test_no_body_is_none():
    assert body_text(Request("GET", URL)) is None


def test_a_body_of_bytes_is_shown_as_well_as_it_can_be():
    assert body_text(Response(200, (), b"caf\xe9")) == "caf�"


def test_json_is_indented():
    assert pretty(Response(200, (), b'{"a":[1]}')) == '{\n  "a": [\n    1\n  ]\n}'


@pytest.mark.parametrize("body", [b"<html>", b"[" * 100_000, b""])
def test_what_is_not_json_is_shown_as_it_is(body):
    assert pretty(Response(200, (), body)).startswith(body.decode()[:100])


def test_evidence_holds_both_sides():
    exchange = Exchange(Request("POST", URL, (JSON,), b"{}"), Response(400, (("X-A", "1"),), b"no"))

    assert as_evidence(exchange) == {
        "request": {"method": "POST", "url": URL, "headers": {"Content-Type": "application/json"}, "body": "{}"},
        "response": {"status": 400, "headers": {"X-A": "1"}, "body": "no"},
        "error": None,
    }


def test_evidence_of_a_broken_connection_says_why():
    evidence = as_evidence(Exchange(Request("GET", URL), error="no connection"))

    assert (evidence["response"], evidence["error"]) == (None, "no connection")


def test_headers_without_end_are_cut():
    headers = tuple((f"X-{number}", "v" * 5_000) for number in range(500))
    kept = as_evidence(Exchange(Request("GET", URL), Response(200, headers)))["response"]["headers"]

    assert len(kept) == 60
    assert len(kept["X-0"]) == 501
