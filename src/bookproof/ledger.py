"""The ledger of one API: every testable sentence of its document, and what carries it.

A row owns contract keywords (JSON Pointers), names a rule, sums up other rows, or says why it is out of scope.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bookproof.errors import DataError, UnknownName

Level = Literal["must", "should"]

ACCEPTED = "accepted"
"""The built-in rule: a vouched request that demonstrates the row is accepted."""
SERVED = "operation-served"
"""The built-in rule: the row's operation exists."""

FOREIGN = "foreign-credentials"
"""The built-in rule: credentials that the target did not give are refused. Only the sender knows them."""

BUILT_IN = frozenset({ACCEPTED, SERVED, FOREIGN})


class Requirement(BaseModel):
    """One row. Lines are those of the document; a quote's pieces are joined by an ellipsis between spaces."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    level: Level
    theme: str = ""
    operation: str = ""
    statement: str
    quote: str = ""
    lines: str = ""
    reading: str = ""
    provenance: str = ""
    capability: str = ""
    owns: tuple[str, ...] = ()
    rule: str = ""
    shown_by: tuple[str, ...] = ()
    out_of_scope: str = ""

    @property
    def demonstrable(self) -> bool:
        """Whether an accepted request is what shows this row."""
        return self.rule in (ACCEPTED, SERVED)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    api: str
    document: str
    title: str
    requirements: tuple[Requirement, ...] = Field(min_length=1)


class Ledger:
    """All rows of one API, and whose a contract keyword or a rule is."""

    def __init__(self, data: Any) -> None:
        try:
            file = _File.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            place = "/".join(str(part) for part in first["loc"])
            raise DataError(f"The ledger is not valid at {place}: {first['msg']}.") from None
        self.api, self.document, self.title = file.api, file.document, file.title
        self.rows: Mapping[str, Requirement] = {row.id: row for row in file.requirements}
        if len(self.rows) != len(file.requirements):
            raise DataError(f"The ledger of {self.api} has two rows with one id.")
        self._owners: dict[str, str] = {}

    @classmethod
    def load(cls, folder: Path) -> "Ledger":
        """Reads `requirements.yaml` in an API's contract folder."""
        path = folder / "requirements.yaml"
        try:
            text = path.read_text(encoding="utf-8")
            return cls(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 - both are safe
        except OSError as error:
            raise DataError(f"The ledger {path.name} cannot be read: {error.strerror}.") from None
        except yaml.YAMLError as error:
            raise DataError(f"The ledger {path.name} is not YAML: {error}") from None

    def __getitem__(self, requirement: str) -> Requirement:
        try:
            return self.rows[requirement]
        except KeyError:
            raise UnknownName("requirement", requirement, self.rows) from None

    def __contains__(self, requirement: str) -> bool:
        return requirement in self.rows

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self.rows.values())

    @cached_property
    def owned(self) -> Mapping[str, str]:
        """Each owned pointer with the row that owns it."""
        owned: dict[str, str] = {}
        for row in self.rows.values():
            for pointer in row.owns:
                if pointer in owned:
                    raise DataError(f"{row.id} and {owned[pointer]} both own {pointer}.")
                owned[pointer] = row.id
        return owned

    @cached_property
    def rules(self) -> Mapping[str, str]:
        """Each named rule with its row; the built-in ones belong to many rows and are left out."""
        return {row.rule: row.id for row in self.rows.values() if row.rule and not row.demonstrable}

    def owner(self, pointer: str) -> str | None:
        """The row that owns a keyword, or else the constraint that the keyword stands in (below `anyOf`, say)."""
        known = self._owners.get(pointer)
        if known is not None:
            return known or None
        place = pointer
        while place and place not in self.owned:
            place = place.rpartition("/")[0]
        self._owners[pointer] = self.owned.get(place, "")
        return self._owners[pointer] or None

    def served_by(self, operation: str) -> str | None:
        """The row which says that an operation exists."""
        return self._served.get(operation)

    @cached_property
    def _served(self) -> Mapping[str, str]:
        return {row.operation: row.id for row in reversed(list(self.rows.values())) if row.rule == SERVED}
