"""What single exchanges say of resources: which one a call names, and how an answer shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from bookproof.contract import body_value
from bookproof.exchange import ABSENT, Request
from bookproof.rules import Call

Kind = Literal["answer", "read", "list"]
"""Where a resource was shown: in the answer to its creation or update, alone, or in the list."""

_KINDS: Final[Mapping[str, Kind]] = {
    "createResource": "answer",
    "updateResource": "answer",
    "readResource": "read",
    "listResources": "list",
}


@dataclass(frozen=True, slots=True)
class View:
    """A resource as one answer shows it.

    place leads to it within the body ("3/" or ""); foreign: it is another than the one that the request named.
    """

    shown: Mapping[str, Any]
    kind: Kind
    place: str
    unsound: set[str]
    foreign: bool = False
    id: int | None = field(init=False, compare=False)
    """The resource's id, None where it is not a whole number; every rule asks for it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", whole(self.get("resourceId")))

    def get(self, name: str) -> Any:
        """A property of the right form, ABSENT otherwise."""
        path = f"{self.place}{name}"
        if name not in self.shown or path in self.unsound:
            return ABSENT
        return self.shown[name]

    def where(self, name: str) -> str:
        """The place of a property, as a finding names it."""
        return f"response.body/{self.place}{name}"


def views(call: Call) -> Iterator[View]:
    """The resources in an answer, where the request was as it should be and a schema has judged the answer."""
    kind = _KINDS.get(call.operation.id)
    documented = call.operation.answer(call.status) or call.operation.success
    if kind is None or not call.accepted or not call.conforming or documented is None or not documented.content:
        return
    answered = call.answered
    if isinstance(answered, dict) and kind != "list":
        items = {"": answered}
    elif isinstance(answered, list) and (kind == "list" or (kind == "read" and len(answered) == 1)):
        items = {f"{number}/": item for number, item in enumerate(answered) if isinstance(item, dict)}
    else:
        return
    named = call.operation.id in ("readResource", "updateResource")
    for place, item in items.items():
        if call.operation.id == "updateResource" and "resourceId" not in item:
            continue  # a word of success shows no resource, and no other than the one that was named
        view = View(item, kind, place, call.unsound)
        yield replace(view, foreign=True) if named and view.id != written_id(call) else view


def path_id(call: Call) -> int | None:
    """The id in the path of a call, None where it is none."""
    return _number(call.path.get("resourceId", ""))


def written_id(call: Call) -> int | None:
    """The id of the resource that a call names, in its body for an update and in its path for the others."""
    return whole(call.body.get("resourceId")) if call.operation.id == "updateResource" else path_id(call)


def written(request: Request) -> Iterator[int | None]:
    """The resource that a request may change, None where it is not known which; nothing for one that makes its own."""
    if request.method == "DELETE":
        yield _number(request.url.partition("?")[0].rpartition("/")[2])
    elif request.method != "POST":
        body = body_value(request)
        yield whole(body.get("resourceId")) if isinstance(body, dict) else None


def whole(value: Any) -> int | None:
    """A JSON number as an integer, None for everything else."""
    if type(value) is int:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value == value // 1 and abs(value) < 1e300 else None


def milliseconds(value: Any) -> int | None:
    """A date that counts milliseconds since 1970, as far as its size can tell; None otherwise."""
    number = whole(value)
    return number if number is not None and 10**11 <= number < 10**14 else None


def _number(text: str) -> int | None:
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 400 else None
