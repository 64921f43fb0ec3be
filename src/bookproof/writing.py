"""Writes files and folders whole or not at all: aside first, then in place of the older one, in one step.

A full disk or a killed process leaves what was there. What a killed one left aside is cleared by the next that writes.
"""

import ctypes
import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

_HERE: Final = -100
"""AT_FDCWD: paths are relative to the working directory."""
_EXCHANGE: Final = 2
"""RENAME_EXCHANGE of Linux' renameat2."""


@contextmanager
def drafted(path: Path) -> Iterator[Path]:
    """A file to write, which takes the place of `path` once all went well. OSError where it cannot."""
    draft = aside(path)
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def drafted_folder(folder: Path) -> Iterator[Path]:
    """An empty folder to fill, which takes the place of `folder` once all went well.

    OSError where it cannot, or where a file has that name: it is somebody's.
    """
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    draft = aside(folder)
    try:
        draft.mkdir()
        yield draft
        _put(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_file(path: Path, text: str, *, errors: str = "strict") -> None:
    """Writes a text as UTF-8, in place of the older one. OSError where it cannot."""
    with drafted(path) as draft:
        draft.write_text(text, encoding="utf-8", errors=errors)


def write_new(path: Path, text: str) -> None:
    """Writes a file that must not be there yet; FileExistsError where it is."""
    if path.exists():
        raise FileExistsError(path)
    draft = aside(path)
    try:
        draft.write_text(text, encoding="utf-8")
        try:
            os.link(draft, path)  # unlike a rename, this takes nobody's place
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def reason(error: OSError) -> str:
    """Why something could not be written, for a sentence; copying many files fails with a list of reasons."""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list) and error.args[0]:
        return str(error.args[0][0][-1])
    return error.strerror or str(error) or type(error).__name__


def aside(path: Path) -> Path:
    """Where a file or folder is written that takes its place later; what killed processes left there is cleared."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{_literal(path.name)}.*"):
        process = left.name.rpartition(".")[2]
        if process.isdecimal() and (int(process) == os.getpid() or not _runs(int(process))):
            if ".old." in left.name and not path.exists():
                left.rename(path)  # its process was killed before it could put the new one in this place
            elif left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                with suppress(OSError):
                    left.unlink()
    return path.with_name(f".{path.name}.{os.getpid()}")


def _literal(name: str) -> str:
    """A name as a pattern that matches nothing else."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _put(draft: Path, folder: Path) -> None:
    """Puts one folder in the place of another; on Linux in one step, elsewhere the old one comes back if it fails."""
    if not folder.exists():
        draft.rename(folder)
        return
    if _exchanged(draft, folder):
        return  # the old one is now aside, and goes with the draft
    old = folder.with_name(f".{folder.name}.old.{os.getpid()}")
    folder.rename(old)
    try:
        draft.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _exchanged(draft: Path, folder: Path) -> bool:
    rename = _rename()
    return rename is not None and rename(_HERE, os.fsencode(draft), _HERE, os.fsencode(folder), _EXCHANGE) == 0


@cache
def _rename() -> Any:
    """Linux' renameat2, None where there is none: Python has no name for it."""
    try:
        return ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return None
