"""From a tally to a verdict: one outcome per requirement, with evidence, in the form that verdict.json has."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import accumulate
from typing import Any, Literal

from bookproof import __version__
from bookproof.contract import Contract
from bookproof.evidence import as_evidence, curl
from bookproof.exchange import Exchange
from bookproof.findings import Reading
from bookproof.ledger import Ledger, Requirement
from bookproof.tally import Seen, Tally, Waited, in_words, precedence
from bookproof.variants import Depth

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
SENT_BY_SUITES = frozenset({"live", "reference", "replay"})
"""Kinds of target that bookproof itself sends requests to."""
FINDINGS_KEPT = 10
"""How many different findings of one requirement a report keeps."""
WITNESS_KEPT = 3_000
"""Characters of a body that a report keeps of the exchange which showed a requirement."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A requirement that may fail for a stated reason until a date."""

    requirement: str
    reason: str
    expires: date


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
    waiver: Waiver | None = None
    witness: Exchange | None = None
    """An exchange that shows it, where it passed."""


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
    depth: Depth = "standard"


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
    accepted: int = 0
    """How many valid requests were accepted."""
    document: str = ""
    title: str = ""
    times: Mapping[str, Mapping[float, int]] = field(default_factory=dict)
    waited: Waited = field(default_factory=Waited)
    """How long the run waited, and for what."""
    client: "Verdict | None" = None
    """The verdict about who sent the requests, where that was somebody else than bookproof."""
    capture: Mapping[str, Any] | None = None
    """What was left out of captured traffic: exchanges of others, unreadable entries, answers that are not there."""
    load: Mapping[str, Any] | None = None
    """What a load test adds: rates, times and errors by operation, and what broke only where requests met."""

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
        if self.run.target in SENT_BY_SUITES and not self.accepted:
            return f"no valid request was accepted: {self._first_obstacle}"
        missed = [r for r in self.rows if r.outcome == "untested" and r.requirement.level == "must" and not r.excused]
        if missed:
            named = ", ".join(row.requirement.id for row in missed[:5]) + (" …" if len(missed) > 5 else "")
            return f"{len(missed)} requirements were not reached ({named}): {missed[0].reason}"
        if not any(row.outcome == "passed" for row in self.rows):
            return next((row.reason for row in self.rows if row.outcome == "untested"), "nothing was shown")
        return ""

    @property
    def _first_obstacle(self) -> str:
        return next((row.reason for row in self.rows if row.outcome == "untested"), "none was sent")

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
            "depth": self.run.depth,
            "started": self.run.started.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "seconds": round(self.run.seconds, 3),
            "seed": self.run.seed,
            "verdict": self.conclusion,
            "reason": self.reason or None,
            "counts": self._counted(),
            "requirements": [self._row(row) for row in self.rows],
            "unowned": [self._finding(seen) for seen in self.unowned],
            "readings": {reading: dict(forms) for reading, forms in sorted(self.readings.items())},
            "remains": list(self.remains),
            "title": self.title,
            "document": self.document,
            "capabilities": sorted(self.run.capabilities),
            "timings": {operation: _timing(times) for operation, times in sorted(self.times.items())},
            **({"waited": _waits(self.waited)} if self.waited != Waited() else {}),
            **({"client": self.client.in_brief()} if self.client else {}),
            **({"capture": dict(self.capture)} if self.capture is not None else {}),
            **({"load": dict(self.load)} if self.load is not None else {}),
        }

    def in_brief(self) -> dict[str, Any]:
        """What the verdict found, and what it rests on; without the rows that nothing exercised."""
        return {
            "verdict": self.conclusion,
            "reason": self.reason or None,
            "counts": self._counted(),
            "requirements": [
                {
                    "id": row.requirement.id,
                    "level": row.requirement.level,
                    "outcome": row.outcome,
                    "exchanges": row.exchanges,
                    "findings": [self._finding(seen) for seen in row.findings],
                }
                for row in self.rows
                if row.exchanges or row.findings
            ],
            "unowned": [self._finding(seen) for seen in self.unowned],
        }

    def _counted(self) -> dict[str, Any]:
        counts = self.counts
        return {"requests": self.requests, "requirements": {outcome: counts[outcome] for outcome in OUTCOMES}}

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
            "reading": requirement.reading,
            "provenance": requirement.provenance,
            "capability": requirement.capability,
            "owns": list(requirement.owns),
            "rule": requirement.rule,
            "shown_by": list(requirement.shown_by),
            "witness": row.witness and witness(row.witness),
            "waiver": row.waiver and {"reason": row.waiver.reason, "expires": row.waiver.expires.isoformat()},
        }

    def _finding(self, seen: Seen) -> dict[str, Any]:
        finding = seen.finding
        return {
            "level": finding.level,
            **in_words(finding),
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
        row = _row(requirement, tally, run, found.get(requirement.id, []), waivers or {})
        rows[requirement.id] = _left_out(row, contract) if row.outcome == "untested" and tally.accepted.total() else row
    summing = [requirement for requirement in ledger if requirement.shown_by]
    for _ in range(3):  # a summary may sum up a summary; three steps are more than any ledger has
        for requirement in summing:
            rows[requirement.id] = _sum_up(rows[requirement.id], [rows[part] for part in requirement.shown_by])
    return Verdict(
        run=run,
        contract_version=contract.version,
        contract_sha256=contract.sha256,
        rows=tuple(rows.values()),
        unowned=tuple(sorted(found.get("", ()), key=lambda seen: precedence(seen.finding))),
        requests=tally.requests,
        readings=tally.readings,
        remains=tuple(tally.remains),
        accepted=tally.accepted.total(),
        document=ledger.document,
        title=ledger.title,
        times=tally.times,
        waited=tally.waited,
    )


def _row(requirement: Requirement, tally: Tally, run: Run, found: list[Seen], waivers: Mapping[str, Waiver]) -> Row:
    exercised = tally.exercised(requirement.id)
    found.sort(key=lambda seen: (seen.finding.level, *precedence(seen.finding), seen.finding.where))
    kept = tuple(found[:FINDINGS_KEPT])
    if requirement.out_of_scope:
        return Row(requirement, "out-of-scope", 0, reason=requirement.out_of_scope)
    if found:
        failed = any(seen.finding.level == "must" for seen in found)
        waiver = waivers.get(requirement.id)
        if waiver:
            reason = f"waived until {waiver.expires}: {waiver.reason}"
            return Row(requirement, "waived", exercised, kept, reason, waiver=waiver)
        return Row(requirement, "failed" if failed else "warned", exercised, kept)
    if requirement.capability and requirement.capability not in run.capabilities:
        reason = f"the target does not declare the capability {requirement.capability}"
        return Row(requirement, "not-applicable", 0, reason=reason)
    reason, blocked_by = tally.untested.get(requirement.id, ("", None))
    if exercised and not (requirement.demonstrable and reason):
        return Row(requirement, "passed", exercised, witness=tally.witnesses.get(requirement.id))
    if run.depth == "smoke" and not run.interrupted:
        return Row(requirement, "untested", exercised, reason=reason or "a smoke run leaves it out", excused=True)
    reason = reason or run.interrupted or "no exchange exercised it"
    return Row(requirement, "untested", exercised, reason=reason, excused=blocked_by is not None)


def _left_out(row: Row, contract: Contract) -> Row:
    """A row that speaks of properties which an answer may leave out is excused where every answer did."""
    requirement = row.requirement
    if requirement.rule or not requirement.owns or not all(map(contract.optional, requirement.owns)):
        return row
    return replace(row, reason="every answer left it out, as it may", excused=True)


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
        seen = row.witness or next((part.witness for part in judged if part.witness), None)
        return Row(requirement, "passed", exchanges, witness=seen)
    excused = hindrance.outcome != "untested" or hindrance.excused
    return Row(
        requirement,
        "untested",
        exchanges,
        reason=f"see {hindrance.requirement.id} ({hindrance.outcome})",
        excused=excused,
    )


def _timing(times: Mapping[float, int]) -> dict[str, Any]:
    """How many answers an operation gave, and the seconds they took."""
    count, ordered = sum(times.values()), sorted(times)
    reached = list(accumulate(times[seconds] for seconds in ordered))
    return {
        "exchanges": count,
        "median": next(s for s, n in zip(ordered, reached, strict=True) if n >= count * 0.5),
        "p95": next(s for s, n in zip(ordered, reached, strict=True) if n >= count * 0.95),
        "longest": ordered[-1],
    }


def _waits(waited: Waited) -> dict[str, Any]:
    """How long a run waited, in seconds: for its own rate, and for how many answers that asked it to."""
    return {"rate": round(waited.rate, 3), "throttled": round(waited.throttled, 3), "answers": waited.answers}


def example(exchange: Exchange, token_variable: str = "") -> dict[str, Any]:
    """An exchange as evidence: request, response and a curl command that sends it again."""
    return {
        **as_evidence(exchange),
        "curl": curl(exchange.request, token_variable),
        "test": exchange.intent.test,
    }


def witness(exchange: Exchange) -> dict[str, Any]:
    """An exchange that shows a requirement, in brief."""
    return {**as_evidence(exchange, WITNESS_KEPT), "test": exchange.intent.test}
