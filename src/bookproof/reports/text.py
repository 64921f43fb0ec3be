"""Text as every reader of a report gets it: without signs that steer, numbers with their nouns, findings in full."""

from collections.abc import Iterator, Mapping

from bookproof.evidence import curl
from bookproof.findings import Finding
from bookproof.ledger import Ledger

SIGNS = {
    "passed": "✓",
    "failed": "✗",
    "warned": "!",
    "waived": "~",
    "untested": "?",
    "not-applicable": "–",
    "out-of-scope": "·",
}
"""A sign for each outcome."""


def plain(text: str, keep: str = "\n") -> str:
    """Text without signs that steer a terminal or a CI server. keep: those that may stay."""
    return "".join(sign if sign.isprintable() or sign in keep else "�" for sign in text)


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def troubles_in_words(troubles: Mapping[str, int]) -> Iterator[str]:
    """Answers that said nothing of the contract, a sentence for each reason."""
    for trouble, count in troubles.items():
        yield f"{counted(count, 'answer')} said nothing of the contract: {trouble}"


def finding_text(finding: Finding, ledger: Ledger, token_variable: str = "") -> str:
    """A finding as a failing test prints it."""
    lines = []
    if finding.requirement:
        row = ledger[finding.requirement]
        lines.append(f"{row.id}  {finding.level}  {row.statement}")
        if row.quote:
            lines.append(f'    "{row.quote}"  ({ledger.document}, line {row.lines})')
    else:
        lines.append(f"{finding.level}  {finding.message}")
    lines += [
        f"    where     {finding.where}",
        f"    found     {finding.message}",
        f"    expected  {finding.expected}",
        f"    got       {finding.actual}",
        f"    {curl(finding.exchange.request, token_variable)}",
    ]
    return plain("\n".join(lines))
