"""The other side of captured traffic, for people: what its client sent wrong, and what was not judged."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.text import Text

from bookproof.reports.markdown import cell
from bookproof.reports.terminal import FINDINGS_SHOWN, show_finding
from bookproof.reports.text import counted, troubles_in_words
from bookproof.verdict import Row, Verdict

_PLACES = 5
"""How many unreadable entries a person is shown."""


def show_client(console: Console, verdict: Verdict) -> None:
    """Prints what the client sent wrong, before the verdict about the service."""
    client = verdict.client
    if client is None:
        return
    for row in broken(client):
        requirement = row.requirement
        console.print(
            Text(f"✗ {requirement.id}  {requirement.level}  {requirement.statement}", "yellow"), soft_wrap=True
        )
        for seen in row.findings[:FINDINGS_SHOWN]:
            show_finding(console, seen, verdict.run.token_variable)
    for seen in client.unowned:
        show_finding(console, seen, verdict.run.token_variable)
    console.print(Text(_headline(client), "bold " + ("red" if client.conclusion == "violates" else "green")))


def remarks(capture: Any) -> Iterator[str]:
    """What was left out, a sentence each."""
    if capture["foreign"]:
        yield f"{counted(capture['foreign'], 'exchange')} of other APIs left out"
    if capture["unanswered"]:
        yield f"{counted(capture['unanswered'], 'request')} whose answer the capture does not hold"
    yield from troubles_in_words(capture["troubles"])
    if capture["skipped"]:
        yield f"{counted(capture['skipped'], 'exchange')} passed unjudged: too large, or too fast to be judged"
    if capture["forgotten"]:
        yield (
            f"rules that remember what happened dropped {capture['forgotten']:,} of the oldest pieces: "
            "what refers to them was not judged"
        )
    if capture["unreadable"]:
        more = f" (the first {_PLACES})" if capture["unreadable"] > _PLACES else ""
        yield f"{counted(capture['unreadable'], 'entry', 'entries')} could not be read{more}:"
        yield from (f"  {place}" for place in capture["places"][:_PLACES])


def client_markdown(verdict: Verdict) -> str:
    """A section on the client for verdict.md; empty where bookproof itself was the client."""
    client = verdict.client
    if client is None:
        return ""
    lines = ["", "## The client", "", _headline(client) + ".", ""]
    rows = list(broken(client))
    if rows:
        lines += ["| requirement | level | what the client sent | where | times |", "|---|---|---|---|---|"]
    for row in rows:
        for seen in row.findings:
            finding = seen.finding
            said = f"{finding.message}; expected {finding.expected}"
            lines.append(
                f"| {row.requirement.id} {cell(row.requirement.statement)} | {finding.level} | {cell(said)} "
                f"| {cell(finding.where)} | {seen.count} |"
            )
    if verdict.capture is not None and (left_out := list(remarks(verdict.capture))):
        lines += ["", *(f"- {cell(sentence.strip())}" for sentence in left_out)]
    return "\n".join(lines) + "\n"


def broken(client: Verdict) -> Iterator[Row]:
    """The requirements that the client broke, the heavier ones first."""
    for outcome in ("failed", "warned"):
        yield from (row for row in client.rows if row.outcome == outcome)


def kept_and_broken(requests: int, kept: int, broken: int) -> str:
    """What a client comes to, in one line."""
    return f"{counted(requests, 'request')}, {counted(kept, 'requirement')} kept, {broken:,} broken"


def _headline(client: Verdict) -> str:
    counts = client.counts
    return f"the client: {kept_and_broken(client.requests, counts['passed'], counts['failed'] + counts['warned'])}"
