"""What a comparison comes to: changes by requirement, what the evidence does not carry, and what was left out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from bookproof.ledger import Ledger

FORMAT = 1

Kind = Literal["new", "gone", "changed"]
ACCEPTED = "were accepted"
"""Ends what is counted where it is requests that were accepted."""

Share = tuple[int, int]
"""How often something was seen, and among how many."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. where: as in verdict.json (`response.body/name`), or "operation"; subject: what differs there.

    before, now: the two sides in words; empty where one has nothing. answer: the status of the answer, "" elsewhere.
    seen: how often before and now, where exchanges were counted; of: what was counted.
    """

    kind: Kind
    requirement: str | None
    operation: str
    where: str
    subject: str
    before: str = ""
    now: str = ""
    answer: str = ""
    seen: tuple[Share, Share] | None = None
    of: str = "answers"

    @property
    def sentence(self) -> str:
        """The difference in words, without its place."""
        said = {
            "new": f"new {self.subject}" + (f": {self.now}" if self.now else ""),
            "gone": f"{self.subject} gone" + (f": {self.before}" if self.before else ""),
            "changed": f"{self.subject}: {self.before} → {self.now}",
        }[self.kind]
        return f"{said}; {self.counted}" if self.seen else said

    @property
    def counted(self) -> str:
        """How often it was seen, as a person says it."""
        if self.seen is None:
            return ""
        (seen, among), (seen_now, among_now) = self.seen
        if self.of.endswith(ACCEPTED):
            return f"{seen} of {among} {self.of} before, {seen_now} of {among_now} now"
        return f"in {seen} of {among} {self.of} before, in {seen_now} of {among_now} now"

    def as_json(self) -> dict[str, Any]:
        """The difference for machines."""
        return {
            "kind": self.kind,
            "requirement": self.requirement,
            "operation": self.operation,
            "where": self.where,
            "answer": self.answer or None,
            "subject": self.subject,
            "before": self.before or None,
            "now": self.now or None,
            "seen": self.seen and {"before": list(self.seen[0]), "now": list(self.seen[1])},
        }


@dataclass(frozen=True, slots=True)
class Defect:
    """Something in a vendor's file that is not as OpenAPI wants it."""

    place: str
    said: str

    def __str__(self) -> str:
        return f"{self.place}: {self.said}"


@dataclass(slots=True)
class Drift:
    """The outcome of one comparison. unsure: differences that too little was seen of; remarks: what was left out.

    incomplete: why one side is not whole; without a change, nothing can then be concluded.
    """

    api: str
    before: str
    now: str
    changes: list[Change] = field(default_factory=list)
    unsure: list[Change] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    compared: dict[str, int] = field(default_factory=dict)
    incomplete: str = ""

    @property
    def exit_code(self) -> int:
        """1 on drift, 3 where nothing can be concluded, 0 otherwise."""
        return 1 if self.changes else 3 if self.incomplete else 0

    def by_requirement(self, ledger: Ledger) -> Iterator[tuple[str, list[Change]]]:
        """Changes by requirement in the ledger's order, then those that no row owns, by operation."""
        owned: dict[str, list[Change]] = {}
        for change in self.changes:
            owned.setdefault(change.requirement or "", []).append(change)
        for row in ledger.rows:
            if row in owned:
                yield row, owned[row]
        if "" in owned:
            yield "", sorted(owned[""], key=lambda change: (change.operation, change.answer, change.where))

    def as_json(self) -> dict[str, Any]:
        """The outcome for machines."""
        return {
            "format": FORMAT,
            "api": self.api,
            "before": self.before,
            "now": self.now,
            "drift": bool(self.changes),
            "incomplete": self.incomplete or None,
            "changes": [change.as_json() for change in self.changes],
            "unsure": [change.as_json() for change in self.unsure],
            "compared": self.compared,
            "defects": [{"place": defect.place, "said": defect.said} for defect in self.defects],
            "remarks": self.remarks,
        }


def ordered(changes: Iterable[Change]) -> list[Change]:
    """Changes in an order of their own, each once."""
    return sorted(
        dict.fromkeys(changes),
        key=lambda c: (c.requirement or "~", c.operation, c.answer, c.where, c.subject, c.before, c.now),
    )
