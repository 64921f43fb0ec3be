"""`bookproof audit`: judge traffic that was captured elsewhere, both sides of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from bookproof import apis
from bookproof.cli.completion import api_names
from bookproof.cli.traffic import Side, exit_code, judging_options, show
from bookproof.dividing import Audit, Told, audit, undivided
from bookproof.errors import UsageError
from bookproof.judge import Reading
from bookproof.reports.folder import write_reports
from bookproof.targets.configuration import Configuration
from bookproof.verdict import Run


@click.command(name="audit")
@click.argument("name", metavar="API", shell_complete=api_names)
@click.argument("files", metavar="FILE…", nargs=-1, required=True)
@click.option("--url-prefix", "prefixes", multiple=True, metavar="URL", help="A base below which the API lies as well.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes to judge with.")
@judging_options
def command(
    name: str,
    files: tuple[str, ...],
    prefixes: tuple[str, ...],
    side: Side,
    jobs: int,
    config: Path | None,
    report: Path,
    reading: Reading | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Judge captured traffic: HAR, vcrpy and Schemathesis cassettes, NDJSON; `-` reads standard input.

    The verdict is about the service. What the client sent wrong is reported beside it, and decides the exit code
    only with --side.

    \b
    bookproof audit highlevel browser.har
    bookproof audit nexudus day1.ndjson day2.ndjson --jobs 4
    zcat gateway.ndjson.gz | bookproof audit timetap - --url-prefix https://gateway.example.com/timetap
    """
    api = apis.load(name)
    for prefix in prefixes:
        if not prefix.startswith(("http://", "https://")):
            raise UsageError(
                f"{prefix!r} is not an http or https address.", hint="For example https://gw.example.com/v2"
            )
    plan = Configuration.load(config).plan(name, reading=reading)
    err = Console(stderr=True, highlight=False)
    if jobs > 1 and (reason := undivided(api, files)):
        err.print(f"bookproof: one process judges: {reason}.", markup=False)
    started, clock = datetime.now(UTC), time.perf_counter()
    bases = (*prefixes, *([plan.url] if plan.url else []))
    with _progress(None if as_json or quiet else err, name) as told:
        part = audit(Audit(name, bases, plan.reading), files, jobs=jobs, told=told)
    if not part.service.requests and not part.client.requests:
        raise part.explain_nothing(api)
    run = Run(
        api=name,
        target="capture",
        url=prefixes[0] if prefixes else api.contract.servers[0],
        reading=plan.reading,
        started=started,
        seconds=time.perf_counter() - clock,
        token_variable=plan.token_variable,
        interrupted=part.broken_off,
    )
    verdict = part.verdict(api, run, plan.waivers)
    show(verdict, write_reports(verdict, report), as_json=as_json, quiet=quiet)
    return exit_code(verdict, side)


@contextmanager
def _progress(err: Console | None, name: str) -> Iterator[Told | None]:
    """A count on stderr where a person looks; nothing elsewhere."""
    if err is None or not err.is_terminal:
        yield None
        return
    with err.status(f"{name}: reading") as status:
        yield lambda count: status.update(f"{name}: {count:,} exchanges")
