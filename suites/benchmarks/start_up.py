"""How long `--help` and `bookproof verify` take as commands, where the time goes, and `schemathesis run` beside it.

python suites/benchmarks/start_up.py [API]
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from bookproof import apis
from bookproof.cli import cli
from bookproof.targets.asgi import served

RUNS = 12
HELP_RUNS = 11
LIMIT = 0.15
"""Seconds that `--help` may take."""
TIMES = 1.5
"""How many times as long as `schemathesis run` a run may take."""


def seconds(command: list[str], folder: str) -> float:
    """Wall time of one run."""
    clock = time.perf_counter()
    # Both tools keep the byte code that they make, as they do for anybody who installed them.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, cwd=folder, capture_output=True, check=False, env={**environment, "CI": "1"})
    return time.perf_counter() - clock


def show_help(folder: str) -> None:
    """Prints how long the help of every command takes."""
    for name in ("", *cli.list_commands(click.Context(cli))):
        command = [sys.executable, "-m", "bookproof", *([name] if name else []), "--help"]
        times = [seconds(command, folder) for _ in range(HELP_RUNS)]
        median = statistics.median(times)
        line = f"{' '.join(['bookproof', *command[3:]]):36} {median * 1000:6.0f} ms  ({min(times) * 1000:.0f} to "
        sys.stdout.write(f"{line}{max(times) * 1000:.0f}){'' if median <= LIMIT else '   more than it may take'}\n")


def main() -> None:
    """Runs the commands in turn and prints the medians."""
    api = apis.load(sys.argv[1] if len(sys.argv) > 1 else "highlevel")
    python = sys.executable
    bin_folder = Path(python).parent
    with tempfile.TemporaryDirectory() as folder, served(api.reference().app) as url:
        show_help(folder)
        commands = {
            f"bookproof verify {api.name}": [python, "-m", "bookproof", "verify", api.name],
            "  of it: start and imports": [
                python,
                "-c",
                "import bookproof.cli.verify, schemathesis.pytest.plugin, allure_pytest.plugin;"
                "import schemathesis; schemathesis.openapi",
            ],
            f"bookproof verify {api.name} --url": [
                *(python, "-m", "bookproof", "verify", api.name),
                *("--url", url, "--token-env", "BENCHMARK_TOKEN"),
            ],
            "schemathesis run, 100 examples": [
                *(str(bin_folder / "schemathesis"), "run", str(api.folder / "openapi.yaml"), "--url", url),
                *("--max-examples", "100", "-H", f"Authorization: Bearer {api.reference_token}", "--no-color"),
            ],
        }
        os.environ["BENCHMARK_TOKEN"] = api.reference_token
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                taken[name].append(seconds(command, folder))
        with open(Path(folder) / "reports" / api.name / "verdict.json", encoding="utf-8") as file:
            counted = json.load(file)["counts"]["requests"]
    medians = {name: statistics.median(times) for name, times in taken.items()}
    for name, times in taken.items():
        sys.stdout.write(f"{name:36} {medians[name]:6.2f} s   ({min(times):.2f} to {max(times):.2f})\n")
    whole, start, live, peer = medians.values()
    sys.stdout.write(f"requests of one run: {counted}\n")
    sys.stdout.write(f"share of start-up: {start / whole:.0%}\n")
    judged = "" if live <= TIMES * peer else "   more than it may be"
    sys.stdout.write(f"bookproof over loopback against schemathesis run: {live / peer:.2f}{judged}\n")


if __name__ == "__main__":
    main()
