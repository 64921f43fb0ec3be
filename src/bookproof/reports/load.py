"""What a load test adds to a verdict, for people: rates and times by operation, and what broke only under load."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bookproof.reports.markdown import cell
from bookproof.reports.text import counted, troubles_in_words
from bookproof.verdict import Verdict

COLUMNS = ("operation", "requests", "a second", "median", "95 %", "99 %", "longest", "errors", "violations")

Load = Mapping[str, Any]


def show_load(console: Console, load: Load) -> None:
    """Prints the table, then what broke only under load."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in COLUMNS:
        table.add_column(name, justify="left" if name == "operation" else "right", no_wrap=True)
    for row in rows(load):
        table.add_row(*map(Text, row))
    console.print(table)
    for error in load["errors"][:5]:
        console.print(Text(f"  {error['operation']}: {error['message']} ({error['seen']} times)", "yellow"))
    for broken in load["only_under_load"]:
        console.print(Text(f"✗ only under load: {sentence(broken)}", "red"))
    for remark in remarks(load):
        console.print(Text(f"  {remark}", "dim"))


def load_markdown(verdict: Verdict) -> str:
    """A section for verdict.md; empty where there was no load."""
    load = verdict.load
    if load is None:
        return ""
    lines = ["", "## Under load", "", "| " + " | ".join(COLUMNS) + " |", "|---|" + "---:|" * (len(COLUMNS) - 1)]
    lines += ["| " + " | ".join(map(cell, row)) + " |" for row in rows(load)]
    if load["only_under_load"]:
        lines += ["", "Not met when the same was sent one after the other:", ""]
        lines += [f"- {cell(sentence(broken))}" for broken in load["only_under_load"]]
    lines += ["", *(f"- {cell(remark)}" for remark in remarks(load))]
    return "\n".join(lines) + "\n"


def rows(load: Load) -> Iterator[tuple[str, ...]]:
    """The table's rows, the last one for all operations together."""
    for entry in (*load["operations"], {"operation": "all", **load["total"]}):
        yield (
            str(entry["operation"]),
            f"{entry['requests']:,}",
            f"{entry['per_second']:,.1f}",
            *(milliseconds(entry[name]) for name in ("median", "p95", "p99", "longest")),
            f"{entry['errors']:,}",
            f"{entry['violations']:,}",
        )


def milliseconds(seconds: float) -> str:
    """Seconds as milliseconds, as many digits as they are worth."""
    return f"{seconds * 1000:,.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"


def sentence(broken: Mapping[str, Any]) -> str:
    """A finding that was not met again."""
    owner = broken["requirement"] or "no requirement"
    seen = f"{broken['seen']:,} times" if broken["seen"] > 1 else "once"
    return (
        f"{owner}  {broken['message']} at {broken['where']}: expected {broken['expected']}, got {broken['actual']} "
        f"({seen}, first in {broken['act'].partition(' ')[0]})"
    )


def remarks(load: Load) -> Iterator[str]:
    """How the load was made, and what got in its way, a sentence each."""
    mix = ", ".join(f"{kind} {weight}" for kind, weight in load["mix"].items() if weight)
    workers = f" in {load['workers']} processes" if load["workers"] > 1 else ""
    yield f"{load['users']} users{workers}, {load['seconds']:.1f} s, mix: {mix}"
    if load["ended"]:
        yield f"ended early: {load['ended']}"
    yield from troubles_in_words(load["troubles"])
    if load["waited"]:
        yield f"answers asked to wait for {load['waited']:.1f} s"
    if load["behind"]:
        yield f"users waited {load['behind']:.1f} s for the Judge: the target may be able to do more than was measured"
    for what, count in load["exhausted"].items():
        yield f"{counted(count, 'request')} could not be sent, for this machine was at its end: {what}"
