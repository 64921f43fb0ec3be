"""What the judging proxy costs: requests a second and added time, beside Prism's validating proxy and no proxy at all.

Prism is run where BOOKPROOF_PRISM names its command, for example node_modules/.bin/prism of an npm install of
@stoplight/prism-cli. The service behind all of them is the reference of HighLevel, a process of its own.
"""

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import traffic

from bookproof import apis

REQUESTS = int(os.environ.get("BENCHMARK_REQUESTS", "3000"))
CONNECTIONS = (1, 16)
PATH = "/calendars/resources/rooms"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, folder: str) -> Iterator[int]:
    """A server as a process, once it listens."""
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and process.poll() is None:
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()


async def load(port: int, connections: int, count: int) -> list[float]:
    """Seconds that each of many requests took, over a number of connections that stay open."""
    token = apis.load("highlevel").reference_token
    taken: list[float] = []

    async def one(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in range(first, count, connections):
            body = json.dumps(traffic.highlevel(number, False)[1]).encode()
            head = (
                f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
                f"Version: 2021-04-15\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            clock = time.perf_counter()
            writer.write(head.encode() + body)
            await answer(reader)
            taken.append(time.perf_counter() - clock)
        writer.close()

    await asyncio.gather(*(one(first) for first in range(connections)))
    return taken


async def answer(reader: asyncio.StreamReader) -> None:
    """Reads one answer; it is an error unless the resource was created."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b" 201 " not in head.split(b"\r\n")[0]:
        raise RuntimeError(head.decode("latin-1"))
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.split(b":")[1]))
            return
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()


def measure(port: int, connections: int) -> tuple[float, float, float]:
    """Requests a second, median and 99th percentile of the times in milliseconds."""
    asyncio.run(load(port, connections, max(200, REQUESTS // 10)))
    clock = time.perf_counter()
    taken = sorted(asyncio.run(load(port, connections, REQUESTS)))
    rate = len(taken) / (time.perf_counter() - clock)
    return rate, statistics.median(taken) * 1000, taken[int(len(taken) * 0.99)] * 1000


def main() -> None:
    """Starts everything, measures each in turn, three rounds, and prints the best round of each."""
    python, prism = sys.executable, os.environ.get("BOOKPROOF_PRISM")
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())

        def start(command: list[str], port: int) -> int:
            return stack.enter_context(running(command, port, folder))

        mock = free_port()
        start([python, "-m", "bookproof", "mock", "highlevel", "--port", str(mock)], mock)
        upstream = f"http://127.0.0.1:{mock}"
        ports = {"no proxy": mock}
        base = [python, "-m", "bookproof", "proxy", "highlevel", "--upstream", upstream, "--quiet", "--port"]
        variants = {
            "bookproof proxy": [],
            "bookproof proxy --capture": ["--capture", "a.ndjson"],
            "bookproof proxy --enforce": ["--enforce"],
        }
        for name, options in variants.items():
            port = free_port()
            ports[name] = start([*base, str(port), *options], port)
        if prism:
            port = free_port()
            contract = str(apis.load("highlevel").folder / "openapi.yaml")
            command = [str(Path(prism).resolve()), "proxy", contract, upstream, "--port", str(port)]
            ports["prism proxy"] = start(command, port)
            ports["prism proxy --errors"] = start([*command[:-1], str(port2 := free_port()), "--errors"], port2)
        best: dict[tuple[str, int], tuple[float, float, float]] = {}
        for _ in range(3):
            for name, port in ports.items():
                for connections in CONNECTIONS:
                    found = measure(port, connections)
                    best[name, connections] = max(best.get((name, connections), (0.0, 0.0, 0.0)), found)
        for (name, connections), (rate, median, late) in best.items():
            added = median - best["no proxy", connections][1]
            sys.stdout.write(
                f"{name:28} {connections:3} connections {rate:8,.0f} requests a second   median {median:6.2f} ms   "
                f"99 % {late:6.2f} ms   added {added:5.2f} ms\n"
            )


if __name__ == "__main__":
    main()
