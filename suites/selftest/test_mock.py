"""The mock: a reference as a server, which says what it holds."""

import json
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from bookproof import apis
from bookproof.proving import catalogue
from bookproof.targets.asgi import listen
from bookproof.targets.configuration import Configuration


def test_defects_are_listed(bookproof):
    code, out, _ = bookproof("mock highlevel --defect list")

    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == list(catalogue(apis.load("highlevel")).served())


def test_a_port_that_is_taken_says_so(bookproof):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, _, err = bookproof(f"mock highlevel --port {taken.getsockname()[1]}")

    assert code == 2
    assert "is taken or not allowed" in err


def test_a_mock_can_be_reached_before_it_serves():
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname(), timeout=1) as client:
        assert client.getpeername() == listening.getsockname()


@pytest.fixture
def mock():
    """A mock on a free port, as a process of its own; gives it with its address."""
    arguments = [sys.executable, "-m", "bookproof", "mock", "highlevel", "--port", "0"]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, encoding="utf-8") as process:
        try:
            yield process, process.stderr.readline().split()[-1]
        finally:
            process.kill()


def test_a_mock_serves_from_its_first_line_until_it_is_interrupted(mock):
    process, address = mock
    answer = httpx.post(f"{address}/calendars/resources/rooms", json={}, timeout=10)
    process.send_signal(signal.SIGINT)

    assert answer.status_code == 401
    assert process.wait(timeout=10) == 0


@pytest.mark.parametrize("name", apis.names())
def test_a_mock_declares_all_that_it_holds(bookproof, folder, monkeypatch, name):
    monkeypatch.setattr("uvicorn.Server.run", lambda self, sockets: [one.close() for one in sockets])
    monkeypatch.setenv("TOKEN", "of the mock")
    code, _, err = bookproof(f"mock {name} --port 0 --config-to mock.toml")
    plan = Configuration.load(folder / "mock.toml").plan(name)

    assert (code, plan.url) == (0, err.split()[err.split().index("at") + 1])
    assert dict(plan.fixtures) == json.loads(json.dumps(dict(apis.load(name).reference_fixtures)))
    assert plan.capabilities == catalogue(apis.load(name)).capabilities
