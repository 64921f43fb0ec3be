"""The verdict at the end of a command: a sign for each requirement, what failed, the counts, where the report lies."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bookproof.errors import BookproofError
from bookproof.evidence import curl
from bookproof.ledger import Ledger
from bookproof.reports.picture import bars
from bookproof.reports.text import SIGNS, plain
from bookproof.tally import Seen
from bookproof.verdict import Row, Verdict

_STYLES = {"failed": "red", "warned": "yellow", "untested": "magenta", "waived": "cyan", "passed": "green"}
_COUNTED = ("passed", "failed", "warned", "waived", "untested", "not-applicable", "out-of-scope")
_ASCII = dict(zip(SIGNS, "+x!~?-.", strict=True))
"""Signs for a terminal that cannot show the others."""
_TARGETS = {"reference": "the embedded reference", "replay": "recorded exchanges"}
"""What was judged, where it is no address."""
_CONCLUSIONS = {
    "conforms": ("green", "conforms to its contract"),
    "violates": ("red", "violates its contract"),
    "inconclusive": ("yellow", "could not be judged"),
}

FINDINGS_SHOWN = 3
"""How many findings of a failed requirement, and how much of what remains, the terminal shows."""

REMAINS_SHOWN = 120
"""Characters of each thing that remains at a target."""

COMMAND_SHOWN = 400
"""Characters of a curl command that the terminal shows."""


def show_verdict(console: Console, verdict: Verdict, ledger: Ledger, report: Path | None) -> None:
    """Prints a verdict."""
    _show_themes(console, verdict, ledger.title)
    for outcome in ("failed", "warned", "waived"):
        for row in verdict.rows:
            if row.outcome == outcome:
                _show_row(console, row, ledger, verdict)
    for seen in verdict.unowned:
        _write(console, Text(f"{_signs(console)['failed']} {plain(seen.finding.message)}", style="red"))
        show_finding(console, seen, verdict.run.token_variable)
    _show_untested(console, [row for row in verdict.rows if row.outcome == "untested"])
    _write(console, _counts(verdict))
    if waited := verdict.waited.in_words:
        _write(console, Text(waited, style="dim"), 2)
    for reading, forms in sorted(verdict.readings.items()):
        shown = ", ".join(f"{plain(form)} ({count})" for form, count in sorted(forms.items()))
        _write(console, Text(f"reading {reading}: {shown}", style="dim"), 2)
    if verdict.remains:
        named = [item if len(item) <= REMAINS_SHOWN else f"{item[:REMAINS_SHOWN]}…" for item in verdict.remains]
        more = [f"{len(named) - FINDINGS_SHOWN} more, see the report"] if len(named) > FINDINGS_SHOWN else []
        shown = "; ".join(named[:FINDINGS_SHOWN] + more)
        _write(console, Text(f"remains at the target: {plain(shown)}", style="dim"), 2)
    style, words = _CONCLUSIONS[verdict.conclusion]
    said = Text(f"{verdict.run.api} {words}", style=f"bold {style}")
    if report:
        said.append(f"   {report / 'index.html'}", style="not bold default")
    console.print(said, soft_wrap=True)
    if verdict.reason:
        _write(console, Text(plain(verdict.reason)), 2)


def show_summary(console: Console, ended: Mapping[str, Verdict | BookproofError]) -> None:
    """Prints what several runs came to, a line each: the verdict of an API, or the error in its place."""
    width = max(map(len, ended))
    for name, result in ended.items():
        if isinstance(result, Verdict):
            style, words = _CONCLUSIONS[result.conclusion]
            more = _counts(result)
        else:
            style, words = _CONCLUSIONS["inconclusive"]
            more = Text(plain(result.message))
        said = Text(f"{name:{width}}  ").append(f"{words:27}", style=f"bold {style}").append(more)
        console.print(said, soft_wrap=True)


def _counts(verdict: Verdict) -> Text:
    """How many requirements have which outcome, what is good first."""
    shown = [o for o in _COUNTED if verdict.counts[o] or o in ("passed", "failed")]
    counted = [Text(f"{verdict.counts[o]} {o.replace('-', ' ')}", style=_STYLES.get(o, "")) for o in shown]
    return Text("   ").join([*counted, Text(f"{verdict.requests} requests, {verdict.run.seconds:.1f} s")])


def _show_themes(console: Console, verdict: Verdict, title: str) -> None:
    """A line a theme: how many requirements passed of those that apply to the target, and a sign for each."""
    themes = bars({"theme": row.requirement.theme, "outcome": row.outcome} for row in verdict.rows)
    signs, width = _signs(console), max((len(bar.label) for bar in themes), default=0)
    target = _TARGETS.get(verdict.run.target, verdict.run.url)
    _write(console, Text.assemble((title, "bold"), f", {plain(target)}"))
    for bar in themes:
        passed = f"{bar.passed} of {bar.applicable}" if bar.applicable else "not judged"
        shown = ((signs[part.outcome] * part.count, _STYLES.get(part.outcome, "dim")) for part in bar.segments)
        _write(console, Text(f"{bar.label:{width}}  {passed:>10}  ") + Text.assemble(*shown), 2)


def _signs(console: Console) -> dict[str, str]:
    """The signs of outcomes, as far as the terminal shows them."""
    try:
        "".join(SIGNS.values()).encode(console.encoding)
    except UnicodeEncodeError:
        return _ASCII
    return SIGNS


def _show_row(console: Console, row: Row, ledger: Ledger, verdict: Verdict) -> None:
    requirement = row.requirement
    where = Text(plain(row.findings[0].finding.where), style="cyan") if row.findings else Text()
    name = Text(f"{_signs(console)[row.outcome]} {requirement.id}", style=f"bold {_STYLES[row.outcome]}")
    statement = Text(requirement.statement)
    head = Text("  ").join([name, Text(requirement.level), statement])
    if console.width - head.cell_len - where.cell_len >= 2:
        console.print(head + " " * (console.width - head.cell_len - where.cell_len) + where, soft_wrap=True)
    else:
        _write(console, Text("  ").join([name, Text(requirement.level), where]))
        _write(console, statement, 4)
    if requirement.quote:
        quote = f'"{requirement.quote}"  ({ledger.document}, line {requirement.lines})'
        _write(console, Text(quote, style="italic"), 4)
    if row.reason:
        _write(console, Text(plain(row.reason)), 4)
    shown = row.findings[: FINDINGS_SHOWN if row.outcome == "failed" else 1]
    for seen in shown:
        show_finding(console, seen, verdict.run.token_variable)
    if len(row.findings) > len(shown):
        _write(console, Text(f"{len(row.findings) - len(shown)} more are in the report", style="dim"), 4)


def show_finding(console: Console, seen: Seen, token_variable: str) -> None:
    """Prints a finding: what it says, where, and a command to see it again."""
    finding = seen.finding
    times = f" ({seen.count} times)" if seen.count > 1 else ""
    _write(console, Text(f"{plain(finding.message)}{times}"), 4)
    places = [f"at {plain(finding.where)}", f"expected  {plain(finding.expected)}", f"got  {plain(finding.actual)}"]
    together = "   ".join(places)
    for line in [together] if len(together) < console.width - 4 else places:
        _write(console, Text(line), 4)
    command = plain(curl(finding.exchange.request, token_variable))
    cut = command if len(command) <= COMMAND_SHOWN else f"{command[:COMMAND_SHOWN]}… (the whole is in the report)"
    # One line, so that it can be copied whatever the width of the window.
    console.print(Text(f"    {cut}", style="dim"), soft_wrap=True)


def _show_untested(console: Console, rows: Iterable[Row]) -> None:
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        by_reason.setdefault(row.reason, []).append(row.requirement.id)
    for reason, ids in by_reason.items():
        named = ", ".join(ids[:8]) + (f" … ({len(ids)} in all)" if len(ids) > 8 else "")
        _write(console, Text(f"? untested {named}: {plain(reason)}", style="magenta"))


def _write(console: Console, text: Text, indent: int = 0) -> None:
    """Text broken at the width of the window, each line indented; no blanks at the ends of lines."""
    for line in text.wrap(console, max(console.width - indent, 20)):
        line.rstrip()
        console.print(Text(" " * indent) + line, soft_wrap=True)
