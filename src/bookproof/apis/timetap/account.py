"""The business account behind the reference server: its resources and what happens to them, without any HTTP.

It keeps what the document says of state: deletion only deactivates, derived fields follow, dates and ids are the
account's own. (L…) are lines of the document.
"""

import itertools
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bookproof.apis.timetap.models import CreateResource, Resource, UpdateResource

BUSINESS_ID = 43111
USER = "JoeSchmo"
LOCATIONS = {81181: "Beach Office", 87877: "Office 1", 282639: "Green office"}
SERVICES = {158196: "HipHop", 159330: "Doggy Bath", 159578: "Bb", 646892: "Dog Grooming"}

_UNNAMED_SERVICE = "Service "
_IDS = re.compile(r"-?[0-9]+(,-?[0-9]+)*")


class Refused(Exception):
    """The account does not do what it was asked; its text is for the client."""


@dataclass(frozen=True)
class Stored:
    """What is kept of a resource; everything else that an answer shows is derived from it."""

    resource_id: int
    name: str
    location_id: int
    location_name: str | None
    reason_ids: tuple[int, ...]
    bundle_ids: tuple[int, ...]
    created: int  # milliseconds since 1970-01-01 UTC
    modified: int
    active: bool = True


@dataclass(frozen=True)
class BusyWindow:
    """A stretch of one day in which a resource is busy; times are HHMM, so that they compare as texts."""

    resource_id: int
    date: str
    start: str
    end: str


_RESOURCES_AT_START = (
    Stored(2589, "Ball", 81181, LOCATIONS[81181], (158196,), (), 1528820215670, 1528820215670),
    Stored(16450, "Dog Brush", 282639, LOCATIONS[282639], (159330, 646892), (), 1531775107639, 1531775107639),
)


class Account:
    """The resources of one business. Every public method is safe to call from several threads.

    `clock` yields seconds since 1970. With `known_ids_only`, locations and services that the account does not have are
    refused; otherwise any integer will do, and an unknown service gets a name that is made from its id.
    """

    def __init__(self, clock: Callable[[], float], *, known_ids_only: bool = False) -> None:
        self._clock = clock
        self._known_ids_only = known_ids_only
        self._lock = threading.RLock()
        self._resources = {stored.resource_id: stored for stored in _RESOURCES_AT_START}
        self._ids = itertools.count(max(self._resources) + 1)
        self._busy: list[BusyWindow] = []

    def listed(self) -> Sequence[Resource]:
        """All resources in view (L20, L210)."""
        with self._lock:
            return [self.view(stored) for stored in self._resources.values() if stored.active]

    def read(self, resource_id: int) -> Resource:
        """The specified resource (L24); one that was deleted is as unknown as one that never was (L46)."""
        with self._lock:
            return self.view(self.find(resource_id))

    def create(self, body: CreateResource) -> Resource:
        """A new resource, active, with an id and dates of the account's own (L32, L63-71).

        The list of bundled resources is part of the minimum object without being marked writable: ids of resources in
        view are kept, others are dropped.
        """
        with self._lock:
            self.check_known(body.locationId, body.reasonIdList)
            given = "locationName" in body.model_fields_set
            now = self.now()
            stored = Stored(
                resource_id=next(self._ids),
                name=body.name,
                location_id=body.locationId,
                location_name=body.locationName if given else LOCATIONS.get(body.locationId),
                reason_ids=tuple(body.reasonIdList),
                bundle_ids=tuple(i for i in body.bundleResourceIdList or () if self.is_in_view(i)),
                created=now,
                modified=now,
            )
            self._resources[stored.resource_id] = stored
            return self.view(stored)

    def update(self, body: UpdateResource) -> Resource:
        """The resource that the body names, with the writable fields that were sent (L40-44, L61).

        What is not writable may be sent and stays as it is. modifiedDate moves on and never back (L240).
        """
        with self._lock:
            before = self.find(body.resourceId)
            sent = body.model_fields_set
            reason_ids = self.reasons_sent(body) if sent & {"reasonIdList", "reasonIdListText", "reasons"} else None
            if reason_ids is not None:
                self.check_known(before.location_id, reason_ids)
            after = replace(
                before,
                name=body.name if "name" in sent else before.name,
                location_name=body.locationName,
                reason_ids=before.reason_ids if reason_ids is None else tuple(reason_ids),
                modified=max(before.modified, self.now()),
            )
            self._resources[after.resource_id] = after
            return self.view(after)

    def delete(self, resource_id: int) -> None:
        """Takes the resource from view by setting its active property to false (L46)."""
        with self._lock:
            stored = self.find(resource_id)
            modified = max(stored.modified, self.now())
            self._resources[resource_id] = replace(stored, active=False, modified=modified)

    def is_busy(self, resource_id: int, date: str, start: str, end: str) -> bool:
        """Whether the resource is busy in the window (L28): a window that only touches another one is free."""
        with self._lock:
            stored = self.find(resource_id)
            return any(
                busy.resource_id == stored.resource_id and busy.date == date and busy.start < end and start < busy.end
                for busy in self._busy
            )

    def plant_busy(self, resource_id: int, date: str, start: str, end: str) -> None:
        """Makes a resource busy, as an appointment would (YYYY-MM-DD, HHMM, HHMM); no call of this API can do it."""
        with self._lock:
            self._busy.append(BusyWindow(resource_id, date, start, end))

    def view(self, stored: Stored, *, with_bundle: bool = True) -> Resource:
        """What an answer shows of a resource. Resources inside a bundle are shown without their own bundles."""
        bundle = [self._resources[i] for i in stored.bundle_ids] if with_bundle else []
        return Resource(
            active=stored.active,
            bundleResourceIdList=list(stored.bundle_ids),
            bundleResourceSet=[self.view(other, with_bundle=False) for other in bundle] or None,
            bundledResources=[self._resources[i].name for i in stored.bundle_ids] or None,
            businessId=BUSINESS_ID,
            createdDate=stored.created,
            createdUser=USER,
            locationId=stored.location_id,
            locationName=stored.location_name,
            modifiedDate=stored.modified,
            modifiedUser=USER,
            name=stored.name,
            professionalIdList=[],
            professionalIdListText="",
            reasonIdList=list(stored.reason_ids),
            reasonIdListText=",".join(map(str, stored.reason_ids)),
            reasonSet=None,
            reasons=[service_name(i) for i in stored.reason_ids],
            resourceId=stored.resource_id,
        )

    def find(self, resource_id: int) -> Stored:
        """The resource in view that has this id, or Refused."""
        if not self.is_in_view(resource_id):
            raise Refused(f"Resource for Id {resource_id} not found!")
        return self._resources[resource_id]

    def is_in_view(self, resource_id: int) -> bool:
        return resource_id in self._resources and self._resources[resource_id].active

    def check_known(self, location_id: int, reason_ids: Sequence[int]) -> None:
        """Refuses ids of locations and services that the account does not have, where it was told to."""
        if self._known_ids_only and location_id not in LOCATIONS:
            raise Refused(f"Location for Id {location_id} not found!")
        for reason_id in reason_ids:
            if self._known_ids_only and reason_id not in SERVICES:
                raise Refused(f"Service for Id {reason_id} not found!")

    def reasons_sent(self, body: UpdateResource) -> Sequence[int]:
        """Ids of the services that an update sets. All three views are writable (L255-262); the list goes first.

        The text and the names count only without the list, because clients send them back as they read them.
        """
        if "reasonIdList" in body.model_fields_set:
            return body.reasonIdList
        if "reasonIdListText" in body.model_fields_set:
            return ids_in_text(body.reasonIdListText)
        return [service_id(name) for name in body.reasons]

    def now(self) -> int:
        """Milliseconds since 1970-01-01 UTC (L224)."""
        return int(self._clock() * 1000)


def service_name(reason_id: int) -> str:
    """Name of a service, made from the id where the catalogue has none."""
    return SERVICES.get(reason_id) or f"{_UNNAMED_SERVICE}{reason_id}"


def service_id(name: str) -> int:
    """Id of the service that has this name, or Refused."""
    for reason_id, known in SERVICES.items():
        if known == name:
            return reason_id
    if name.startswith(_UNNAMED_SERVICE):
        ids = ids_in_text(name.removeprefix(_UNNAMED_SERVICE))
        if len(ids) == 1:
            return ids[0]
    raise Refused("reasons: a service of this name is not known")


def ids_in_text(text: str) -> Sequence[int]:
    """Ids from their text format, numbers joined by commas (L132), or Refused."""
    if not text:
        return []
    if not _IDS.fullmatch(text):
        raise Refused("reasonIdListText: should be ids joined by commas")
    try:
        return [int(number) for number in text.split(",")]
    except ValueError as error:  # more digits than Python converts
        raise Refused("reasonIdListText: an id is too long") from error
