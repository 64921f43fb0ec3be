"""The connection of a user in a load test: what it hides of a server would be missing in the verdict."""

import gzip
import socket
import threading
from contextlib import closing, contextmanager
from importlib.util import find_spec

import pytest
from starlette.applications import Starlette
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bookproof.exchange import Request
from bookproof.targets.asgi import listen, served

pytestmark = pytest.mark.skipif(
    find_spec("geventhttpclient") is None, reason="Locust is not installed: pip install 'bookproof[load]'"
)


async def _port(request):
    return Response(str(request.client.port))


async def _packed(request):
    return Response(gzip.compress(b"unpacked"), headers={"Content-Encoding": "gzip"})


async def _echo(request):
    return Response(await request.body(), 201, headers={"X-Method": request.method})


ROUTES = [
    Route("/port", _port),
    Route("/packed", _packed),
    Route("/moved", lambda request: RedirectResponse("/port")),
    Route("/echo", _echo, methods=["PUT"]),
]


@pytest.fixture(scope="module")
def url():
    """A server that does as it should."""
    with served(Starlette(routes=ROUTES)) as address:
        yield address


@pytest.fixture
def connected():
    """Opens connections, which are closed at the end."""
    from bookproof.loading.connection import Connection

    opened = []

    def connect(address, timeout=5.0):
        opened.append(Connection(address, timeout))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@contextmanager
def answering(said):
    """A server that reads a request, says something and hangs up; gives its address."""
    with closing(listen("127.0.0.1", 0)) as listening:

        def serve():
            with listening.accept()[0] as client:
                client.recv(65536)
                client.sendall(said)
                client.shutdown(socket.SHUT_RDWR)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


def test_a_request_arrives_as_it_is(url, connected):
    answer = connected(url).send(Request("PUT", f"{url}/echo", (("Content-Type", "text/plain"),), b"sent"))

    assert (answer.status, answer.header("X-Method"), answer.body) == (201, "PUT", b"sent")


def test_a_packed_body_is_unpacked(url, connected):
    assert connected(url).send(Request("GET", f"{url}/packed")).body == b"unpacked"


def test_no_redirect_is_followed(url, connected):
    assert connected(url).send(Request("GET", f"{url}/moved")).status == 307


def test_a_connection_is_used_again(url, connected):
    connection, request = connected(url), Request("GET", f"{url}/port")

    assert connection.send(request).body == connection.send(request).body


def test_a_connection_that_was_idle_is_not_used_again(url, connected, monkeypatch):
    monkeypatch.setattr("bookproof.loading.connection.IDLE", 0.0)
    connection, request = connected(url), Request("GET", f"{url}/port")

    assert connection.send(request).body != connection.send(request).body


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "broke off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort", "broke off"),
        (b"no HTTP at all\r\n\r\n", "did not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", "cannot be decoded"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\nabc", "not asked for"),
    ],
    ids=["nothing", "half a body", "no HTTP", "a broken packing", "another packing"],
)
def test_a_broken_answer_is_none_and_no_request_is_repeated(connected, said, reason):
    from bookproof.loading.connection import Broken

    with answering(said) as address, pytest.raises(Broken, match=reason):
        connected(address).send(Request("GET", f"{address}/"))


def test_silence_ends_with_the_time_limit(connected):
    from bookproof.loading.connection import Broken

    with closing(listen("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Broken, match="time limit"):
            connected(address, timeout=0.05).send(Request("GET", f"{address}/"))


def test_nobody_there_is_no_answer(connected):
    from bookproof.loading.connection import Broken

    with closing(listen("127.0.0.1", 0)) as gone:
        address = f"http://127.0.0.1:{gone.getsockname()[1]}"
    with pytest.raises(Broken, match="refused"):
        connected(address).send(Request("GET", f"{address}/"))
