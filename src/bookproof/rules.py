"""What a rule is: a sentence of the document that no schema keyword can say, judged from traffic alone.

Rules are passive. They see each Call once, in the order of the wire, and keep what they need to know; who sent the
traffic does not matter to them. One Rules value serves one run.
"""

import json
import zlib
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Literal
from unicodedata import category, normalize

from bookproof.exchange import SLACK, Exchange, Response, brief
from bookproof.operations import Operation
from bookproof.schema import Breach

Speaks = Literal["success", "accepted", "refused", "any"]
"""Kinds of calls: conforming requests that were accepted, requests that were accepted, that were refused, or all."""


@dataclass(slots=True)
class Call:
    """An exchange of a known operation, read once: what was sent and answered, and what the schemas said of it.

    sent, answered: JSON values; ABSENT where there is no body, an InvalidJson where it is not JSON.
    breaches: how the request departs from the contract; unsound: places of the answer that its schema refuses, and
    those around them.
    """

    exchange: Exchange
    operation: Operation
    path: Mapping[str, str]
    sent: Any
    answered: Any
    breaches: list[Breach] = field(default_factory=list)
    unsound: set[str] = field(default_factory=set)
    denied: bool = False
    """Answered with a success status and a body that says failure."""
    status: int = field(init=False)
    """The status of the response, 0 where there is none."""
    accepted: bool = field(init=False)
    """Answered with success."""
    refused: bool = field(init=False)
    """Answered with a client error, or with a body that says as much."""

    body: Mapping[str, Any] = field(init=False)
    """The sent object; empty where something else was sent."""
    memo: dict[Any, Any] = field(init=False, default_factory=dict)
    """What rules work out once for a call, each under a key of its own."""

    def __post_init__(self) -> None:
        response = self.exchange.response
        self.status = status = response.status if response else 0
        self.accepted = 200 <= status < 300 and not self.denied
        self.refused = 400 <= status < 500 or self.denied
        self.body = self.sent if isinstance(self.sent, dict) else {}

    @property
    def response(self) -> Response | None:
        """The response, None where the connection broke."""
        return self.exchange.response

    @property
    def end(self) -> float:
        """When the exchange was over, in seconds since the epoch; 0.0 where that is not known."""
        exchange = self.exchange
        return exchange.started + exchange.elapsed if exchange.started else 0.0

    def began_after(self, end: float) -> bool:
        """Whether something was over when the call began; exchanges without times are taken as they come."""
        started = self.exchange.started
        return not end or not started or end <= started + SLACK

    def deny(self) -> None:
        """Takes an answer with a success status for a refusal."""
        self.denied, self.accepted, self.refused = True, False, True

    @property
    def kind(self) -> Speaks:
        """What kind of call it is; "any" for one that is none of the others."""
        if self.accepted:
            return "accepted" if self.breaches else "success"
        return "refused" if self.refused else "any"

    @property
    def conforming(self) -> bool:
        """Whether the request keeps the contract."""
        return not self.breaches

    @property
    def broken(self) -> frozenset[str]:
        """Top-level body properties that the request gets wrong."""
        head = "request.body/"
        return frozenset(b.where.removeprefix(head).split("/")[0] for b in self.breaches if b.where.startswith(head))

    def sound(self, name: str) -> bool:
        """Whether the answer is an object whose property of that name is present and of the right form."""
        return isinstance(self.answered, dict) and name in self.answered and name not in self.unsound


@dataclass(frozen=True, slots=True)
class Shown:
    """A rule was put to the test by this call (and held, unless a Breach of it stands beside)."""

    rule: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Which of several defensible readings an answer shows: the reading's id and the form that was seen."""

    reading: str
    form: str


Ruling = Shown | Taken | Breach


RUN: Final = "run"
"""The partition of a rule whose history is that of the whole run."""

BUCKETS: Final = 256
"""Into how many parts a history that is kept by keys may be divided. What it forgets for want of room, it forgets
within one of them, so that dividing it changes nothing."""


def bucket(key: Hashable) -> int:
    """The part of a history that a key belongs to, the same in every process."""
    return zlib.crc32(repr(key).encode()) % BUCKETS


class Rule:
    """A named rule; subclasses override one or both of the methods.

    partition: what its history is kept by ("record", say), "" where it keeps none. Calls with another `key` do not
    touch each other's history, so they may be judged apart.
    """

    name: str = ""
    speaks_of: Speaks = "any"
    """The calls whose answers the rule looks at; the others are not shown to it."""
    operations: frozenset[str] = frozenset()
    """Operations, by their ids, whose answers the rule looks at; empty for all."""

    def looks_at(self, operation: str, kind: Speaks) -> bool:
        """Whether answers to calls of an operation and a kind are shown to the rule."""
        if self.operations and operation not in self.operations:
            return False
        return self.speaks_of in ("any", kind) or (self.speaks_of, kind) == ("accepted", "success")

    @property
    def partition(self) -> str:
        """A rule that has nothing of its own has no history; one that has, and does not say by what, needs the run."""
        return RUN if vars(self) else ""

    def key(self, call: Call) -> Hashable:
        """Which part of the history a call belongs to; None where it touches none. The request is not judged yet."""
        return None

    @property
    def forgotten(self) -> int:
        """How many pieces of its history the rule had to drop for want of room."""
        return 0

    def request(self, call: Call) -> Iterator[Breach]:
        """How the request breaks the rule; its answer is not to be looked at."""
        return iter(())

    def answer(self, call: Call) -> Iterable[Ruling]:
        """What the answer shows of the rule."""
        return ()

    def refuses(self, call: Call) -> bool:
        """Whether an answer with a success status says failure in its body."""
        return False

    def unclear(self, call: Call) -> None:
        """Takes note of a call whose outcome nobody knows: no answer came, or a server error."""

    def breach(self, where: str, expected: str, actual: str, *, level: str | None = None) -> Breach:
        """A breach of this rule."""
        return Breach("", where, expected, actual, rule=self.name, level=level)

    def shown(self) -> Shown:
        """The mark that this rule was put to the test."""
        return _shown(self.name)

    def verdict(self, holds: bool, where: str, expected: str, actual: str) -> Iterable[Ruling]:
        """Shown, and a breach unless it holds."""
        return (self.shown(),) if holds else (self.shown(), self.breach(where, expected, actual))

    def agrees(self, holds: bool, where: str, expected: Any, actual: Any) -> Iterable[Ruling]:
        """As `verdict`, with the JSON values that were compared."""
        return (self.shown(),) if holds else (self.shown(), self.breach(where, brief(expected), brief(actual)))


_shown = cache(Shown)


class Echo(Rule):
    """A property of the answer is what the request sent.

    unordered: compare arrays as sets, for documents that promise the members and not their order.
    """

    partition = ""
    speaks_of = "success"

    def __init__(self, name: str, prop: str, *, operation: str, unordered: bool = False) -> None:
        self.name = name
        self.operations = frozenset({operation})
        self._prop = prop
        self._where = f"response.body/{prop}"
        self._unordered = unordered

    def answer(self, call: Call) -> Iterable[Ruling]:
        """Judges answers that carry the property in its right form, where the request did."""
        if self._prop not in call.body or not call.sound(self._prop):
            return ()
        sent, answered = call.body[self._prop], call.answered[self._prop]
        return self.agrees(same(sent, answered, unordered=self._unordered), self._where, sent, answered)


def same(left: Any, right: Any, *, unordered: bool = False) -> bool:
    """Equality of JSON values as a service may keep them.

    1 and 1.0 are one number and true is not 1; fractions may be kept to two decimals; text may lose surrounding and
    repeated blanks and signs that nobody sees, or change its Unicode normal form. unordered: arrays count as sets.
    """
    if isinstance(left, str) and isinstance(right, str):
        return left == right or _form(left, right) == _form(right, left)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left == right or _rounded(left) == _rounded(right) or _to_cents(left, right)
    if isinstance(left, list) and isinstance(right, list):
        if left == right and {*map(type, left), *map(type, right)} <= {str}:
            return True
        if unordered:
            return _members(left) == _members(right) or (_all_in(left, right) and _all_in(right, left))
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return left is right is None


def _form(text: str, other: str) -> str:
    """Text as a service may keep it; control and format signs count where either text has none of them."""
    plain, both = normalize("NFC", text), text + other
    if not both.isprintable() and any(category(sign) in ("Cc", "Cf") for sign in both):
        return "".join(sign for sign in plain if not sign.isspace() and category(sign) not in ("Cc", "Cf"))
    return " ".join(plain.split())


def _to_cents(left: float, right: float) -> bool:
    return isinstance(left, float) and not left.is_integer() and abs(left - right) <= 0.005


def _members(array: list[Any]) -> set[str]:
    return set(map(json.dumps, array))


def _all_in(array: list[Any], other: list[Any]) -> bool:
    return all(any(same(item, candidate) for candidate in other) for item in array)


def _rounded(number: float) -> float:
    """A number as the doubles of most JSON implementations carry it."""
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


RuleSet = Mapping[str, Rule]
NO_RULES: Final[RuleSet] = {}


def rule_set(*rules: Rule) -> RuleSet:
    """Rules by name."""
    return {rule.name: rule for rule in rules}
