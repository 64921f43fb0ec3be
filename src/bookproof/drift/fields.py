"""What differs between two descriptions of one body or parameter, place by place."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bookproof.drift.change import Change, Kind
from bookproof.drift.places import ITEMS, Facts
from bookproof.exchange import brief
from bookproof.ledger import Ledger

ANYTHING = "anything"


def owner(ledger: Ledger, *pointers: str) -> str | None:
    """The row that owns the first of some pointers which any row owns, itself or the type of what stands there."""
    given = [pointer for pointer in pointers if pointer]
    known = (ledger.owner(pointer) or ledger.owned.get(f"{pointer}/type") for pointer in given)
    return next((found for found in known if found), None)


def row_of(ledger: Ledger, facts: Facts, *keywords: str) -> str | None:
    """The row that speaks of a place, best by one of these keywords."""
    return owner(ledger, *(facts.pointers.get(keyword, "") for keyword in keywords), facts.pointers.get("", ""))


def field_changes(
    ledger: Ledger, title: str, where: str, ours: Mapping[str, Facts], theirs: Mapping[str, Facts], status: str = ""
) -> Iterator[Change]:
    """The differences of two schemas. Below a place that is new, gone or of another type nothing more is said."""
    closed: list[str] = []
    for path in sorted({*ours, *theirs}, key=lambda path: (path.count("/"), path)):
        if any(path.startswith(f"{done}/" if done else "") for done in closed):
            continue
        own, other = ours.get(path), theirs.get(path)
        place = f"{where}/{path}" if path else where
        if own is None:
            closed.append(path)
            around = ours.get(path.rpartition("/")[0])
            if not path.endswith(ITEMS) and around is not None and _speaks(around) and other is not None:
                said = f"{_typed(other)}, {'required' if other.required else 'optional'}"
                found = row_of(ledger, around, "properties")
                yield Change("new", found, title, place, "property", now=said, answer=status)
        elif other is None:
            closed.append(path)
            around = theirs.get(path.rpartition("/")[0])
            if not path.endswith(ITEMS) and around is not None:
                found = row_of(ledger, own, "required", "type", "enum")
                yield Change("gone", found, title, place, "property", _typed(own), answer=status)
        else:
            yield from _of_place(ledger, title, place, own, other, status, closed, path)


def _of_place(
    ledger: Ledger, title: str, place: str, ours: Facts, theirs: Facts, status: str, closed: list[str], path: str
) -> Iterator[Change]:
    def changed(keyword: str, subject: str, before: Any, now: Any) -> Change:
        found = row_of(ledger, ours, keyword)
        kind: Kind = "new" if before == "" else "gone" if now == "" else "changed"
        return Change(kind, found, title, place, subject, before, now, status)

    if path and not path.endswith(ITEMS) and ours.required != theirs.required:
        words = ["required" if side.required else "optional" for side in (ours, theirs)]
        yield changed("required", "property", *words)
    if ours.types != theirs.types:
        yield changed("type", "type", _typed(ours), _typed(theirs))
        if ours.types and theirs.types and not (ours.types & theirs.types) - {"null"}:
            closed.append(path)
            return
    if _known(ours.enum) != _known(theirs.enum):
        yield from _enum(changed, ours, theirs)
    for limit in sorted({*ours.limits, *theirs.limits}):
        before, now = (_shown(side.limits, limit) for side in (ours, theirs))
        loose = limit == "format" and "" in (before, now)  # many a file names no format, and means the same
        if before != now and not loose:
            yield changed(limit, limit, before, now)
    if ours.closed != theirs.closed and (ours.closed or theirs.properties):
        words = ["refused" if side.closed else "allowed" for side in (ours, theirs)]
        yield changed("additionalProperties", "further properties", *words)


def _enum(changed: Any, ours: Facts, theirs: Facts) -> Iterator[Change]:
    if ours.enum is None or theirs.enum is None:
        before, now = ("" if side.enum is None else in_words(map(brief, side.enum)) for side in (ours, theirs))
        yield changed("enum", "list of values", before, now)
        return
    gone = [value for value in ours.enum if value not in theirs.enum]
    new = [value for value in theirs.enum if value not in ours.enum]
    yield changed("enum", "value", in_words(map(brief, gone)), in_words(map(brief, new)))


def in_words(values: Iterable[str]) -> str:
    """Values as a list in a sentence."""
    return ", ".join(values)


def _typed(facts: Facts) -> str:
    return " or ".join(sorted(facts.types)) or ANYTHING


def _known(enum: tuple[Any, ...] | None) -> list[str] | None:
    return None if enum is None else sorted(brief(value, 400) for value in enum)


def _shown(limits: Mapping[str, Any], limit: str) -> str:
    return brief(limits[limit]) if limit in limits else ""


def _speaks(facts: Facts) -> bool:
    """Whether a place is described at all: where anything may stand, nothing is new."""
    return bool(facts.types or facts.properties)
