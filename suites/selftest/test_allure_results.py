"""Allure's results: each test stands where it belongs, and accuses no requirement that was kept."""

import json

import pytest

from bookproof import apis, judge
from bookproof.faults import Gateway, Hooks
from bookproof.proving import app_with
from bookproof.running import run_suite
from bookproof.targets.opening import Plan


def results(place, api, app=None, select=""):
    """The verdict of a run of scenarios, and Allure's results as mappings."""
    verdict = run_suite(apis.load(api), Plan(app=app), properties=False, allure=place, select=select).verdict
    return verdict, [json.loads(path.read_text(encoding="utf-8")) for path in place.glob("*-result.json")]


def labels(result, name):
    return [label["value"] for label in result["labels"] if label["name"] == name]


def blamed(found):
    """The ids of the stories below which a test failed."""
    return {story.partition(" ")[0] for one in found if one["status"] == "failed" for story in labels(one, "story")}


def shout(asked, answered):
    if isinstance(answered.json, dict) and "name" in answered.json:
        answered.json["name"] = str(answered.json["name"]).upper()


def shouting():
    """HighLevel's reference, which answers every name in capitals."""
    return Gateway(apis.load("highlevel").reference().app, Hooks(answer=shout))


def test_a_test_that_found_nothing_stands_under_its_own_requirement(tmp_path):
    found = results(tmp_path, "highlevel", select="test_limit")[1]

    assert found
    for one in found:
        assert labels(one, "epic") == ["HighLevel calendar resources"]
        assert labels(one, "feature") == ["createCalendarResource"]
        assert [story.partition(" ")[0] for story in labels(one, "story")] in (["HL-042"], ["HL-043"])


def test_tests_fail_under_the_requirement_that_is_broken_and_no_other(tmp_path):
    verdict, found = results(tmp_path, "highlevel", shouting())

    assert sum(one["status"] == "failed" for one in found) > 40
    assert blamed(found) == {row.requirement.id for row in verdict.rows if row.outcome == "failed"} == {"HL-050"}


def test_of_several_broken_requirements_a_test_stands_under_its_own(tmp_path):
    def shout_and_lie(asked, answered):
        shout(asked, answered)
        if isinstance(answered.json, dict):
            answered.json["isActive"] = "yes"

    app = Gateway(apis.load("highlevel").reference().app, Hooks(answer=shout_and_lie))
    found = results(tmp_path, "highlevel", app, select="test_response")[1]
    stories = {tuple(story.partition(" ")[0] for story in labels(one, "story")) for one in found}

    assert {("HL-050",), ("HL-053",), ("HL-050", "HL-053")} <= {tuple(sorted(one)) for one in stories}


def test_a_test_that_was_skipped_before_it_began_has_its_place(tmp_path):
    found = results(tmp_path, "timetap", app_with(apis.load("timetap"), "tt-list-missing"))[1]
    skipped = [one for one in found if one["status"] == "skipped"]

    assert len(skipped) > 10
    assert all(labels(one, "epic") and labels(one, "story") for one in skipped)


def test_a_fault_that_no_requirement_owns_accuses_none(tmp_path, monkeypatch):
    monkeypatch.setattr(judge.Judge, "_owner", lambda self, *arguments: None)
    found = results(tmp_path, "highlevel", shouting(), select="test_limit")[1]

    assert {story for one in found if one["status"] == "failed" for story in labels(one, "story")} == {
        "faults that no requirement owns"
    }


@pytest.mark.parametrize("app", [None, shouting()], ids=["conforming", "faulty"])
def test_fixtures_leave_no_file(tmp_path, app):
    _, found = results(tmp_path, "highlevel", app, select="test_limit")
    attached = {attachment["source"] for one in found for attachment in one.get("attachments", ())}

    assert {path.name for path in tmp_path.iterdir() if not path.name.endswith("-result.json")} == attached
