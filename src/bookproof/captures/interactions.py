"""Recorded interactions of vcrpy (layout 1, YAML or JSON) and of Schemathesis, read one at a time.

YAML has no incremental loader that is quick, so the list of interactions is cut at its own dashes and each piece is
loaded alone; a file that is laid out otherwise is loaded whole.
"""

import io
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import yaml

from bookproof.captures.entries import (
    LONGEST_ENTRY,
    Bounded,
    Entry,
    Malformed,
    Unreadable,
    first_line,
    from_base64,
    in_mib,
    request_of,
    response_of,
    unreadable,
    with_credentials,
)
from bookproof.exchange import Exchange, Headers, Response

LISTS = ("interactions", "http_interactions")
"""The keys below which vcrpy and Schemathesis keep their interactions."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(stream: BinaryIO, name: str) -> Iterator[Entry]:
    """The exchanges of a YAML cassette. Credentials count as complete where bookproof recorded it."""
    number = 0
    pieces = _pieces(stream)
    try:
        head = next(pieces)
        complete = _is_own(head)
        if _is_flow(head):
            yield from _whole(io.BytesIO(head + b"".join(pieces)), name)
            return
        for piece in pieces:
            number += 1
            yield _entry(_load(piece), f"{name}, interaction {number}", complete=complete)
    except yaml.composer.ComposerError:
        stream.seek(0)
        yield from _whole(stream, name, skip=number - 1)
    except (yaml.YAMLError, UnicodeDecodeError, Malformed) as error:
        said = first_line(error)
        yield Unreadable(f"{name}, interaction {max(number, 1)}", f"it cannot be read ({said})", final=True)


def read_json(stream: BinaryIO, name: str) -> Iterator[Entry]:
    """The exchanges of a cassette that vcrpy's JSON serializer wrote."""
    import ijson

    source, number = Bounded(stream), 0
    try:
        for interaction in ijson.items(source, "interactions.item", use_float=True):
            number += 1
            source.next_entry()
            yield _entry(interaction, f"{name}, interaction {number}", complete=False)
    except (ijson.JSONError, UnicodeDecodeError, Malformed) as error:
        said = "the file breaks off" if source.ended else f"it cannot be read further ({first_line(error)})"
        yield Unreadable(f"{name}, byte {source.offset:,}", said, final=True)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """What stands before the list, then each of its items."""
    lines: list[bytes] = []
    length = 0
    listed = False
    dash = b""
    while line := stream.readline(LONGEST_ENTRY + 1):
        length += len(line)
        if length > LONGEST_ENTRY:
            raise Malformed(f"the interaction is longer than {in_mib(LONGEST_ENTRY)}")
        stripped = line.lstrip(b" ")
        if listed and stripped[:2] in (b"- ", b"-\n", b"-\r") and (not dash or line.startswith(dash)):
            dash = dash or line[: len(line) - len(stripped)] + b"-"
            yield b"".join(lines)
            lines, length = [], len(line)
        elif listed and dash and len(line) - len(stripped) < len(dash) and stripped.strip() and stripped[:1] != b"#":
            listed = False  # another key of the document follows the list
            yield b"".join(lines)
            return
        lines.append(line)
        if line.split(b":")[0].decode("latin-1") in LISTS:
            listed = True
    yield b"".join(lines)


def _load(piece: bytes) -> Any:
    loaded = yaml.load(piece, Loader=_LOADER)  # noqa: S506 - a safe loader
    return loaded[0] if isinstance(loaded, list) and loaded else loaded


def _is_own(head: bytes) -> bool:
    try:
        loaded = yaml.load(head, Loader=_LOADER)  # noqa: S506 - a safe loader
    except yaml.YAMLError:
        return False
    metadata = loaded.get("metadata") if isinstance(loaded, dict) else None
    return isinstance(metadata, dict) and "api" in metadata and "recorded" in metadata


def _is_flow(head: bytes) -> bool:
    """Whether the list stands on the line of its key, or nowhere."""
    return not any(line.strip() in (b"interactions:", b"http_interactions:") for line in head.splitlines())


def _whole(stream: BinaryIO, name: str, skip: int = 0) -> Iterator[Entry]:
    try:
        data = yaml.load(stream, Loader=_LOADER)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        yield Unreadable(name, f"it is not YAML ({first_line(error)})", final=True)
        return
    found = next((data[key] for key in LISTS if key in data), None) if isinstance(data, dict) else None
    if not isinstance(found, list):
        yield Unreadable(name, "it is no cassette: it has no interactions", final=True)
        return
    for number, interaction in enumerate(found[skip:], skip + 1):
        yield _entry(interaction, f"{name}, interaction {number}", complete=False)


def _entry(interaction: Any, place: str, *, complete: bool) -> Entry:
    try:
        return _exchange(interaction, complete=complete)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        reason = str(error) if isinstance(error, Malformed) else "it needs a request with method and uri"
        return unreadable(place, reason, interaction)


def _exchange(interaction: Mapping[str, Any], *, complete: bool) -> Exchange:
    asked, answered = interaction["request"], interaction.get("response")
    headers = _fields(asked.get("headers"))
    request = request_of(
        asked["method"],
        asked.get("uri") or asked.get("url"),
        headers if complete else with_credentials(headers),
        _body(asked.get("body")),
    )
    response: Response | None = None
    if answered:
        status = answered.get("status", answered.get("status_code"))
        response = response_of(
            status.get("code") if isinstance(status, Mapping) else status,
            _fields(answered.get("headers")),
            _body(answered.get("body", answered.get("content"))),
        )
    return Exchange(request, response)


def _fields(headers: Any) -> Headers:
    if headers is None:
        return ()
    if not isinstance(headers, Mapping):
        raise Malformed("its headers are no mapping")
    return tuple(
        (str(name), text if isinstance(text, str) else text.decode("latin-1") if isinstance(text, bytes) else str(text))
        for name, values in headers.items()
        for text in (values if isinstance(values, list) else [values])
    )


def _body(body: Any) -> bytes:
    if isinstance(body, Mapping):
        if "base64_string" in body:
            return from_base64(body["base64_string"])
        body = body.get("string")
    if body is None:
        return b""
    return body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogatepass")
