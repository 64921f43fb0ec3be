"""Opens captures of any kind: what a file is, its content says; its name only helps where the content does not."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader, FileIO
from pathlib import Path
from typing import BinaryIO

from bookproof.captures import har, interactions, ndjson
from bookproof.captures.entries import Entry
from bookproof.errors import CannotJudge, DataError

STANDARD_INPUT = "-"

Reader = Callable[[BinaryIO, str], Iterator[Entry]]

_HEAD = 2**16


def open_capture(path: str) -> "tuple[BufferedReader[FileIO], str, Reader]":
    """A capture's stream, its name for messages and the reader of its form.

    DataError where it cannot be opened or is no capture; CannotJudge where it is empty.
    """
    try:
        file = FileIO(sys.stdin.fileno(), closefd=False) if path == STANDARD_INPUT else FileIO(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    name = "standard input" if path == STANDARD_INPUT else Path(path).name
    stream = BufferedReader(file, _HEAD)
    try:
        return stream, name, _form_of(stream, name)
    except BaseException:
        stream.close()
        raise


def _form_of(stream: "BufferedReader[FileIO]", name: str) -> Reader:
    try:
        head = stream.peek(_HEAD)[:_HEAD]
    except OSError as error:
        raise DataError(f"{name} cannot be read: {error.strerror}.") from None
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise CannotJudge(f"{name} is empty: there is no exchange to judge.")
    return form(head, name)


def read(paths: Iterable[str]) -> Iterator[Entry]:
    """The exchanges of captures, one file after the other."""
    for path in paths:
        stream, name, reader = open_capture(path)
        with stream:
            yield from reader(stream, name)


def form(head: bytes, name: str) -> Reader:
    """The reader for a capture that begins with these bytes; DataError where it is none."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return _json_form(text, name)
    if b"\x00" not in head and re.search(rb"^(http_)?interactions:", head, re.MULTILINE):
        return interactions.read
    raise DataError(
        f"{name} is no capture: it begins with {_shown(head)}.",
        hint="A HAR, a vcrpy or Schemathesis cassette, or NDJSON with one exchange a line can be judged.",
    )


def _json_form(text: bytes, name: str) -> Reader:
    key = re.match(rb'\{\s*"([^"\\]{0,64})"\s*:', text)
    first = key[1] if key else b""
    if first == b"log":
        return har.read
    if first in (b"interactions", b"http_interactions") or (
        first in (b"version", b"recorded_with") and re.search(rb'"(http_)?interactions"\s*:', text)
    ):
        return interactions.read_json
    if first in (b"request", b"response", b"started", b"elapsed", b"error"):
        return ndjson.read
    if name.lower().endswith(".har"):
        return har.read
    return ndjson.read


def _shown(head: bytes) -> str:
    """How a file begins; a long word may be a token in a file that was named by mistake, and is not repeated."""
    start = head[:16]
    if all(32 <= byte < 127 or byte in b"\t\r\n" for byte in start):
        return repr(re.sub(r"[\w.+/=-]{8,}", "…", start.decode("ascii")))
    return " ".join(f"{byte:02x}" for byte in head[:8])
