"""Sorts exchanges by what rules remember: those that touch no history are judged at once, the others move as lines.

What moves to one place is a stretch: lines of NDJSON in their order, and an empty one where something could not be
read. A line with a time comes before an exchange that was over earlier than another before it in its capture.
"""

from collections.abc import Callable, Iterable, Sequence

from bookproof.auditing import Auditor
from bookproof.captures import ndjson
from bookproof.captures.entries import Entry, Unreadable
from bookproof.captures.ordering import Stamped, end_of
from bookproof.captures.reading import Line
from bookproof.routing import key_of, place_of, seldom_collected

_TIME = b"@"
"""What a line with a time begins with, and no line with an exchange."""


class Stretch:
    """Writes what moves to one place. moves: whether anything does."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self.moves = False
        self._write = write
        self._time = 0.0
        self._interrupted = False

    def add(self, line: bytes, time: float, end: float = 0.0) -> None:
        """Adds an exchange. time: when it and all before it in its capture were over; end: when it was itself."""
        if max(self._time, end) != time:
            self._write(_TIME + repr(time).encode() + b"\n")
        self.moves, self._time, self._interrupted = True, time, False
        self._write(line)
        if not line.endswith(b"\n"):
            self._write(b"\n")

    def interrupt(self, time: float) -> None:
        """Notes that something could not be read here; once, whatever follows."""
        if not self._interrupted:
            self.add(b"\n", time)
            self._interrupted = True


def sort_out(auditor: Auditor, items: Iterable[Line | Entry], stretches: Sequence[Stretch]) -> tuple[int, float]:
    """Judges what touches no history, and hands the rest to the stretches of their places.

    stretches: none where no rule remembers anything. Gives how many entries there were, and when all of them were over.
    """
    count, latest = 0, 0.0
    with seldom_collected():
        for count, item in enumerate(items, 1):  # noqa: B007 - it is wanted after the loop
            found = ndjson.entry(*item) if isinstance(item, tuple) else item
            if isinstance(found, Unreadable):
                auditor.take(found)
                for stretch in () if found.harmless else stretches:
                    stretch.interrupt(latest)
                continue
            end = end_of(found)
            latest = max(latest, end)
            key = key_of(auditor, found) if stretches else None
            if key is None:
                auditor.take(found)
            else:
                line = item[1] if isinstance(item, tuple) else ndjson.encode(found)
                stretches[place_of(key, len(stretches))].add(line, latest, end)
    return count, latest


def arriving(lines: Iterable[bytes], since: float) -> Stamped[Entry]:
    """The exchanges of a stretch. since: when all were over that its capture holds before the stretch."""
    time = since
    for line in lines:
        if line.startswith(_TIME):
            time = max(time, float(line[1:]))
        elif line in (b"", b"\n"):
            yield time, Unreadable("", "")
        else:
            exchange = ndjson.decode(line)
            time = max(time, end_of(exchange))
            yield time, exchange
