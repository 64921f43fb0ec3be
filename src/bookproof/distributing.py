"""Audits captures on Dask: they are judged where they are read, and their parts merged by Dask's own reduction.

What rules remember is not moved; the exchanges are that they remember something of, packed, to the task that judges
their key. Every step is a task of one graph with no side files, so what a lost worker had done is done again elsewhere,
and the verdict is the same for any number of workers, blocks and tasks.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import dask.bag
from dask.delayed import delayed

from bookproof import __version__, apis
from bookproof.auditing import Part
from bookproof.captures import places, reading
from bookproof.captures.blocks import Block, blocks_of, entries_of, lines_before, lines_of, with_lines
from bookproof.captures.entries import Entry
from bookproof.captures.ordering import Stamped, merged
from bookproof.cluster import connected, result
from bookproof.errors import UsageError
from bookproof.moving import Stretch, arriving, sort_out
from bookproof.routing import Audit, judged, remembers, whole_run
from bookproof.rules import BUCKETS

TOGETHER: Final = 8
"""How many parts one task merges."""

PIECES: Final = 512 * 2**20
"""Bytes of captures whose keys one task judges, as far as BUCKETS allow."""


@dataclass(slots=True)
class Split:
    """A block, read: what could be judged at once, what has to move to which task, packed, and when all was over."""

    part: Part
    pieces: dict[int, bytes]
    latest: float


def audit_on_dask(settings: Audit, captures: Sequence[str], scheduler: str, *, workers: int = 1) -> Part:
    """What the exchanges of captures come to, judged on the cluster of a scheduler.

    workers: how many processes a local cluster has; 1 leaves it to the number of cores.
    """
    if places.STANDARD_INPUT in captures:
        raise UsageError("A cluster cannot read standard input.", hint="Name files that every worker can open.")
    api = apis.load(settings.api)
    names = places.named(captures)
    captures = [name if places.remote(name) else str(Path(name).absolute()) for name in captures]
    blocks = blocks_of(captures, list(names.values()))
    asked = Asked(settings, __version__, api.contract.sha256)
    with connected(scheduler, workers) as client:
        parts = tasks(asked, blocks, sum(client.nthreads().values()))
        whole = dask.bag.from_delayed(parts).reduction(together, together, split_every=TOGETHER)
        part: Part = result(client, whole)
        divided = {block.name: block.place for block in blocks if block.stop}
        part.places = with_lines(part.places, divided, lambda *at: result(client, delayed(lines_before)(*at)))
        return part


def tasks(asked: "Asked", blocks: Sequence[Block], threads: int) -> list[Any]:
    """The tasks whose parts make the whole. threads: how many run at the same time."""
    api = apis.load(asked.settings.api)
    if whole_run(api):
        called = {block.place: block.name for block in blocks}
        return [delayed(_judge_whole)(asked, list(called), list(called.values()))]
    if remembers(api):
        return _by_key(asked, blocks, threads)
    return [delayed(judge_block)(asked, block) for block in blocks]


def _by_key(asked: "Asked", blocks: Sequence[Block], threads: int) -> list[Any]:
    """The tasks that judge where they read, move what touches a history to the task of its key, and judge it there."""
    count = min(BUCKETS, max(2 * threads, sum(block.size for block in blocks) // PIECES))
    splits = [delayed(split)(asked, block, count) for block in blocks]
    latest = delayed(list)([delayed(_latest_of)(done) for done in splits])
    captures = delayed([block.place for block in blocks], traverse=False)
    moved = [
        delayed(judge_pieces)(asked, captures, latest, [delayed(_piece_of)(done, number) for done in splits])
        for number in range(count)
    ]
    return [delayed(_part_of)(done) for done in splits] + moved


@dataclass(frozen=True, slots=True)
class Asked:
    """An audit, and the version and contract that every worker has to have."""

    settings: Audit
    version: str
    contract: str

    def check(self) -> None:
        """Refuses to judge by anything else than what the verdict is concluded with."""
        if (__version__, apis.load(self.settings.api).contract.sha256) != (self.version, self.contract):
            raise UsageError(
                f"A worker has bookproof {__version__} or a contract of {self.settings.api} that is not the one here.",
                hint="Workers, scheduler and client need the same bookproof, and the same BOOKPROOF_PATH.",
            )


# -- tasks ----------------------------------------------------------------------------------------------------


def together(parts: Iterable[Part]) -> Part:
    """Parts as one; they themselves stay as they are, for tasks that may be run again."""
    whole = Part()
    for part in parts:
        whole.merge(part)
    return whole


def judge_block(asked: Asked, block: Block) -> list[Part]:
    asked.check()
    return [judged(asked.settings.auditor(), entries_of(block))]


def _judge_whole(asked: Asked, captures: Sequence[str], names: Sequence[str]) -> list[Part]:
    asked.check()
    return [judged(asked.settings.auditor(), reading.read(captures, in_time=True, names=names))]


def split(asked: Asked, block: Block, count: int) -> Split:
    """Judges what touches no history, and packs the rest for the tasks that judge its keys."""
    asked.check()
    auditor = asked.settings.auditor()
    packing = [_Packing() for _ in range(count)]
    _, latest = sort_out(auditor, lines_of(block), [piece.stretch for piece in packing])
    pieces = {number: piece.packed() for number, piece in enumerate(packing) if piece.stretch.moves}
    return Split(auditor.finish(), pieces, latest)


def _part_of(done: Split) -> list[Part]:
    return [done.part]


def _latest_of(done: Split) -> float:
    return done.latest


def _piece_of(done: Split, number: int) -> bytes | None:
    return done.pieces.get(number)


def judge_pieces(
    asked: Asked, captures: Sequence[str], latest: Sequence[float], pieces: Sequence[bytes | None]
) -> list[Part]:
    """Judges the exchanges of some keys, from all blocks, in the order of time. captures: that of each block."""
    asked.check()
    held: dict[str, list[tuple[bytes, float]]] = {capture: [] for capture in captures}
    before: dict[str, float] = {}
    for capture, ended, piece in zip(captures, latest, pieces, strict=True):
        since = before.get(capture, 0.0)
        before[capture] = max(since, ended)
        if piece is not None:
            held[capture].append((piece, since))
    auditor = asked.settings.auditor()
    part = judged(auditor, merged([partial(_of_capture, own) for own in held.values()]))
    part.unreadable, part.places = 0, []  # they were counted where they were read
    return [part]


class _Packing:
    """A stretch that is being packed."""

    def __init__(self) -> None:
        self.stretch = Stretch(self._write)
        self._packer = zlib.compressobj(1)
        self._packed: list[bytes] = []

    def _write(self, line: bytes) -> None:
        if packed := self._packer.compress(line):
            self._packed.append(packed)

    def packed(self) -> bytes:
        return b"".join([*self._packed, self._packer.flush()])


def _of_capture(pieces: Sequence[tuple[bytes, float]]) -> Stamped[Entry]:
    """The exchanges of all pieces of one capture, each given with what its exchanges are not earlier than."""
    for piece, since in pieces:
        yield from unpacked(piece, since)


def unpacked(piece: bytes, since: float) -> Stamped[Entry]:
    """The exchanges of a piece; none is earlier than what its capture holds before the block."""
    return arriving(_lines(piece), since)


def _lines(packed: bytes) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    rest = b""
    data = unpacker.decompress(packed, 2**18)
    while data:
        *lines, rest = (rest + data).split(b"\n")
        yield from lines
        data = unpacker.decompress(unpacker.unconsumed_tail, 2**18)
