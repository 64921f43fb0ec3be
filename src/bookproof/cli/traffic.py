"""What `audit` and `proxy` share: both judge the two sides of traffic that others make."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import click

from bookproof.errors import worst

if TYPE_CHECKING:  # `--help` imports nothing that it does not need
    from bookproof.verdict import Verdict

Side = Literal["service", "client", "both"]

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS: Final = (
    click.option(
        "--side",
        type=click.Choice(["service", "client", "both"]),
        default="service",
        show_default=True,
        help="Whose faults decide the exit code.",
    ),
    click.option("--config", type=click.Path(path_type=Path), help="bookproof.toml, if not in the working directory."),
    click.option(
        "--report", type=click.Path(path_type=Path), default=Path("reports"), show_default=True, metavar="DIR"
    ),
    click.option("--reading", type=click.Choice(["strict", "tolerant"]), help="tolerant: lenience is a warning."),
    click.option("--json", "as_json", is_flag=True, help="Print the verdict alone, as JSON."),
    click.option("--quiet", is_flag=True, help="Print the conclusion alone."),
)


def judging_options(command: Command) -> Command:
    """Gives a command the options that say how traffic is judged and what is told of it."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def show(verdict: Verdict, folder: Path | None, *, as_json: bool, quiet: bool) -> None:
    """Prints what both sides of some traffic come to."""
    from bookproof import apis
    from bookproof.reports.client import remarks, show_client
    from bookproof.reports.listing import console
    from bookproof.reports.terminal import show_verdict

    out = console()
    if as_json:
        sys.stdout.write(json.dumps(verdict.as_json(), indent=2) + "\n")
    elif quiet:
        out.print(f"{verdict.run.api} {verdict.conclusion}")
    else:
        show_client(out, verdict)
        for sentence in remarks(verdict.capture):
            out.print(f"  {sentence}", markup=False, style="dim")
        show_verdict(out, verdict, apis.load(verdict.run.api).ledger, folder)


def exit_code(verdict: Verdict, side: Side) -> int:
    """The exit code: the service's verdict, the client's, or the worse of both."""
    assert verdict.client is not None, "captured traffic has a client"
    codes = {"service": [verdict], "client": [verdict.client], "both": [verdict, verdict.client]}[side]
    return worst(judged.exit_code for judged in codes)
