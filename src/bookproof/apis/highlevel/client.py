"""Fixtures of a HighLevel target, and the valid requests built from them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from bookproof import apis
from bookproof.apis import Sample
from bookproof.draft import Draft
from bookproof.errors import Untested
from bookproof.exchange import Intent

VERSION = "2021-04-15"
OPERATION = "createCalendarResource"
LIMIT = 100


class Fixtures(apis.Fixtures):
    """location_id: a location of the token; calendar_ids: service calendars there, 101 for the limit."""

    location_id: str = ""
    calendar_ids: tuple[str, ...] = ()


class Samples:
    """Valid requests. Where no fixture is declared, ids of the right form stand in and nothing is vouched for."""

    NAMES: ClassVar[Mapping[str, str]] = {OPERATION: "name"}
    ALIKE: ClassVar[Sequence[str]] = ("room", "equipment")

    def __init__(self, fixtures: Fixtures) -> None:
        self.location_id = fixtures.location_id or "bookproofLocation001"
        self.declared_calendars = len(set(fixtures.calendar_ids))
        self._calendars = list(dict.fromkeys(fixtures.calendar_ids))

    def calendars(self, count: int, *, made_up: bool = False) -> list[str]:
        """That many distinct calendar ids, all of them declared, or all made up where none is declared.

        Untested where some are declared and fewer than that; made_up: fill up with ids of the same form instead.
        """
        if self.short_of(count) and not made_up:
            raise self.too_few(count)
        invented = (f"bookproofMadeUp{number:05d}" for number in range(1, count + 1))
        known = self._calendars + [name for name in invented if name not in self._calendars]
        return known[:count]

    def short_of(self, count: int) -> bool:
        """Whether some calendars are declared, but fewer than that."""
        return 0 < self.declared_calendars < count

    def too_few(self, count: int) -> Untested:
        """Why what takes that many known calendars cannot be shown."""
        reason = f"it needs {count} known calendar_ids; {self.declared_calendars} are declared"
        return Untested(reason, blocked_by="fixtures")

    def body(self, **changes: Any) -> dict[str, Any]:
        """A body that both kinds of resource accept, with changes."""
        body: dict[str, Any] = {
            "locationId": self.location_id,
            "name": "bookproof-yoga room",
            "description": "First floor, window side",
            "quantity": 5,
            "outOfService": 1,
            "capacity": 85,
            "calendarIds": self.calendars(1),
        }
        return body | changes

    def create(self, resource_type: str, body: Any) -> Draft:
        """The creation of a resource."""
        return Draft(OPERATION, path={"resourceType": resource_type}, headers={"Version": VERSION}, body=body)

    def room(self) -> dict[str, Any]:
        """A room with one calendar: the plainest there is."""
        return self.body()

    def equipment(self) -> dict[str, Any]:
        """A piece of equipment with one calendar."""
        return self.body(name="bookproof-projector")

    def samples(self) -> Mapping[str, Sample]:
        """A valid room and a valid piece of equipment."""
        return {
            "room": Sample("HL-017", self.create("rooms", self.room())),
            "equipment": Sample("HL-016", self.create("equipments", self.equipment()), hollow=True),
        }

    def settle(self, operation: str, path: Mapping[str, Any], body: Any) -> Any:
        """A generated body with known ids, and with one calendar where the resource is an equipment."""
        if not isinstance(body, dict) or not isinstance(body.get("calendarIds"), list):
            return body
        most = 1 if path.get("resourceType") == "equipments" else len(body["calendarIds"])
        wanted = min(most, len(body["calendarIds"]), self.declared_calendars or 101)
        known = self.calendars(wanted) if wanted else []
        return body | {"locationId": self.location_id, "calendarIds": known}

    def items(self, where: str, count: int) -> Sequence[Any]:
        """Distinct valid items for calendarIds, the only array of a request; fewer where fewer are declared."""
        return self.calendars(min(count, self.declared_calendars or count))


class Client:
    """HighLevel's one operation, for scenarios."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.samples: Samples = session.samples
        self._unknown_taken: dict[int, bool] = {}

    def create(self, resource_type: str, body: Any) -> Any:
        """Sends the creation of a resource; gives the Answer."""
        return self.session.send(self.samples.create(resource_type, body))

    def create_with_many(self, resource_type: str, body: dict[str, Any], count: int) -> Any:
        """A creation with that many calendars, which must be accepted; Untested where too few are known.

        Ids that are made up are tried all the same: whoever takes them shows that known ones would be taken.
        """
        many = body | {"calendarIds": self.samples.calendars(count, made_up=True)}
        if self.samples.short_of(count) and self._probe("rooms", many).refused:
            raise self.samples.too_few(count)
        return self.create(resource_type, many)

    def create_with_too_many(self, resource_type: str, body: dict[str, Any], count: int, *, most: int) -> Any:
        """A creation with more calendars than are allowed, which must be refused; gives the Answer.

        Accepting it is a fault whatever the ids are. A refusal shows nothing where it may be about unknown ids:
        Untested then, unless the target takes as many as are allowed though they are made up.
        """
        draft = self.samples.create(resource_type, body | {"calendarIds": self.samples.calendars(count, made_up=True)})
        if not self.samples.short_of(min(count, LIMIT)) or self._takes_unknown(max(most, 2)):
            return self.session.send(draft)
        answer = self.session.send(draft, conclusive=False)
        if answer.refused:
            raise self.samples.too_few(min(count, LIMIT))
        return answer

    def create_with_one_twice(self, resource_type: str, body: dict[str, Any], count: int) -> Any:
        """A creation with that many calendars, the first of which is also the last; gives the Answer.

        What comes of it may be about the repetition: only that too many are accepted is a fault of the limit.
        """
        calendars = self.samples.calendars(count - 1, made_up=True)
        draft = self.samples.create(resource_type, body | {"calendarIds": [*calendars, calendars[0]]})
        return self.session.send_as(draft, self._tentative)

    def again_without_credentials(self, answer: Any) -> Any:
        """The request of an answer once more, to the letter but for its Authorization; gives the Answer."""
        request = answer.exchange.request
        headers = tuple((name, value) for name, value in request.headers if name.lower() != "authorization")
        return self.session.send_request(replace(request, headers=headers))

    def create_with_unknown_ids(self, **ids: Any) -> Any:
        """A room with a location or calendars that nobody declared, which may be refused; gives the Answer."""
        return self._probe("rooms", self.samples.body(**ids))

    def create_with_type_in_body(self, resource_type: str, body: dict[str, Any], other: str) -> Any:
        """A creation whose body has a resourceType of its own, which the document does not mention; gives the Answer.

        A breakdown may be about any such property: that is for the test of undocumented ones to show.
        """
        return self.session.send_as(self.samples.create(resource_type, body | {"resourceType": other}), self._tentative)

    @property
    def _tentative(self) -> Intent:
        return Intent(about=self.session.scene.about, conclusive=False, tentative=True)

    def _takes_unknown(self, count: int) -> bool:
        if count not in self._unknown_taken:
            body = self.samples.body(calendarIds=self.samples.calendars(count, made_up=True))
            self._unknown_taken[count] = not self._probe("rooms", body).refused
        return self._unknown_taken[count]

    def _probe(self, resource_type: str, body: Any) -> Any:
        return self.session.send(self.samples.create(resource_type, body), probe=True)

    def send(self, draft: Draft, **options: Any) -> Any:
        """Sends any draft; gives the Answer."""
        return self.session.send(draft, **options)

    def clean_up(self) -> list[str]:
        """Nothing can be taken back: the document has no operation for it. Names what the run created."""
        created = self.session.tally.accepted.total()
        return [f"{created} calendar resources, named bookproof …"] if created else []
