"""What a load test was asked to do, in a form that every process of it can be told; secrets stay in the environment."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from bookproof import apis
from bookproof.apis import Api
from bookproof.apis.acting import mixture
from bookproof.errors import UsageError
from bookproof.findings import Reading
from bookproof.targets.configuration import CAPABILITIES, Configuration
from bookproof.targets.opening import Plan

MIX: Final = "valid=4,near-miss=3,life=2,race=1"
"""How often each kind of act is played unless something else is asked for."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a load test.

    url: the target's address; reference: it is the embedded reference, whose token and fixtures are known.
    config: an absolute path, empty for the bookproof.toml of the working directory.
    """

    api: str
    url: str = ""
    reference: bool = False
    config: str = ""
    token_variable: str = ""
    reading: str = ""
    seed: int = 1
    mix: dict[str, int] = field(default_factory=lambda: mixture(MIX))

    @property
    def known(self) -> Api:
        """The API."""
        return apis.load(self.api)

    def plan(self) -> Plan:
        """Where requests go, with credentials and fixtures."""
        api = self.known
        reading: Reading | None = "tolerant" if self.reading == "tolerant" else "strict" if self.reading else None
        configuration = Configuration.load(Path(self.config) if self.config else None)
        plan = configuration.plan(
            self.api,
            url=self.url or None,
            token_variable=self.token_variable or None,
            reading=reading,
            kind="reference" if self.reference else None,
        )
        if not self.reference:
            return plan
        return replace(
            plan,
            kind="live",
            url=self.url,
            authorization=f"Bearer {api.reference_token}",
            secrets=(api.reference_token,),
            fixtures=api.reference_fixtures,
            capabilities=CAPABILITIES,
        )

    def as_json(self) -> str:
        """The settings as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Settings":
        """The settings that a text stands for."""
        value: dict[str, Any] = json.loads(text)
        return cls(**value)


def read_mix(text: str) -> dict[str, int]:
    """A mix from the command line; UsageError where it is none."""
    try:
        return mixture(text)
    except ValueError as error:
        raise UsageError(f"The mix {text!r} is wrong: {error}.", hint=f"For example --mix {MIX}") from None
