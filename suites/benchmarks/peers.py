"""bookproof and `schemathesis run` side by side: the same contracts, seeded defects and conforming variations.

    python suites/benchmarks/peers.py [API]… [--examples 100] [--every 5]

Schemathesis judges over loopback with its own checks, positive data acceptance off (it would accuse servers that keep
rules which OpenAPI cannot say). A defect counts as found, and a variation as accused, where a check fails that does not
fail against the plain reference.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from starlette.types import ASGIApp

from bookproof import apis
from bookproof.faults import Defect
from bookproof.proving import app_with, catalogue, prove
from bookproof.targets.asgi import served


def failures(app: ASGIApp, name: str, examples: int) -> frozenset[str]:
    """The checks of `schemathesis run` that fail against an application."""
    api = apis.load(name)
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        *("run", str(api.folder / "openapi.yaml"), "--max-examples", str(examples), "--seed", "1", "--no-color"),
        *("--exclude-checks", "positive_data_acceptance", "-H", f"Authorization: Bearer {api.reference_token}"),
    ]
    with tempfile.TemporaryDirectory() as folder, served(app) as url:
        result = subprocess.run(
            [*command, "--url", url], cwd=folder, capture_output=True, check=False, encoding="utf-8"
        )
    found = frozenset(re.findall(r"❌ (ST\d+)", result.stdout))
    return found or frozenset({"error"} if result.returncode else ())


def peer(name: str, examples: int, every: int) -> tuple[int, int, float]:
    """Defects found, variations accused, seconds."""
    entries = list(catalogue(apis.load(name)).by_id().values())[::every]
    clock = time.perf_counter()
    usual = failures(apis.load(name).reference().app, name, examples)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        failing = pool.map(lambda entry: failures(app_with(apis.load(name), entry.id), name, examples), entries)
        found = [bool(checks - usual) for checks in failing]
    killed = sum(hit for entry, hit in zip(entries, found, strict=True) if isinstance(entry, Defect))
    return killed, sum(found) - killed, time.perf_counter() - clock


def rows(names: list[str], examples: int, every: int) -> Iterator[str]:
    """The table, in Markdown."""
    yield "| API | | defects found | conforming servers accused | time |"
    yield "|---|---|---:|---:|---:|"
    for name in names:
        proof = prove([name], every=every)
        defects, variations = len(proof.defects), len(proof.variations)
        found = defects - len(proof.survivors)
        accused = len(proof.alarms)
        yield f"| {name} | bookproof | {found} of {defects} | {accused} of {variations} | {proof.seconds:.0f} s |"
        killed, accused, seconds = peer(name, examples, every)
        yield f"| | schemathesis run | {killed} of {defects} | {accused} of {variations} | {seconds:.0f} s |"


def main() -> None:
    """Prints a row for each tool and API."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("apis", nargs="*", default=None)
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--every", type=int, default=1, help="take each n-th defect and variation only")
    options = parser.parse_args()
    for row in rows(options.apis or apis.names(), options.examples, options.every):
        sys.stdout.write(row + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
