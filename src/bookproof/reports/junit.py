"""The verdict as JUnit XML: one test case for each requirement, as CI servers read it."""

import re
from xml.etree import ElementTree

from bookproof.evidence import curl
from bookproof.reports.text import plain
from bookproof.tally import Seen
from bookproof.verdict import Row, Verdict


def junit_xml(verdict: Verdict) -> str:
    """Failed rows are failures; rows that were not judged are skipped, with the reason; no verdict is an error."""
    unowned = any(seen.finding.level == "must" for seen in verdict.unowned)
    unjudged = verdict.conclusion == "inconclusive"
    failures = verdict.counts["failed"] + unowned
    skipped = sum(row.outcome in ("untested", "not-applicable", "out-of-scope", "waived") for row in verdict.rows)
    attributes = {
        "name": f"bookproof.{verdict.run.api}",
        "tests": str(len(verdict.rows) + bool(verdict.unowned) + unjudged),
        "failures": str(failures),
        "errors": str(int(unjudged)),
        "skipped": str(skipped),
        "time": f"{verdict.run.seconds:.3f}",
        "timestamp": f"{verdict.run.started:%Y-%m-%dT%H:%M:%S}",
    }
    root = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(root, "testsuite", attributes)
    for row in verdict.rows:
        _case(suite, row, verdict)
    whole = f"bookproof.{verdict.run.api}"
    if unjudged:
        case = ElementTree.SubElement(suite, "testcase", classname=whole, name="the API could be judged", time="0")
        ElementTree.SubElement(case, "error", message=plain(verdict.reason), type="inconclusive")
    if verdict.unowned:
        case = ElementTree.SubElement(
            suite, "testcase", classname=whole, name="faults that no requirement owns", time="0"
        )
        if unowned:
            _failure(case, verdict.unowned, verdict)
        else:
            ElementTree.SubElement(case, "system-out").text = plain(_texts(verdict.unowned, verdict))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(suite: ElementTree.Element, row: Row, verdict: Verdict) -> None:
    requirement = row.requirement
    name = plain(f"{requirement.id} {requirement.statement}")
    classname = f"bookproof.{verdict.run.api}.{re.sub(r'[^a-z0-9]+', '_', (requirement.theme or 'other').lower())}"
    case = ElementTree.SubElement(suite, "testcase", classname=classname, name=name, time="0")
    if row.outcome == "failed":
        _failure(case, row.findings, verdict)
    elif row.outcome == "warned":
        ElementTree.SubElement(case, "system-out").text = plain(_texts(row.findings, verdict))
    elif row.outcome != "passed":
        ElementTree.SubElement(case, "skipped", message=plain(f"{row.outcome}: {row.reason}"))


def _failure(case: ElementTree.Element, findings: tuple[Seen, ...], verdict: Verdict) -> None:
    first = findings[0].finding
    failure = ElementTree.SubElement(case, "failure", message=plain(first.message), type=first.level)
    failure.text = plain(_texts(findings, verdict))


def _texts(findings: tuple[Seen, ...], verdict: Verdict) -> str:
    return "\n\n".join(
        f"{seen.finding.message}\nwhere: {seen.finding.where}\nexpected: {seen.finding.expected}\n"
        f"got: {seen.finding.actual}\n{curl(seen.finding.exchange.request, verdict.run.token_variable)}"
        for seen in findings
    )
