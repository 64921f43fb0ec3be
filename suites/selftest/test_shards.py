"""One run in several parts: workers of pytest-xdist, or shards on several machines, come to one verdict."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import ANY

import pytest

from bookproof import apis, cli
from bookproof.errors import UsageError
from bookproof.exchange import Exchange, Intent, Request, Response
from bookproof.findings import Finding
from bookproof.plugin.runs import Runs, Share
from bookproof.plugin.workers import OUTPUT, take_over
from bookproof.proving import app_with, catalogue
from bookproof.reports.folder import write_reports
from bookproof.reports.parts import RunPart, from_json, joined
from bookproof.running import run_suite
from bookproof.tally import KINDS_KEPT, Tally
from bookproof.tally_json import tally_as_json, tally_from_json
from bookproof.targets.asgi import served
from bookproof.targets.manners import Budget
from bookproof.targets.opening import Plan
from bookproof.verdict import Run, example

PROJECT = Path(__file__).parents[2]
API = apis.load("highlevel")


@cache
def exchanges(defect):
    """What a suite exchanges with a server that has a defect."""
    return run_suite(API, Plan(app=app_with(API, defect) if defect else None), properties=False).exchanges


def tally(seen):
    """What exchanges come to where one Judge sees them."""
    judge, found = API.judge(), Tally()
    for exchange in seen:
        found.add(judge.observe(exchange))
    return found


def part(seen, **run):
    """A part of a run."""
    return RunPart(Run("highlevel", "reference", "https://a.example", **run), API.contract.sha256, {}, tally(seen))


def sent_again(told):
    """The same part, once it was JSON."""
    return from_json(json.loads(json.dumps(told.as_json())))


def test_a_report_that_cannot_be_written_is_said_and_no_success():
    def refuse(verdict, part):
        raise UsageError("There is no room.")

    runs = Runs(lambda name: Plan(), report=refuse)
    runs.finish(narrowed=False, others=[Share(part(exchanges(None)), frozenset())])

    assert runs.unwritten
    assert list(runs.summary()) == [ANY, "bookproof: There is no room."]


def defect():
    """A defect that breaks one requirement."""
    return next(one.id for one in catalogue(API).defects if "HL-042" in one.breaks)


def outcomes(verdict):
    """A verdict as its rows tell it."""
    return [(row.requirement.id, row.outcome, row.exchanges, row.findings) for row in verdict.rows]


def odd(body):
    """A tally of one finding with a body."""
    exchange = Exchange(
        Request("POST", "https://a.example/x?y=%20", (("X", "é"),), body),
        Response(500, (), body),
        started=1.5,
        intent=Intent(vouched=True, test="test_a::test_b"),
    )
    found = Tally(requests=1, remains=["a thing"])
    found.note(Finding(None, "must", "server error: \ud800", "an answer", "500", "response.status", exchange))
    (seen,) = found.findings.values()
    found.witnesses["HL-001"] = seen.finding.exchange
    return found


# -- tallies as JSON ---------------------------------------------------------------------------------------------------


def test_a_tally_is_the_same_after_its_way_as_json():
    found = tally(exchanges(defect()))

    assert tally_from_json(json.loads(json.dumps(tally_as_json(found)))) == found


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\x00", "é".encode()], ids=["none", "json", "bytes", "text"])
def test_a_body_is_the_same_after_its_way_as_json(body):
    assert tally_from_json(json.loads(json.dumps(tally_as_json(odd(body))))) == odd(body)


def test_of_a_long_body_no_more_travels_than_evidence_shows():
    written = json.dumps(tally_as_json(odd(b"x" * 10**6)))
    (seen,) = tally_from_json(json.loads(written)).findings.values()

    assert len(written) < 40_000
    assert example(seen.finding.exchange) == example(next(iter(odd(b"x" * 10**6).findings.values())).finding.exchange)


def test_of_too_many_kinds_of_findings_the_same_are_kept_in_any_parts():
    exchange = Exchange(Request("GET", "https://a.example"))
    findings = [
        Finding("HL-001", "must", "it is wrong", "a", "b", f"response.body/x{number:04}", exchange)
        for number in range(4 * KINDS_KEPT)
    ]
    whole, left, right = Tally(), Tally(), Tally()
    for number, finding in enumerate(findings):
        whole.note(finding)
        (left if number % 3 else right).note(finding)
    right.merge(left)

    assert right.findings == whole.findings
    assert len(whole.findings) == KINDS_KEPT


# -- parts -------------------------------------------------------------------------------------------------------------


def test_parts_come_to_what_the_whole_comes_to():
    seen = exchanges(defect())
    whole = part(seen).verdict(API)
    halves = joined([sent_again(part(seen[::2])), sent_again(part(seen[1::2]))]).verdict(API)

    assert outcomes(halves) == outcomes(whole)
    assert (halves.conclusion, halves.requests) == ("violates", len(seen))


def test_a_part_that_broke_off_leaves_no_conclusion():
    seen = exchanges("")
    verdict = joined([part(seen), part(seen[:1], interrupted="The budget of 1 requests is spent.")]).verdict(API)

    assert (verdict.conclusion, verdict.reason) == ("inconclusive", "The budget of 1 requests is spent.")


def test_processes_that_send_at_the_same_time_share_the_budget():
    assert Budget(requests=101, seconds=60, rate=10).share(2) == Budget(requests=51, seconds=60, rate=5)


# -- workers -----------------------------------------------------------------------------------------------------------


def worker(*shares):
    """A worker of pytest-xdist that has ended."""
    written = [{"part": told.as_json(), "unplayed": unplayed, "suite": True} for told, unplayed in shares]
    return SimpleNamespace(workeroutput={OUTPUT: json.dumps(written)})


def concluded(nodes):
    """The runs that workers hand over to."""
    runs = Runs(lambda name: Plan())
    runs.finish(narrowed=False, others=list(take_over(nodes)))
    return runs


def test_what_workers_judged_is_one_verdict():
    seen = exchanges("")
    runs = concluded([worker((part(seen[::2]), [])), worker((part(seen[1::2]), []))])

    assert list(runs.summary()) == ["bookproof: highlevel on reference: conforms (8 out-of-scope, 55 passed)"]


def test_what_a_lost_worker_had_judged_is_missed():
    runs = concluded([worker((part(exchanges("")), [])), SimpleNamespace()])

    assert runs.verdicts["highlevel"].conclusion == "inconclusive"
    assert "ended before it could say what it had judged" in runs.verdicts["highlevel"].reason


def test_a_recording_is_stale_where_no_worker_used_it():
    told = part(exchanges(""))
    nodes = [worker((told, [[1, "a::b"], [2, "c::d"]])), worker((told, [[2, "c::d"], [3, "e::f"]]))]

    assert [line.split(";")[0] for line in concluded(nodes).stale] == [
        "bookproof: stale: 1 recorded exchanges of c::d were not used"
    ]


def test_without_workers_a_process_concludes_by_itself():
    runs = Runs(lambda name: Plan())
    runs.finish(narrowed=False, others=[Share(part(exchanges("")), frozenset())])

    assert runs.verdicts["highlevel"].conclusion == "conforms"


# -- shards ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shards(tmp_path):
    """The report folders of two shards."""
    seen = exchanges(defect())
    for name, half in (("one", seen[::2]), ("two", seen[1::2])):
        told = part(half)
        write_reports(told.verdict(API), tmp_path / name, part=told)
    return tmp_path


def merge(capsys, *arguments):
    code = cli.run(["report", "--merge", *map(str, arguments)])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_shards_are_joined_into_one_report(shards, capsys):
    code, said = merge(capsys, shards / "one", shards / "two", "--report", shards / "all")
    written = json.loads((shards / "all" / "highlevel" / "verdict.json").read_text())

    assert (code, written["verdict"]) == (1, "violates")
    assert written["counts"]["requests"] == len(exchanges(defect()))
    assert "highlevel violates its contract" in said


def test_a_joined_report_can_be_joined_again(shards, capsys):
    merge(capsys, shards / "one", shards / "two", "--report", shards / "all")
    code, _ = merge(capsys, shards / "all", "--report", shards / "again")

    assert code == 1
    assert (shards / "again" / "highlevel" / "part.json").is_file()


def test_a_shard_that_is_named_twice_counts_once(shards, capsys):
    merge(capsys, shards / "one", shards / "one", "--report", shards / "all")
    written = json.loads((shards / "all" / "highlevel" / "verdict.json").read_text())

    assert written["counts"]["requests"] == len(exchanges(defect())[::2])


def change(folder, **changes):
    path = folder / "highlevel" / "part.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reading": "tolerant"}, "differ in their reading"),
        ({"target": {"kind": "live", "url": "https://b.example"}}, "differ in their target"),
        ({"contract": "0" * 64}, "was judged by another contract of highlevel"),
        ({"bookproof": "0.0.0"}, "was written by bookproof 0.0.0"),
        ({"api": "highlvl"}, "Did you mean highlevel?"),
        ({"tally": {}}, "is no part of a run: it has no '"),
    ],
)
def test_what_is_no_shard_of_the_same_run_is_not_joined(shards, capsys, changes, said):
    change(shards / "two", **changes)
    code, heard = merge(capsys, shards / "one", shards / "two", "--report", shards / "all")

    assert code == 2
    assert said in heard
    assert not (shards / "all").exists()


def test_a_folder_without_a_shard_is_named(tmp_path, capsys):
    code, said = merge(capsys, tmp_path, "--report", tmp_path / "all")

    assert code == 2
    assert f"There is no part.json in {tmp_path}" in said
    assert "--bookproof-report" in said


# -- for real ----------------------------------------------------------------------------------------------------------


def suites(report, url, *options):
    """Runs a suite against an address, in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "suites/highlevel", *options]
    command += ["--bookproof-target", url, "--bookproof-token-env", "HL_TOKEN", "--bookproof-report", str(report)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, timeout=120, check=False)
    return json.loads((report / "highlevel" / "verdict.json").read_text())


def told(document):
    """A verdict without its counts, times and examples."""
    rows = [
        (row["id"], row["outcome"], row["reason"], [(f["message"], f["where"], f["actual"]) for f in row["findings"]])
        for row in document["requirements"]
    ]
    return document["verdict"], document["reason"], rows


@pytest.mark.network
def test_two_workers_and_two_shards_come_to_the_verdict_of_one_process(tmp_path, capsys, monkeypatch):
    pytest.importorskip("xdist")
    monkeypatch.setenv("HL_TOKEN", API.reference_token)
    with served(app_with(API, defect())) as url:
        alone = told(suites(tmp_path / "alone", url, "-n", "0"))
        divided = told(suites(tmp_path / "divided", url, "-n", "2"))
        suites(tmp_path / "one", url, "-n", "0", "-k", "near")
        suites(tmp_path / "two", url, "-n", "0", "-k", "not near")
    merge(capsys, tmp_path / "one", tmp_path / "two", "--report", tmp_path / "joined")
    merged = told(json.loads((tmp_path / "joined" / "highlevel" / "verdict.json").read_text()))

    assert alone[0] == "violates"
    assert divided == alone
    assert merged == alone
