"""Servers that misbehave below or beside HTTP end a run with a verdict or one sentence, and never with a pass."""

import re
import socket
from contextlib import ExitStack, suppress

import httpx
import pytest
from alone import measured
from bad_servers import AUTHORITY, NAMES, BadServer, bad_server, redirect, serving

from bookproof import apis
from bookproof.errors import BookproofError, ConfigurationError, CredentialsRefused, Unreachable
from bookproof.running import run_suite
from bookproof.targets.connection import ClosedIdle, Stream, open_transport
from bookproof.targets.opening import Plan, open_session

PATIENCE = 0.2
"""Seconds that an answer may take in these tests."""
TOKEN = "pit-for-nobody-else"
LARGE = ("4 MB of JSON each time",)
"""What leaves so much memory in pieces that the next run would be measured with it."""
LONG = ("a name that nobody has", *LARGE)
"""What takes long, with or without a network, and is judged by the command alone."""
LIMIT, BUDGET = 300, 1
"""MiB that a run may need, and its budget of seconds."""
DESCRIBED = {
    "nobody listens": r"no connection \(connection refused\)",
    "resets": r"the connection broke \(connection reset by peer\)",
    "self-signed certificate": r"its certificate is not good \(self.signed certificate\)",
    "certificate of another host": "its certificate is not good .*not valid for '127.0.0.1'",
    "expired certificate": r"its certificate is not good \(certificate has expired\)",
    "plain HTTP where https is asked": "no encrypted connection",
    "hangs before headers": "no answer within the time limit",
    "headers that drip": "no answer within the time limit",
    "100 MB of JSON": "gives answers that are longer than 4 MiB: POST /calendars/resources/",
}
"""What ends a run before anything was judged, and what a person reads then."""


@pytest.fixture
def nobody_has_the_name(monkeypatch):
    """Answers as a resolver does for a name that does not exist; without a network the real one may take long."""

    def look_up(host, *arguments, **options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def verdict_at(url, **plan):
    """What a small part of the suite comes to at an address."""
    chosen = Plan(**{"kind": "live", "url": url, "authorization": f"Bearer {TOKEN}", "timeout": PATIENCE, **plan})
    return run_suite(apis.load("highlevel"), chosen, properties=False, select="test_resource_type").verdict


def outcome_at(url):
    """A conclusion, or the sentence that ended the run."""
    try:
        return verdict_at(url).conclusion
    except BookproofError as error:
        return error.message


# -- each of them ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in NAMES if name not in LONG and name not in DESCRIBED])
def test_a_bad_server_never_passes(name):
    with bad_server(name) as url:
        outcome = outcome_at(url)

    assert outcome != "conforms"
    assert outcome


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What the command makes of each, in processes of its own."""
    folder = tmp_path_factory.mktemp("alone")
    (folder / "bookproof.toml").write_text(f"[highlevel]\nbudget = {{ requests = 30, seconds = {BUDGET} }}\n")
    with ExitStack() as servers:
        runs = {
            name: ["verify", "highlevel", "--json", "--url", servers.enter_context(bad_server(name))] for name in NAMES
        }
        last = {name: runs.pop(name) for name in LARGE}
        return {run.name: run for apart in (runs, last) for run in measured(apart, folder)}


@pytest.mark.network
@pytest.mark.parametrize("name", NAMES)
def test_a_bad_server_costs_neither_time_nor_memory_and_shows_no_traceback(alone, name):
    run = alone[name]

    assert run.code in (1, 3)
    assert run.sentence
    assert run.peak < LIMIT
    assert run.seconds < BUDGET + 8  # starting, and writing the report, on a busy machine
    assert "Traceback" not in run.out + run.err


# -- what a person reads -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "said"), DESCRIBED.items())
def test_a_server_that_cannot_be_reached_is_described(monkeypatch, name, said):
    if name != "self-signed certificate":
        monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))

    with bad_server(name) as url, pytest.raises(Unreachable) as raised:
        verdict_at(url)

    assert re.search(said, raised.value.message)


@pytest.mark.usefixtures("nobody_has_the_name")
def test_a_name_that_nobody_has_is_described():
    with bad_server("a name that nobody has") as url, pytest.raises(Unreachable) as raised:
        verdict_at(url)

    assert raised.value.message == f"No answer from {url}: its name is not known (name or service not known)."


def test_a_bad_certificate_says_how_to_trust_ones_own_authority():
    with bad_server("self-signed certificate") as url, pytest.raises(Unreachable) as raised:
        verdict_at(url)

    assert "SSL_CERT_FILE" in raised.value.hint


def test_an_authority_of_ones_own_is_trusted_where_the_variable_names_it(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))
    answer = redirect("/", "200 OK")

    with serving(BadServer(answer, "valid.pem", "https")) as url, open_transport(url) as transport:
        assert transport.handle_request(httpx.Request("GET", url)).status_code == 200


def test_a_file_of_authorities_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))

    with pytest.raises(ConfigurationError, match=r"SSL_CERT_FILE cannot be read: .*none\.pem: No such file"):
        open_transport("https://localhost")


# -- another host ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect"])
def test_a_redirect_to_another_host_takes_no_credentials_there(status):
    received = []

    with serving(BadServer(redirect("/", "200 OK")), received) as elsewhere:
        location = elsewhere.replace("127.0.0.1", "localhost")
        with serving(BadServer(redirect(location, status))) as url:
            outcome_at(url)

    assert received == []


@pytest.mark.parametrize("name", ["nexudus", "timetap"])
def test_a_redirected_login_takes_no_password_to_another_host(name):
    received, api = [], apis.load(name)
    login = dict.fromkeys(api.module("client").LOGIN, "secret-of-the-account")

    with (
        serving(BadServer(redirect("/", "200 OK")), received) as elsewhere,
        serving(BadServer(redirect(elsewhere))) as url,
    ):
        session = open_session(api, Plan(kind="live", url=url, login=login))
        sample = next(iter(session.samples.samples().values()))
        with pytest.raises(CredentialsRefused):
            session.send(sample.draft)
        session.close()

    assert received == []


# -- the time of an answer ---------------------------------------------------------------------------------


class Line:
    """A connection of which every piece takes a second; `limits` are the time limits that it was read with."""

    said = b"-"

    def __init__(self, clock):
        self.clock = clock
        self.limits = []

    def read(self, max_bytes, timeout):
        self.limits.append(timeout)
        self.clock.now += 1
        return self.said

    def write(self, buffer, timeout):
        self.clock.now += 1


class Clock:
    """Seconds that pass only where something takes its time."""

    now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def line(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("bookproof.targets.connection.time", clock)
    return Line(clock)


def test_the_pieces_of_an_answer_share_one_time_limit(line):
    stream = Stream(line)
    for _ in range(3):
        stream.read(1, 3.0)

    assert line.limits == [3.0, 2.0, 1.0]
    with pytest.raises(Exception, match="the answer does not end"):
        stream.read(1, 3.0)


def test_the_next_answer_has_a_time_limit_of_its_own(line):
    stream = Stream(line)
    stream.read(1, 3.0)
    stream.write(b"GET", 3.0)
    stream.read(1, 3.0)

    assert line.limits == [3.0, 3.0]


def test_a_connection_that_was_closed_between_two_requests_is_told_apart(line):
    stream = Stream(line)
    stream.write(b"GET", 3.0)
    stream.read(1, 3.0)
    stream.write(b"GET", 3.0)
    line.said = b""

    with pytest.raises(ClosedIdle):
        stream.read(1, 3.0)


def test_a_connection_that_closes_on_its_first_request_is_no_idle_one(line):
    stream = Stream(line)
    stream.write(b"GET", 3.0)
    line.said = b""

    assert stream.read(1, 3.0) == b""


# -- connections that are closed while they are idle -----------------------------------------------------------


def closing_unannounced(answered):
    """A server that answers one request of each connection, reads the next one and closes without a word."""

    def behave(connection, request):
        answered.append(request)
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        connection.settimeout(0.5)
        with suppress(OSError):
            connection.recv(65536)

    return BadServer(behave)


def session_at(url, name):
    api = apis.load(name)
    session = open_session(api, Plan(kind="live", url=url, authorization=f"Bearer {TOKEN}", timeout=5))
    return session, session.samples.samples()


def test_a_creation_that_crosses_the_closing_of_a_connection_is_nobodys_fault_and_not_sent_again():
    answered = []
    with serving(closing_unannounced(answered)) as url:
        session, samples = session_at(url, "highlevel")
        statuses = [session.send(samples["room"].draft).status for _ in range(4)]
        session.close()

    assert statuses == [201, 0, 201, 201]
    assert len(answered) == 3
    assert [key for key in session.tally.findings if "no answer" in key] == []
    assert session.sender.lost == 1


def test_a_reading_that_crosses_the_closing_of_a_connection_is_sent_again():
    answered = []
    with serving(closing_unannounced(answered)) as url:
        session, samples = session_at(url, "timetap")
        statuses = [session.send(samples["list"].draft).status for _ in range(3)]
        session.close()

    assert statuses == [201, 201, 201]
    assert session.sender.lost == 0
