"""Verdicts that earlier runs left on disk: where they lie, whether they can be read, and what to call them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema_rs

from bookproof import resources
from bookproof.errors import DataError

FILE = "verdict.json"
FORMAT = 1

_ADDED: dict[str, Any] = {"title": "", "document": "", "capabilities": [], "timings": {}}
_ADDED_TO_ROWS: dict[str, Any] = {
    **dict.fromkeys(("reading", "provenance", "capability", "rule"), ""),
    "owns": [],
    "shown_by": [],
    "witness": None,
    "waiver": None,
}
"""What format 1 was given after its first days, with the values that it lacks in older files."""


def folders(place: Path) -> list[Path]:
    """The report folders at a place: the place itself, or those one level below it."""
    if place.name == FILE and place.is_file():
        return [place.parent]
    if (place / FILE).is_file():
        return [place]
    found = sorted(path.parent for path in place.glob(f"*/{FILE}"))
    if not found:
        what = "There is no" if place.exists() else "There is no folder, and so no"
        raise DataError(f"{what} {FILE} in {place}.", hint="Make one first: bookproof verify highlevel --report DIR.")
    return found


def read(folder: Path) -> dict[str, Any]:
    """The verdict in a report folder; DataError where it is none of format 1."""
    path = folder / FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is not JSON: {error}.") from None
    if isinstance(document, dict) and document.get("format", FORMAT) != FORMAT:
        raise DataError(
            f"{path} has format {document['format']}; this bookproof reads format {FORMAT}.",
            hint="Update bookproof: python -m pip install --upgrade bookproof",
        )
    document = _completed(document)
    schema = json.loads(resources.locate("contracts", "schemas", "verdict.schema.json").read_text(encoding="utf-8"))
    for fault in jsonschema_rs.Draft202012Validator(schema).iter_errors(document):
        place = "/".join(str(part) for part in fault.instance_path) or "its top"
        message = fault.message if len(fault.message) < 200 else f"{fault.message[:199]}…"
        raise DataError(f"{path} is no verdict, at {place}: {message}.")
    found: dict[str, Any] = document
    return found


def _completed(document: Any) -> Any:
    """An older verdict with what was added since."""
    if not isinstance(document, dict):
        return document
    rows = document.get("requirements")
    if isinstance(rows, list):
        rows = [{**_ADDED_TO_ROWS, **row} if isinstance(row, dict) else row for row in rows]
        document = {**document, "requirements": rows}
    return {**_ADDED, **document}


def labels(paths: Sequence[Path]) -> list[str]:
    """A short name for each folder: the parts of its path that tell it from the others."""
    parts = [list(path.resolve().parts) for path in paths]
    if len(parts) > 1:
        while all(len(each) > 1 for each in parts) and len({each[0] for each in parts}) == 1:
            parts = [each[1:] for each in parts]
        while all(len(each) > 1 for each in parts) and len({each[-1] for each in parts}) == 1:
            parts = [each[:-1] for each in parts]
        return ["/".join(each) for each in parts]
    return [path.resolve().name for path in paths]
