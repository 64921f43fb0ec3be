"""What the users of a load test do: acts, each a generator that yields requests and is told their answers.

An act works on what it created itself, so that fifty users do not get into each other's way: what it sees of a
resource is judged as if nobody else were there. Where requests are to meet, they are sent together. How requests are
sent, timed and judged is not known here.
"""

import random
from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Final, Protocol

from bookproof.apis import Api
from bookproof.draft import Draft
from bookproof.exchange import ABSENT, Exchange, InvalidJson, parse_json
from bookproof.negatives import NearMiss

KINDS: Final = ("valid", "near-miss", "life", "race")
"""The kinds of acts: a valid request, one with a single fault, a life from creation to deletion, requests at once."""

AT_ONCE: Final = 8
"""How many requests a race sends at once."""


@dataclass(frozen=True, slots=True)
class Say:
    """A request to send. demonstrates: what its acceptance shows; vouched for where fixtures are declared."""

    draft: Draft
    demonstrates: str | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """Requests to send at once."""

    says: Sequence[Say]


@dataclass(slots=True)
class Heard:
    """What came back for a request."""

    exchange: Exchange

    @property
    def status(self) -> int:
        """The status, 0 where no answer came."""
        return self.exchange.response.status if self.exchange.response else 0

    @property
    def accepted(self) -> bool:
        """Answered with success."""
        return 200 <= self.status < 300

    @property
    def json(self) -> Any:
        """The answer's JSON value; ABSENT where it is none."""
        try:
            return parse_json(self.exchange.response.body) if self.exchange.response else ABSENT
        except InvalidJson:
            return ABSENT


@dataclass(frozen=True, slots=True)
class Claim:
    """What an act knows of requests that were sent at once, and no single exchange shows: a rule, and whether it held.

    heard: the answer that shows it.
    """

    rule: str
    holds: bool
    heard: Heard
    where: str
    expected: str
    actual: str


Act = Generator[Say | Together | Claim, Any, None]
"""Yielding a Say gives a Heard, a Together a list of them in the same order, a Claim nothing."""


@dataclass(slots=True)
class Stage:
    """What one act finds when it begins.

    samples: valid requests, with no memory of other acts; chance: the act's own, so that it can be repeated.
    """

    samples: Any
    chance: random.Random
    near_misses: Sequence[NearMiss]
    capabilities: frozenset[str]
    tag: str
    _named: int = field(default=0)

    def name(self, word: str) -> str:
        """A name that nothing else has: a service may want names to be unique, short and plain."""
        self._named += 1
        return f"bookproof-{word} {self.tag}-{self._named:x}"

    def named(self, draft: Draft) -> Draft:
        """A creation or update with a name that nothing else has."""
        place = getattr(self.samples, "NAMES", {}).get(draft.operation)
        if not isinstance(draft.body, dict) or not str(draft.body.get(place, "")).startswith("bookproof"):
            return draft
        return draft.with_body(draft.body | {place: self.name("load")})


Play = Callable[[Stage], Act]


class Sender(Protocol):
    """Who sends what an act yields."""

    def say(self, say: Say) -> Heard:
        """Sends a request and waits for its answer."""

    def together(self, says: Sequence[Say]) -> list[Heard]:
        """Sends requests at once and waits for all answers, which come in the same order."""

    def claim(self, claim: Claim) -> None:
        """Takes note of a claim."""


def perform(act: Act, sender: Sender) -> None:
    """Plays an act to its end."""
    said: Any = None
    while True:
        try:
            step = act.send(said)
        except StopIteration:
            return
        said = None
        if isinstance(step, Say):
            said = sender.say(step)
        elif isinstance(step, Together):
            said = sender.together(step.says)
        else:
            sender.claim(step)


class Repertoire(Protocol):
    """The module `acting` of an API.

    ACTS: acts by kind. born: what identifies the resource that an accepted request created, None where it created
    none; gone: the same for a deletion. removal: the request that takes it back, None where there is none.
    GIVEN_ONCE: whether an identity is not given again after its deletion; PLACE: where an answer shows it.
    """

    ACTS: Mapping[str, Sequence[Play]]
    GIVEN_ONCE: bool
    PLACE: str

    def born(self, operation: str, answered: Any) -> Hashable | None:
        """The identity that an accepted request gave."""

    def gone(self, operation: str, path: Mapping[str, Any]) -> Hashable | None:
        """The identity that an accepted request took away."""

    def removal(self, identity: Any, capabilities: frozenset[str]) -> Draft | None:
        """The request that takes something back."""


def valid(stage: Stage) -> Act:
    """One of the plainest valid requests."""
    sample = stage.chance.choice(list(stage.samples.samples().values()))
    yield Say(stage.named(sample.draft), sample.demonstrates)


def near_miss(stage: Stage) -> Act:
    """A request with one fault."""
    if stage.near_misses:
        miss = stage.chance.choice(stage.near_misses)
        yield Say(stage.named(miss.draft), about=miss.requirement)


class Plainest:
    """What an API without a module of its own does: valid requests and near misses, of which nothing is taken back."""

    ACTS: Mapping[str, Sequence[Play]] = {"valid": (valid,), "near-miss": (near_miss,)}
    GIVEN_ONCE = True
    PLACE = ""

    def born(self, operation: str, answered: Any) -> Hashable | None:
        """Nothing is known of identities."""
        return None

    def gone(self, operation: str, path: Mapping[str, Any]) -> Hashable | None:
        """Nothing is known of deletions."""
        return None

    def removal(self, identity: Any, capabilities: frozenset[str]) -> Draft | None:
        """Nothing can be taken back."""
        return None


def repertoire(api: Api) -> Repertoire:
    """What users of an API do."""
    if find_spec(f"bookproof.apis.{api.name}.acting") is None:
        return Plainest()
    module: Repertoire = api.module("acting")
    return module


def mixture(text: str) -> dict[str, int]:
    """How often each kind of act is played, from text such as "valid=4,race=1"; ValueError says what is wrong."""
    weights = dict.fromkeys(KINDS, 0)
    for part in text.split(","):
        kind, _, weight = (piece.strip() for piece in part.partition("="))
        if kind not in weights:
            raise ValueError(f"{kind!r} is no kind of act; there are {', '.join(KINDS)}")
        if not weight.isdecimal():
            raise ValueError(f"the weight of {kind} is a whole number, as in {kind}=2")
        weights[kind] = int(weight)
    if not any(weights.values()):
        raise ValueError("every weight is 0")
    return weights


def choose(repertoire: Repertoire, weights: Mapping[str, int], chance: random.Random) -> str:
    """The name of an act, "race/lost_updates" say; kinds that the API has no act of are left out."""
    known = [kind for kind in KINDS if repertoire.ACTS.get(kind) and weights.get(kind)]
    if not known:
        return ""
    kind = chance.choices(known, [weights[kind] for kind in known])[0]
    return f"{kind}/{chance.choice(repertoire.ACTS[kind]).__name__}"


def play_named(repertoire: Repertoire, name: str) -> Play:
    """The act of a name."""
    kind, _, wanted = name.partition("/")
    return next(play for play in repertoire.ACTS[kind] if play.__name__ == wanted)
