"""`bookproof requirements`: the ledger as a table, or one requirement as a page."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from bookproof.cli.completion import apis_and_requirements
from bookproof.errors import UnknownName

if TYPE_CHECKING:  # `--help` imports nothing that it does not need
    from rich.console import Console

    from bookproof.apis import Api


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
    from bookproof import apis
    from bookproof.reports.listing import console
    from bookproof.reports.specification import show_ledger, show_requirement

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
        show_requirement(to, api, api.ledger[name])
    if not wanted:
        for api in chosen:
            show_ledger(to, api)
    return 0


def _api_of(requirement: str, chosen: list[Api]) -> Api:
    from bookproof import apis

    for api in chosen:
        if requirement in api.ledger:
            return api
    known = [row for api in chosen for row in api.ledger.rows]
    if "-" in requirement:
        prefix = requirement.upper().partition("-")[0] + "-"
        raise UnknownName("requirement", requirement, [row for row in known if row.startswith(prefix)] or known)
    raise UnknownName("API", requirement, apis.names())


def _coverage(to: Console, chosen: list[Api], as_json: bool) -> int:
    """What a run on the reference exercised, and which seeded defects each row has."""
    from bookproof.proving import evidence
    from bookproof.reports.specification import show_evidence

    found = {api.name: evidence(api) for api in chosen}
    if as_json:
        rows = {name: [item._asdict() for item in items] for name, items in found.items()}
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return 0
    for api in chosen:
        show_evidence(to, api, found[api.name])
    return 0
