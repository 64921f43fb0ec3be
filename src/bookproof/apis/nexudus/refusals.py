"""What a refusal for validation looks like (lines 410-436): the rules about its status and its envelope.

Only creations whose body has wrong properties are judged. How unreadable bodies and other media types are refused is
not documented. Texts for people are never compared.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from bookproof.apis.nexudus.client import CREATE
from bookproof.apis.nexudus.fields import ID_LISTS
from bookproof.contract import JSON, media_type
from bookproof.exchange import ABSENT, brief
from bookproof.rules import Call, Rule, Ruling, Taken, same

_OTHER_REASONS: Final = frozenset({401, 403, 404, 409, 413, 415, 429})
"""Statuses that speak of something else than the validation of a body: credentials, pace, size, place, media type."""

_OF_RECORDS: Final = frozenset({403, 404, 409})
"""Those of them that may be about a record which the body names, and about nothing else in it."""


class ValidationIs400(Rule):
    """Line 410: the answer to a request that fails validation has status 400 and the envelope, which is JSON."""

    name = "validation-is-400"
    speaks_of = "refused"

    def answer(self, call: Call) -> Iterator[Ruling]:
        """Judges refusals of bodies whose properties are wrong; those of unreadable bodies are not documented."""
        if not (_fails_validation(call) or _says_so(call)) or call.response is None:
            return
        yield from self.verdict(call.status == 400, "response.status", "400", str(call.status))
        media = media_type(call.response.header("Content-Type")) or JSON
        if call.status == 400 and "json" not in media:
            yield self.breach("response.header/Content-Type", JSON, media)


class MessageFormat(Rule):
    """Line 414: the Message of a refusal reads `PropertyName: error message`."""

    name = "message-format"
    speaks_of = "refused"

    def answer(self, call: Call) -> Iterator[Ruling]:
        """What stands before the colon is a property that Errors names; the words after it do not matter."""
        if not _enveloped(call) or not call.sound("Message"):
            return
        message = call.answered["Message"]
        head, colon, _ = message.partition(": ")
        if colon:
            named = [str(error["PropertyName"]) for error in call.answered["Errors"]]
            holds = any(_alike(head, name) or message.startswith(f"{name}: ") for name in named)
            yield from self.verdict(holds, "response.body/Message", f"{' or '.join(named[:3])}: …", brief(message))


class PropertyName(Rule):
    """Lines 429-433: an error names the property that is wrong; NX-R30 lets ids lose the Id at their end."""

    name = "property-name"
    speaks_of = "refused"

    def answer(self, call: Call) -> Iterator[Ruling]:
        """At least one of the wrong properties is among those that Errors names.

        A request whose sender cannot vouch for the rest of it may be refused for something else that it holds.
        """
        if not _enveloped(call):
            return
        named = [str(error["PropertyName"]) for error in call.answered["Errors"]]
        places = [*_places(call)] if call.exchange.intent.provable else [*_places(call), *call.body]
        holds = any(_alike(place, name) for place in places for name in named)
        wrong = sorted(call.broken)
        yield from self.verdict(
            holds, "response.body/Errors/0/PropertyName", " or ".join(wrong[:3]), brief(", ".join(named))
        )
        for field in wrong:
            if holds and len(wrong) == 1 and field.endswith("Id"):
                whole = any(_words(name, bare=False) & _words(field, bare=False) for name in named)
                yield Taken("NX-R30", "ids are named in full" if whole else "ids are named without Id")


class AttemptedValue(Rule):
    """Lines 31 and 430: AttemptedValue is what was sent, null where nothing was.

    A server that could not read a value may leave it null; one that shows a value shows the one that it got.
    """

    name = "attempted-value"
    speaks_of = "refused"

    def answer(self, call: Call) -> Iterator[Ruling]:
        """Compares the value in an error that names a wrong property with what the request has there."""
        if not _enveloped(call):
            return
        for index, error in enumerate(call.answered["Errors"]):
            field = next((name for name in sorted(call.broken) if _alike(name, str(error["PropertyName"]))), None)
            attempted = error.get("AttemptedValue")
            if field is None or "AttemptedValue" not in error:
                continue
            sent = call.body.get(field, ABSENT)
            holds = attempted is None or any(_renders(attempted, value) for value in _within(sent))
            where = f"response.body/Errors/{index}/AttemptedValue"
            yield from self.verdict(holds, where, brief(None if sent is ABSENT else sent), brief(attempted))


class SeveralErrors(Rule):
    """Lines 414 and 420: several missing properties give several errors.

    Stopping at the first error is a liberty that the document leaves (NX-R17); listing some and dropping others is
    judged, for missing properties alone, since other kinds of fault may be looked for in turn.
    History: the properties whose absence alone was refused by name; the others are not expected to be listed.
    """

    name = "several-errors"
    speaks_of = "refused"
    partition = "refusals"

    def __init__(self) -> None:
        self._demanded: set[str] = set()

    def key(self, call: Call) -> str | None:
        """All refused creations belong together."""
        return self.name if call.operation.id == CREATE and call.refused else None

    def answer(self, call: Call) -> Iterator[Ruling]:
        """Every missing property is named, unless only one error is reported at all."""
        missing = {b.where.rpartition("/")[2] for b in call.breaches if "/required/" in b.pointer}
        if not _enveloped(call) or missing != call.broken:
            return
        named = [str(error["PropertyName"]) for error in call.answered["Errors"]]
        if len(missing) == 1:
            self._demanded |= {name for name in missing if any(_alike(name, other) for other in named)}
            return
        yield self.shown()
        if len(named) == 1:
            yield Taken("NX-R17", "the first error alone is reported")
            return
        left_out = sorted(n for n in missing & self._demanded if not any(_alike(n, other) for other in named))
        if left_out:
            yield self.breach(
                "response.body/Errors", "an error for each missing property", f"none for {', '.join(left_out)}"
            )
        yield Taken("NX-R17", "several errors are reported")


class RefusalStatus(Rule):
    """Line 380: Status is 200 on success, so a refusal that has one has another.

    Its agreement with the HTTP status is not judged: the vendor shows 500 in the body of a 400 (NX-R13).
    """

    name = "refusal-status"
    speaks_of = "refused"

    def answer(self, call: Call) -> Iterator[Ruling]:
        """A refusal without Status keeps the rule as well."""
        if not _enveloped(call):
            return
        stated = call.answered.get("Status", ABSENT)
        if stated is ABSENT or call.sound("Status"):
            yield from self.verdict(stated != 200, "response.body/Status", "a status other than 200", brief(stated))
        yield Taken("NX-R13", "a refusal has no Status" if stated is ABSENT else "a refusal has a Status")


def _fails_validation(call: Call) -> bool:
    """Whether a creation was refused because of properties of its body."""
    return (
        call.operation.id == CREATE
        and call.refused
        and not call.denied
        and call.status not in _OTHER_REASONS
        and bool(call.breaches)
        and all(breach.where.startswith("request.body/") for breach in call.breaches)
    )


def _says_so(call: Call) -> bool:
    """Whether a refusal with the status of another reason lists errors, all of properties that name no record."""
    if call.operation.id != CREATE or call.status not in _OF_RECORDS or not call.exchange.intent.provable:
        return False
    errors = call.answered.get("Errors") if isinstance(call.answered, dict) else None
    if not isinstance(errors, list) or not errors or not call.broken:
        return False
    named = [str(error.get("PropertyName")) for error in errors if isinstance(error, dict)]
    plain = [field for field in call.broken if not field.endswith("Id") and field not in ID_LISTS]
    return len(named) == len(errors) and all(any(_alike(field, name) for field in plain) for name in named)


def _enveloped(call: Call) -> bool:
    """Whether a creation failed validation and the answer's list of errors has the documented form."""
    return _fails_validation(call) and call.status == 400 and call.sound("Errors")


def _places(call: Call) -> Iterator[str]:
    """The properties on the way to each fault of the body, lists' indices left out."""
    for breach in call.breaches:
        yield from (part for part in breach.where.split("/")[1:] if not part.isdigit())


def _words(name: str, *, bare: bool = True) -> set[str]:
    """The names in a path such as `$.TimeSlots[0].FromTime`, and a name in several words as one, in lower case.

    bare: without Id at their ends.
    """
    parts = [part.replace("_", "") for part in re.split(r"[^\w]+", name.casefold())]
    words = {word for word in (*parts, "".join(parts)) if word and not word.isdigit()}
    return {re.sub(r"(?<=.)ids?$", "", word) for word in words} if bare else words


def _alike(place: str, name: str) -> bool:
    """Whether a PropertyName, which may be a path, names a property; a made-up name need not hold a word."""
    return place == name or bool(_words(place) & _words(name))


def _within(sent: Any) -> Iterator[Any]:
    """A sent value, and each value inside of it: an error may quote the part that is wrong."""
    yield sent
    if isinstance(sent, list | dict):
        for child in sent.values() if isinstance(sent, dict) else sent:
            yield from _within(child)


def _renders(attempted: Any, sent: Any) -> bool:
    """Whether a value is the one that was sent, or that value as text."""
    if sent is ABSENT:
        return attempted in (None, "")
    if same(attempted, sent):
        return True
    return isinstance(attempted, str) and _text(attempted) in {_text(str(sent)), _text(json.dumps(sent))}


def _text(value: str) -> str:
    return re.sub(r"\s+", "", value).strip('"').casefold()
