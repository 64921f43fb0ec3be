"""The Judge: reads exchanges, whatever their origin, and says which requirements they test and which they break.

1. The request is classified: it conforms, or it breaks named requirements (a schema keyword or a rule).
2. A broken request that is accepted is blamed on each requirement that it breaks; one that is refused shows them.
3. A conforming request that is refused is a fault only where the sender vouched for it; otherwise it is a note.
4. A server error, a broken connection and a body that is not what it says are faults always.
5. A success is held against its schema and against the rules, which remember what the run has shown.
6. 401, 403, 429 and 503 that nothing provoked are about the run, not about the contract.
"""

from collections.abc import Iterable
from itertools import accumulate
from urllib.parse import urlsplit

from bookproof.contract import JSON, Contract, body_value, media_type
from bookproof.exchange import ABSENT, Exchange, InvalidJson, Request, brief
from bookproof.findings import Finding, Judgement, Reading
from bookproof.ledger import Ledger, Level
from bookproof.operations import Answer
from bookproof.rules import NO_RULES, Call, Rule, RuleSet, Shown, Speaks, Taken
from bookproof.schema import SHAPES_KEPT, Breach

ABOUT_THE_RUN = frozenset({401, 403})
"""Statuses that concern the run's credentials where the request does not provoke them."""

NOT_SERVED = frozenset({404, 405, 501})
"""Statuses that deny an operation as a whole, unless it has been served before."""

THROTTLING = frozenset({429, 503})
"""Statuses that say nothing about the request."""


class Judge:
    """Judges the exchanges of one run against one contract; keeps the run's history in its rules.

    bases: URL prefixes below which the contract's paths lie, besides the servers that the contract names.
    reading: "tolerant" makes a warning of what is accepted though the document forbids it.
    """

    def __init__(
        self,
        contract: Contract,
        ledger: Ledger,
        rules: RuleSet = NO_RULES,
        *,
        bases: Iterable[str] = (),
        reading: Reading = "strict",
    ) -> None:
        self.contract = contract
        self.ledger = ledger
        self.rules = rules
        self.reading = reading
        known = [base.rstrip("/") for base in (*bases, *contract.servers)]
        self.base = known[0]
        self._bases = sorted(set(known), key=len, reverse=True)
        self._throttling = frozenset(contract.document.get("info", {}).get("x-throttling-statuses", ()))
        self._served: set[str] = set()
        every = list(rules.values())
        self._classifying = [rule for rule in every if type(rule).request is not Rule.request]
        self._denying = [rule for rule in every if type(rule).refuses is not Rule.refuses]
        self._doubting = [rule for rule in every if type(rule).unclear is not Rule.unclear]
        self._answering = [rule for rule in every if type(rule).answer is not Rule.answer]
        self._listening: dict[tuple[str, Speaks], list[Rule]] = {}
        self._owners: dict[tuple[str, frozenset[str]], frozenset[str]] = {}

    def afresh(self, rules: RuleSet) -> "Judge":
        """A Judge for other traffic of the same run: it knows what was served, its rules have seen nothing."""
        other = Judge(self.contract, self.ledger, rules, bases=self._bases, reading=self.reading)
        other.base, other._served, other._owners = self.base, self._served, self._owners
        return other

    def read(self, exchange: Exchange) -> Call | None:
        """The exchange as a call of an operation, its request classified; None where it is none of this API's."""
        path = self.path_of(exchange.request.url)
        matched = self.contract.match(exchange.request.method, path) if path is not None else None
        if matched is None:
            return None
        operation, parameters = matched
        sent = body_value(exchange.request) if operation.body is not None else ABSENT
        answered = body_value(exchange.response) if exchange.response else ABSENT
        call = Call(exchange, operation, parameters, sent, answered)
        call.breaches = self.contract.request_breaches(operation, exchange.request, parameters, sent)
        for rule in self._classifying:
            replaced = list(rule.request(call))
            if replaced:
                places = {breach.where for breach in replaced}
                call.breaches = [b for b in call.breaches if b.where not in places] + replaced
        if call.accepted and any(rule.refuses(call) for rule in self._denying):
            call.deny()
        if exchange.intent.also_breaks:
            call.breaches.append(self._known_to_sender(exchange.intent.also_breaks))
        return call

    def breaches(self, request: Request) -> list[Breach] | None:
        """How a request that was not sent yet would break the contract; None where no operation takes it."""
        call = self.read(Exchange(request))
        return None if call is None else call.breaches

    def requirements(self, breaches: Iterable[Breach]) -> set[str]:
        """The requirements that breaches belong to."""
        return {owner for owner in map(self._owner, breaches) if owner}

    def observe(self, exchange: Exchange) -> Judgement:
        """Judges one exchange; exchanges are to be shown in the order in which they happened."""
        call = self.read(exchange)
        if call is None:
            return Judgement(None)
        judgement = Judgement(call)
        if exchange.response is None or call.status >= 500:
            self.doubt(call)
        if exchange.intent.tentative and not 0 < call.status < 500:
            return judgement
        if exchange.response is None:
            self._no_answer(call, judgement)
        elif call.status in THROTTLING or self._throttled(call) or self._credentials_refused(call):
            judgement.trouble = _TROUBLE.get(call.status, "the target does not serve this run")
        elif call.status >= 500 and not (call.status in NOT_SERVED and call.conforming):
            self._server_error(call, judgement)
        else:
            self._answered(call, judgement)
        return judgement

    def doubt(self, call: Call) -> None:
        """Tells the rules of a call whose outcome nobody knows."""
        for rule in self._doubting:
            rule.unclear(call)

    def _throttled(self, call: Call) -> bool:
        """Whether the answer asks to wait with a status of the vendor's own."""
        told = call.response if call.status in self._throttling else None
        return told is not None and told.header("Retry-After") is not None

    def _credentials_refused(self, call: Call) -> bool:
        """Whether the answer concerns the run's credentials.

        Once they have been good for something, a 403 is about what a suite's request holds, a probe's 401 as well.
        """
        if not call.conforming or call.status not in ABOUT_THE_RUN:
            return False
        intent = call.exchange.intent
        about_request = intent.probe or (call.status == 403 and bool(intent.vouched or intent.test))
        return not (self._served and about_request)

    # -- the cases -----------------------------------------------------------------------------------------

    def _no_answer(self, call: Call, judgement: Judgement) -> None:
        self._blame(call, judgement, "no answer", "an answer", call.exchange.error or "no response", "exchange")

    def _server_error(self, call: Call, judgement: Judgement) -> None:
        expected = "an answer that is no server error" if call.conforming else "a refusal (4xx)"
        self._blame(call, judgement, "server error", expected, str(call.status), "response.status")

    def _answered(self, call: Call, judgement: Judgement) -> None:
        if call.accepted:
            if call.breaches:
                self._accepted_forbidden(call, judgement)
            else:
                self._judge_success(call, judgement)
        elif call.breaches:
            owners = self.requirements(call.breaches)
            if len(owners) == 1 and call.exchange.intent.conclusive:
                judgement.enforced |= owners
            if (
                call.refused
                and not call.denied
                and all(b.where.startswith("request.body/") or b.rule for b in call.breaches)
            ):
                self._judge_body(call, call.operation.answer(call.status), judgement)
        else:
            self._refused_conforming(call, judgement)
        self._apply_rules(call, judgement)

    def _accepted_forbidden(self, call: Call, judgement: Judgement) -> None:
        for breach in call.breaches:
            owner = self._owner(breach)
            judgement.findings.append(
                self._finding(
                    call,
                    owner,
                    f"accepted what the document forbids: {breach.actual}",
                    f"a refusal (4xx): {breach.expected}",
                    str(call.status),
                    breach.where,
                    "should" if self.reading == "tolerant" else breach.level,
                )
            )
            if owner:
                judgement.shown.add(owner)

    def _judge_success(self, call: Call, judgement: Judgement) -> None:
        self._demonstrated(call, judgement)
        success = call.operation.success
        documented = call.operation.answer(call.status)
        if success and documented is None:
            owner = self.ledger.owner(success.place)
            judgement.findings.append(
                self._finding(
                    call,
                    owner,
                    "another success status",
                    success.status,
                    str(call.status),
                    "response.status",
                    "should",
                )
            )
        answer = documented or success
        if answer:
            if owner := self.ledger.owner(answer.place):
                judgement.shown.add(owner)
            self._judge_body(call, answer, judgement)

    def _demonstrated(self, call: Call, judgement: Judgement) -> None:
        self._served.add(call.operation.id)
        if call.exchange.intent.demonstrates:
            judgement.shown.add(call.exchange.intent.demonstrates)
        judgement.shown.update(call.exchange.intent.shows)
        if served := self.ledger.served_by(call.operation.id):
            judgement.shown.add(served)

    def _refused_conforming(self, call: Call, judgement: Judgement) -> None:
        intent = call.exchange.intent
        if not intent.vouched or not intent.demonstrates:
            judgement.refusal = f"refused a request that the document allows ({call.status})"
            if call.refused and not call.denied and call.status not in ABOUT_THE_RUN:
                self._judge_body(call, call.operation.answer(call.status), judgement)
            return
        owner, expected = intent.demonstrates, "success (2xx)"
        unserved = call.status in NOT_SERVED and call.operation.id not in self._served
        if unserved and (served := self.ledger.served_by(call.operation.id)):
            owner = served
        judgement.shown.add(owner)
        judgement.findings.append(
            self._finding(
                call,
                owner,
                f"refused a valid request: {_first_words(call)}",
                expected,
                str(call.status),
                "response.status",
            )
        )

    # -- answers -------------------------------------------------------------------------------------------

    def _judge_body(self, call: Call, answer: Answer | None, judgement: Judgement) -> None:
        response = call.response
        if answer is None or response is None or not answer.content:
            return
        media = media_type(response.header("Content-Type"))
        schema, pointer = answer.body(media)
        if isinstance(call.answered, InvalidJson) or call.answered is ABSENT:
            if media is not None and media != JSON and not media.endswith("+json") and media in answer.content:
                call.answered = response.body.decode("utf-8", "replace")
            elif call.refused and media is not None and "json" not in media:
                return
            else:
                owner = self.ledger.owner(pointer)
                actual = "no body" if call.answered is ABSENT else str(call.answered)
                judgement.findings.append(
                    self._finding(call, owner, "the answer is not JSON", "a JSON body", actual, "response.body")
                )
                if owner:
                    judgement.shown.add(owner)
                return
        if schema is None:
            return
        if call.accepted and not answer.documents(media):
            owner = self.ledger.owner(pointer)
            judgement.findings.append(
                self._finding(
                    call,
                    owner,
                    "another media type",
                    " or ".join(answer.content),
                    media or "no Content-Type",
                    "response.header/Content-Type",
                    "should",
                )
            )
        judgement.shown |= self._owners_of(pointer, schema.covered(call.answered))
        for breach in schema.breaches(call.answered, "response.body"):
            place = breach.where.removeprefix("response.body/")
            call.unsound.update(accumulate(place.split("/"), "{}/{}".format))
            self._answer_breach(call, breach, judgement)

    def _owners_of(self, pointer: str, covered: frozenset[str]) -> frozenset[str]:
        """The requirements behind keywords; remembered, since most answers meet the same ones."""
        known = self._owners.get((pointer, covered))
        if known is None:
            if len(self._owners) > SHAPES_KEPT:
                self._owners.clear()
            found = map(self.ledger.owner, (pointer, *covered))
            known = self._owners[pointer, covered] = frozenset(owner for owner in found if owner)
        return known

    def _apply_rules(self, call: Call, judgement: Judgement) -> None:
        owners = self.ledger.rules
        for rule in self._rules_for(call):
            for ruling in rule.answer(call):
                if isinstance(ruling, Shown):
                    if owner := owners.get(ruling.rule):
                        judgement.shown.add(owner)
                elif isinstance(ruling, Taken):
                    judgement.readings.append(ruling)
                elif not (call.accepted and call.breaches):
                    self._answer_breach(call, ruling, judgement)

    def _rules_for(self, call: Call) -> list[Rule]:
        """The rules that look at answers to calls of this kind."""
        key = call.operation.id, call.kind
        known = self._listening.get(key)
        if known is None:
            known = self._listening[key] = [rule for rule in self._answering if rule.looks_at(*key)]
        return known

    def _answer_breach(self, call: Call, breach: Breach, judgement: Judgement) -> None:
        owner = self._owner(breach)
        if owner:
            judgement.shown.add(owner)
        place = breach.where.partition("/")[2] or "the answer"
        judgement.findings.append(
            self._finding(call, owner, f"{place} is wrong", breach.expected, breach.actual, breach.where, breach.level)
        )

    # -- blame ---------------------------------------------------------------------------------------------

    def _blame(self, call: Call, judgement: Judgement, message: str, expected: str, actual: str, where: str) -> None:
        """A fault of the exchange as a whole: the requirements that the request is about, or nobody's.

        Of several faults in a generated request no one can tell which it was; others are sent for each by itself.
        """
        owners = self.requirements(call.breaches)
        intent = call.exchange.intent
        if not owners and (about := intent.demonstrates or intent.about):
            owners = {about}
        if len(owners) > 1 and intent.test and not intent.conclusive:
            owners = set()
        for owner in sorted(owners):
            judgement.shown.add(owner)
            judgement.findings.append(Finding(owner, "must", message, expected, actual, where, call.exchange))
        if not owners:
            judgement.findings.append(Finding(None, "must", message, expected, actual, where, call.exchange))

    def _owner(self, breach: Breach) -> str | None:
        return self.ledger.rules.get(breach.rule) if breach.rule else self.ledger.owner(breach.pointer)

    def _finding(
        self,
        call: Call,
        owner: str | None,
        message: str,
        expected: str,
        actual: str,
        where: str,
        level: str | None = None,
    ) -> Finding:
        row: Level = self.ledger[owner].level if owner else "must"
        weight: Level = "should" if "should" in (row, level) else "must"
        return Finding(owner, weight, message, expected, actual, where, call.exchange)

    def _known_to_sender(self, requirement: str) -> Breach:
        row = self.ledger[requirement]
        pointer = row.owns[0] if row.owns else ""
        return Breach(
            pointer,
            "request.header/Authorization",
            "valid credentials",
            "credentials that the target did not give",
            rule="" if row.owns else row.rule,
        )

    def path_of(self, url: str) -> str | None:
        """The path of an address below the API's base; None where it lies elsewhere."""
        for base in self._bases:
            if url.startswith(base) and url[len(base) : len(base) + 1] in ("", "/", "?", "#"):
                if "?" not in url and "#" not in url and url[len(base) : len(base) + 2] != "//":
                    return url[len(base) :] or "/"
                return urlsplit(url[len(base) :]).path or "/"
        return None


_TROUBLE = {
    401: "the target refuses the run's credentials (401)",
    403: "the target refuses the run's credentials (403)",
    429: "the target throttles the run (429)",
    503: "the target is unavailable (503)",
}


def _first_words(call: Call) -> str:
    """What a refusal says for itself, on one short line."""
    if isinstance(call.answered, dict | list | str):
        return brief(call.answered, 120)
    body = call.response.body if call.response else b""
    return brief(body.decode("utf-8", "replace")[:200], 120) if body else "no reason given"
