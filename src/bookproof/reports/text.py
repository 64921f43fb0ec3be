"""Findings as plain text: the sentence, where, what was expected, what came back, and a command to see it again."""

from bookproof.evidence import curl
from bookproof.judge import Finding
from bookproof.ledger import Ledger
from bookproof.reports.markdown import plain


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
