"""Rules over the life of a resource: what several calls show of it together."""

from collections.abc import Iterator, Mapping
from typing import Any

from bookproof.apis.timetap import changes as causes
from bookproof.apis.timetap.changes import Changes, alike, claims
from bookproof.apis.timetap.derived import Remembering
from bookproof.apis.timetap.history import History, Seen, Story, latest
from bookproof.apis.timetap.views import Kind, View, path_id, whole
from bookproof.exchange import ABSENT, brief
from bookproof.rules import Call, Ruling, Taken, same

UPDATE = "updateResource"


class Attributed(Remembering):
    """A rule that answers for changes; which change is whose to answer for is worked out for all of them together."""

    def __init__(self, changes: Changes) -> None:
        super().__init__(changes.history)
        self._changes = changes

    def judge(self, call: Call, past: History) -> Iterator[Ruling]:
        """Reports the outcomes that are this rule's."""
        for outcome in self._changes.of(call):
            if outcome.rule == self.name:
                yield from self.verdict(outcome.holds, outcome.where, outcome.expected, outcome.actual)


class CreatedAppearsInList(Attributed):
    """Line 20: the list has all resources, a newly created one among them."""

    name = causes.IN_LIST


class ReadAfterCreate(Attributed):
    """Lines 24 and 32: a created resource can be read, as the answer to its creation showed it."""

    name = causes.READ_CREATED


class ReadAfterUpdate(Attributed):
    """Lines 24 and 40: an updated resource reads as the answer to the update showed it, and is else as it was."""

    name = causes.READ_UPDATED


class UpdateTouchesNoOther(Attributed):
    """Line 40: an update changes the specified resource, no other, and brings none into being."""

    name = causes.UPDATE


class DeleteTouchesNoOther(Attributed):
    """Line 46: a deletion takes the specified resource from view and leaves the others as they are."""

    name = causes.DELETION


class IsBusyChangesNothing(Attributed):
    """Line 26: to ask is not to change."""

    name = causes.QUESTION


class UniqueIds(Remembering):
    """Line 264: an id is given once, also after a deletion, and stands once in a list."""

    name = "unique-ids"

    def judge(self, call: Call, past: History) -> Iterator[Ruling]:
        """A new id was never shown before; the ids of a list differ."""
        seen: set[int] = set()
        for view in past.views:
            if view.id is None or view.kind == "read" or call.operation.id == UPDATE:
                continue
            again = view.id in seen or (view.kind == "answer" and past.known_before(view.id, call))
            seen.add(view.id)
            if again:
                yield self.breach(view.where("resourceId"), "an id that no other resource has", str(view.id))
        if seen and (len(seen) > 1 or call.operation.id == "createResource"):
            yield self.shown()


class CreatedDateStays(Remembering):
    """Line 224: the date of creation is not changed by an update; seen in the same kind of answer.

    The answer to a creation is not enough to go by: where it shows another date than was kept, no update is to blame.
    """

    name = "created-date-stays"

    def judge_view(self, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """Compares the answer to an update with earlier sights or updates, and later sights with earlier ones."""
        story = past.story_of(view)
        seen = story.created
        if call.operation.id == UPDATE:
            kinds = list(seen) if story.sent is not None or seen.keys() - {"answer"} else []
        else:
            kinds = [view.kind] if view.kind in seen and view.kind != "answer" and story.sent is not None else []
        before, now = [seen[kind] for kind in kinds if seen[kind] is not ABSENT], view.get("createdDate")
        if before and now is not ABSENT and past.relied(story, call):
            yield from self.compare(any(alike(date, now) for date in before), view, "createdDate", before[0])


class UpdateChangesGiven(Remembering):
    """Line 44: an update sets the writable fields that were sent.

    The three views of the services are judged by reasonIdList, where it comes alone or they agree (TT-R22, TT-R23).
    locationName weighs less: it is writable, and it is the name of the location, which may be kept elsewhere.
    """

    name = "update-changes-given"

    def judge(self, call: Call, past: History) -> Iterator[Ruling]:
        """Judges the answer; where an update has none, the next sight of the resource."""
        if call.operation.id == UPDATE and call.accepted and call.conforming:
            shown = "with the resource" if past.views else "without a body"
            yield Taken("TT-R31", f"an update is answered with {call.status}, {shown}")
            for view in past.views:
                story = past.story_of(view)
                if past.undisturbed(story, call):
                    yield from self._given(view, call.body, story.last)
            return
        for view in past.views:
            story = past.story_of(view)
            first = view.kind in ("read", "list") and view.kind not in story.last and not story.answered
            if first and story.own and story.sent is not None and past.relied(story, call):
                yield from self._given(view, story.sent, story.earlier)

    def _given(self, view: View, sent: Mapping[str, Any], before: Mapping[Kind, Seen]) -> Iterator[Ruling]:
        for name in ("name", "reasonIdList") if _of_one_mind(sent, latest(before)) else ("name",):
            if sent.get(name) is not None and view.get(name) is not ABSENT:
                yield from self.compare(alike(sent[name], view.get(name)), view, name, brief(sent[name]))
        location, shown = sent.get("locationName"), view.get("locationName")
        if location is not None and shown is not ABSENT and not alike(location, shown):
            yield self.breach(view.where("locationName"), brief(location), brief(shown), level="should")


class ReadOnlyProperties(Remembering):
    """Lines 61 and 208-264: what is sent for a property that is not writable is not taken over.

    Judged for both dates, both users, professionalIdList, professionalIdListText and reasonSet.
    """

    name = "read-only-properties"

    def judge(self, call: Call, past: History) -> Iterator[Ruling]:
        """Judges answers to creations and updates, and what is seen after an update; a refusal takes nothing over."""
        if call.operation.id == UPDATE and call.conforming:
            story = past.story(whole(call.body.get("resourceId")))
            before = latest(story.last)
            if before and past.relied(story, call):
                yield from self._judge(_not_shown(call.body, story), before.shown, past.views, past)
        elif call.operation.id == "createResource" and call.conforming:
            before_it = {"createdDate": past.newest, "modifiedDate": past.newest, "createdUser": past.user}
            sent = {name: value for name, value in call.body.items() if not _later(name, value, past)}
            none = {"professionalIdList": None, "professionalIdListText": "", "reasonSet": None}
            if past.user is not None:
                yield from self._judge(sent, {**before_it, **none}, past.views, past)
        for view in past.views:
            story = past.story_of(view)
            before = latest(story.earlier)
            if view.kind != "answer" and story.sent is not None and before and past.relied(story, call):
                yield from self._judge(_not_shown(story.sent, story, earlier=True), before.shown, [view], past)

    def _judge(
        self, sent: Mapping[str, Any], before: Mapping[str, Any], views: list[View], past: History
    ) -> Iterator[Ruling]:
        for name, value in claims(sent, before, past):
            yield self.shown()
            for view in views:
                if view.get(name) is not ABSENT and alike(view.get(name), value):
                    yield self.breach(view.where(name), "the server's own value", brief(view.get(name)))


class DeleteDeactivates(Remembering):
    """Line 46 (TT-R17): after its deletion a resource is refused, or shows active false."""

    name = "delete-deactivates"

    def judge(self, call: Call, past: History) -> Iterator[Ruling]:
        """Judges how a deleted resource reads."""
        if call.operation.id == "deleteResource" and call.accepted and call.conforming:
            body = "without a body" if call.answered is ABSENT else "with a body"
            yield Taken("TT-R17", f"a deletion is answered with {call.status}, {body}")
        story = past.story(path_id(call))
        if call.operation.id != "readResource" or story.presence != "gone" or not past.relied(story, call):
            return
        if call.conforming and call.refused:
            yield Taken("TT-R17", f"a deleted resource is refused with {call.status}")
            yield self.shown()
        for view in past.views:
            if isinstance(active := view.get("active"), bool):
                yield Taken("TT-R17", "a deleted resource reads with its active property")
                yield from self.compare(not active, view, "active", "false")


class DeleteHides(Remembering):
    """Line 46: a deleted resource is not in the list."""

    name = "delete-hides"

    def judge(self, call: Call, past: History) -> Iterator[Ruling]:
        """Judges every list that follows a deletion."""
        if call.operation.id != "listResources" or not call.accepted or not isinstance(call.answered, list):
            return
        shown = {view.id: view for view in past.views}
        gone = {n for n, story in past.stories.items() if story.presence == "gone" and past.relied(story, call)}
        if gone:
            yield self.shown()
        for number in sorted(gone & {n for n in shown if n is not None})[:1]:
            yield self.breach(shown[number].where("resourceId"), f"no resource {number}", "it is in the list")


def _not_shown(sent: Mapping[str, Any], story: Story, *, earlier: bool = False) -> dict[str, Any]:
    """What is sent, without dates of creation that some answer has shown: sent back, they are nobody's invention."""
    seen = story.earlier if earlier else story.last
    shown = [one.view.get("createdDate") for one in seen.values()]
    return {
        name: value
        for name, value in sent.items()
        if name != "createdDate" or not any(alike(value, one) for one in shown)
    }


def _of_one_mind(sent: Mapping[str, Any], before: View | None) -> bool:
    """Whether the views of the services that are sent mean the same: the ids alone, or all as they were shown before.

    Names of services may be given twice; then nobody can tell which are meant.
    """
    others = [name for name in ("reasonIdListText", "reasons") if name in sent]
    names = sent.get("reasons") or []
    if not others or before is None:
        return not others
    return sent.get("reasonIdList") == before.get("reasonIdList") and all(
        same(sent[name], before.get(name)) and len(set(map(str, names))) == len(names) for name in others
    )


def _later(name: str, value: Any, past: History) -> bool:
    """Whether a date that is sent with a creation lies after everything the server showed: it may be its own then."""
    return name in ("createdDate", "modifiedDate") and (whole(value) or 0) >= past.newest
