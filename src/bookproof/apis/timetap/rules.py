"""What TimeTap's document says and no schema keyword can: what one call's answer owes to its request.

The other rules lie in `derived` (any answer by itself) and `lives` (what happens to a resource over several calls).
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bookproof.apis.timetap.changes import Changes
from bookproof.apis.timetap.derived import (
    BundleIds,
    BundleNames,
    ListHidesInactive,
    Milliseconds,
    ModifiedNotBeforeCreated,
    OneBusiness,
    OneNamePerReason,
    ProfessionalIdsText,
    Remembering,
    TextFollowsReasonIds,
)
from bookproof.apis.timetap.history import History
from bookproof.apis.timetap.lives import (
    CreatedAppearsInList,
    CreatedDateStays,
    DeleteDeactivates,
    DeleteHides,
    DeleteTouchesNoOther,
    IsBusyChangesNothing,
    ReadAfterCreate,
    ReadAfterUpdate,
    ReadOnlyProperties,
    UniqueIds,
    UpdateChangesGiven,
    UpdateTouchesNoOther,
)
from bookproof.apis.timetap.views import View, milliseconds, path_id, whole
from bookproof.exchange import brief
from bookproof.rules import Call, Echo, RuleSet, Ruling, Taken, rule_set, same

CREATE = "createResource"
ONE_READING_OF_A_CLOCK = 1000
"""Milliseconds that may lie between two dates which are set together."""


class CreationCreates(Remembering):
    """Line 32: a creation answers with the new resource, and brings no other into being; a refused one brings none.

    That the answer has its id is for the schema to say. What else came into being is told by its name, so that only a
    run of the suite is judged: nobody else gives the names that it gives once.
    """

    name = "creation-creates"

    def judge(self, call: Call, past: History) -> Iterator[Ruling]:
        """The answer is one object; a list shows nothing new that was not answered with."""
        if call.operation.id == CREATE and call.accepted and call.conforming:
            yield Taken("TT-R31", f"a creation is answered with {call.status}")
            yield from self.verdict(
                isinstance(call.answered, dict), "response.body", "the new resource", brief(call.answered)
            )
        events = past.since(past.listing.tick, call) if past.listing and call.exchange.intent.test else None
        if events is None or any(event.kind == "update" for event in events):
            return
        for view in past.news:
            name = view.get("name") if view.kind == "list" and view.id is not None and view.id not in past.ids else None
            if isinstance(name, str) and name not in past.dubious:
                yield from self._newcomer(view, name, past)

    def _newcomer(self, view: View, name: str, past: History) -> Iterator[Ruling]:
        """A resource that no answer has shown: a second one of a creation, or one of a creation that was refused."""
        created, made = milliseconds(view.get("createdDate")), past.made.get(name)
        if created is not None and made is not None and abs(created - made) <= ONE_READING_OF_A_CLOCK:
            yield self.breach(view.where("resourceId"), "one resource for each creation", f"another, {view.id}")
        elif past.turned_away.get(name):
            yield self.breach(view.where("resourceId"), "nothing from a creation that was refused", f"{view.id}")


class EchoReasonIds(Echo):
    """Line 36: a creation sets the reasonIdList that was sent; the members are compared, not their order."""

    def __init__(self) -> None:
        super().__init__("echo-given-fields", "reasonIdList", operation=CREATE)

    def answer(self, call: Call) -> Iterator[Ruling]:
        """Compares the ids as numbers."""
        if not call.sound("reasonIdList"):
            return
        sent, answered = call.body.get("reasonIdList"), call.answered["reasonIdList"]
        if not isinstance(sent, list) or not isinstance(answered, list):
            return
        holds = set(map(whole, sent)) == set(map(whole, answered))
        yield from self.verdict(holds, "response.body/reasonIdList", brief(sent), brief(answered))


class IdFromServer(Remembering):
    """Lines 63-71 and 263 (TT-R01): the id comes from the server; one that is sent along is not taken over."""

    name = "id-from-server"

    def judge_view(self, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """Compares the new id with the one that was sent, if any."""
        if call.operation.id == CREATE and view.id is not None:
            sent = call.body.get("resourceId")
            yield from self.compare(str(sent) != str(view.id), view, "resourceId", "an id of the server's own")


class ActiveAfterCreation(Remembering):
    """Line 166: the sample shows a created resource as active."""

    name = "active-after-creation"

    def judge_view(self, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """active is true in the answer to a creation."""
        if call.operation.id == CREATE and isinstance(active := view.get("active"), bool):
            yield from self.compare(active, view, "active", "true")


class CreatedEqualsModified(Remembering):
    """Lines 171-176: the sample shows both dates and both users of a created resource equal."""

    name = "created-equals-modified"

    def judge_view(self, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """Compares dates (which may be two readings of one clock) and users in the answer to a creation."""
        if call.operation.id != CREATE:
            return
        created, modified = milliseconds(view.get("createdDate")), milliseconds(view.get("modifiedDate"))
        if created is not None and modified is not None:
            holds = abs(modified - created) <= ONE_READING_OF_A_CLOCK
            yield from self.compare(holds, view, "modifiedDate", created)
        users = view.get("createdUser"), view.get("modifiedUser")
        if all(isinstance(user, str) for user in users):
            yield from self.compare(same(*users), view, "modifiedUser", users[0])


class ReadIsTheRequested(Remembering):
    """Line 24: the answer shows the resource that the path names; as an object or an array of one (TT-R12)."""

    name = "read-is-the-requested"

    def judge_view(self, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """Compares the id with that of the path."""
        if view.kind == "read" and view.id is not None:
            yield Taken("TT-R12", "an array of one" if isinstance(call.answered, list) else "an object")
            yield from self.compare(view.id == path_id(call), view, "resourceId", call.path["resourceId"])


class IdStays(Remembering):
    """Line 264: an update does not change the id."""

    name = "id-stays"

    def judge_view(self, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """The answer shows the id that was sent; where an update has no answer, the resource is still read by it."""
        if call.operation.id == "updateResource" and view.id is not None:
            sent = whole(call.body.get("resourceId"))
            yield from self.compare(view.id == sent, view, "resourceId", sent)
        elif view.kind == "read" and past.story(view.id).sent is not None and view.id == path_id(call):
            yield self.shown()


class BusyWhenFreeIsFalse(Remembering):
    """Line 28 (TT-R15): a resource that nothing was ever booked with is not busy.

    Only who sends all of the traffic knows that, because appointments are made through another API: so this is judged
    in a run of the suite, for the resources that the run created, and never in traffic that was captured elsewhere.
    What a window in the past, or one that ends before it begins, is to be answered is left open.
    """

    name = "busy-when-free-is-false"

    def judge(self, call: Call, past: History) -> Iterator[Ruling]:
        """The answer is false."""
        if call.operation.id != "isBusy" or not call.accepted or not call.conforming:
            return
        busy: Any = call.answered
        if busy not in (True, False, "true", "false") or call.unsound:
            return
        media = call.response.header("Content-Type") if call.response else None
        yield Taken("TT-R14", f"the word alone, as {(media or 'nothing').split(';')[0]}")
        plain = call.path["apptStartTime"] < call.path["apptEndTime"] and call.path["apptDate"] > _day(past.newest)
        if plain and call.exchange.intent.test and past.story(path_id(call)).own:
            yield from self.verdict(busy in (False, "false"), "response.body", "false", brief(busy))


def _day(date: int) -> str:
    """The day of a date in milliseconds, as YYYY-MM-DD."""
    return datetime.fromtimestamp(date / 1000, UTC).strftime("%Y-%m-%d")


def rules() -> RuleSet:
    """The rules of one run; they share one history."""
    history = History()
    changes = Changes(history)
    return rule_set(
        CreationCreates(history),
        Echo("echo-name", "name", operation=CREATE),
        Echo("echo-location", "locationId", operation=CREATE),
        EchoReasonIds(),
        IdFromServer(history),
        UniqueIds(history),
        ActiveAfterCreation(history),
        CreatedEqualsModified(history),
        Milliseconds(history, "milliseconds", "createdDate"),
        Milliseconds(history, "modified-milliseconds", "modifiedDate"),
        ModifiedNotBeforeCreated(history),
        CreatedDateStays(history),
        OneBusiness(history),
        TextFollowsReasonIds(history),
        OneNamePerReason(history),
        ProfessionalIdsText(history),
        BundleIds(history),
        BundleNames(history),
        CreatedAppearsInList(changes),
        ListHidesInactive(history),
        ReadIsTheRequested(history),
        ReadAfterCreate(changes),
        ReadAfterUpdate(changes),
        UpdateChangesGiven(history),
        UpdateTouchesNoOther(changes),
        ReadOnlyProperties(history),
        IdStays(history),
        DeleteDeactivates(history),
        DeleteHides(history),
        DeleteTouchesNoOther(changes),
        BusyWhenFreeIsFalse(history),
        IsBusyChangesNothing(changes),
    )
