"""What the traffic so far establishes of each resource: how it was shown, written, deleted, and what happened since.

The account may be shared: others create, change and delete between two exchanges. So most is kept of the resources
that the traffic itself created, nothing is concluded from exchanges that overlap (with those seen before, or with those
that are seen later), from an answer that never came, or from what was seen too long ago. History is kept by resourceId,
for the LONGEST resources seen last.
"""

from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Literal

from bookproof.apis.timetap.views import Kind, View, milliseconds, path_id, views, whole, written, written_id
from bookproof.contract import body_value
from bookproof.exchange import ABSENT
from bookproof.rules import Call

LONGEST: Final = 20_000
"""How many resources, and how many of their ids, are remembered."""
EVENTS: Final = 1_000
"""How many writes are remembered with their time."""
TRUST: Final = 600.0
"""Seconds after which what was seen of a resource is not relied on any more."""

Presence = Literal["in view", "gone", "unknown"]
"""Whether a resource is to be seen, as far as the traffic tells."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done to a resource and may have changed others, or a question that should change nothing.

    modified: the modifiedDate that the answer showed; forbidden: the request was not to be accepted.
    """

    kind: Literal["update", "deletion", "question"]
    id: int | None
    end: float
    sent: Mapping[str, Any] = field(default_factory=dict)
    modified: Any = ABSENT
    forbidden: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A view, and how many events had happened by then."""

    view: View
    tick: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The latest complete list: its ids, and how many events had happened by then."""

    ids: frozenset[int | None]
    tick: int


@dataclass(slots=True)
class Story:
    """What is known of one resource.

    id: its resourceId, None where nothing is known. own: created by this traffic. presence: whether it is in view.
    certain: nothing of unclear outcome was done to it.
    born: how many events had happened when it was created.
    last: the latest view of each kind since it was last written; earlier: the same, before its last update.
    created, modified: the latest dates that each kind of view showed, in milliseconds.
    sent: what its last update sent; answered: whether that update's answer showed the resource.
    written, touched: when it was last written, and last written or seen.
    """

    id: int | None = None
    own: bool = False
    presence: Presence = "unknown"
    certain: bool = True
    born: int = 0
    last: dict[Kind, Seen] = field(default_factory=dict)
    earlier: dict[Kind, Seen] = field(default_factory=dict)
    created: dict[Kind, Any] = field(default_factory=dict)
    modified: dict[Kind, int] = field(default_factory=dict)
    sent: Mapping[str, Any] | None = None
    answered: bool = False
    written: float = 0.0
    touched: float = 0.0


class History:
    """The history of one run. Every rule asks `before(call)` first: it then holds what happened before that call."""

    def __init__(self) -> None:
        self.stories: OrderedDict[int, Story] = OrderedDict()
        self.forgotten = 0
        self.views: list[View] = []
        self.news: list[View] = []
        self.ids: OrderedDict[int, float] = OrderedDict()
        self.newest = 0
        self.user: str | None = None
        self.reads_answered = False
        self.listing: Listing | None = None
        self.made: OrderedDict[str, int] = OrderedDict()
        self.turned_away: OrderedDict[str, bool] = OrderedDict()
        self.dubious: OrderedDict[str, bool] = OrderedDict()
        self.renumbered: set[int | None] = set()
        self._events: deque[Event] = deque(maxlen=EVENTS)
        self._ticks = 0
        self._current: Call | None = None
        self._changing: set[int | None] = set()

    def before(self, call: Call) -> "History":
        """Itself, with everything taken in that happened before a call.

        `views` are those of the call's answer, `news` those among them that the list did not show just so before.
        """
        if call is not self._current:
            previous, self._current = self._current, call
            if previous is not None:
                self._absorb(previous, self.views)
            self._changing = {number for request in call.exchange.meanwhile for number in written(request)}
            self.views = list(views(call))
            self.news = [view for view in self.views if not self._told(view)]
        return self

    def unclear(self, call: Call) -> None:
        """Takes note of a call whose outcome nobody knows."""
        if call.exchange.request.method != "GET":
            self.before(call)

    def story(self, number: int | None) -> Story:
        """What is known of a resource; an empty story where nothing is."""
        return self.stories.get(number, Story()) if number is not None else Story()

    def story_of(self, view: View) -> Story:
        """What is known of the resource that an answer shows; nothing where it shows another than was asked for."""
        return Story() if view.foreign else self.story(view.id)

    def relied(self, story: Story, call: Call) -> bool:
        """Whether what is known may be held against a call: certain, settled before it began, and not too old."""
        old = bool(call.exchange.started) and call.exchange.started - story.touched > TRUST
        return story.certain and not old and call.began_after(story.touched) and self.undisturbed(story, call)

    def undisturbed(self, story: Story, call: Call) -> bool:
        """Whether no other exchange wrote a resource while a call was under way."""
        return call.began_after(story.written) and not self._changing & {story.id, None}

    def since(self, tick: int, call: Call) -> list[Event] | None:
        """What happened since a moment, the latest first; None where that is not known or overlaps with the call."""
        count = self._ticks - tick
        if count > len(self._events) or self._changing:
            return None
        events = list(islice(reversed(self._events), count))
        return events if all(call.began_after(event.end) for event in events) else None

    def known_before(self, number: int, call: Call) -> bool:
        """Whether an id was shown before a call began."""
        return number in self.ids and call.began_after(self.ids[number])

    def businesses_sent(self, call: Call) -> set[int]:
        """The businessIds that clients send: with the call itself, and with those that are under way."""
        sent = [call.body]
        sent += [body for request in call.exchange.meanwhile if isinstance(body := body_value(request), dict)]
        return {number for body in sent if (number := whole(body.get("businessId"))) is not None}

    def names(self, number: int, call: Call) -> set[str]:
        """The names under which a resource was last seen; none where it may have another by now."""
        story = self.story(number)
        seen = list(story.last.values())
        if not seen or story.presence != "in view" or not self.relied(story, call):
            return set()
        events = self.since(min(one.tick for one in seen), call)
        if events is None or any(event.kind == "update" for event in events):
            return set()
        return {name for one in seen if isinstance(name := one.view.get("name"), str)}

    def _told(self, view: View) -> bool:
        """Whether an item of the list is as the last list showed it, and shows no others, which may have changed."""
        if view.kind != "list" or view.shown.get("bundleResourceIdList") or view.unsound:
            return False
        seen = self.story(view.id).last.get("list")
        return seen is not None and seen.view.shown == view.shown

    # -- taking in -----------------------------------------------------------------------------------------

    def _absorb(self, call: Call, views: list[View]) -> None:
        end = call.end
        if call.operation.id == "createResource":
            self._absorb_name(call, views)
        if not call.accepted:
            self._absorb_failure(call, end)
            return
        operation = call.operation.id
        if operation == "createResource":
            self._absorb_creation(call, views, end)
        elif operation == "updateResource":
            self._absorb_update(call, views, end)
        elif operation == "deleteResource":
            self._absorb_deletion(call, end)
        elif operation == "isBusy":
            self._happened(Event("question", path_id(call), end))
        for view in views:
            if not view.foreign:
                self._absorb_view(view, call, end)
        if operation == "readResource" and views:
            self.reads_answered = True
        if operation == "listResources" and call.conforming and isinstance(call.answered, list):
            self.listing = Listing(frozenset(view.id for view in views), self._ticks)

    def _absorb_failure(self, call: Call, end: float) -> None:
        unanswered, known = call.response is None or call.status >= 500, path_id(call) in self.stories
        if unanswered and call.operation.id in ("updateResource", "deleteResource"):
            self._doubt(written_id(call), end)
        elif call.refused and call.conforming and call.operation.id == "deleteResource" and known:
            self._doubt(path_id(call), end)  # it may have been done, or by somebody else before

    def _absorb_creation(self, call: Call, views: list[View], end: float) -> None:
        for view in views:
            if view.id is None:
                continue
            known = self.stories.get(view.id)
            # Others may have seen it, and changed it, before this answer came.
            alone = known is None or call.began_after(known.touched)
            asked_out = call.body.get("active") is False and view.get("active") is not True
            presence: Presence = "in view" if alone and not asked_out else "unknown"
            self.stories[view.id] = Story(view.id, True, presence, alone, born=self._ticks, written=end)
            if isinstance(user := view.get("createdUser"), str):
                self.user = user

    def _absorb_name(self, call: Call, views: list[View]) -> None:
        """What became of the names that a suite gives once.

        `made` has dates of creations, `turned_away` those that were only refused, `dubious` those that were not to be
        accepted and may have been.
        """
        name = call.body.get("name")
        if not isinstance(name, str) or not call.exchange.intent.test:
            return
        alone = call.exchange.intent.provable
        date = next((milliseconds(view.get("createdDate")) for view in views if view.id is not None), None)
        if not call.conforming and not call.refused:
            self.dubious[name] = True
        elif alone and not call.conforming:
            self.turned_away.setdefault(name, True)
        elif call.accepted:
            self.turned_away[name] = False
            if alone and date is not None:
                self.made[name] = date
        for names in (self.made, self.turned_away, self.dubious):
            if len(names) > LONGEST:
                names.popitem(last=False)

    def _absorb_update(self, call: Call, views: list[View], end: float) -> None:
        number = written_id(call)
        modified = next((view.get("modifiedDate") for view in views), ABSENT)
        self._happened(Event("update", number, end, call.body, modified, not call.conforming))
        renumbered = {view.id for view in views if view.foreign}
        if not call.conforming or number is None or renumbered:
            self.renumbered |= renumbered
            while len(self.renumbered) > LONGEST:
                self.renumbered.pop()
            self._doubt(number, end)
            return
        story = self._remembered(number)
        story.certain = call.began_after(story.written)
        story.earlier, story.last = story.last, {}
        story.sent, story.answered = call.body, any(not view.foreign for view in views)
        story.written = story.touched = max(story.written, end)
        shown = [view.get("active") for view in views if not view.foreign]
        if story.presence == "gone" or call.body.get("active") is not True or False in shown:
            story.presence = "unknown"

    def _absorb_deletion(self, call: Call, end: float) -> None:
        number = path_id(call)
        self._happened(Event("deletion", number, end))
        if not call.conforming or number is None:
            self._doubt(number, end)
            return
        story = self._remembered(number)
        story.presence, story.certain = "gone", call.began_after(story.written)
        story.written = story.touched = max(story.written, end)

    def _absorb_view(self, view: View, call: Call, end: float) -> None:
        number = view.id
        if number is None:
            return
        self.ids.setdefault(number, end)
        if len(self.ids) > LONGEST:
            self.ids.popitem(last=False)
        story = self._remembered(number)
        created, modified = milliseconds(view.get("createdDate")), milliseconds(view.get("modifiedDate"))
        self.newest = max(self.newest, created or 0, modified or 0)
        if view.kind != "answer" and not call.began_after(story.written):
            return  # it may show the resource as it was before a write that ended while this was under way
        story.last[view.kind] = Seen(view, self._ticks)
        story.created[view.kind] = view.get("createdDate")
        story.modified[view.kind] = max(story.modified.get(view.kind, 0), modified or 0)
        story.touched = max(story.touched, end)

    def _doubt(self, number: int | None, end: float) -> None:
        """Something of unclear outcome was done to a resource, or to nobody knows which."""
        for story in self.stories.values() if number is None else [self._remembered(number)]:
            story.certain, story.presence, story.written = False, "unknown", max(story.written, end)
            story.last, story.earlier, story.sent = {}, {}, None

    def _remembered(self, number: int) -> Story:
        story = self.stories.setdefault(number, Story(number))
        self.stories.move_to_end(number)
        if len(self.stories) > LONGEST:
            self.stories.popitem(last=False)
            self.forgotten += 1
        return story

    def _happened(self, event: Event) -> None:
        self._events.append(event)
        self._ticks += 1


def latest(seen: Mapping[Kind, Seen]) -> View | None:
    """The latest of several views."""
    return max(seen.values(), key=lambda one: one.tick).view if seen else None
