"""The command line: one module a command, imported when the command is called."""

import gc
import importlib
import io
import sys
from typing import Any

import click
from click.shell_completion import CompletionItem

from bookproof import __version__
from bookproof.errors import BookproofError, UnknownName

_COMMANDS = {
    "verify": "Judge an API against its contract.",
    "mock": "Serve a reference API.",
    "record": "Write the cassettes anew.",
    "prove": "Run the suites against every seeded defect.",
    "init": "Write a commented bookproof.toml.",
    "audit": "Judge captured traffic: HAR, cassettes, NDJSON.",
    "proxy": "Judge traffic as it passes.",
    "drift": "Tell what changed since a recording, or between contract and OpenAPI file.",
    "load": "Judge an API under the load of many users.",
    "requirements": "Show the ledger, or one requirement.",
    "report": "Render Allure and HTML, or set runs side by side.",
}


class _Commands(click.Group):
    """Finds commands by name and imports them late: `--help` needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"bookproof.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not ctx.resilient_parsing:
            raise UnknownName("command", args[0], _COMMANDS)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        found = [CompletionItem(name, help=said) for name, said in _COMMANDS.items() if name.startswith(incomplete)]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


_COMPLETION = """\b
A shell completes commands, options, names of APIs and ids once it is told to, in its start-up file:
  bash  eval "$(_BOOKPROOF_COMPLETE=bash_source bookproof)"
  zsh   eval "$(_BOOKPROOF_COMPLETE=zsh_source bookproof)"
  fish  _BOOKPROOF_COMPLETE=fish_source bookproof | source
"""


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=_COMPLETION)
@click.version_option(__version__, prog_name="bookproof", message="%(prog)s %(version)s")
def cli() -> None:
    """Say, sentence by sentence, whether a booking API keeps its documented contract.

    \b
    Exit codes of every command: 0 conforms · 1 violates · 2 wrong usage or configuration · 3 could not judge.
    Example: bookproof verify highlevel --url https://sandbox.example.com --token-env HIGHLEVEL_TOKEN
    """


def main(arguments: list[str] | None = None) -> None:
    """The entry point: runs a command and exits with its code; errors become one message."""
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show a sign shows another in its place; it is no reason to end.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    gc.set_threshold(200_000, 50, 50)  # few of the many objects of a command lie in cycles, and looking takes long
    code = run(arguments)
    gc.freeze()  # a process that ends need not look for cycles among all that it loaded: that takes a fifth of a run
    sys.exit(code)


def run(arguments: list[str] | None = None) -> int:
    """Runs a command and gives its exit code."""
    try:
        result: Any = cli.main(arguments, prog_name="bookproof", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except BookproofError as error:
        return _complain(error.message, error.hint, error.exit_code)
    except click.exceptions.Abort:
        return _complain("Interrupted.", "", 3)
    except click.ClickException as error:
        return _complain(error.format_message(), _usage(error), 2)
    except KeyboardInterrupt:
        return _complain("Interrupted.", "", 3)
    except BrokenPipeError:
        return 3
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _complain(
            f"{place}{error.strerror or type(error).__name__}.", "Is there room, and may it be written?", 3, error
        )
    except Exception as error:  # the last resort: a person never sees a traceback
        return _complain(
            f"A fault of bookproof itself: {type(error).__name__}: {error}.",
            "Please report it, with the command; BOOKPROOF_DEBUG=1 shows the place.",
            3,
            error,
        )


def _usage(error: click.ClickException) -> str:
    ctx = getattr(error, "ctx", None)
    return f"Try {ctx.command_path} --help." if ctx is not None else ""


def _complain(message: str, hint: str, code: int, error: Exception | None = None) -> int:
    import os

    click.echo(f"bookproof: {message}" + (f"\n  {hint}" if hint else ""), err=True)
    if error is not None and os.environ.get("BOOKPROOF_DEBUG"):
        import traceback

        traceback.print_exception(error)
    return code
