"""How many captured exchanges a second `bookproof audit` judges, and in how much memory.

Beside it: jsonschema-rs on the same bodies with json.loads, which is as fast as such a judgement can be in Python, and
openapi-core on a sample where it is installed. What else the machine does changes the figures by core less than the
others. BENCHMARK_EXCHANGES changes the number of exchanges (200,000).
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

import traffic

from bookproof import apis
from bookproof.dividing import Audit, audit
from bookproof.exchange import Exchange
from bookproof.verdict import Run

EXCHANGES = int(os.environ.get("BENCHMARK_EXCHANGES", "200000"))
SAMPLE = 10_000
ROUNDS = 5


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


def judged(api: str, path: Path, jobs: int) -> tuple[float, float, float, str, int, int]:
    """The same, seen from outside."""
    command = [sys.executable, __file__, api, str(path), str(jobs)]
    found: tuple[float, float, float, str, int, int] = tuple(json.loads(subprocess.check_output(command)))
    return found


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


def main() -> None:
    """Prints a block for each API."""
    with tempfile.TemporaryDirectory() as folder:
        for api in traffic.MAKERS:
            path, small = Path(folder) / f"{api}.ndjson", Path(folder) / f"{api}-sample.ndjson"
            traffic.write(path, api, EXCHANGES)
            traffic.write(small, api, SAMPLE)
            sample = list(traffic.exchanges(api, SAMPLE))
            rounds = [(limit(api, sample), SAMPLE / judged(api, small, 1)[1]) for _ in range(ROUNDS)]
            ratio = max(mine for _, mine in rounds) / max(bare for bare, _ in rounds)
            sys.stdout.write(f"{api}, {EXCHANGES:,} exchanges, {path.stat().st_size / 2**20:,.0f} MiB\n")
            for jobs in (1, 2, 4):
                seconds, cores, peak, conclusion, found, count = judged(api, path, jobs)
                assert count == EXCHANGES
                name = f"bookproof audit, {jobs} {'process' if jobs == 1 else 'processes'}"
                sys.stdout.write(
                    f"  {name:28} {count / seconds:9,.0f} a second, {count / cores:9,.0f} a second of a core"
                    f"   peak {peak:4.0f} MiB each   {conclusion}, {found:,} findings\n"
                )
            sys.stdout.write(
                f"  jsonschema-rs and json.loads alone {max(bare for bare, _ in rounds):9,.0f} a second of a core\n"
            )
            sys.stdout.write(
                f"  bookproof against that, best of {ROUNDS} rounds on {SAMPLE:,} exchanges: {ratio:.2f}\n"
            )
            if rate := openapi_core(api, list(islice(sample, 300))):
                sys.stdout.write(f"  openapi-core, 300 exchanges {rate:16,.0f} a second of a core\n")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        judge(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        main()
