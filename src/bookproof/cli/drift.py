"""`bookproof drift`: what changed between two recordings, since one of them, or between contract and OpenAPI file."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from bookproof import apis
from bookproof.apis import Api
from bookproof.captures.reading import read
from bookproof.cli.asking import ask_before_writing
from bookproof.cli.completion import api_names
from bookproof.drift.change import Drift
from bookproof.drift.contracts import compare_with_file
from bookproof.drift.observing import Observation
from bookproof.drift.recordings import compare, observe
from bookproof.drift.sources import apis_in, files
from bookproof.errors import NothingRan, UsageError
from bookproof.reports.drift import show_drift
from bookproof.reports.listing import console
from bookproof.running import run_suite
from bookproof.targets.configuration import Configuration


@click.command(name="drift")
@click.argument("places", metavar="OLD [NEW]", nargs=-1, required=True, shell_complete=api_names)
@click.option("--openapi", type=click.Path(path_type=Path), metavar="FILE", help="Compare the contract with this file.")
@click.option(
    "--api", "name", metavar="API", shell_complete=api_names, help="The API, where a recording holds several."
)
@click.option("--url", help="The live API to ask today; the embedded reference is asked without it.")
@click.option("--token-env", metavar="VARIABLE", help="The environment variable that holds the bearer token.")
@click.option("--config", type=click.Path(path_type=Path), help="bookproof.toml, if not in the working directory.")
@click.option("--url-prefix", "prefixes", multiple=True, metavar="URL", help="A base below which the API lies as well.")
@click.option("--yes", is_flag=True, help="Do not ask before the first write to a host that is not this machine.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison alone, as JSON.")
@click.option("--quiet", is_flag=True, help="Print the conclusion alone.")
def command(
    places: tuple[str, ...],
    openapi: Path | None,
    name: str | None,
    url: str | None,
    token_env: str | None,
    config: Path | None,
    prefixes: tuple[str, ...],
    yes: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Tell what is new, gone or changed, by requirement: properties, types, statuses.

    OLD and NEW are folders of cassettes, or any capture that `audit` reads; an API's name stands for its own
    cassettes. Without NEW the suite asks today's target. Exit code 1: something has drifted.

    \b
    bookproof drift recordings/may recordings/june
    bookproof drift recordings/may --url https://sandbox.example.com --token-env HL_TOKEN
    bookproof drift highlevel --openapi calendars.json
    """
    if openapi is not None:
        drifts = [_against_file(places, openapi, name or places[0], live=bool(url or token_env))]
    elif len(places) == 2 and not url:
        drifts = list(_recordings(places[0], places[1], name, prefixes))
    elif len(places) == 1:
        drifts = [_today(places[0], name, prefixes, Configuration.load(config), url, token_env, yes)]
    else:
        raise UsageError("Two recordings are compared, or one with today's target.", hint="bookproof drift OLD NEW")
    if as_json:
        documents = [drift.as_json() for drift in drifts]
        sys.stdout.write(json.dumps(documents[0] if len(documents) == 1 else documents, indent=2) + "\n")
    else:
        for drift in drifts:
            _show(drift, quiet)
    return max((drift.exit_code for drift in drifts), key=(0, 3, 1).index)


def _show(drift: Drift, quiet: bool) -> None:
    if quiet:
        console().print(f"{drift.api} {'drifted' if drift.changes else 'unknown' if drift.incomplete else 'steady'}")
    else:
        show_drift(console(), drift, apis.load(drift.api).ledger)


def _against_file(places: tuple[str, ...], path: Path, name: str, *, live: bool) -> Drift:
    if len(places) != 1 or live:
        raise UsageError("--openapi compares the contract of one API.", hint="bookproof drift API --openapi FILE")
    return compare_with_file(apis.load(name), path)


def _recordings(old: str, new: str, name: str | None, prefixes: tuple[str, ...]) -> Iterable[Drift]:
    for api in _apis((old, new), name, prefixes):
        yield compare(api, *(_observed(api, place, prefixes) for place in (old, new)))


def _today(
    old: str,
    name: str | None,
    prefixes: tuple[str, ...],
    configuration: Configuration,
    url: str | None,
    token_variable: str | None,
    yes: bool,
) -> Drift:
    """Compares a recording with what the suite is answered today; generated requests stay away from the target."""
    found = _apis((old,), name, prefixes)
    if len(found) > 1:
        raise UsageError(
            f"{old} holds exchanges of {', '.join(api.name for api in found)}.", hint="Name one of them: --api API."
        )
    (api,) = found
    plan = configuration.plan(api.name, url=url, token_variable=token_variable)
    ask_before_writing([plan], yes)
    before = _observed(api, old, (*prefixes, *([plan.url] if plan.url else [])))
    outcome = run_suite(api, plan, properties=False)
    if outcome.error is not None and not outcome.exchanges:
        raise outcome.error
    now = observe(
        api, f"{plan.url or 'the embedded reference'} today", outcome.exchanges, [plan.url] if plan.url else []
    )
    now.broken_off = outcome.verdict.run.interrupted
    return compare(api, before, now)


def _apis(places: Iterable[str], name: str | None, prefixes: tuple[str, ...]) -> list[Api]:
    """The named API, or those of which every recording holds exchanges."""
    named = [place for place in places if place in apis.names()]
    if name or named:
        return [apis.load(name or named[0])]
    found = [{api.name for api in apis_in(files(place), prefixes)} for place in places]
    common = sorted(set.intersection(*found))
    if not common:
        raise NothingRan(
            "The recordings hold no exchange of one and the same API.",
            hint="If an API lies elsewhere, name its base: --url-prefix https://HOST[/BASE]",
        )
    return [apis.load(each) for each in common]


def _observed(api: Api, place: str, bases: Iterable[str]) -> Observation:
    return observe(api, place, read(files(place)), bases)
