"""Opens captures of any kind: what a file is, its content says; its name only helps where the content does not."""

import gzip
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BufferedReader, FileIO
from itertools import tee
from typing import Any, BinaryIO, Final, TypeVar

from bookproof.captures import har, interactions, ndjson
from bookproof.captures.entries import Entry, Unreadable
from bookproof.captures.ordering import Stamped, merged, stamped
from bookproof.captures.places import STANDARD_INPUT, named, open_raw
from bookproof.errors import CannotJudge, DataError

Item = TypeVar("Item")

Line = tuple[str, bytes]
"""An exchange as NDJSON, and its place for messages."""

Reader = Callable[[BinaryIO, str], Iterator[Entry]]

_HEAD: Final = 2**16
_GZIP: Final = b"\x1f\x8b"
_DAMAGE: Final = (EOFError, OSError, zlib.error)
"""What reading raises where a file, or what it is compressed with, is damaged."""


class Unpacked(gzip.GzipFile):
    """The content of a gzip file; closing it closes the file."""

    def __init__(self, packed: "BufferedReader[Any]") -> None:
        super().__init__(fileobj=packed)
        self._packed = packed

    def readinto(self, buffer: Any) -> int:
        """Gives what there is: `read` would lose it where the file breaks off."""
        data = self.read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        super().close()
        self._packed.close()


def open_capture(path: str, name: str = "") -> "tuple[BufferedReader[Any], str, Reader]":
    """A capture's stream, unpacked where it is a gzip file, its name for messages and the reader of its form.

    DataError where it cannot be opened or is no capture; CannotJudge where it is empty.
    """
    raw = FileIO(sys.stdin.fileno(), closefd=False) if path == STANDARD_INPUT else open_raw(path)
    stream: BufferedReader[Any] = BufferedReader(raw, _HEAD)
    name = name or named([path])[path]
    try:
        if stream.peek(2)[:2] == _GZIP:
            stream = BufferedReader(Unpacked(stream), _HEAD)
        return stream, name, _form_of(stream, name)
    except _DAMAGE as error:
        stream.close()
        raise DataError(f"{name} cannot be read: {_reason(error)}.") from None
    except BaseException:
        stream.close()
        raise


def _form_of(stream: "BufferedReader[Any]", name: str) -> Reader:
    head = stream.peek(_HEAD)[:_HEAD]
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise CannotJudge(f"{name} is empty: there is no exchange to judge.")
    return form(head, name)


def read(paths: Sequence[str], *, in_time: bool = False, names: Sequence[str] = ()) -> Iterator[Entry]:
    """The exchanges of captures, one file after the other, or all in the order of time.

    names: what to call the captures in messages, where others are known beside them.
    """
    called = list(zip(paths, names or named(paths).values(), strict=True))
    if not in_time or len(called) == 1:
        for path, name in called:
            yield from _capture(path, name)
        return
    yield from merged([_beginning(path, name) for path, name in called])


def _beginning(path: str, name: str) -> Callable[[], Stamped[Entry]]:
    if path == STANDARD_INPUT:  # it comes once: what the first reader has seen of it is kept for the second
        return list(tee(stamped(_capture(path, name)))).pop
    return lambda: stamped(_capture(path, name))


def _capture(path: str, name: str) -> Iterator[Entry]:
    stream, name, reader = open_capture(path, name)
    with stream:
        yield from to_the_damage(reader(stream, name), name)


def lines(path: str, name: str) -> Iterator[Line | Entry]:
    """What is in a capture, the exchanges of NDJSON as the lines that they are."""
    stream, name, reader = open_capture(path, name)
    with stream:
        if reader is not ndjson.read:
            yield from to_the_damage(reader(stream, name), name)
            return
        for found in to_the_damage(ndjson.lines(stream, name), name):
            yield found if isinstance(found, Unreadable) else (f"{name}, line {found[0]}", found[1])


def to_the_damage(items: Iterable[Item], name: str) -> Iterator[Item | Unreadable]:
    """What is in a capture, as far as its file can be read."""
    try:
        yield from items
    except _DAMAGE as error:
        yield Unreadable(name, f"the file is damaged: {_reason(error)}", final=True)


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__).rstrip(".")


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
