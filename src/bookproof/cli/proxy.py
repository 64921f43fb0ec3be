"""`bookproof proxy`: pass traffic to a service unchanged and judge it on the way."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bookproof.cli.completion import api_names
from bookproof.cli.traffic import Side, exit_code, judging_options, show
from bookproof.errors import UsageError, worst

if TYPE_CHECKING:  # `--help` imports nothing that it does not need
    from rich.console import Console

    from bookproof.findings import Finding, Reading
    from bookproof.targets.proxy import Proxy


@click.command(name="proxy")
@click.argument("name", metavar="API", shell_complete=api_names)
@click.option("--upstream", required=True, metavar="URL", help="The address of the service.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8081, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--capture", type=click.Path(path_type=Path), metavar="FILE", help="Write what passes: .ndjson or .har.")
@click.option("--enforce", is_flag=True, help="Answer 502 for a violating answer, 400 for a violating request.")
@judging_options
def command(
    name: str,
    upstream: str,
    host: str,
    port: int,
    capture: Path | None,
    enforce: bool,
    side: Side,
    config: Path | None,
    report: Path,
    reading: Reading | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Judge traffic as it passes: point a client at this address in place of the service's. Ctrl-C ends it.

    \b
    bookproof proxy highlevel --upstream https://services.leadconnectorhq.com --port 8081
    bookproof proxy nexudus --upstream https://spaces.nexudus.com --capture day.ndjson --enforce
    """
    from rich.console import Console

    from bookproof import apis
    from bookproof.reports.folder import write_reports
    from bookproof.targets.asgi import address_of, listen
    from bookproof.targets.configuration import Configuration
    from bookproof.targets.opening import address
    from bookproof.targets.proxy import VERDICT_PATH, Proxy
    from bookproof.verdict import Run
    from bookproof.watching import Watch, capture_writer

    api = apis.load(name)
    address(upstream)
    service = upstream.rstrip("/")
    plan = Configuration.load(config).plan(name, reading=reading, sends=False)
    err = Console(stderr=True, highlight=False)
    try:
        socket = listen(host, port)
    except OSError:
        raise UsageError(
            f"The port {port} of {host} is taken or not allowed.", hint="Name another: --port 0."
        ) from None
    try:
        writer = capture_writer(capture) if capture else None
    except UsageError:
        socket.close()
        raise
    run = Run(
        api=name,
        target="proxy",
        url=service,
        reading=plan.reading,
        started=datetime.now(UTC),
        token_variable=plan.token_variable,
    )
    watch = Watch(
        api,
        service,
        reading=plan.reading,
        waivers=dict(plan.waivers),
        run=run,
        writer=writer,
        secrets=plan.secrets,
        said=None if as_json or quiet else lambda whose, finding: _say(err, whose, finding),
    )
    here = address_of(socket, host)
    err.print(f"{api.ledger.title}: {here} passes to {service}", markup=False, soft_wrap=True)
    err.print(f"  verdict so far  {here}{VERDICT_PATH}", markup=False, soft_wrap=True)
    clock = time.perf_counter()
    _serve(Proxy(service, watch, enforce=enforce), socket)
    watch.close()
    part = watch.part
    if not part.service.requests and not part.client.requests:
        raise part.explain_nothing(api)
    verdict = watch.conclude(time.perf_counter() - clock)
    show(verdict, write_reports(verdict, report), as_json=as_json, quiet=quiet)
    code = exit_code(verdict, side)
    if watch.capture_failed:
        err.print(f"bookproof: The capture {capture} is not complete: {watch.capture_failed}.", markup=False)
    return worst([code, 3]) if watch.capture_failed else code


def _serve(proxy: Proxy, socket: Any) -> None:
    """Serves until Ctrl-C or SIGTERM; what is under way is finished first."""
    import uvicorn

    config = uvicorn.Config(
        proxy,
        log_level="warning",
        access_log=False,
        lifespan="on",
        ws="none",
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=5,
    )
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        uvicorn.Server(config).run(sockets=[socket])
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
        socket.close()


def _say(err: Console, whose: str, finding: Finding) -> None:
    from bookproof.reports.text import plain

    sign, style = ("✗", "red") if finding.level == "must" else ("!", "yellow")
    owner = finding.requirement or "no requirement"
    seen = f"at {finding.where}, expected {finding.expected}, got {finding.actual}"
    line = f"{sign} {whose}: {owner}  {finding.message}  {seen}"
    err.print(plain(line, keep=""), markup=False, style=style, soft_wrap=True)
