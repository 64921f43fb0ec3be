"""Which properties, types, listed values and media types answers of one kind had before, and which they have now.

Empty lists say nothing of their items, and what is null says nothing of its type. A property that the contract leaves
optional, or does not know, is gone or new where chance does not explain that it is not seen.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from bookproof.drift.change import Change, Kind, Share
from bookproof.drift.evidence import tells
from bookproof.drift.fields import in_words, owner, row_of
from bookproof.drift.observing import Answers, Place, Seen
from bookproof.drift.places import ITEMS, Facts
from bookproof.drift.statuses import Finding
from bookproof.exchange import brief
from bookproof.ledger import Ledger
from bookproof.operations import Answer, Operation

_NONE = Seen()


class Bodies:
    """Compares the answers that one operation gave to comparable requests."""

    def __init__(
        self,
        ledger: Ledger,
        operation: Operation,
        described: Mapping[str, Facts],
        before: Answers,
        now: Answers,
    ) -> None:
        self._ledger = ledger
        self._operation, self._described = operation, described
        self._before, self._now = before, now
        self._title = f"{operation.method} {operation.path}"
        self._status = min(now.statuses)
        self._apart: set[str] = set()

    def findings(self) -> Iterator[Finding]:
        """Every difference; what lies below a place that differs is left out."""
        yield from self._media()
        paths = {path for side in (self._before, self._now) for path in side.types}
        for path in sorted(paths, key=lambda path: (path.count("/"), path)):
            if not any(path.startswith(f"{place}/" if place else "") for place in self._apart):
                yield from self._of_place(path)

    def _media(self) -> Iterator[Finding]:
        before, now = self._before.media, self._now.media
        answer = self._operation.answer(self._status) or self._operation.success
        for media in sorted(now.keys() - before.keys()):
            documented = answer is not None and media in answer.content
            sure = not documented or tells(now[media], self._now.count, self._before.count)
            seen = (0, self._before.count), (now[media], self._now.count)
            was = in_words(sorted(before)) if before and not before.keys() & now.keys() else ""
            kind: Kind = "changed" if was else "new"
            found = self._media_owner(answer)
            where = "response.header/Content-Type"
            yield self._change(kind, found, where, "media type", was, media, seen), sure

    def _media_owner(self, answer: Answer | None) -> str | None:
        if answer is None:
            return None
        schemas = [f"{answer.pointer}/content/{media.replace('/', '~1')}" for media in answer.content]
        return owner(self._ledger, *schemas, answer.place)

    # -- one place -----------------------------------------------------------------------------------------

    def _of_place(self, path: str) -> Iterator[Finding]:
        facts = self._described.get(path)
        if path and path.rpartition("/")[2] != ITEMS:
            for sent in (None, True, False):
                finding = self._presence((path, sent), facts)
                if finding is not None:
                    self._apart.add(path)
                    yield finding
                    return
        yield from self._types(path, facts)
        yield from self._values(path, facts)

    def _presence(self, place: Place, facts: Facts | None) -> Finding | None:
        """Whether a property is new or gone; None where it is neither, or could not have been there."""
        around = place[0].rpartition("/")[0]
        sides = (self._before, self._now)
        # Where the request held it or not decides what can be expected; elsewhere each object around it counts.
        holders = [
            side.objects.get(around, _NONE) if place[1] is None else side.holders.get(place, _NONE) for side in sides
        ]
        present = [side.present.get(place, _NONE) for side in sides]
        if not holders[0].count or not holders[1].count or bool(present[0].count) == bool(present[1].count):
            return self._now_missing(place, facts, present, holders)
        new = bool(present[1].count)
        seen, among, others = (present[1], holders[1], holders[0]) if new else (present[0], holders[0], holders[1])
        required = facts is not None and facts.required
        always = seen.count == among.count
        sure = tells(seen.weight, among.weight, others.weight) or (required and always)
        sure = sure or (new and facts is None and always)  # nothing like it was ever seen, or is documented
        side = self._now if new else self._before
        words = in_words(sorted(side.types.get(place[0], ())))
        was, is_now = ("", words) if new else (words, "")
        share = (present[0].count, holders[0].count), (present[1].count, holders[1].count)
        found = self._owner(place[0], "required", "type")
        kind: Kind = "new" if new else "gone"
        return self._change(kind, found, self._where(place[0]), "property", was, is_now, share, self._of(place)), sure

    def _now_missing(
        self, place: Place, facts: Facts | None, present: list[Seen], holders: list[Seen]
    ) -> Finding | None:
        """A property that must be there, always was, and now is missing at times."""
        if facts is None or not facts.required or not present[1].count or not holders[0].count:
            return None
        if present[0].count < holders[0].count or present[1].count == holders[1].count:
            return None
        share = (present[0].count, holders[0].count), (present[1].count, holders[1].count)
        found = self._owner(place[0], "required", "type")
        where = self._where(place[0])
        return self._change("changed", found, where, "property", "always", "at times", share, self._of(place)), True

    def _types(self, path: str, facts: Facts | None) -> Iterator[Finding]:
        before, now = (side.types.get(path, Counter[str]()) for side in (self._before, self._now))
        allowed = facts.types if facts is not None else frozenset()
        was, is_now = _told_apart(before, allowed), _told_apart(now, allowed)
        if not was or not is_now:
            return
        total, total_now = sum(was.values()), sum(is_now.values())
        known = {kind for kind in was if kind != "null"}
        if not known and "null" in was:
            return  # what was always null may become anything
        for kind in sorted(is_now.keys() - was.keys()):
            if kind in allowed:
                # The contract allows it. That nothing else comes any more is worth a remark, no more.
                if is_now.keys() == {kind}:
                    yield self._type(path, was, is_now, kind), False
            else:
                apart = kind != "null" and not known & is_now.keys()
                # A record may lack what another one has: null where nothing is documented is a matter of data.
                sure = bool(allowed) or apart or (kind != "null" and tells(is_now[kind], total_now, total))
                if apart:
                    self._apart.add(path)
                yield self._type(path, was, is_now, kind), sure

    def _type(self, path: str, was: Mapping[str, int], is_now: Mapping[str, int], kind: str) -> Change:
        share = (0, sum(was.values())), (is_now[kind], sum(is_now.values()))
        before, now = in_words(sorted(was)), in_words(sorted(is_now))
        return self._change(
            "changed", self._owner(path, "type"), self._where(path), "type", before, now, share, f"values {kind}"
        )

    def _values(self, path: str, facts: Facts | None) -> Iterator[Finding]:
        """Values that the contract does not list and nobody saw before; listed ones may come and go."""
        if facts is None or facts.enum is None:
            return
        listed = {brief(value, 40) for value in facts.enum} | {"null"}
        before, now = (side.values.get(path, Counter[str]()) for side in (self._before, self._now))
        for value in sorted(now.keys() - before.keys() - listed):
            share = (0, sum(before.values())), (now[value], sum(now.values()))
            found = self._owner(path, "enum", "type")
            yield self._change("new", found, self._where(path), "value", "", value, share, "values"), True

    # -- words ---------------------------------------------------------------------------------------------

    def _owner(self, path: str, *keywords: str) -> str | None:
        """The requirement that speaks of a place, or of what is around it."""
        while True:
            facts = self._described.get(path)
            if facts is not None and (found := row_of(self._ledger, facts, *keywords)):
                return found
            if not path:
                answer = self._operation.answer(self._status) or self._operation.success
                return owner(self._ledger, answer.place) if answer else None
            path, keywords = path.rpartition("/")[0], ("properties",)

    @staticmethod
    def _where(path: str) -> str:
        return f"response.body/{path}" if path else "response.body"

    @staticmethod
    def _of(place: Place) -> str:
        """What is counted, in words."""
        if place[1] is not None:
            return "answers to requests that held it" if place[1] else "answers to requests without it"
        return "items" if f"/{ITEMS}/" in f"/{place[0]}" else "answers" if "/" not in place[0] else "objects"

    def _change(
        self,
        kind: Kind,
        found: str | None,
        where: str,
        subject: str,
        before: str,
        now: str,
        seen: tuple[Share, Share],
        of: str = "answers",
    ) -> Change:
        status = str(self._status)
        return Change(kind, found, self._title, where, subject, before, now, status, seen, of)


def _told_apart(counts: Mapping[str, int], allowed: frozenset[str]) -> dict[str, int]:
    """Types, whole numbers counted as numbers unless the contract wants them: 5 and 5.5 are of one kind."""
    found = dict(counts)
    if "integer" in found and not ("integer" in allowed and "number" not in allowed):
        found["number"] = found.get("number", 0) + found.pop("integer")
    return found
