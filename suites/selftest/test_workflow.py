"""CI: what a workflow is told, what the action and the template run, and that both are what their systems read."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from importlib.resources import files
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from bookproof import apis, running
from bookproof.apis.highlevel.reference import TOKEN
from bookproof.errors import Unreachable
from bookproof.exchange import Exchange, Request, Response
from bookproof.findings import Finding
from bookproof.proving import app_with
from bookproof.reports.folder import write_reports
from bookproof.reports.workflow import SHOWN, Step, workflow_step
from bookproof.running import Outcome
from bookproof.tally import Tally
from bookproof.targets.asgi import served
from bookproof.verdict import Run, conclude

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / ".github" / "actions" / "verify" / "verify.sh"
BASH = shutil.which("bash")
in_a_checkout = pytest.mark.skipif(not SCRIPT.is_file(), reason="the files of CI lie in a checkout alone")
with_bash = pytest.mark.skipif(BASH is None or not SCRIPT.is_file(), reason="it needs bash, and a checkout")

API = apis.load("highlevel")
EXCHANGE = Exchange(Request("POST", "https://example.com/rooms", (), b"{}"), Response(201, (), b"{}"))
SETTINGS = ("BOOKPROOF_API", "BOOKPROOF_URL", "BOOKPROOF_TOKEN_VARIABLE", "BOOKPROOF_CONFIG", "BOOKPROOF_READING")


def finding(requirement, level="must", text="5"):
    return Finding(requirement, level, "it is wrong", text, text, "response.body/name", EXCHANGE)


def verdict(*findings):
    tally = Tally(requests=len(findings), accepted=Counter(createCalendarResource=1))
    tally.shown.update(list(API.ledger.rows))
    for found in findings:
        tally.note(found)
    return conclude(tally, Run("highlevel", "live", "https://example.com"), API.contract, API.ledger, {})


def told(*verdicts, folder=Path()):
    step = Step("")
    for one in verdicts:
        step.judged(one, folder)
    return list(step.annotations())


# -- annotations -----------------------------------------------------------------------------------------------


def test_a_broken_must_is_an_error_and_a_broken_should_a_warning():
    said = told(verdict(finding("HL-042"), finding("HL-009", "should")))

    assert [line.partition("::")[2].partition(" ")[0] for line in said] == ["error", "warning"]
    assert said[0] == (
        "::error title=HL-042::calendarIds holds at most 100 ids. Expected 5, got 5 at response.body/name."
    )


def test_a_fault_that_no_requirement_owns_is_an_error():
    assert told(verdict(finding(None)))[0].startswith("::error title=highlevel::it is wrong.")


def test_a_verdict_that_conforms_says_nothing():
    assert told(verdict()) == []


def test_a_run_that_could_not_be_judged_is_an_error():
    step = Step("")
    step.failed("highlevel", Unreachable("No answer from https://example.com.", hint="Does it run?"))

    assert list(step.annotations()) == [
        "::error title=highlevel could not be judged::No answer from https://example.com. Does it run?"
    ]


def test_more_than_github_shows_are_named_in_the_last():
    rows = [name for name, row in API.ledger.rows.items() if not row.out_of_scope][:30]
    said = told(verdict(*(finding(name) for name in rows)))

    assert len(said) == SHOWN
    assert said[-1] == f"::error title=21 more::{', '.join(rows[9:])}"


@pytest.mark.parametrize("text", ["a\n::set-output name=x::1", "a\r::stop-commands::x", "%0A::add-mask::a", "\x1b[2J"])
def test_a_server_writes_no_command_of_its_own(text):
    (said,) = told(verdict(finding("HL-042", text=text)))

    assert len(said.splitlines()) == 1
    assert said.isprintable()
    assert "%0A::add-mask" not in said.replace("%250A", "")


def test_an_endless_text_is_cut():
    assert len(told(verdict(finding("HL-042", text="x" * 1_000_000)))[0]) < 1_100


# -- a run of `verify` -----------------------------------------------------------------------------------------


@pytest.fixture
def in_a_step(bookproof, monkeypatch, folder):
    """Runs a command as a workflow does, the verdict being known; gives the lines that it prints."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary.md"))
    outcome = Outcome(verdict(finding("HL-042", text="##[add-mask]x\n::add-mask::x")), (), Counter())
    monkeypatch.setattr(running, "run_suite", lambda *arguments, **options: outcome)

    def run(line):
        code, out, err = bookproof(line)
        return code, out.splitlines(), err.splitlines()

    return run


def test_results_stand_where_no_command_is_obeyed_and_annotations_after_them(in_a_step):
    code, out, _ = in_a_step("verify highlevel")
    key = re.fullmatch("::stop-commands::([0-9a-f]{32})", out[0])[1]
    end = out.index(f"::{key}::")

    assert code == 1
    assert [line for line in out[1:end] if "::add-mask" in line or "##[add-mask]" in line]
    assert [line.partition("::calendar")[0] for line in out[end + 1 :]] == ["::error title=HL-042"]


def test_annotations_keep_off_a_stdout_that_is_json(in_a_step):
    _, out, err = in_a_step("verify highlevel --json")

    assert json.loads("\n".join(out))["verdict"] == "violates"
    assert err[-1].startswith("::error title=HL-042::")


def test_the_summary_is_added_to_what_stands_there(in_a_step, tmp_path):
    (tmp_path / "summary.md").write_text("# before\n")
    in_a_step("verify highlevel --quiet")
    kept = (tmp_path / "reports" / "highlevel" / "verdict.md").read_text(encoding="utf-8")

    assert (tmp_path / "summary.md").read_text(encoding="utf-8") == f"# before\n{kept}\n"


def test_a_summary_that_cannot_be_written_is_a_warning(tmp_path):
    step = Step(str(tmp_path / "no" / "summary.md"))
    step.judged(verdict(), write_reports(verdict(), tmp_path))

    assert list(step.annotations()) == [
        "::warning title=highlevel::The summary cannot be written: No such file or directory."
    ]


def test_elsewhere_nothing_of_it_is_written(in_a_step, monkeypatch, tmp_path):
    monkeypatch.delenv("GITHUB_ACTIONS")
    _, out, err = in_a_step("verify highlevel --quiet")

    assert (out, err) == (["highlevel violates"], [])
    assert not (tmp_path / "summary.md").exists()


def test_commands_are_obeyed_again_after_an_error(monkeypatch, capsys):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    with pytest.raises(Unreachable), workflow_step(sys.stdout):
        raise Unreachable("No answer.")
    begun, ended = capsys.readouterr().out.split()

    assert ended == begun.replace("stop-commands::", "") + "::"


# -- the action and the template -------------------------------------------------------------------------------


def text(*parts):
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def read(*parts):
    """A YAML file; `on`, which YAML takes for true, is put back."""
    found = yaml.safe_load(text(*parts))
    return {"on" if key is True else key: value for key, value in found.items()}


def template_command():
    return read(".gitlab", "verify.yml")["bookproof"]["script"][-1]


@in_a_checkout
@pytest.mark.parametrize(
    ("schema", "parts"),
    [
        ("github-workflows", (".github", "workflows", "ci.yml")),
        ("github-actions", (".github", "actions", "verify", "action.yml")),
        ("gitlab-ci", (".gitlab", "verify.yml")),
    ],
    ids=["workflow", "action", "template"],
)
def test_each_file_is_what_its_system_reads(schema, parts):
    kept = files("check_jsonschema.builtin_schemas.vendor") / f"{schema}.json"
    validator = jsonschema_rs.validator_for(json.loads(kept.read_text(encoding="utf-8")))

    assert [error.message for error in validator.iter_errors(read(*parts))] == []
    assert not validator.is_valid(read(*parts) | {"jbos": []})


@in_a_checkout
def test_every_input_of_the_action_reaches_its_command():
    action = text(".github", "actions", "verify", "action.yml")

    for name in yaml.safe_load(action)["inputs"]:
        assert "${{ inputs." + name + " }}" in action


@in_a_checkout
def test_the_action_installs_the_repository_that_it_lies_in():
    path = re.search(r"\$GITHUB_ACTION_PATH(/[./]+)", text(".github", "actions", "verify", "action.yml"))[1]

    assert Path(f"{SCRIPT.parent}{path}").resolve() == ROOT


@in_a_checkout
def test_the_template_runs_what_the_action_runs():
    script = SCRIPT.read_text(encoding="utf-8").replace("\\\n", " ")
    (command,) = [line for line in script.splitlines() if line.startswith("bookproof ")]

    assert " ".join(template_command().split()) == " ".join(command.removesuffix("2>&1").split())


@in_a_checkout
def test_the_template_needs_no_file_but_itself():
    assert "verify.sh" not in json.dumps(read(".gitlab", "verify.yml"))
    assert [line.split()[0] for line in read(".gitlab", "verify.yml")["bookproof"]["script"]] == ["python", "bookproof"]


@pytest.fixture
def shell(tmp_path):
    """Runs a shell command in an empty folder; `bookproof` is this one, or a stand-in that prints its arguments."""
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "bookproof"

    def run(*script, stand_in=None, **settings):
        body = f'exec "{sys.executable}" -m bookproof "$@"' if stand_in is None else stand_in
        command.write_text(f"#!/bin/sh\n{body}\n")
        command.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BOOKPROOF_")}
        path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
        workflow = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
        return subprocess.run(
            [BASH, *script],
            cwd=tmp_path,
            env={**kept, **workflow, "PATH": path, "CI": "true", "GITHUB_ACTIONS": "true", **settings},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    return run


BOTH = pytest.mark.parametrize("whose", ["action", "template"])


def script(whose):
    return [SCRIPT] if whose == "action" else ["-e", "-c", template_command()]


@with_bash
@BOTH
def test_settings_become_arguments_as_they_are(shell, whose):
    values = ("highlevel nexudus", "http://127.0.0.1:1/a b", "HL_TOKEN", "my config.toml", "tolerant")
    done = shell(*script(whose), stand_in='printf "%s\\n" "$@"', **dict(zip(SETTINGS, values, strict=True)))

    assert done.stdout.splitlines() == [
        *("verify", "highlevel", "nexudus", "--yes", "--url", values[1], "--token-env", "HL_TOKEN"),
        *("--config", "my config.toml", "--reading", "tolerant"),
    ]


@with_bash
@BOTH
def test_an_empty_setting_is_no_argument(shell, whose):
    done = shell(*script(whose), stand_in='printf "%s\\n" "$@"', **dict.fromkeys(SETTINGS, ""))

    assert (done.returncode, done.stdout.split()) == (0, ["verify", "--yes"])


@with_bash
@BOTH
@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_the_exit_code_is_bookproofs(shell, whose, code, tmp_path):
    done = shell(*script(whose), stand_in=f"exit {code}")

    assert done.returncode == code
    if whose == "action":
        assert (tmp_path / "output").read_text() == f"exit-code={code}\n"


@pytest.mark.network
@with_bash
@pytest.mark.parametrize(("defect", "code"), [(None, 0), ("hl-limit-101", 1)], ids=["conforming", "defective"])
def test_a_job_judges_a_server(shell, tmp_path, defect, code):
    app = app_with(API, defect) if defect else API.reference().app
    with served(app) as url:
        done = shell(
            SCRIPT, BOOKPROOF_API="highlevel", BOOKPROOF_URL=url, BOOKPROOF_TOKEN_VARIABLE="HL_TOKEN", HL_TOKEN=TOKEN
        )
    annotations = re.findall("^::(error|warning) title=(.+?)::", done.stdout, re.M)
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")

    assert (done.returncode, done.stderr) == (code, "")
    assert annotations == ([("error", "HL-042")] if defect else [])
    assert summary.startswith("# ❌ highlevel violates" if defect else "# ✅ highlevel conforms")
    assert (tmp_path / "output").read_text() == f"exit-code={code}\n"
    assert {"index.html", "junit.xml", "bookproof.sarif"} <= {
        path.name for path in (tmp_path / "reports" / "highlevel").iterdir()
    }
    assert TOKEN not in done.stdout + summary
