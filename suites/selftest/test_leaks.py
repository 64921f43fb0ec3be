"""Fifty secrets, each where one can stand: none is in a file that a command writes, nor in what it prints."""

import contextlib
import io
import json
import socket
import threading

import pytest
from leaky_server import CONFIGURED, answered, planted, reveal

from bookproof import apis, cli
from bookproof.apis.highlevel.reference import FIXTURES
from bookproof.captures import ndjson
from bookproof.cli.audit import show
from bookproof.reports.folder import write_reports
from bookproof.running import run_suite
from bookproof.targets.asgi import served
from bookproof.targets.configuration import Configuration
from bookproof.watching import Watch, capture_writer

HIGHLEVEL = "https://services.leadconnectorhq.com"
CONFIGURATION = f"""
[highlevel]
credentials = {{ bearer = "env:LEAK_BEARER" }}
fixtures = {{ location_id = "{FIXTURES["location_id"]}", calendar_ids = {json.dumps(FIXTURES["calendar_ids"][:3])} }}
[nexudus]
credentials = {{ login = {{ username = "env:LEAK_USERNAME", password = "env:LEAK_PASSWORD" }} }}
[timetap.credentials]
basic = "env:LEAK_BASIC"
login = {{ api_key = "env:LEAK_API_KEY", private_key = "env:LEAK_PRIVATE_KEY" }}
"""


def some_scenarios(api, plan, **options):
    """A run of a few scenarios: each of its answers gives away everything."""
    return run_suite(api, plan, **options | {"properties": False, "select": "test_limit or test_credentials"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A working directory with the configuration, its secrets in the environment, and runs cut short."""
    place = tmp_path_factory.mktemp("leaks")
    (place / "bookproof.toml").write_text(CONFIGURATION)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        for name, value in CONFIGURED.items():
            patch.setenv(name, value)
        for module in ("running", "drifting"):
            patch.setattr(f"bookproof.{module}.run_suite", some_scenarios)
        yield place


def said_by(line):
    """Everything that a command prints."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.run(line.split())
    return f"{code}\n{out.getvalue()}\n{err.getvalue()}"


@pytest.fixture(scope="module")
def verified(folder):
    with served(reveal) as url:
        return said_by(f"verify highlevel --url {url} --report verified") + said_by(
            f"verify highlevel --url {url} --report verified --json"
        )


@pytest.fixture(scope="module")
def recorded(folder):
    with served(reveal) as url:
        return said_by(f"record highlevel --url {url} --to recorded") + said_by(f"drift recorded --url {url} --json")


@pytest.fixture(scope="module")
def audited(folder):
    lines = b"".join(map(ndjson.encode, answered(HIGHLEVEL)))
    with contextlib.suppress(FileExistsError):
        (folder / "given").mkdir()
    (folder / "given" / "capture.ndjson").write_bytes(lines)
    return said_by("audit highlevel given/capture.ndjson --report audited")


@pytest.fixture(scope="module")
def proxied(folder):
    api, plan = apis.load("highlevel"), Configuration.load().plan("highlevel")
    printed, out = [], io.StringIO()
    for name in ("day.ndjson", "day.har"):
        watch = Watch(
            api,
            HIGHLEVEL,
            secrets=plan.secrets,
            writer=capture_writer(folder / "proxied" / name),
            said=lambda side, f: printed.append(f"{side} {f.message} {f.actual} {f.expected} {f.where}"),
        )
        for exchange in answered(HIGHLEVEL):
            watch.saw(exchange)
        watch.close()
        verdict = watch.conclude()
    with contextlib.redirect_stdout(out):
        show(verdict, write_reports(verdict, folder / "proxied"), as_json=False, quiet=False)
    return "\n".join(printed) + out.getvalue()


def written(folder):
    """Every file below a folder, by its name."""
    return {path.name: path.read_bytes().decode("utf-8", "replace") for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "command",
    ["audited", *(pytest.param(name, marks=pytest.mark.network) for name in ("verified", "recorded", "proxied"))],
)
def test_none_of_fifty_secrets_is_written_or_printed(command, folder, request):
    kept = {"what it printed": request.getfixturevalue(command), **written(folder / command)}
    leaks = [(number, name) for number, forms in planted() for name, text in kept.items() for f in forms if f in text]

    assert leaks == []
    assert len(kept) > 2
    assert any("bookproof-scrubbed" in text for text in kept.values())


def test_every_one_of_the_fifty_was_there():
    wire = b"".join(map(ndjson.encode, answered(HIGHLEVEL))).decode()
    spelt = {number: [*forms, *(json.dumps(form)[1:-1] for form in forms)] for number, forms in planted()}
    nested = {number: [json.dumps(form)[1:-1] for form in forms] for number, forms in spelt.items()}
    twice = {number: [json.dumps(form)[1:-1] for form in forms] for number, forms in nested.items()}
    missing = [n for n in spelt if not any(form in wire for form in (*spelt[n], *nested[n], *twice[n]))]

    assert missing == [43]  # what Basic credentials hide in base64


@pytest.mark.network
def test_a_recording_without_its_secrets_has_its_structure(recorded, folder):
    assert said_by("drift recorded recorded").startswith("0\n")


# -- messages ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def shouting(head):
    """A server that answers anything with these bytes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(head)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def test_an_error_of_the_connection_does_not_quote_the_token(folder):
    bearer = CONFIGURED["LEAK_BEARER"]
    with shouting(f"HTTP/1.1 200 OK\r\n{bearer} is no header\r\n\r\n".encode()) as url:
        said = said_by(f"verify highlevel --url {url}")

    assert said.startswith("3\n")
    assert "bookproof: No answer from" in said
    assert bearer not in said


@pytest.mark.parametrize(
    "line",
    [
        "verify highlevel --url http://clerk:Zq7pass9@127.0.0.1:1",
        "verify highlevel --url http://127.0.0.1:1/?api_key=Zq7pass9",
        "record highlevel --url http://clerk:Zq7pass9@127.0.0.1:1",
        "drift highlevel --url http://clerk:Zq7pass9@127.0.0.1:1",
        "proxy highlevel --upstream http://clerk:Zq7pass9@127.0.0.1:1",
        "audit highlevel given/capture.ndjson --url-prefix http://clerk:Zq7pass9@127.0.0.1:1",
        "verify highlevel --url http://127.0.0.1:1 --token-env pit-Zq7pass9",
        "verify highlevel --url http://127.0.0.1:1 --token-env 0123abcZq7pass9abcdef012345",
    ],
)
def test_a_secret_on_the_command_line_is_refused_and_not_repeated(line, folder):
    said = said_by(line)

    assert said.startswith("2\n")
    assert "Zq7pass9" not in said


def test_a_token_that_no_header_can_carry_is_named_by_its_variable(folder, monkeypatch):
    monkeypatch.setenv("LEAK_BEARER", "pit-\u00e9t\u00e9-secret")
    said = said_by("verify highlevel --url http://127.0.0.1:1")

    assert said.startswith("2\n")
    assert "LEAK_BEARER holds signs that no header can carry" in said
    assert "secret" not in said.replace("secrets", "")


def test_a_file_that_was_named_by_mistake_is_not_quoted(folder):
    (folder / "token.txt").write_text("pit-0123456789abcdef")

    assert "0123456789" not in said_by("audit highlevel token.txt")
