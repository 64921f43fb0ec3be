"""Recorded interactions a second: bookproof's indexed cassette at 1,000 and 10,000, vcrpy's own at 1,000."""

import sys
import tempfile
import time
from pathlib import Path

import httpx
from vcr.cassette import Cassette
from vcr.record_mode import RecordMode
from vcr.stubs.httpx_stubs import vcr_handle_request

from bookproof.captures.cassette import IndexedCassette, _matchers, write_cassette
from bookproof.draft import to_json
from bookproof.exchange import Exchange, Request, Response
from bookproof.targets.replay import ReplayTransport

URL = "https://services.leadconnectorhq.com/calendars/resources/rooms"
HEADERS = ("Version", "Authorization", "Content-Type")


def exchanges(count: int) -> list[Exchange]:
    """That many creations, each with a body of its own."""
    headers = (("Version", "2021-04-15"), ("Authorization", "Bearer x"), ("Content-Type", "application/json"))
    answer = Response(201, (("content-type", "application/json"),), b'{"locationId":"l","name":"n"}')
    return [
        Exchange(Request("POST", URL, headers, to_json({"name": f"room {number}", "capacity": number})), answer)
        for number in range(count)
    ]


class _Stock(httpx.BaseTransport):
    """vcrpy's cassette as it is, behind the same transport."""

    def __init__(self, cassette: Cassette) -> None:
        self._handle = vcr_handle_request(cassette, None, httpx)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._handle(self, request)


def play(transport: httpx.BaseTransport, recorded: list[Exchange]) -> float:
    """Seconds to send every recorded request once."""
    with httpx.Client(transport=transport) as client:
        clock = time.perf_counter()
        for exchange in recorded:
            request = exchange.request
            client.request(request.method, request.url, headers=list(request.headers), content=request.body)
        return time.perf_counter() - clock


def main() -> None:
    """Prints a row for each cassette."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for count in (1_000, 10_000):
            recorded = exchanges(count)
            path = Path(folder) / f"{count}.yaml"
            write_cassette(path, recorded, {"api": "benchmark"})
            cassette = IndexedCassette.load(path=path, headers=HEADERS)
            rows.append((f"bookproof, {count:,} interactions", count / play(ReplayTransport(cassette), recorded)))
            if count == 1_000:
                stock = Cassette.load(path=str(path), record_mode=RecordMode.NONE, match_on=_matchers(HEADERS))
                rows.append((f"vcrpy, {count:,} interactions", count / play(_Stock(stock), recorded)))
    for name, rate in rows:
        sys.stdout.write(f"{name:34} {rate:10,.0f} interactions a second\n")
    rates = dict(rows)
    first, stock_rate, last = (rate for _, rate in rows)
    sys.stdout.write(f"bookproof at 10,000 against 1,000: {last / first:.2f}\n")
    sys.stdout.write(f"bookproof against vcrpy at 1,000: {first / stock_rate:.0f} times\n")
    assert len(rates) == 3


if __name__ == "__main__":
    main()
