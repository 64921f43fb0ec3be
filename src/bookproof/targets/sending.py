"""How a run gets its answers: with its credentials, within its budget, patient where the target asks it to wait."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import httpx

from bookproof.apis import Api
from bookproof.errors import CannotJudge, Unreachable
from bookproof.exchange import Exchange, Intent, Request, Response
from bookproof.targets.connection import advice, closed_idle, in_words
from bookproof.targets.manners import THROTTLED, Manners
from bookproof.targets.masking import secrets_in
from bookproof.targets.secrets import Scrubber
from bookproof.targets.target import Target

PATIENCE = 6
"""How often one request is repeated when the target asks to wait."""

THROTTLED_IN_A_ROW = 3
"""How many requests in a row may exhaust the patience before the run gives up."""

REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""Methods of requests that may be sent twice: nothing is created twice by them."""

SILENCES = 5
"""How many requests in a row may go unanswered before the run gives up."""


class Sender:
    """Sends requests of one run, each as often as it takes; safe to use from many threads.

    authorization: the value of the Authorization header, None where the run has no credentials.
    login: what the API's own login asks for; the token that it gives is learnt by the scrubber.
    fit_to_keep: takes secrets out of what an error quotes.
    lost: how many POST requests were sent and not answered; what they created, if anything, is not known.
    """

    def __init__(
        self,
        api: Api,
        target: Target,
        manners: Manners,
        *,
        authorization: str | None,
        login: Mapping[str, str],
        scrubber: Scrubber,
        fit_to_keep: Callable[[str], str],
    ) -> None:
        self.manners = manners
        self.authorization = authorization
        self.lost = 0
        self._api = api
        self._target = target
        self._login = login
        self._scrubber = scrubber
        self._fit_to_keep = fit_to_keep
        self._token = ""
        self._superseded: set[str] = set()
        self._renewing = threading.Lock()
        self._answered = False
        self._silences = 0
        self._patience = 0
        self._fresh = False
        """Whether every request gets a connection of its own: the target closes idle ones without a word."""

    def prepare(self) -> None:
        """Gets the run's credentials where a login gives them."""
        if self._login and not self._token:
            self._log_in()

    def exchange(self, request: Request, intent: Intent) -> Exchange:
        """The exchange that a request becomes, waits and renewed credentials behind it.

        CannotJudge where the target throttles without end, Unreachable where it does not answer, BudgetSpent.
        """
        renewed = False
        if self._target.cassette is not None:
            self._target.cassette.test = intent.test
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
                    raise Unreachable(f"No answer from {self._target.url}: {reason}.", hint=advice(error)) from None
                self.manners.check_time()  # an answer that was cut short by the budget is no fault of the target
                self._silences += 1
                if self._silences >= SILENCES:
                    raise Unreachable(f"{self._target.url} has stopped answering: {reason}.") from None
                return Exchange(request, None, reason, started, time.perf_counter() - clock, intent)
            self._answered, self._silences = True, 0
            exchange = Exchange(request, response, None, started, time.perf_counter() - clock, intent)
            if not renewed and (again := self._renewed(request, response)):
                request, renewed = again, True
                continue
            if not self.manners.retry_after(response, self.throttled):
                self._patience = 0
                return exchange
        self._patience += 1
        if self._patience >= THROTTLED_IN_A_ROW:
            raise CannotJudge(
                f"{self._target.url} goes on throttling the run ({response.status}).", hint="Lower the rate."
            )
        return exchange

    @property
    def throttled(self) -> frozenset[int]:
        """Statuses that, with Retry-After, ask to wait; the contract may name more."""
        return THROTTLED | self._api.throttling

    def _send(self, request: Request) -> Response:
        return self._target.send(request, within=self.manners.left, fresh=self._fresh)

    def _log_in(self) -> None:
        """Gets a token by the API's own login, from now on the run's credentials."""
        try:
            token: str = self._api.module("client").login(self._send_login, self._target.url, self._login)
        except httpx.TransportError as error:
            raise Unreachable(
                f"No answer from {self._target.url}: {self._in_words(error)}.", hint=advice(error)
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
        return self._fit_to_keep(in_words(error))

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
