"""A tally as JSON and back: how what was judged in other processes, or on other machines, becomes part of one verdict.

What a tally keeps was scrubbed when it was judged. An exchange that several requirements point at is written once;
of long bodies only the beginning is, as evidence shows no more of them.
"""

import base64
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from bookproof.evidence import BODY_KEPT
from bookproof.exchange import Exchange, Intent, Request, Response
from bookproof.findings import Finding
from bookproof.tally import Seen, Tally, Waited, in_words

LONGEST_BODY: Final = 2 * BODY_KEPT
"""Characters of a body that are written; of the others only how many they are."""


def tally_as_json(tally: Tally) -> dict[str, Any]:
    """A tally as JSON values."""
    pool = _Pool()
    findings = [
        {**_finding(seen.finding), "exchange": pool.add(seen.finding.exchange), "seen": seen.count}
        for seen in tally.findings.values()
    ]
    witnesses = {name: pool.add(exchange) for name, exchange in tally.witnesses.items()}
    return {
        "requests": tally.requests,
        "foreign": tally.foreign,
        "accepted": dict(tally.accepted),
        "shown": dict(tally.shown),
        "enforced": {operation: dict(found) for operation, found in tally.enforced.items()},
        "refusals": dict(tally.refusals),
        "untested": {name: list(reason) for name, reason in tally.untested.items()},
        "readings": {reading: dict(forms) for reading, forms in tally.readings.items()},
        "remains": list(tally.remains),
        "times": {operation: sorted(times.items()) for operation, times in tally.times.items()},
        "waited": [tally.waited.rate, tally.waited.throttled, tally.waited.answers],
        "findings": findings,
        "witnesses": witnesses,
        "exchanges": pool.exchanges,
    }


def tally_from_json(value: Mapping[str, Any]) -> Tally:
    """The tally that JSON values stand for; KeyError, TypeError, ValueError or IndexError where they stand for none."""
    exchanges = [_read_exchange(exchange) for exchange in value["exchanges"]]
    part = Tally(
        requests=value["requests"],
        foreign=value["foreign"],
        accepted=Counter(value["accepted"]),
        shown=Counter(value["shown"]),
        enforced={operation: Counter(found) for operation, found in value["enforced"].items()},
        refusals=Counter(value["refusals"]),
        untested={name: (reason, blocked_by) for name, (reason, blocked_by) in value["untested"].items()},
        readings={reading: Counter(forms) for reading, forms in value["readings"].items()},
        remains=list(value["remains"]),
        times={operation: Counter(dict(times)) for operation, times in value["times"].items()},
        waited=Waited(*value["waited"]),
        findings={
            (str(number),): Seen(_read_finding(found, exchanges), found["seen"])
            for number, found in enumerate(value["findings"])
        },
        witnesses={name: exchanges[number] for name, number in value["witnesses"].items()},
    )
    whole = Tally()
    whole.merge(part)  # sorts the findings by kind
    return whole


class _Pool:
    """Exchanges in the order in which they were first pointed at."""

    def __init__(self) -> None:
        self.exchanges: list[dict[str, Any]] = []
        self._numbers: dict[int, int] = {}

    def add(self, exchange: Exchange) -> int:
        """The number of an exchange."""
        if id(exchange) not in self._numbers:
            self._numbers[id(exchange)] = len(self.exchanges)
            self.exchanges.append(_exchange(exchange))
        return self._numbers[id(exchange)]


def _finding(finding: Finding) -> dict[str, Any]:
    return {"requirement": finding.requirement, "level": finding.level, **in_words(finding)}


def _read_finding(value: Mapping[str, Any], exchanges: list[Exchange]) -> Finding:
    if value["level"] not in ("must", "should"):
        raise ValueError(f"{value['level']!r} is no level")
    return Finding(
        value["requirement"],
        value["level"],
        value["message"],
        value["expected"],
        value["actual"],
        value["where"],
        exchanges[value["exchange"]],
    )


def _exchange(exchange: Exchange) -> dict[str, Any]:
    request, response, intent = exchange.request, exchange.response, exchange.intent
    return {
        "request": [request.method, request.url, list(map(list, request.headers)), _body(request.body)],
        "response": response and [response.status, list(map(list, response.headers)), _body(response.body)],
        "error": exchange.error,
        "started": exchange.started,
        "elapsed": exchange.elapsed,
        "intent": {name: getattr(intent, name) for name in Intent.__slots__},
    }


def _read_exchange(value: Mapping[str, Any]) -> Exchange:
    method, url, headers, body = value["request"]
    request = Request(method, url, tuple((name, text) for name, text in headers), _read_body(body))
    response = None
    if value["response"] is not None:
        status, headers, body = value["response"]
        response = Response(status, tuple((name, text) for name, text in headers), _read_body(body))
    intent = Intent(**value["intent"] | {"shows": tuple(value["intent"]["shows"])})
    return Exchange(request, response, value["error"], value["started"], value["elapsed"], intent)


def _body(body: bytes) -> Any:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body[:LONGEST_BODY]).decode()}
    return text if len(text) <= LONGEST_BODY else {"text": text[:LONGEST_BODY], "more": len(text) - LONGEST_BODY}


def _read_body(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if "base64" in value:
        return base64.b64decode(value["base64"])
    # Blanks stand for what was left out: evidence says how much that is, and shows none of it.
    return str(value["text"]).encode() + b" " * int(value["more"])
