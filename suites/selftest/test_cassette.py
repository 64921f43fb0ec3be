"""Cassettes: recorded exchanges come back as they were, are found by what was sent, and play in vcrpy alone as well."""

import httpx
import pytest
import vcr
import yaml

from bookproof.captures import reading
from bookproof.captures.cassette import IndexedCassette, write_cassette
from bookproof.captures.recording import Written, addressed_to, write_recording
from bookproof.errors import DataError, NotRecorded, UsageError
from bookproof.exchange import Exchange, Intent, Request, Response
from bookproof.targets.replay import ReplayTransport

URL = "https://library.example.com/v1/books"
JSON = ("Content-Type", "application/json")
SOURCE = {"api": "library", "recorded": "by hand"}


def recorded(sent=b'{"title": "Emma"}', answered=b'{"id": 1}', *, test="test_books::test_adding", url=URL, version="1"):
    return Exchange(
        Request("POST", url, (JSON, ("Version", version)), sent),
        Response(201, (JSON, ("X-Id", "7"), ("X-Id", "8")), answered),
        intent=Intent(test=test),
    )


@pytest.fixture
def cassette(tmp_path):
    """Writes exchanges and opens them as one cassette."""

    def write(*exchanges):
        write_cassette(tmp_path / "books.yaml", exchanges, SOURCE)
        return IndexedCassette.load(path=tmp_path / "books.yaml", headers=("Version",))

    return write


def play(cassette, sent=b'{"title": "Emma"}', *, url=URL, version="1", test=""):
    cassette.test = test
    with httpx.Client(transport=ReplayTransport(cassette)) as client:
        return client.post(url, content=sent, headers={"Content-Type": "application/json", "Version": version})


# -- files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b'{"title": "Emma"}',
        b"",
        b"line\nline\ttab",
        b"\xff\x00\x1b[31m",
        "Жёлтая 🧘\u2028".encode(),
        b"- a: !!python/object:os.system",
        b"NaN",
        b"12",
        b" padded ",
        b"\xef\xbb\xbf{}",
        b"x" * 10_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_written_is_read(tmp_path, body):
    exchange = recorded(body, body)
    write_cassette(tmp_path / "a.yaml", [exchange], SOURCE)
    (read,) = reading.read([str(tmp_path / "a.yaml")])
    (written,) = yaml.safe_load((tmp_path / "a.yaml").read_bytes())["interactions"]

    assert written["test"] == "test_books::test_adding"
    assert (read.request, read.response) == (exchange.request, exchange.response)


def test_the_same_exchanges_give_the_same_bytes(tmp_path):
    write_cassette(tmp_path / "a.yaml", [recorded(), recorded(b"\xff")], SOURCE)
    write_cassette(tmp_path / "b.yaml", [recorded(), recorded(b"\xff")], SOURCE)

    assert (tmp_path / "a.yaml").read_bytes() == (tmp_path / "b.yaml").read_bytes()


def test_what_a_machine_adds_of_itself_is_left_out(tmp_path):
    exchange = Exchange(
        Request("GET", URL, (("User-Agent", "a"), ("Host", "b"), ("Version", "1"))),
        Response(200, (("Date", "now"), ("Server", "c"), JSON)),
    )
    write_cassette(tmp_path / "a.yaml", [exchange], SOURCE)
    (read,) = reading.read([str(tmp_path / "a.yaml")])

    assert (read.request.headers, read.response.headers) == ((("Version", "1"),), (JSON,))


def test_an_exchange_without_an_answer_is_not_recorded(tmp_path):
    write_cassette(tmp_path / "a.yaml", [Exchange(Request("GET", URL), error="refused")], SOURCE)

    assert list(reading.read([str(tmp_path / "a.yaml")])) == []


def test_a_cassette_says_where_it_comes_from(tmp_path):
    write_cassette(tmp_path / "a.yaml", [], SOURCE)

    assert yaml.safe_load((tmp_path / "a.yaml").read_text())["metadata"] == SOURCE


@pytest.mark.parametrize(
    ("text", "message"),
    [("[", "is not YAML"), ("version: 1", "no interactions"), ("- 1", "no interactions"), ("a: !!x 1", "is not YAML")],
)
def test_a_file_that_is_no_cassette_is_an_error(tmp_path, text, message):
    (tmp_path / "a.yaml").write_text(text)

    with pytest.raises(DataError, match=message):
        IndexedCassette.load(path=tmp_path / "a.yaml")


def test_a_cassette_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"a\.yaml cannot be read"):
        IndexedCassette.load(path=tmp_path / "a.yaml")


@pytest.mark.parametrize("interaction", [{}, {"request": {}}, {"request": None, "response": None}, 5])
def test_an_interaction_that_lacks_something_is_an_error(tmp_path, interaction):
    (tmp_path / "a.yaml").write_text(yaml.safe_dump({"interactions": [interaction]}))

    with pytest.raises(DataError):
        IndexedCassette.load(path=tmp_path / "a.yaml")


# -- playing -----------------------------------------------------------------------------------------


def test_a_recorded_request_gets_its_answer(cassette):
    answer = play(cassette(recorded()))

    assert (answer.status_code, answer.json()) == (201, {"id": 1})
    assert answer.headers.get_list("X-Id") == ["7", "8"]


def test_a_body_is_found_by_what_it_says_and_not_by_how(cassette):
    held = cassette(recorded(b'{"title": "Emma", "pages": 5}', b'{"id": 5}'))

    assert play(held, b'{ "pages":5,\n"title": "\\u0045mma" }').json() == {"id": 5}


def test_bodies_that_say_something_else_are_told_apart(cassette):
    held = cassette(recorded(b'{"pages": 1}', b'"one"'), recorded(b'{"pages": true}', b'"true"'))

    assert play(held, b'{"pages": true}').json() == "true"


def test_bodies_that_are_not_json_are_told_apart(cassette):
    held = cassette(recorded(b"\xff", b'"ff"'), recorded(b"{", b'"brace"'))

    assert (play(held, b"{").json(), play(held, b"\xff").json()) == ("brace", "ff")


def test_a_header_that_the_contract_names_tells_requests_apart(cassette):
    held = cassette(recorded(answered=b'"one"', version="1"), recorded(answered=b'"two"', version="2"))

    assert play(held, version="2").json() == "two"


def test_a_tests_own_recording_comes_first(cassette):
    held = cassette(recorded(answered=b'"theirs"', test="a::b"), recorded(answered=b'"mine"', test="c::d"))

    assert play(held, test="c::d").json() == "mine"


def test_another_tests_recording_serves_where_there_is_no_own_one(cassette):
    assert play(cassette(recorded(test="a::b")), test="e::f").json() == {"id": 1}


def test_repeated_requests_get_their_answers_in_order(cassette):
    held = cassette(*(recorded(answered=text) for text in (b"1", b"2", b"3")))

    assert [play(held).json() for _ in range(3)] == [1, 2, 3]


def test_a_recording_is_played_once(cassette):
    held = cassette(recorded())
    play(held)

    with pytest.raises(NotRecorded, match="played already"):
        play(held)


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"sent": b'{"title": "Persuasion"}'}, '{"title": "Persuasion"} instead of {"title": "Emma"}'),
        ({"version": "2"}, "Version '2' instead of '1'"),
        ({"url": f"{URL}/7"}, f"{URL}/7 instead of {URL}"),
    ],
)
def test_a_request_that_was_not_recorded_names_the_closest_one_and_what_differs(cassette, change, difference):
    with pytest.raises(NotRecorded) as raised:
        play(cassette(recorded()), **change)

    assert f"Closest: POST {URL}, where" in raised.value.message
    assert difference in raised.value.message
    assert "bookproof record" in raised.value.hint


def test_an_empty_cassette_holds_nothing_like_it(cassette):
    with pytest.raises(NotRecorded, match="Nothing like it was recorded"):
        play(cassette())


def test_recordings_that_no_test_asked_for_are_counted(cassette):
    held = cassette(recorded(test="a::b"), recorded(b"1", test="c::d"), recorded(b"2", test="c::d"))
    play(held, test="a::b")

    assert {test for _, test in held.unplayed()} == {"c::d"}


def test_a_folder_plays_as_one_cassette(tmp_path):
    write_cassette(tmp_path / "a.yaml", [recorded(b"1", b"1")], SOURCE)
    write_cassette(tmp_path / "b.yaml", [recorded(b"2", b"2")], SOURCE)
    held = IndexedCassette.load(path=tmp_path)

    assert (play(held, b"2").json(), play(held, b"1").json()) == (2, 1)


def test_vcrpy_alone_plays_the_file(tmp_path):
    write_cassette(tmp_path / "a.yaml", [recorded(answered=b'{"id": 7}')], SOURCE)

    with vcr.use_cassette(str(tmp_path / "a.yaml"), record_mode="none"):
        answer = httpx.post(URL, content=b'{"title": "Emma"}')

    assert (answer.status_code, answer.json()) == (201, {"id": 7})


# -- recordings of a run -------------------------------------------------------------------------------


def test_a_recording_is_addressed_to_the_documented_server():
    exchange = recorded(url="http://127.0.0.1:8080/v1/books/7?all=1")
    (moved,) = addressed_to("https://library.example.com/", "http://127.0.0.1:8080/v1", [exchange])

    assert moved.request.url == "https://library.example.com/books/7?all=1"
    assert moved.intent == exchange.intent


def test_a_recording_has_a_file_for_each_file_of_scenarios(tmp_path):
    tests = ["test_books::test_adding", "test_shelves::test_adding", "establishing book", "properties/test_any::test"]
    written = write_recording(tmp_path / "library", [recorded(test=t) for t in tests], "library", {"recorded": "now"})

    assert written == Written(files=4, exchanges=4)
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.yaml")} == {
        "library/properties.yaml",
        "library/scenarios/session.yaml",
        "library/scenarios/test_books.yaml",
        "library/scenarios/test_shelves.yaml",
    }


def test_a_recording_replaces_the_older_one(tmp_path):
    write_recording(tmp_path / "library", [recorded(test="test_old::test")], "library", {})
    write_recording(tmp_path / "library", [recorded(test="test_new::test")], "library", {})

    assert [path.name for path in tmp_path.rglob("*.yaml")] == ["test_new.yaml"]


def test_a_recording_that_cannot_be_written_leaves_the_older_one(tmp_path, monkeypatch):
    folder = tmp_path / "library"
    write_recording(folder, [recorded(test="test_old::test")], "library", {})

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bookproof.captures.cassette.write_cassette", full)
    with pytest.raises(UsageError, match="No space left on device"):
        write_recording(folder, [recorded(test="test_new::test")], "library", {})
    assert [path.name for path in tmp_path.rglob("*.yaml")] == ["test_old.yaml"]
