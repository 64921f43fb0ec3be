"""A request before it is sent: what scenarios write, near misses change and properties fill in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import quote

from bookproof.contract import JSON, Contract
from bookproof.exchange import ABSENT, Request

OWN: Final = "own"
"""Stands for the credentials that the run was given."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An editable request of one operation.

    path: path parameters by name, not yet percent-encoded; headers: the contract's header parameters.
    body: a JSON value, raw bytes, or ABSENT. content_type: None sends a body without saying what it is.
    credentials: OWN, None for no Authorization header, or the text of one.
    """

    operation: str
    path: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = ABSENT
    content_type: str | None = JSON
    credentials: str | None = OWN

    def with_body(self, body: Any) -> "Draft":
        """The same request with another body."""
        return replace(self, body=body)

    def with_header(self, name: str, value: str | None) -> "Draft":
        """The same request with another header, or without it."""
        headers = {key: text for key, text in self.headers.items() if key.lower() != name.lower()}
        return replace(self, headers=headers if value is None else headers | {name: value})

    def with_path(self, name: str, value: Any) -> "Draft":
        """The same request with another path parameter."""
        return replace(self, path={**self.path, name: value})

    def build(self, contract: Contract, base: str, authorization: str | None = None) -> Request:
        """The request for the wire; `authorization` is the value that OWN stands for."""
        operation = contract.operations[self.operation]
        url = operation.path
        for name, value in self.path.items():
            text = str(value).lower() if isinstance(value, bool) else str(value)
            url = url.replace(f"{{{name}}}", quote(text.encode("utf-8", "surrogatepass"), safe=""))
        headers = [("Accept", JSON), *self.headers.items()]
        shown = authorization if self.credentials == OWN else self.credentials
        if shown is not None:
            headers.append(("Authorization", shown))
        body = b""
        if self.body is not ABSENT:
            body = self.body if isinstance(self.body, bytes) else to_json(self.body)
            if self.content_type is not None:
                headers.append(("Content-Type", self.content_type))
        return Request(operation.method, base.rstrip("/") + url, tuple(headers), body)


def to_json(value: Any) -> bytes:
    """Compact JSON in UTF-8; text that UTF-8 cannot carry is escaped."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()
