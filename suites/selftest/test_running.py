"""Runs of a suite: what was not judged to the end, or could not be judged at all, is never a pass."""

import shutil
import subprocess
import sys

import pytest

from bookproof import apis
from bookproof.apis import Api
from bookproof.errors import CannotJudge, DataError
from bookproof.proving import app_with
from bookproof.running import run_suite
from bookproof.targets.asgi import served
from bookproof.targets.opening import Plan


def run(progress=None, **plan):
    return run_suite(apis.load("highlevel"), Plan(**plan), properties=False, progress=progress)


def at_the_last_test(error):
    """Breaks a run off with its last test."""

    def progress(done, total, test):
        if done == total:
            raise error

    return progress


def test_a_run_tells_how_far_it_is():
    told = []
    run(lambda *state: told.append(state))
    total = told[-1][1]

    assert [(done, of) for done, of, _ in told] == [(number, total) for number in range(1, total + 1)]


def test_a_run_says_nothing_of_its_own(capfd):
    run()

    assert capfd.readouterr() == ("", "")


def test_an_interrupted_run_is_not_a_pass():
    verdict = run(at_the_last_test(KeyboardInterrupt())).verdict

    assert (verdict.conclusion, verdict.reason) == ("inconclusive", "The run was interrupted.")


def test_an_interruption_ends_the_run_that_it_concerns_and_no_other():
    def progress(done, total, test):
        if done == 1:
            run(at_the_last_test(KeyboardInterrupt()))

    assert run(progress).verdict.conclusion == "conforms"


def test_a_run_with_a_fault_of_its_own_is_not_a_pass(capfd):
    with pytest.raises(CannotJudge, match="The suite of highlevel could not run: "):
        run(at_the_last_test(ValueError("a fault")))

    assert "Traceback" not in capfd.readouterr().err


def test_an_empty_suite_is_not_a_pass(monkeypatch, tmp_path):
    monkeypatch.setattr(Api, "suites", tmp_path)

    with pytest.raises(CannotJudge, match="The suite of highlevel is empty: there is no test in it"):
        run()


@pytest.mark.parametrize("text", ["def", "import no_such_module", "raise ValueError('a fault')", "def helper(): ..."])
def test_a_suite_that_cannot_be_collected_is_not_a_pass(monkeypatch, tmp_path, text):
    (tmp_path / "test_broken.py").write_text(text)
    monkeypatch.setattr(Api, "suites", tmp_path)

    with pytest.raises(CannotJudge, match="The suite of highlevel could not run: "):
        run()


def test_a_scenario_that_breaks_down_itself_is_not_a_pass(monkeypatch, tmp_path):
    highlevel = apis.load("highlevel").suites
    shutil.copytree(highlevel, tmp_path / "suites" / "highlevel", ignore=shutil.ignore_patterns("__pycache__"))
    scenario = "def test_it(highlevel, room):\n    assert highlevel.create('rooms', room).accepted\n    1 / 0\n"
    (tmp_path / "suites" / "highlevel" / "test_broken.py").write_text(scenario)
    monkeypatch.setattr(apis, "__path__", list(apis.__path__))
    monkeypatch.setenv("BOOKPROOF_PATH", str(tmp_path))
    outcome = run()

    assert outcome.verdict.conclusion == "inconclusive"
    assert "test_it" in outcome.verdict.reason


def test_a_recording_that_lacks_what_the_suite_sends_is_not_a_pass(monkeypatch, tmp_path):
    (tmp_path / "scenarios").mkdir()
    for path in (apis.load("highlevel").cassettes / "scenarios").glob("*.yaml"):
        (tmp_path / "scenarios" / path.name).symlink_to(path)
    (tmp_path / "scenarios" / "test_limit.yaml").unlink()
    monkeypatch.setattr(Api, "cassettes", tmp_path)

    assert run(kind="replay").verdict.conclusion == "inconclusive"


def test_a_recording_that_nobody_made_says_how_to_make_it(monkeypatch, tmp_path):
    monkeypatch.setattr(Api, "cassettes", tmp_path)

    with pytest.raises(DataError, match="There are no cassettes of highlevel") as raised:
        run(kind="replay")
    assert raised.value.hint == "Record them: bookproof record highlevel."


def test_an_answer_that_is_kept_for_whoever_asks_is_found_at_an_address_too():
    highlevel = apis.load("highlevel")
    with served(app_with(highlevel, "hl-auth-replayed")) as url:
        plan = Plan(
            kind="live",
            url=url,
            authorization=f"Bearer {highlevel.reference_token}",
            fixtures=highlevel.reference_fixtures,
        )
        verdict = run_suite(highlevel, plan, properties=False, select="credentials").verdict

    assert {row.requirement.id for row in verdict.rows if row.findings} == {"HL-006"}


@pytest.mark.parametrize("part", ["near_miss or test_listing", "test_busy", "test_deleting or test_bundles"])
def test_a_part_of_a_recording_accuses_nobody_of_what_the_other_parts_did(part):
    verdict = run_suite(apis.load("timetap"), Plan(kind="replay"), select=part).verdict

    assert [row.requirement.id for row in verdict.rows if row.findings] == []


def test_files_that_are_named_in_another_order_are_replayed_in_their_own():
    suite = apis.load("timetap").suites
    files = [str(suite / name) for name in ("test_listing.py", "test_creating.py", "test_bundles.py")]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *files]
    said = subprocess.run(command, capture_output=True, text=True, cwd=suite.parent.parent, check=False).stdout

    assert "timetap on replay: what ran conforms" in said


@pytest.mark.parametrize(("name", "row"), [("tt-delete-missing", "TT-034"), ("tt-list-missing", "TT-004")])
def test_a_missing_operation_is_a_fault_though_no_fixture_is_declared(name, row):
    api = apis.load("timetap")
    with served(app_with(api, name)) as url:
        plan = Plan(kind="live", url=url, authorization=f"Bearer {api.reference_token}")
        verdict = run_suite(api, plan, properties=False).verdict

    assert [found.requirement.id for found in verdict.rows if found.outcome == "failed"] == [row]
