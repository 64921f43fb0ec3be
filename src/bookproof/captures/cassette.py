"""vcrpy cassettes: written from judged exchanges, and played by an index instead of a scan.

The files have vcrpy's own layout, so vcrpy alone can play them; beside request and response each interaction names
the test that sent it, and `metadata` says where the recording comes from.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml
from vcr.cassette import Cassette
from vcr.record_mode import RecordMode
from vcr.request import Request as VcrRequest

from bookproof.errors import DataError
from bookproof.exchange import Exchange, InvalidJson, parse_json
from bookproof.writing import drafted

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_VOLATILE = frozenset({"user-agent", "date", "server", "host", "connection", "content-length", "accept-encoding"})


def write_cassette(path: Path, exchanges: Iterable[Exchange], metadata: Mapping[str, Any]) -> None:
    """Writes exchanges that got an answer; the same exchanges give the same bytes. The file changes at once or not."""
    interactions = [_interaction(exchange) for exchange in exchanges if exchange.response is not None]
    data = {"version": 1, "metadata": dict(metadata), "interactions": interactions}
    with drafted(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        yaml.dump(data, file, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=2**20)


def recorded_how(folder: Path) -> Mapping[str, Any]:
    """What a recording says of itself; every file of it says the same."""
    smallest = min(folder.glob("*.yaml"), key=lambda path: (path.stat().st_size, path.name), default=None)
    metadata = _read(smallest).get("metadata") if smallest else None
    return metadata if isinstance(metadata, dict) else {}


class IndexedCassette(Cassette):  # type: ignore[misc] # vcrpy is published without types
    """A vcrpy cassette that finds a recorded request by an index, in the time of one look-up.

    path: one cassette file or a folder of them. Interactions of the test that is running win over equal ones of other
    tests, so that any selection of tests replays alike.
    """

    def __init__(self, path: Path | str, headers: Iterable[str] = (), **options: Any) -> None:
        options.setdefault("record_mode", RecordMode.NONE)
        super().__init__(str(path), match_on=_matchers(headers), **options)
        self.test = ""
        self._headers = tuple(name.lower() for name in headers)
        self._tests: list[str] = []
        self._index: dict[Any, list[int]] = defaultdict(list)

    def _load(self) -> None:
        path = Path(self._path)
        files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        for file in files:
            for interaction in _interactions(_read(file), file):
                self._tests.append(str(interaction.get("test", "")))
                request, response = interaction["request"], interaction["response"]
                stored = VcrRequest(
                    request["method"], request["uri"], _bytes(request["body"]), dict(_pairs(request["headers"]))
                )
                body = {"string": _bytes(response["body"]["string"])}
                self.data.append((stored, {**response, "body": body}))
        for place, (stored, _) in enumerate(self.data):
            key = self._key(stored)
            self._index[key].append(place)
            self._index[self._tests[place], key].append(place)
        self._loaded_count = len(self.data)
        self.rewound = True

    def _responses(self, request: VcrRequest) -> Iterator[tuple[int, Any]]:
        key = self._key(request)
        own = self._index.get((self.test, key), [])
        for place in own or self._index.get(key, []):
            yield place, self.data[place][1]

    def unplayed(self) -> frozenset[tuple[int, str]]:
        """The recorded interactions that were not played: the place of each, and its test."""
        return frozenset((place, test) for place, test in enumerate(self._tests) if not self.play_counts[place])

    def _save(self, force: bool = False) -> None:
        """A replay writes nothing."""

    def _key(self, request: VcrRequest) -> tuple[Any, ...]:
        found = request.headers
        return (request.method, request.uri, _fingerprint(request.body), *(found.get(n) for n in self._headers))


def closest(cassette: Cassette, request: VcrRequest) -> str:
    """Which recorded request is nearest to one that none matches, and what differs."""
    nearest = cassette.find_requests_with_most_matches(request)
    if not nearest:
        return "Nothing like it was recorded."
    recorded, _, failed = nearest[0]
    differences = "; ".join(message or name for name, message in failed) or "it was played already"
    return f"Closest: {recorded.method} {recorded.uri}, where {differences}"


def _matchers(headers: Iterable[str]) -> tuple[Any, ...]:
    def method(left: VcrRequest, right: VcrRequest) -> None:
        assert left.method == right.method, f"{left.method} instead of {right.method}"

    def uri(left: VcrRequest, right: VcrRequest) -> None:
        assert left.uri == right.uri, f"{left.uri} instead of {right.uri}"

    def header(name: str) -> Any:
        def matches(left: VcrRequest, right: VcrRequest) -> None:
            sent, recorded = left.headers.get(name), right.headers.get(name)
            assert sent == recorded, f"{name} {sent!r} instead of {recorded!r}"

        return matches

    def body(left: VcrRequest, right: VcrRequest) -> None:
        sent, recorded = _fingerprint(left.body), _fingerprint(right.body)
        assert sent == recorded, f"{_short(left.body)} instead of {_short(right.body)}"

    return (method, uri, *(header(name) for name in headers), body)


def _short(body: Any) -> str:
    text = _bytes(body).decode("utf-8", "replace")
    return text if len(text) <= 200 else f"{text[:199]}…"


def _fingerprint(body: Any) -> bytes:
    """The same for bodies that are equal as JSON."""
    raw = _bytes(body)
    with suppress(InvalidJson, RecursionError):
        raw = json.dumps(parse_json(raw), sort_keys=True).encode() if raw else b""
    return hashlib.blake2b(raw, digest_size=16).digest()


def _interaction(exchange: Exchange) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    assert response is not None, "only answered exchanges are recorded"
    return {
        "test": exchange.intent.test,
        "request": {
            "method": request.method,
            "uri": request.url,
            "body": _text(request.body) or None,
            "headers": _lists(request.headers),
        },
        "response": {
            "status": {"code": response.status, "message": _phrase(response.status)},
            "headers": _lists(response.headers),
            "body": {"string": _text(response.body)},
        },
    }


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _text(body: bytes) -> str | bytes:
    """Text where YAML can carry it, bytes otherwise."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return body
    return text if text.isprintable() else body


def _bytes(body: Any) -> bytes:
    return b"" if body is None else body if isinstance(body, bytes) else str(body).encode()


def _lists(headers: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        if name.lower() not in _VOLATILE:
            found.setdefault(name, []).append(value)
    return found


def _pairs(headers: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, str(value))
        for name, values in headers.items()
        for value in (values if isinstance(values, list) else [values])
    )


def _read(path: Path) -> dict[str, Any]:
    """A cassette as it was written; DataError where it is none."""
    try:
        with path.open(encoding="utf-8") as file:
            data = yaml.load(file, Loader=_LOADER)  # noqa: S506 - a safe loader
    except OSError as error:
        raise DataError(f"The cassette {path.name} cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DataError(f"The cassette {path.name} is not YAML: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("interactions"), list):
        raise DataError(f"{path.name} is not a vcrpy cassette: it has no interactions.")
    return data


def _interactions(data: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    """The interactions of a cassette; DataError names the first that lacks something."""
    interactions: list[dict[str, Any]] = data["interactions"]
    for number, interaction in enumerate(interactions, 1):
        if not _complete(interaction):
            raise DataError(f"Interaction {number} of the cassette {path.name} lacks a request or a response.")
    return interactions


def _complete(interaction: Any) -> bool:
    """Whether an interaction has every part that is read."""
    try:
        request, response = interaction["request"], interaction["response"]
        return (
            isinstance(request["method"], str)
            and isinstance(request["uri"], str)
            and isinstance(request["headers"], dict)
            and "body" in request
            and isinstance(response["status"]["code"], int)
            and isinstance(response["headers"], dict)
            and "string" in response["body"]
        )
    except (KeyError, TypeError):
        return False
