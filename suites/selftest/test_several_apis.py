"""`bookproof verify` of several APIs at once: one summary, the worst exit code, and one Ctrl-C for all of them."""

import json
from collections import Counter
from contextlib import ExitStack

import pytest

from bookproof import apis, running
from bookproof.errors import Interrupted, Unreachable
from bookproof.exchange import Exchange, Request, Response
from bookproof.findings import Finding
from bookproof.proving import app_with
from bookproof.running import Outcome, run_suite
from bookproof.tally import Tally
from bookproof.targets.asgi import served
from bookproof.verdict import Run, conclude

SECTION = """
[{name}]
url = "{url}"
credentials = {{ bearer = "env:{variable}" }}
fixtures = {{ {fixtures} }}
capabilities = {capabilities}
"""
CAPABILITIES = {"highlevel": [], "nexudus": ["readback", "cleanup"], "timetap": []}
DEAD = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _asks_no_questions(folder, monkeypatch):
    """Everything runs in an empty working directory of a machine that asks no questions."""
    monkeypatch.setenv("CI", "1")


# -- runs that have come to their end somehow ----------------------------------------------------------------


def conforms(api, *findings, error=None):
    """A run that exercised every requirement, and found what it is given."""
    tally = Tally(requests=100)
    tally.shown.update(list(api.ledger.rows))
    for finding in findings:
        tally.note(finding)
    run = Run(api.name, "capture", "", interrupted=error.message if error else "")
    return Outcome(conclude(tally, run, api.contract, api.ledger), (), Counter(), error)


def violates(api):
    broken = next(row for row in api.ledger if row.level == "must" and not row.out_of_scope)
    exchange = Exchange(Request("GET", "http://127.0.0.1"), Response(200))
    return conforms(api, Finding(broken.id, "must", "it is broken", "whole", "broken", "exchange", exchange))


def interrupted(api):
    return conforms(api, error=Interrupted("The run was interrupted."))


def cannot(error):
    def end(api):
        raise error

    return end


UNREACHABLE = cannot(Unreachable("No answer from http://127.0.0.1:9: no connection."))
STOPPED = cannot(Interrupted("The run was interrupted."))


@pytest.fixture
def ending(monkeypatch):
    """Lets the runs of `verify` come to given ends, in the order of the APIs; gives the names of those that ran."""
    ran = []

    def given(*ends):
        def run(api, plan, **options):
            ran.append(api.name)
            return ends[len(ran) - 1](api)

        monkeypatch.setattr(running, "run_suite", run)
        return ran

    return given


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ((conforms, conforms, conforms), 0),
        ((conforms, conforms, UNREACHABLE), 3),
        ((UNREACHABLE, violates, conforms), 1),
    ],
    ids=["all conform", "one cannot be reached", "a violation weighs more"],
)
def test_the_worst_of_several_runs_is_the_exit_code(ending, bookproof, ends, code):
    ending(*ends)

    assert bookproof("verify")[0] == code


def test_several_runs_end_with_one_summary(ending, bookproof):
    ending(conforms, violates, UNREACHABLE)
    _, out, err = bookproof("verify")
    lines = [" ".join(line.split()) for line in out.splitlines()[-3:]]

    assert lines[0].startswith("highlevel conforms to its contract ")
    assert lines[1].startswith("nexudus violates its contract ")
    assert "1 failed" in lines[1]
    assert lines[2] == "timetap could not be judged No answer from http://127.0.0.1:9: no connection."
    assert "timetap: No answer from" in err


def test_one_run_needs_no_summary(ending, bookproof):
    ending(conforms)
    _, out, _ = bookproof("verify highlevel")

    assert out.count("conforms to its contract") == 1


def test_json_of_several_runs_is_a_list_of_those_that_were_judged(ending, bookproof):
    ending(conforms, violates, UNREACHABLE)
    _, out, _ = bookproof("verify --json")

    assert [(verdict["api"], verdict["verdict"]) for verdict in json.loads(out)] == [
        ("highlevel", "conforms"),
        ("nexudus", "violates"),
    ]


@pytest.mark.parametrize("end", [interrupted, STOPPED], ids=["in the middle", "before the first request"])
def test_an_interruption_ends_all_of_them(ending, bookproof, end):
    ran = ending(conforms, end)
    code, out, _ = bookproof("verify")

    assert (code, ran) == (3, ["highlevel", "nexudus"])
    assert "timetap    could not be judged        The run was interrupted before." in out


# -- three references on three ports -------------------------------------------------------------------------


@pytest.fixture
def configured(folder, monkeypatch):
    """Serves the three references and writes one bookproof.toml: `defect` in one of them, nobody at the `dead` one."""
    with ExitStack() as servers:

        def configure(*, defect="", dead=""):
            sections = []
            for name in apis.names():
                api = apis.load(name)
                broken = name == "highlevel" and defect
                app = app_with(api, defect) if broken else api.reference().app
                fixtures = (f"{key} = {json.dumps(value)}" for key, value in api.reference_fixtures.items())
                monkeypatch.setenv(f"{name.upper()}_TOKEN", api.reference_token)
                sections.append(
                    SECTION.format(
                        name=name,
                        url=DEAD if name == dead else servers.enter_context(served(app)),
                        variable=f"{name.upper()}_TOKEN",
                        fixtures=", ".join(fixtures),
                        capabilities=json.dumps(CAPABILITIES[name]),
                    )
                )
            (folder / "bookproof.toml").write_text("".join(sections))
            # Making requests for the properties takes longer than sending them.
            monkeypatch.setattr(running, "run_suite", lambda api, plan, **o: run_suite(api, plan, **o | QUICK))

        yield configure


QUICK = {"properties": False}


@pytest.mark.network
def test_three_services_that_conform_are_0(configured, bookproof, folder):
    configured()
    code, out, err = bookproof("verify")

    assert (code, err) == (0, "")
    assert out.count("conforms to its contract   ") == 6
    assert sorted(path.parent.name for path in folder.glob("reports/*/verdict.json")) == apis.names()


@pytest.mark.network
def test_one_that_violates_and_one_that_cannot_be_reached_are_1(configured, bookproof):
    configured(defect="hl-name-optional", dead="nexudus")
    code, out, err = bookproof("verify")
    summary = [line.split()[:2] for line in out.splitlines()[-3:]]

    assert code == 1
    assert summary == [["highlevel", "violates"], ["nexudus", "could"], ["timetap", "conforms"]]
    assert "nexudus: No answer from http://127.0.0.1:9" in err
