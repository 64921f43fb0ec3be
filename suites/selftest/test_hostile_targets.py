"""Targets that answer nonsense, break off or never end: none conforms, and none brings bookproof down."""

import gzip
import socket
import threading
from contextlib import contextmanager, suppress

import httpx
import pytest

from bookproof import apis
from bookproof.errors import BookproofError, BudgetSpent, CredentialsRefused, Unreachable, Untested
from bookproof.reports.folder import write_reports
from bookproof.running import run_suite
from bookproof.targets.asgi import AsgiTransport, served
from bookproof.targets.manners import Budget
from bookproof.targets.opening import Plan, open_session
from bookproof.verdict import Run, conclude

SECRET = "pit-nobody-must-see-this"


def judged(plan):
    """What a run of the scenarios comes to: its verdict in one word, or the error in its place."""
    try:
        return run_suite(apis.load("highlevel"), plan, properties=False).verdict.conclusion
    except BookproofError as error:
        return type(error)


def tried(plan):
    """What the plainest valid requests alone come to."""
    api = apis.load("highlevel")
    session = open_session(api, plan)
    try:
        for sample in session.samples.samples():
            with suppress(Untested):
                session.establish(sample)
        return conclude(session.tally, Run("highlevel", plan.kind, plan.url), api.contract, api.ledger).conclusion
    except BookproofError as error:
        return type(error)
    finally:
        session.close()


# -- servers that answer -----------------------------------------------------------------------------


def answering(status, body=b"{}", **headers):
    """An application that has one answer to everything."""
    fields = {"content-type": "application/json"} | {name.replace("_", "-"): text for name, text in headers.items()}

    async def app(scope, receive, send):
        raw = [(name.encode(), text.encode()) for name, text in fields.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    return app


async def echoing(scope, receive, send):
    """Answers with what was sent: the body as the body, and every header."""
    asked = await receive()
    kept = [(b"x-" + name, value) for name, value in scope["headers"]]
    headers = [(b"content-type", b"application/json"), *kept]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": asked["body"]})


async def silent(scope, receive, send):
    """Ends without an answer."""


OTHER_API = b'{"Status": 200, "Message": "ok", "Value": {"Id": 87654321}, "Errors": null, "WasSuccessful": true}'
NEVER_RIGHT = {
    "accepts everything with nothing": answering(200),
    "refuses everything": answering(400, b'{"statusCode": 400, "message": "no"}'),
    "echoes": echoing,
    "answers as another API": answering(200, OTHER_API),
}
ODD_ANSWERS = {
    "no body": answering(204, b""),
    "a page": answering(201, b"<html>", content_type="text/html"),
    "an array": answering(201, b"[]"),
    "null": answering(201, b"null"),
    "NaN": answering(201, b'{"name": NaN}'),
    "half a body": answering(201, b'{"name": "a'),
    "not UTF-8": answering(201, b'{"name": "\xff"}'),
    "lone surrogates": answering(201, b'{"name": "\\ud800", "\\udfff": 1}'),
    "nested without end": answering(201, b"[" * 200_000),
    "numbers without end": answering(201, b'{"quantity": 1e999, "capacity": %s}' % (b"9" * 4_000)),
    "a redirect": answering(302, b"", location="/calendars/resources/rooms"),
    "a server error": answering(500, b"oops"),
    "an unknown status": answering(999),
    "nothing": silent,
}


@pytest.mark.parametrize("app", NEVER_RIGHT.values(), ids=NEVER_RIGHT)
def test_a_server_that_is_never_right_violates(app):
    assert judged(Plan(app=app)) == "violates"


@pytest.mark.parametrize("app", ODD_ANSWERS.values(), ids=ODD_ANSWERS)
def test_an_odd_answer_violates(app):
    assert tried(Plan(app=app)) == "violates"


@pytest.mark.parametrize(
    ("app", "outcome"),
    [
        (answering(401), CredentialsRefused),
        (answering(429, retry_after="86400"), BudgetSpent),
        (answering(503), "inconclusive"),
    ],
    ids=["401", "429", "503"],
)
def test_a_server_that_does_not_serve_is_not_judged(app, outcome):
    assert judged(Plan(app=app, budget=Budget(seconds=0.9))) == outcome


def test_a_server_that_knows_its_users_by_a_cookie_too_conforms():
    api = apis.load("highlevel")
    reference, token = api.reference().app, f"Bearer {api.reference_token}".encode()

    async def app(scope, receive, send):
        """Gives whoever asks a cookie, and takes it in place of a token."""

        async def with_cookie(message):
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"set-cookie", b"session=1; Path=/")]
            await send(message)

        if any(name == b"cookie" for name, _ in scope["headers"]):
            scope["headers"] = [
                *(pair for pair in scope["headers"] if pair[0] != b"authorization"),
                (b"authorization", token),
            ]
        await reference(scope, receive, with_cookie)

    assert judged(Plan(app=app)) == "conforms"


def test_nothing_that_a_server_echoes_shows_the_token(tmp_path):
    with served(echoing) as url:
        plan = Plan(kind="live", url=url, authorization=f"Bearer {SECRET}", token_variable="HL_TOKEN")
        verdict = run_suite(apis.load("highlevel"), plan, properties=False, select="test_credentials").verdict
    write_reports(verdict, tmp_path)
    written = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.*")]

    assert verdict.conclusion == "violates"
    assert [SECRET in text for text in written] == [False] * len(written)
    assert any("Bearer $HL_TOKEN" in text for text in written)


# -- servers that speak no HTTP, or too much of it -----------------------------------------------------


@contextmanager
def listening(handle):
    """A socket on loopback; each connection is handled on a thread of its own, and then closed."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def serve(connection):
        with connection, suppress(OSError):
            handle(connection, stopped)

    def accept():
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stopped.set()
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join(timeout=5)
        listener.close()


def says(raw):
    """Reads a request and answers with these bytes."""

    def handle(connection, stopped):
        connection.recv(2**20)
        connection.sendall(raw)

    return handle


def created(headers=b"", body=b"{}"):
    return says(b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n" + headers + b"\r\n" + body)


def closes(connection, stopped):
    """Closes at once."""


def reads_and_closes(connection, stopped):
    """Closes after the request."""
    connection.recv(2**20)


def stalls(connection, stopped):
    """Reads the request and says nothing more."""
    connection.recv(2**20)
    stopped.wait(5)


def never_ends(connection, stopped):
    """Sends a body without end."""
    created()(connection, stopped)
    while not stopped.is_set():
        connection.sendall(b"[" * 2**16)


def counts_up(connection, stopped):
    """Sends headers without end."""
    connection.recv(2**20)
    connection.sendall(b"HTTP/1.1 201 Created\r\n")
    while not stopped.is_set():
        connection.sendall(b"X-More: header\r\n" * 1_000)


NO_HTTP = {
    "closes": closes,
    "reads and closes": reads_and_closes,
    "stalls": stalls,
    "garbage": says(b"\x00\x01\x1b[31m\r\n\r\n"),
    "a page alone": says(b"<html>"),
    "no status": says(b"HTTP/1.1 abc OK\r\n\r\n"),
    "only promises": says(b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "another protocol": says(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
    "half a body": created(b"Content-Length: 200\r\n"),
    "two lengths": created(b"Content-Length: 2\r\nContent-Length: 3\r\n"),
    "a negative length": created(b"Content-Length: -2\r\n"),
    "broken chunks": created(b"Transfer-Encoding: chunked\r\n", b"zz\r\n{}"),
    "broken gzip": created(b"Content-Encoding: gzip\r\n", b"no gzip"),
    "a bomb": created(b"Content-Encoding: gzip\r\n", gzip.compress(b"[" * 20_000_000)),
    "a body without end": never_ends,
    "headers without end": counts_up,
    "a header with NUL": created(b"X-A: a\x00b\r\n"),
}
ODD_HTTP = {
    "a header in Latin-1": created(b"X-A: caf\xe9\xff\r\nContent-Length: 2\r\n"),
    "an unknown charset": created(b"Content-Type: application/json; charset=\xe9\r\nContent-Length: 2\r\n"),
    "an odd cookie": created(b"Set-Cookie: \x01=;;;;\r\nContent-Length: 2\r\n"),
    "a folded header": created(b"X-A: a\r\n b\r\nContent-Length: 2\r\n"),
    "a way to nowhere": says(b"HTTP/1.1 307 Go\r\nLocation: http://[nowhere\r\nContent-Length: 0\r\n\r\n"),
}


@pytest.mark.parametrize("handle", NO_HTTP.values(), ids=NO_HTTP)
def test_a_server_without_an_answer_is_unreachable(handle):
    with listening(handle) as url:
        assert tried(Plan(kind="live", url=url, timeout=0.3)) is Unreachable


@pytest.mark.parametrize("handle", ODD_HTTP.values(), ids=ODD_HTTP)
def test_an_odd_answer_over_the_wire_is_judged(handle):
    with listening(handle) as url:
        assert tried(Plan(kind="live", url=url, timeout=5)) in ("violates", "inconclusive")


def test_a_body_that_drips_is_not_waited_for():
    dripped = []

    def drips(connection, stopped):
        created(body=b"")(connection, stopped)
        while not stopped.wait(0.02) and len(dripped) < 100:
            connection.sendall(b"[")
            dripped.append("[")

    with listening(drips) as url:
        assert tried(Plan(kind="live", url=url, timeout=0.2)) is Unreachable
    assert len(dripped) < 100


def test_nobody_listening_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert tried(Plan(kind="live", url=f"http://127.0.0.1:{port}")) is Unreachable


def test_a_server_that_closes_after_its_first_answer_is_not_judged_by_that_one():
    answered = []

    def answers_once(connection, stopped):
        connection.recv(2**20)
        if not answered:
            answered.append(True)
            created(b"Content-Length: 2\r\n")(connection, stopped)

    with listening(answers_once) as url:
        assert judged(Plan(kind="live", url=url, timeout=0.5)) in ("violates", Unreachable)


# -- servers with a short queue ----------------------------------------------------------------------


class Overrun(httpx.BaseTransport):
    """Takes up every connection but the last of several at once."""

    def __init__(self, app, last):
        self._app, self._last = AsgiTransport(app), last
        self.close = self._app.close

    def handle_request(self, request):
        if self._last in request.content.decode():
            raise httpx.ReadError("Connection reset by peer")
        return self._app.handle_request(request)


def test_a_connection_that_a_busy_server_does_not_take_up_is_no_fault():
    api = apis.load("highlevel")
    session = open_session(api, Plan())
    session.target.transport.close()
    session.target.transport = Overrun(api.reference().app, "room 5")
    room = session.samples.samples()["room"].draft
    rooms = [room.with_body(room.body | {"name": f"room {number}"}) for number in range(6)]
    session.establish("room")
    answers = session.send_together(rooms)
    session.close()

    assert [answer.status for answer in answers if answer.status] == [201] * 5
    assert session.scene.findings == []
    with pytest.raises(Untested, match="not taken up"):
        _ = next(answer for answer in answers if not answer.status).accepted
