"""The verdict at the end of a command: what failed first, then the counts, then where the report lies."""

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bookproof.evidence import curl
from bookproof.ledger import Ledger
from bookproof.verdict import OUTCOMES, Row, Seen, Verdict

_STYLES = {"failed": "red", "warned": "yellow", "untested": "magenta", "waived": "cyan", "passed": "green"}
_SIGNS = {"failed": "✗", "warned": "!", "waived": "~", "untested": "?"}
_CONCLUSIONS = {
    "conforms": ("green", "conforms to its contract"),
    "violates": ("red", "violates its contract"),
    "inconclusive": ("yellow", "could not be judged"),
}

COMMAND_SHOWN = 400
"""Characters of a curl command that the terminal shows."""


def show_verdict(console: Console, verdict: Verdict, ledger: Ledger, report: Path | None) -> None:
    """Prints a verdict."""
    for outcome in ("failed", "warned", "waived"):
        for row in verdict.rows:
            if row.outcome == outcome:
                _show_row(console, row, ledger, verdict)
    for seen in verdict.unowned:
        console.print(Text(f"✗ {seen.finding.message}", style="red"))
        _show_finding(console, seen, verdict)
    _show_untested(console, [row for row in verdict.rows if row.outcome == "untested"])
    counts = "   ".join(
        f"[{_STYLES.get(outcome, 'default')}]{verdict.counts[outcome]} {outcome.replace('-', ' ')}[/]"
        for outcome in reversed(OUTCOMES)
        if verdict.counts[outcome] or outcome in ("passed", "failed")
    )
    console.print(f"{counts}   {verdict.requests} requests, {verdict.run.seconds:.1f} s", highlight=False)
    for reading, forms in sorted(verdict.readings.items()):
        shown = ", ".join(f"{form} ({count})" for form, count in sorted(forms.items()))
        console.print(Text(f"  reading {reading}: {shown}", style="dim"))
    if verdict.remains:
        console.print(Text(f"  remains at the target: {'; '.join(verdict.remains)}", style="dim"))
    style, words = _CONCLUSIONS[verdict.conclusion]
    place = f"   {report / 'verdict.md'}" if report else ""
    console.print(Text(f"{verdict.run.api} {words}", style=f"bold {style}") + Text(place, style="default"))
    if verdict.reason:
        console.print(Text(f"  {verdict.reason}", style="default"))


def _show_row(console: Console, row: Row, ledger: Ledger, verdict: Verdict) -> None:
    requirement = row.requirement
    style = _STYLES[row.outcome]
    head = Table.grid(padding=(0, 2), expand=True)
    head.add_column(no_wrap=True)
    head.add_column(no_wrap=True)
    head.add_column(ratio=1)
    head.add_column(justify="right", overflow="fold")
    where = row.findings[0].finding.where if row.findings else ""
    head.add_row(
        Text(f"{_SIGNS[row.outcome]} {requirement.id}", style=f"bold {style}"),
        requirement.level,
        escape(requirement.statement),
        Text(where, style="cyan"),
    )
    console.print(head)
    if requirement.quote:
        quote = f'"{requirement.quote}"  ({ledger.document}, line {requirement.lines})'
        console.print(Padding(Text(quote, style="italic"), (0, 0, 0, 4)))
    if row.reason:
        console.print(Padding(Text(row.reason), (0, 0, 0, 4)))
    for seen in row.findings:
        _show_finding(console, seen, verdict)


def _show_finding(console: Console, seen: Seen, verdict: Verdict) -> None:
    finding = seen.finding
    times = f" ({seen.count} times)" if seen.count > 1 else ""
    lines = Text()
    lines.append(f"{_plain(finding.message)}{times}\n")
    lines.append(f"at {_plain(finding.where)}   expected  {_plain(finding.expected)}   got  {_plain(finding.actual)}\n")
    command = _plain(curl(finding.exchange.request, verdict.run.token_variable))
    cut = command if len(command) <= COMMAND_SHOWN else f"{command[:COMMAND_SHOWN]}… (the whole is in the report)"
    lines.append(cut, style="dim")
    console.print(Padding(lines, (0, 0, 0, 4)), soft_wrap=False)


def _show_untested(console: Console, rows: Iterable[Row]) -> None:
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        by_reason.setdefault(row.reason, []).append(row.requirement.id)
    for reason, ids in by_reason.items():
        named = ", ".join(ids[:8]) + (f" … ({len(ids)} in all)" if len(ids) > 8 else "")
        console.print(Text(f"? untested {named}: {_plain(reason)}", style="magenta"))


def _plain(text: str) -> str:
    """Text without signs that steer a terminal."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)
