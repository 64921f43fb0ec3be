"""`bookproof prove`: run the suites against every seeded defect and every conforming variation."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from bookproof.cli.completion import api_names

if TYPE_CHECKING:  # `--help` imports nothing that it does not need
    from rich.console import Console

    from bookproof.proving import Proof, Trial


@click.command(name="prove")
@click.argument("names", metavar="[API]…", nargs=-1, shell_complete=api_names)
@click.option("--jobs", type=click.IntRange(1, 64), help="Processes; as many as there are cores by default.")
@click.option("--json", "as_json", is_flag=True, help="Print every trial as JSON.")
def command(names: tuple[str, ...], jobs: int | None, as_json: bool) -> int:
    """Run the suites against seeded defects and conforming variations of the reference APIs.

    \b
    bookproof prove
    bookproof prove highlevel --jobs 1
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from bookproof import apis
    from bookproof.proving import prove

    chosen = [apis.load(name).name for name in names or apis.names()]
    err, out = Console(stderr=True), Console(highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("proving", total=None)

        def progress(done: int, total: int, trial: Trial) -> None:
            bar.update(task, completed=done, total=total, description=trial.id)

        proof = prove(chosen, progress=progress, jobs=jobs)
    if as_json:
        sys.stdout.write(json.dumps(_as_json(proof), indent=2) + "\n")
    else:
        _show(out, proof)
    return 0 if proof.holds else 1


def _show(out: Console, proof: Proof) -> None:
    from rich.text import Text

    for title, trials in (
        ("survived", proof.survivors),
        ("blamed on others", proof.misblamed),
        ("accused although it conforms", proof.alarms),
    ):
        for trial in trials:
            out.print(Text(f"✗ {title}: {trial.id}: {trial.sentence}", style="red"))
            out.print(
                f"    expected {_ids(trial.expected)}   failed {_ids(trial.failed)}   warned {_ids(trial.warned)}"
            )
            if trial.unowned or trial.error:
                out.print(Text(f"    {trial.unowned} findings that no requirement owns; {trial.error}"))
    for row in proof.uncovered:
        out.print(Text(f"✗ no defect stands behind {row}", style="red"))
    for gap in proof.gaps:
        out.print(Text(f"✗ {gap}", style="red"))
    defects, killed = len(proof.defects), len(proof.defects) - len(proof.survivors)
    exact = killed - len(proof.misblamed)
    out.print(
        f"killed {killed} of {defects}   blamed right {exact} of {defects}   "
        f"false alarms {len(proof.alarms)} of {len(proof.variations)}   {proof.seconds:.0f} s"
    )


def _ids(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _as_json(proof: Proof) -> dict[str, object]:
    return {
        "killed": len(proof.defects) - len(proof.survivors),
        "defects": len(proof.defects),
        "exact": len(proof.defects) - len(proof.survivors) - len(proof.misblamed),
        "alarms": len(proof.alarms),
        "variations": len(proof.variations),
        "uncovered": list(proof.uncovered),
        "gaps": list(proof.gaps),
        "seconds": round(proof.seconds, 1),
        "trials": [
            {
                "api": trial.api,
                "id": trial.id,
                "kind": "defect" if trial.defect else "variation",
                "sentence": trial.sentence,
                "expected": sorted(trial.expected),
                "failed": sorted(trial.failed),
                "warned": sorted(trial.warned),
                "unowned": trial.unowned,
                "verdict": trial.conclusion,
                "reason": trial.error,
                "seconds": round(trial.seconds, 3),
            }
            for trial in proof.trials
        ],
    }
