"""Captures of every form: each recorder's habits are read as what was on the wire."""

import json
from dataclasses import replace

import captured
import pytest
from captured import GOOD, har, har_entry, write_har

from bookproof.captures import interactions, ndjson, reading
from bookproof.captures.entries import Unreadable
from bookproof.errors import CannotJudge, DataError
from bookproof.exchange import Exchange, Request, Response

BODY = GOOD.response.body.decode()
INDENTED = captured.VCRPY.replace("\n", "\n  ").replace("\n  version:", "\nversion:")
ENDLESS = "1" + "0" * 400


def read(tmp_path, text, name="capture"):
    """The entries of a file that holds this text."""
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(reading.read([str(path)]))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(har(har_entry()), id="a browser's HAR"),
        pytest.param(
            har(har_entry(content={"size": 9, "text": captured.encoded(BODY.encode()), "encoding": "base64"})),
            id="a body in base64",
        ),
        pytest.param(
            har(har_entry(headers=tuple(h for h in captured.HEADERS if h[0] != "Authorization"))),
            id="Chromium's HAR, which lacks credentials",
        ),
        pytest.param(captured.VCRPY, id="a vcrpy cassette with a compressed body"),
        pytest.param(INDENTED, id="a vcrpy cassette whose list is indented"),
        pytest.param(captured.SCHEMATHESIS, id="a cassette of Schemathesis"),
        pytest.param(ndjson.encode(GOOD), id="a line"),
        pytest.param(b"\n" + ndjson.encode(captured.COMPRESSED) + b"\n", id="a line with a compressed body"),
        pytest.param(
            json.dumps(
                {
                    "version": 1,
                    "interactions": [
                        {
                            "request": {
                                "method": "POST",
                                "uri": captured.URL,
                                "body": json.dumps(captured.ROOM),
                                "headers": {"Version": ["2021-04-15"], "Content-Type": ["application/json"]},
                            },
                            "response": {
                                "status": {"code": 201},
                                "headers": {"Content-Type": ["application/json"]},
                                "body": {"string": BODY},
                            },
                        }
                    ],
                }
            ),
            id="a vcrpy cassette in JSON",
        ),
    ],
)
def test_an_exchange_reads_the_same_from_every_form(tmp_path, text):
    (entry,) = read(tmp_path, text)

    assert (entry.request.method, entry.request.url, entry.request.body) == (
        "POST",
        captured.URL,
        GOOD.request.body,
    )
    assert (entry.response.status, entry.response.body) == (201, GOOD.response.body)
    assert entry.request.header("Version") == "2021-04-15"
    assert entry.request.header("Authorization").startswith("Bearer ")


@pytest.mark.parametrize("number", ["1e400", ENDLESS], ids=["infinite", "endless"])
@pytest.mark.parametrize(
    "text",
    [
        ndjson.encode(GOOD).decode().replace('"elapsed":0.0', '"elapsed":NUMBER'),
        har(har_entry()).replace('"time": 12.5', '"time": NUMBER'),
    ],
    ids=["a line", "a HAR"],
)
def test_a_time_that_no_clock_says_makes_an_entry_unreadable(tmp_path, text, number):
    (entry,) = read(tmp_path, text.replace("NUMBER", number))

    assert isinstance(entry, Unreadable)


@pytest.mark.parametrize("masked", ["", "[Filtered]", "REDACTED", "Bearer "])
def test_credentials_that_a_recorder_masked_count_as_sent(tmp_path, masked):
    headers = (("Authorization", masked), *(h for h in captured.HEADERS if h[0] != "Authorization"))
    (entry,) = read(tmp_path, har(har_entry(headers=headers)))

    assert entry.request.header("authorization") == "Bearer bookproof-scrubbed"


@pytest.mark.parametrize(
    "exchange",
    [
        GOOD,
        Exchange(Request("GET", "https://a.example/x?y=1"), Response(204), started=1.25, elapsed=0.5),
        Exchange(
            Request("PUT", "https://a.example/", (("A", "1"), ("a", "2")), b"\xff\x00"), Response(200, (), b"\xfe")
        ),
        Exchange(Request("GET", "https://a.example/"), None, "the server broke off"),
    ],
)
def test_what_is_written_reads_back_equal(tmp_path, exchange):
    write_har(tmp_path / "a.har", [exchange, exchange])
    (tmp_path / "a.ndjson").write_bytes(ndjson.encode(exchange))

    assert list(reading.read([str(tmp_path / "a.har"), str(tmp_path / "a.ndjson")])) == [exchange] * 3


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (har_entry(content={"size": 120}), "was not saved"),
        (har_entry(content={"size": 3, "text": "***", "encoding": "base64"}), "not base64"),
        (har_entry(of=replace(GOOD, request=replace(GOOD.request, url="/relative"))), "no absolute url"),
        (har_entry(status="teapot"), "no status"),
        ({"request": None}, "no HAR entry"),
        (7, "no HAR entry"),
    ],
)
def test_an_entry_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path, entry, reason):
    first, wrong, last = read(tmp_path, har(har_entry(), entry, har_entry()), "a.har")

    assert isinstance(wrong, Unreadable)
    assert wrong.place == "a.har, entry 2"
    assert reason in wrong.reason
    assert first == last
    assert isinstance(first, Exchange)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"[]", "no exchange"),
        (b'{"request": {"method": "GET"}}', "no exchange"),
        (b'{"request": {"method": "GET", "url": "https://a.example"}, "response": {}}', "no status"),
        (b'{"request": {"method": "GET", "url": "https://a.example", "body": 5}}', "neither text nor"),
        (b'{"request": {"method": "GET", "url": "https://a.example", "headers": [1]}}', "no"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path, line, reason):
    _, wrong, last = read(tmp_path, ndjson.encode(GOOD) + line + b"\n" + ndjson.encode(GOOD), "a.ndjson")

    assert wrong.place == "a.ndjson, line 2"
    assert reason in wrong.reason
    assert isinstance(last, Exchange)


@pytest.mark.parametrize("length", [150, 600])
def test_a_har_that_breaks_off_gives_what_came_before(tmp_path, length):
    text = har(har_entry(), har_entry(), har_entry())
    *entries, end = read(tmp_path, text[:-length], "a.har")

    assert len(entries) == 2
    assert end.final
    assert "breaks off after 2 entries" in end.reason


def test_a_cassette_with_aliases_is_read_whole(tmp_path):
    second = captured.VCRPY.split("interactions:\n")[1].replace("[application/json]", "*type", 1)
    first = captured.VCRPY.split("version:")[0].replace("[application/json]", "&type [application/json]", 1)

    assert [type(entry) for entry in read(tmp_path, first + second)] == [Exchange, Exchange]


def test_a_cassette_that_breaks_off_gives_what_came_before(tmp_path):
    *entries, end = read(tmp_path, captured.VCRPY.split("version:")[0] + "- request: {body: 'x", "a.yaml")

    assert [type(entry) for entry in entries] == [Exchange]
    assert end.final
    assert end.place == "a.yaml, interaction 2"


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", CannotJudge, "is empty"),
        (b" \n\t\n", CannotJudge, "is empty"),
        (b"\x7fELF\x02\x01\x01\x00\x00", DataError, "begins with 7f 45 4c 46"),
        (b"hello, world", DataError, "begins with 'hello, world'"),
        (b"openapi: 3.1.0\n", DataError, "is no capture"),
    ],
)
def test_what_is_no_capture_is_one_clear_error(tmp_path, content, error, words):
    with pytest.raises(error) as raised:
        read(tmp_path, content)

    assert words in str(raised.value)


def test_a_brotli_body_is_named_since_it_cannot_be_judged(tmp_path):
    line = ndjson.encode(replace(GOOD, response=Response(200, (("Content-Encoding", "br"),), b"\x8b\x02\x80\xff")))
    (entry,) = read(tmp_path, line)

    assert "compressed with br" in entry.reason


def test_an_own_cassette_tells_that_no_credentials_were_sent(tmp_path):
    own = "metadata:\n  api: highlevel\n  recorded: today\n" + captured.VCRPY
    path = tmp_path / "own.yaml"
    path.write_text(own)

    with path.open("rb") as stream:
        (entry,) = interactions.read(stream, "own.yaml")

    assert entry.request.header("Authorization") is None
