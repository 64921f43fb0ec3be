"""Load tests on Locust, in processes of their own: it changes the standard library of whatever imports it."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from importlib.util import find_spec

import pytest

from bookproof import apis
from bookproof.proving import app_with, catalogue
from bookproof.running import run_suite
from bookproof.targets.asgi import listen, served
from bookproof.targets.opening import Plan

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(find_spec("locust") is None, reason="Locust is not installed: pip install 'bookproof[load]'"),
]
RACES = [(name, race.id) for name in apis.names() for race in catalogue(apis.load(name)).races]
races = pytest.mark.parametrize(("name", "race"), RACES, ids=[race for _, race in RACES])


@contextmanager
def configured(folder, name, app):
    """Serves an application, and writes a configuration for it; gives the environment with its token."""
    api = apis.load(name)
    fixtures = ", ".join(f"{key} = {json.dumps(value)}" for key, value in api.reference_fixtures.items())
    with served(app) as url:
        (folder / "bookproof.toml").write_text(
            f'[{name}]\nurl = "{url}"\ncredentials = {{ bearer = "env:THE_TOKEN" }}\n'
            f'fixtures = {{ {fixtures} }}\ncapabilities = ["readback", "cleanup"]\n'
        )
        yield os.environ | {"THE_TOKEN": api.reference_token}


def command(name, *options):
    """A command line that loads an API."""
    return [sys.executable, "-m", "bookproof", "load", name, "--json", *options]


def judged(folder, environment, name, *options):
    """The verdict of a load test."""
    done = subprocess.run(command(name, *options), cwd=folder, env=environment, capture_output=True, text=True)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def blamed(verdict):
    """The requirements that failed."""
    return {row["id"] for row in verdict["requirements"] if row["outcome"] == "failed"}


@pytest.mark.parametrize("name", apis.names())
def test_fifty_users_accuse_no_reference(tmp_path, name):
    with configured(tmp_path, name, apis.load(name).reference().app) as environment:
        verdict = judged(tmp_path, environment, name, "--users", "50", "--duration", "3s")

    assert (verdict["verdict"], blamed(verdict), verdict["unowned"]) == ("conforms", set(), [])
    assert verdict["counts"]["requests"] == verdict["load"]["total"]["requests"] > 100
    assert verdict["load"]["only_under_load"] == []


@races
def test_a_race_passes_the_suite(name, race):
    api = apis.load(name)

    plan = Plan(app=app_with(api, race), capabilities=catalogue(api).capabilities)
    verdict = run_suite(api, plan, properties=False).verdict

    assert verdict.conclusion == "conforms"


@races
def test_a_race_is_caught_under_load_alone(tmp_path, name, race):
    api = apis.load(name)

    with configured(tmp_path, name, app_with(api, race)) as environment:
        verdict = judged(tmp_path, environment, name, "--users", "20", "--duration", "3s")

    broken = set(catalogue(api).served()[race].breaks)
    assert blamed(verdict) == broken
    assert {found["requirement"] for found in verdict["load"]["only_under_load"]} == broken


def test_a_master_concludes_from_what_its_workers_judged(tmp_path):
    with closing(listen("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    with configured(tmp_path, "timetap", apis.load("timetap").reference().app) as environment:
        worker = command("timetap", "--worker", "--master-port", port)
        workers = [subprocess.Popen(worker, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) for _ in "12"]
        options = ["--master", "--expect-workers", "2", "--master-port", port, "--users", "10", "--duration", "3s"]
        verdict = judged(tmp_path, environment, "timetap", *options)
        codes = [worker.wait(timeout=30) for worker in workers]

    assert (verdict["verdict"], verdict["load"]["workers"], codes) == ("conforms", 2, [0, 0])
    assert verdict["counts"]["requests"] == verdict["load"]["total"]["requests"]
    assert verdict["remains"] == []


def test_ctrl_c_ends_the_test_with_a_verdict(tmp_path):
    with configured(tmp_path, "timetap", apis.load("timetap").reference().app) as environment:
        process = subprocess.Popen(
            command("timetap", "--users", "5", "--duration", "10m"),
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # so that the signal reaches all of its processes, as a terminal's does
        )
        for line in process.stderr:
            if re.search("All users spawned", line):
                break
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=60)

    verdict = json.loads(said)
    assert (process.returncode, verdict["verdict"], verdict["remains"]) == (0, "conforms", [])
