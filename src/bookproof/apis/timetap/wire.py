"""What seeded defects and conforming variations have in common: TimeTap's messages told apart and edited."""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from bookproof.exchange import ABSENT
from bookproof.faults import Answered, Asked, Defect, Hooks, Variation, When, mends, refuses, simply

ANSWERS: Final = ("list", "read", "create", "update")
"""The calls whose answers show resources."""

Edit = Callable[[dict[str, Any]], Any]
"""Changes one resource of an answer in place."""

_PATH = re.compile(r".*/resource(?:/([^/]+)(/isBusy/([^/]+)/([^/]+)/([^/]+))?)?")
_COLLECTION = {"GET": "list", "POST": "create", "PUT": "update"}
_MEMBER = {"GET": "read", "DELETE": "delete"}


def call(asked: Asked) -> str:
    """Which of the six calls a request is: list, create, update, read, delete, busy; empty for others."""
    found = _PATH.fullmatch(asked.path)
    if found is None:
        return ""
    if found[2]:
        return "busy" if asked.method == "GET" else ""
    return (_MEMBER if found[1] else _COLLECTION).get(asked.method, "")


def named(asked: Asked) -> Any:
    """The id that a request names, as it stands there: text from a path, any value from a body."""
    found = _PATH.fullmatch(asked.path)
    if found and found[1]:
        return found[1]
    return asked.json.get("resourceId") if isinstance(asked.json, dict) else None


def window(asked: Asked) -> tuple[str, str, str]:
    """Date, start and end of a question whether a resource is busy."""
    found = _PATH.fullmatch(asked.path)
    return (found[3], found[4], found[5]) if found and found[2] else ("", "", "")


def on(*calls: str) -> When:
    """Requests of these calls."""
    return lambda asked: call(asked) in calls


def both(left: When, right: When) -> When:
    """Requests to which both apply."""
    return lambda asked: left(asked) and right(asked)


def resources(asked: Asked, answered: Answered) -> Iterator[dict[str, Any]]:
    """The resources that a successful answer shows."""
    if not answered.accepted or call(asked) not in ANSWERS:
        return
    shown = answered.json if isinstance(answered.json, list) else [answered.json]
    yield from (item for item in shown if isinstance(item, dict))


def shows(edit: Edit, *calls: str) -> Hooks:
    """Changes each resource in the answers of these calls; of all four where none is named."""

    def answer(asked: Asked, answered: Answered) -> None:
        if call(asked) in (calls or ANSWERS):
            for resource in resources(asked, answered):
                edit(resource)

    return Hooks(answer=answer)


def sets(prop: str, change: Callable[[Any], Any], *calls: str) -> Hooks:
    """Shows another value for a property."""

    def edit(resource: dict[str, Any]) -> None:
        if prop in resource:
            resource[prop] = change(resource[prop])

    return shows(edit, *calls)


def hides(prop: str, *calls: str) -> Hooks:
    """Leaves a property out of the answers of these calls."""
    return shows(lambda resource: resource.pop(prop, None), *calls)


def replaces(change: Callable[[Asked, Any], Any], *calls: str) -> Hooks:
    """Changes the whole JSON value of successful answers of these calls."""

    def answer(asked: Asked, answered: Answered) -> None:
        if call(asked) in calls and answered.accepted:
            answered.json = change(asked, answered.json)

    return Hooks(answer=answer)


def says(when: When, status: int, value: Any) -> Hooks:
    """Answers certain requests in the server's place."""
    return Hooks(respond=lambda asked: Answered(status, {}, copy.deepcopy(value)) if when(asked) else None)


def writes(status: int, body: bytes, media: str, *calls: str) -> Hooks:
    """Gives successful answers of these calls another body, byte for byte."""

    def answer(asked: Asked, answered: Answered) -> None:
        if call(asked) in calls and answered.accepted:
            answered.status, answered.json, answered.body = status, ABSENT, body
            answered.headers = {"content-type": media} if media else {}

    return Hooks(answer=answer)


def denies(when: When) -> Hooks:
    """Refuses certain requests, with the bare JSON string of the vendor's."""
    return refuses(when, 400, "The request is not valid")


def overlooks(when: When, **mended: Any) -> Hooks:
    """Accepts certain wrong requests as if they had sent other values; ABSENT stands for none."""

    def mend(asked: Asked) -> None:
        changed = {**asked.json, **mended} if isinstance(asked.json, dict) else dict(mended)
        asked.json = {name: value for name, value in changed.items() if value is not ABSENT}

    return mends(when, mend)


def lacking(prop: str, name: str) -> When:
    """Requests of a call whose body is an object without a property."""
    return lambda asked: call(asked) == name and isinstance(asked.json, dict) and prop not in asked.json


def having(prop: str, name: str, holds: Callable[[Any], bool] = lambda value: True) -> When:
    """Requests of a call whose body has a property of which something holds."""
    return lambda asked: (
        call(asked) == name and isinstance(asked.json, dict) and prop in asked.json and holds(asked.json[prop])
    )


def defect(name: str, sentence: str, hooks: Hooks, *breaks: str) -> Defect:
    """A defect that keeps no state."""
    return Defect(f"tt-{name}", sentence, breaks, simply(hooks))


def variation(name: str, sentence: str, hooks: Hooks) -> Variation:
    """A variation that keeps no state."""
    return Variation(f"tt-ok-{name}", sentence, simply(hooks))
