"""`bookproof audit`: judge traffic that was captured elsewhere, both sides of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bookproof.cli.completion import api_names
from bookproof.cli.traffic import Side, exit_code, judging_options, show
from bookproof.errors import UsageError

if TYPE_CHECKING:  # `--help` imports nothing that it does not need
    from rich.console import Console

    from bookproof.auditing import Part
    from bookproof.dividing import Told
    from bookproof.findings import Reading
    from bookproof.routing import Audit


@click.command(name="audit")
@click.argument("name", metavar="API", shell_complete=api_names)
@click.argument("files", metavar="FILE…", nargs=-1, required=True)
@click.option("--url-prefix", "prefixes", multiple=True, metavar="URL", help="A base below which the API lies as well.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes to judge with.")
@click.option(
    "--dask",
    "scheduler",
    is_flag=False,
    flag_value="local",
    metavar="ADDRESS",
    help="Judge on a Dask cluster, tcp://HOST:8786 say; `local` starts one on this machine.",
)
@judging_options
def command(
    name: str,
    files: tuple[str, ...],
    prefixes: tuple[str, ...],
    side: Side,
    jobs: int,
    scheduler: str | None,
    config: Path | None,
    report: Path,
    reading: Reading | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Judge captured traffic: HAR, vcrpy and Schemathesis cassettes, NDJSON, also in gzip; `-` reads standard input.

    A FILE is a path, a quoted pattern, or an address that fsspec opens (s3://…). The verdict is about the service. What
    the client sent wrong is reported beside it, and decides the exit code only with --side.

    \b
    bookproof audit highlevel browser.har
    bookproof audit nexudus day1.ndjson day2.ndjson --jobs 4
    zcat gateway.ndjson.gz | bookproof audit timetap - --url-prefix https://gateway.example.com/timetap
    bookproof audit nexudus 's3://traffic/day=*/*.ndjson.gz' --dask tcp://scheduler:8786
    """
    from rich.console import Console

    from bookproof import apis
    from bookproof.captures import places
    from bookproof.dividing import audit
    from bookproof.reports.folder import write_reports
    from bookproof.routing import Audit, whole_run
    from bookproof.targets.configuration import Configuration
    from bookproof.targets.opening import address
    from bookproof.verdict import Run

    api = apis.load(name)
    for prefix in prefixes:
        address(prefix)
    plan = Configuration.load(config).plan(name, reading=reading, sends=False)
    err = Console(stderr=True, highlight=False)
    if (jobs > 1 or scheduler) and (rules := whole_run(api)):
        err.print(f"bookproof: one process judges: {rules[0]} looks at the whole run.", markup=False)
    started, clock = datetime.now(UTC), time.perf_counter()
    settings = Audit(name, (*prefixes, *([plan.url] if plan.url else [])), plan.reading, plan.secrets)
    captures = places.expand(files)
    with _progress(None if as_json or quiet else err, name) as told:
        if scheduler:
            part = _on_dask(settings, captures, scheduler, jobs)
        else:
            part = audit(settings, captures, jobs=jobs, told=told)
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
    verdict = part.verdict(api, run, plan.waivers, plan.secrets)
    show(verdict, write_reports(verdict, report), as_json=as_json, quiet=quiet)
    return exit_code(verdict, side)


def _on_dask(settings: Audit, captures: list[str], scheduler: str, jobs: int) -> Part:
    """Judges on a cluster; UsageError where Dask is not installed."""
    try:
        from bookproof.distributing import audit_on_dask
    except ImportError:
        raise UsageError("Dask is not installed.", hint="python -m pip install 'bookproof[dask]'") from None
    return audit_on_dask(settings, captures, scheduler, workers=jobs)


@contextmanager
def _progress(err: Console | None, name: str) -> Iterator[Told | None]:
    """A count on stderr where a person looks; nothing elsewhere."""
    if err is None or not err.is_terminal:
        yield None
        return
    with err.status(f"{name}: reading") as status:
        yield lambda count: status.update(f"{name}: {count:,} exchanges")
