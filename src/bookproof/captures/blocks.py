"""Divides captures into blocks that can be read apart: plain NDJSON wherever a line ends, every other file as a whole.

A compressed file, a HAR and a cassette cannot be entered in the middle. Whoever writes such captures for many readers
writes many of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BufferedReader
from typing import Any, Final

from bookproof.captures import ndjson, places, reading
from bookproof.captures.entries import LONGEST_ENTRY, Entry, Unreadable, in_mib
from bookproof.captures.reading import Line

LONGEST: Final = 64 * 2**20
"""Bytes of a block of plain NDJSON."""

_CHUNK: Final = 2**20


@dataclass(frozen=True, slots=True)
class Block:
    """A capture, or of a divided one the lines that begin from one byte (start) to before another (stop).

    size: bytes as they lie there. stop: 0 where the capture is one block.
    """

    place: str
    name: str
    size: int
    start: int = 0
    stop: int = 0


def blocks_of(captures: Sequence[str], names: Sequence[str], longest: int = LONGEST) -> list[Block]:
    """The blocks of captures, in their order."""
    blocks: list[Block] = []
    for place, name in zip(captures, names, strict=True):
        size = places.size(place)
        if size <= longest or not _divisible(place, name):
            blocks.append(Block(place, name, size))
            continue
        starts = range(0, size, longest)
        blocks += [Block(place, name, min(longest, size - at), at, min(size, at + longest)) for at in starts]
    return blocks


def lines_of(block: Block) -> Iterator[Line | Entry]:
    """What is in a block, the exchanges of NDJSON as lines; those of a divided capture are named by their bytes."""
    if block.stop:
        return reading.to_the_damage(_between(block), block.name)
    return reading.lines(block.place, block.name)


def entries_of(block: Block) -> Iterator[Entry]:
    """The entries of a block."""
    return (ndjson.entry(*found) if isinstance(found, tuple) else found for found in lines_of(block))


def lines_before(place: str, offset: int) -> int:
    """How many lines a capture has before a byte."""
    count = 0
    with _stream(place) as stream:
        while offset > 0 and (chunk := stream.read(min(offset, _CHUNK))):
            count += chunk.count(b"\n")
            offset -= len(chunk)
    return count


def with_lines(
    found: Iterable[Unreadable], divided: Mapping[str, str], before: Callable[[str, int], int] = lines_before
) -> list[Unreadable]:
    """Unreadable entries named by their lines. divided: the places of divided captures, by name; before: counts as
    `lines_before` does.
    """
    named = []
    for unread in found:
        name, _, offset = unread.place.rpartition(", byte ")
        if name in divided:
            unread = replace(unread, place=f"{name}, line {before(divided[name], int(offset)) + 1}")
        named.append(unread)
    return named


def _divisible(place: str, name: str) -> bool:
    stream, _, reader = reading.open_capture(place, name)
    with stream:
        return reader is ndjson.read and not isinstance(stream.raw, reading.Unpacked)


def _between(block: Block) -> Iterator[Line | Unreadable]:
    with _stream(block.place) as stream:
        offset = block.start
        if offset:  # the line that this byte is in belongs to the block in which it begins
            stream.seek(offset - 1)
            offset += _rest_of_line(stream) - 1
        while offset < block.stop and (line := stream.readline(LONGEST_ENTRY + 1)):
            place = f"{block.name}, byte {offset}"
            offset += len(line)
            if len(line) > LONGEST_ENTRY and not line.endswith(b"\n"):
                del line
                offset += _rest_of_line(stream)
                yield Unreadable(place, f"the line is longer than {in_mib(LONGEST_ENTRY)}")
            elif not line.isspace():
                yield place, line


def _rest_of_line(stream: "BufferedReader[Any]") -> int:
    """Skips what is left of a line; how many bytes that was."""
    skipped = 0
    while chunk := stream.readline(_CHUNK):
        skipped += len(chunk)
        if chunk.endswith(b"\n"):
            break
    return skipped


def _stream(place: str) -> "BufferedReader[Any]":
    return BufferedReader(places.open_raw(place), _CHUNK)
