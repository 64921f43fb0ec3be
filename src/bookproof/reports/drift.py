"""A comparison for people: what changed, by requirement; what too little was seen of; what is wrong with a file."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from bookproof.drift.change import Change, Drift
from bookproof.ledger import Ledger
from bookproof.reports.text import plain

UNSURE_SHOWN = 10
"""How many differences that too little was seen of a person is shown."""

DEFECTS_SHOWN = 10
"""How many of a file's defects a person is shown."""

TOGETHER = 4
"""From how many requirements on one and the same change is said once for all of them."""

_STYLES = {"new": "green", "gone": "red", "changed": "yellow"}
_SIGNS = {"new": "+", "gone": "-", "changed": "~"}


def show_drift(console: Console, drift: Drift, ledger: Ledger) -> None:
    """Prints a comparison."""
    shared = _shared(drift.changes)
    for requirement, changes in drift.by_requirement(ledger):
        own = [change for change in changes if _key(change) not in shared]
        if own:
            _show_head(console, requirement, ledger)
            _show_changes(console, own)
    for changes in shared.values():
        ids = [change.requirement or "" for change in changes]
        named = ", ".join(ids[:8]) + (f" … ({len(ids)} requirements)" if len(ids) > 8 else "")
        console.print(Text(named, style="bold"), soft_wrap=True)
        _show_changes(console, changes[:1], counted=False)
    if drift.unsure:
        console.print(Text("too little was seen to call it drift", style="bold dim"), soft_wrap=True)
        _show_changes(console, drift.unsure[:UNSURE_SHOWN], style="dim")
        _more(console, len(drift.unsure) - UNSURE_SHOWN)
    if drift.defects:
        console.print(Text(f"{drift.now} is not as OpenAPI wants it", style="bold"), soft_wrap=True)
        for defect in drift.defects[:DEFECTS_SHOWN]:
            console.print(Text(f"  ! {_line(str(defect))}", style="yellow"), soft_wrap=True)
        _more(console, len(drift.defects) - DEFECTS_SHOWN)
    for remark in drift.remarks:
        console.print(Text(f"  {_line(remark)}", style="dim"), soft_wrap=True)
    console.print(_conclusion(drift), soft_wrap=True)


def _shared(changes: Iterable[Change]) -> dict[tuple[str, ...], list[Change]]:
    """Changes that many requirements have in common, an error's new status for example."""
    found: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        if change.requirement:
            found.setdefault(_key(change), []).append(change)
    return {key: alike for key, alike in found.items() if len(alike) >= TOGETHER}


def _key(change: Change) -> tuple[str, ...]:
    return change.operation, change.answer, change.where, change.subject, change.kind, change.before, change.now


def _show_head(console: Console, requirement: str, ledger: Ledger) -> None:
    if not requirement:
        console.print(Text("no requirement speaks of", style="bold"), soft_wrap=True)
        return
    row = ledger[requirement]
    console.print(Text(f"{row.id}  {row.level}  ", style="bold") + Text(row.statement), soft_wrap=True)


def _show_changes(console: Console, changes: Iterable[Change], *, counted: bool = True, style: str = "") -> None:
    for change in changes:
        said = change.sentence if counted else change.sentence.partition(";")[0]
        answer = f" {change.answer}" if change.answer else ""
        place = "" if change.where == "operation" else f"  {change.where}"
        line = Text(f"  {_SIGNS[change.kind]} ", style=style or _STYLES[change.kind])
        line.append(_line(f"{change.operation}{answer}{place}"), style=style)
        line.append(_line(f"   {said}"), style=style)
        console.print(line, soft_wrap=True)


def _conclusion(drift: Drift) -> Text:
    sides = f"   {drift.before} → {drift.now}"
    if drift.changes:
        counts = [
            f"{count} {kind}"
            for kind in ("new", "gone", "changed")
            if (count := sum(change.kind == kind for change in drift.changes))
        ]
        return Text(f"{drift.api} has drifted: {', '.join(counts)}", style="bold red") + Text(sides, style="not bold")
    if drift.incomplete:
        return Text(f"{drift.api} could not be compared to the end: {_line(drift.incomplete)}", style="bold yellow")
    compared = ", ".join(f"{count} {what}" for what, count in drift.compared.items())
    return Text(f"{drift.api} has not drifted", style="bold green") + Text(f"{sides}   ({compared})", style="not bold")


def _more(console: Console, count: int) -> None:
    if count > 0:
        console.print(Text(f"  {count} more: --json", style="dim"))


def _line(text: str) -> str:
    return plain(text, keep="")
