"""`bookproof requirements`: the ledger as a table, or one requirement as a page."""

import json
import sys

import click
from rich.console import Console
from rich.text import Text

from bookproof import apis
from bookproof.apis import Api
from bookproof.cli.completion import apis_and_requirements
from bookproof.errors import DataError, UnknownName
from bookproof.ledger import Requirement
from bookproof.reports.listing import Column, console, show_listing, show_pairs

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


@click.command(name="requirements")
@click.argument("names", metavar="[API] [ID]", nargs=-1, shell_complete=apis_and_requirements)
@click.option("--coverage", is_flag=True, help="Run the suite on the reference; count what stands behind each row.")
@click.option("--json", "as_json", is_flag=True, help="Print rows as JSON.")
def command(names: tuple[str, ...], coverage: bool, as_json: bool) -> int:
    """Show every requirement of an API, or one requirement with its sentence, reading and tests.

    \b
    bookproof requirements highlevel
    bookproof requirements HL-042
    bookproof requirements highlevel --coverage
    bookproof requirements nexudus | cut -f 1,4            tabs between columns where nobody looks
    """
    wanted = [name for name in names if name not in apis.names()]
    chosen = [apis.load(name) for name in names if name in apis.names()] or [apis.load(n) for n in apis.names()]
    to = console()
    found = [(_api_of(name, chosen), name) for name in wanted]
    if coverage:
        return _coverage(to, chosen, as_json)
    if as_json:
        rows = [_api_of(name, chosen).ledger[name] for name in wanted] or [row for api in chosen for row in api.ledger]
        sys.stdout.write(json.dumps([row.model_dump() for row in rows], indent=2, ensure_ascii=False) + "\n")
        return 0
    for api, name in found:
        _page(to, api, api.ledger[name])
    if not wanted:
        for api in chosen:
            _table(to, api)
    return 0


def _api_of(requirement: str, chosen: list[Api]) -> Api:
    for api in chosen:
        if requirement in api.ledger:
            return api
    known = [row for api in chosen for row in api.ledger.rows]
    if "-" in requirement:
        prefix = requirement.upper().partition("-")[0] + "-"
        raise UnknownName("requirement", requirement, [row for row in known if row.startswith(prefix)] or known)
    raise UnknownName("API", requirement, apis.names())


def _table(to: Console, api: Api) -> None:
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


def _coverage(to: Console, chosen: list[Api], as_json: bool) -> int:
    """What a run on the reference exercised, and which seeded defects each row has."""
    from bookproof.proving import evidence

    found = {api.name: evidence(api) for api in chosen}
    if as_json:
        rows = {name: [item._asdict() for item in items] for name, items in found.items()}
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return 0
    for api in chosen:
        listed = []
        for item in found[api.name]:
            row = api.ledger[item.requirement]
            counts = (str(item.exchanges), str(item.near_misses), str(item.defects))
            listed.append((row.id, row.level, item.outcome, row.statement, *counts))
        show_listing(to, f"{api.ledger.title}: what stands behind each requirement", _EVIDENCE, listed)
    return 0


def _page(to: Console, api: Api, row: Requirement) -> None:
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
    """The scenarios that name a requirement; near misses are listed as one."""
    found = []
    for path in sorted(api.suites.glob("test_*.py")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if f'"{requirement}"' in line:
                name = next((text for text in lines[number:] if text.startswith("def test_")), "")
                found.append(f"{path.name}: {name.removeprefix('def ').partition('(')[0]}")
    return list(dict.fromkeys(found))
