"""bookproof in somebody else's pytest: their settings, fixtures and tests beside ours, and neither breaks the other."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bookproof
from bookproof import apis
from bookproof.proving import app_with
from bookproof.targets.asgi import served

SETTINGS = """
[pytest]
addopts = --import-mode=prepend --strict-markers --strict-config -p bookproof.plugin -p no:cacheprovider
python_files = *_checks.py
python_functions = check_*
filterwarnings = error
xfail_strict = true
markers =
    slow: one of their own
    requirement(number): their own requirements, by number
"""
CONFTEST = """
import pytest

HEAVY = {"bookproof.plugin.runs", "httpx", "pydantic", "vcr"}


@pytest.fixture
def room():
    return 12


@pytest.fixture
def minimum(tmp_path):
    return tmp_path


@pytest.fixture(scope="session", autouse=True)
def database():
    yield "theirs"


def pytest_unconfigure():
    import sys

    print("imported:", sorted(HEAVY & sys.modules.keys()))
"""
THEIRS = """
import pytest


def check_a_room(room, minimum):
    assert room == 12 and minimum.is_dir()


@pytest.mark.slow
@pytest.mark.requirement("REQ-7")
def check_a_number_of_their_own():
    assert 1 + 1 == 2
"""
OURS = """
from bookproof.plugin import demonstrates, near_misses, requirement


@demonstrates("HL-017")
def check_a_room_is_accepted(highlevel, room):
    assert room == 12
    assert highlevel.create("rooms", highlevel.samples.room()).accepted


@requirement("HL-039", "REQ-8")
def check_an_equipment_with_two_calendars_is_refused(highlevel):
    equipment = highlevel.samples.equipment() | {"calendarIds": highlevel.samples.calendars(2)}
    assert highlevel.create("equipments", equipment).refused


@near_misses("room")
def check_near_misses_are_refused(highlevel, miss):
    assert highlevel.send(miss.draft).refused
"""
OTHERS = """
def check_nexudus(nexudus):
    assert nexudus.create(nexudus.samples.minimum()).accepted


def check_timetap(timetap):
    assert timetap.create(timetap.samples.minimum("bookproof-theirs")).accepted
"""


@pytest.fixture
def repository(tmp_path):
    """Somebody's repository, with settings, fixtures and tests of its own."""
    for name, text in {
        "pytest.ini": SETTINGS,
        "conftest.py": CONFTEST,
        "checks/their_checks.py": THEIRS,
        "checks/our_checks.py": OURS,
        "checks/other_checks.py": OTHERS,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def run(repository):
    """Runs their pytest; gives the exit code and what it printed."""
    source = str(Path(bookproof.__file__).parents[1])

    def run(*arguments, **variables):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        environment |= {"PYTHONPATH": source, "HL_TOKEN": apis.load("highlevel").reference_token} | variables
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *arguments],
            cwd=repository,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.mark.network
def test_our_tests_run_beside_theirs_and_end_with_a_verdict_for_what_ran(run, repository):
    code, said = run("--bookproof-report", "judged")
    verdict = json.loads((repository / "judged" / "highlevel" / "verdict.json").read_text(encoding="utf-8"))
    outcomes = {row["id"]: row["outcome"] for row in verdict["requirements"]}

    assert code == 0, said
    assert re.search(r"^9\d passed in ", said, re.MULTILINE)
    assert "bookproof: highlevel on reference: what ran conforms (" in said
    assert "bookproof: nexudus on reference: what ran conforms (" in said
    assert "bookproof: timetap on reference: what ran conforms (" in said
    assert (outcomes["HL-017"], outcomes["HL-039"]) == ("passed", "passed")


def test_a_run_without_a_test_of_ours_imports_nothing_of_ours_and_says_nothing_of_us(run):
    code, said = run("checks/their_checks.py")

    assert code == 0, said
    assert "2 passed" in said
    assert "imported: []" in said
    assert "bookproof" not in said


@pytest.mark.network
def test_tests_of_ours_that_were_not_selected_say_nothing(run):
    code, said = run("-k", "number_of_their_own")

    assert code == 0, said
    assert "bookproof:" not in said


@pytest.mark.network
def test_what_is_broken_fails_the_test_and_is_named_at_the_end(run):
    with served(app_with(apis.load("highlevel"), "hl-name-optional")) as url:
        code, said = run(
            "checks/their_checks.py",
            "checks/our_checks.py",
            *("--bookproof-target", url, "--bookproof-token-env", "HL_TOKEN", "--runxfail"),
        )

    assert code == 1
    assert "HL-024  must  name is required; leaving it out is refused" in said
    assert "bookproof: highlevel on live: violates HL-024 (" in said
    assert re.search(r"^1 failed, \d+ passed in ", said, re.MULTILINE)


@pytest.mark.network
def test_a_target_that_cannot_be_judged_is_no_success(run):
    code, said = run("--bookproof-target", "http://127.0.0.1:9", "checks/our_checks.py", "checks/their_checks.py")

    assert code == 1
    assert "highlevel on live: could not be judged: No answer from http://127.0.0.1:9" in said
    assert re.search(r"^2 passed, \d+ skipped in ", said, re.MULTILINE)


@pytest.mark.network
def test_a_configuration_in_their_folder_names_the_target(run, repository):
    with served(apis.load("highlevel").reference().app) as url:
        (repository / "bookproof.toml").write_text(
            f'[highlevel]\nurl = "{url}"\ncredentials = {{ bearer = "env:HL_TOKEN" }}\n'
        )
        code, said = run("checks/our_checks.py")

    assert code == 0, said
    assert "bookproof: highlevel on live: what ran conforms (" in said


@pytest.mark.network
def test_several_processes_come_to_the_same_verdict_as_one(run, repository):
    pytest.importorskip("xdist")
    _, alone = run("--bookproof-report", "alone")
    code, said = run("--bookproof-report", "together", "-n", "2")
    line = re.compile(r"^bookproof: .*", re.MULTILINE)

    assert code == 0, said
    assert line.findall(said) == line.findall(alone)
    assert outcomes(repository / "together") == outcomes(repository / "alone")


def outcomes(folder):
    """The outcomes of every requirement in a folder of reports."""
    return {
        row["id"]: row["outcome"]
        for path in sorted(folder.glob("*/verdict.json"))
        for row in json.loads(path.read_text(encoding="utf-8"))["requirements"]
    }


@pytest.mark.network
@pytest.mark.parametrize(
    ("text", "arguments", "code", "said"),
    [
        (
            "def check_both(highlevel, nexudus): ...",
            (),
            1,
            "it asks for the clients of two APIs: a test is about one",
        ),
        (
            "from bookproof.plugin import requirement\n@requirement('HL-0042')\ndef check_it(highlevel): ...",
            (),
            4,
            "There is no requirement 'HL-0042'",
        ),
        ("def check_it(bookproof): ...", (), 1, "this test is about no API"),
        ("def check_it(): ...", ("--bookproof-target", "nowhere"), 4, "reference, replay or a URL, not 'nowhere'"),
        ("def check_it(highlevel): ...", ("--bookproof-config", "none.toml"), 4, "none.toml cannot be read"),
    ],
    ids=["two clients", "an unknown id", "no client", "a wrong target", "no such configuration"],
)
def test_what_is_wrong_is_said(run, repository, text, arguments, code, said):
    (repository / "checks" / "odd_checks.py").write_text(text)
    ended, printed = run("checks/odd_checks.py", *arguments)

    assert ended == code
    assert said in printed
    assert "INTERNALERROR" not in printed
