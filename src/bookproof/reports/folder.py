"""A run's report folder: every file of it is written aside and the folder changes at once, or not at all."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from bookproof.errors import UsageError
from bookproof.reports.badge import badge
from bookproof.reports.client import client_markdown
from bookproof.reports.excerpt import without_steering
from bookproof.reports.html import page
from bookproof.reports.junit import junit_xml
from bookproof.reports.load import load_markdown
from bookproof.reports.markdown import markdown
from bookproof.reports.parts import FILE as PART
from bookproof.reports.parts import RunPart
from bookproof.reports.rendered_allure import HISTORY
from bookproof.reports.sarif import sarif
from bookproof.verdict import Verdict

WRITERS: dict[str, Callable[[Verdict], str]] = {
    "verdict.json": lambda verdict: (
        without_steering(json.dumps(verdict.as_json(), indent=2, ensure_ascii=False)) + "\n"
    ),
    "verdict.md": lambda verdict: markdown(verdict) + client_markdown(verdict) + load_markdown(verdict),
    "junit.xml": junit_xml,
    "index.html": lambda verdict: page(verdict.as_json()),
    "bookproof.sarif": sarif,
    "badge.svg": badge,
}


def write_reports(verdict: Verdict, root: Path, allure: Path | None = None, part: RunPart | None = None) -> Path:
    """Writes the reports of a run to `root/<api>`, in place of an older run's; gives that folder.

    allure: a folder of Allure results, which moves into the report.
    part: what the verdict was concluded from, where other parts of the same run may be joined to it.
    """
    folder = root / verdict.run.api
    draft = root / f".{verdict.run.api}.{os.getpid()}"
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        for name, write in WRITERS.items():
            # A lone surrogate, which a response may hold, has no UTF-8 form: it is written as its escape.
            (draft / name).write_text(write(verdict), encoding="utf-8", errors="backslashreplace")
        if part is not None:
            (draft / PART).write_text(json.dumps(part.as_json()) + "\n", encoding="utf-8")
        if allure is not None and allure.is_dir():
            shutil.move(allure, draft / "allure-results")
        if (folder / HISTORY).is_dir():
            shutil.copytree(folder / HISTORY, draft / HISTORY)
        _replace(folder, draft)
    except OSError as error:
        raise UsageError(
            f"The report cannot be written to {folder}: {error.strerror}.", hint="Name another place: --report DIR."
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _replace(folder: Path, draft: Path) -> None:
    """Puts the new folder in the old one's place; the old one comes back if that fails."""
    old = folder.with_name(f".{folder.name}.old.{os.getpid()}")
    if folder.exists():
        folder.rename(old)
    try:
        draft.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
