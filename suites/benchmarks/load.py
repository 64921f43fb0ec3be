"""What load drives at the references, what the judging costs of that, and how soon the seeded races are caught.

Server, Locust and Judge are processes of their own. On fewer than three cores they share them, so that what the Judge
takes is missing elsewhere: with judging and without, in turn, tells how much that is. Processor time is that of Locust
and Judge together, by request, and depends less on what else a machine does.

    python suites/benchmarks/load.py                BENCHMARK_SECONDS=20 BENCHMARK_ROUNDS=2
    python suites/benchmarks/load.py races          the races alone
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bookproof import apis
from bookproof.proving import catalogue

SECONDS = os.environ.get("BENCHMARK_SECONDS", "20")
ROUNDS = int(os.environ.get("BENCHMARK_ROUNDS", "2"))
USERS = "50"
UNJUDGED = ("--", "--bookproof-unjudged")


@contextmanager
def mock(name: str, *options: str) -> Iterator[tuple[str, dict[str, str]]]:
    """A server as a process; gives a folder with a configuration for it, and the environment with its token."""
    api = apis.load(name)
    command = [sys.executable, "-m", "bookproof", "mock", name, "--port", "0", *options]
    with (
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        assert server.stderr is not None
        found = re.search(r"http://\S+", server.stderr.readline())
        assert found is not None, "the mock says where it is"
        fixtures = ", ".join(f"{key} = {json.dumps(value)}" for key, value in api.reference_fixtures.items())
        Path(folder, "bookproof.toml").write_text(
            f'[{name}]\nurl = "{found[0]}"\ncredentials = {{ bearer = "env:THE_TOKEN" }}\n'
            f'fixtures = {{ {fixtures} }}\ncapabilities = ["readback", "cleanup"]\n'
        )
        try:
            yield folder, os.environ | {"THE_TOKEN": api.reference_token}
        finally:
            server.terminate()


def command(name: str, *options: str) -> list[str]:
    """A command line that loads an API."""
    words = ["load", name, "--users", USERS, "--duration", f"{SECONDS}s", "--json", *options]
    return [sys.executable, "-m", "bookproof", *words]


def loaded(name: str, *options: str) -> tuple[dict[str, Any], float]:
    """The verdict of a load test on a fresh server, and the milliseconds of a processor that each request took."""
    with mock(name) as (folder, environment):
        before = _processor()
        done = subprocess.run(command(name, *options), cwd=folder, env=environment, capture_output=True, text=True)
        spent = _processor() - before
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict, spent * 1000 / max(1, verdict["load"]["total"]["requests"])


def _processor() -> float:
    """Seconds of a processor that ended children have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def caught(name: str, race: str) -> tuple[float, dict[str, Any]]:
    """Seconds from the first user to the first finding, which may come with the verdict, and the verdict."""
    with mock(name, "--defect", race) as (folder, environment), Path(folder, "verdict").open("w+") as said:
        process = subprocess.Popen(
            command(name), cwd=folder, env=environment, stdout=said, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        began = first = 0.0
        for line in process.stderr:
            if "Ramping to" in line:
                began = time.monotonic()
            elif "✗" in line and not first:
                first = time.monotonic()
        process.wait()
        first = first or time.monotonic()
        said.seek(0)
        return first - began, json.load(said)


def main() -> None:
    """Prints both tables."""
    write = sys.stdout.write
    for name in [] if "races" in sys.argv else apis.names():
        rates: dict[bool, list[float]] = {True: [], False: []}
        spent: dict[bool, list[float]] = {True: [], False: []}
        findings = 0
        for _ in range(ROUNDS):
            for judging in (True, False):
                verdict, milliseconds = loaded(name, *(() if judging else UNJUDGED))
                spent[judging].append(milliseconds)
                rates[judging].append(verdict["load"]["total"]["per_second"])
                findings += sum(len(row["findings"]) for row in verdict["requirements"])
        with_it, without = max(rates[True]), max(rates[False])
        write(
            f"{name:10} {USERS} users   judged {with_it:7.1f} requests a second   unjudged {without:7.1f}   "
            f"the Judge costs {1 - with_it / without:5.1%}   processor {min(spent[True]):.2f} and "
            f"{min(spent[False]):.2f} ms a request   findings {findings}\n"
        )
        sys.stdout.flush()
    for name in apis.names():
        for race in catalogue(apis.load(name)).races:
            seconds, verdict = caught(name, race.id)
            failed = [row["id"] for row in verdict["requirements"] if row["outcome"] == "failed"]
            alone = len({found["requirement"] for found in verdict["load"]["only_under_load"]})
            write(f"{race.id:24} caught after {seconds:4.1f} s   blamed {' '.join(failed)}   only under load {alone}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
