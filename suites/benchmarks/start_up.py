"""How long `bookproof verify` takes as a command, where the time goes, and `schemathesis run` beside it.

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

from bookproof import apis
from bookproof.targets.asgi import served

RUNS = 5


def seconds(command: list[str], folder: str) -> float:
    """Wall time of one run."""
    clock = time.perf_counter()
    subprocess.run(command, cwd=folder, capture_output=True, check=False, env={**os.environ, "CI": "1"})
    return time.perf_counter() - clock


def main() -> None:
    """Runs the commands in turn and prints the medians."""
    api = apis.load(sys.argv[1] if len(sys.argv) > 1 else "highlevel")
    python = sys.executable
    bin_folder = Path(python).parent
    with tempfile.TemporaryDirectory() as folder, served(api.reference().app) as url:
        commands = {
            f"bookproof verify {api.name}": [python, "-m", "bookproof", "verify", api.name, "--quiet"],
            "  of it: start and imports": [
                python,
                "-c",
                "import bookproof.cli.verify, schemathesis.pytest.plugin, allure_pytest.plugin;"
                "import schemathesis; schemathesis.openapi",
            ],
            f"bookproof verify {api.name} --url": [
                *(python, "-m", "bookproof", "verify", api.name, "--quiet"),
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
    sys.stdout.write(f"bookproof over loopback against schemathesis run: {live / peer:.2f}\n")


if __name__ == "__main__":
    main()
