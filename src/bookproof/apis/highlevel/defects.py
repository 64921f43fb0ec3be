"""The catalogue that proves HighLevel's suite: every seeded defect, and the conforming variations.

What one change to a request or an answer makes stands in `accepting` and `answering`; what keeps state stands here.
"""

import copy
import threading
from collections.abc import Callable, Iterator
from typing import Any

from bookproof.apis.highlevel import accepting, answering
from bookproof.apis.highlevel.accepting import calendars, is_object, kind
from bookproof.apis.highlevel.answering import ECHOES
from bookproof.apis.highlevel.races import RACES
from bookproof.apis.highlevel.reference import TOKEN
from bookproof.apis.highlevel.variations import VARIATIONS
from bookproof.faults import Answered, Asked, Catalogue, Defect, Hooks, edits, refuses, simply, together

Build = Callable[[Any], Hooks]

LAG = 0.002
"""Seconds that a request takes where simultaneous requests get in each other's way."""


def stale(*names: str) -> Build:
    """Properties of an answer are those of the creation before."""

    def build(reference: Any) -> Hooks:
        kept: dict[str, Any] = {}

        def edit(asked: Asked, body: Any) -> None:
            fresh = {name: body[name] for name in names}
            body.update(kept)
            kept.update(fresh)

        return edits(edit)

    return build


def every(count: int, edit: Callable[[Any], Any]) -> Build:
    """Every so many answers are wrong."""

    def build(reference: Any) -> Hooks:
        numbers = iter(range(1, 10**9))
        return edits(lambda asked, body: edit(body) if next(numbers) % count == 0 else None)

    return build


def shared(*names: str) -> Build:
    """Simultaneous requests share a variable: an answer carries what another request sent."""

    def build(reference: Any) -> Hooks:
        latest: dict[str, Any] = {}
        arrivals: list[Asked] = []
        arrived = threading.Condition()

        def request(asked: Asked) -> None:
            with arrived:
                latest.update(asked.json if is_object(asked.json) else {})
                arrivals[:] = [asked]
                arrived.notify_all()
                arrived.wait_for(lambda: arrivals[0] is not asked, LAG)

        def edit(asked: Asked, body: Any) -> None:
            body.update({name: latest[name] for name in names})

        return together(Hooks(request=request), edits(edit))

    return build


def accumulates(reference: Any) -> Hooks:
    """Calendars of earlier creations come back with those of this one."""
    seen: list[str] = []

    def edit(asked: Asked, body: Any) -> None:
        seen.extend(name for name in body["calendarIds"] if name not in seen)
        body["calendarIds"] = list(seen)

    return edits(edit)


def first_of_name(reference: Any) -> Hooks:
    """A second creation under a name gives the resource that has it already."""
    known: dict[str, Any] = {}

    def edit(asked: Asked, body: Any) -> None:
        body.update(known.setdefault(kind(asked) + body["name"], dict(body)))

    return edits(edit)


def replayed(reference: Any) -> Hooks:
    """What was answered once is answered again, whoever asks."""
    kept: dict[Any, Answered] = {}

    def key(asked: Asked) -> Any:
        headers = {name: value for name, value in asked.headers.items() if name != "authorization"}
        return asked.path, asked.body, str(sorted(headers.items()))

    def respond(asked: Asked) -> Answered | None:
        return copy.deepcopy(kept.get(key(asked)))

    def answer(asked: Asked, answered: Answered) -> None:
        if answered.accepted:
            kept[key(asked)] = copy.deepcopy(answered)

    return Hooks(respond=respond, answer=answer)


def second_use(reference: Any) -> Hooks:
    """A token's second request comes while what is remembered of the token is still being written."""
    uses = iter(range(1, 10**9))
    body = {"statusCode": 400, "message": "the token is being prepared"}
    return refuses(lambda asked: asked.headers.get("authorization") == f"Bearer {TOKEN}" and next(uses) == 2, 400, body)


def one_equipment_a_calendar(reference: Any) -> Hooks:
    """A calendar that an equipment has is refused for the next one."""
    taken: set[str] = set()

    def answer(asked: Asked, answered: Answered) -> None:
        if answered.accepted and kind(asked) == "equipments":
            taken.update(calendars(asked))

    def clashes(asked: Asked) -> bool:
        return kind(asked) == "equipments" and not taken.isdisjoint(map(str, calendars(asked)))

    refusal = {"statusCode": 400, "message": "the calendar is mapped with another equipment"}
    return together(refuses(clashes, 400, refusal), Hooks(answer=answer))


STATEFUL: tuple[tuple[str, str, str, Build], ...] = (
    ("auth-replayed", "HL-006", "an answer that is kept is given to whoever asks the same", replayed),
    ("auth-second-use", "HL-005", "the second request with a token is refused", second_use),
    ("equipment-rule-reversed", "HL-016 HL-040", "a calendar has one equipment at most", one_equipment_a_calendar),
    ("calendars-accumulate", "HL-056", "calendars of earlier resources come back as well", accumulates),
    ("first-of-name", "HL-060", "a second resource of a name is answered with the first", first_of_name),
    ("shared-name", "HL-050", "names of simultaneous creations are mixed up", shared("name")),
    ("shared-calendars", "HL-056", "calendars of simultaneous creations are mixed up", shared("calendarIds")),
    (
        "sometimes-no-type",
        "HL-051",
        "every 20th answer has no resourceType",
        every(20, lambda b: b.pop("resourceType")),
    ),
    *(
        (f"stale-{name}", row, f"the answer's {name} is that of the creation before", stale(name))
        for name, row in ECHOES.items()
        if name in ("name", "description", "calendarIds", "resourceType")
    ),
)


def _defects() -> Iterator[Defect]:
    for name, rows, sentence, hooks in (*accepting.seeds(), *answering.seeds()):
        yield Defect(f"hl-{name}", sentence, tuple(rows.split()), simply(hooks))
    for name, rows, sentence, build in STATEFUL:
        yield Defect(f"hl-{name}", sentence, tuple(rows.split()), build)


CATALOGUE = Catalogue(defects=tuple(_defects()), variations=VARIATIONS, races=RACES)
