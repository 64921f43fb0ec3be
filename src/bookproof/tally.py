"""What the judgements of a run add up to. Tallies of parts merge in any order and make the tally of the whole."""

import re
from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bookproof.evidence import held
from bookproof.exchange import Exchange
from bookproof.findings import Finding, Judgement

KINDS_KEPT: Final = 50
"""Kinds of findings that are kept of one requirement, whatever the size of the traffic."""

Kind = tuple[str, ...]
"""What findings share that count as one: requirement, level, the head of the message, the place."""


@dataclass(slots=True)
class Seen:
    """A finding with how often it was seen; the finding itself is the earliest one."""

    finding: Finding
    count: int = 1


@dataclass(slots=True)
class Waited:
    """Seconds that a run waited: for its own rate, and because `answers` of the target asked it to."""

    rate: float = 0.0
    throttled: float = 0.0
    answers: int = 0

    @property
    def in_words(self) -> str:
        """How long the run waited, and for what; empty where it did not."""
        reasons = []
        if self.answers:
            many = f"{self.answers} answers" if self.answers > 1 else "one answer"
            reasons.append(f"{self.throttled:.1f} s for {many} that asked to")
        if self.rate:
            reasons.append(f"{self.rate:.1f} s for its own rate")
        return f"waited {' and '.join(reasons)}" if reasons else ""


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
    findings: dict[Kind, Seen] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    untested: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    readings: dict[str, Counter[str]] = field(default_factory=dict)
    remains: list[str] = field(default_factory=list)
    times: dict[str, Counter[float]] = field(default_factory=dict)
    """Seconds that answers took, to two digits, by operation; what came from a recording took none."""
    waited: Waited = field(default_factory=Waited)
    witnesses: dict[str, Exchange] = field(default_factory=dict)
    """The first exchange that put each requirement to the test."""
    _kinds: dict[str, list[Kind]] = field(default_factory=dict, compare=False)
    """The kinds of findings that are kept of each requirement, in order."""
    _latest: float = field(default=-1.0, compare=False)
    """When the last of the witnesses was sent: what comes after it is none."""

    def add(self, judgement: Judgement) -> None:
        """Counts one judgement."""
        if judgement.call is None:
            self.foreign += 1
            return
        self.requests += 1
        call = judgement.call
        operation, whole = call.operation.id, call.exchange
        exchange = held(whole)
        if elapsed := exchange.elapsed:
            times = self.times.get(operation)
            if times is None:
                times = self.times[operation] = Counter()
            times[float(f"{elapsed:.1e}")] += 1
        self.accepted[operation] += call.accepted and not call.breaches
        self.shown.update(judgement.shown)
        tested = judgement.shown | judgement.enforced if judgement.enforced else judgement.shown
        if exchange.started <= self._latest or not tested <= self.witnesses.keys():
            self._bear_witness(exchange, tested)
        if judgement.enforced:
            self.enforced.setdefault(operation, Counter()).update(judgement.enforced)
        if judgement.refusal:
            self.refusals[operation] += 1
        for taken in judgement.readings:
            forms = self.readings.get(taken.reading)
            if forms is None:
                forms = self.readings[taken.reading] = Counter()
            forms[taken.form] += 1
        for finding in judgement.findings:
            self.note(finding if exchange is whole else replace(finding, exchange=exchange))

    def _bear_witness(self, exchange: Exchange, tested: Iterable[str]) -> None:
        """Makes an exchange the witness of what it tested, where it is earlier than the one that is known."""
        for requirement in tested:
            known = self.witnesses.get(requirement)
            if known is None or (known.started >= exchange.started and _order(exchange) < _order(known)):
                self.witnesses[requirement] = exchange
                self._latest = max(self._latest, exchange.started)

    def exercised(self, requirement: str) -> int:
        """How many exchanges put a requirement to the test.

        An operation that accepts nothing valid shows nothing by refusing what is broken.
        """
        refusals = sum(c[requirement] for operation, c in self.enforced.items() if self.accepted[operation])
        return self.shown[requirement] + refusals

    def note(self, finding: Finding) -> None:
        """Counts one finding; the same one at the same place is kept once."""
        if (short := held(finding.exchange)) is not finding.exchange:
            finding = replace(finding, exchange=short)
        self._keep(Seen(finding))

    def _keep(self, seen: Seen) -> None:
        """Adds a finding; of too many kinds the same ones are left out, in whatever order and parts they come."""
        place = re.sub(r"/\d+", "/*", seen.finding.where)
        requirement = seen.finding.requirement or ""
        kind = (requirement, seen.finding.level, seen.finding.message.split(":")[0], place)
        known = self.findings.get(kind)
        if known is not None:
            known.count += seen.count
            known.finding = min(known.finding, seen.finding, key=precedence)
            return
        kinds = self._kinds.setdefault(requirement, [])
        if len(kinds) == KINDS_KEPT:  # "must" stands before "should", and is kept before it
            if kind > kinds[-1]:
                return
            del self.findings[kinds.pop()]
        self.findings[kind] = seen
        insort(kinds, kind)

    def leave_untested(self, requirement: str, reason: str, blocked_by: str | None = None) -> None:
        """Notes why a requirement could not be exercised. Of several reasons one that excuses it stands, then the first
        by the alphabet: it must not depend on who met them when.
        """
        given = (reason, blocked_by)
        known = self.untested.get(requirement, given)
        self.untested[requirement] = min(known, given, key=lambda one: (one[1] is None, *map(str, one)))

    def merge(self, other: "Tally") -> None:
        """Adds another tally of the same run; in which order tallies are added makes no difference."""
        self.requests += other.requests
        self.accepted.update(other.accepted)
        self.foreign += other.foreign
        self.shown.update(other.shown)
        for operation, refusals in other.enforced.items():
            self.enforced.setdefault(operation, Counter()).update(refusals)
        self.refusals.update(other.refusals)
        for seen in other.findings.values():
            self._keep(Seen(seen.finding, seen.count))
        for requirement, reason in other.untested.items():
            self.leave_untested(requirement, *reason)
        for reading, seen_forms in other.readings.items():
            self.readings.setdefault(reading, Counter()).update(seen_forms)
        self.remains = (
            sorted(self.remains + other.remains) if self.remains and other.remains else (self.remains + other.remains)
        )
        for operation, times in other.times.items():
            self.times.setdefault(operation, Counter()).update(times)
        self.waited.rate += other.waited.rate
        self.waited.throttled += other.waited.throttled
        self.waited.answers += other.waited.answers
        for requirement, exchange in other.witnesses.items():
            known_witness = self.witnesses.setdefault(requirement, exchange)
            self.witnesses[requirement] = min(known_witness, exchange, key=_order)
            self._latest = max(self._latest, exchange.started)


def scrubbed(finding: Finding, exchange: Exchange, scrub: Callable[[str], str]) -> Finding:
    """A finding without secrets; its exchange has none any more. Its place is made of the contract's own names."""
    message, expected, actual = map(scrub, (finding.message, finding.expected, finding.actual))
    return replace(finding, exchange=exchange, message=message, expected=expected, actual=actual)


def in_words(finding: Finding) -> dict[str, str]:
    """What a finding says and where, as JSON values."""
    return {
        "message": finding.message,
        "expected": finding.expected,
        "actual": finding.actual,
        "where": finding.where,
    }


def precedence(finding: Finding) -> tuple[Any, ...]:
    """Puts findings in an order of their own, earliest first, so that it does not depend on who met them when."""
    exchange = finding.exchange
    request, response = exchange.request, exchange.response
    return (
        exchange.started,
        request.url,
        request.body,
        response.status if response else 0,
        response.body if response else b"",
        finding.message,
        finding.actual,
        request.headers,
    )


def _order(exchange: Exchange) -> tuple[Any, ...]:
    """Puts exchanges in an order of their own, earliest first."""
    answered = (exchange.response.status, exchange.response.body) if exchange.response else (0, b"")
    return (exchange.started, exchange.request.url, exchange.request.body, answered)
