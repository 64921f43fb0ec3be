"""Finds what is to be compared: the files of a recording, and the APIs whose exchanges it holds."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from bookproof import apis
from bookproof.apis import Api
from bookproof.captures.entries import Unreadable
from bookproof.captures.places import STANDARD_INPUT
from bookproof.captures.reading import read
from bookproof.errors import DataError

SUFFIXES: Final = frozenset({".yaml", ".yml", ".json", ".har", ".ndjson", ".jsonl"})
"""What captures within a folder are called; a file that is named itself may be called anything."""

_LOOKED_AT: Final = 1_000
"""Exchanges of a recording that are asked to which API they belong."""


def files(place: str) -> list[str]:
    """The captures at a place: a file, a folder of them, or an API's own cassettes by its name.

    DataError where there are none.
    """
    if place == STANDARD_INPUT:
        return [place]
    path = apis.load(place).cassettes if place in apis.names() else Path(place)
    if path.is_dir():
        found = sorted(
            str(file) for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
        )
        if not found:
            raise DataError(f"There is no capture in {place}.", hint=f"It holds no {', '.join(sorted(SUFFIXES))}.")
        return found
    if not path.exists():
        known = ", ".join(apis.names())
        raise DataError(
            f"{place} is no recording: there is no such file or folder.", hint=f"An API's own cassettes: {known}."
        )
    return [str(path)]


def apis_in(found: Iterable[str], bases: Iterable[str] = ()) -> list[Api]:
    """The APIs that the first exchanges of each file belong to."""
    bases = tuple(bases)
    judges = {name: apis.load(name).judge(bases=bases) for name in apis.names()}
    names: set[str] = set()
    for file in found:
        for entry in islice(read([file]), _LOOKED_AT):
            if isinstance(entry, Unreadable):
                continue
            for name, judge in judges.items():
                path = judge.path_of(entry.request.url) if name not in names else None
                if path is not None and judge.contract.match(entry.request.method, path):
                    names.add(name)
    return [apis.load(name) for name in sorted(names)]
