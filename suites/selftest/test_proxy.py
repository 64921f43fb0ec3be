"""The proxy: what passes is unchanged, what it says is a verdict, and what it writes holds no secret."""

import contextlib
import gzip
import json
import re
import signal
import socket
import subprocess
import sys
import threading

import captured
import httpx
import pytest
from captured import ANSWER_WRONG, CREATED, GOOD, HEADERS, ROOM

from bookproof import apis, cli
from bookproof.captures import reading
from bookproof.targets.asgi import address_of, listen, served
from bookproof.targets.proxy import VERDICT_PATH, Proxy
from bookproof.watching import Watch, capture_writer

PATH = "/calendars/resources/rooms"


class Service:
    """A service that answers with what it is given, and keeps what it was asked."""

    def __init__(self, body=b"{}", status=200, headers=(), pause=None):
        self.asked = []
        self._pieces = [body] if isinstance(body, bytes) else body
        self._status = status
        self._headers = list(headers)
        self._pause = pause

    async def __call__(self, scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.asked.append((scope, body))
        await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
        for number, piece in enumerate(self._pieces):
            if number and self._pause:
                import anyio

                await anyio.to_thread.run_sync(self._pause.wait, 5)
            await send({"type": "http.response.body", "body": piece, "more_body": number + 1 < len(self._pieces)})


@contextlib.contextmanager
def proxied(service, *, writer=None, **options):
    """A proxy before a service, over loopback; gives its address and its watch."""
    with served(service) as upstream:
        watch = Watch(apis.load("highlevel"), upstream, writer=writer)
        try:
            with served(Proxy(upstream, watch, **options), lifespan=True) as address:
                yield address, watch
        finally:
            watch.close()


def created(body=CREATED, status=201):
    """A service that answers every creation alike."""
    return Service(json.dumps(body).encode(), status, [(b"content-type", b"application/json")])


def post(address, body=ROOM, **options):
    """Sends a creation."""
    return httpx.post(address + PATH, content=json.dumps(body), headers=list(HEADERS), **options)


def test_a_request_arrives_as_it_was_sent():
    service = Service()
    with proxied(service) as (address, _):
        httpx.request(
            "PUT",
            address + "/a%2Fb/%C3%A9?x=1&x=2&y=%20",
            content=b"\x00\xff" * 5_000,
            headers=[("X-Twice", "1"), ("X-Twice", "2"), ("Accept-Encoding", "zstd")],
        )

    (scope, body), *others = service.asked
    assert others == []
    assert (scope["method"], scope["raw_path"], scope["query_string"]) == ("PUT", b"/a%2Fb/%C3%A9", b"x=1&x=2&y=%20")
    assert body == b"\x00\xff" * 5_000
    assert [value for name, value in scope["headers"] if name == b"x-twice"] == [b"1", b"2"]
    assert dict(scope["headers"])[b"accept-encoding"] == b"zstd"


def test_a_request_that_comes_in_pieces_arrives_whole():
    service = Service()
    with proxied(service) as (address, _):
        httpx.post(address + "/", content=iter([b"a" * 70_000, b"b", b"c" * 70_000]))

    assert service.asked[0][1] == b"a" * 70_000 + b"b" + b"c" * 70_000


def test_an_answer_arrives_byte_for_byte():
    packed = gzip.compress(b'{"a": 1}')
    headers = [(b"content-encoding", b"gzip"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"x-odd", b"\xe9")]
    with (
        proxied(Service(packed, 207, headers)) as (address, _),
        httpx.Client() as client,
        client.stream("GET", address + "/x") as answer,
    ):
        raw = b"".join(answer.iter_raw())

    assert raw == packed
    assert answer.status_code == 207
    assert [pair for pair in answer.headers.raw if pair in headers] == headers


@pytest.mark.parametrize("name", ["Connection", "Keep-Alive", "Proxy-Authorization", "TE", "X-Named"])
def test_what_concerns_one_connection_does_not_travel(name):
    service = Service(headers=[(b"keep-alive", b"timeout=9"), (b"x-stays", b"1")])
    with proxied(service) as (address, _):
        answer = httpx.get(address, headers={"Connection": "keep-alive, X-Named", name: "x-named", "X-Stays": "1"})

    arrived = {field.decode() for field, _ in service.asked[0][0]["headers"]}
    assert name.lower() not in arrived
    assert "x-stays" in arrived
    assert "keep-alive" not in answer.headers
    assert answer.headers["x-stays"] == "1"


def test_an_answer_begins_before_it_ends():
    gate = threading.Event()
    with (
        proxied(Service([b"first", b"last"], pause=gate)) as (address, _),
        httpx.Client() as client,
        client.stream("GET", address) as answer,
    ):
        pieces = answer.iter_raw()
        first = next(pieces)
        gate.set()

    assert first == b"first"


def test_head_and_empty_answers_pass():
    with proxied(Service(b"", 204)) as (address, _):
        assert httpx.head(address).status_code == 204
        assert httpx.delete(address).content == b""


def test_an_unreachable_service_is_said_and_is_no_finding():
    watch = Watch(apis.load("highlevel"), "http://127.0.0.1:9")
    with served(Proxy("http://127.0.0.1:9", watch), lifespan=True) as address:
        answer = post(address)
    watch.close()

    assert answer.status_code == 502
    assert answer.json() == {"message": "The service cannot be reached."}
    assert watch.conclude().unowned == ()
    assert watch.part.skipped == 0


def test_the_verdict_so_far_is_served():
    with proxied(created(captured.without(CREATED, "isActive"))) as (address, _):
        post(address)
        verdict = httpx.get(address + VERDICT_PATH).json()

    assert verdict["verdict"] == "violates"
    assert [row["id"] for row in verdict["requirements"] if row["outcome"] == "failed"] == ["HL-053"]
    assert verdict["client"]["verdict"] == "conforms"
    assert verdict["target"]["kind"] == "proxy"


@pytest.mark.parametrize("name", ["a.ndjson", "a.har"])
def test_a_capture_judges_the_same_and_holds_no_secret(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with proxied(created(captured.without(CREATED, "isActive")), writer=capture_writer(tmp_path / name)) as (
        address,
        _,
    ):
        post(address)
        post(address)

    entries = list(reading.read([name]))
    assert len(entries) == 2
    assert entries[0].request.header("Authorization") == "Bearer bookproof-scrubbed"
    assert json.loads(entries[0].request.body) == ROOM
    assert b"secret-token" not in (tmp_path / name).read_bytes()
    assert (
        cli.run(["audit", "highlevel", name, "--url-prefix", entries[0].request.url.removesuffix(PATH), "--quiet"]) == 1
    )


def test_enforcing_stops_a_violating_answer():
    with proxied(created(captured.without(CREATED, "isActive")), enforce=True) as (address, _):
        answer = post(address)

    assert answer.status_code == 502
    assert [finding["requirement"] for finding in answer.json()["findings"]] == ["HL-053"]


def test_enforcing_stops_a_violating_request_before_it_is_sent():
    service = created()
    with proxied(service, enforce=True) as (address, watch):
        answer = post(address, captured.without(ROOM, "name"))

    assert answer.status_code == 400
    assert answer.json()["findings"][0]["where"] == "request.body/name"
    assert service.asked == []
    assert [row.requirement.id for row in watch.conclude().client.rows if row.findings] == ["HL-024"]


def test_enforcing_lets_good_traffic_pass():
    with proxied(created(), enforce=True) as (address, watch):
        answer = post(address)

    assert (answer.status_code, answer.json()) == (201, CREATED)
    assert watch.conclude().requests == 1


def test_a_body_that_is_too_large_to_keep_passes_unjudged(monkeypatch):
    monkeypatch.setattr("bookproof.targets.passing.LARGEST_KEPT", 100)
    with proxied(created()) as (address, watch):
        answer = post(address)

    assert answer.status_code == 201
    assert watch.part.skipped == 1


def test_findings_are_told_once_each_with_their_side():
    told = []
    watch = Watch(
        apis.load("highlevel"), "http://x", said=lambda side, finding: told.append((side, finding.requirement))
    )
    for exchange in (GOOD, ANSWER_WRONG, ANSWER_WRONG, captured.SENT_WRONG):
        watch.saw(exchange)
    watch.close()

    assert told == [("service", "HL-053"), ("client", "HL-024")]


def test_a_fault_of_its_own_leaves_one_exchange_out_and_judges_the_next(monkeypatch):
    watch = Watch(apis.load("highlevel"), "http://x")
    judge = watch._auditor.judge
    monkeypatch.setattr(judge, "observe", lambda exchange: 1 / 0)
    watch.saw(GOOD)
    watch.verdict()
    monkeypatch.undo()
    watch.saw(ANSWER_WRONG)
    watch.close()

    assert [place.reason for place in watch.part.places] == [
        "a fault of bookproof itself: ZeroDivisionError: division by zero"
    ]
    assert watch.conclude().conclusion == "violates"


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("localhost", "localhost")])
def test_an_address_is_one_that_a_client_can_use(host, shown):
    with listen("127.0.0.1", 0) as listening:
        assert address_of(listening, host) == f"http://{shown}:{listening.getsockname()[1]}"


def test_a_port_that_is_taken_leaves_no_beginning_of_a_capture(bookproof, folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, err = bookproof(f"proxy highlevel --upstream http://x --port {port} --capture day.har")

    assert code == 2
    assert "is taken or not allowed" in err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_command_with_the_verdict(number, tmp_path):
    with served(created(captured.without(CREATED, "isActive"))) as upstream:
        command = [sys.executable, "-m", "bookproof", "proxy", "highlevel", "--upstream", upstream, "--port", "0"]
        with subprocess.Popen(
            [*command, "--quiet"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                address = re.search(r"(http://\S+) passes to", process.stderr.readline())[1]
                answer = post(address)
                process.send_signal(number)
                out, err = process.communicate(timeout=20)
            finally:
                process.kill()

    assert answer.status_code == 201
    assert (process.returncode, out.strip()) == (1, "highlevel violates")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("proxy highlevel --upstream ftp://x", "is not an http or https address"),
        ("proxy highlevel --upstream http://x --port 0 --capture a.txt", "names no form of a capture"),
        ("proxy nothing --upstream http://x", "There is no API"),
    ],
)
def test_a_wrong_command_is_one_sentence(line, words, capsys):
    assert cli.run(line.split()) == 2
    assert words in capsys.readouterr().err
