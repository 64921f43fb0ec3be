"""Rules over one resource as any answer shows it: derived fields, dates, and what all resources share."""

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any, Final

from bookproof.apis.timetap.history import History
from bookproof.apis.timetap.views import View, milliseconds, whole
from bookproof.exchange import ABSENT, brief
from bookproof.rules import Call, Rule, Ruling, Taken, same

A_MINUTE: Final = 60_000
HALF_AN_HOUR: Final = 30 * A_MINUTE
YOUNG: Final = 25 * 60.0
"""Seconds in which nothing can come to be modified half an hour after its creation."""


class Remembering(Rule):
    """A rule that may ask what happened before a call. All rules of a run share one history, kept by resourceId."""

    def __init__(self, history: History) -> None:
        self._history = history

    @property
    def forgotten(self) -> int:
        """Resources that were dropped."""
        return self._history.forgotten

    def unclear(self, call: Call) -> None:
        """Has the history doubt what the call was to change."""
        self._history.unclear(call)

    def answer(self, call: Call) -> Iterator[Ruling]:
        """Judges the call in the light of what happened before."""
        return self.judge(call, self._history.before(call))

    def judge(self, call: Call, past: History) -> Iterator[Ruling]:
        """Judges each resource that the answer shows, unless the list showed it just so before."""
        for view in past.news:
            yield from self.judge_view(view, call, past)

    def judge_view(self, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """Judges one resource that the answer shows."""
        return iter(())

    def compare(self, holds: bool, view: View, name: str, expected: Any) -> Iterator[Ruling]:
        """Shown, and a breach at a property unless it holds."""
        yield self.shown()
        if not holds:
            words = expected if isinstance(expected, str) else brief(expected)
            yield self.breach(view.where(name), words, brief(view.get(name)))


class TextFollowsReasonIds(Remembering):
    """Line 257: reasonIdListText is reasonIdList in text format. The ids are compared, whatever joins them."""

    name = "text-follows-reason-ids"

    def judge_view(self, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """Compares the numbers of the text with the list, in order."""
        ids, text = view.get("reasonIdList"), view.shown.get("reasonIdListText")
        if isinstance(ids, list) and isinstance(text, str):
            holds = _digits(text) == [digits for number in ids for digits in _digits(str(whole(number)))]
            yield from self.verdict(holds, view.where("reasonIdListText"), f"the ids {brief(ids)}", brief(text))


class OneNamePerReason(Remembering):
    """Line 262: reasons holds the names of the connected services."""

    name = "one-name-per-reason"

    def judge_view(self, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """As many names as ids."""
        ids, names = view.get("reasonIdList"), view.get("reasons")
        if isinstance(ids, list) and isinstance(names, list):
            yield from self.compare(len(ids) == len(names), view, "reasons", f"{len(ids)} names")


class ProfessionalIdsText(Remembering):
    """Line 253: professionalIdListText is professionalIdList in text format, empty when there are none."""

    name = "professional-ids-text"

    def judge_view(self, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """Compares the numbers of the text with the list; ids of another form say nothing."""
        ids, text = view.get("professionalIdList"), view.get("professionalIdListText")
        if not isinstance(ids, list | None) or not isinstance(text, str):
            return
        if not ids:
            yield from self.compare(not text.strip(), view, "professionalIdListText", "no ids")
        elif all(whole(number) is not None for number in ids):
            holds = _digits(text) == [str(abs(whole(number) or 0)) for number in ids]
            yield from self.compare(holds, view, "professionalIdListText", f"the ids {brief(ids)}")


class BundleIds(Remembering):
    """Lines 213 and 216: a bundle set, in either spelling, holds the resources of bundleResourceIdList.

    A null set says nothing (TT-R21), and one that was deleted may be left out of the set. Nobody bundles a resource
    that is only just created without a bundle of its own.
    """

    name = "bundle-ids"

    def judge_view(self, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """The set holds no resource that is not named, and each that is named and known to be in view."""
        ids = view.get("bundleResourceIdList")
        if not isinstance(ids, list | None):
            return
        yield self.shown()
        wanted = {whole(number) for number in ids or ()}
        sent = call.body.get("bundleResourceIdList", ABSENT)
        if call.operation.id == "createResource" and (sent is None or sent == []) and wanted:
            yield self.breach(view.where("bundleResourceIdList"), "no resources", brief(ids))
        for spelling in ("bundleResourceSet", "bundledResourceSet"):
            members = view.get(spelling)
            if members is not ABSENT:
                yield Taken("TT-R10", f"{spelling} in the answer of {call.operation.id}")
            if isinstance(members, list) and all(isinstance(member, dict) for member in members):
                found = {whole(member.get("resourceId")) for member in members} - {None}
                stories = {number: past.story(number) for number in wanted}
                due = {n for n, story in stories.items() if story.presence == "in view" and past.relied(story, call)}
                if not due <= found <= wanted and len(found) == len(members):
                    yield self.breach(
                        view.where(spelling), f"the resources {brief(ids)}", brief(sorted(found, key=str))
                    )


class BundleNames(Remembering):
    """Line 219: bundledResources names the resources of the bundle, and nobody where there is none."""

    name = "bundle-names"

    def __init__(self, history: History) -> None:
        super().__init__(history)
        self._call: Call | None = None
        self._listed: dict[int | None, Any] = {}

    def judge_view(self, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """Compares with the names that the members had last, or have in this very list; null says nothing (TT-R21)."""
        ids, names = view.get("bundleResourceIdList"), view.get("bundledResources")
        if not isinstance(ids, list | None) or not isinstance(names, list | str | None):
            return
        yield Taken("TT-R19", "null" if names is None else "a string" if isinstance(names, str) else "an array")
        if not ids:
            yield from self.compare(not names, view, "bundledResources", "no names")
            return
        if call.operation.id == "updateResource":
            return  # what it does to others is told by other rules
        known = [self._known(number, call, past) for number in map(whole, ids) if number is not None]
        if names is None or len(known) < len(ids) or not all(known):
            return
        if isinstance(names, str):
            holds = all(any(name.strip() in names for name in member) for member in known)
        else:
            holds = len(names) == len(known) and all(any(same(a, b) for a in member for b in names) for member in known)
        yield from self.compare(
            holds, view, "bundledResources", f"the names {brief([min(member) for member in known])}"
        )

    def _known(self, number: int, call: Call, past: History) -> set[str]:
        if call is not self._call:
            self._call, self._listed = call, {view.id: view.get("name") for view in past.views if view.kind == "list"}
        name, names = self._listed.get(number), past.names(number, call)
        return names | {name} if names and isinstance(name, str) else names


class Milliseconds(Remembering):
    """Lines 224 and 240: a date counts milliseconds since 1970 (TT-R26: seconds stay below 10^11 for a thousand years).

    Dates of resources that others made may stand for nothing (0), so they are judged where they look like seconds.
    Those of a new one are set while it is answered, so that they show a time zone other than UTC; one that was modified
    hours after it came into being, minutes ago, shows it as well.
    """

    def __init__(self, history: History, name: str, prop: str) -> None:
        super().__init__(history)
        self.name = name
        self._prop = prop

    def judge_view(self, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """Judges the size of the number."""
        number = whole(view.get(self._prop))
        if number is None:
            return
        created = call.operation.id == "createResource"
        own = created or past.story_of(view).own
        holds = 10**11 <= number < 10**14 or (number < 10**8 and not own)
        yield from self.compare(holds, view, self._prop, "milliseconds since 1970")
        if not holds or self._prop in call.body:
            return
        clock = _clock(call)
        if created and clock is not None and _other_zone(number - clock) and not _now(number, call):
            yield self.breach(view.where(self._prop), f"about {clock}, as the answer's Date has it", str(number))
        elif self._prop == "modifiedDate" and not created and own:
            yield from self._ahead(number, view, call, past)

    def _ahead(self, modified: int, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """A resource that is minutes old was not modified hours after its creation, whatever the server's clock."""
        born, began = milliseconds(view.get("createdDate")), call.exchange.started
        sent = past.story_of(view).sent or {}
        young = began and began - past.ids.get(view.id or 0, 0.0) < YOUNG and self._prop not in sent
        if born is not None and young and modified > born and _other_zone(modified - born):
            yield self.breach(view.where(self._prop), f"minutes after createdDate, {born}", str(modified))


class ModifiedNotBeforeCreated(Remembering):
    """Line 240 (TT-R29): modifiedDate is never before createdDate and never goes back."""

    name = "modified-not-before-created"

    def judge_view(self, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """Compares with createdDate, and with what the same kind of answer showed before."""
        created, modified = milliseconds(view.get("createdDate")), milliseconds(view.get("modifiedDate"))
        if created is None or modified is None:
            return
        story = past.story_of(view)
        before = story.modified.get(view.kind, 0) if past.relied(story, call) else 0
        floor = max(created, before)
        yield from self.compare(modified >= floor, view, "modifiedDate", f"not before {floor}")


class OneBusiness(Remembering):
    """Line 221: all resources of the account belong to one business. Kept by the credentials of the traffic.

    Who sends another businessId with an update may get it (TT-R04).
    """

    name = "one-business"

    def __init__(self, history: History) -> None:
        super().__init__(history)
        self._businesses: dict[str, set[int]] = {}

    def judge(self, call: Call, past: History) -> Iterator[Ruling]:
        """Compares with the first businessId that these credentials were shown."""
        if len(self._businesses) > 1000:
            self._businesses.clear()
        known = self._businesses.setdefault(call.exchange.request.header("Authorization") or "", set())
        if known:
            known |= past.businesses_sent(call)
        for view in past.news:
            business = whole(view.get("businessId"))
            if business is not None:
                known |= {business} if not known else set()
                yield from self.compare(business in known, view, "businessId", brief(min(known)))


class ListHidesInactive(Remembering):
    """Line 210: active tells whether a resource returns on GET calls, so the list shows none that is not."""

    name = "list-hides-inactive"

    def judge_view(self, view: View, call: Call, past: History) -> Iterator[Ruling]:
        """No item is inactive."""
        if view.kind == "list" and isinstance(active := view.get("active"), bool):
            yield from self.compare(active, view, "active", "true")


def _clock(call: Call) -> int | None:
    """When the server says that it answered, in milliseconds; None where it does not."""
    said = call.response.header("Date") if call.response else None
    try:
        return int(parsedate_to_datetime(said).timestamp() * 1000) if said else None
    except ValueError:
        return None


def _now(date: int, call: Call) -> bool:
    """Whether a date is that of the call by the client's own clock: then it is the answer's Date that is wrong."""
    return bool(call.exchange.started) and abs(date - call.exchange.started * 1000) <= 5 * A_MINUTE


def _other_zone(ahead: int) -> bool:
    """Whether two readings of one clock differ as time zones do: by half-hours. Clocks differ otherwise."""
    halves, rest = divmod(ahead + A_MINUTE, HALF_AN_HOUR)
    return rest <= 2 * A_MINUTE and 0 < abs(halves) <= 28


def _digits(text: str) -> list[str]:
    return [digits.lstrip("0") or "0" for digits in re.findall(r"[0-9]+", text)]
