"""The verdict as Markdown: for a pull request's comment or a job's summary."""

from collections.abc import Iterator

from bookproof.evidence import curl
from bookproof.reports.text import plain
from bookproof.tally import Seen
from bookproof.verdict import OUTCOMES, Row, Verdict

_SIGNS = {"conforms": "✅", "violates": "❌", "inconclusive": "❔"}

LIMIT = 60_000
"""Characters of the whole; GitHub takes 65,536 in a comment."""
_TEXT_SHOWN, _COMMAND_SHOWN = 300, 1_500
_ROWS_OPEN = 40
"""How many requirements a table has before it is folded away."""


def markdown(verdict: Verdict) -> str:
    """The verdict; what failed comes first, and gives way where there is too much of it."""
    head, end = "\n".join(_head(verdict)), "\n".join(_end(verdict))
    room = LIMIT - len(head) - len(end) - 200
    parts: list[str] = []
    found = list(_found(verdict))
    for place, part in enumerate(found):
        room -= len(part) + 1
        if room < 0:
            parts.append(f"\n{len(found) - place} more stand in index.html and in verdict.json.")
            break
        parts.append(part)
    whole = "\n".join([head, *parts, end])
    return (whole if len(whole) < LIMIT else whole[:LIMIT].rpartition("\n")[0]) + "\n"


def _head(verdict: Verdict) -> Iterator[str]:
    run = verdict.run
    yield f"# {_SIGNS[verdict.conclusion]} {run.api} {verdict.conclusion}"
    yield ""
    if verdict.reason:
        yield f"> {cell(verdict.reason)}"
        yield ""
    yield f"Judged: {run.target} `{run.url}`, contract {verdict.contract_version}, reading {run.reading}, "
    yield f"depth {run.depth}, {run.started:%Y-%m-%d %H:%M} UTC, {verdict.requests} requests in {run.seconds:.1f} s."
    if waited := verdict.waited.in_words:
        yield f"The run {waited}."
    yield ""
    yield "| " + " | ".join(OUTCOMES) + " |"
    yield "|" + "---:|" * len(OUTCOMES)
    yield "| " + " | ".join(str(verdict.counts[outcome]) for outcome in OUTCOMES) + " |"


def _found(verdict: Verdict) -> Iterator[str]:
    """What was found, a part each: failed requirements, what no requirement owns, and what weighs less."""
    rows = {outcome: [row for row in verdict.rows if row.outcome == outcome] for outcome in OUTCOMES}
    yield from ("\n".join(_row(row, verdict)) for row in rows["failed"])
    for seen in verdict.unowned:
        yield "\n".join(["", f"## {short(seen.finding.message)}", *_finding(seen, verdict)])
    yield from ("\n".join(_row(row, verdict)) for outcome in ("warned", "waived") for row in rows[outcome])


def _end(verdict: Verdict) -> Iterator[str]:
    folded = len(verdict.rows) > _ROWS_OPEN
    yield ""
    yield "## Requirements"
    yield ""
    if folded:
        yield f"<details><summary>all {len(verdict.rows)} with their outcomes</summary>"
        yield ""
    yield "| id | level | requirement | outcome | exchanges | note |"
    yield "|---|---|---|---|---:|---|"
    for row in verdict.rows:
        requirement = row.requirement
        yield (
            f"| {requirement.id} | {requirement.level} | {cell(requirement.statement)} | {row.outcome} "
            f"| {row.exchanges} | {cell(row.reason)} |"
        )
    if folded:
        yield ""
        yield "</details>"
    if verdict.remains:
        yield ""
        yield "## What remains at the target"
        yield ""
        yield from (f"- {cell(item)}" for item in verdict.remains)


def _row(row: Row, verdict: Verdict) -> Iterator[str]:
    requirement = row.requirement
    yield ""
    yield f"## {row.outcome}: {requirement.id} {cell(requirement.statement)}"
    if requirement.quote:
        yield ""
        yield f"> {cell(requirement.quote)} (line {requirement.lines})"
    for seen in row.findings:
        yield from _finding(seen, verdict)


def _finding(seen: Seen, verdict: Verdict) -> Iterator[str]:
    finding = seen.finding
    times = f", seen {seen.count} times" if seen.count > 1 else ""
    yield ""
    yield f"- **{short(finding.message)}** ({finding.level}{times})"
    yield f"  - where: `{code(finding.where[:_TEXT_SHOWN])}`"
    yield f"  - expected: {short(finding.expected)}"
    yield f"  - got: {short(finding.actual)}"
    yield ""
    command = plain(curl(finding.exchange.request, verdict.run.token_variable))
    if len(command) > _COMMAND_SHOWN:
        command = f"{command[:_COMMAND_SHOWN]}… (the whole is in index.html)"
    fence = "`" * max(3, *(len(run) + 1 for run in _backticks(command)))
    yield f"  {fence}sh"
    yield "  " + command.replace("\n", "\n  ")
    yield f"  {fence}"


def cell(text: str) -> str:
    """Text that neither ends a table's cell nor starts markup."""
    flat = " ".join(text.split())
    for sign in ("\\", "|", "<", ">", "`", "*", "_", "[", "]"):
        flat = flat.replace(sign, f"\\{sign}")
    return plain(flat, keep="")


def short(text: str) -> str:
    """Text as in a cell, of bounded length."""
    return cell(text if len(text) <= _TEXT_SHOWN else f"{text[:_TEXT_SHOWN]}…")


def code(text: str) -> str:
    """Text for an inline code span."""
    return plain(text.replace("`", "ʼ")).replace("\n", " ")


def _backticks(text: str) -> list[str]:
    runs = [""]
    for sign in text:
        if sign == "`":
            runs[-1] += sign
        elif runs[-1]:
            runs.append("")
    return runs
