"""Judges traffic that is already there, both sides of it: what the service answered and what the client sent.

The two get a verdict each. A request that breaks the contract is a finding about the client, whatever came back; it is
a finding about the service as well only where the service accepted it. So a client that sends nonsense which is
refused never makes a service violate its contract. Nobody vouched for captured requests, so a refused valid request
is a note, and what the capture does not exercise is excused.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any, Final
from urllib.parse import urlsplit

from bookproof.apis import Api
from bookproof.captures.entries import Entry, Unreadable
from bookproof.errors import NothingRan
from bookproof.exchange import Exchange
from bookproof.findings import Finding, Judgement, Reading
from bookproof.ledger import Ledger
from bookproof.operations import Operation
from bookproof.rules import Call, Rule
from bookproof.schema import Breach, escape
from bookproof.tally import Tally, scrubbed
from bookproof.targets.masking import masked, masking
from bookproof.verdict import Run, Verdict, Waiver, conclude

KEPT: Final = 20
"""How many unreadable entries are kept by name."""
HOSTS_KEPT: Final = 500
"""How many hosts of other APIs are kept by name: the first ones, so that no division of the traffic makes others."""
SETS_KEPT: Final = 10_000
"""How many different sets of requirements that requests kept are counted as such."""

UNEXERCISED: Final = "no exchange of the capture exercises it"

_ELSEWHERE: Final = {401: "request.header/", 403: "request.header/", 404: "request.path/"}
"""Refusals that have a common cause of their own, and where a breach must lie for it to explain them."""
_OTHER_REASONS: Final = frozenset({402, 409, 410, 413, 423, 429})
"""Refusals that speak of money, state, size or pace: they show nothing of the validation of a request."""


@dataclass(slots=True)
class Part:
    """What some traffic comes to. Parts merge in any order: together they say what the whole would.

    unanswered: exchanges whose answer the capture does not hold; skipped: exchanges that passed a proxy unjudged;
    dropped: pieces of history that rules dropped, by partition and rule.
    """

    service: Tally = field(default_factory=Tally)
    client: Tally = field(default_factory=Tally)
    kept: Counter[frozenset[str]] = field(default_factory=Counter)
    """Requirements that valid requests kept, each set with how often."""
    troubles: Counter[str] = field(default_factory=Counter)
    hosts: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    places: list[Unreadable] = field(default_factory=list)
    unanswered: int = 0
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)
    skipped: int = 0

    @property
    def forgotten(self) -> int:
        """How many pieces of history were dropped; rules of one partition drop the same ones."""
        by_partition: dict[str, int] = {}
        for (partition, _), count in self.dropped.items():
            by_partition[partition] = max(by_partition.get(partition, 0), count)
        return sum(by_partition.values())

    def merge(self, other: "Part") -> None:
        """Adds another part."""
        self.service.merge(other.service)
        self.client.merge(other.client)
        self.kept.update(other.kept)
        if len(self.kept) > SETS_KEPT:
            self._settle()
        self.troubles.update(other.troubles)
        self.hosts.update(other.hosts)
        for host in sorted(self.hosts)[HOSTS_KEPT:]:
            del self.hosts[host]
        self.unreadable += other.unreadable
        self.places = sorted([*self.places, *other.places], key=_natural)[:KEPT]
        self.unanswered += other.unanswered
        self.dropped.update(other.dropped)
        self.skipped += other.skipped

    def _settle(self) -> None:
        """Counts what the client kept requirement by requirement."""
        for requirements, count in self.kept.items():
            for requirement in requirements:
                self.client.shown[requirement] += count
        self.kept.clear()

    def unread(self, entry: Unreadable) -> None:
        """Counts an entry that cannot be read."""
        self.unreadable += 1
        self.places = sorted([*self.places, entry], key=_natural)[:KEPT]

    @property
    def broken_off(self) -> str:
        """Why the capture could not be read to its end; empty where it could."""
        return next((f"the capture could not be read to its end: {entry}" for entry in self.places if entry.final), "")

    def verdict(
        self, api: Api, run: Run, waivers: Mapping[str, Waiver] | None = None, secrets: Iterable[str] = ()
    ) -> Verdict:
        """The verdict about the service, with the one about the client in it. secrets: what must not stand in it."""
        known = tuple(secrets)
        client = Tally()
        client.merge(self.client)
        for requirements, count in self.kept.items():
            for requirement in requirements:
                client.shown[requirement] += count
        run = replace(run, capabilities=frozenset(row.capability for row in api.ledger if row.capability))
        judged = conclude(_excused(client, api.ledger), run, api.contract, api.ledger)
        service = Tally()
        service.merge(self.service)
        service.witnesses = {name: masked(exchange, known) for name, exchange in service.witnesses.items()}
        if not service.shown and not any(map(service.exercised, api.ledger.rows)) and not run.interrupted:
            run = replace(run, interrupted=self._nothing())
        verdict = conclude(_excused(service, api.ledger), run, api.contract, api.ledger, waivers)
        return replace(verdict, client=judged, capture=self.remarks())

    def _nothing(self) -> str:
        requests = self.client.requests
        one = f"none of the {requests} requests was" if requests != 1 else "the only request was not"
        return f"nothing was exercised: {one} accepted, and a refusal alone shows nothing"

    def remarks(self) -> dict[str, Any]:
        """What was left out of the judgement, and why."""
        return {
            "foreign": self.service.foreign,
            "unreadable": self.unreadable,
            "unanswered": self.unanswered,
            "forgotten": self.forgotten,
            "skipped": self.skipped,
            "troubles": dict(sorted(self.troubles.items())),
            "places": [str(entry) for entry in self.places],
        }

    def explain_nothing(self, api: Api) -> NothingRan:
        """Why there is no verdict, for a capture none of whose exchanges is of the API."""
        if self.service.foreign:
            named = ", ".join(host for host, _ in sorted(self.hosts.items(), key=lambda item: (-item[1], item[0]))[:3])
            return NothingRan(
                f"None of the {self.service.foreign} exchanges belongs to an operation of {api.name}: "
                f"they went to {named}.",
                hint=f"If one of them serves {api.name}, name its base: --url-prefix https://HOST[/BASE]",
            )
        first = f": {self.places[0]}" if self.places else ""
        return NothingRan(f"No exchange could be read{first}.")


class Auditor:
    """Judges exchanges of one API as they come; `part` holds what they come to so far."""

    def __init__(
        self, api: Api, *, bases: Iterable[str] = (), reading: Reading = "strict", secrets: Iterable[str] = ()
    ) -> None:
        self.part = Part()
        self.secrets = tuple(secrets)
        self._new_judge = partial(api.judge, bases=tuple(bases), reading=reading)
        self._remember_nothing()
        self._dropped: Counter[tuple[str, str]] = Counter()
        self._ledger = api.ledger
        self._throttling = frozenset(api.contract.document.get("info", {}).get("x-throttling-statuses", ()))
        self._optional = {
            operation.id: frozenset(p.name for p in operation.parameters if not p.required and p.place == "header")
            for operation in api.contract.operations.values()
        }
        self._heads: dict[tuple[str, frozenset[str]], frozenset[str]] = {}
        self._owners: Callable[[frozenset[str]], frozenset[str]] = lru_cache(4096)(self._owners_of)

    def _remember_nothing(self) -> None:
        self.judge = self._new_judge()
        self.stateful: list[Rule] = [rule for rule in self.judge.rules.values() if rule.partition]
        """The rules that remember."""

    def lose_track(self) -> None:
        """Forgets what the rules remember: something happened that was not seen, and may have changed anything."""
        if self.stateful:
            self._dropped = self.finish().dropped
            self._remember_nothing()

    def overlook(self, entry: Unreadable) -> None:
        """Passes over an entry that cannot be read, and does not count it."""
        if not entry.harmless:
            self.lose_track()

    def take(self, entry: Entry) -> Judgement | None:
        """Judges one entry; None where it is not of this API or cannot be read."""
        if isinstance(entry, Unreadable):
            self.part.unread(entry)
            self.overlook(entry)
            return None
        part = self.part
        if entry.response is None and entry.error is None:
            if (call := self.ask(entry)) is not None:
                self.judge.doubt(call)
            return None
        if entry.meanwhile:
            own = tuple(request for request in entry.meanwhile if self.judge.path_of(request.url) is not None)
            entry = replace(entry, meanwhile=own)
        judgement = self.judge.observe(entry)
        call = judgement.call
        if call is None:
            part.service.foreign += 1
            self._note_host(entry.request.url)
            return None
        if judgement.enforced and not _explained(call):
            judgement.enforced.clear()
        if judgement.trouble:
            part.troubles[judgement.trouble] += 1
        elif judgement.refusal and call.status in self._throttling and call.response.header("Retry-After"):  # type: ignore[union-attr] # a status is there
            judgement.refusal = ""
            part.troubles[f"the target throttles the client ({call.status})"] += 1
        if judgement.findings or call.breaches:
            found = self.without_secrets([*judgement.findings, *self._about_client(call)])
            judged = len(judgement.findings)
            judgement.findings, sent = found[:judged], found[judged:]
        else:
            sent = []
        part.service.add(judgement)
        self._judge_client(call, sent)
        return judgement

    def finish(self) -> Part:
        """What all exchanges come to."""
        now = Counter({(rule.partition, rule.name): rule.forgotten for rule in self.stateful})
        self.part.dropped = self._dropped + now
        return self.part

    def ask(self, exchange: Exchange) -> Call | None:
        """Judges the client's side of a request alone, which counts as unanswered."""
        call = self.judge.read(exchange)
        if call is None:
            self.part.service.foreign += 1
            self._note_host(exchange.request.url)
        else:
            self.part.unanswered += 1
            self._judge_client(call, self.without_secrets(self._about_client(call)))
        return call

    def _note_host(self, url: str) -> None:
        try:
            split = urlsplit(url)
            host = f"{split.scheme}://{split.netloc.rpartition('@')[2]}"
        except ValueError:
            host = "an address that cannot be read"
        hosts = self.part.hosts
        hosts[host] += 1
        if len(hosts) > HOSTS_KEPT:
            del hosts[max(hosts)]

    # -- the client ----------------------------------------------------------------------------------------

    def _about_client(self, call: Call) -> list[Finding]:
        return [self.finding(call.exchange, breach) for breach in call.breaches]

    def _judge_client(self, call: Call, findings: list[Finding]) -> None:
        client = self.part.client
        client.requests += 1
        if not call.breaches:
            self.part.kept[self._kept_by(call)] += 1
            return
        for finding in findings:
            client.note(finding)
            if finding.requirement:
                client.shown[finding.requirement] += 1

    def finding(self, exchange: Exchange, breach: Breach) -> Finding:
        """A breach of a request as a finding about the client."""
        owner = self._ledger.rules.get(breach.rule) if breach.rule else self._ledger.owner(breach.pointer)
        row = self._ledger[owner].level if owner else "must"
        return Finding(
            owner,
            "should" if "should" in (row, breach.level) else "must",
            f"the client sent what the document forbids: {breach.actual}",
            breach.expected,
            str(exchange.response.status) if exchange.response else "no answer",
            breach.where,
            exchange,
        )

    def without_secrets(self, findings: list[Finding]) -> list[Finding]:
        """Findings of one exchange, fit to be kept and shown."""
        if not findings:
            return findings
        scrubber = masking(findings[0].exchange, self.secrets)
        exchange = scrubber.exchange(replace(findings[0].exchange, meanwhile=()))
        return [scrubbed(finding, exchange, scrubber.text) for finding in findings]

    def _kept_by(self, call: Call) -> frozenset[str]:
        """The requirements that a valid request keeps: those of the keywords that it was held against."""
        operation = call.operation
        request = call.exchange.request
        optional = self._optional[operation.id]
        if optional:
            optional = frozenset([name for name in optional if request.header(name) is not None])
        head = self._heads.get((operation.id, optional))
        if head is None:
            head = self._heads[operation.id, optional] = self._owners_of(frozenset(_head(operation, call, optional)))
        body = operation.body
        schema = next(iter(body.content.values()), None) if body is not None and call.sent is not None else None
        if schema is None or not isinstance(call.sent, dict | list):
            return head
        return _union(head, self._owners(schema.covered(call.sent)))

    def _owners_of(self, pointers: frozenset[str]) -> frozenset[str]:
        return frozenset(owner for owner in map(self._ledger.owner, pointers) if owner)


@lru_cache(4096)
def _union(left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
    return left | right


def _head(operation: Operation, call: Call, optional: frozenset[str]) -> Iterable[str]:
    """The keywords that a valid request of an operation meets outside of its body."""
    if operation.schemes:
        yield f"#/components/securitySchemes/{escape(operation.schemes[0])}"
    for parameter in operation.parameters:
        if parameter.place == "query" or not (parameter.required or parameter.name in optional):
            continue
        if parameter.required:
            yield f"{parameter.pointer}/required"
        yield from (f"{parameter.schema.pointer}/{escape(keyword)}" for keyword in parameter.schema.definition)
    if operation.body is not None and call.exchange.request.body:
        if operation.body.required:
            yield f"{operation.body.pointer}/required"
        yield f"{operation.body.pointer}/content/{escape(next(iter(operation.body.content)))}"


def _explained(call: Call) -> bool:
    """Whether what a request breaks is what its refusal speaks of, as far as its status tells."""
    if call.status in _OTHER_REASONS:
        return False
    place = _ELSEWHERE.get(call.status)
    return place is None or all(breach.where.startswith(place) for breach in call.breaches)


def _excused(tally: Tally, ledger: Ledger) -> Tally:
    for row in ledger:
        if not tally.exercised(row.id):
            tally.leave_untested(row.id, UNEXERCISED, "the capture")
    return tally


def _natural(entry: Unreadable) -> tuple[bool, list[tuple[str, int]]]:
    """Sorts places by file and number, after those that end their files."""
    parts = re.findall(r"(\D*)(\d*)", entry.place.replace(",", ""))
    return not entry.final, [(words, int(digits or 0)) for words, digits in parts]
