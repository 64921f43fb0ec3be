"""How the processes of a load test talk: exchanges as MessagePack to the Judge, outcomes as JSON from it.

Nothing that could run is ever sent: a worker may stand on another machine.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from bookproof.apis.acting import Claim
from bookproof.exchange import Exchange, Intent, Request, Response
from bookproof.loading.bench import Outcome
from bookproof.tally_json import tally_as_json, tally_from_json

EXCHANGE: Final = "exchange"
CLAIM: Final = "claim"
END: Final = "end"
SECRET: Final = "secret"  # noqa: S105 - the name of a message
BROKEN: Final = "broken"
FINISH: Final = "finish"


def exchange_message(act: str, exchange: Exchange, *, at_once: bool) -> list[Any]:
    """An exchange of an act."""
    return [EXCHANGE, act, at_once, _pack(exchange)]


def claim_message(act: str, claim: Claim) -> list[Any]:
    """A claim of an act."""
    said = [claim.where, claim.expected, claim.actual]
    return [CLAIM, act, claim.rule, claim.holds, said, _pack(claim.heard.exchange)]


def unpack(packed: list[Any]) -> Exchange:
    """The exchange within a message."""
    asked, answered, error, started, elapsed, intent = packed
    method, url, headers, body = asked
    request = Request(method, url, _pairs(headers), body)
    response = None
    if answered is not None:
        response = Response(answered[0], _pairs(answered[1]), answered[2])
    demonstrates, vouched, about, test = intent
    return Exchange(
        request, response, error, started, elapsed, Intent(demonstrates, vouched=vouched, about=about, test=test)
    )


def outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON values."""
    return {
        "tally": tally_as_json(outcome.tally),
        "violations": dict(outcome.violations),
        "troubles": dict(outcome.troubles),
        "acts": dict(outcome.acts),
        "repeated": sorted(outcome.repeated),
        "alone": sorted(map(list, outcome.alone)),
    }


def outcome_from_json(value: Mapping[str, Any]) -> Outcome:
    """The outcome that JSON values stand for."""
    return Outcome(
        tally=tally_from_json(value["tally"]),
        violations=Counter(value["violations"]),
        troubles=Counter(value["troubles"]),
        acts=Counter(value["acts"]),
        repeated=set(value["repeated"]),
        alone={tuple(found) for found in value["alone"]},
    )


def _pack(exchange: Exchange) -> list[Any]:
    request, response, intent = exchange.request, exchange.response, exchange.intent
    return [
        [request.method, request.url, request.headers, request.body],
        None if response is None else [response.status, response.headers, response.body],
        exchange.error,
        exchange.started,
        exchange.elapsed,
        [intent.demonstrates, intent.vouched, intent.about, intent.test],
    ]


def _pairs(headers: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple([(name, value) for name, value in headers])
