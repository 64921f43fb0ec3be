"""Plays the acts of a load test without Locust: against an application in this process, what is at once on threads."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from bookproof import apis
from bookproof.apis.acting import Heard, Stage, perform, play_named, repertoire
from bookproof.exchange import Exchange, Intent, Response
from bookproof.loading.bench import Bench
from bookproof.negatives import near_misses
from bookproof.targets.asgi import AsgiTransport

URL = "http://reference.test"
CAPABILITIES = frozenset({"readback", "cleanup"})


class Actor:
    """Plays acts and has them judged; `bench` says what they come to."""

    def __init__(self, name, app=None):
        self.api = apis.load(name)
        self.bench = Bench(self.api, bases=[URL], reading="strict")
        self._fixtures = self.api.fixtures(self.api.reference_fixtures)
        self._client = httpx.Client(transport=AsgiTransport(app or self.api.reference().app))
        self._act = ""
        self._tags = iter(range(10**6))
        samples = self.api.samples(self._fixtures)
        self._misses = [miss for name in samples.samples() for miss in near_misses(self.bench._first, samples, name)]

    def close(self):
        """Ends the application's loops."""
        self._client.close()

    def play(self, name, times=1):
        """Plays an act, each time with another chance."""
        play = play_named(repertoire(self.api), name)
        for turn in range(times):
            self._act = f"{name} {turn}"
            samples, chance = self.api.samples(self._fixtures), random.Random(self._act)
            perform(play(Stage(samples, chance, self._misses, CAPABILITIES, f"{next(self._tags):x}")), self)
            self.bench.end(self._act)

    def say(self, say):
        """Sends a request and has it judged."""
        heard = self._send(say)
        self.bench.take(self._act, heard.exchange)
        return heard

    def together(self, says):
        """Sends requests on threads and has them judged as they ended."""
        with ThreadPoolExecutor(len(says)) as pool:
            answers = list(pool.map(self._send, says))
        for heard in sorted(answers, key=lambda one: one.exchange.started + one.exchange.elapsed):
            self.bench.take(self._act, heard.exchange, at_once=True)
        return answers

    def claim(self, claim):
        """Takes a claim to the bench."""
        said = (claim.where, claim.expected, claim.actual)
        self.bench.claim(self._act, claim.rule, claim.holds, claim.heard.exchange, said)

    def blamed(self):
        """The requirements that something was found about."""
        return {seen.finding.requirement for seen in self.bench.finish().tally.findings.values()}

    def _send(self, say):
        request = say.draft.build(self.api.contract, URL, f"Bearer {self.api.reference_token}")
        started, clock = time.time(), time.perf_counter()
        answered = self._client.request(
            request.method, request.url, headers=list(request.headers), content=request.body or None
        )
        response = Response(answered.status_code, tuple(answered.headers.multi_items()), answered.content)
        intent = Intent(say.demonstrates, vouched=say.demonstrates is not None, about=say.about, test=self._act)
        return Heard(Exchange(request, response, None, started, time.perf_counter() - clock, intent))
