"""Where the contracts, suites and cassettes lie: in the wheel, in the checkout, or in a folder that a team adds.

A team's own API lives in a folder with `contracts/`, `apis/`, `suites/` and `cassettes/`, named by BOOKPROOF_PATH
(several folders are separated as in PATH).
"""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bookproof.errors import DataError

_PACKAGE = Path(__file__).resolve().parent


@cache
def home() -> Path:
    """The folder that holds bookproof's own contracts, suites and cassettes."""
    packaged = _PACKAGE / "_data"
    checkout = _PACKAGE.parent.parent
    for folder in (packaged, checkout):
        if (folder / "contracts").is_dir():
            return folder
    raise DataError(
        "bookproof's contracts are missing from this installation.",
        hint="Install it again: python -m pip install --force-reinstall bookproof",
    )


def extensions() -> tuple[Path, ...]:
    """The folders that BOOKPROOF_PATH names, first ones first."""
    named = os.environ.get("BOOKPROOF_PATH", "")
    return _folders(named, Path.cwd()) if named else ()


@cache
def _folders(text: str, beside: Path) -> tuple[Path, ...]:
    return tuple((beside / part).resolve() for part in text.split(os.pathsep) if part)


def roots() -> Iterator[Path]:
    """Every folder that may hold an API, bookproof's own last."""
    yield from extensions()
    yield home()


def locate(*parts: str) -> Path:
    """The first existing path of that name below the roots, or the place in bookproof's own folder."""
    for root in roots():
        path = root.joinpath(*parts)
        if path.exists():
            return path
    return home().joinpath(*parts)


def in_suite(file: Path) -> bool:
    """Whether a file lies in the suite of an API that has a package."""
    return _in_suite(file, extensions())


@cache
def _in_suite(file: Path, added: tuple[Path, ...]) -> bool:
    folder = file.parent
    if folder.parent.name != "suites" or folder.name not in api_names():
        return False
    return any(folder.parent == root / "suites" for root in (*added, home()))


def api_names() -> frozenset[str]:
    """The names of every API that has a package, without importing one."""
    return _packages(tuple(root / "apis" for root in (*extensions(), _PACKAGE)))


@cache
def _packages(folders: tuple[Path, ...]) -> frozenset[str]:
    return frozenset(path.parent.name for folder in folders for path in folder.glob("*/__init__.py"))
