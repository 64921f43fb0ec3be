"""The terminal: what fits a window, what a pipe gets, and what a shell completes."""

import io
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from click.shell_completion import ShellComplete
from rich.console import Console
from rich.text import Text

from bookproof import apis, cli
from bookproof.faults import Gateway, Hooks
from bookproof.reports import listing
from bookproof.reports.client import show_client
from bookproof.reports.listing import Column, show_listing, show_pairs
from bookproof.reports.terminal import show_verdict
from bookproof.running import run_suite
from bookproof.targets.opening import Plan

HEAVY = {"httpx", "hypothesis", "jinja2", "pydantic", "pytest", "rich", "schemathesis", "starlette", "yaml"}
COLUMNS = (Column("id"), Column("level", least=60), Column("requirement"), Column("seen", number=True))
ROWS = [("HL-001", Text("must"), "a sentence that is longer than a narrow window would show on one line", "12")]


def console(width, terminal=True, **options):
    return Console(file=io.StringIO(), width=width, force_terminal=terminal, highlight=False, **options)


def printed(to):
    return to.file.getvalue().splitlines()


@pytest.fixture(scope="module")
def failing():
    """The verdict on a server that answers everything with 201."""

    def accept(asked, answered):
        answered.status = 201

    app = Gateway(apis.load("highlevel").reference().app, Hooks(answer=accept))
    return run_suite(apis.load("highlevel"), Plan(app=app), properties=False, select="test_limit").verdict


def completed(line):
    """What a shell would offer after the words typed so far."""
    *words, incomplete = line.split(" ")[1:]
    offered = ShellComplete(cli.cli, {}, "bookproof", "_BOOKPROOF_COMPLETE").get_completions(words, incomplete)
    return [item.value for item in offered]


# -- tables --------------------------------------------------------------------------------------------------


def test_a_table_leaves_out_columns_that_a_narrow_window_has_no_room_for():
    wide, narrow = console(80, color_system=None), console(40, color_system=None)
    show_listing(wide, "title", COLUMNS, ROWS)
    show_listing(narrow, "title", COLUMNS, ROWS)

    assert "level" in printed(wide)[1]
    assert "level" not in printed(narrow)[1]
    assert max(map(len, printed(narrow))) <= 40


def test_a_pipe_gets_a_line_a_row_with_tabs_and_no_title():
    to = console(40, terminal=False)
    show_listing(to, "title", COLUMNS, ROWS)

    assert printed(to) == ["\t".join(("HL-001", "must", ROWS[0][2], "12"))]


def test_labels_stand_beside_their_texts_or_above_them():
    wide, narrow = console(80, terminal=False), console(24, terminal=False)
    for to in (wide, narrow):
        show_pairs(to, [("Reading", "one of two"), ("Rule", ""), ("Owns", "#/components/schemas/Book/required/title")])

    assert printed(wide) == [
        "Reading   one of two",
        "Owns      #/components/schemas/Book/required/title",
    ]
    assert printed(narrow) == ["Reading", "  one of two", "Owns", "  #/components/schemas/Book/required/title"]


def test_what_is_written_to_a_file_is_wide(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(sys, "stdout", io.StringIO())

    assert listing.console().width == listing.WIDE


# -- a verdict -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [44, 80, 120])
def test_a_verdict_fits_its_window_apart_from_commands(failing, width):
    to = console(width, terminal=False)
    show_verdict(to, failing, apis.load("highlevel").ledger, None)
    lines = [line for line in printed(to) if "curl" not in line]

    assert max(map(len, lines)) <= width
    assert not [line for line in lines if line != line.rstrip()]


@pytest.mark.parametrize(
    "show",
    [
        lambda to, found: show_verdict(to, found, apis.load("highlevel").ledger, None),
        lambda to, found: show_client(to, replace(found, client=found)),
    ],
    ids=["of the service", "of its client"],
)
def test_a_command_is_one_line_whatever_the_window(failing, show):
    to = console(40, terminal=False)
    show(to, failing)
    commands = [line for line in printed(to) if "curl -X POST" in line]

    assert commands
    assert all("--data-raw" in line for line in commands)


def test_a_verdict_begins_with_a_line_a_theme_and_a_sign_a_requirement(failing):
    to = console(100, terminal=False)
    show_verdict(to, failing, apis.load("highlevel").ledger, None)

    assert printed(to)[0] == "HighLevel calendar resources, the embedded reference"
    assert "  equipment rule         0 of 3  ???" in printed(to)
    assert "  calendarIds limit      0 of 2  ✗?" in printed(to)
    assert "  examples           not judged  ·" in printed(to)


def test_of_much_that_remains_the_terminal_names_a_part(failing):
    to = console(200, terminal=False)
    left = tuple(f"resource {number} {'x' * 900}" for number in range(9))
    show_verdict(to, replace(failing, remains=left), apis.load("highlevel").ledger, None)
    said = " ".join(printed(to)).partition("remains at the target: ")[2]

    assert said.startswith("resource 0 xxx")
    assert "…; 6 more, see the report" in said
    assert len(said) < 700


def test_signs_are_ascii_where_a_terminal_shows_nothing_else(failing):
    to = Console(file=io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace"), width=100, highlight=False)
    show_verdict(to, failing, apis.load("highlevel").ledger, None)
    to.file.seek(0)

    assert "  calendarIds limit      0 of 2  x?\n" in to.file.read()


def test_no_colour_means_no_colour(failing, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    to = console(100, color_system="truecolor")
    show_verdict(to, failing, apis.load("highlevel").ledger, None)

    assert "\x1b[3" not in to.file.getvalue().replace("\x1b[3m", "")


def test_a_terminal_that_shows_ascii_alone_is_no_fault():
    command = [sys.executable, "-m", "bookproof", "requirements", "HL-042"]
    done = subprocess.run(command, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, timeout=30)

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Maximum array length: 100" in done.stdout


# -- a requirement as a page -----------------------------------------------------------------------------------


def test_a_requirement_reads_like_a_page_of_a_specification(bookproof, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    code, out, _ = bookproof("requirements HL-042")

    assert code == 0
    assert out.splitlines()[:6] == [
        "HL-042  must  calendarIds limit",
        "",
        "    calendarIds holds at most 100 ids.",
        "",
        "    “Maximum array length: 100”",
        "    highlevel.txt, line 115",
    ]
    assert "createCalendarResource: POST /calendars/resources/{resourceType}" in out
    assert "at most 100 items" in out
    assert "Summed up by              HL-043" in out


def test_a_requirement_lists_the_tests_that_name_it_and_no_others(bookproof):
    _, out, _ = bookproof("requirements NX-006")

    assert "test_call.py: test_a_record_is_not_shown_to_a_stranger" in out
    assert "test_json_may_be_spelled_in_any_way" not in out


@pytest.mark.parametrize(
    ("requirement", "test"),
    [
        ("TT-085", "test_unknown_ids.py: test_an_unknown_resource_is_not_read"),
        ("NX-141", "test_values.py: test_what_may_be_sent_is_answered_and_kept"),
    ],
    ids=["for a whole module", "in a table"],
)
def test_a_test_may_name_a_requirement_elsewhere(bookproof, requirement, test):
    assert test in bookproof(f"requirements {requirement}")[1]


def test_every_test_of_a_requirement_has_its_name(bookproof):
    _, out, _ = bookproof("requirements TT-087")

    assert "test_credentials.py: test_the_token_of_nobody_creates_nothing" in out
    assert not [line for line in out.splitlines() if line.endswith(".py:")]


def test_the_ledger_in_a_pipe_is_columns_with_tabs(bookproof):
    rows = [line.split("\t") for line in bookproof("requirements highlevel")[1].splitlines()]

    assert [row[0] for row in rows] == list(apis.load("highlevel").ledger.rows)
    assert {len(row) for row in rows} == {5}


# -- completion ----------------------------------------------------------------------------------------------


def test_commands_are_completed_without_loading_any():
    complete = "ShellComplete(cli, {}, 'bookproof', '').get_completions([], 're')"
    script = (
        "import sys; from click.shell_completion import ShellComplete; from bookproof.cli import cli; "
        f"print([item.value for item in {complete}], sorted({HEAVY} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True, timeout=30)

    assert done.stdout == "['record', 'requirements', 'report'] []\n"


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("bookproof requirements hi", ["highlevel"]),
        ("bookproof requirements HL-06", ["HL-060", "HL-061", "HL-062", "HL-063"]),
        ("bookproof mock highlevel --defect hl-limit-10", ["hl-limit-101"]),
        ("bookproof report --all", ["--allure"]),
        ("bookproof nonsense ", []),
    ],
)
def test_names_and_options_are_completed(line, offered):
    found = completed(line)

    assert found[: len(offered)] == offered


def test_help_says_how_a_shell_learns_it(bookproof):
    assert 'eval "$(_BOOKPROOF_COMPLETE=bash_source bookproof)"' in bookproof("--help")[1]
