"""Compares recordings with each other or with today's target, and contracts with files, for `bookproof drift`."""

from collections.abc import Iterable
from pathlib import Path

from bookproof import apis
from bookproof.apis import Api
from bookproof.captures.reading import read
from bookproof.cli.asking import ask_before_writing
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


def show(drift: Drift, quiet: bool) -> None:
    """Prints a comparison."""
    if quiet:
        console().print(f"{drift.api} {'drifted' if drift.changes else 'unknown' if drift.incomplete else 'steady'}")
    else:
        show_drift(console(), drift, apis.load(drift.api).ledger)


def against_file(places: tuple[str, ...], path: Path, name: str, *, live: bool) -> Drift:
    """Compares the contract of an API with a vendor's OpenAPI file."""
    if len(places) != 1 or live:
        raise UsageError("--openapi compares the contract of one API.", hint="bookproof drift API --openapi FILE")
    return compare_with_file(apis.load(name), path)


def between_recordings(old: str, new: str, name: str | None, prefixes: tuple[str, ...]) -> Iterable[Drift]:
    """Compares two recordings, by API."""
    for api in _apis((old, new), name, prefixes):
        yield compare(api, *(_observed(api, place, prefixes) for place in (old, new)))


def since_recording(
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
