"""`bookproof mock`: the reference API as a server, for clients to build against; on request with a defect."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bookproof.cli.completion import api_names, defects
from bookproof.errors import UsageError

if TYPE_CHECKING:  # `--help` imports nothing that it does not need
    from starlette.types import ASGIApp, Receive, Scope, Send

    from bookproof.apis import Api


@click.command(name="mock")
@click.argument("name", metavar="API", shell_complete=api_names)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option(
    "--defect",
    metavar="ID",
    shell_complete=defects,
    help="Serve a seeded defect, a race or a conforming variation; `list` names them.",
)
@click.option(
    "--latency", default=0, type=click.IntRange(0, 600_000), metavar="MS", help="Milliseconds before answers."
)
@click.option(
    "--throttle", default=0, type=click.IntRange(0), metavar="N", help="Ask to wait beyond N requests a second."
)
@click.option("--known-ids-only", is_flag=True, help="Refuse ids that are not among the fixtures.")
@click.option(
    "--config-to",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a configuration that declares what the mock holds and can do.",
)
def command(
    name: str,
    host: str,
    port: int,
    defect: str | None,
    latency: int,
    throttle: int,
    known_ids_only: bool,
    config_to: Path | None,
) -> int:
    """Serve the reference API until Ctrl-C.

    \b
    bookproof mock highlevel --port 8080
    bookproof mock highlevel --defect list
    bookproof mock nexudus --defect nx-record-name-cut --config-to mock.toml
    """
    import uvicorn

    from bookproof import apis
    from bookproof.cli.init import write_configuration
    from bookproof.proving import app_with, catalogue
    from bookproof.targets.asgi import Throttled, address_of, listen

    api = apis.load(name)
    if defect == "list":
        for entry in catalogue(api).served().values():
            click.echo(f"{entry.id:44} {entry.sentence}")
        return 0
    options = {"known_ids_only": known_ids_only}
    app: ASGIApp = app_with(api, defect, **options) if defect else api.reference(**options).app
    if throttle:
        app = Throttled(app, throttle, status=next(iter(api.throttling), 429))
    if latency:
        app = _Delayed(app, latency / 1000)
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", lifespan="off", server_header=False)
    try:
        socket = listen(host, port)
    except OSError:
        raise UsageError(
            f"The port {port} of {host} is taken or not allowed.", hint="Name another: --port 0."
        ) from None
    address = address_of(socket, host)
    how = f"--url {address} --token-env TOKEN"
    if config_to:
        write_configuration(config_to, _declared(api, address, catalogue(api).capabilities), "--config-to")
        how = f"--config {config_to}"
    click.echo(f"{api.ledger.title} at {address}{_with(defect)}", err=True)
    click.echo(f"  token     {api.reference_token}", err=True)
    click.echo(f"  fixtures  {_short(api.reference_fixtures)}", err=True)
    click.echo(f"  judge it  TOKEN={api.reference_token} bookproof verify {name} {how}", err=True)
    server = uvicorn.Server(config)
    try:
        server.run(sockets=[socket])
    except KeyboardInterrupt:
        return 0
    return 0


class _Delayed:
    """An application that takes its time."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        import asyncio

        await asyncio.sleep(self._seconds)
        await self._app(scope, receive, send)


def _declared(api: Api, address: str, capabilities: Iterable[str]) -> str:
    """A configuration file for the mock; its values have the same form in TOML as in JSON."""
    fixtures = ", ".join(f"{key} = {json.dumps(value)}" for key, value in api.reference_fixtures.items())
    return (
        f'[{api.name}]\nurl = "{address}"\ncredentials = {{ bearer = "env:TOKEN" }}\n'
        f"fixtures = {{ {fixtures} }}\ncapabilities = {json.dumps(sorted(capabilities))}\n"
    )


def _with(defect: str | None) -> str:
    return f" with {defect}" if defect else ""


def _short(fixtures: Any) -> str:
    text = ", ".join(f"{key} = {value!r}" for key, value in fixtures.items())
    return text if len(text) < 120 else text[:119] + "…"
