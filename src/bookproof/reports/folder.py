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
from bookproof.writing import drafted_folder, reason

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


def check_place(root: Path) -> None:
    """Sees, before anything is sent, that reports can be written to a folder, which need not be there; UsageError."""
    there = next(place for place in (root, *root.absolute().parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        why = "it may not be written" if there.is_dir() else f"{there} is a file"
        raise UsageError(f"The report cannot be written to {root}: {why}.", hint="Name another place: --report DIR.")


def write_reports(verdict: Verdict, root: Path, allure: Path | None = None, part: RunPart | None = None) -> Path:
    """Writes the reports of a run to `root/<api>`, in place of an older run's; gives that folder.

    allure: a folder of Allure results, which moves into the report.
    part: what the verdict was concluded from, where other parts of the same run may be joined to it.
    """
    folder = root / verdict.run.api
    try:
        with drafted_folder(folder) as draft:
            for name, write in WRITERS.items():
                # A lone surrogate, which a response may hold, has no UTF-8 form: it is written as its escape.
                (draft / name).write_text(write(verdict), encoding="utf-8", errors="backslashreplace")
            if part is not None:
                (draft / PART).write_text(json.dumps(part.as_json()) + "\n", encoding="utf-8")
            if allure is not None and allure.is_dir():
                shutil.move(allure, draft / "allure-results")
            if (folder / HISTORY).is_dir():
                shutil.copytree(folder / HISTORY, draft / HISTORY)
    except OSError as error:
        raise UsageError(
            f"The report cannot be written to {folder}: {reason(error)}.", hint="Name another place: --report DIR."
        ) from None
    return folder
