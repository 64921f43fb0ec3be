"""Traffic of many clients at once, as the conforming references answer it.

A service acts on each request in one moment; the exchange begins some time before that moment and ends some time after
it. So the moments say what happened, and beginnings and ends hide it.
"""

import asyncio
import json
import random

import httpx

from bookproof import apis
from bookproof.exchange import Exchange, Request, Response

JSON = ("Content-Type", "application/json")
EPOCH = 1_750_000_000.0


class TimeTap:
    """Clients of TimeTap: they create, list, read, update and delete, and send back what they saw long ago."""

    name = "timetap"

    def __init__(self, seed=0):
        self.api = apis.load(self.name)
        self.url = self.api.contract.servers[0]
        self.now = EPOCH
        self.reference = self.api.reference(clock=lambda: self.now)
        self.chance = random.Random(seed)
        self.samples = self.api.samples(self.api.fixtures(self.api.reference_fixtures))
        self.known = {}
        """What the answers to creations showed, by id."""
        self.since = {}
        """When somebody could first know of each."""

    def request(self, number):
        """Some request, and the id that its sender has to know."""
        kinds = {"create": 3, "list": 4, **({"read": 4, "update": 4, "delete": 2, "busy": 1} if self.known else {})}
        kind = self.chance.choices(list(kinds), list(kinds.values()))[0]
        if kind == "create":
            return self.create(number, self.chance.sample(list(self.known), min(2, len(self.known)))), None
        if kind == "list":
            return self.build("GET", "/resource"), None
        known = self.chance.choice(list(self.known))
        if kind == "update":
            body = self.known[known] | {"name": f"bookproof {number}", "isBundledResource": False}
            return self.build("PUT", "/resource", body), known
        path = f"/resource/{known}" + ("/isBusy/2030-01-10/1000/1100" if kind == "busy" else "")
        return self.build("DELETE" if kind == "delete" else "GET", path), known

    def create(self, number=0, bundle=()):
        """A creation."""
        return self.build("POST", "/resource", self.samples.minimum(f"bookproof {number}", bundleResourceIdList=bundle))

    def learn(self, answer):
        """The id of what a creation made, with what its answer shows."""
        return answer["resourceId"], answer

    async def app(self, scope, receive, send):
        """The service."""
        await self.reference.app(scope, receive, send)

    def build(self, method, path, body=None):
        """A request with credentials."""
        headers = (("Authorization", f"Bearer {self.api.reference_token}"), JSON)
        return Request(method, self.url + path, headers, json.dumps(body).encode() if body else b"")

    def exchange(self, request, before=0.0, after=0.0):
        """A request that began some seconds ago, with the answer of now, which takes some seconds more to arrive."""
        return asyncio.run(self._exchange(request, self.now - before, self.now + after))

    def exchanges(self, count):
        """That many exchanges in the order of their moments; hardly two of them are apart."""
        return asyncio.run(self._exchanges(count))

    async def _exchange(self, request, begun, ended):
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport) as client:
            answer = await client.request(
                request.method, request.url, headers=list(request.headers), content=request.body or None
            )
        response = Response(answer.status_code, tuple(answer.headers.items()), answer.content)
        if request.method == "POST":
            identity, shown = self.learn(answer.json())
            self.known[identity] = shown
            self.since.setdefault(identity, self.now)
        return Exchange(request, response, None, begun, ended - begun)

    async def _exchanges(self, count):
        found = []
        for number in range(count):
            self.now += self.chance.choice([0.001, 0.01, 0.5])
            request, needs = self.request(number)
            begun = max(self.now - self.chance.expovariate(2), self.since.get(needs, 0.0))
            found.append(await self._exchange(request, begun, self.now + self.chance.expovariate(2)))
        return found


class Nexudus(TimeTap):
    """Clients of Nexudus: they create, read and delete, at a service that gives the Ids of deleted records again."""

    name = "nexudus"

    def request(self, number):
        """Some request, and the id that its sender has to know."""
        kind = self.chance.choices(["create", "read", "delete"], [3, 4, 2] if self.known else [1, 0, 0])[0]
        if kind == "create":
            return self.create(number), None
        known = self.chance.choice(list(self.known))
        return self.build("DELETE" if kind == "delete" else "GET", f"/api/spaces/resources/{known}"), known

    def create(self, number=0):
        """A creation."""
        plainest = next(iter(self.samples.samples().values())).draft.body
        return self.build("POST", "/api/spaces/resources", plainest | {"Name": f"bookproof {number}"})

    async def app(self, scope, receive, send):
        """The service: a new record has the lowest Id that is free."""
        taken = set(map(int, self.reference.records))
        self.reference._last_id = next(n for n in range(100, 10_000) if n + 1 not in taken)
        await self.reference.app(scope, receive, send)

    def learn(self, answer):
        """The Id of what a creation made."""
        return answer["Value"]["Id"], answer["Value"]


def by_end(exchanges):
    """In the order in which a proxy sees them."""
    return sorted(exchanges, key=lambda exchange: exchange.started + exchange.elapsed)


def by_beginning(exchanges):
    """In the order in which a browser saves them."""
    return sorted(exchanges, key=lambda exchange: exchange.started)
