"""How many captured exchanges a second `bookproof audit` judges, and in how much memory.

Beside it: jsonschema-rs on the same bodies with json.loads, which is as fast as such a judgement can be in Python, and
openapi-core on a sample where it is installed. What else the machine does changes the figures by core less than the
others, and the ratio least: both of its sides run in turns.

    python suites/benchmarks/audit.py                            200,000 exchanges of each API, 1, 2 and 4 processes
    python suites/benchmarks/audit.py --exchanges 1000000 --jobs 1    the same with other numbers
    python suites/benchmarks/audit.py --long-line                a line of 2 GB, and what becomes of it
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import traffic

from bookproof import apis
from bookproof.dividing import Audit, audit
from bookproof.exchange import Exchange
from bookproof.verdict import Run

SAMPLE = 3_000
ROUNDS = 20
LONG_LINE = 2 * 10**9


def judge(api: str, path: str, jobs: int) -> None:
    """One measurement, in a process of its own: seconds, those of all cores, peak memory in MiB, and what was found."""
    apis.load(api).judge()
    clock, before = time.perf_counter(), used()
    part = audit(Audit(api), [path], jobs=jobs)
    seconds, cores = time.perf_counter() - clock, used() - before
    verdict = part.verdict(apis.load(api), Run(api=api, target="capture", url=""))
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    found = sum(seen.count for row in verdict.rows for seen in row.findings)
    sys.stdout.write(json.dumps([seconds, cores, peak, verdict.conclusion, found, part.service.requests]))


def used() -> float:
    """Seconds that this process and its children have spent on any core."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


def limit(api: str, sample: list[Exchange]) -> float:
    """Exchanges a second of one core whose bodies are parsed and validated, and nothing else."""
    operation = next(iter(apis.load(api).contract.operations.values()))
    assert operation.body is not None
    assert operation.success is not None
    asked, answered = (next(iter(part.content.values())) for part in (operation.body, operation.success))
    assert asked is not None
    assert answered is not None
    request, response = asked._validator.is_valid, answered._validator.is_valid
    clock = time.process_time()
    for exchange in sample:
        request(json.loads(exchange.request.body))
        if exchange.response:
            response(json.loads(exchange.response.body))
    return len(sample) / (time.process_time() - clock)


def openapi_core(api: str, sample: list[Exchange]) -> float | None:
    """Exchanges a second that openapi-core validates; None where it is not installed."""
    try:
        from openapi_core import OpenAPI
        from openapi_core.exceptions import OpenAPIError
        from openapi_core.testing import MockRequest, MockResponse
    except ImportError:
        return None
    contract = OpenAPI.from_dict(apis.load(api).contract.document)
    clock = time.process_time()
    for exchange in sample:
        url = urlsplit(exchange.request.url)
        headers = {name: value for name, value in exchange.request.headers if name != "Content-Type"}
        request = MockRequest(
            f"{url.scheme}://{url.netloc}",
            exchange.request.method.lower(),
            url.path,
            headers=headers,
            data=exchange.request.body,
        )
        assert exchange.response is not None
        answer = MockResponse(exchange.response.body, status_code=exchange.response.status)
        try:
            contract.validate_request(request)
            contract.validate_response(request, answer)
        except OpenAPIError:
            continue
    return len(sample) / (time.process_time() - clock)


def measured(*arguments: str) -> Any:
    """One measurement in a process of its own: what others need of memory is not its own."""
    return json.loads(subprocess.check_output([sys.executable, __file__, *arguments]))


def share(api: str, folder: Path) -> tuple[float, float]:
    """The bare limit in exchanges a second of a core, and bookproof's share of it: the best of many short turns."""
    path = folder / f"{api}-sample.ndjson"
    traffic.write(path, api, SAMPLE)
    sample = list(traffic.exchanges(api, SAMPLE))
    bare, mine = [], []
    for _ in range(ROUNDS):
        bare.append(limit(api, sample))
        clock = time.process_time()
        audit(Audit(api), [str(path)])
        mine.append(SAMPLE / (time.process_time() - clock))
    return max(bare), max(mine) / max(bare)


def speeds(exchanges: int, processes: list[int]) -> None:
    """Prints a block for each API."""
    for api in traffic.MAKERS:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{api}.ndjson"
            traffic.write(path, api, exchanges)
            sys.stdout.write(f"{api}, {exchanges:,} exchanges, {path.stat().st_size / 2**20:,.0f} MiB\n")
            for jobs in processes:
                seconds, cores, peak, conclusion, found, count = measured("--judge", api, str(path), str(jobs))
                assert count == exchanges
                name = f"bookproof audit, {jobs} {'process' if jobs == 1 else 'processes'}"
                sys.stdout.write(
                    f"  {name:28} {count / seconds:9,.0f} a second, {count / cores:9,.0f} a second of a core"
                    f"   peak {peak:4.0f} MiB each   {conclusion}, {found:,} findings\n"
                )
            bare, part = measured("--share", api, folder)
        sys.stdout.write(f"  jsonschema-rs and json.loads alone {bare:9,.0f} a second of a core\n")
        sys.stdout.write(f"  bookproof against that, in turns of {SAMPLE:,} exchanges: {part:.3f}\n")
        if rate := openapi_core(api, list(traffic.exchanges(api, 300))):
            sys.stdout.write(f"  openapi-core, 300 exchanges {rate:16,.0f} a second of a core\n")


def long_line() -> None:
    """Prints what `bookproof audit` says of a line of 2 GB, its exit code and its peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.ndjson"
        with path.open("wb") as file:
            file.write(b'{"request": "')
            file.truncate(LONG_LINE)
        command = [sys.executable, "-m", "bookproof", "audit", "highlevel", str(path)]
        clock = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
        seconds = time.perf_counter() - clock
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    sys.stdout.write(f"{done.stdout}{done.stderr.strip()}\n")
    sys.stdout.write(f"  exit code {done.returncode}, {seconds:.1f} s, peak {peak:.0f} MiB\n")


def main() -> None:
    """Measures what the options ask for."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--exchanges", type=int, default=200_000)
    options.add_argument("--jobs", type=int, nargs="+", default=[1, 2, 4])
    options.add_argument("--long-line", action="store_true")
    options.add_argument("--judge", nargs=3, help=argparse.SUPPRESS)
    options.add_argument("--share", nargs=2, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.judge:
        api, path, jobs = chosen.judge
        judge(api, path, int(jobs))
    elif chosen.share:
        api, folder = chosen.share
        sys.stdout.write(json.dumps(share(api, Path(folder))))
    elif chosen.long_line:
        long_line()
    else:
        speeds(chosen.exchanges, chosen.jobs)


if __name__ == "__main__":
    main()
