"""`bookproof requirements`: the ledger as a table, or one requirement as a page."""

import json
import sys

import click
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bookproof import apis
from bookproof.apis import Api
from bookproof.errors import UnknownName
from bookproof.ledger import Requirement

_KINDS = {"must": "bold", "should": "dim"}


@click.command(name="requirements")
@click.argument("names", metavar="[API] [ID]", nargs=-1)
@click.option("--coverage", is_flag=True, help="Run the suite on the reference; count what stands behind each row.")
@click.option("--json", "as_json", is_flag=True, help="Print rows as JSON.")
def command(names: tuple[str, ...], coverage: bool, as_json: bool) -> int:
    """Show every requirement of an API, or one requirement with its sentence, reading and tests.

    \b
    bookproof requirements highlevel
    bookproof requirements HL-042
    bookproof requirements highlevel --coverage
    """
    wanted = [name for name in names if name not in apis.names()]
    chosen = [apis.load(name) for name in names if name in apis.names()] or [apis.load(n) for n in apis.names()]
    console = Console(highlight=False)
    if coverage:
        return _coverage(console, chosen, as_json)
    if as_json:
        rows = [r for api in chosen for r in api.ledger if not wanted or r.id in wanted]
        sys.stdout.write(json.dumps([row.model_dump() for row in rows], indent=2, ensure_ascii=False) + "\n")
        return 0
    for name in wanted:
        api = _api_of(name, chosen)
        _page(console, api, api.ledger[name])
    if not wanted:
        for api in chosen:
            _table(console, api)
    return 0


def _api_of(requirement: str, chosen: list[Api]) -> Api:
    for api in chosen:
        if requirement in api.ledger:
            return api
    known = [row for api in chosen for row in api.ledger.rows]
    if "-" in requirement:
        raise UnknownName("requirement", requirement, known)
    raise UnknownName("API", requirement, apis.names())


def _table(console: Console, api: Api) -> None:
    table = Table(title=f"{api.ledger.title} ({len(api.ledger.rows)} requirements)", box=None, pad_edge=False)
    for column in ("id", "level", "theme", "requirement", "judged by"):
        table.add_column(column, overflow="fold")
    for row in api.ledger:
        table.add_row(row.id, Text(row.level, style=_KINDS[row.level]), row.theme, row.statement, _judged_by(row))
    console.print(table)


def _judged_by(row: Requirement) -> str:
    if row.out_of_scope:
        return "out of scope"
    parts = [f"{len(row.owns)} keyword" + "s" * (len(row.owns) > 1)] if row.owns else []
    parts += [row.rule] if row.rule else []
    parts += [", ".join(row.shown_by)] if row.shown_by else []
    return " + ".join(parts) + (f" (with {row.capability})" if row.capability else "")


def _coverage(console: Console, chosen: list[Api], as_json: bool) -> int:
    """What a run on the reference exercised, and which seeded defects each row has."""
    from bookproof.proving import evidence

    found = {api.name: evidence(api) for api in chosen}
    if as_json:
        rows = {name: [item._asdict() for item in items] for name, items in found.items()}
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return 0
    for api in chosen:
        table = Table(title=f"{api.ledger.title}: what stands behind each requirement", box=None, pad_edge=False)
        for column in ("id", "level", "outcome", "requirement"):
            table.add_column(column, overflow="fold")
        for column in ("exchanges", "near misses", "defects"):
            table.add_column(column, justify="right")
        for item in found[api.name]:
            row = api.ledger[item.requirement]
            counts = (str(item.exchanges), str(item.near_misses), str(item.defects))
            table.add_row(row.id, row.level, item.outcome, row.statement, *counts)
        console.print(table)
    return 0


def _page(console: Console, api: Api, row: Requirement) -> None:
    text = Text()
    text.append(f"{row.statement}.\n\n", style="bold")
    if row.quote:
        text.append(f"“{row.quote}”\n", style="italic")
        text.append(f"{api.ledger.document}, line {row.lines}\n\n", style="dim")
    for label, value in (
        ("Reading", row.reading),
        ("Not from the document", row.provenance),
        ("Out of scope", row.out_of_scope),
        ("Needs the capability", row.capability),
        ("Operation", row.operation),
        ("Rule", row.rule),
        ("Shown by", ", ".join(row.shown_by)),
        ("Contract keywords", "\n".join(row.owns)),
        ("Tests", "\n".join(_tests(api, row.id))),
    ):
        if value:
            text.append(f"{label}\n", style="underline")
            text.append(f"{value}\n\n")
    text.rstrip()
    console.print(Panel(text, title=f"{row.id} · {row.level} · {row.theme}", title_align="left"))


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
