"""The verdict as Markdown: for a pull request's comment or a job's summary."""

from collections.abc import Iterator

from bookproof.evidence import curl
from bookproof.verdict import OUTCOMES, Row, Seen, Verdict

_SIGNS = {"conforms": "✅", "violates": "❌", "inconclusive": "❔"}


def markdown(verdict: Verdict) -> str:
    """The whole verdict; what failed comes first."""
    return "\n".join(_lines(verdict)) + "\n"


def _lines(verdict: Verdict) -> Iterator[str]:
    run = verdict.run
    yield f"# {_SIGNS[verdict.conclusion]} {run.api} {verdict.conclusion}"
    yield ""
    if verdict.reason:
        yield f"> {cell(verdict.reason)}"
        yield ""
    yield f"Judged: {run.target} `{run.url}`, contract {verdict.contract_version}, reading {run.reading}, "
    yield f"{run.started:%Y-%m-%d %H:%M} UTC, {verdict.requests} requests in {run.seconds:.1f} s."
    yield ""
    yield "| " + " | ".join(OUTCOMES) + " |"
    yield "|" + "---:|" * len(OUTCOMES)
    yield "| " + " | ".join(str(verdict.counts[outcome]) for outcome in OUTCOMES) + " |"
    for row in verdict.rows:
        if row.findings:
            yield from _row(row, verdict)
    for seen in verdict.unowned:
        yield ""
        yield f"## {cell(seen.finding.message)}"
        yield from _finding(seen, verdict)
    yield ""
    yield "## Requirements"
    yield ""
    yield "| id | level | requirement | outcome | exchanges | note |"
    yield "|---|---|---|---|---:|---|"
    for row in verdict.rows:
        requirement = row.requirement
        yield (
            f"| {requirement.id} | {requirement.level} | {cell(requirement.statement)} | {row.outcome} "
            f"| {row.exchanges} | {cell(row.reason)} |"
        )
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
    yield f"- **{cell(finding.message)}** ({finding.level}{times})"
    yield f"  - where: `{code(finding.where)}`"
    yield f"  - expected: {cell(finding.expected)}"
    yield f"  - got: {cell(finding.actual)}"
    yield ""
    command = curl(finding.exchange.request, verdict.run.token_variable)
    fence = "`" * max(3, *(len(run) + 1 for run in _backticks(command)))
    yield f"  {fence}sh"
    yield "  " + command.replace("\n", "\n  ")
    yield f"  {fence}"


def cell(text: str) -> str:
    """Text that neither ends a table's cell nor starts markup."""
    flat = " ".join(text.split())
    for sign in ("\\", "|", "<", ">", "`", "*", "_", "[", "]"):
        flat = flat.replace(sign, f"\\{sign}")
    return "".join(sign if sign.isprintable() else "�" for sign in flat)


def code(text: str) -> str:
    """Text for an inline code span."""
    return "".join(sign if sign.isprintable() else "�" for sign in text.replace("`", "ʼ"))


def _backticks(text: str) -> list[str]:
    runs = [""]
    for sign in text:
        if sign == "`":
            runs[-1] += sign
        elif runs[-1]:
            runs.append("")
    return runs
