"""From judgements to a verdict: one outcome per requirement, with evidence.

A Tally collects what a run's judgements say and merges with another tally in any order; a Verdict is what it
comes to, in the form that verdict.json has.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

from bookproof import __version__
from bookproof.contract import Contract
from bookproof.exchange import Exchange
from bookproof.judge import Finding, Judgement, Reading
from bookproof.ledger import Ledger, Requirement

Outcome = Literal["passed", "failed", "warned", "waived", "untested", "not-applicable", "out-of-scope"]
Conclusion = Literal["conforms", "violates", "inconclusive"]

OUTCOMES: tuple[Outcome, ...] = (
    "failed",
    "warned",
    "untested",
    "waived",
    "passed",
    "not-applicable",
    "out-of-scope",
)
EXIT_CODES: Mapping[Conclusion, int] = {"conforms": 0, "violates": 1, "inconclusive": 3}
FINDINGS_KEPT = 10
"""How many different findings of one requirement a report keeps."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A requirement that may fail for a stated reason until a date."""

    requirement: str
    reason: str
    expires: date


@dataclass(slots=True)
class Seen:
    """A finding with how often it was seen; the finding itself is the first one."""

    finding: Finding
    count: int = 1


@dataclass(slots=True)
class Tally:
    """What the judgements of a run add up to."""

    requests: int = 0
    foreign: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    """Accepted valid requests by operation."""
    shown: Counter[str] = field(default_factory=Counter)
    enforced: dict[str, Counter[str]] = field(default_factory=dict)
    """Refusals of broken requests by operation and requirement."""
    findings: dict[tuple[str, ...], Seen] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    untested: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    readings: dict[str, Counter[str]] = field(default_factory=dict)
    remains: list[str] = field(default_factory=list)

    def add(self, judgement: Judgement) -> None:
        """Counts one judgement."""
        if judgement.call is None:
            self.foreign += 1
            return
        self.requests += 1
        operation = judgement.call.operation.id
        self.accepted[operation] += judgement.call.accepted and judgement.call.conforming
        self.shown.update(judgement.shown)
        if judgement.enforced:
            self.enforced.setdefault(operation, Counter()).update(judgement.enforced)
        if judgement.refusal:
            self.refusals[judgement.call.operation.id] += 1
        for taken in judgement.readings:
            self.readings.setdefault(taken.reading, Counter())[taken.form] += 1
        for finding in judgement.findings:
            self.note(finding)

    def exercised(self, requirement: str) -> int:
        """How many exchanges put a requirement to the test.

        An operation that accepts nothing valid shows nothing by refusing what is broken.
        """
        refusals = sum(c[requirement] for operation, c in self.enforced.items() if self.accepted[operation])
        return self.shown[requirement] + refusals

    def note(self, finding: Finding) -> None:
        """Counts one finding; the same one at the same place is kept once."""
        place = re.sub(r"/\d+", "/*", finding.where)
        key = (finding.requirement or "", finding.level, finding.message.split(":")[0], place)
        known = self.findings.get(key)
        if known:
            known.count += 1
        else:
            self.findings[key] = Seen(finding)

    def leave_untested(self, requirement: str, reason: str, blocked_by: str | None = None) -> None:
        """Notes why a requirement could not be exercised; the first reason stands."""
        self.untested.setdefault(requirement, (reason, blocked_by))

    def merge(self, other: "Tally") -> None:
        """Adds another tally of the same run."""
        self.requests += other.requests
        self.accepted.update(other.accepted)
        self.foreign += other.foreign
        self.shown.update(other.shown)
        for operation, refusals in other.enforced.items():
            self.enforced.setdefault(operation, Counter()).update(refusals)
        self.refusals.update(other.refusals)
        for key, seen in other.findings.items():
            if key in self.findings:
                self.findings[key].count += seen.count
            else:
                self.findings[key] = Seen(seen.finding, seen.count)
        for requirement, reason in other.untested.items():
            self.untested.setdefault(requirement, reason)
        for reading, seen_forms in other.readings.items():
            self.readings.setdefault(reading, Counter()).update(seen_forms)
        self.remains += other.remains


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement with what the run says of it."""

    requirement: Requirement
    outcome: Outcome
    exchanges: int
    findings: tuple[Seen, ...] = ()
    reason: str = ""
    excused: bool = False
    """Untested for a cause that another row or an undeclared fixture explains."""


@dataclass(frozen=True, slots=True)
class Run:
    """What was judged, and how."""

    api: str
    target: str
    url: str
    reading: Reading = "strict"
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 0.0
    seed: int = 1
    capabilities: frozenset[str] = frozenset()
    token_variable: str = ""
    interrupted: str = ""
    """Why the run ended early; empty where it did not."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run says of an API."""

    run: Run
    contract_version: str
    contract_sha256: str
    rows: tuple[Row, ...]
    unowned: tuple[Seen, ...]
    requests: int
    readings: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    remains: tuple[str, ...] = ()

    @property
    def counts(self) -> Counter[str]:
        """Rows by outcome."""
        return Counter(row.outcome for row in self.rows)

    @property
    def conclusion(self) -> Conclusion:
        """The verdict in one word."""
        if self.counts["failed"] or any(seen.finding.level == "must" for seen in self.unowned):
            return "violates"
        return "inconclusive" if self.reason else "conforms"

    @property
    def reason(self) -> str:
        """Why the verdict is inconclusive; empty where it is not."""
        if self.run.interrupted:
            return self.run.interrupted
        if not any(row.exchanges for row in self.rows):
            return "nothing was exercised"
        missed = [r for r in self.rows if r.outcome == "untested" and r.requirement.level == "must" and not r.excused]
        if missed:
            named = ", ".join(row.requirement.id for row in missed[:5]) + (" …" if len(missed) > 5 else "")
            return f"{len(missed)} requirements were not reached ({named}): {missed[0].reason}"
        if not any(row.outcome == "passed" for row in self.rows):
            return next((row.reason for row in self.rows if row.outcome == "untested"), "nothing was shown")
        return ""

    @property
    def exit_code(self) -> int:
        """0 conforms, 1 violates, 3 could not judge."""
        return EXIT_CODES[self.conclusion]

    def as_json(self) -> dict[str, Any]:
        """The verdict in format 1."""
        return {
            "format": 1,
            "bookproof": __version__,
            "api": self.run.api,
            "contract": {"version": self.contract_version, "sha256": self.contract_sha256},
            "target": {"kind": self.run.target, "url": self.run.url},
            "reading": self.run.reading,
            "started": self.run.started.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "seconds": round(self.run.seconds, 3),
            "seed": self.run.seed,
            "verdict": self.conclusion,
            "reason": self.reason or None,
            "counts": {
                "requests": self.requests,
                "requirements": {outcome: self.counts[outcome] for outcome in OUTCOMES},
            },
            "requirements": [self._row(row) for row in self.rows],
            "unowned": [self._finding(seen) for seen in self.unowned],
            "readings": {reading: dict(forms) for reading, forms in sorted(self.readings.items())},
            "remains": list(self.remains),
        }

    def _row(self, row: Row) -> dict[str, Any]:
        requirement = row.requirement
        return {
            "id": requirement.id,
            "level": requirement.level,
            "statement": requirement.statement,
            "quote": requirement.quote,
            "lines": requirement.lines,
            "theme": requirement.theme,
            "operation": requirement.operation,
            "outcome": row.outcome,
            "reason": row.reason or None,
            "exchanges": row.exchanges,
            "findings": [self._finding(seen) for seen in row.findings],
        }

    def _finding(self, seen: Seen) -> dict[str, Any]:
        finding = seen.finding
        return {
            "level": finding.level,
            "message": finding.message,
            "expected": finding.expected,
            "actual": finding.actual,
            "where": finding.where,
            "seen": seen.count,
            "example": example(finding.exchange, self.run.token_variable),
        }


def conclude(
    tally: Tally, run: Run, contract: Contract, ledger: Ledger, waivers: Mapping[str, Waiver] | None = None
) -> Verdict:
    """The verdict that a tally comes to."""
    found: dict[str, list[Seen]] = {}
    for seen in tally.findings.values():
        found.setdefault(seen.finding.requirement or "", []).append(seen)
    rows: dict[str, Row] = {}
    for requirement in ledger:
        rows[requirement.id] = _row(requirement, tally, run, found.get(requirement.id, []), waivers or {})
    summing = [requirement for requirement in ledger if requirement.shown_by]
    for _ in range(3):  # a summary may sum up a summary; three steps are more than any ledger has
        for requirement in summing:
            rows[requirement.id] = _sum_up(rows[requirement.id], [rows[part] for part in requirement.shown_by])
    return Verdict(
        run=run,
        contract_version=contract.version,
        contract_sha256=contract.sha256,
        rows=tuple(rows.values()),
        unowned=tuple(found.get("", ())),
        requests=tally.requests,
        readings=tally.readings,
        remains=tuple(tally.remains),
    )


def _row(requirement: Requirement, tally: Tally, run: Run, found: list[Seen], waivers: Mapping[str, Waiver]) -> Row:
    exercised = tally.exercised(requirement.id)
    found.sort(key=lambda seen: seen.finding.level)
    kept = tuple(found[:FINDINGS_KEPT])
    if requirement.out_of_scope:
        return Row(requirement, "out-of-scope", 0, reason=requirement.out_of_scope)
    if found:
        failed = any(seen.finding.level == "must" for seen in found)
        waiver = waivers.get(requirement.id)
        if waiver:
            reason = f"waived until {waiver.expires}: {waiver.reason}"
            return Row(requirement, "waived", exercised, kept, reason)
        return Row(requirement, "failed" if failed else "warned", exercised, kept)
    if requirement.capability and requirement.capability not in run.capabilities:
        reason = f"the target does not declare the capability {requirement.capability}"
        return Row(requirement, "not-applicable", 0, reason=reason)
    reason, blocked_by = tally.untested.get(requirement.id, ("", None))
    if exercised and not (requirement.demonstrable and reason):
        return Row(requirement, "passed", exercised)
    reason = reason or run.interrupted or "no exchange exercised it"
    return Row(requirement, "untested", exercised, reason=reason, excused=blocked_by is not None)


def _sum_up(row: Row, parts: list[Row]) -> Row:
    """A summary passes with its parts; otherwise it points at the part that stands in its way."""
    if row.outcome in ("failed", "warned", "waived", "out-of-scope", "not-applicable"):
        return row
    requirement = row.requirement
    judged = [part for part in parts if part.outcome not in ("out-of-scope", "not-applicable")]
    if not judged:
        first = parts[0]
        return Row(requirement, first.outcome, 0, reason=f"see {first.requirement.id}: {first.reason}")
    if requirement.rule and not row.exchanges:
        return row
    hindrance = next((part for part in judged if part.outcome != "passed"), None)
    exchanges = sum(part.exchanges for part in judged)
    if hindrance is None:
        return Row(requirement, "passed", exchanges)
    excused = hindrance.outcome != "untested" or hindrance.excused
    return Row(
        requirement,
        "untested",
        exchanges,
        reason=f"see {hindrance.requirement.id} ({hindrance.outcome})",
        excused=excused,
    )


def example(exchange: Exchange, token_variable: str = "") -> dict[str, Any]:
    """An exchange as evidence: request, response and a curl command that sends it again."""
    from bookproof.evidence import as_evidence, curl

    return {**as_evidence(exchange), "curl": curl(exchange.request, token_variable)}
