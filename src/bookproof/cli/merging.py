"""`bookproof report --merge`: the shards of one run, judged apart, as one verdict."""

import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bookproof import apis
from bookproof.errors import DataError, UsageError, worst
from bookproof.reports import parts
from bookproof.reports.allure import complete_results
from bookproof.reports.folder import write_reports
from bookproof.reports.listing import console
from bookproof.reports.parts import RunPart
from bookproof.reports.terminal import show_verdict
from bookproof.verdict import Verdict

_ALLURE = "allure-results"


def merge_shards(places: Sequence[Path], report: Path, *, as_json: bool) -> int:
    """Joins the parts that lie at places, writes a report for each API, prints the verdicts; gives the exit code."""
    shards: dict[str, list[tuple[Path, RunPart]]] = {}
    for folder in dict.fromkeys(folder.resolve() for place in places for folder in parts.folders(place)):
        part = parts.read(folder, apis.load)
        shards.setdefault(part.run.api, []).append((folder, part))
    for found in shards.values():
        if difference := parts.disagreement(found):
            raise DataError(f"{difference}: they are no shards of one run.")
    verdicts: list[Verdict] = []
    for name, found in sorted(shards.items()):
        whole = parts.joined([part for _, part in found])
        verdict = whole.verdict(apis.load(name))
        verdicts.append(verdict)
        if not as_json:
            folder = _write(verdict, whole, [folder / _ALLURE for folder, _ in found], report)
            show_verdict(console(), verdict, apis.load(name).ledger, folder)
    if as_json:
        documents = [verdict.as_json() for verdict in verdicts]
        sys.stdout.write(json.dumps(documents[0] if len(documents) == 1 else documents, indent=2) + "\n")
    return worst(verdict.exit_code for verdict in verdicts)


def _write(verdict: Verdict, part: RunPart, allure: Sequence[Path], report: Path) -> Path:
    """Writes a report, with the Allure results of all shards."""
    with tempfile.TemporaryDirectory(prefix="bookproof-") as scratch:
        together = Path(scratch) / _ALLURE
        try:
            for folder in allure:
                if folder.is_dir():
                    shutil.copytree(folder, together, dirs_exist_ok=True)
        except OSError as error:
            raise UsageError(f"The Allure results cannot be joined: {error.strerror}.") from None
        if together.is_dir():
            complete_results(together, verdict)
        return write_reports(verdict, report, together, part)
