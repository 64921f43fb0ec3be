"""bookproof.toml: one section for each API, read into pydantic models. Secrets stand in the environment alone."""

import base64
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bookproof import apis
from bookproof.errors import ConfigurationError, UsageError
from bookproof.findings import Reading
from bookproof.targets.manners import Budget
from bookproof.targets.opening import Plan, check_fixtures
from bookproof.variants import Depth
from bookproof.verdict import Waiver

FILE = "bookproof.toml"
_NAME = re.compile(r"(?!(?=\w*[a-z])(?=\w*\d)\w{20,})[A-Za-z_]\w{0,63}", re.ASCII)
"""Names of variables; not what is as long as a token and has small letters and digits in it."""
CAPABILITIES = frozenset({"readback", "cleanup"})


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _rate(value: Any) -> Any:
    """ "10/s" as requests a second; "60/min" and "5000/h" likewise."""
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*/\s*(s|min|h)\s*", value)
    if not found:
        raise ValueError('a rate reads "10/s", "60/min" or "5000/h"')
    return float(found[1]) / {"s": 1, "min": 60, "h": 3600}[found[2]]


Rate = Annotated[str, Field(pattern=r"^\s*\d+(\.\d+)?\s*/\s*(s|min|h)\s*$")]
"""A rate as text."""

Variable = Annotated[str, Field(pattern=r"^env:\w+$")]
"""The name of an environment variable, as `env:NAME`: a secret never stands in a file."""


class Credentials(_Section):
    """How the run proves who it is. Each value is `env:VARIABLE`; basic holds `user:password`.

    login: what the API's own login asks for, by name; the token that it gives is renewed once when it is refused.
    """

    bearer: Variable | None = Field(default=None, description="The variable that holds a bearer token.")
    basic: Variable | None = Field(default=None, description="The variable that holds user:password.")
    login: dict[str, Variable] | None = Field(
        default=None, description="What the API's own login asks for; a token that is refused is renewed once."
    )


class BudgetSection(_Section):
    """What a run may spend: requests, a rate, seconds."""

    requests: int = Field(default=0, ge=0, description="Requests that a run may send; 0 sets no limit.")
    rate: Annotated[float, BeforeValidator(_rate, json_schema_input_type=float | Rate)] = Field(
        default=0.0, ge=0, description='Requests a second, or as "10/s", "60/min", "5000/h"; 0 sets no limit.'
    )
    seconds: float = Field(default=600.0, ge=0, description="Seconds that a run may take; 0 sets no limit.")


class WaiverSection(_Section):
    """A requirement that may fail until a date, and why."""

    requirement: str = Field(description="The id of the requirement.")
    reason: str = Field(min_length=1, description="Why it may fail.")
    expires: date = Field(description="The last day on which it may fail.")


class Section(_Section):
    """The section of one API."""

    url: str = Field(default="", description="The address of the service; without it the reference is judged.")
    credentials: Credentials = Field(default=Credentials(), description="How a run proves who it is.")
    fixtures: dict[str, Any] = Field(
        default_factory=dict, description="What the service is known to hold: valid requests are built from it."
    )
    capabilities: tuple[str, ...] = Field(default=(), description="What the service can do beyond the document.")
    budget: BudgetSection = Field(default=BudgetSection(), description="What a run may spend.")
    reading: Reading = Field(
        default="strict", description="tolerant: what is accepted too generously is a warning, not a violation."
    )
    waivers: tuple[WaiverSection, ...] = Field(default=(), description="Requirements that may fail for a while.")


class Configuration:
    """A read file: a plan for each API that it has a section for."""

    def __init__(self, path: Path | None, sections: Mapping[str, Section], text: str = "") -> None:
        self.path = path
        self.sections = sections
        self._text = text

    @classmethod
    def load(cls, path: Path | None = None) -> "Configuration":
        """Reads the named file, or bookproof.toml in the working directory if there is one."""
        chosen = path or Path(FILE)
        if path is None and not chosen.is_file():
            return cls(None, {})
        try:
            text = chosen.read_text(encoding="utf-8")
            data = tomllib.loads(text)
        except OSError as error:
            raise ConfigurationError(
                f"{chosen} cannot be read: {error.strerror}.", hint="Name an existing file: --config FILE."
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{chosen} is not TOML: {error}.") from None
        sections: dict[str, Section] = {}
        for name, section in data.items():
            if name not in apis.names():
                raise _unknown(chosen, text, name, apis.names(), "There is no API")
            if not isinstance(section, dict):
                raise ConfigurationError(f"{_place(chosen, text, name)}: [{name}] is a section, not a value.")
            try:
                sections[name] = Section.model_validate(section)
            except ValidationError as error:
                raise _wrong(chosen, text, name, error) from None
        configuration = cls(chosen, sections, text)
        for name in sections:
            configuration._check(name)
        return configuration

    def plan(
        self,
        api: str,
        *,
        url: str | None = None,
        token_variable: str | None = None,
        reading: Reading | None = None,
        kind: str | None = None,
        depth: Depth | None = None,
        sends: bool = True,
    ) -> Plan:
        """What to judge for an API: the file's section, what the command line says in its place.

        sends: whether the plan is carried out; one that only says what would be sent, or by what captured traffic is
        judged, needs no credentials.
        """
        if kind == "replay" and depth == "full":
            raise UsageError("Recordings hold a standard run; a full one needs a target.")
        section = self.sections.get(api, Section())
        address = url or section.url
        live = bool(address) and kind in (None, "live")
        scheme, variable = _credential(section.credentials, token_variable) if live else ("", "")
        authorization = _authorization(scheme, variable) if scheme and sends else None
        given = section.credentials.login if live and sends and not authorization else None
        login = {name: _environment(value.removeprefix("env:")) for name, value in (given or {}).items()}
        return Plan(
            kind="live" if live else "replay" if kind == "replay" else "reference",
            url=address if live else "",
            authorization=authorization,
            login=login,
            secrets=tuple(dict.fromkeys([*_parts(authorization), *login.values(), *self._named_secrets()])),
            fixtures=section.fixtures if live else {},
            capabilities=frozenset(section.capabilities),
            budget=Budget(**section.budget.model_dump()),
            depth=depth or "standard",
            reading=reading or section.reading,
            waivers={w.requirement: Waiver(w.requirement, w.reason, w.expires) for w in section.waivers},
            token_variable=variable,
        )

    def _named_secrets(self) -> Iterator[str]:
        """What stands in the variables that the file names, whichever of them a run uses: it may turn up anywhere."""
        for section in self.sections.values():
            given = section.credentials
            for named in (given.bearer, given.basic, *(given.login or {}).values()):
                value = os.environ.get((named or "").removeprefix("env:"), "").strip()
                if value:
                    yield value
                if value and named == given.basic:
                    yield value.partition(":")[2]

    def _check(self, name: str) -> None:
        api, section = apis.load(name), self.sections[name]
        path = self.path or Path(FILE)
        for fixture in section.fixtures:
            known = list(api.module("client").Fixtures.model_fields)
            if fixture not in known:
                raise _unknown(path, self._text, fixture, known, f"{name} has no fixture")
        check_fixtures(api, section.fixtures)
        wanted = getattr(api.module("client"), "LOGIN", ())
        for part in section.credentials.login or {}:
            if part not in wanted:
                what = f"the login of {name} asks for no" if wanted else f"{name} has no login, so no"
                raise _unknown(path, self._text, part, wanted, what[0].upper() + what[1:])
        for capability in section.capabilities:
            if capability not in CAPABILITIES:
                raise _unknown(path, self._text, capability, CAPABILITIES, "There is no capability")
        for waiver in section.waivers:
            if waiver.requirement not in api.ledger:
                raise _unknown(path, self._text, waiver.requirement, api.ledger.rows, f"{name} has no requirement")
            if api.ledger[waiver.requirement].out_of_scope:
                raise ConfigurationError(
                    f"{_place(path, self._text, waiver.requirement)}: {waiver.requirement} is out of scope; "
                    "there is nothing to waive.",
                    hint="Take the waiver out of the configuration.",
                )
            if waiver.expires < date.today():
                raise ConfigurationError(
                    f"{_place(path, self._text, waiver.requirement)}: the waiver of {waiver.requirement} "
                    f"expired on {waiver.expires}.",
                    hint="Take it out, or give it a new date and reason.",
                )


def _credential(given: Credentials, token_variable: str | None) -> tuple[str, str]:
    """The scheme of a run's credential, and the variable that holds it; both empty where there is none."""
    if token_variable:
        return "Bearer", token_variable
    if given.bearer:
        return "Bearer", given.bearer.removeprefix("env:")
    return ("Basic", given.basic.removeprefix("env:")) if given.basic else ("", "")


def _authorization(scheme: str, variable: str) -> str:
    """The value of the Authorization header."""
    if scheme == "Bearer":
        return f"Bearer {_header_value(variable)}"
    return f"Basic {base64.b64encode(_environment(variable).encode()).decode()}"


def _environment(variable: str) -> str:
    value = os.environ.get(variable, "").strip()
    if not value and not _NAME.fullmatch(variable):
        raise ConfigurationError(
            "What is given in place of a variable's name is no name; it is not repeated here.",
            hint="Put the secret into a variable and name that: export TOKEN=…, --token-env TOKEN",
        )
    if not value:
        raise ConfigurationError(
            f"The environment variable {variable} is not set.", hint=f"Set it first: export {variable}=…"
        )
    return value


def _header_value(variable: str) -> str:
    """A secret that stands in a header: HTTP carries nothing but visible ASCII there."""
    value = _environment(variable)
    if not value.isascii() or not value.isprintable():
        raise ConfigurationError(f"The environment variable {variable} holds signs that no header can carry.")
    return value


def _parts(authorization: str | None) -> tuple[str, ...]:
    """Every form in which the credential may turn up."""
    if not authorization:
        return ()
    scheme, _, credential = authorization.partition(" ")
    if scheme != "Basic":
        return (credential,)
    decoded = base64.b64decode(credential).decode()
    return (credential, decoded, decoded.partition(":")[2])


def _place(path: Path, text: str, name: str) -> str:
    pattern = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    line = next((n for n, line in enumerate(text.splitlines(), 1) if pattern.search(line)), None)
    return f"{path}, line {line}" if line else str(path)


def _unknown(path: Path, text: str, name: str, known: Any, what: str) -> ConfigurationError:
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.4)
    shown = ", ".join(names) if len(names) <= 12 else f"{names[0]} … {names[-1]}"
    hint = f"Did you mean {close[0]}?" if close else f"Known: {shown}."
    return ConfigurationError(f"{_place(path, text, name)}: {what} {name!r}.", hint=hint)


def _wrong(path: Path, text: str, api: str, error: ValidationError) -> ConfigurationError:
    first = error.errors()[0]
    parts = [str(part) for part in first["loc"]]
    if first["type"] == "extra_forbidden":
        model: Any = Section
        for part in parts[:-1]:
            model = {"credentials": Credentials, "budget": BudgetSection, "waivers": WaiverSection}.get(part, model)
        return _unknown(path, text, parts[-1], list(model.model_fields), f"[{api}] has no key")
    hint = 'A secret is named by its variable: "env:NAME".' if "credentials" in parts else ""
    said = first["msg"].removeprefix("Value error, ")
    return ConfigurationError(f"{_place(path, text, parts[-1])}: [{api}] {'.'.join(parts)}: {said}.", hint=hint)
