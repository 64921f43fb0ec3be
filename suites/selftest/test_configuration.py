"""bookproof.toml: every key reaches the plan, and what is wrong is named with its line and a suggestion."""

import base64
from datetime import date, timedelta

import pytest

from bookproof import apis
from bookproof.errors import ConfigurationError
from bookproof.targets.configuration import Configuration
from bookproof.targets.manners import Budget
from bookproof.verdict import Waiver

TOMORROW = date.today() + timedelta(days=1)
YESTERDAY = date.today() - timedelta(days=1)
FULL = f"""
[highlevel]
url = "https://sandbox.example.com/base"
credentials = {{ bearer = "env:HL_TOKEN" }}
capabilities = ["readback", "cleanup"]
reading = "tolerant"
fixtures = {{ location_id = "L1", calendar_ids = ["C1", "C2"] }}
budget = {{ requests = 500, rate = "10/s", seconds = 60 }}

[[highlevel.waivers]]
requirement = "HL-042"
reason = "the vendor will mend it"
expires = {TOMORROW}
"""


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """Reads a text as the bookproof.toml of the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HL_TOKEN", "pit-secret")

    def read(text):
        (tmp_path / "bookproof.toml").write_text(text, encoding="utf-8")
        return Configuration.load()

    return read


def complaint(read, text):
    """The message and the hint of what is wrong."""
    with pytest.raises(ConfigurationError) as raised:
        read(text).plan("highlevel")
    return raised.value.message, raised.value.hint


# -- what the file says ------------------------------------------------------------------------------


def test_every_key_reaches_the_plan(configured):
    plan = configured(FULL).plan("highlevel")

    assert (plan.kind, plan.url) == ("live", "https://sandbox.example.com/base")
    assert (plan.authorization, plan.token_variable) == ("Bearer pit-secret", "HL_TOKEN")
    assert plan.secrets == ("pit-secret",)
    assert plan.fixtures == {"location_id": "L1", "calendar_ids": ["C1", "C2"]}
    assert plan.capabilities == {"readback", "cleanup"}
    assert plan.budget == Budget(requests=500, rate=10, seconds=60)
    assert plan.reading == "tolerant"
    assert plan.waivers == {"HL-042": Waiver("HL-042", "the vendor will mend it", TOMORROW)}


def test_without_a_file_the_reference_is_judged(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plan = Configuration.load().plan("highlevel")

    assert (plan.kind, plan.url, plan.authorization, plan.fixtures) == ("reference", "", None, {})


def test_a_section_without_an_address_leaves_the_reference(configured):
    assert configured("[highlevel]\nreading = 'tolerant'").plan("highlevel").kind == "reference"


def test_an_api_without_a_section_is_judged_as_ever(configured):
    assert configured(FULL).plan("timetap").kind == "reference"


def test_a_named_file_is_read(tmp_path):
    path = tmp_path / "other.toml"
    path.write_text("[highlevel]\nurl = 'http://127.0.0.1:1'", encoding="utf-8")

    assert Configuration.load(path).plan("highlevel").url == "http://127.0.0.1:1"


def test_a_run_lasts_ten_minutes_at_most_unless_the_file_says_otherwise(configured):
    assert configured("[highlevel]").plan("highlevel").budget == Budget(seconds=600)


def test_basic_credentials_are_encoded_and_every_form_of_them_is_a_secret(configured, monkeypatch):
    monkeypatch.setenv("HL_LOGIN", "user:pass:word")
    plan = configured("[highlevel]\nurl = 'http://x'\ncredentials = { basic = 'env:HL_LOGIN' }").plan("highlevel")
    encoded = base64.b64encode(b"user:pass:word").decode()

    assert plan.authorization == f"Basic {encoded}"
    assert set(plan.secrets) == {encoded, "user:pass:word", "pass:word"}


def test_blanks_around_a_secret_are_not_part_of_it(configured, monkeypatch):
    monkeypatch.setenv("HL_TOKEN", " pit-secret\n")

    assert configured(FULL).plan("highlevel").authorization == "Bearer pit-secret"


@pytest.mark.parametrize(
    ("rate", "a_second"),
    [
        ('"10/s"', 10),
        ('"60/min"', 1),
        ('"5000/h"', 5000 / 3600),
        ('" 0.5 / s "', 0.5),
        ("2", 2),
        ("2.5", 2.5),
        ("0", 0),
    ],
)
def test_a_rate_reads_like_this(configured, rate, a_second):
    plan = configured(f"[highlevel]\nbudget = {{ rate = {rate} }}").plan("highlevel")

    assert plan.budget.rate == pytest.approx(a_second)


# -- what the command line says in its place -------------------------------------------------------------


def test_the_command_line_wins(configured, monkeypatch):
    monkeypatch.setenv("OTHER", "pit-other")
    plan = configured(FULL).plan("highlevel", url="http://127.0.0.1:1", token_variable="OTHER", reading="strict")

    assert (plan.url, plan.authorization, plan.token_variable, plan.reading) == (
        "http://127.0.0.1:1",
        "Bearer pit-other",
        "OTHER",
        "strict",
    )


@pytest.mark.parametrize("kind", ["replay", "reference"])
def test_what_is_not_live_needs_no_secret_and_no_fixture_of_the_file(configured, monkeypatch, kind):
    monkeypatch.delenv("HL_TOKEN")
    plan = configured(FULL).plan("highlevel", kind=kind)

    assert (plan.kind, plan.url, plan.authorization, plan.fixtures) == (kind, "", None, {})


# -- what is wrong -------------------------------------------------------------------------------------------

SECTION = "[highlevel]\nurl = 'http://x'\n"
WAIVER = "[[highlevel.waivers]]\nrequirement = '{}'\nreason = 'r'\nexpires = {}\n"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[highlevle]", "bookproof.toml, line 1: There is no API 'highlevle'.", "Did you mean highlevel?"),
        ("[zzz]", "line 1: There is no API 'zzz'.", f"Known: {', '.join(apis.names())}."),
        ("url = 'http://x'", "line 1: There is no API 'url'.", ""),
        (SECTION + "reeding = 'strict'", "line 3: [highlevel] has no key 'reeding'.", "Did you mean reading?"),
        (SECTION + "budget = { rates = 1 }", "line 3: [highlevel] has no key 'rates'.", "Did you mean rate?"),
        (SECTION + "credentials = { barer = 'x' }", "line 3: [highlevel] has no key 'barer'.", "Did you mean bearer?"),
        (SECTION + "fixtures = { locationid = 'x' }", "line 3: highlevel has no fixture 'locationid'.", "location_id?"),
        (SECTION + "capabilities = ['read']", "line 3: There is no capability 'read'.", "Did you mean readback?"),
        (WAIVER.format("HL-0042", TOMORROW), "line 2: highlevel has no requirement 'HL-0042'.", "Did you mean HL-042?"),
        (WAIVER.format("HL-042", YESTERDAY), f"line 2: the waiver of HL-042 expired on {YESTERDAY}.", "a new date"),
        (
            WAIVER.format("HL-002", TOMORROW),
            "line 2: HL-002 is out of scope; there is nothing to waive.",
            "Take the waiver",
        ),
        (WAIVER.format("HL-042", "'soon'"), "expires", ""),
        ("[[highlevel.waivers]]\nrequirement = 'HL-042'\nexpires = 2099-01-01", "reason", ""),
        ("[[highlevel.waivers]]\nrequirement = 'HL-042'\nreason = ''\nexpires = 2099-01-01", "line 3", ""),
        (SECTION + "budget = { rate = 'fast' }", 'a rate reads "10/s", "60/min" or "5000/h"', ""),
        (SECTION + "budget = { requests = -1 }", "line 3: [highlevel] budget.requests", ""),
        (SECTION + "reading = 'lax'", "line 3: [highlevel] reading", ""),
        (SECTION + "credentials = { bearer = 'pit-1' }", "credentials.bearer", 'named by its variable: "env:NAME"'),
        (SECTION + "credentials = { bearer = 'env:NOT_SET' }", "variable NOT_SET is not set", "export NOT_SET="),
        (SECTION + "fixtures = { calendar_ids = 'C1' }", "fixture calendar_ids of highlevel is wrong", "location_id"),
        (SECTION + "url = 5", "is not TOML", ""),
        ("highlevel = 5", "line 1: [highlevel]", ""),
        ("[highlevel", "is not TOML", ""),
    ],
    ids=lambda value: value.splitlines()[-1][:60] if value else "",
)
def test_what_is_wrong_is_named(configured, text, message, hint):
    said, suggestion = complaint(configured, text)

    assert message in said
    assert hint in suggestion


def test_the_value_of_a_secret_in_the_file_is_not_repeated(configured):
    said, suggestion = complaint(configured, SECTION + "credentials = { bearer = 'pit-very-secret' }")

    assert "pit-very-secret" not in said + suggestion


def test_a_waiver_is_good_on_its_last_day(configured):
    assert "HL-042" in configured(WAIVER.format("HL-042", date.today())).plan("highlevel").waivers


def test_a_named_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Configuration.load(tmp_path / "other.toml")


def test_a_file_that_is_not_text_is_an_error(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigurationError, match="is not TOML"):
        Configuration.load(tmp_path / "a.toml")
