"""The APIs that bookproof knows: one package each, found by name, loaded when asked for.

A package holds `client` (fixtures and the requests built from them), `rules`, `reference` and `defects`; its data
lies below `contracts/<name>` and `suites/<name>`.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel
from starlette.types import ASGIApp

from bookproof import resources
from bookproof.contract import Contract
from bookproof.draft import Draft
from bookproof.errors import UnknownName
from bookproof.judge import Judge
from bookproof.ledger import Ledger
from bookproof.rules import RuleSet


class Fixtures(BaseModel):
    """What a target declares to know, the `fixtures` of bookproof.toml; each API names its own."""

    model_config = {"extra": "forbid", "frozen": True}

    def missing(self) -> list[str]:
        """The names that are not declared and without which no request can be vouched for."""
        return [name for name in type(self).model_fields if not getattr(self, name)]


@dataclass(frozen=True, slots=True)
class Sample:
    """A valid request, and the requirement that its acceptance demonstrates.

    examples: valid values of properties that the request leaves out, for near misses of theirs.
    hollow: its near misses have empty values of wrong types, since another sample like it has the others.
    """

    demonstrates: str
    draft: Draft
    examples: Mapping[str, Any] = field(default_factory=dict)
    hollow: bool = False


class Samples(Protocol):
    """The valid requests of one API, built from fixtures.

    NAMES: by operation, the property that names what it creates; names begin with "bookproof".
    ALIKE, where it is there: samples with the same ids, so that a target which takes one of them has no reason in the
    ids to refuse another.
    """

    NAMES: Mapping[str, str]

    def samples(self) -> Mapping[str, Sample]:
        """The plainest valid request of each kind, by name."""

    def items(self, where: str, count: int) -> Sequence[Any]:
        """That many distinct valid items for the array at a place of a request; fewer where fewer are known."""


class Reference(Protocol):
    """An embedded reference server."""

    app: ASGIApp


class Api:
    """One API: its contract, ledger, rules, fixtures and reference server."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.folder = resources.locate("contracts", name)

    @cached_property
    def contract(self) -> Contract:
        """The compiled contract."""
        return Contract.load(self.name, self.folder)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger."""
        return Ledger.load(self.folder)

    @property
    def throttling(self) -> frozenset[int]:
        """Statuses of the vendor's own that, with Retry-After, ask to wait."""
        return frozenset(self.contract.document.get("info", {}).get("x-throttling-statuses", ()))

    @property
    def suites(self) -> Path:
        """The folder of the API's scenarios and properties."""
        return resources.locate("suites", self.name)

    @property
    def cassettes(self) -> Path:
        """The folder of the API's recordings."""
        return resources.locate("cassettes", self.name)

    def rules(self) -> RuleSet:
        """Rules with no history yet, for one run."""
        rules: RuleSet = self.module("rules").rules()
        return rules

    def judge(self, **options: Any) -> Judge:
        """A Judge with no history yet."""
        return Judge(self.contract, self.ledger, self.rules(), **options)

    def fixtures(self, declared: Mapping[str, Any] | None = None) -> Fixtures:
        """Declared fixtures, checked; pydantic's ValidationError where they are wrong."""
        fixtures: Fixtures = self.module("client").Fixtures(**(declared or {}))
        return fixtures

    def samples(self, fixtures: Fixtures) -> Samples:
        """The valid requests that fixtures allow."""
        samples: Samples = self.module("client").Samples(fixtures)
        return samples

    def reference(self, **options: Any) -> Reference:
        """A fresh reference server."""
        reference: Reference = self.module("reference").Reference(**options)
        return reference

    def client(self, session: Any) -> Any:
        """What scenarios talk to: the API's operations by name, over a session."""
        return self.module("client").Client(session)

    @property
    def reference_fixtures(self) -> Mapping[str, Any]:
        """What the reference server declares."""
        fixtures: Mapping[str, Any] = self.module("reference").FIXTURES
        return fixtures

    @property
    def reference_token(self) -> str:
        """A bearer token that the reference server accepts."""
        return str(self.module("reference").TOKEN)

    def module(self, name: str) -> Any:
        """A module of the API's package."""
        return importlib.import_module(f"{__name__}.{self.name}.{name}")


def names() -> list[str]:
    """Every known API, in alphabetical order."""
    _extend_path()
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)


@cache
def load(name: str) -> Api:
    """The API of that name; UnknownName suggests the nearest."""
    if name not in names():
        raise UnknownName("API", name, names())
    return Api(name)


def _extend_path() -> None:
    for folder in resources.extensions():
        added = str(folder / "apis")
        if added not in __path__:
            __path__.append(added)
