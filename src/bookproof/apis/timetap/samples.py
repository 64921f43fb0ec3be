"""Fixtures of a TimeTap target, and the valid requests built from them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import time
from typing import Any, ClassVar

from bookproof import apis
from bookproof.apis import Sample
from bookproof.apis.timetap.views import milliseconds
from bookproof.draft import Draft

ELSEWHERE = 2_000_000_011
"""Stands for the id of the run's resource as long as there is none."""
BUSINESS = 2_000_000_012
"""Stands for the id of the business until the account has shown it."""
DATE, START, END = "2030-01-10", "1000", "1100"
"""A window of time that no other notation of dates and times makes invalid."""

PREFIX = "bookproof"
_SERVERS_OWN = (
    "active",
    "bundleResourceSet",
    "bundledResources",
    "businessId",
    "createdDate",
    "createdUser",
    "modifiedDate",
    "modifiedUser",
    "professionalIdList",
    "professionalIdListText",
    "reasonSet",
)
"""What the server sets, in any form: the contract asks nothing of it when it is sent back."""


class Fixtures(apis.Fixtures):
    """location_id: a location of the account; reason_ids: ids of services there, three where the account has them."""

    location_id: int = 0
    reason_ids: tuple[int, ...] = ()


class Samples:
    """Valid requests. Where no fixture is declared, ids of the right form stand in and nothing is vouched for.

    own: a resource that the run created, as the answer showed it; doomed: the id of one that it created to be deleted.
    """

    NAMES: ClassVar[Mapping[str, str]] = {"createResource": "name", "updateResource": "name"}
    ALIKE: ClassVar[Sequence[str]] = ("create",)

    def __init__(self, fixtures: Fixtures) -> None:
        self.location_id = fixtures.location_id or 1
        self.reason_ids = list(dict.fromkeys(fixtures.reason_ids))
        self.own: dict[str, Any] | None = None
        self.doomed: int | None = None
        self._today: date | None = None

    def minimum(self, name: str = f"{PREFIX}-hamster wheel", **changes: Any) -> dict[str, Any]:
        """The least that a creation takes (lines 63-71), with changes."""
        body: dict[str, Any] = {
            "bundleResourceIdList": [],
            "locationId": self.location_id,
            "name": name,
            "reasonIdList": self.reason_ids[:2],
        }
        return body | changes

    def remember(self, resource: Mapping[str, Any]) -> None:
        """Takes what was shown of a resource that the run created; requests are aimed at it."""
        known = self.own or self.stand_in()
        self.own = known | {name: value for name, value in resource.items() if name in known}

    def instead(self, name: str) -> Callable[[], None] | None:
        """How a sample is changed that a target may refuse for reasons of its own; None where there are none.

        A window may lie too far ahead, and a name that is shown as null may not be sent back so: the table calls it
        a string that is required.
        """
        if name == "is_busy" and self._today is None:
            return self._come_near
        if name == "update" and self.resource["locationName"] is None:
            return lambda: self.remember({"locationName": PREFIX})
        return None

    def day(self, far: str) -> str:
        """A date, or the next one with the same day of the month where windows may not lie far ahead."""
        if self._today is None:
            return far
        days = (self._today + timedelta(days=number) for number in range(2, 70))
        return next(str(day) for day in days if f"{day:%d}" == far[-2:])

    def _come_near(self) -> None:
        """Takes the server's own clock, as the run's resource shows it: in a recording it is the same."""
        created = milliseconds(self.resource["createdDate"])
        self._today = datetime.fromtimestamp(created / 1000 if created else time(), UTC).date()

    def stand_in(self) -> dict[str, Any]:
        """What the run's resource looks like before there is one: the document's sample (lines 72-101)."""
        return {
            "active": True,
            "bundleResourceIdList": [],
            "bundleResourceSet": [],
            "bundledResources": None,
            "businessId": BUSINESS,
            "createdDate": 1531934814568,
            "createdUser": "JoeSchmo",
            "locationId": self.location_id,
            "locationName": "Office 1",
            "modifiedDate": 1531934814568,
            "modifiedUser": "JoeSchmo",
            "name": f"{PREFIX}-hamster wheel",
            "professionalIdList": [],
            "professionalIdListText": "",
            "reasonIdList": self.reason_ids[:2],
            "reasonIdListText": ",".join(map(str, self.reason_ids[:2])),
            "reasonSet": [{}],
            "reasons": ["Pooch primping"],
            "resourceId": ELSEWHERE,
        }

    @property
    def resource(self) -> dict[str, Any]:
        """The run's resource, or what stands in for it."""
        return self.own or self.stand_in()

    def full_creation(self) -> dict[str, Any]:
        """The minimum and the other writable fields, with values that the account itself showed for them."""
        shown = self.resource
        names = ("locationName", "reasonIdListText", "reasons")
        further = {name: shown[name] for name in names if shown[name] is not None}
        return self.minimum(f"{PREFIX}-treadmill") | further

    def full_update(self, name: str = f"{PREFIX}-ball", shown: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """All twenty properties of the document's sample, with the values of the run's resource or of one like it."""
        own = {key: value for key, value in (shown or {}).items() if key in _SERVERS_OWN or key == "resourceId"}
        return self.resource | own | {"isBundledResource": False, "name": name}

    def create(self, body: Any) -> Draft:
        """POST /resource."""
        return Draft("createResource", body=body)

    def list_all(self) -> Draft:
        """GET /resource."""
        return Draft("listResources")

    def read(self, resource_id: Any) -> Draft:
        """GET /resource/{resourceId}."""
        return Draft("readResource", path={"resourceId": resource_id})

    def is_busy(self, resource_id: Any, day: str | None = None, start: str = START, end: str = END) -> Draft:
        """GET /resource/{resourceId}/isBusy/…"""
        path = {
            "resourceId": resource_id,
            "apptDate": day or self.day(DATE),
            "apptStartTime": start,
            "apptEndTime": end,
        }
        return Draft("isBusy", path=path)

    def update(self, body: Any) -> Draft:
        """PUT /resource."""
        return Draft("updateResource", body=body)

    def update_of(self, resource_id: Any, **changes: Any) -> Draft:
        """An update with what the table wants on every update, and changes.

        locationName goes back as it was shown: whoever writes it may well rename the location itself.
        """
        wanted = ("active", "businessId", "locationId", "locationName")
        return self.update({name: self.resource[name] for name in wanted} | {"resourceId": resource_id} | changes)

    def delete(self, resource_id: Any) -> Draft:
        """DELETE /resource/{resourceId}."""
        return Draft("deleteResource", path={"resourceId": resource_id})

    def samples(self) -> Mapping[str, Sample]:
        """A valid request of each operation; `further` is a creation with more than the minimum."""
        own = self.resource["resourceId"]
        return {
            "create": Sample("TT-025", self.create(self.minimum())),
            "further": Sample("TT-024", self.create(self.full_creation())),
            "list": Sample("TT-004", self.list_all()),
            "read": Sample("TT-008", self.read(own)),
            "is_busy": Sample("TT-011", self.is_busy(own)),
            "update": Sample("TT-032", self.update(self.full_update())),
            "delete": Sample("TT-034", self.delete(self.doomed or own)),
        }

    def settle(self, operation: str, path: Mapping[str, Any], body: Any) -> Any:
        """A generated body with the target's own ids, whose three views of the services agree."""
        if not isinstance(body, dict):
            return body
        body = {key: value for key, value in body.items() if key not in ("reasonIdListText", "reasons")}
        if isinstance(body.get("reasonIdList"), list):
            body["reasonIdList"] = self.reason_ids[: len(body["reasonIdList"])]
        if isinstance(body.get("bundleResourceIdList"), list):
            body["bundleResourceIdList"] = []
        if "locationId" in body:
            body["locationId"] = self.location_id
        if operation == "updateResource":
            body |= {name: self.resource[name] for name in (*_SERVERS_OWN, "locationName") if name in body}
        return body

    def items(self, where: str, count: int) -> Sequence[Any]:
        """Distinct valid items for an array of a request; no array has a limit, so nothing asks for many."""
        return [*self.reason_ids, *range(1, count + 1)][:count]

    def aim(self, draft: Draft, target: int) -> Draft:
        """A near miss with the id of a resource in place of the one that stood in when it was made.

        Broken ids are made from the target's own as well: a server that reads "5.5" as 5 must find nothing of others.
        """
        stand_in, own = self.stand_in(), self.resource | {"resourceId": target}
        broken = {"1.5": f"{target}.5", "0x10": hex(target), "1e2": f"{target}e0"}
        path = {name: broken.get(value, value) for name, value in draft.path.items()}
        body = draft.body
        if isinstance(body, dict):
            body = {key: own[key] if _as_is(key, value, stand_in) else value for key, value in body.items()}
            body = _kept_broken(body, json.loads(_aimed(json.dumps(body), own)))
        elif isinstance(body, bytes):
            body = _aimed(body.decode(), own).encode()
        elif isinstance(body, list | str):
            body = json.loads(_aimed(json.dumps(body), own))
        aimed = {ELSEWHERE: target, DATE: self.day(DATE)}
        path = {name: aimed.get(value, value) for name, value in path.items()}
        return replace(draft, path=path, body=body)


def _as_is(name: str, value: Any, stand_in: Mapping[str, Any]) -> bool:
    """Whether a value is the stand-in's own; true is not 1."""
    return name in stand_in and json.dumps(value) == json.dumps(stand_in[name])


def _kept_broken(made: Mapping[str, Any], aimed: Mapping[str, Any]) -> dict[str, Any]:
    """Fractions as they were made: a double of more than 52 bits has none, so that an id and a half would be an id.

    A quarter names nobody then, however a server rounds it.
    """
    lost = {key for key, value in aimed.items() if isinstance(value, float) and value.is_integer() and made[key] % 1}
    return {key: 0.25 if key in lost else value for key, value in aimed.items()}


def _aimed(text: str, own: Mapping[str, Any]) -> str:
    return text.replace(str(ELSEWHERE), str(own["resourceId"])).replace(str(BUSINESS), str(own["businessId"]))
