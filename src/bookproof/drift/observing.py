"""What recorded answers look like: which properties, types, statuses and media types stood where, and how often.

Nothing of the values is kept, but for those of properties whose values the contract lists.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bookproof.apis import Api
from bookproof.captures.entries import Entry, Unreadable
from bookproof.contract import media_type
from bookproof.drift.places import ITEMS, Facts, Places, type_of
from bookproof.exchange import ABSENT, InvalidJson, brief
from bookproof.judge import Judge
from bookproof.rules import Call

PLACES_KEPT: Final = 3_000
"""Places of one kind of answer that are told apart."""
VALUES_KEPT: Final = 50
"""Values of one listed property that are told apart."""
_DEEPEST: Final = 32
_KEY_OF_A_MAP: Final = re.compile(r"[\d.:-]+|[0-9a-fA-F-]{16,}|(?=.*\d)[\w-]{20,}")
"""Names that are ids, dates or numbers: the object is a map, and they are its keys."""


@dataclass(slots=True)
class Seen:
    """How often something was seen. sources: by which addresses, where reading one record again shows nothing new."""

    count: int = 0
    sources: set[int] = field(default_factory=set)

    def add(self, source: int | None) -> None:
        """Counts once more."""
        self.count += 1
        if source is not None:
            self.sources.add(source)

    def merge(self, other: "Seen") -> None:
        """Adds what another has counted."""
        self.count += other.count
        self.sources |= other.sources

    @property
    def weight(self) -> int:
        """How many independent sightings there were."""
        return len(self.sources) or self.count


Place = tuple[str, bool | None]
"""A path within an answer; for a property that the request may hold too, whether that request held it."""


@dataclass(slots=True)
class Answers:
    """Answers of one kind, added up. holders: how often each place could have been there."""

    count: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    media: Counter[str] = field(default_factory=Counter)
    present: dict[Place, Seen] = field(default_factory=dict)
    holders: dict[Place, Seen] = field(default_factory=dict)
    objects: dict[str, Seen] = field(default_factory=dict)
    types: dict[str, Counter[str]] = field(default_factory=dict)
    values: dict[str, Counter[str]] = field(default_factory=dict)

    def merge(self, other: "Answers") -> None:
        """Adds other answers."""
        self.count += other.count
        self.statuses.update(other.statuses)
        self.media.update(other.media)
        for mine, others in ((self.present, other.present), (self.holders, other.holders)):
            for place, seen in others.items():
                mine.setdefault(place, Seen()).merge(seen)
        for path, seen in other.objects.items():
            self.objects.setdefault(path, Seen()).merge(seen)
        for counted, others_counted in ((self.types, other.types), (self.values, other.values)):
            for path, counter in others_counted.items():
                counted.setdefault(path, Counter()).update(counter)


Situation = tuple[str, str, tuple[str, ...]]
"""An operation, the listed values that its path holds, and what its request breaks: keywords, rules, their places."""


@dataclass(slots=True)
class Observation:
    """One side of a comparison. requests: the statuses in each situation, and whether they mean success.

    answers: what came back in each situation, by "success" or the status of the refusal.
    """

    label: str
    statuses: dict[Situation, Counter[tuple[int, bool]]] = field(default_factory=dict)
    answers: dict[tuple[Situation, str], Answers] = field(default_factory=dict)
    owners: dict[Situation, str | None] = field(default_factory=dict)
    foreign: int = 0
    troubled: int = 0
    unanswered: int = 0
    unreadable: int = 0
    first_unreadable: str = ""
    broken_off: str = ""

    @property
    def operations(self) -> Counter[str]:
        """How many answers each operation gave."""
        found: Counter[str] = Counter()
        for (operation, _, _), statuses in self.statuses.items():
            found[operation] += statuses.total()
        return found


class Observer:
    """Observes the exchanges of one API."""

    def __init__(self, api: Api, label: str, bases: Iterable[str] = ()) -> None:
        self.observation = Observation(label)
        self._judge: Judge = api.judge(bases=bases)
        self._descriptions = Descriptions(api)

    def take(self, entry: Entry) -> None:
        """Adds an exchange."""
        seen = self.observation
        if isinstance(entry, Unreadable):
            seen.unreadable += 1
            seen.first_unreadable = seen.first_unreadable or str(entry)
            seen.broken_off = seen.broken_off or (str(entry) if entry.final else "")
            return
        judgement = self._judge.observe(entry)
        call = judgement.call
        if call is None:
            seen.foreign += 1
        elif entry.response is None:
            seen.unanswered += 1
        elif judgement.trouble:
            seen.troubled += 1
        else:
            self._add(call)

    def _add(self, call: Call) -> None:
        seen = self.observation
        situation: Situation = (call.operation.id, _chosen(call), _broken(call))
        seen.statuses.setdefault(situation, Counter())[call.status, call.accepted] += 1
        if situation not in seen.owners:
            owners = self._judge.requirements(call.breaches)
            seen.owners[situation] = next(iter(owners)) if len(owners) == 1 else None
        label = "success" if call.accepted else str(call.status)
        answers = seen.answers.setdefault((situation, label), Answers())
        answers.count += 1
        answers.statuses[call.status] += 1
        assert call.response is not None, "what was not answered was left out"
        if media := media_type(call.response.header("Content-Type")):
            answers.media[media] += 1
        source = hash(call.exchange.request.url) if call.operation.method in ("GET", "HEAD") else None
        self._look(call, answers, source)

    def _look(self, call: Call, answers: Answers, source: int | None) -> None:
        described = self._descriptions.of(call.operation.id, call.status)
        value = call.answered
        if value is ABSENT or isinstance(value, InvalidJson):
            kind = "nothing" if value is ABSENT else "text"
            answers.types.setdefault("", Counter())[kind] += 1
            return
        if isinstance(value, dict):
            for name in self._descriptions.sendable(call.operation.id):
                if name in value or name in described:
                    answers.holders.setdefault((name, name in call.body), Seen()).add(source)
        waiting: list[tuple[str, Any, int | None, int]] = [("", value, source, 0)]
        while waiting:
            path, value, source, depth = waiting.pop()
            kinds = answers.types.get(path)
            if kinds is None:
                if len(answers.types) >= PLACES_KEPT:
                    continue
                kinds = answers.types[path] = Counter()
            kinds[type_of(value)] += 1
            facts = described.get(path)
            if facts is not None and facts.enum is not None and not isinstance(value, dict | list):
                values = answers.values.setdefault(path, Counter())
                if len(values) < VALUES_KEPT:
                    values[brief(value, 40)] += 1
            if depth < _DEEPEST:
                waiting += self._below(call, answers, path, value, source, depth)

    def _below(
        self, call: Call, answers: Answers, path: str, value: Any, source: int | None, depth: int
    ) -> Iterator[tuple[str, Any, int | None, int]]:
        below = f"{path}/" if path else ""
        if isinstance(value, list):
            for item in value:
                # A list that is read again shows the same records: what an item holds tells it from others.
                own = source if source is None else hash(repr(item))
                yield f"{below}{ITEMS}", item, own, depth + 1
        elif isinstance(value, dict):
            answers.objects.setdefault(path, Seen()).add(source)
            sendable = self._descriptions.sendable(call.operation.id) if not path else frozenset()
            for name, child in value.items():
                name = ITEMS if _KEY_OF_A_MAP.fullmatch(name) else name.replace("/", "~1")
                sent = name in call.body if name in sendable else None
                answers.present.setdefault((f"{below}{name}", sent), Seen()).add(source)
                yield f"{below}{name}", child, source, depth + 1


class Descriptions:
    """What the contract says of the answers of its operations."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._places = Places(api.contract.document)
        self._known: dict[tuple[str, int], Mapping[str, Facts]] = {}
        self._sendable: dict[str, frozenset[str]] = {}

    def of(self, operation: str, status: int) -> Mapping[str, Facts]:
        """What is said of each place of an answer; empty where nothing is."""
        key = (operation, status)
        if key not in self._known:
            described = self._api.contract.operations[operation]
            answer = described.answer(status) or (described.success if 200 <= status < 300 else None)
            schema = next((schema for schema in answer.content.values() if schema), None) if answer else None
            self._known[key] = self._places.fields(schema.pointer) if schema else {}
        return self._known[key]

    def sendable(self, operation: str) -> frozenset[str]:
        """The names of the properties that a request may hold: an answer often shows what was sent."""
        if operation not in self._sendable:
            body = self._api.contract.operations[operation].body
            schema = next((schema for schema in body.content.values() if schema), None) if body else None
            named = self._places.fields(schema.pointer) if schema else {}
            self._sendable[operation] = frozenset(path for path in named if path and "/" not in path)
        return self._sendable[operation]


def _chosen(call: Call) -> str:
    """The values of a path that the contract lists: each of them may be served in a way of its own."""
    listed = [p for p in call.operation.parameters if p.place == "path" and "enum" in p.schema.definition]
    return ", ".join(f"{p.name}={call.path[p.name]}" for p in listed if p.schema.is_valid(call.path.get(p.name)))


def _broken(call: Call) -> tuple[str, ...]:
    return tuple(sorted({f"{breach.pointer or breach.rule} {breach.where}" for breach in call.breaches}))
