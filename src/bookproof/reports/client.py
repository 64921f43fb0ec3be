"""The other side of captured traffic, for people: what its client sent wrong, and what was not judged."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.text import Text

from bookproof.evidence import curl
from bookproof.reports.markdown import cell
from bookproof.verdict import Row, Verdict

_PLACES = 5
"""How many unreadable entries a person is shown."""


def show_client(console: Console, verdict: Verdict) -> None:
    """Prints what the client sent wrong, after the verdict about the service."""
    client = verdict.client
    if client is None:
        return
    for row in broken(client):
        console.print(Text(f"✗ {row.requirement.id}  {row.requirement.level}  {row.requirement.statement}", "yellow"))
        for seen in row.findings[:3]:
            finding = seen.finding
            times = f" ({seen.count} times)" if seen.count > 1 else ""
            console.print(Text(_plain(f"    {finding.message}{times}")))
            console.print(
                Text(_plain(f"    at {finding.where}   expected  {finding.expected}   got  {finding.actual}"))
            )
            command = _plain(curl(finding.exchange.request, verdict.run.token_variable))
            console.print(Text(f"    {command if len(command) <= 400 else command[:400] + '…'}", "dim"))
    console.print(Text(_headline(client), "bold " + ("red" if client.conclusion == "violates" else "green")))


def remarks(capture: Any) -> Iterator[str]:
    """What was left out, a sentence each."""
    if capture["foreign"]:
        yield f"{_count(capture['foreign'], 'exchange')} of other APIs left out"
    if capture["unanswered"]:
        yield f"{_count(capture['unanswered'], 'request')} whose answer the capture does not hold"
    for trouble, count in capture["troubles"].items():
        yield f"{_count(count, 'answer')} said nothing of the contract: {trouble}"
    if capture["skipped"]:
        yield f"{_count(capture['skipped'], 'exchange')} passed unjudged: too large, or too fast to be judged"
    if capture["forgotten"]:
        yield (
            f"rules that remember what happened dropped {capture['forgotten']:,} of the oldest pieces: "
            "what refers to them was not judged"
        )
    if capture["unreadable"]:
        more = f" (the first {_PLACES})" if capture["unreadable"] > _PLACES else ""
        yield f"{_count(capture['unreadable'], 'entry', 'entries')} could not be read{more}:"
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
    return f"{_count(requests, 'request')}, {_count(kept, 'requirement')} kept, {broken:,} broken"


def _headline(client: Verdict) -> str:
    counts = client.counts
    return f"the client: {kept_and_broken(client.requests, counts['passed'], counts['failed'] + counts['warned'])}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)
