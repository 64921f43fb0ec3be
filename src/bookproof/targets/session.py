"""Sends drafts to a target and has every exchange judged: what suites talk to."""

import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from bookproof import __version__
from bookproof.apis import Api, Fixtures
from bookproof.captures.overlaps import marked
from bookproof.draft import Draft
from bookproof.errors import CannotJudge, CredentialsRefused, Unreachable, Untested
from bookproof.evidence import held
from bookproof.exchange import Exchange, Intent, Request, Response
from bookproof.judge import Finding, Judge, Judgement
from bookproof.tally import Tally
from bookproof.targets.connection import advice, closed_idle, in_words
from bookproof.targets.manners import THROTTLED, Budget, Manners
from bookproof.targets.masking import Issued, secrets_in
from bookproof.targets.secrets import Scrubber

if TYPE_CHECKING:  # vcrpy brings much with it, and only a replay needs it
    from bookproof.captures.cassette import IndexedCassette

CREATED = "bookproof"
"""What the names of everything that a run creates begin with."""

LARGEST_BODY = 4 * 1024 * 1024
"""Bytes of a response body that are read. A longer one ends the run: it is no fault, and cannot be judged."""

ESTABLISHING = "establishing "
"""How the test that sends a sample is called."""

PATIENCE = 6
"""How often one request is repeated when the target asks to wait."""

THROTTLED_IN_A_ROW = 3
"""How many requests in a row may exhaust the patience before the run gives up."""

REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""Methods of requests that may be sent twice: nothing is created twice by them."""

AT_ONCE = 5
"""How many requests are sent at the same time: as many as the shortest queue that servers have by default."""

SILENCES = 5
"""How many requests in a row may go unanswered before the run gives up."""


@dataclass(slots=True)
class Target:
    """Where requests go. `send` answers one request; httpx.TransportError where no answer comes."""

    kind: str
    url: str
    client: httpx.Client
    cassette: "IndexedCassette | None" = None
    timeout: float = 15.0
    """Seconds that one answer may take from beginning to end."""
    tag: str = ""
    """What sets the names of this run's creations apart from those of others; empty where no one else creates any."""


@dataclass(slots=True)
class Scene:
    """The test that is running, and the requirement that its valid requests demonstrate."""

    test: str = ""
    demonstrates: str | None = None
    about: str | None = None
    findings: list[Finding] = field(default_factory=list)
    latest: Exchange | None = None


class Answer:
    """What came back for a draft, as a scenario reads it."""

    def __init__(self, judgement: Judgement, exchange: Exchange, undeclared: list[str]) -> None:
        self._judgement = judgement
        self._undeclared = undeclared
        self.exchange = exchange

    @property
    def status(self) -> int:
        """The status, 0 where no answer came."""
        return self.exchange.response.status if self.exchange.response else 0

    @property
    def findings(self) -> list[Finding]:
        """What the Judge found wrong with this exchange."""
        return self._judgement.findings

    @property
    def json(self) -> Any:
        """The answer's JSON value."""
        return self._judgement.call.answered if self._judgement.call else None

    @property
    def refused(self) -> bool:
        """Whether the request was refused: any answer that is neither a success nor a server error."""
        if self._judgement.trouble:
            raise Untested(self._judgement.trouble)
        if not self.status and self.exchange.intent.tentative:
            raise Untested("a connection among several at once was not taken up")
        return 300 <= self.status < 500 or self._denied

    @property
    def _denied(self) -> bool:
        return self._judgement.call is not None and self._judgement.call.denied

    @property
    def accepted(self) -> bool:
        """Whether the request was accepted.

        Untested is raised where the target refused a request that the document allows and that nobody
        vouched for: it may have reasons that its document does not state.
        """
        if self.refused and self._judgement.refusal:
            declare = f"; declare {', '.join(self._undeclared)}" if self._undeclared else ""
            excuse = "fixtures" if self._undeclared else None
            raise Untested(f"{self._judgement.refusal}{declare}", blocked_by=excuse)
        return 200 <= self.status < 300 and not self._denied


class Session:
    """One run against one target.

    authorization: the value of the Authorization header, None where the run has no credentials.
    declared: whether the target declared every fixture, so that valid requests are vouched for.
    lost: how many POST requests were sent and not answered; what they created, if anything, is not known.
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
        self.manners = Manners(budget or Budget(), waited=self.tally.waited)
        self.undeclared = fixtures.missing()
        self.watchers: list[Callable[[Exchange, Judgement], None]] = []
        self.authorization = authorization
        self.lost = 0
        self._login = login or {}
        self._scrubber = scrubber or Scrubber()
        self._issued = Issued()
        self._token = ""
        self._superseded: set[str] = set()
        self._renewing = threading.Lock()
        self._named_so_far: Counter[str] = Counter()
        self._established: dict[str, Untested | None] = {}
        self._answered = False
        self._silences = 0
        self._patience = 0
        self._fresh = False
        """Whether every request gets a connection of its own: the target closes idle ones without a word."""

    def build(self, draft: Draft) -> Request:
        """The request that a draft becomes at this target, with the run's credentials."""
        if self._login and not self._token:
            self._log_in()
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
            intent = replace(intent, demonstrates=None, vouched=False, about=intent.about or intent.demonstrates)
        return self._observe(self._exchange(request, intent))

    def send_as(self, draft: Draft, intent: Intent) -> Answer:
        """Sends a draft of which more is known than the running test says."""
        request = self.build(self.named(draft))
        return self._observe(self._exchange(request, replace(intent, test=self.scene.test)))

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
                sent += [pool.submit(self._exchange, request, intent) for request in requests]
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
            vouched=self.scene.demonstrates is not None and not self.undeclared,
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
        judgement.findings = [
            replace(f, exchange=kept, message=self.fit_to_keep(f.message), actual=self.fit_to_keep(f.actual))
            for f in judgement.findings
        ]
        if judgement.call is not None:
            judgement.call.exchange = kept
        return kept

    def fit_to_keep(self, text: str) -> str:
        """A text without any secret of the run."""
        return self._issued.text(self._scrubber.text(text))

    def establish(self, name: str) -> None:
        """Makes sure, once a run, that a sample (the plainest valid request of its kind) is accepted.

        Untested where it is not: what builds on it cannot be shown, and the refusal is blamed once, on the
        requirement that the sample demonstrates.
        """
        if name not in self._established:
            sample = self.samples.samples()[name]
            with self._scene(f"{ESTABLISHING}{name}", sample.demonstrates):
                answer = self.send(sample.draft)
            self._established[name] = self._obstacle(sample.demonstrates, answer)
        obstacle = self._established[name]
        if obstacle is not None:
            raise Untested(obstacle.reason, blocked_by=obstacle.blocked_by)

    def close(self) -> None:
        """Closes the connections."""
        self.target.client.close()

    @contextmanager
    def _scene(self, test: str, demonstrates: str | None) -> Iterator[None]:
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

    def _log_in(self) -> None:
        """Gets a token by the API's own login, from now on the run's credentials."""
        try:
            token: str = self.api.module("client").login(self._send_login, self.target.url, self._login)
        except httpx.TransportError as error:
            raise Unreachable(
                f"No answer from {self.target.url}: {self._in_words(error)}.", hint=advice(error)
            ) from None
        self._scrubber.learn(token)
        self._token, self.authorization = token, f"Bearer {token}"

    def _send_login(self, request: Request) -> Response:
        """Sends a login, again where it is asked to wait; what it asks with and is given are secrets from now on."""
        for _ in range(PATIENCE):
            response = self._send(request)
            for message in (request, response):
                for secret in secrets_in(message):
                    self._scrubber.learn(secret)
            if not self.manners.retry_after(response, self.throttled):
                break
        return response

    def _in_words(self, error: httpx.TransportError) -> str:
        """What went wrong on the connection, for a person: such errors quote what was sent or received."""
        return self.fit_to_keep(in_words(error))

    def _renewed(self, request: Request, response: Response) -> Request | None:
        """The request with a new token, where its own was refused and a login can give another."""
        used = request.header("Authorization")
        if response.status != 401 or not self._login or used is None:
            return None
        if used != self.authorization and used not in self._superseded:
            return None  # it was wrong on purpose
        with self._renewing:  # of several requests at once, one gets the token for all
            if used == self.authorization:
                self._superseded.add(used)
                self._log_in()
        headers = [(k, v) for k, v in request.headers if k.lower() != "authorization"]
        return replace(request, headers=(*headers, ("Authorization", str(self.authorization))))

    def _exchange(self, request: Request, intent: Intent) -> Exchange:
        renewed = False
        if self.target.cassette is not None:
            self.target.cassette.test = intent.test
        for attempt in range(PATIENCE):
            self.manners.before()
            started, clock = time.time(), time.perf_counter()
            try:
                response = self._send(request)
            except KeyboardInterrupt:
                self.lost += request.method == "POST"
                raise
            except httpx.TransportError as error:
                reason = self._in_words(error)
                if closed_idle(error):
                    self._fresh = True
                    if request.method in REPEATABLE and attempt + 1 < PATIENCE:
                        continue
                    intent = replace(intent, tentative=True)
                self.lost += request.method == "POST" and not isinstance(error, httpx.ConnectError)
                if not self._answered:
                    raise Unreachable(f"No answer from {self.target.url}: {reason}.", hint=advice(error)) from None
                self.manners.check_time()  # an answer that was cut short by the budget is no fault of the target
                self._silences += 1
                if self._silences >= SILENCES:
                    raise Unreachable(f"{self.target.url} has stopped answering: {reason}.") from None
                return Exchange(request, None, reason, started, time.perf_counter() - clock, intent)
            self._answered, self._silences = True, 0
            if not renewed and (again := self._renewed(request, response)):
                request, renewed = again, True
                continue
            exchange = Exchange(request, response, None, started, time.perf_counter() - clock, intent)
            if not self.manners.retry_after(response, self.throttled):
                self._patience = 0
                return exchange
        self._patience += 1
        if self._patience >= THROTTLED_IN_A_ROW:
            raise CannotJudge(
                f"{self.target.url} goes on throttling the run ({response.status}).", hint="Lower the rate."
            )
        return exchange

    @property
    def throttled(self) -> frozenset[int]:
        """Statuses that, with Retry-After, ask to wait; the contract may name more."""
        return THROTTLED | self.api.throttling

    def _send(self, request: Request) -> Response:
        content = request.body or None
        headers = [*request.headers, ("Accept-Encoding", "gzip, deflate")]
        if self._fresh:
            headers.append(("Connection", "close"))
        timeout = min(self.target.timeout, self.manners.left)
        sent = self.target.client.build_request(
            request.method, _url(request.url), headers=headers, content=content, timeout=timeout
        )
        response = self.target.client.send(sent, stream=True)
        try:
            body = bytearray()
            decode = _decoder(response.headers.get("Content-Encoding", "identity").strip().lower())
            for chunk in response.iter_raw():
                body += decode(chunk)
                if len(body) > LARGEST_BODY:
                    said = f"{self.target.url} gives answers that are longer than {LARGEST_BODY // 2**20} MiB"
                    raise Unreachable(f"{said}: {request.method} {urlsplit(request.url).path}.")
            return Response(response.status_code, tuple(response.headers.multi_items()), bytes(body))
        except zlib.error as error:
            raise httpx.ReadError(f"the body cannot be decoded ({error})") from None
        finally:
            response.close()

    def _end_if_refused(self, judgement: Judgement, exchange: Exchange) -> None:
        """401 and 403 that nothing provoked end a run which was never served."""
        if not judgement.trouble:
            return
        status = exchange.response.status if exchange.response else 0
        if status in (401, 403) and not self.tally.accepted.total():
            raise CredentialsRefused(
                f"{self.target.url} refuses the run's credentials ({status}).",
                hint="Name the environment variable that holds the token: --token-env VARIABLE.",
            )


_url = lru_cache(256)(httpx.URL)
"""Addresses, read once: most requests of a run go to a few."""


def _decoder(encoding: str) -> Callable[[bytes], bytes]:
    """Takes the encoding off a body piece by piece, never far beyond the largest: a small one may hold gigabytes."""
    if encoding in ("", "identity"):
        return bytes
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise httpx.ReadError(f"the body is encoded as {encoding}, which was not asked for")
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
    return lambda chunk: inflate.decompress(chunk, LARGEST_BODY + 1)
