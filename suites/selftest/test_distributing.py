"""Audits on Dask: whatever the files, blocks, tasks and workers, the verdict is that of one process."""

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from captured import GOOD, SENT_WRONG, dealt, records
from object_store import stored

from bookproof import __version__, apis, cli
from bookproof.captures import ndjson
from bookproof.captures.blocks import blocks_of
from bookproof.dividing import audit
from bookproof.routing import Audit
from bookproof.running import run_suite
from bookproof.targets.opening import Plan
from bookproof.verdict import Run


@pytest.fixture
def distributing():
    """The module that needs Dask."""
    pytest.importorskip("distributed")
    from bookproof import distributing

    return distributing


def told(part, api):
    """A verdict apart from the times of its run."""
    document = part.verdict(apis.load(api), Run(api=api, target="capture", url="")).as_json()
    return {name: value for name, value in document.items() if name not in ("started", "seconds")}


def in_a_graph(distributing, api, paths, longest, threads):
    """What the tasks of an audit come to, run one after the other in this process."""
    import dask.bag

    blocks = blocks_of(paths, [Path(path).name for path in paths], longest)
    asked = distributing.Asked(Audit(api), __version__, apis.load(api).contract.sha256)
    parts = distributing.tasks(asked, blocks, threads)
    return (
        dask.bag.from_delayed(parts).reduction(distributing.together, distributing.together).compute(scheduler="sync")
    )


@pytest.mark.parametrize(("files", "longest", "threads"), [(1, 10**9, 1), (1, 3000, 2), (5, 5000, 6)])
def test_no_division_changes_what_rules_that_remember_find(tmp_path, distributing, files, longest, threads):
    lines = [ndjson.encode(exchange) for exchange in records(40)]
    whole = dealt(tmp_path / "whole", lines, 1)
    paths = dealt(tmp_path / "parts", lines, files)

    alone = told(audit(Audit("nexudus"), whole), "nexudus")

    assert told(in_a_graph(distributing, "nexudus", paths, longest, threads), "nexudus") == alone
    assert [row["id"] for row in alone["requirements"] if row["outcome"] == "failed"]


@pytest.mark.parametrize(("files", "longest"), [(1, 3000), (3, 10**9), (3, 3000)])
def test_no_division_changes_what_is_found_where_captures_do_not_say_when(tmp_path, distributing, files, longest):
    lines = [ndjson.encode(replace(exchange, started=0.0)) for exchange in records(40)]
    paths = dealt(tmp_path / "parts", lines, files)

    alone = told(audit(Audit("nexudus"), paths), "nexudus")

    assert told(in_a_graph(distributing, "nexudus", paths, longest, 2), "nexudus") == alone


@pytest.mark.parametrize(("files", "longest"), [(1, 2000), (5, 10**9)])
def test_no_division_changes_what_rules_without_history_find(tmp_path, distributing, files, longest):
    lines = [ndjson.encode(GOOD)] * 5 + [ndjson.encode(GOOD), ndjson.encode(SENT_WRONG), b"no exchange\n"] * 9
    paths = dealt(tmp_path / "parts", lines, files)

    alone = audit(Audit("highlevel"), paths)
    divided = in_a_graph(distributing, "highlevel", paths, longest, 2)
    alone.places = divided.places = []  # divided captures name bytes until a cluster has counted their lines

    assert told(divided, "highlevel") == told(alone, "highlevel")
    assert divided.unreadable == 9


def test_a_rule_that_looks_at_the_whole_run_is_one_task(tmp_path, distributing):
    api = apis.load("timetap")
    seen = run_suite(api, Plan(), properties=False, select="deleting or creating").exchanges
    paths = dealt(tmp_path / "parts", [ndjson.encode(exchange) for exchange in seen], 3)

    divided = in_a_graph(distributing, "timetap", paths, 10**9, 2)

    assert told(divided, "timetap") == told(audit(Audit("timetap"), paths), "timetap")


def test_what_cannot_be_read_is_told_to_the_tasks_of_every_key(tmp_path, distributing):
    lines = [ndjson.encode(exchange) for exchange in records(3)]
    lines.insert(3, b"no exchange\n")
    (block,) = blocks_of(dealt(tmp_path / "a", lines, 1), ["a"])
    asked = distributing.Asked(Audit("nexudus"), __version__, apis.load("nexudus").contract.sha256)

    split = distributing.split(asked, block, 1)
    found = list(distributing.unpacked(split.pieces[0], 0.0))

    assert [type(entry).__name__ for _, entry in found] == ["Exchange"] * 3 + ["Unreadable"] + ["Exchange"] * 3
    assert split.part.unreadable == 1


@pytest.mark.parametrize(("version", "contract"), [("0.0.0", None), (None, "0" * 64)])
def test_a_worker_with_another_bookproof_or_contract_refuses(tmp_path, distributing, version, contract):
    own = apis.load("nexudus").contract.sha256
    asked = distributing.Asked(Audit("nexudus"), version or __version__, contract or own)

    with pytest.raises(distributing.UsageError, match="A worker has bookproof"):
        asked.check()


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def capture(tmp_path):
    """A small capture."""
    (tmp_path / "a.ndjson").write_bytes(ndjson.encode(GOOD))
    return str(tmp_path / "a.ndjson")


def test_without_dask_one_sentence_says_how_to_get_it(capture, monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "bookproof.distributing", raising=False)
    monkeypatch.setitem(sys.modules, "dask", None)
    monkeypatch.setitem(sys.modules, "dask.bag", None)

    code = cli.run(["audit", "highlevel", capture, "--dask", "local"])

    assert code == 2
    assert capsys.readouterr().err == ("bookproof: Dask is not installed.\n  python -m pip install 'bookproof[dask]'\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--dask", "day.ndjson"], 2, "'day.ndjson' is no scheduler's address"),
        (["-", "--dask", "local"], 2, "A cluster cannot read standard input"),
        (["--dask", "tcp://127.0.0.1:1"], 3, "No scheduler answers at tcp://127.0.0.1:1"),
    ],
)
def test_a_cluster_that_cannot_be_had_is_said(capture, distributing, monkeypatch, capsys, arguments, code, said):
    monkeypatch.setattr("bookproof.cluster._SECONDS", 0.3)

    assert cli.run(["audit", "highlevel", capture, *arguments]) == code
    assert said in capsys.readouterr().err


# -- for real ----------------------------------------------------------------------------------------------------------


@contextmanager
def cluster(workers):
    """A scheduler and workers, each a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    dask, address = [sys.executable, "-m", "dask"], f"tcp://127.0.0.1:{port}"
    host = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    alone = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
    started = [subprocess.Popen([*dask, "scheduler", *host], **quiet)]
    started += [subprocess.Popen([*dask, "worker", address, *alone], **quiet) for _ in range(workers)]
    try:
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def kill_when_half_is_read(address, worker, audit):
    """Kills a worker while an audit is under way."""
    from distributed import Client

    def half(dask_scheduler):
        states = [g.states for name, g in dask_scheduler.task_groups.items() if name.startswith("split")]
        left = sum(count[state] for count in states for state in ("waiting", "queued", "processing", "no-worker"))
        return 0 < left <= sum(sum(count.values()) for count in states) / 2

    with Client(address, set_as_default=False) as client:
        while audit.poll() is None and not client.run_on_scheduler(half):
            time.sleep(0.02)
    assert audit.poll() is None, "the audit was over before the worker was killed"
    worker.send_signal(signal.SIGKILL)


@pytest.mark.network
def test_the_verdict_is_that_of_one_process_though_a_worker_is_killed_half_way(tmp_path, distributing, capsys):
    lines = [ndjson.encode(exchange) for exchange in records(8000)]
    dealt(tmp_path, lines, 120, ".ndjson.gz")
    with gzip.open(tmp_path / "2.ndjson.gz", "ab") as damaged:
        damaged.write(b"no exchange\n")
    pattern = str(tmp_path / "*.ndjson.gz")

    with cluster(2) as (address, workers):
        command = [sys.executable, "-m", "bookproof", "audit", "nexudus", pattern, "--dask", address]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        divided = subprocess.Popen(
            [*command, "--report", str(tmp_path / "divided"), "--quiet"], stdout=subprocess.PIPE, env=environment
        )
        kill_when_half_is_read(address, workers[0], divided)
        out, _ = divided.communicate(timeout=120)
    code = cli.run(["audit", "nexudus", pattern, "--report", str(tmp_path / "alone")])
    one, two = (json.loads((tmp_path / name / "nexudus" / "verdict.json").read_text()) for name in ("alone", "divided"))
    for document in (one, two):
        del document["started"], document["seconds"]

    assert (code, divided.returncode, out) == (1, 1, b"nexudus violates\n")
    assert two == one
    assert one["capture"]["places"] == [
        "2.ndjson.gz, line 135: it is not JSON (Expecting value: line 1 column 1 (char 0))"
    ]


@pytest.mark.network
def test_a_cluster_of_this_machine_reads_from_an_object_store(tmp_path, distributing):
    pytest.importorskip("s3fs")
    packed = gzip.compress(ndjson.encode(GOOD) * 3)
    objects = {"day=1/a.ndjson.gz": packed, "day=2/a.ndjson.gz": packed, "day=2/b.ndjson.gz": b"", "other.txt": b"x"}
    command = [sys.executable, "-m", "bookproof", "audit", "highlevel", "s3://traffic/day=*/*.ndjson.gz"]
    with stored("traffic", objects) as address:
        credentials = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
        environment = {
            **os.environ,
            **credentials,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "AWS_ENDPOINT_URL": address,
        }
        done = subprocess.run(
            [*command, "--dask", "local", "--json", "--report", str(tmp_path)],
            env=environment,
            capture_output=True,
            timeout=120,
            check=False,
        )

    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["counts"]["requests"] == 6
