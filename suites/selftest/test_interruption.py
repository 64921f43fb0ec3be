"""Ctrl-C and SIGTERM: what was judged is concluded and reported, and what was created is taken back or named."""

import json
import os
import signal
import subprocess
import sys

import pytest

from bookproof import apis, running
from bookproof.running import run_suite
from bookproof.targets.asgi import served
from bookproof.targets.opening import Plan

NEXUDUS = apis.load("nexudus")


@pytest.fixture(autouse=True)
def heard():
    """Ctrl-C is heard, here and in what is started, even where whoever started pytest has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Service:
    """Nexudus' reference; calls a function at a request, `at`, counted by method, and notes what was asked."""

    def __init__(self, method="", at=0, call=None):
        self.app = NEXUDUS.reference().app
        self.method, self.at, self.call = method, at, call
        self.asked = []

    async def __call__(self, scope, receive, send):
        self.asked.append(scope["method"])
        if scope["method"] == self.method and self.asked.count(self.method) == self.at:
            self.call()
        await self.app(scope, receive, send)


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def judged(service, *, select="test_required_fields", progress=None):
    """A run of a part of the suite over loopback, against a target that lets records be deleted."""
    with served(service) as url:
        plan = Plan(
            kind="live",
            url=url,
            authorization=f"Bearer {NEXUDUS.reference_token}",
            fixtures=NEXUDUS.reference_fixtures,
            capabilities=frozenset({"cleanup"}),
        )
        return run_suite(NEXUDUS, plan, properties=False, select=select, progress=progress, keep=False)


def test_what_an_interrupted_run_created_is_taken_back():
    service = Service("POST", 5, interrupt)
    outcome = judged(service)

    assert (outcome.verdict.conclusion, outcome.verdict.reason) == ("inconclusive", "The run was interrupted.")
    assert outcome.verdict.remains == ("perhaps 1 more: POST requests that were not answered",)
    assert service.asked.count("DELETE") > 0
    assert outcome.verdict.requests > 0


def test_a_second_interruption_ends_the_clean_up_and_what_remains_is_named():
    def progress(done, total, test):
        if done == total:
            raise KeyboardInterrupt

    service = Service("DELETE", 1, interrupt)
    before = signal.getsignal(signal.SIGINT)
    verdict = judged(service, select="test_basic_credentials", progress=progress).verdict

    assert verdict.reason == "The run was interrupted."
    assert service.asked.count("DELETE") == 1
    assert signal.getsignal(signal.SIGINT) is before
    assert len(verdict.remains) == 1
    assert verdict.remains[0].startswith(("1 resources", "2 resources", "3 resources", "4 resources"))


def test_an_interruption_after_the_conclusion_does_not_undo_it(monkeypatch):
    whole = running.pytest.main

    def main(*arguments, **options):
        whole(*arguments, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(running.pytest, "main", main)

    assert judged(Service()).verdict.requests > 0


def test_a_target_that_dies_before_the_clean_up_leaves_a_list():
    service = Service()

    def progress(done, total, test):
        if done == total:
            service.app = None  # whatever is asked from now on is answered 500

    verdict = judged(service, select="test_basic_credentials", progress=progress).verdict

    assert verdict.remains
    assert "resources, named bookproof" in verdict.remains[0]


@pytest.mark.network
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_the_command_ends_with_3_and_a_report(tmp_path, number):
    started = []
    service = Service("POST", 40, lambda: started[0].send_signal(number))
    with served(service) as url:
        (tmp_path / "bookproof.toml").write_text(
            f'[nexudus]\nurl = "{url}"\ncredentials = {{ bearer = "env:NX" }}\ncapabilities = ["cleanup"]\n'
        )
        command = [sys.executable, "-m", "bookproof", "verify", "nexudus"]
        environment = {**os.environ, "NX": NEXUDUS.reference_token, "CI": "1"}
        with subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=-1, stderr=-1, encoding="utf-8"
        ) as process:
            started.append(process)
            out, err = process.communicate(timeout=60)
    verdict = json.loads((tmp_path / "reports" / "nexudus" / "verdict.json").read_text(encoding="utf-8"))

    assert (process.returncode, err) == (3, "")
    assert "The run was interrupted." in out
    assert verdict["verdict"] == "inconclusive"
    assert [item for item in verdict["remains"] if "perhaps" not in item] == []
    assert verdict["counts"]["requests"] > 20
    assert service.asked.count("DELETE") > 0
