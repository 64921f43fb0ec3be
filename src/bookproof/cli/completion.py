"""What a shell completes after a command: names of APIs, without loading any of them."""

from typing import Any

import click
from click.shell_completion import CompletionItem


def api_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of the known APIs that begin as typed."""
    from bookproof import apis

    return _fitting(apis.names(), incomplete)


def apis_and_requirements(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of APIs; ids of requirements with their statements, once their letters are typed."""
    from bookproof import apis

    found = _fitting(apis.names(), incomplete)
    if incomplete[:1].isupper():
        rows: list[Any] = [row for name in apis.names() for row in apis.load(name).ledger]
        found += [CompletionItem(row.id, help=row.statement) for row in rows if row.id.startswith(incomplete)]
    return found


def defects(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of an API's defects and variations, with what they do."""
    from bookproof import apis
    from bookproof.proving import catalogue

    # An option without its value, as here, leaves the arguments before it unassigned.
    names = [name for name in (ctx.params.get("name"), *ctx.args) if name in apis.names()]
    entries = [entry for name in names[:1] for entry in catalogue(apis.load(name)).served().values()]
    return [CompletionItem(entry.id, help=entry.sentence) for entry in entries if entry.id.startswith(incomplete)]


def _fitting(names: list[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
