"""What a page shows of a message: text of bounded length, JSON indented, and what came back of what was sent."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bookproof.exchange import ABSENT, brief
from bookproof.rules import same

_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Signs that steer a terminal, reverse the direction of text or cannot be encoded."""

_VALUE_SHOWN = 160


_LONG = {"body": 20_000, "curl": 20_000}
_SHORT = {
    **dict.fromkeys(("id", "api", "theme", "shown_by", "capability", "capabilities", "lines", "method"), 100),
    **dict.fromkeys(("operation", "rule", "title", "document", "owns", "bookproof"), 300),
}
_TEXT = 4_000


def bounded(value: Any, name: str = "") -> Any:
    """A verdict without texts that are longer than any that bookproof writes; names of properties likewise."""
    if isinstance(value, str):
        limit = _LONG.get(name) or _SHORT.get(name) or _TEXT
        return value if len(value) <= limit else f"{value[:limit]}… ({len(value) - limit} more characters)"
    if isinstance(value, dict):
        return {key if len(key) <= 200 else f"{key[:200]}…": bounded(child, key) for key, child in value.items()}
    if isinstance(value, list):
        return [bounded(child, name) for child in value]
    return value


def visible(value: Any) -> Any:
    """Text with signs that steer made visible; whatever else a template shows is left as it is."""
    if not isinstance(value, str) or not _STEERING.search(value):
        return value
    return type(value)(_STEERING.sub(_picture, value))


def without_steering(text: str) -> str:
    """JSON that says the same with signs that steer as their escapes: outside its texts it has none."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@dataclass(frozen=True, slots=True)
class Difference:
    """A top-level property in what was sent and in what came back; `blamed` where a finding points at it."""

    name: str
    sent: str
    answered: str
    note: str
    blamed: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The properties that differ, and the names of those that came back as they were sent."""

    differences: tuple[Difference, ...]
    same: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Cuts texts to a length, and says where it did."""

    kept: int

    def __call__(self, text: str | None) -> str:
        """The text, or its beginning."""
        if not text or len(text) <= self.kept:
            return text or ""
        return f"{text[: self.kept]}… ({len(text) - self.kept} more characters)"

    def body(self, text: str | None) -> str:
        """A body for reading: indented where it is JSON."""
        try:
            return self(json.dumps(json.loads(text or ""), indent=2, ensure_ascii=False))
        except (ValueError, RecursionError):
            return self(text)

    def comparison(self, finding: Mapping[str, Any]) -> Comparison | None:
        """What came back of what was sent; None where the two have no property in common."""
        sent, answered = _object(finding["example"]["request"]), _object(finding["example"]["response"])
        if not sent.keys() & answered.keys():
            return None
        parts = finding["where"].split("/")
        blamed = parts[1] if len(parts) > 1 and parts[0].endswith(".body") else ""
        found = [self._property(name, sent, answered, blamed) for name in {**sent, **answered}]
        return Comparison(
            tuple(one for one in found if one.note or one.blamed)[:60],
            tuple(one.name for one in found if not one.note and not one.blamed)[:60],
        )

    def _property(self, name: str, sent: Mapping[str, Any], answered: Mapping[str, Any], blamed: str) -> Difference:
        left, right = sent.get(name, ABSENT), answered.get(name, ABSENT)
        note = "sent only" if right is ABSENT else "answered only" if left is ABSENT else "differs"
        if note == "differs" and same(left, right):
            note = ""
        shown = min(self.kept, _VALUE_SHOWN)
        return Difference(self(name), brief(left, shown), brief(right, shown), note, name == blamed)


def _object(message: Mapping[str, Any] | None) -> dict[str, Any]:
    """A body's properties, none where it is no object."""
    try:
        value = json.loads((message or {}).get("body") or "")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _picture(found: re.Match[str]) -> str:
    return f"‹{ord(found[0]):04X}›"
