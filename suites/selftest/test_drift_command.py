"""`bookproof drift`: exit codes, sentences and JSON, for recordings and for a vendor's file."""

import json
from dataclasses import replace

import pytest
from captured import URL, write_har
from drifted import RESOURCE, created, listed
from vendors_file import HIGHLEVEL, POST, SENT, schema

from bookproof.captures import ndjson

# -- with a recording --------------------------------------------------------------------------------


@pytest.fixture
def recordings(tmp_path):
    for name, exchanges in (("old", created()), ("new", created(colour="red"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "day.ndjson").write_bytes(b"".join(map(ndjson.encode, exchanges)))
    return tmp_path


def test_drift_exits_with_1_and_says_what(bookproof, recordings):
    code, out, _ = bookproof("drift old new")

    assert code == 1
    assert "+ POST /calendars/resources/{resourceType} 201  response.body/colour   new property: string" in out
    assert "highlevel has drifted: 1 new" in out


def test_no_drift_exits_with_0(bookproof, recordings):
    code, out, _ = bookproof("drift old old --quiet")

    assert (code, out) == (0, "highlevel steady\n")


def test_json_is_one_document(bookproof, recordings):
    code, out, _ = bookproof("drift old new --json")
    document = json.loads(out)

    assert (code, document["api"], document["drift"]) == (1, "highlevel", True)
    assert document["changes"][0]["seen"] == {"before": [0, 12], "now": [12, 12]}


def test_a_recording_that_breaks_off_without_a_change_concludes_nothing(bookproof, recordings):
    write_har(recordings / "whole.har", created())
    text = (recordings / "whole.har").read_text()
    (recordings / "half.har").write_text(text[: len(text) // 2])
    code, out, _ = bookproof("drift old half.har")

    assert code == 3
    assert "could not be compared to the end" in out


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("drift nowhere old", "nowhere is no recording"),
        ("drift old new old", "Two recordings are compared"),
        ("drift old new --openapi x.json", "--openapi compares the contract of one API"),
        ("drift highlevle --openapi x.json", "There is no API 'highlevle'"),
        ("drift empty old", "There is no capture in empty"),
        ("drift old new --url-prefix example.com", "is not an http or https address"),
        ("drift", "Missing argument"),
    ],
)
def test_wrong_usage_exits_with_2(bookproof, recordings, line, message):
    (recordings / "empty").mkdir()
    code, out, err = bookproof(line)

    assert (code, out) == (2, "")
    assert message in err


def test_a_recording_of_another_api_cannot_be_compared(bookproof, recordings):
    (recordings / "other.ndjson").write_bytes(ndjson.encode(listed(RESOURCE)))
    code, _, err = bookproof("drift old other.ndjson")

    assert code == 3
    assert "no exchange of one and the same API" in err


def test_an_address_that_is_named_belongs_to_the_api(bookproof, recordings):
    elsewhere = [
        replace(
            e,
            request=replace(
                e.request, url=e.request.url.replace(URL, "http://gw.example.com/hl/calendars/resources/rooms")
            ),
        )
        for e in created()
    ]
    (recordings / "gw.ndjson").write_bytes(b"".join(map(ndjson.encode, elsewhere)))

    assert bookproof("drift old gw.ndjson --url-prefix http://gw.example.com/hl")[0] == 0


# -- with a vendor's file ---------------------------------------------------------------------------


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
