"""Fixtures of a Nexudus target, and the valid requests built from them."""

import base64
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar, Final

from bookproof import apis
from bookproof.apis import Sample
from bookproof.apis.nexudus.fields import FOREIGN, ID_LISTS, SLOT, TYPICAL, flags
from bookproof.apis.nexudus.login import LOGIN, login
from bookproof.draft import Draft
from bookproof.errors import CannotJudge, Untested
from bookproof.exchange import Intent, parse_json

__all__ = ["LOGIN", "Client", "Fixtures", "Samples", "login"]

BOOKPROOF: Final = "\\u0062o\\u006F\\u006bproof"
"""The first word of every name, some of its letters escaped."""

CREATE = "createResource"
READ = "readResource"
DELETE = "deleteResource"


class Fixtures(apis.Fixtures):
    """business_id: a business (location) of the account; resource_type_id: a resource type of that business."""

    business_id: int = 0
    resource_type_id: int = 0


class Samples:
    """Valid requests. Where no fixture is declared, ids of the right form stand in and nothing is vouched for."""

    NAMES: ClassVar[Mapping[str, str]] = {CREATE: "Name"}
    ALIKE: ClassVar[Sequence[str]] = ("minimum",)

    def __init__(self, fixtures: Fixtures) -> None:
        self.business_id = fixtures.business_id or 1
        self.resource_type_id = fixtures.resource_type_id or 1

    def minimum(self, **changes: Any) -> dict[str, Any]:
        """The six required fields, with changes."""
        body = {
            "BusinessId": self.business_id,
            "Name": "bookproof-board room",
            "SystemResourceType": 1,
            "ResourceTypeId": self.resource_type_id,
            "DisplayOrder": 10,
            "CancellationFeeType": 0,
        }
        return body | changes

    def full(self) -> dict[str, Any]:
        """All fields but those whose values only the target's owner could know."""
        return self.minimum(**{name: value for name, value in TYPICAL.items() if name not in FOREIGN})

    def full_otherwise(self) -> dict[str, Any]:
        """The same fields with other values: booleans the other way, numbers one more, half of the amenities.

        LinkedResources is left out, so that LinkedResourceIds stands alone.
        """
        required = self.minimum(Name="bookproof-other room", SystemResourceType=3, DisplayOrder=20)
        sent = {name: value for name, value in self.full().items() if name in TYPICAL and name != "LinkedResources"}
        return {name: _otherwise(value) for name, value in sent.items()} | flags(0) | required

    def everything(self) -> dict[str, Any]:
        """All 82 fields."""
        return self.minimum(**TYPICAL)

    def create(self, body: Any) -> Draft:
        """The creation of a resource."""
        return Draft(CREATE, body=body)

    def samples(self) -> Mapping[str, Sample]:
        """The plainest creation."""
        examples = {**TYPICAL, **{name: [1] for name in ID_LISTS}}
        return {"minimum": Sample("NX-095", self.create(self.minimum()), examples=examples)}

    def items(self, where: str, count: int) -> Sequence[Any]:
        """Distinct valid items for a list of a request: time slots or ids."""
        if where.endswith("TimeSlots"):
            return [{**SLOT, "DayOfWeek": number % 7} for number in range(count)]
        return list(range(1, count + 1))

    def settle(self, operation: str, path: Mapping[str, Any], body: Any) -> Any:
        """A generated body with known ids and a telling name; it links, fetches and charges nothing."""
        if not isinstance(body, dict):
            return body
        kept = {key: value for key, value in body.items() if key not in FOREIGN}
        known = {"BusinessId": self.business_id, "ResourceTypeId": self.resource_type_id}
        lists: dict[str, Any] = {name: [] for name in ID_LISTS if isinstance(body.get(name), list)}
        return kept | known | lists | {"Name": f"bookproof-{body.get('Name', '')}"}


class Client:
    """Nexudus' operations, for scenarios. Creations are noted, so that they can be taken back."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.samples: Samples = session.samples
        self._created: dict[int, None] = {}
        self._missing: list[int] = []
        session.watchers.append(self._note)

    def create(self, body: Any, **options: Any) -> Any:
        """Sends the creation of a resource; gives the Answer."""
        return self.session.send(self.samples.create(body), **options)

    def offer(self, body: Any) -> Any:
        """Sends a creation that a target may refuse for good reasons; Untested where it does."""
        answer = self.create(body, probe=True)
        if answer.refused:
            raise Untested("the target refuses values that name nothing of its own", blocked_by="fixtures")
        return answer

    def create_together(self, bodies: Sequence[Any]) -> Any:
        """Sends creations at the same time; gives the Answers."""
        return self.session.send_together([self.samples.create(body) for body in bodies])

    def ids_of(self, answers: Sequence[Any]) -> list[int]:
        """The Ids that creations were given, as far as their answers show them."""
        return [record for answer in answers if (record := _id(answer.json)) is not None]

    def create_twice(self, body: Any) -> Any:
        """Sends the very same creation two times; gives the Answers. A target may refuse a Name that it has already."""
        request = self.session.build(self.session.named(self.samples.create(body)))
        return self.session.send_request(request), self.session.send_request(request, probe=True)

    def read(self, record: Any) -> Any:
        """Reads a record by its Id; gives the Answer."""
        return self.session.send(Draft(READ, path={"Id": record}))

    def reading_of(self, body: Any) -> Draft:
        """Creates a resource; gives the request that reads it. Untested where it is not created."""
        answer = self.create(body, probe=True)
        record = _id(answer.json) if answer.accepted else None
        if record is None:
            raise Untested("the answer to the creation names no Id", blocked_by="NX-148")
        return Draft(READ, path={"Id": record})

    def look_at(self, answer: Any) -> None:
        """Reads the record that a creation made, where the target lets records be read; once more where it is late.

        A record that is late still when a later one can be read is lost. An archived or hidden one may be out of sight.
        """
        record = _id(answer.json)
        if record is None or "readback" not in self.session.capabilities:
            return
        for _ in range(2):
            shown = self.session.send_as(Draft(READ, path={"Id": record}), Intent(about="NX-018"))
            if shown.status != 404:
                break
        sent = parse_json(answer.exchange.request.body)
        if shown.status == 404 and not sent.get("Archived") and sent.get("Visible", True):
            self._missing.append(record)
        while shown.status == 200 and self._missing:
            lost = Draft(READ, path={"Id": self._missing.pop()})
            self.session.send_as(lost, Intent(demonstrates="NX-018", vouched=True))
        if isinstance(shown.json, dict) and not shown.json.get("TimeSlots"):
            self.session.tally.leave_untested("NX-139", "no record shows time slots", "what records show")

    def reading_of_a_record(self) -> Draft:
        """The request that reads a record which the run has created; Untested where none is known."""
        return Draft(READ, path={"Id": self._known_records()[0]})

    def deletion_of_a_record(self) -> Draft:
        """The request that deletes the record with the highest Id; Untested where none is known.

        Not the one that was created last: of several at once that is another in each run, and no recording replays.
        """
        return Draft(DELETE, path={"Id": max(self._known_records())})

    def _known_records(self) -> list[int]:
        if not self._created:
            raise Untested("no answer to a creation names an Id", blocked_by="NX-148")
        return list(self._created)

    def send(self, draft: Draft, **options: Any) -> Any:
        """Sends any draft; gives the Answer."""
        return self.session.send(draft, **options)

    def basic_credentials(self) -> str:
        """The value of a header with Basic credentials that the target accepts; Untested where none are known."""
        own = self.session.authorization or ""
        if own.startswith("Basic "):
            return own
        if self.session.target.tag:  # a live target, or the recording of one
            raise Untested("the target declares no Basic credentials", blocked_by="credentials")
        from bookproof.apis.nexudus.reference import BASIC_PASSWORD, BASIC_USER

        return f"Basic {base64.b64encode(f'{BASIC_USER}:{BASIC_PASSWORD}'.encode()).decode()}"

    def longer_token(self) -> str:
        """The value of a header with the run's own bearer token and more behind it, which nobody was given.

        Untested where the run has none, and where it ends in a sign after which careless decoders stop.
        """
        own = self.session.authorization or ""
        if not own.startswith("Bearer ") or own.endswith("="):
            raise Untested("the run has no bearer token that could be made longer", blocked_by="credentials")
        return f"{own}-of-nobody"

    def spelled_otherwise(self, body: Mapping[str, Any]) -> Draft:
        """A creation whose JSON has lines and tabs, its properties in another order, and escaped letters."""
        named = self.session.named(self.samples.create(body)).body
        text = json.dumps(dict(reversed(named.items())), indent="\t").replace("\n", "\r\n")
        return self.samples.create(f" {text.replace('bookproof', BOOKPROOF)}\n".encode())

    def clean_up(self) -> list[str]:
        """Deletes what the run created, where the target declares `cleanup`; names what remains."""
        if "cleanup" in self.session.capabilities:
            with suppress(CannotJudge):  # what is still there is named below
                for record in list(self._created):
                    if self.session.send(Draft(DELETE, path={"Id": record})).status in (200, 404):
                        del self._created[record]
        ids = list(self._created)
        listing = ", ".join(map(str, ids[:5])) + (" …" if len(ids) > 5 else "")
        return [f"{len(ids)} resources, named bookproof …: {listing}"] if ids else []

    def _note(self, exchange: Any, judgement: Any) -> None:
        call = judgement.call
        if call is not None and call.operation.id == CREATE and call.accepted:
            record = _id(call.answered)
            if record is not None:
                self._created[record] = None


def _otherwise(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else value


def _id(answered: Any) -> int | None:
    """The Id in the answer to a creation; one that is written with a point is an integer as well."""
    value = answered.get("Value") if isinstance(answered, dict) else None
    record = value.get("Id") if isinstance(value, dict) else None
    if isinstance(record, float) and record.is_integer():
        return int(record)
    return record if isinstance(record, int) and not isinstance(record, bool) else None
