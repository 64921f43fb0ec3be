"""What the users of one process share: the target, its manners, the Judge, and the account of what they created."""

import itertools
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any, Final

import gevent
from gevent.pool import Pool

from bookproof import __version__
from bookproof.apis.acting import AT_ONCE, Heard, Say, Stage, choose, perform, play_named, repertoire
from bookproof.errors import BudgetSpent, CannotJudge, Untested
from bookproof.exchange import Exchange, Intent, Request, Response
from bookproof.loading import messages
from bookproof.loading.bench import ALONE
from bookproof.loading.connection import Broken, Connection, Exhausted
from bookproof.loading.link import Link
from bookproof.loading.pace import Pace
from bookproof.loading.role import Lines, Role
from bookproof.loading.settings import Settings
from bookproof.negatives import NearMiss, near_misses
from bookproof.targets.manners import THROTTLED
from bookproof.targets.opening import NO_TOKEN, check_fixtures
from bookproof.targets.sending import PATIENCE

REPEATED: Final = 20
"""How many acts that broke something are played again by themselves, each REPEATS times."""
REPEATS: Final = 3
LONGEST_REPEAT: Final = 30.0
"""Seconds after which no further act is played again."""
LONGEST_JUDGING: Final = 600.0
"""Seconds that the Judge may take for what waits when the users have stopped."""

BEAT: Final = 0.25
LATE: Final = 1.0
"""Seconds that this process may get no turn before a missing answer is its own fault."""

_EPOCH: Final = time.time() - time.perf_counter()
"""One clock for all exchanges of the process: it is never set back while they are compared."""

Report = Callable[[str, str, float, int, str], None]
"""Told of each request: method, operation, milliseconds, bytes of the answer, and what is wrong, if anything."""


class Crew:
    """The users of one process. number: which of several processes it is; share: how many share the budget."""

    def __init__(self, settings: Settings, report: Report, *, number: int = 0, share: int = 1, judged: bool = True):
        self.settings = settings
        self.plan = settings.plan()
        self.api = settings.known
        self.repertoire = repertoire(self.api)
        self.fixtures = check_fixtures(self.api, self.plan.fixtures)
        self.pace = Pace(self.plan.budget, share=share, sleep=gevent.sleep)
        self.remains: list[str] = []
        self.exhausted: Counter[str] = Counter()
        self.cut_off = 0
        self.users = itertools.count()
        self._number = number
        self._report = report
        self._vouching = not self.fixtures.missing()
        self._near_misses = self._prepare()
        self._throttled = THROTTLED | frozenset(self.api.contract.document["info"].get("x-throttling-statuses", ()))
        self._tag = secrets.token_hex(3)
        self._tags = itertools.count(1)
        self._created: dict[Hashable, None] = {}
        self._nameless = 0
        self._login = threading.Lock()
        self._token = self.plan.authorization or ("" if self.plan.login else f"Bearer {NO_TOKEN}")
        self.link: Link | None = None
        if not self._token:
            self._log_in(Connection(self.plan.url, self.plan.timeout))
        if judged:
            self.link = Link(settings)
            self.link.tell([messages.SECRET, self._token.partition(" ")[2]])
        self._late = 0.0
        self._pulse = gevent.spawn(self._beat)

    def _prepare(self) -> list[NearMiss]:
        samples = self.api.samples(self.fixtures)
        judge = self.api.judge(bases=[self.plan.url])
        return [miss for name in samples.samples() for miss in near_misses(judge, samples, name)]

    # -- acts ----------------------------------------------------------------------------------------------

    def play(self, lines: Lines, name: str, *, alone: bool = False) -> None:
        """Plays an act. alone: what it would send at once goes one after the other."""
        act = f"{ALONE}{name}" if alone else name
        stage = Stage(
            samples=self.api.samples(self.fixtures),
            chance=random.Random(name),  # noqa: S311 - it is to be repeatable
            near_misses=self._near_misses,
            capabilities=self.plan.capabilities,
            tag=f"{self._tag}{next(self._tags):x}",
        )
        ended = False
        try:
            play = play_named(self.repertoire, name.partition(" ")[0])
            perform(play(stage), Role(act, lines, self.say, self.link, alone=alone))
            ended = True
        except Untested:
            ended = True  # the fixtures do not suffice for this act
        except BudgetSpent:
            ended = True
            raise
        except Exhausted as error:
            self.exhausted[str(error)] += 1
            gevent.sleep(0.1)
        finally:
            self.cut_off += not ended
            if self.link:
                self.link.tell([messages.END, act])

    def choose(self, user: int, turn: int) -> str:
        """The name of a user's next act; it says which act and holds the seed of all that is left to chance in it."""
        place = f"{self.settings.seed}.{self._number}.{user}.{turn}"
        chosen = choose(self.repertoire, self.settings.mix, random.Random(place))  # noqa: S311 - the same
        return f"{chosen} {place}" if chosen else ""

    # -- requests ------------------------------------------------------------------------------------------

    def say(self, connection: Connection, say: Say, act: str) -> Heard:
        """Sends a request of an act, as often as the target asks to wait, and keeps account of what it creates."""
        request = say.draft.build(self.api.contract, self.plan.url, self._token)
        request = replace(request, headers=(*request.headers, ("User-Agent", f"bookproof/{__version__}")))
        vouched = say.demonstrates is not None and self._vouching
        intent = Intent(say.demonstrates, vouched=vouched, about=say.about, test=act)
        renewed = False
        for _ in range(PATIENCE):
            self.pace.before()
            clock = time.perf_counter()
            response, error = None, None
            try:
                response = connection.send(request)
            except Broken as reason:
                if self._late > clock:
                    raise Exhausted("too busy to take in answers when they came") from None
                error = str(reason)
            elapsed = time.perf_counter() - clock
            self._report_request(request.method, say.draft.operation, elapsed, response, error)
            exchange = Exchange(request, response, error, _EPOCH + clock, elapsed, intent)
            if response is None:
                break
            if not renewed and (again := self._renewed(connection, request, response)):
                request, renewed = again, True
            elif not self.pace.asked_to_wait(response, self._throttled):
                break
        heard = Heard(exchange)
        self._account(say, heard)
        return heard

    def _beat(self) -> None:
        """Notices when this process gets no turn for long: what it then waited for in vain may have been there."""
        while True:
            clock = time.perf_counter()
            gevent.sleep(BEAT)
            if time.perf_counter() - clock > BEAT + LATE:
                self._late = time.perf_counter()

    def _report_request(
        self, method: str, operation: str, seconds: float, response: Response | None, error: str | None
    ) -> None:
        wrong = error or ""
        if response is not None and (response.status >= 500 or response.status in self._throttled):
            asked = response.status < 500 and response.header("Retry-After") is None and response.status != 429
            wrong = "" if asked else f"answered {response.status}"
        self._report(method, operation, seconds * 1000, len(response.body) if response else 0, wrong)

    def _renewed(self, connection: Connection, request: Request, response: Response) -> Request | None:
        """The request with a new token, where its own was refused and a login can give another."""
        own = request.header("Authorization")
        if response.status != 401 or not self.plan.login or own is None or not own.startswith("Bearer "):
            return None
        with self._login:
            if own == self._token:
                self._log_in(connection)
        headers = [(k, v) for k, v in request.headers if k.lower() != "authorization"]
        return replace(request, headers=(*headers, ("Authorization", str(self._token))))

    def _log_in(self, connection: Connection) -> None:
        try:
            token: str = self.api.module("client").login(connection.send, self.plan.url, self.plan.login)
        except (Broken, Exhausted) as error:
            raise CannotJudge(f"No token from {self.plan.url}: {error}.") from None
        if self.link:
            self.link.tell([messages.SECRET, token])
        self._token = f"Bearer {token}"

    # -- what was created ----------------------------------------------------------------------------------

    def _account(self, say: Say, heard: Heard) -> None:
        """Keeps account of creations and deletions, whatever else is wrong with them."""
        if not heard.accepted:
            return
        operation = say.draft.operation
        gone = self.repertoire.gone(operation, say.draft.path)
        if gone is not None:
            self._created.pop(gone, None)
        elif self.api.contract.operations[operation].method == "POST":
            identity = self.repertoire.born(operation, heard.json)
            if identity is None:
                self._nameless += 1
            else:
                self._created[identity] = None

    def clean_up(self) -> None:
        """Takes back what was created, and notes what remains."""
        self.pace.requests, self.pace.seconds = 0, 0.0
        pool = Pool(AT_ONCE)
        left = [identity for identity in pool.imap_unordered(self._take_back, list(self._created)) if identity]
        left = [str(identity) for identity in left]
        if left:
            named = ", ".join(left[:5]) + (" …" if len(left) > 5 else "")
            self.remains.append(f"{len(left)} resources, named bookproof …: {named}")
        if self._nameless:
            self.remains.append(f"{self._nameless} resources, named bookproof …")
        if self.cut_off:
            self.remains.append(f"what {self.cut_off} acts had created when they were cut off")

    def _take_back(self, identity: Hashable) -> Hashable | None:
        draft = self.repertoire.removal(identity, self.plan.capabilities)
        if draft is None:
            return identity
        connection = Connection(self.plan.url, self.plan.timeout)
        try:
            request = draft.build(self.api.contract, self.plan.url, self._token)
            for _ in range(PATIENCE):
                self.pace.before()
                response = connection.send(request)
                if not self.pace.asked_to_wait(response, self._throttled):
                    break
            return None if 200 <= response.status < 300 or response.status == 404 else identity
        except (Broken, Exhausted):
            return identity
        finally:
            connection.close()

    # -- the end -------------------------------------------------------------------------------------------

    def finish(self) -> dict[str, Any]:
        """What this process comes to, as JSON values: acts that broke something are played again, then all is ended."""
        found: dict[str, Any] = {}
        self._pulse.kill()
        if self.link:
            try:
                self._repeat(self.link.ask(messages.BROKEN, LONGEST_JUDGING)["broken"])
                self.clean_up()
                found = self.link.ask(messages.FINISH, LONGEST_JUDGING)
            except (CannotJudge, gevent.Timeout) as error:
                found = {"fault": str(error)}
            finally:
                self.link.close()
        else:
            self.clean_up()
        return found | {
            "remains": self.remains,
            "exhausted": dict(self.exhausted),
            "behind": self.link.behind if self.link else 0.0,
            "waited": self.pace.waited,
        }

    def _repeat(self, names: Sequence[str]) -> None:
        """Plays acts that broke something again, by themselves: what is found then does not need the load."""
        self.pace.requests, self.pace.seconds = 0, 0.0
        report, self._report = self._report, lambda *told: None  # it is no part of the load
        lines = Lines(self.plan.url, self.plan.timeout)
        deadline = time.monotonic() + LONGEST_REPEAT
        for name in names[:REPEATED]:
            for _ in range(REPEATS):
                if time.monotonic() < deadline:
                    self.play(lines, name, alone=True)
        lines.close()
        self._report = report
