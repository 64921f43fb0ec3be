"""Verdicts: what the judgements of a run come to, row by row and in one word."""

import json
from collections import Counter

import jsonschema_rs
import pytest
from tallied import ALL, CONTRACT, WAIVER, finding, outcomes, parts, row, tally, verdict

from bookproof import apis, resources
from bookproof.exchange import Exchange, Request
from bookproof.findings import Finding
from bookproof.running import run_suite
from bookproof.targets.opening import Plan
from bookproof.verdict import OUTCOMES

# -- outcomes ----------------------------------------------------------------------------------------


def test_a_run_that_had_no_valid_request_accepted_is_inconclusive():
    judged = verdict(tally("LB-001", "LB-002", accepted=Counter()))

    assert judged.conclusion == "inconclusive"
    assert judged.reason.startswith("no valid request was accepted")


def test_what_was_shown_has_passed():
    found = verdict(tally(*ALL))

    assert outcomes(found) == {
        "LB-001": "passed",
        "LB-002": "passed",
        "LB-003": "passed",
        "LB-004": "not-applicable",
        "LB-005": "out-of-scope",
        "LB-006": "passed",
        "LB-007": "passed",
        "LB-008": "out-of-scope",
        "LB-009": "not-applicable",
        "LB-010": "passed",
    }
    assert (found.conclusion, found.exit_code, found.reason) == ("conforms", 0, "")


@pytest.mark.parametrize(
    ("requirement", "level", "outcome", "conclusion", "code"),
    [
        ("LB-001", "must", "failed", "violates", 1),
        ("LB-001", "should", "warned", "conforms", 0),
        ("LB-003", "should", "warned", "conforms", 0),
        ("LB-004", "must", "failed", "violates", 1),
    ],
)
def test_a_finding_weighs_as_much_as_its_level(requirement, level, outcome, conclusion, code):
    found = verdict(tally(*ALL, findings=[finding(requirement, level)]))

    assert row(found, requirement).outcome == outcome
    assert (found.conclusion, found.exit_code) == (conclusion, code)


def test_the_weightiest_findings_come_first():
    found = verdict(tally(findings=[finding(level="should", message="a"), finding(level="must", message="b")]))

    assert [seen.finding.level for seen in row(found, "LB-001").findings] == ["must", "should"]


def test_a_waived_requirement_does_not_violate():
    found = verdict(tally(*ALL, findings=[finding()]), {"LB-001": WAIVER})

    assert row(found, "LB-001").outcome == "waived"
    assert row(found, "LB-001").reason == "waived until 2031-05-01: the vendor knows"
    assert (found.conclusion, found.exit_code) == ("conforms", 0)


def test_a_waiver_of_what_holds_changes_nothing():
    assert row(verdict(tally(*ALL), {"LB-001": WAIVER}), "LB-001").outcome == "passed"


def test_a_capability_that_is_declared_is_judged():
    found = verdict(tally(*ALL, "LB-004"), capabilities=frozenset({"readback"}))

    assert (row(found, "LB-004").outcome, row(found, "LB-009").outcome) == ("passed", "passed")


def test_a_capability_that_is_declared_must_be_reached():
    found = verdict(tally(*ALL), capabilities=frozenset({"readback"}))

    assert (found.conclusion, found.exit_code) == ("inconclusive", 3)
    assert found.reason.startswith("2 requirements were not reached (LB-004, LB-009)")


def test_refusals_show_nothing_where_nothing_valid_was_accepted():
    made = tally("LB-002", "LB-003", "LB-010")
    made.enforced["addBook"] = Counter({"LB-001": 4})

    assert row(verdict(made), "LB-001").outcome == "untested"


def test_refusals_show_a_requirement_where_valid_requests_are_accepted():
    made = tally("LB-002", "LB-003", "LB-010")
    made.enforced["addBook"] = Counter({"LB-001": 4})
    made.accepted["addBook"] = 1

    assert (row(verdict(made), "LB-001").outcome, row(verdict(made), "LB-001").exchanges) == ("passed", 4)


# -- summaries -----------------------------------------------------------------------------------------


def test_a_summary_points_at_the_part_that_failed():
    found = verdict(tally(*ALL, findings=[finding("LB-002")]))

    assert (row(found, "LB-006").outcome, row(found, "LB-006").reason) == ("untested", "see LB-002 (failed)")
    assert (row(found, "LB-007").outcome, row(found, "LB-007").reason) == ("untested", "see LB-006 (untested)")


def test_a_summary_of_a_part_that_was_not_reached_is_not_counted_twice():
    found = verdict(tally("LB-001", "LB-003", "LB-010", untested={"LB-002": ("no fixture", "fixtures")}))

    assert row(found, "LB-006").excused
    assert found.conclusion == "conforms"


def test_a_summary_that_is_broken_itself_has_failed():
    assert row(verdict(tally(*ALL, findings=[finding("LB-006")])), "LB-006").outcome == "failed"


def test_a_summary_counts_the_exchanges_of_its_parts():
    assert row(verdict(tally(*ALL, "LB-001", "LB-001")), "LB-006").exchanges == 4


# -- what was not reached ----------------------------------------------------------------------------------


def test_nothing_exercised_is_never_conforming():
    found = verdict(tally())

    assert (found.conclusion, found.exit_code, found.reason) == ("inconclusive", 3, "nothing was exercised")


def test_a_must_that_was_not_reached_makes_the_verdict_inconclusive():
    found = verdict(tally("LB-002", "LB-003", "LB-010"))

    assert (row(found, "LB-001").outcome, row(found, "LB-001").reason) == ("untested", "no exchange exercised it")
    assert found.conclusion == "inconclusive"


def test_a_should_that_was_not_reached_does_not():
    found = verdict(tally("LB-001", "LB-002", "LB-010"))

    assert row(found, "LB-003").outcome == "untested"
    assert found.conclusion == "conforms"


def test_a_must_that_no_fixture_was_declared_for_is_excused():
    found = verdict(tally("LB-002", "LB-003", "LB-010", untested={"LB-001": ("no fixture", "fixtures")}))

    assert (row(found, "LB-001").outcome, row(found, "LB-001").reason) == ("untested", "no fixture")
    assert (found.conclusion, found.exit_code) == ("conforms", 0)


def test_a_row_that_an_acceptance_shows_is_untested_where_its_scenario_could_not_run():
    found = verdict(tally(*ALL, untested={"LB-010": ("it needs 100 calendars", None)}))

    assert row(found, "LB-010").outcome == "untested"


def test_nothing_that_passed_is_never_conforming():
    excuses = dict.fromkeys(ALL, ("blocked", "LB-099"))

    assert verdict(tally("LB-010", untested=excuses)).conclusion == "inconclusive"


def test_an_interrupted_run_is_inconclusive():
    found = verdict(tally(*ALL), interrupted="The budget of 5 requests is spent.")

    assert (found.conclusion, found.reason) == ("inconclusive", "The budget of 5 requests is spent.")


def test_an_interrupted_run_that_found_something_violates():
    found = verdict(tally(findings=[finding()]), interrupted="The budget of 5 requests is spent.")

    assert (found.conclusion, found.exit_code) == ("violates", 1)


@pytest.mark.parametrize(("level", "conclusion"), [("must", "violates"), ("should", "conforms")])
def test_a_finding_that_nobody_owns_counts(level, conclusion):
    found = verdict(tally(*ALL, findings=[finding(None, level)]))

    assert len(found.unowned) == 1
    assert found.conclusion == conclusion


# -- the file ------------------------------------------------------------------------------------------------------


SCHEMA = json.loads(resources.locate("contracts", "schemas", "verdict.schema.json").read_text(encoding="utf-8"))


def invalid(document):
    """What of a document its schema refuses, once it was written and read."""
    return [e.message for e in jsonschema_rs.Draft202012Validator(SCHEMA).iter_errors(json.loads(json.dumps(document)))]


@pytest.mark.parametrize(
    "made",
    [
        tally(),
        tally(*ALL),
        tally(*ALL, findings=[finding(), finding(None), finding("LB-003", "should", where="response.status")]),
        tally(
            findings=[Finding(None, "must", "no answer", "an answer", "refused", "exchange", Exchange(Request("", "")))]
        ),
        parts()[0],
    ],
    ids=["empty", "conforming", "findings", "no answer", "notes"],
)
def test_the_verdict_fits_its_schema(made):
    assert invalid(verdict(made, {"LB-001": WAIVER}).as_json()) == []


def test_the_verdict_of_a_real_run_fits_its_schema():
    outcome = run_suite(apis.load("highlevel"), Plan(), properties=False, select="test_limit or test_credentials")

    assert invalid(outcome.verdict.as_json()) == []


def test_the_schema_describes_every_key():
    document = verdict(tally(*ALL, findings=[finding()])).as_json()
    row = document["requirements"][0]

    assert set(document) <= set(SCHEMA["properties"])
    assert set(row) <= set(SCHEMA["$defs"]["requirement"]["properties"])
    assert set(row["findings"][0]) <= set(SCHEMA["$defs"]["finding"]["properties"])


@pytest.mark.parametrize("key", ["format", "verdict", "counts", "requirements", "unowned"])
def test_a_verdict_that_lacks_something_does_not_fit_its_schema(key):
    document = verdict(tally(*ALL)).as_json()
    del document[key]

    assert invalid(document) != []


def test_the_verdict_holds_what_scripts_depend_on():
    document = verdict(tally(*ALL, findings=[finding()]), seconds=1.23456).as_json()
    failed = document["requirements"][0]

    assert (document["format"], document["api"], document["verdict"], document["seconds"]) == (
        1,
        "library",
        "violates",
        1.235,
    )
    assert document["started"] == "2031-01-02T03:04:05Z"
    assert document["contract"] == {"version": "1.0.0", "sha256": CONTRACT.sha256}
    assert set(document["counts"]["requirements"]) == set(OUTCOMES)
    assert (failed["id"], failed["outcome"], failed["findings"][0]["where"]) == (
        "LB-001",
        "failed",
        "request.body/title",
    )
    assert failed["findings"][0]["example"]["curl"] == "curl -X POST http://localhost/1.0"
