"""The parts of an operation, as a contract describes them: parameters, body, answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bookproof.schema import Schema


@dataclass(frozen=True, slots=True)
class Parameter:
    """A path, query or header parameter."""

    name: str
    place: str
    required: bool
    pointer: str
    schema: Schema


@dataclass(frozen=True, slots=True)
class Body:
    """A request body: its media types and their schemas."""

    pointer: str
    required: bool
    content: Mapping[str, Schema | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """A documented response: `place` is its key in the operation, `pointer` its definition."""

    status: str
    place: str
    pointer: str
    content: Mapping[str, Schema | None]

    def documents(self, media: str | None) -> bool:
        """Whether a body of this media type is what the contract writes down."""
        return media is not None and media in self.content

    def body(self, media: str | None) -> tuple[Schema | None, str]:
        """The schema of a body and where the contract holds it; of another media type the first documented one."""
        chosen = media if media is not None and media in self.content else next(iter(self.content))
        token = chosen.replace("/", "~1")
        return self.content[chosen], f"{self.pointer}/content/{token}"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract."""

    id: str
    method: str
    path: str
    pointer: str
    pattern: re.Pattern[str]
    parameters: tuple[Parameter, ...]
    body: Body | None
    answers: Mapping[str, Answer]
    schemes: tuple[str, ...]
    capability: str | None
    success: Answer | None = field(init=False)
    """The first documented 2xx response."""

    def __post_init__(self) -> None:
        first = next((self.answers[status] for status in sorted(self.answers) if status.startswith("2")), None)
        object.__setattr__(self, "success", first)

    def answer(self, status: int) -> Answer | None:
        """The documented response for a status."""
        return self.answers.get(str(status)) or self.answers.get(f"{status // 100}XX")
