"""`bookproof init`: a commented bookproof.toml to fill in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bookproof.cli.completion import api_names
from bookproof.errors import UsageError

if TYPE_CHECKING:  # `--help` imports nothing that it does not need
    from bookproof.apis import Api


@click.command(name="init")
@click.argument("names", metavar="API…", nargs=-1, required=True, shell_complete=api_names)
@click.option(
    "--to", "path", type=click.Path(path_type=Path), default=Path("bookproof.toml"), show_default=True, metavar="FILE"
)
def command(names: tuple[str, ...], path: Path) -> int:
    """Write a commented configuration file.

    \b
    bookproof init highlevel
    """
    from bookproof import apis

    chosen = [apis.load(name) for name in names]
    text = "\n".join(line for api in chosen for line in (*_section(api), ""))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} exists already.", hint="Name another: --to FILE.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
    click.echo(f"{path} is written; fill in the fixtures, then: bookproof verify {' '.join(names)}")
    return 0


def _section(api: Api) -> Iterator[str]:
    variable = f"{api.name.upper()}_TOKEN"
    login = getattr(api.module("client"), "LOGIN", ())
    yield f"# {api.ledger.title}"
    yield f"[{api.name}]"
    yield f'url = "{api.contract.servers[0]}"'
    yield f'credentials = {{ bearer = "env:{variable}" }}    # the variable that holds the token'
    if login:
        parts = ", ".join(f'{name} = "env:{api.name.upper()}_{name.upper()}"' for name in login)
        yield f"# credentials = {{ login = {{ {parts} }} }}"
    fixtures = api.module("client").Fixtures
    yield f"# {' '.join((fixtures.__doc__ or '').split())}"
    empty = ", ".join(f"{name} = {_empty(field.default)}" for name, field in fixtures.model_fields.items())
    yield f"# fixtures = {{ {empty} }}"
    yield 'capabilities = []                             # "readback" and "cleanup" where the target has them'
    yield 'budget = { requests = 2000, rate = "10/s", seconds = 600 }'
    yield 'reading = "strict"                            # or "tolerant": lenience is a warning'
    yield "#"
    yield f"# [[{api.name}.waivers]]"
    yield f'# requirement = "{next(iter(api.ledger.rows))}"'
    yield '# reason = "why it may fail"'
    yield "# expires = 2030-01-31"


def _empty(default: object) -> str:
    """The form of a fixture's value, nothing filled in."""
    return "[]" if isinstance(default, tuple | list) else '""' if isinstance(default, str) else "0"
