"""Opens sessions: what a run is to judge (a Plan) becomes a session with a target, a Judge and credentials."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import httpx
from pydantic import ValidationError
from starlette.types import ASGIApp

from bookproof.apis import Api, Fixtures
from bookproof.errors import ConfigurationError, DataError, UsageError
from bookproof.findings import Reading
from bookproof.targets.asgi import AsgiTransport
from bookproof.targets.connection import open_transport
from bookproof.targets.manners import Budget
from bookproof.targets.secrets import SCRUBBED, Scrubber
from bookproof.targets.session import Session
from bookproof.targets.target import Target
from bookproof.variants import Depth
from bookproof.verdict import Waiver

Kind = Literal["reference", "replay", "live"]

NO_TOKEN = "bookproof-no-token"  # noqa: S105 - says that there is none
"""Sent as bearer token where a live run was given none: a mock that only looks for a header then answers."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be judged, and how.

    url: the address of a live target; app: an application to judge in place of the reference.
    authorization: the value of the Authorization header; secrets: texts that must not be kept anywhere.
    """

    kind: Kind = "reference"
    url: str = ""
    app: ASGIApp | None = None
    authorization: str | None = None
    login: Mapping[str, str] = field(default_factory=dict)
    """What the API's own login asks for; used where there is no authorization."""
    secrets: tuple[str, ...] = ()
    fixtures: Mapping[str, Any] = field(default_factory=dict)
    capabilities: frozenset[str] = frozenset()
    budget: Budget = field(default_factory=Budget)
    depth: Depth = "standard"
    reading: Reading = "strict"
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    token_variable: str = ""
    timeout: float = 15.0
    clock: Callable[[], float] | None = None
    tag: str = ""
    """Sets the names that a live run creates apart from those of others; drawn by chance where it is empty."""
    cassettes: Path | None = None
    """The recording to replay in place of the API's own."""
    sequential: bool = False
    """Send what scenarios send at once one after the other, so that a recording is reproducible."""


def open_session(api: Api, plan: Plan) -> Session:
    """A session for one run of one API."""
    opener = {"reference": _reference, "replay": _replay, "live": _live}[plan.kind]
    target, authorization, declared = opener(api, plan)
    known = list(plan.secrets)
    if authorization:
        known.append(authorization.partition(" ")[2])
    return Session(
        api,
        api.judge(bases=[target.url], reading=plan.reading),
        target,
        fixtures=check_fixtures(api, declared),
        authorization=authorization,
        login=plan.login,
        capabilities=plan.capabilities,
        sequential=plan.sequential,
        budget=plan.budget,
        scrubber=Scrubber(known),
    )


def replaying(plan: Plan, folder: Path) -> Plan:
    """The plan that replays a recording as it was made: with its fixtures, its credentials' scheme, its names."""
    from bookproof.captures.cassette import recorded_how

    how = recorded_how(folder / "scenarios")
    fixtures, capabilities = how.get("fixtures"), how.get("capabilities")
    return replace(
        plan,
        cassettes=folder,
        tag=str(how.get("tag", "")),
        authorization=f"{how.get('scheme', 'Bearer')} {SCRUBBED}",
        fixtures=fixtures if isinstance(fixtures, dict) else {},
        capabilities=frozenset(capabilities if isinstance(capabilities, list) else plan.capabilities),
    )


def check_fixtures(api: Api, declared: Mapping[str, Any]) -> Fixtures:
    """The declared fixtures; ConfigurationError names the first that is wrong."""
    try:
        return api.fixtures(declared)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        known = ", ".join(api.module("client").Fixtures.model_fields)
        raise ConfigurationError(
            f"The fixture {name} of {api.name} is wrong: {first['msg'].lower()}.", hint=f"Known fixtures: {known}."
        ) from None


def cassette_folder(api: Api) -> Path:
    """Where the scenarios' recordings of an API lie."""
    return api.cassettes / "scenarios"


def _reference(api: Api, plan: Plan) -> tuple[Target, str | None, Mapping[str, Any]]:
    options = {"clock": plan.clock} if plan.clock else {}
    app = plan.app or api.reference(**options).app
    url = api.contract.servers[0]
    return (
        Target("reference", url, AsgiTransport(app, prefix=httpx.URL(url).path)),
        plan.authorization or f"Bearer {api.reference_token}",
        plan.fixtures or api.reference_fixtures,
    )


def _replay(api: Api, plan: Plan) -> tuple[Target, str | None, Mapping[str, Any]]:
    folder = plan.cassettes / "scenarios" if plan.cassettes else cassette_folder(api)
    if not folder.is_dir():
        place = f"in {plan.cassettes}" if plan.cassettes else f"of {api.name}"
        raise DataError(f"There are no cassettes {place}.", hint=f"Record them: bookproof record {api.name}.")
    # vcrpy brings much with it, and only a replay needs it.
    from bookproof.captures.cassette import IndexedCassette
    from bookproof.targets.replay import ReplayTransport

    cassette: IndexedCassette = IndexedCassette.load(path=folder, headers=matched_headers(api))
    target = Target("replay", api.contract.servers[0], ReplayTransport(cassette), cassette, tag=plan.tag)
    return target, plan.authorization or f"Bearer {SCRUBBED}", plan.fixtures if plan.tag else api.reference_fixtures


def _live(api: Api, plan: Plan) -> tuple[Target, str | None, Mapping[str, Any]]:
    address(plan.url)
    transport = open_transport(plan.url)
    return (
        Target("live", plan.url.rstrip("/"), transport, timeout=plan.timeout, tag=plan.tag or secrets.token_hex(3)),
        plan.authorization or f"Bearer {NO_TOKEN}",
        plan.fixtures,
    )


def address(url: str) -> httpx.URL:
    """A service's address, read; UsageError where it is none, or where a credential stands in it."""
    try:
        read = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        read = httpx.URL("")
    if "@" in url.partition("://")[2].partition("/")[0] or "?" in url or "#" in url:
        shown = "://".join(filter(None, (read.scheme, read.host))) or "the address"
        raise UsageError(
            f"{shown}: an address ends with its path and holds no credentials.",
            hint='Name them in bookproof.toml: credentials = { basic = "env:VARIABLE" }, the variable user:password.',
        )
    if read.scheme not in ("http", "https") or not read.host:
        raise UsageError(f"{url!r} is not an http or https address.", hint="For example https://api.example.com")
    return read


def matched_headers(api: Api) -> tuple[str, ...]:
    """The request headers that tell recordings apart: the contract's own, credentials and the body's type."""
    named = {p.name for o in api.contract.operations.values() for p in o.parameters if p.place == "header"}
    return (*sorted(named), "Authorization", "Content-Type")
