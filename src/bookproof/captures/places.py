"""Where captures lie: paths and patterns of this machine, and whatever address fsspec can open."""

import glob
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO

from bookproof.errors import CannotJudge, DataError, UsageError

STANDARD_INPUT = "-"

_WILD = frozenset("*?[")


def remote(place: str) -> bool:
    """Whether a place is an address that fsspec opens, and no path."""
    return "://" in place


def expand(patterns: Iterable[str]) -> list[str]:
    """The captures that paths, addresses and patterns of both name, those of a pattern in order.

    Each file once, whatever links name it as well: read twice, all that was created would have been created twice.
    Empty files that a pattern matches are left out: a gateway writes them in hours without traffic.
    DataError where a pattern matches nothing.
    """
    found: list[str] = []
    for pattern in patterns:
        if not _WILD & set(pattern) or (not remote(pattern) and os.path.exists(pattern)):
            found.append(pattern)
            continue
        matches = _matches(pattern)
        if not matches:
            raise DataError(f"No file matches {pattern}.", hint="Quote a pattern, so that no shell reads it first.")
        found += sorted(name for name, size in matches.items() if size)
    if not found:
        raise CannotJudge("Every file that matches is empty: there is no exchange to judge.")
    once: dict[str, str] = {}
    for place in found:
        once.setdefault(place if remote(place) or place == STANDARD_INPUT else os.path.realpath(place), place)
    return list(once.values())


def named(places: Iterable[str]) -> dict[str, str]:
    """What to call captures in messages: by the file's name, and by the whole place where several share one."""
    names = {place: "standard input" if place == STANDARD_INPUT else Path(place).name for place in places}
    shared = Counter(names.values())
    return {place: name if shared[name] == 1 else place for place, name in names.items()}


def size(place: str) -> int:
    """How many bytes a capture has as it lies there; DataError where that cannot be told."""
    try:
        return int(_file_system(place).info(place)["size"] or 0) if remote(place) else os.path.getsize(place)
    except Exception as error:
        raise _unreadable(place, error) from None


def open_raw(place: str) -> BinaryIO:
    """A capture's bytes, from its beginning; DataError where it cannot be opened."""
    try:
        return _file_system(place).open(place, "rb") if remote(place) else FileIO(place)
    except Exception as error:
        raise _unreadable(place, error) from None


def _matches(pattern: str) -> Mapping[str, int]:
    """The files that a pattern matches, with their sizes."""
    if not remote(pattern):
        return {name: os.path.getsize(name) for name in glob.glob(pattern, recursive=True) if os.path.isfile(name)}
    system = _file_system(pattern)
    try:
        matches = system.glob(pattern, detail=True)
    except Exception as error:
        raise _unreadable(pattern, error) from None
    return {
        system.unstrip_protocol(name): int(info.get("size") or 0)
        for name, info in matches.items()
        if info.get("type") == "file"
    }


def _file_system(place: str) -> Any:
    """What fsspec opens an address with; UsageError where it, or what it needs for this kind, is not installed."""
    try:
        import fsspec
    except ImportError:
        raise UsageError(
            f"{place} is not on this machine, and fsspec is not installed.",
            hint="python -m pip install 'bookproof[dask]'",
        ) from None
    try:
        return fsspec.core.url_to_fs(place)[0]
    except (ImportError, ValueError) as error:
        raise UsageError(f"{place} cannot be opened: {error}.") from None


def _unreadable(place: str, error: Exception) -> Exception:
    """What to tell a person; what fsspec's systems raise is as various as they are."""
    if isinstance(error, DataError | UsageError):
        return error
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return DataError(f"{place} cannot be read: {reason.rstrip('.')}.")
