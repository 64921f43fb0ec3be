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
@click.argument("names", metavar="[API]…", nargs=-1, shell_complete=api_names)
@click.option(
    "--to", "path", type=click.Path(path_type=Path), default=Path("bookproof.toml"), show_default=True, metavar="FILE"
)
@click.option(
    "--schema",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the JSON Schema for editors as well, and point to it.",
)
def command(names: tuple[str, ...], path: Path, schema: Path | None) -> int:
    """Write a commented configuration file, its JSON Schema, or both.

    \b
    bookproof init highlevel
    bookproof init highlevel --schema bookproof.schema.json
    """
    from bookproof import apis

    if not names and not schema:
        raise UsageError("No API is named.", hint=f"For example: bookproof init {apis.names()[0]}")
    chosen = [apis.load(name) for name in names]
    if schema:
        _write_schema(schema)
    if not chosen:
        return 0
    text = "\n".join(line for api in chosen for line in (*_section(api), ""))
    if schema:
        text = f"#:schema {_from(path, schema)}\n{text}"
    write_configuration(path, text, "--to")
    click.echo(f"{path} is written; fill in the fixtures, then: bookproof verify {' '.join(names)}")
    return 0


def write_configuration(path: Path, text: str, option: str) -> None:
    """Writes a configuration file where there is none yet; UsageError names the option that says where."""
    from bookproof.writing import reason, write_new

    try:
        write_new(path, text)
    except FileExistsError:
        raise UsageError(f"{path} exists already.", hint=f"Name another: {option} FILE.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {reason(error)}.") from None


def _write_schema(path: Path) -> None:
    from bookproof.targets.configuration_schema import configuration_schema_text
    from bookproof.writing import reason, write_file

    try:
        write_file(path, configuration_schema_text())
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {reason(error)}.") from None
    click.echo(f"{path} is written; editors that know TOML follow the comment #:schema")


def _from(path: Path, schema: Path) -> str:
    """A file as another one beside or above it names it, so that both can be moved together."""
    try:
        return f"./{schema.resolve().relative_to(path.resolve().parent).as_posix()}"
    except ValueError:
        return schema.resolve().as_uri()


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
