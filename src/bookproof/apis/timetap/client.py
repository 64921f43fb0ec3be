"""TimeTap's six operations for scenarios, and the account of what a run created.

A run changes and deletes nothing but what it created itself: requests that go to a resource are aimed at the run's own.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from zlib import crc32

from bookproof.apis.timetap.access import LOGIN, login
from bookproof.apis.timetap.samples import END, PREFIX, START, Fixtures, Samples
from bookproof.apis.timetap.views import whole
from bookproof.draft import Draft
from bookproof.errors import CannotJudge, Untested
from bookproof.exchange import Exchange

NOBODY, NOBODIES = 2_100_000_000, 40_000_000
"""Ids near the end of what 32 bits hold, and how many: no account has so many resources, and any server reads them."""

MANY = 50
"""How many resources a run must have left to look at all of them together."""


class Client:
    """TimeTap's six operations, for scenarios. Keeps account of what the run created and takes it back at the end."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.samples: Samples = session.samples
        self._created: dict[int, str] = {}
        self._deleted: dict[int, str] = {}
        self._nameless: list[str] = []
        self._strangers: set[int] = set()
        self._seen: set[int] = set()
        self._prepared = False
        session.watchers.append(self._watch)

    def create(self, body: Any) -> Any:
        """Sends the creation of a resource; gives the Answer."""
        return self.session.send(self.samples.create(body))

    def list_all(self) -> Any:
        """Asks for all resources; gives the Answer."""
        return self.session.send(self.samples.list_all())

    def read(self, resource: Any) -> Any:
        """Asks for one resource (the resource itself or its id); gives the Answer."""
        return self.session.send(self.samples.read(_id(resource)))

    def is_busy(self, resource: Any, date: str | None = None, start: str = START, end: str = END) -> Any:
        """Asks whether a resource is busy; gives the Answer."""
        return self.session.send(self.samples.is_busy(_id(resource), date, start, end))

    def update(self, resource: Any, **changes: Any) -> Any:
        """Sends an update of what the table wants on every update, and of the changes; gives the Answer."""
        return self.session.send(self.samples.update_of(_id(resource), **changes))

    def delete(self, resource: Any) -> Any:
        """Sends the deletion of a resource; gives the Answer."""
        return self.session.send(self.samples.delete(_id(resource)))

    def send(self, draft: Draft, **options: Any) -> Any:
        """Sends any draft; gives the Answer."""
        return self.session.send(draft, **options)

    def made(self, name: str, **changes: Any) -> dict[str, Any]:
        """A resource of the scenario's own, as the answer to its creation showed it."""
        answer = self.session.send(self.samples.create(self.samples.minimum(name, **changes)), probe=True)
        number = _number(answer.json) if answer.accepted else None
        if number is None:
            raise Untested("the answer to a creation names no resource", blocked_by="TT-020")
        return {**answer.json, "resourceId": number}

    def prepare(self) -> None:
        """Tries every sample, once a run: what they create and delete is then the same for whichever tests follow.

        The resource of the first creation is deleted; requests are aimed at the second. Untested where there is none.
        """
        if not self._prepared:
            self._prepared = True
            with suppress(Untested):
                self._settle_in()
            for name in ("list",) if self.samples.own is None else ("list", "read", "is_busy", "update", "further"):
                with suppress(Untested):
                    self.session.establish(name, self.samples.instead(name))
        self.session.establish("create")
        if self.samples.own is None:
            raise Untested("the answer to a creation names no resource", blocked_by="TT-020")

    def _settle_in(self) -> None:
        """Makes and deletes one resource, and makes the one to aim at; learns the name of its location."""
        self.session.establish("create")
        if self.samples.doomed is not None:
            with suppress(Untested):
                self.session.establish("delete")
        own = self.made(f"{PREFIX}-wheel")
        if own.get("locationName") is None:
            self.session.send(self.samples.read(own["resourceId"]), probe=True)

    def ready(self, *names: str) -> None:
        """Makes sure that samples were accepted, and that there is a resource to aim at."""
        self.prepare()
        for name in names:
            self.session.establish(name)

    def aim(self, draft: Draft) -> Draft:
        """A near miss, aimed at the run's own resource; a deletion at one that is made for it."""
        target = self.samples.resource["resourceId"]
        if draft.operation == "deleteResource":
            target = self.made(_unique("spared", draft))["resourceId"]
        elif draft.operation == "updateResource" and _coerced(draft.body):
            raise Untested("a server that takes true for a number would change somebody else's", blocked_by="safety")
        return self.samples.aim(draft, target)

    def guard(self, case: Any) -> None:
        """Keeps a generated request (a Schemathesis Case) from changing what the run did not create."""
        operation, path = case.operation.definition.raw["operationId"], case.path_parameters or {}
        if operation == "deleteResource" and not self._may_delete(path.get("resourceId")):
            path["resourceId"] = self.made(_unique("generated", len(self._created)))["resourceId"]
        elif operation == "isBusy" and isinstance(path.get("resourceId"), int):
            path["resourceId"] = self.samples.resource["resourceId"]
        if isinstance(case.body, dict):
            case.body = self._spared(case.body, update=operation == "updateResource")

    def _may_delete(self, resource_id: Any) -> bool:
        """Whether an id is one of the run's own, or holds nothing that could be read as somebody else's."""
        number = int(resource_id) if str(resource_id).isdecimal() else None
        return number in self._created or number in self._deleted or not re.search(r"\d", str(resource_id))

    def _spared(self, body: dict[str, Any], *, update: bool) -> dict[str, Any]:
        """A generated body that names no resource but the run's own, and marks what it makes as the run's."""
        spared = {name: value for name, value in body.items() if name != "resourceId"}
        if update and "resourceId" in body:
            known = isinstance(body["resourceId"], int) and body["resourceId"] in self._created
            spared["resourceId"] = body["resourceId"] if known else self.samples.resource["resourceId"]
        if isinstance(spared.get("name"), str):
            spared["name"] = f"{PREFIX}-{spared['name']}"
        return spared

    def unknown_id(self, title: str) -> int:
        """An id that no resource has, as far as the account's lists tell: another for each title."""
        self.prepare()
        first = NOBODY + crc32(title.encode()) % NOBODIES
        return next(number for number in range(first, first + len(self._seen) + 1) if number not in self._seen)

    def clean_up(self) -> list[str]:
        """Deletes what the run created; names what it could not delete, or finds in the list all the same."""
        if not self._created and not self._strangers and not self._nameless:
            return []
        left = [f"a resource named {name!r}, whose creation was answered without an id" for name in self._nameless]
        try:
            if len(self._created) >= MANY:  # more than a page of a list that is shown by pages
                with self.session.within("all that was created"):
                    self.list_all()
            for resource_id in reversed(list(self._created)):  # a bundle before its members
                self.delete(resource_id)
            listed = self._listed()
            for resource_id in self._strangers & listed.keys():
                if listed[resource_id].startswith(PREFIX) and 200 <= self.delete(resource_id).status < 300:
                    del listed[resource_id]
        except CannotJudge:
            listed = {}
        still = self._created | {number: name for number, name in self._deleted.items() if number in listed}
        return left + [f"resource {number}, named {name!r}" for number, name in sorted(still.items())]

    def _listed(self) -> dict[int, str]:
        return _names(self.list_all().json)

    def _watch(self, exchange: Exchange, judgement: Any) -> None:
        """Keeps account of creations and deletions, whatever else is wrong with their answers."""
        call = judgement.call
        if call is None or not 200 <= call.status < 300:
            return
        if call.operation.id == "createResource":
            self._note_creation(call)
        elif call.operation.id == "listResources":
            self._seen |= _names(call.answered).keys()
        elif call.operation.id == "deleteResource" and str(call.path.get("resourceId")).isdecimal():
            number = int(call.path["resourceId"])
            if number in self._created:
                self._deleted[number] = self._created.pop(number)
        elif call.operation.id == "updateResource" and isinstance(call.body.get("resourceId"), int):
            self._strangers |= {call.body["resourceId"]} - self._created.keys() - self._deleted.keys()
        elif call.operation.id == "readResource" and _number(call.answered) == self.samples.resource["resourceId"]:
            self.samples.remember({name: call.answered[name] for name in ("locationName",) if call.sound(name)})

    def _note_creation(self, call: Any) -> None:
        answered = call.answered[0] if isinstance(call.answered, list) and call.answered else call.answered
        name, number = str(call.body.get("name", "")), _number(answered)
        if number is None:
            self._nameless.append(name)
            return
        self._created[number] = name
        self._deleted.pop(number, None)
        if not call.conforming or not call.sound("resourceId"):
            return
        if self.samples.doomed is None:
            self.samples.doomed = number
        elif self.samples.own is None:
            shown = {key: value for key, value in answered.items() if call.sound(key)}
            self.samples.remember(shown | {"resourceId": number})


def _id(resource: Any) -> Any:
    return resource["resourceId"] if isinstance(resource, Mapping) else resource


def _names(listed: Any) -> dict[int, str]:
    """The names in a list by the ids that they have."""
    items = listed if isinstance(listed, list) else []
    return {number: str(item.get("name")) for item in items if (number := _number(item)) is not None}


def _number(item: Any) -> int | None:
    """The id of what an answer shows, also where it stands as text; None where there is none."""
    found = item.get("resourceId") if isinstance(item, dict) else None
    return int(found) if isinstance(found, str) and found.isdecimal() else whole(found)


def _unique(word: str, origin: Any) -> str:
    """A name that is given once: a service may want names to be unique."""
    return f"{PREFIX}-{word} {crc32(repr(origin).encode()):08x}"


def _coerced(body: Any) -> bool:
    """Whether a body names its resource by something that a careless server takes for a small number."""
    return isinstance(body, dict) and isinstance(body.get("resourceId"), bool)


__all__ = ["LOGIN", "Client", "Fixtures", "Samples", "login"]
