"""The command line: what a person types, what comes back, and the exit code."""

import json
import re
import socket
import subprocess
import sys

import pytest

from bookproof import apis, cli, running
from bookproof.apis.highlevel.reference import FIXTURES, TOKEN, Reference
from bookproof.errors import worst
from bookproof.faults import Gateway, optional, refuses
from bookproof.running import run_suite
from bookproof.targets.asgi import served
from bookproof.targets.opening import Plan

STANDARD = sys.stdlib_module_names
CONFIGURED = f"""
[highlevel]
url = "{{url}}"
credentials = {{{{ bearer = "env:HL_TOKEN" }}}}
fixtures = {{{{ location_id = "{FIXTURES["location_id"]}", calendar_ids = {FIXTURES["calendar_ids"]} }}}}
budget = {{{{ requests = {{requests}} }}}}
"""


@pytest.fixture(scope="module")
def outcomes():
    """Two finished runs: the reference as it is, and with an optional capacity."""
    highlevel = apis.load("highlevel")
    broken = Gateway(Reference().app, optional("capacity", 1))
    plans = {"conforming": Plan(), "violating": Plan(app=broken, token_variable="HL_TOKEN")}
    return {name: run_suite(highlevel, plan, properties=False) for name, plan in plans.items()}


@pytest.fixture
def conforming(outcomes, monkeypatch):
    """Lets `verify` come to a verdict that conforms, without a run."""
    monkeypatch.setattr(running, "run_suite", lambda *arguments, **options: outcomes["conforming"])


@pytest.fixture
def violating(outcomes, monkeypatch):
    """Lets `verify` come to a verdict that violates, without a run."""
    monkeypatch.setattr(running, "run_suite", lambda *arguments, **options: outcomes["violating"])


@pytest.fixture
def scenarios_alone(monkeypatch):
    """Leaves generated requests out of runs: making them takes a second."""

    def run(api, plan, **options):
        return run_suite(api, plan, **options | {"properties": False})

    monkeypatch.setattr(running, "run_suite", run)


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


# -- wrong usage: exit code 2 --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("verfy", "There is no command 'verfy'.", "Did you mean verify?"),
        ("verify highlevle", "There is no API 'highlevle'.", "Did you mean highlevel?"),
        ("verify HighLevel", "There is no API 'HighLevel'.", "Did you mean highlevel?"),
        ("mock highlevle", "There is no API 'highlevle'.", "Did you mean highlevel?"),
        ("record zzz", "There is no API 'zzz'.", "Known: "),
        ("verify --relpay", "No such option '--relpay'.", "verify --help"),
        ("verify highlevel --reading lax", "'lax' is not one of 'strict', 'tolerant'", "verify --help"),
        ("verify highlevel --url", "'--url' requires an argument", ""),
        ("verify --url http://127.0.0.1:1", "--url needs one API.", "bookproof verify highlevel --url"),
        ("verify highlevel --url http://127.0.0.1:1 --replay", "--url and --replay exclude each other.", ""),
        ("verify highlevel --url ftp://127.0.0.1", "'ftp://127.0.0.1' is not an http or https address.", "For example"),
        ("verify highlevel --url 127.0.0.1:80", "'127.0.0.1:80' is not an http or https address.", "For example"),
        ("verify highlevel --url http://[::1", "'http://[::1' is not an http or https address.", "For example"),
        (
            "verify highlevel --url http://127.0.0.1:1 --token-env NO_SUCH",
            "variable NO_SUCH is not set",
            "export NO_SUCH",
        ),
        ("verify highlevel --token-env HOME", "no address that the token could be sent to", "--url URL"),
        ("verify highlevel --report /dev/null/here", "/dev/null/here: /dev/null is a file.", "--report DIR"),
        ("verify highlevel --config no.toml", "no.toml cannot be read: No such file", "--config FILE"),
        ("mock highlevel --port 99999", "99999 is not in the range", "mock --help"),
        ("mock highlevel --defect hl-nmae-optional", "There is no defect 'hl-nmae-optional'.", "Did you mean hl-"),
        ("requirements HL-0042", "There is no requirement 'HL-0042'.", "Did you mean HL-042?"),
        ("requirements hl-042", "There is no requirement 'hl-042'.", "Did you mean HL-042?"),
        ("requirements HL-942 --json", "There is no requirement 'HL-942'.", "Did you mean HL-042?"),
        ("requirements highlevle", "There is no API 'highlevle'.", "Did you mean highlevel?"),
    ],
)
def test_wrong_usage_says_what_is_wrong_and_what_would_be_right(bookproof, line, message, hint):
    code, out, err = bookproof(line)

    assert (code, out) == (2, "")
    assert message in err
    assert hint in err
    assert len(err.splitlines()) <= 2


def test_a_configuration_that_is_wrong_is_named_with_its_line(bookproof, folder):
    (folder / "bookproof.toml").write_text("[highlevel]\nulr = 'http://127.0.0.1'\n")
    code, _, err = bookproof("verify highlevel")

    assert code == 2
    assert err == "bookproof: bookproof.toml, line 2: [highlevel] has no key 'ulr'.\n  Did you mean url?\n"


@pytest.mark.usefixtures("conforming")
def test_a_report_that_cannot_be_written_says_so(bookproof, folder):
    (folder / "reports").touch()
    code, _, err = bookproof("verify highlevel")

    assert code == 2
    assert "Name another place: --report DIR." in err


# -- what could not be judged: exit code 3 --------------------------------------------------------------


@pytest.mark.usefixtures("scenarios_alone")
def test_an_unreachable_target_says_so_in_one_sentence(bookproof, closed_port, folder):
    code, out, err = bookproof(f"verify highlevel --url http://127.0.0.1:{closed_port}")

    assert (code, out) == (3, "")
    assert err.startswith(f"bookproof: No answer from http://127.0.0.1:{closed_port}: no connection")
    assert "Is the address right, and does it run?" in err
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("scenarios_alone")
def test_a_wrong_token_says_so_in_one_sentence(bookproof, monkeypatch):
    monkeypatch.setenv("HL_TOKEN", "pit-wrong-one")
    with served(Reference().app) as url:
        code, out, err = bookproof(f"verify highlevel --url {url} --token-env HL_TOKEN")

    assert (code, out) == (3, "")
    assert err.startswith(f"bookproof: {url} refuses the run's credentials (401).")
    assert "pit-wrong-one" not in err


@pytest.mark.usefixtures("scenarios_alone")
def test_a_target_that_forbids_everything_may_mean_ids_that_nobody_declared(bookproof, monkeypatch):
    monkeypatch.setenv("HL_TOKEN", TOKEN)
    forbids = refuses(lambda asked: True, 403, {"message": "not your location"})
    with served(Gateway(Reference().app, forbids)) as url:
        code, _, err = bookproof(f"verify highlevel --url {url} --token-env HL_TOKEN")

    assert code == 3
    assert "Or the ids may be what it refuses: declare location_id, calendar_ids." in err


def break_down(*arguments, **options):
    raise ValueError("a fault")


def test_a_fault_of_its_own_is_one_message(bookproof, monkeypatch):
    monkeypatch.setattr(running, "run_suite", break_down)
    code, _, err = bookproof("verify highlevel")

    assert code == 3
    assert err.startswith("bookproof: A fault of bookproof itself: ValueError: a fault.")
    assert "Traceback" not in err


def test_the_place_of_a_fault_is_shown_to_who_asks(bookproof, monkeypatch):
    monkeypatch.setattr(running, "run_suite", break_down)
    monkeypatch.setenv("BOOKPROOF_DEBUG", "1")

    assert "Traceback" in bookproof("verify highlevel")[2]


# -- verdicts: exit codes 0 and 1 ------------------------------------------------------------------------


@pytest.mark.usefixtures("conforming")
def test_a_verdict_that_conforms_is_0_and_leaves_a_report(bookproof, folder):
    code, out, err = bookproof("verify highlevel")

    assert (code, err) == (0, "")
    assert "highlevel conforms to its contract" in out
    assert {"verdict.json", "verdict.md", "junit.xml", "allure-results"} <= {
        path.name for path in (folder / "reports" / "highlevel").iterdir()
    }


@pytest.mark.usefixtures("violating")
def test_a_verdict_that_violates_is_1_and_shows_what_failed(bookproof):
    code, out, err = bookproof("verify highlevel")

    assert (code, err) == (1, "")
    assert "✗ HL-034" in out
    assert "at request.body/capacity" in out
    assert "curl -X POST" in out
    assert "highlevel violates its contract" in out


@pytest.mark.usefixtures("conforming")
def test_a_report_goes_where_it_is_told(bookproof, folder):
    bookproof("verify highlevel --report elsewhere/reports")

    assert (folder / "elsewhere" / "reports" / "highlevel" / "verdict.json").is_file()
    assert [path.name for path in folder.iterdir()] == ["elsewhere"]


@pytest.mark.usefixtures("violating")
def test_json_is_all_that_json_prints(bookproof):
    code, out, err = bookproof("verify highlevel --json")

    assert (code, err) == (1, "")
    assert (json.loads(out)["format"], json.loads(out)["verdict"]) == (1, "violates")


@pytest.mark.usefixtures("conforming")
def test_quiet_prints_the_conclusion_alone(bookproof):
    assert bookproof("verify highlevel --quiet") == (0, "highlevel conforms\n", "")


@pytest.mark.usefixtures("violating")
def test_what_is_printed_to_a_file_carries_no_colours(bookproof):
    assert "\x1b" not in bookproof("verify highlevel")[1]


@pytest.mark.usefixtures("scenarios_alone")
def test_a_live_target_that_conforms_is_0(bookproof, monkeypatch, folder):
    monkeypatch.setenv("HL_TOKEN", TOKEN)
    with served(Reference().app) as url:
        (folder / "bookproof.toml").write_text(CONFIGURED.format(url=url, requests=0))
        code, out, err = bookproof("verify highlevel")

    assert (code, err) == (0, "")
    assert "highlevel conforms to its contract" in out
    assert TOKEN not in out


@pytest.mark.usefixtures("scenarios_alone")
def test_a_live_target_whose_budget_ends_early_is_3(bookproof, monkeypatch, folder):
    monkeypatch.setenv("HL_TOKEN", TOKEN)
    with served(Reference().app) as url:
        (folder / "bookproof.toml").write_text(CONFIGURED.format(url=url, requests=5))
        code, out, _ = bookproof("verify highlevel")

    assert code == 3
    assert "The budget of 5 requests is spent." in out


@pytest.mark.parametrize(
    ("codes", "code"), [([0, 0], 0), ([0, 3], 3), ([3, 2], 2), ([1, 3, 2], 1), ([0, 1], 1), ([], 3)]
)
def test_a_violation_outweighs_what_could_not_be_judged(codes, code):
    assert worst(codes) == code


# -- the other commands --------------------------------------------------------------------------------------


def test_the_ledger_is_a_table(bookproof):
    code, out, _ = bookproof("requirements highlevel")

    assert code == 0
    assert all(name in out for name in apis.load("highlevel").ledger.rows)


def test_a_requirement_is_a_page(bookproof):
    code, out, _ = bookproof("requirements HL-042")

    assert code == 0
    assert "“Maximum array length: 100”" in out
    assert "highlevel.txt, line 115" in out
    assert "#/components/schemas/CreateCalendarResource/properties/calendarIds/maxItems" in out
    assert "test_limit.py: test_" in out


def test_rows_print_as_json(bookproof):
    code, out, _ = bookproof("requirements HL-042 --json")

    assert (code, [row["id"] for row in json.loads(out)]) == (0, ["HL-042"])


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """The folder of a recording that was made just now, by a process of its own."""
    folder = tmp_path_factory.mktemp("recorded") / "highlevel"
    command = [sys.executable, "-m", "bookproof", "record", "highlevel", "--to", str(folder)]
    subprocess.run(command, capture_output=True, timeout=60, check=True, cwd=folder.parent)
    return folder


def texts(folder):
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")}


def test_recorded_scenarios_are_what_is_recorded_today(recorded):
    assert texts(recorded / "scenarios") == texts(apis.load("highlevel").cassettes / "scenarios")


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="characters are drawn from those that Python 3.11 knows")
def test_recorded_properties_are_what_is_recorded_today(recorded):
    assert texts(recorded) == texts(apis.load("highlevel").cassettes)


# -- help ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["--help", "-h", "verify --help", "mock --help", "requirements --help", "--version"])
def test_help_is_no_error(bookproof, line):
    code, out, err = bookproof(line)

    assert (code, err) == (0, "")
    assert out.startswith(("Usage: ", "bookproof "))


def test_help_names_every_command_and_the_exit_codes(bookproof):
    out = bookproof("--help")[1]

    assert all(name in out for name in ("verify", "mock", "record", "prove", "requirements"))
    assert "0 conforms · 1 violates · 2 wrong usage or configuration · 3 could not judge" in " ".join(out.split())


# What a command's help may import: this package's own declarations, click, and the standard library.
LIGHT = {"bookproof", "bookproof.errors", "bookproof.cli", "bookproof.cli.completion", "click"}
COMMANDS = ["", *cli.cli.list_commands(None)]
each_command = pytest.mark.parametrize("name", COMMANDS, ids=lambda name: name or "bookproof")


@each_command
def test_help_imports_declarations_and_click_alone(name):
    script = (
        f"import sys; before = set(sys.modules); from bookproof.cli import run; run(['{name}', '--help'][{not name}:]);"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", timeout=30, check=True)
    shared = {"bookproof.cli.traffic"} if name in ("audit", "proxy") else set()
    allowed = LIGHT | shared | {f"bookproof.cli.{name}"}
    imported = {module for module in done.stdout.splitlines()[-1].split() if module.partition(".")[0] not in STANDARD}

    assert {module for module in imported if not module.startswith("click.")} - allowed == set()


@each_command
def test_help_has_an_example(bookproof, name):
    out = bookproof(f"{name} --help")[1]

    assert re.search(rf"^ +(Example: |.*\| )?bookproof {name or 'verify'}\b", out, re.M)
