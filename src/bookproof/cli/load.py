"""`bookproof load`: many users at once, on Locust, and every answer judged."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bookproof.cli.completion import api_names
from bookproof.errors import CannotJudge, Untested, UsageError

if TYPE_CHECKING:  # `--help` imports nothing that it does not need
    from bookproof.apis import Api
    from bookproof.loading.settings import Settings
    from bookproof.targets.opening import Plan

_DURATION = re.compile(r"(?=.*[1-9])(?:\d+h)?(?:\d+m)?(?:\d+s?)?")
"""A time as Locust reads it; to Locust 0 means without end."""


@click.command(name="load")
@click.argument("name", metavar="API", shell_complete=api_names)
@click.option("--url", help="The address of a live API; the embedded reference is loaded without it.")
@click.option("--users", type=click.IntRange(1), default=50, show_default=True, help="Users at once.")
@click.option("--spawn-rate", type=float, metavar="N", help="Users started a second; half of them by default.")
@click.option("--duration", default="60s", show_default=True, metavar="TIME", help="For example 90s, 5m, 1h30m.")
@click.option("--mix", help="How often each kind of act is played; valid=4,near-miss=3,life=2,race=1 by default.")
@click.option("--seed", default=1, show_default=True, help="Decides what is left to chance.")
@click.option("--web", is_flag=True, help="Start, watch and stop the test on Locust's web page, on this machine.")
@click.option("--web-port", type=click.IntRange(1, 65535), default=8089, show_default=True)
@click.option("--processes", type=click.IntRange(1, 64), help="Workers on this machine.")
@click.option("--master", is_flag=True, help="Lead workers, which are started elsewhere with --worker.")
@click.option("--expect-workers", type=click.IntRange(1), default=1, show_default=True, help="A master waits for them.")
@click.option("--worker", is_flag=True, help="Work for a master; it says what is judged and reports.")
@click.option("--master-host", default="127.0.0.1", show_default=True, help="Where a worker finds its master.")
@click.option("--master-port", type=click.IntRange(1, 65535), default=5557, show_default=True)
@click.option("--token-env", metavar="VARIABLE", help="The environment variable that holds the bearer token.")
@click.option("--config", type=click.Path(path_type=Path), help="bookproof.toml, if not in the working directory.")
@click.option("--report", type=click.Path(path_type=Path), default=Path("reports"), show_default=True, metavar="DIR")
@click.option("--reading", type=click.Choice(["strict", "tolerant"]), help="tolerant: lenience is a warning.")
@click.option("--yes", is_flag=True, help="Do not ask before the first write to a host that is not this machine.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict alone, as JSON.")
@click.option("--quiet", is_flag=True, help="Print the conclusion alone.")
@click.argument("locust", nargs=-1, type=click.UNPROCESSED, metavar="[-- LOCUST-OPTIONS]")
def command(name: str, url: str | None, report: Path, yes: bool, as_json: bool, quiet: bool, **given: Any) -> int:
    """Judge an API while many users work with it: valid requests, near misses, lives, requests at the same time.

    \b
    bookproof load highlevel
    bookproof load timetap --url http://127.0.0.1:8080 --users 50 --duration 60s --token-env TT_TOKEN
    bookproof load nexudus --url … --master --expect-workers 2     and elsewhere: --worker --master-host …
    """
    from bookproof import apis
    from bookproof.loading.settings import MIX, Settings, read_mix
    from bookproof.targets.configuration import Configuration

    if find_spec("locust") is None:
        raise UsageError("Load tests run on Locust, which is not installed.", hint="pip install 'bookproof[load]'")
    if given["master"] and given["worker"]:
        raise UsageError("--master and --worker exclude each other.")
    if not _DURATION.fullmatch(given["duration"]):
        raise UsageError(f"{given['duration']!r} is no duration.", hint="For example 90s, 5m or 1h30m.")
    api = apis.load(name)
    settings = Settings(
        api=name,
        url=url or Configuration.load(given["config"]).plan(name, token_variable=given["token_env"]).url,
        config=str(given["config"].absolute()) if given["config"] else "",
        token_variable=given["token_env"] or "",
        reading=given["reading"] or "",
        seed=given["seed"],
        mix=read_mix(given["mix"] or MIX),
    )
    if given["worker"]:
        return _locust(settings, given, None)
    with _target(api, settings) as (settings, plan):
        from bookproof.cli.asking import ask_before_writing

        ask_before_writing([plan], yes)
        _smoke(api, plan)
        with tempfile.TemporaryDirectory(prefix="bookproof-") as scratch:
            place = Path(scratch) / "result.json"
            code = _locust(settings, given, place)
            if not place.is_file():
                raise CannotJudge(f"Locust ended without a result (exit code {code}).", hint="It says why above.")
            result = json.loads(place.read_text(encoding="utf-8"))
        from bookproof.loading.concluding import settle

        return settle(settings, result, report, as_json=as_json, quiet=quiet)


@contextmanager
def _target(api: Api, settings: Settings) -> Iterator[tuple[Settings, Plan]]:
    """The target: the embedded reference, on a loopback port of its own, where no address is known."""
    from bookproof.targets.asgi import served

    with nullcontext(settings.url) if settings.url else served(api.reference().app) as url:
        settings = replace(settings, url=url, reference=not settings.url)
        yield settings, settings.plan()


def _smoke(api: Api, plan: Plan) -> None:
    """Tries one request before there are many: a wrong address or token is one sentence then."""
    from bookproof.targets.opening import open_session

    session = open_session(api, plan)
    try:
        client = api.client(session)
        with suppress(Untested):
            session.establish(next(iter(session.samples.samples())))
        client.clean_up()
    finally:
        session.close()


def _locust(settings: Settings, given: dict[str, Any], result: Path | None) -> int:
    """Runs Locust as a process of its own, in which it may replace what it likes; gives its exit code."""
    from bookproof import loading

    place = Path(loading.__file__).parent / "locustfile.py"
    words = [sys.executable, "-m", "locust", "-f", str(place), "--stop-timeout", "20", "--only-summary"]
    words += ["--bookproof-api", settings.api, "--bookproof-seed", str(settings.seed)]
    words += ["--bookproof-mix", ",".join(f"{kind}={weight}" for kind, weight in settings.mix.items())]
    for option, value in (
        ("--bookproof-config", settings.config),
        ("--bookproof-token-env", settings.token_variable),
        ("--bookproof-reading", settings.reading),
    ):
        words += [option, value] if value else []
    if given["worker"]:
        words += ["--worker", "--master-host", given["master_host"], "--master-port", str(given["master_port"])]
    else:
        words += ["--host", settings.url, "--users", str(given["users"]), "--run-time", given["duration"]]
        words += ["--spawn-rate", str(given["spawn_rate"] or max(1, given["users"] / 2))]
        words += ["--bookproof-result", str(result)]
        page = ["--web-host", "127.0.0.1", "--web-port", str(given["web_port"])]
        words += page if given["web"] else ["--headless"]
        words += ["--bookproof-reference"] if settings.reference else []
    if given["master"]:
        words += ["--master", "--master-bind-port", str(given["master_port"])]
        words += ["--expect-workers", str(given["expect_workers"])]
    if given["processes"]:
        words += ["--processes", str(given["processes"])]
    words += given["locust"]
    # What Locust prints is progress; standard output is for the verdict.
    with _patient(), subprocess.Popen(words, stdout=2) as process:  # noqa: S603 - ourselves
        before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            return process.wait()
        finally:
            signal.signal(signal.SIGTERM, before)


@contextmanager
def _patient() -> Iterator[None]:
    """Leaves Ctrl-C to Locust, which ends the test, cleans up and says what was found."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # to ignore it would make Locust ignore it, too
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
