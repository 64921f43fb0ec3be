"""The ledger as people read it: a table, what stands behind each row, and one requirement as a page."""

import ast
from collections.abc import Iterable
from typing import Protocol

from rich.console import Console
from rich.text import Text

from bookproof.apis import Api
from bookproof.errors import DataError
from bookproof.ledger import Requirement
from bookproof.reports.listing import Column, show_listing, show_pairs

_KINDS = {"must": "bold", "should": "dim"}
_WEIGHTS = {"must": "a service that breaks it violates the contract", "should": "a service that breaks it is warned"}
_COLUMNS = (
    Column("id"),
    Column("level", least=60),
    Column("theme", least=80),
    Column("requirement"),
    Column("judged by", least=100),
)
_EVIDENCE = (
    Column("id"),
    Column("level", least=90),
    Column("outcome"),
    Column("requirement", least=70),
    Column("exchanges", number=True),
    Column("near misses", number=True),
    Column("defects", number=True),
)


class Stands(Protocol):
    """What stands behind a requirement: how a run on the reference ended, and how many of each put it to the test."""

    @property
    def requirement(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def exchanges(self) -> int: ...
    @property
    def near_misses(self) -> int: ...
    @property
    def defects(self) -> int: ...


def show_ledger(to: Console, api: Api) -> None:
    """Prints every requirement of an API."""
    rows = [
        (row.id, Text(row.level, style=_KINDS[row.level]), row.theme, row.statement, _judged_by(row))
        for row in api.ledger
    ]
    show_listing(to, f"{api.ledger.title} ({len(rows)} requirements)", _COLUMNS, rows)


def _judged_by(row: Requirement) -> str:
    if row.out_of_scope:
        return "out of scope"
    parts = [f"{len(row.owns)} keyword" + "s" * (len(row.owns) > 1)] if row.owns else []
    parts += [row.rule] if row.rule else []
    parts += [", ".join(row.shown_by)] if row.shown_by else []
    return " + ".join(parts) + (f" (with {row.capability})" if row.capability else "")


def show_evidence(to: Console, api: Api, evidence: Iterable[Stands]) -> None:
    """Prints what stands behind each requirement of an API."""
    listed = []
    for item in evidence:
        row = api.ledger[item.requirement]
        counts = (str(item.exchanges), str(item.near_misses), str(item.defects))
        listed.append((row.id, row.level, item.outcome, row.statement, *counts))
    show_listing(to, f"{api.ledger.title}: what stands behind each requirement", _EVIDENCE, listed)


def show_requirement(to: Console, api: Api, row: Requirement) -> None:
    """A requirement as a specification would print it: the sentence, its words in the document, what carries it."""
    head = Text(f"{row.id}  ", style="bold").append(row.level, style=_KINDS[row.level])
    to.print(head.append(f"  {row.theme}" if row.theme else "", style="not bold default"))
    to.print()
    _paragraph(to, Text(f"{row.statement}.", style="bold"))
    if row.quote:
        to.print()
        _paragraph(to, Text(f"“{row.quote}”", style="italic"))
        _paragraph(to, Text(f"{api.ledger.document}, line {row.lines}", style="dim"))
    to.print()
    operation = api.contract.operations.get(row.operation)
    summed = [other.id for other in api.ledger if row.id in other.shown_by]
    show_pairs(
        to,
        (
            ("Weight", "" if row.out_of_scope else _WEIGHTS[row.level]),
            ("Reading", row.reading),
            ("Not from the document", row.provenance),
            ("Out of scope", row.out_of_scope),
            ("Needs the capability", row.capability),
            ("Operation", f"{row.operation}: {operation.method} {operation.path}" if operation else row.operation),
            ("Carried by the rule", row.rule),
            ("Carried by the contract", "\n".join(_demand(api, pointer) for pointer in row.owns)),
            ("Shown by", ", ".join(row.shown_by)),
            ("Summed up by", ", ".join(summed)),
            ("Tests", "\n".join(_tests(api, row.id))),
        ),
    )


def _paragraph(to: Console, text: Text) -> None:
    for line in text.wrap(to, max(to.width - 4, 16)):
        line.rstrip()
        to.print(Text("    ") + line, soft_wrap=True)


def _demand(api: Api, pointer: str) -> str:
    """A place of the contract, and what the keyword there asks for."""
    try:
        single = not isinstance(api.contract.at(pointer), dict)
    except DataError:  # a name in a list of required ones has no place of its own
        single = True
    return f"{pointer}\n  {api.contract.demand(pointer)}" if single else pointer


def _tests(api: Api, requirement: str) -> list[str]:
    """The scenarios that name a requirement, themselves, by a table or for a whole module; near misses count as one."""
    found: list[str] = []
    for path in sorted(api.suites.glob("test_*.py")):
        parts = ast.parse(path.read_text(encoding="utf-8")).body
        naming = {requirement}
        for part in parts:
            if isinstance(part, ast.Assign) and _words(part) & naming:
                naming |= {target.id for target in part.targets if isinstance(target, ast.Name)}
        tests = [part for part in parts if isinstance(part, ast.FunctionDef) and part.name.startswith("test_")]
        found += [f"{path.name}: {one.name}" for one in tests if "pytestmark" in naming or _words(one) & naming]
    return found


def _words(part: ast.AST) -> set[object]:
    """The names and texts in a part of a module."""
    names = {one.id for one in ast.walk(part) if isinstance(one, ast.Name)}
    return names | {one.value for one in ast.walk(part) if isinstance(one, ast.Constant)}
