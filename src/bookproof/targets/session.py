"""Sends drafts to a target and has every exchange judged: what suites talk to."""

import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from bookproof import __version__
from bookproof.apis import Api, Fixtures
from bookproof.captures.overlaps import marked
from bookproof.draft import Draft
from bookproof.errors import CredentialsRefused, Untested
from bookproof.evidence import held
from bookproof.exchange import Exchange, Intent, Request
from bookproof.findings import Finding, Judgement
from bookproof.judge import Judge
from bookproof.tally import Tally, scrubbed
from bookproof.targets.answer import Answer
from bookproof.targets.manners import Budget, Manners
from bookproof.targets.masking import Issued
from bookproof.targets.secrets import Scrubber
from bookproof.targets.sending import Sender
from bookproof.targets.target import Target

__all__ = ["CREATED", "Answer", "Scene", "Session"]

CREATED = "bookproof"
"""What the names of everything that a run creates begin with."""

ESTABLISHING = "establishing "
"""How the test that sends a sample is called."""

AT_ONCE = 5
"""How many requests are sent at the same time: as many as the shortest queue that servers have by default."""


@dataclass(slots=True)
class Scene:
    """The test that is running, and the requirement that its valid requests demonstrate."""

    test: str = ""
    demonstrates: str | None = None
    about: str | None = None
    findings: list[Finding] = field(default_factory=list)
    latest: Exchange | None = None


class Session:
    """One run against one target.

    authorization, login: as for the Sender that its requests go through.
    undeclared: the fixtures that the target did not declare; where there is none, valid requests are vouched for.
    """

    def __init__(
        self,
        api: Api,
        judge: Judge,
        target: Target,
        *,
        fixtures: Fixtures,
        authorization: str | None = None,
        login: Mapping[str, str] | None = None,
        capabilities: frozenset[str] = frozenset(),
        sequential: bool = False,
        budget: Budget | None = None,
        scrubber: Scrubber | None = None,
    ) -> None:
        self.api = api
        self.judge = judge
        self.target = target
        self.fixtures = fixtures
        self.capabilities = capabilities
        self._sequential = sequential
        self.samples: Any = api.samples(fixtures)
        self.tally = Tally()
        self.scene = Scene()
        self.undeclared = fixtures.missing()
        self.watchers: list[Callable[[Exchange, Judgement], None]] = []
        self._scrubber = scrubber or Scrubber()
        self._issued = Issued()
        self.sender = Sender(
            api,
            target,
            Manners(budget or Budget(), waited=self.tally.waited),
            authorization=authorization,
            login=login or {},
            scrubber=self._scrubber,
            fit_to_keep=self.fit_to_keep,
        )
        self._named_so_far: Counter[str] = Counter()
        self._established: dict[str, Untested | None] = {}
        self._takes_made_up = False

    @property
    def authorization(self) -> str | None:
        """The value of the Authorization header."""
        return self.sender.authorization

    def build(self, draft: Draft) -> Request:
        """The request that a draft becomes at this target, with the run's credentials."""
        self.sender.prepare()
        request = draft.build(self.api.contract, self.target.url, self.authorization)
        return replace(request, headers=(*request.headers, ("User-Agent", f"bookproof/{__version__}")))

    def send(
        self, draft: Draft, *, also_breaks: str | None = None, probe: bool = False, conclusive: bool = True
    ) -> Answer:
        """Sends a draft and has the exchange judged.

        also_breaks: the requirement that the draft breaks where the wire does not show it.
        probe: the request may be refused for reasons that the document does not state; nobody vouches for it.
        conclusive: whether a refusal can have no other cause than what the request breaks.
        """
        request = self.build(self.named(draft))
        return self.send_request(request, also_breaks=also_breaks, probe=probe, conclusive=conclusive)

    def send_request(
        self, request: Request, *, also_breaks: str | None = None, probe: bool = False, conclusive: bool = True
    ) -> Answer:
        """Sends a finished request, as `send` does a draft.

        conclusive: whether a refusal can have no other cause than what the request breaks.
        """
        intent = replace(self._intent(also_breaks), conclusive=conclusive)
        if probe:
            about = intent.about or intent.demonstrates
            intent = replace(intent, demonstrates=None, vouched=False, about=about, probe=True)
        return self._observe(self.sender.exchange(request, intent))

    def send_as(self, draft: Draft, intent: Intent) -> Answer:
        """Sends a draft of which more is known than the running test says."""
        request = self.build(self.named(draft))
        return self._observe(self.sender.exchange(request, replace(intent, test=self.scene.test)))

    def judge_for_itself(self, exchange: Exchange) -> Answer:
        """Has an exchange judged whose parts were looked at and did not explain what is wrong with it."""
        return self._observe(replace(exchange, intent=replace(exchange.intent, tentative=False)))

    def send_together(self, drafts: Sequence[Draft]) -> list[Answer]:
        """Sends drafts at the same time, each on a thread of its own, and has the exchanges judged as they ended.

        A connection that is not taken up says nothing here: the queue of a small server holds no more than a few.
        """
        intent = replace(self._intent(None), tentative=True)
        requests = [self.build(self.named(draft)) for draft in drafts]
        sent: list[Future[Exchange]] = []
        answers: list[Answer] = []
        try:
            with ThreadPoolExecutor(max_workers=1 if self._sequential else AT_ONCE) as pool:
                sent += [pool.submit(self.sender.exchange, request, intent) for request in requests]
        finally:  # whatever ends the run: what was answered is on record, or nobody would take it back
            exchanges = [one.result() for one in sent if one.done() and one.exception() is None]
            exchanges.sort(key=lambda exchange: exchange.started + exchange.elapsed)
            known = replace(intent, tentative=False)
            said = [replace(exchange, intent=known) if exchange.response else exchange for exchange in exchanges]
            answers += [self._observe(exchange) for exchange in marked(said) if isinstance(exchange, Exchange)]
        for one in sent:
            one.result()
        return answers

    def named(self, draft: Draft) -> Draft:
        """A creation with a name that nothing at a live target has yet: a service may want names to be unique.

        A name follows from the run's tag, the test and its creations so far, so that a recording replays.
        """
        name = getattr(self.samples, "NAMES", {}).get(draft.operation)
        body = draft.body
        if not self.target.tag or not isinstance(body, dict) or not str(body.get(name, "")).startswith(CREATED):
            return draft
        test = self.scene.test
        self._named_so_far[test] += 1
        number = zlib.crc32(f"{test} {self._named_so_far[test]}".encode("utf-8", "surrogatepass"))
        return draft.with_body(body | {name: f"{body[name]}-{self.target.tag}{number:08x}"})

    def _intent(self, also_breaks: str | None) -> Intent:
        return Intent(
            demonstrates=self.scene.demonstrates,
            vouched=self.scene.demonstrates is not None and self.vouching,
            about=self.scene.about,
            also_breaks=also_breaks,
            test=self.scene.test,
        )

    def _observe(self, exchange: Exchange) -> Answer:
        exchange = self._scrubber.exchange(exchange)
        judgement = self.judge.observe(exchange)
        exchange = self._without_issued(exchange, judgement)
        self._end_if_refused(judgement, exchange)
        self.tally.add(judgement)
        self.scene.findings += [replace(finding, exchange=held(finding.exchange)) for finding in judgement.findings]
        self.scene.latest = held(exchange)
        for watch in self.watchers:
            watch(exchange, judgement)
        return Answer(judgement, exchange, self.undeclared)

    def _without_issued(self, exchange: Exchange, judgement: Judgement) -> Exchange:
        """The exchange and its findings as they are kept: judged first, for what is judged is the answer as it came."""
        if self.target.kind != "live":
            return exchange
        kept = self._issued.exchange(exchange)
        judgement.findings = [scrubbed(finding, kept, self.fit_to_keep) for finding in judgement.findings]
        if judgement.call is not None:
            judgement.call.exchange = kept
        return kept

    def fit_to_keep(self, text: str) -> str:
        """A text without any secret of the run."""
        return self._issued.text(self._scrubber.text(text))

    @property
    def vouching(self) -> bool:
        """Whether the refusal of a valid request is a fault: its ids are declared, or the target has taken such ids."""
        return not self.undeclared or self._takes_made_up

    def establish(self, name: str, instead: Callable[[], None] | None = None) -> None:
        """Makes sure, once a run, that a sample (the plainest valid request of its kind) is accepted.

        Untested where it is not: what builds on it cannot be shown, and the refusal is blamed once, on the
        requirement that the sample demonstrates.
        instead: changes a sample that may be refused for reasons that the document does not state, before it is sent
        once more; nobody vouches for it until then.
        """
        if name not in self._established:
            sample = self.samples.samples()[name]
            with self.within(f"{ESTABLISHING}{name}", sample.demonstrates):
                if instead is None:
                    answer = self._with_ids_known(name, self.send(sample.draft))
                else:
                    answer = self.send_as(sample.draft, replace(self._intent(None), vouched=False))
                    if 400 <= answer.status < 500:
                        instead()
                        answer = self.send(self.samples.samples()[name].draft)
            self._established[name] = self._obstacle(sample.demonstrates, answer)
        obstacle = self._established[name]
        if obstacle is not None:
            raise Untested(obstacle.reason, blocked_by=obstacle.blocked_by)

    def _with_ids_known(self, name: str, answer: Answer) -> Answer:
        """The answer to a sample; a refusal is judged again where another sample with the same ids is accepted."""
        alike = getattr(self.samples, "ALIKE", ())
        if not self.undeclared or name not in alike:
            return answer
        if not answer.refusal:
            self._takes_made_up |= 200 <= answer.status < 300
            return answer
        others = [self.samples.samples()[other].draft for other in alike if other != name]
        probe = Intent(probe=True, tentative=True)
        self._takes_made_up |= any(200 <= self.send_as(draft, probe).status < 300 for draft in others)
        if not self._takes_made_up:
            return answer
        vouched = replace(answer.exchange.intent, vouched=True)
        return self._observe(replace(answer.exchange, intent=vouched))

    def close(self) -> None:
        """Closes the connections."""
        self.target.transport.close()

    @contextmanager
    def within(self, test: str, demonstrates: str | None = None) -> Iterator[None]:
        """Sends what is sent within as a test of its own, so that a recording tells it from what is sent around it."""
        outer, self.scene = self.scene, Scene(test, demonstrates)
        try:
            yield
        finally:
            outer.findings += self.scene.findings
            outer.latest = self.scene.latest or outer.latest
            self.scene = outer

    def _obstacle(self, requirement: str, answer: Answer) -> Untested | None:
        try:
            if 200 <= answer.status < 300 and not answer.refused:
                return None
        except Untested as reason:
            return reason
        blamed = next((f.requirement for f in answer.findings if f.level == "must"), None)
        if blamed or answer.findings:
            return Untested(f"blocked by {blamed or 'a server error'}", blocked_by=blamed or "the server")
        try:
            assert not answer.accepted
        except Untested as reason:
            excuse = "fixtures" if self.undeclared else None
            self.tally.leave_untested(requirement, reason.reason, excuse)
            return Untested(reason.reason, blocked_by=excuse)
        return Untested("the plainest valid request was not accepted")

    def _end_if_refused(self, judgement: Judgement, exchange: Exchange) -> None:
        """401 and 403 that nothing provoked end a run which was never served."""
        if not judgement.trouble:
            return
        status = exchange.response.status if exchange.response else 0
        if status in (401, 403) and not self.tally.accepted.total():
            hint = (
                "Is the token good at this address? --token-env, or credentials in bookproof.toml, name its variable."
            )
            if self.undeclared and self.authorization:
                hint += f" Or the ids may be what it refuses: declare {', '.join(self.undeclared)}."
            raise CredentialsRefused(f"{self.target.url} refuses the run's credentials ({status}).", hint=hint)
