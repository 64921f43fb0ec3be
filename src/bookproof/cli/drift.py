"""`bookproof drift`: what changed between two recordings, since one of them, or between contract and OpenAPI file."""

import json
import sys
from pathlib import Path

import click

from bookproof.cli.completion import api_names
from bookproof.errors import UsageError, worst


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
    bookproof drift recordings/may --url https://sandbox.example.com --token-env HIGHLEVEL_TOKEN
    bookproof drift highlevel --openapi calendars.json
    """
    from bookproof.drifting import against_file, between_recordings, show, since_recording
    from bookproof.targets.configuration import Configuration
    from bookproof.targets.opening import address

    for prefix in prefixes:
        address(prefix)
    if openapi is not None:
        drifts = [against_file(places, openapi, name or places[0], live=bool(url or token_env))]
    elif len(places) == 2 and not url:
        drifts = list(between_recordings(places[0], places[1], name, prefixes))
    elif len(places) == 1:
        drifts = [since_recording(places[0], name, prefixes, Configuration.load(config), url, token_env, yes)]
    else:
        raise UsageError("Two recordings are compared, or one with today's target.", hint="bookproof drift OLD NEW")
    if as_json:
        documents = [drift.as_json() for drift in drifts]
        sys.stdout.write(json.dumps(documents[0] if len(documents) == 1 else documents, indent=2) + "\n")
    else:
        for drift in drifts:
            show(drift, quiet)
    return worst(drift.exit_code for drift in drifts)
