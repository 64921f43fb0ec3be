"""Judges the traffic of a load test: each act by itself, what all of them must agree on besides.

An act works on resources of its own, one request after the other, so its exchanges are judged by a Judge whose rules
have seen nothing else: other users are other clients of the account to it, which rules allow for. Requests that an act
sends at once overlap; each is judged by itself alone, since no rule may conclude anything from their order, and what
must be true afterwards the act claims. Identities are compared over all acts.
"""

import math
import re
from collections import Counter, OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final

from bookproof.apis import Api
from bookproof.apis.acting import Repertoire, repertoire
from bookproof.exchange import Exchange
from bookproof.findings import Finding, Judgement, Reading
from bookproof.judge import Judge
from bookproof.rules import Call
from bookproof.tally import Seen, Tally, precedence, scrubbed
from bookproof.targets.masking import masked, masking
from bookproof.targets.secrets import Scrubber

REMEMBERED: Final = 500_000
"""How many identities are compared; the oldest are dropped."""

UNIQUE: Final = "unique-ids"
"""The rule that an identity which was given twice breaks."""

LATEST: Final = 20.0
"""Seconds after which every deletion has been answered or given up."""

ALONE: Final = "alone "
"""How the name of an act begins that is played again, by itself, to see whether it breaks anything then."""

Found = tuple[str, ...]
"""What makes two findings the same one."""


def same_as(finding: Finding) -> Found:
    """What a finding shares with all that count as the same one: requirement, level, message and place."""
    message, place = finding.message.partition(":")[0], re.sub(r"/\d+", "/*", finding.where)
    return finding.requirement or "", finding.level, re.sub(r"\b\d+/", "*/", message), place


def earliest(tally: Tally) -> dict[Found, Seen]:
    """The earliest of the findings that count as the same one, with how often all of them were seen."""
    found: dict[Found, Seen] = {}
    for seen in sorted(tally.findings.values(), key=lambda seen: precedence(seen.finding)):
        known = found.setdefault(same_as(seen.finding), Seen(seen.finding, 0))
        known.count += seen.count
    return found


@dataclass(frozen=True, slots=True)
class Birth:
    """When an identity was given: seconds since the epoch from the request's start to the answer's end."""

    started: float
    ended: float


@dataclass(frozen=True, slots=True)
class Twice:
    """An identity that was given a second time; again: by an act that was played again."""

    identity: Hashable
    first: Birth
    second: Birth
    finding: Finding
    again: bool


@dataclass(slots=True)
class Outcome:
    """What the traffic of one process comes to. Outcomes merge in any order.

    violations: exchanges by operation that broke a `must`; repeated: acts that were played again by themselves; alone:
    findings that were met again then; troubles: answers about pace or credentials.
    """

    tally: Tally = field(default_factory=Tally)
    violations: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    repeated: set[str] = field(default_factory=set)
    alone: set[Found] = field(default_factory=set)

    def merge(self, other: "Outcome") -> None:
        """Adds the outcome of another process."""
        self.tally.merge(other.tally)
        self.violations.update(other.violations)
        self.troubles.update(other.troubles)
        self.acts.update(other.acts)
        self.repeated |= other.repeated
        self.alone |= other.alone


class Bench:
    """Takes in exchanges as they end. `bases`, `reading`: as for a Judge; scrubber: knows the run's secrets."""

    def __init__(self, api: Api, *, bases: list[str], reading: Reading, scrubber: Scrubber | None = None) -> None:
        self.outcome = Outcome()
        self.scrubber = scrubber or Scrubber()
        self._api = api
        self._repertoire: Repertoire = repertoire(api)
        self._first = api.judge(bases=bases, reading=reading)
        self._lanes: dict[str, Judge] = {}
        self._births: OrderedDict[Hashable, Birth] = OrderedDict()
        self._deaths: OrderedDict[Hashable, float] = OrderedDict()
        self._twice: list[Twice] = []
        self._again: set[Found] = set()
        self._settled: list[Finding] = []

    def take(self, act: str, exchange: Exchange, *, at_once: bool = False) -> list[Finding]:
        """Judges an exchange of an act; at_once: others of the same act were under way."""
        exchange = self.scrubber.exchange(exchange)
        judgement = self._judge(act, at_once=at_once).observe(exchange)
        call = judgement.call
        if call is None:
            return []
        again = act.startswith(ALONE)
        if call.accepted or call.status == 0 or call.status >= 500:
            self._compare(call, judgement, again=again)
        if again:
            self._again.update(map(same_as, judgement.findings))
            return []
        if judgement.trouble:
            self.outcome.troubles[judgement.trouble] += 1
        self.outcome.tally.add(judgement)
        self.outcome.violations[call.operation.id] += any(f.level == "must" for f in judgement.findings)
        settled, self._settled = self._settled, []
        return judgement.findings + settled

    def claim(self, act: str, rule: str, holds: bool, exchange: Exchange, said: tuple[str, str, str]) -> list[Finding]:
        """Takes in what an act knows; said: the place, what was expected there, and what was found."""
        owner = self._api.ledger.rules.get(rule)
        if owner is None:
            return []
        where, expected, actual = said
        place = where.partition("/")[2] or "the answer"
        exchange = self.scrubber.exchange(exchange)
        message = f"{place} is wrong after requests that met"
        finding = Finding(owner, self._api.ledger[owner].level, message, expected, actual, where, exchange)
        if act.startswith(ALONE):
            if not holds:
                self._again.add(same_as(finding))
            return []
        self.outcome.tally.shown[owner] += 1
        if holds:
            return []
        self.outcome.tally.note(finding)
        call = self._first.read(exchange)
        if call is not None:
            self.outcome.violations[call.operation.id] += finding.level == "must"
        return [finding]

    def end(self, act: str) -> None:
        """Forgets an act that is over."""
        self._lanes.pop(act, None)
        if act.startswith(ALONE):
            self.outcome.repeated.add(act.removeprefix(ALONE))
        else:
            self.outcome.acts[act.partition(" ")[0]] += 1

    def broken(self) -> list[str]:
        """The acts that met a finding first, so that they can be played again."""
        self._settle()
        return list(dict.fromkeys(seen.finding.exchange.intent.test for seen in earliest(self.outcome.tally).values()))

    def finish(self) -> Outcome:
        """What everything comes to."""
        self._settle()
        self.outcome.alone |= self._again
        self._hide_issued()
        return self.outcome

    def _hide_issued(self) -> None:
        """Takes out what the target itself gave away, tokens for example: of the few exchanges that are kept."""
        tally = self.outcome.tally
        for seen in tally.findings.values():
            hiding = masking(seen.finding.exchange)
            seen.finding = scrubbed(seen.finding, hiding.exchange(seen.finding.exchange), hiding.text)
        tally.witnesses = {name: masked(exchange) for name, exchange in tally.witnesses.items()}

    def _judge(self, act: str, *, at_once: bool) -> Judge:
        if at_once:
            # Whatever the act saw before may have been changed by requests whose order nobody knows.
            self._lanes.pop(act, None)
            return self._first.afresh(self._api.rules())
        judge = self._lanes.get(act)
        if judge is None:
            judge = self._lanes[act] = self._first.afresh(self._api.rules())
        return judge

    def _compare(self, call: Call, judgement: Judgement, *, again: bool) -> None:
        """Remembers identities that are given and taken; notes those that are given twice."""
        gone = self._repertoire.gone(call.operation.id, call.path)
        if gone is not None:
            self._deaths[gone] = call.exchange.started  # also where no answer tells whether it was done
            _bound(self._deaths)
            return
        if not call.accepted:
            return
        identity = self._repertoire.born(call.operation.id, call.answered)
        owner = self._api.ledger.rules.get(UNIQUE)
        if identity is None or owner is None or not call.conforming:
            return
        judgement.shown.add(owner)
        birth = Birth(call.exchange.started, call.exchange.started + call.exchange.elapsed)
        earlier = self._births.get(identity)
        self._births[identity] = birth
        _bound(self._births)
        known = any(finding.requirement == owner for finding in judgement.findings)
        if earlier is not None and not known:
            level = self._api.ledger[owner].level
            expected, place = "an identity that nothing else has", self._repertoire.PLACE
            actual = f"{identity} once more"
            message = f"{place.partition('/')[2]} is wrong"
            finding = Finding(owner, level, message, expected, actual, place, call.exchange)
            self._twice.append(Twice(identity, earlier, birth, finding, again))
        if self._twice and self._twice[0].second.ended < birth.ended - LATEST:
            self._settled += self._settle(birth.ended - LATEST)

    def _settle(self, before: float = math.inf) -> list[Finding]:
        """Turns identities that were given twice into findings, unless the first may have been free again by then.

        before: until when they were given; a deletion may be answered after what it made room for.
        """
        ripe = [twice for twice in self._twice if twice.second.ended < before]
        self._twice = [twice for twice in self._twice if twice.second.ended >= before]
        found = []
        for twice in ripe:
            died = self._deaths.get(twice.identity)
            freed = died is not None and twice.first.started <= died <= twice.second.ended
            if freed and not self._repertoire.GIVEN_ONCE:
                continue
            if twice.again:
                self._again.add(same_as(twice.finding))
            else:
                self.outcome.tally.note(twice.finding)
                self.outcome.violations[_operation(self._api, twice.finding)] += twice.finding.level == "must"
                found.append(twice.finding)
        return found


def _operation(api: Api, finding: Finding) -> str:
    return api.ledger[finding.requirement].operation if finding.requirement else ""


def _bound(kept: OrderedDict[Hashable, Birth] | OrderedDict[Hashable, float]) -> None:
    if len(kept) > REMEMBERED:
        kept.popitem(last=False)
