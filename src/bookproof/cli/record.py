"""`bookproof record`: write an API's cassettes anew, from the reference or from a live address."""

import itertools
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bookproof import __version__
from bookproof.cli.completion import api_names
from bookproof.errors import CannotJudge

EPOCH = 1_750_000_000
"""Where the reference's clock stands when a recording begins; it ticks once a look, so that recordings are equal."""


@click.command(name="record")
@click.argument("name", metavar="API", shell_complete=api_names)
@click.option("--url", help="Record a live API in place of the reference.")
@click.option("--token-env", metavar="VARIABLE", help="The environment variable that holds the bearer token.")
@click.option("--config", type=click.Path(path_type=Path), help="bookproof.toml, if not in the working directory.")
@click.option("--yes", is_flag=True, help="Do not ask before the first write to a host that is not this machine.")
@click.option("--to", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Where to write the cassettes.")
def command(
    name: str, url: str | None, token_env: str | None, config: Path | None, yes: bool, folder: Path | None
) -> int:
    """Write an API's cassettes anew. The same reference gives the same bytes.

    A live recording holds no credential, cookie or token; `verify --replay --cassettes DIR` judges it again.

    \b
    bookproof record highlevel
    bookproof record highlevel --url https://sandbox.example.com --token-env HIGHLEVEL_TOKEN --to recordings/highlevel
    """
    from bookproof import apis
    from bookproof.captures.recording import addressed_to, write_recording
    from bookproof.cli.asking import ask_before_writing
    from bookproof.running import run_suite
    from bookproof.targets.configuration import Configuration
    from bookproof.targets.opening import Plan

    api = apis.load(name)
    how: dict[str, Any] = {}
    if url:
        plan = Configuration.load(config).plan(name, url=url, token_variable=token_env)
        ask_before_writing([plan], yes)
        plan = replace(plan, tag=secrets.token_hex(3))
        recorded = f"{plan.url} on {datetime.now(UTC):%Y-%m-%d}"
        how = {
            "tag": plan.tag,
            "scheme": (plan.authorization or "Bearer").partition(" ")[0],
            "fixtures": dict(plan.fixtures),
            "capabilities": sorted(plan.capabilities),
        }
    else:
        ticks = itertools.count(EPOCH)
        plan = Plan(clock=lambda: float(next(ticks)), sequential=True)
        recorded = f"the reference API of bookproof {__version__}"
    outcome = run_suite(api, plan)
    if outcome.error is not None:
        raise outcome.error
    if not outcome.exchanges:
        raise CannotJudge(f"Nothing was recorded of {name}.")
    place = folder or api.cassettes
    source = {
        "recorded": recorded,
        "contract": outcome.verdict.contract_version,
        "verdict": outcome.verdict.conclusion,
        **how,
    }
    exchanges = addressed_to(api.contract.servers[0], plan.url, outcome.exchanges)
    written = write_recording(place, exchanges, name, source)
    click.echo(f"{written.exchanges} exchanges in {written.files} cassettes below {place}")
    return 0
