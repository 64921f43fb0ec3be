"""Seeded defects in what a server answers: the envelopes of success and refusal, and the Ids."""

import threading
from collections.abc import Callable
from typing import Any, Final

from bookproof.apis.nexudus.hooks import (
    Edit,
    body_of,
    creating,
    each_error,
    on_refusal,
    on_success,
    renames,
    sets,
)
from bookproof.exchange import ABSENT
from bookproof.faults import Answered, Asked, Defect, Hooks, simply, status, together

LAG: Final = 0.002
"""Seconds that a request waits for another one."""


def _created(asked: Asked, answered: Answered) -> bool:
    return creating(asked) and answered.accepted


def _invalid(asked: Asked, answered: Answered) -> bool:
    return creating(asked) and answered.status == 400


def _replaces(when: Callable[[Asked, Answered], bool], change: Callable[[Answered], None]) -> Hooks:
    """Certain answers become others altogether."""

    def answer(asked: Asked, answered: Answered) -> None:
        if when(asked, answered):
            change(answered)

    return Hooks(answer=answer)


def _as_text(media: str, text: str) -> Callable[[Answered], None]:
    def change(answered: Answered) -> None:
        answered.json, answered.body = ABSENT, text.encode()
        answered.headers = {"content-type": media}

    return change


def _as_list(answered: Answered) -> None:
    answered.json = [answered.json]


def _as_success(answered: Answered) -> None:
    answered.status = 200


def _with_id(new: Callable[[int], Any]) -> Edit:
    def edit(asked: Asked, body: dict[str, Any]) -> None:
        body["Value"]["Id"] = new(body["Value"]["Id"])

    return edit


def _first_id(reference: Any) -> Hooks:
    seen: list[int] = []

    def first(number: int) -> int:
        seen.append(number)
        return seen[0]

    return on_success(_with_id(first))


def _every_fifth(reference: Any) -> Hooks:
    return on_success(_with_id(lambda number: number - (number % 5 == 0)))


def _bare_value(asked: Asked, body: dict[str, Any]) -> None:
    body["Value"] = body["Value"]["Id"]


def _drop_id(asked: Asked, body: dict[str, Any]) -> None:
    body["Value"] = {"Name": body_of(asked).get("Name")}


def _as_dictionary(asked: Asked, body: dict[str, Any]) -> None:
    body["Errors"] = {error["PropertyName"]: [error["Message"]] for error in body["Errors"]}


def _as_sentences(asked: Asked, body: dict[str, Any]) -> None:
    body["Errors"] = [f"{error['PropertyName']}: {error['Message']}" for error in body["Errors"]]


def _last_left_out(asked: Asked, body: dict[str, Any]) -> None:
    if len(body["Errors"]) > 2:
        del body["Errors"][-1]


def _one_id_at_once(reference: Any) -> Hooks:
    """Creations that meet are given the Id of one of them."""
    inside: list[int] = []
    met: set[int] = set()
    given: list[int] = []
    changed = threading.Condition()

    def request(asked: Asked) -> None:
        with changed:
            inside.append(threading.get_ident())
            changed.notify_all()
            if changed.wait_for(lambda: len(inside) > 1, LAG):
                met.update(inside)

    def edit(asked: Asked, body: dict[str, Any]) -> None:
        with changed:
            if threading.get_ident() in met:
                given.append(body["Value"]["Id"])
                body["Value"]["Id"] = given[0]

    def answer(asked: Asked, answered: Answered) -> None:
        with changed:
            inside.remove(threading.get_ident())
            if not inside:
                met.clear()
                given.clear()

    return together(Hooks(request=request), on_success(edit), Hooks(answer=answer))


def _first_repeated(asked: Asked, body: dict[str, Any]) -> None:
    body["Errors"] = [body["Errors"][0] for _ in body["Errors"]]


def _message_of_another(asked: Asked, body: dict[str, Any]) -> None:
    body["Message"] = "Resource: the request is not valid"


_ENVELOPE_OF_SUCCESS: Final = (
    Defect("nx-201", "A creation is answered 201.", ("NX-143",), simply(status(_created, 201))),
    Defect("nx-success-list", "The envelope comes in a list.", ("NX-143",), simply(_replaces(_created, _as_list))),
    Defect(
        "nx-success-text",
        "A creation is answered with a sentence that is no JSON.",
        ("NX-143",),
        simply(_replaces(_created, _as_text("application/json", "created"))),
    ),
    Defect("nx-no-status", "Status is missing.", ("NX-144",), simply(on_success(sets(Status=ABSENT)))),
    Defect("nx-status-text", "Status is text.", ("NX-144",), simply(on_success(sets(Status="200")))),
    Defect("nx-status-201", "Status is 201 where HTTP says 200.", ("NX-145",), simply(on_success(sets(Status=201)))),
    Defect("nx-no-message", "Message is missing.", ("NX-146",), simply(on_success(sets(Message=ABSENT)))),
    Defect("nx-null-message", "Message is null.", ("NX-146",), simply(on_success(sets(Message=None)))),
    Defect("nx-no-value", "Value is missing.", ("NX-148",), simply(on_success(sets(Value=ABSENT)))),
    Defect("nx-bare-value", "Value is the bare Id.", ("NX-148",), simply(on_success(_bare_value))),
    Defect("nx-no-id", "Value has no Id.", ("NX-148",), simply(on_success(_drop_id))),
    Defect("nx-id-text", "The Id is text.", ("NX-149",), simply(on_success(_with_id(str)))),
    Defect("nx-same-id", "Every record has the Id of the first.", ("NX-150",), _first_id),
    Defect("nx-id-at-once", "Creations at the same time have one Id.", ("NX-150",), _one_id_at_once),
    Defect("nx-id-twice", "Every fifth record has the Id of the one before.", ("NX-150",), _every_fifth),
    Defect(
        "nx-no-was-successful",
        "WasSuccessful is missing from a success.",
        ("NX-151",),
        simply(on_success(sets(WasSuccessful=ABSENT))),
    ),
    Defect(
        "nx-was-successful-text", "WasSuccessful is text.", ("NX-151",), simply(on_success(sets(WasSuccessful="true")))
    ),
    Defect("nx-errors-empty", "Errors is an empty list on success.", ("NX-152",), simply(on_success(sets(Errors=[])))),
    Defect("nx-no-errors", "Errors is missing from a success.", ("NX-152",), simply(on_success(sets(Errors=ABSENT)))),
    Defect("nx-dialog-text", "OpenInDialog is text.", ("NX-153",), simply(on_success(sets(OpenInDialog="false")))),
    Defect("nx-window-null", "OpenInWindow is null.", ("NX-154",), simply(on_success(sets(OpenInWindow=None)))),
    Defect("nx-redirect-false", "RedirectURL is false.", ("NX-155",), simply(on_success(sets(RedirectURL=False)))),
    Defect("nx-script-list", "JavaScript is a list.", ("NX-156",), simply(on_success(sets(JavaScript=[])))),
    Defect("nx-updated-number", "UpdatedOn is a number.", ("NX-157",), simply(on_success(sets(UpdatedOn=1736937000)))),
    Defect(
        "nx-updated-by-object",
        "UpdatedBy is an object.",
        ("NX-158",),
        simply(on_success(sets(UpdatedBy={"Email": "admin@example.com"}))),
    ),
    Defect(
        "nx-success-that-failed",
        "WasSuccessful is false though the record was created.",
        ("NX-171",),
        simply(on_success(sets(WasSuccessful=False))),
    ),
)

_ENVELOPE_OF_REFUSAL: Final = (
    Defect("nx-422", "A request that fails validation is answered 422.", ("NX-159",), simply(status(_invalid, 422))),
    Defect(
        "nx-refusal-list",
        "The envelope of a refusal comes in a list.",
        ("NX-159",),
        simply(_replaces(_invalid, _as_list)),
    ),
    Defect(
        "nx-refusal-page",
        "A refusal is a page for people.",
        ("NX-159",),
        simply(_replaces(_invalid, _as_text("text/html", "<h1>Bad request</h1>"))),
    ),
    Defect("nx-refusal-no-message", "A refusal has no Message.", ("NX-160",), simply(on_refusal(sets(Message=ABSENT)))),
    Defect(
        "nx-refusal-messages",
        "Message of a refusal is a list.",
        ("NX-160",),
        simply(on_refusal(sets(Message=["Name: is a required field"]))),
    ),
    Defect(
        "nx-refusal-plain-message",
        "Message of a refusal names no property.",
        ("NX-161",),
        simply(on_refusal(sets(Message="The request is not valid."))),
    ),
    Defect(
        "nx-refusal-other-message",
        "Message of a refusal begins with a word that is no property in Errors.",
        ("NX-161",),
        simply(on_refusal(_message_of_another)),
    ),
    Defect("nx-refusal-no-value", "A refusal has no Value.", ("NX-162",), simply(on_refusal(sets(Value=ABSENT)))),
    Defect(
        "nx-refusal-value", "Value of a refusal is an empty object.", ("NX-162",), simply(on_refusal(sets(Value={})))
    ),
    Defect("nx-refusal-empty", "Errors of a refusal is empty.", ("NX-163",), simply(on_refusal(sets(Errors=[])))),
    Defect("nx-refusal-no-errors", "A refusal has no Errors.", ("NX-163",), simply(on_refusal(sets(Errors=ABSENT)))),
    Defect(
        "nx-refusal-dictionary",
        "Errors of a refusal is an object with a property for each error.",
        ("NX-163",),
        simply(on_refusal(_as_dictionary)),
    ),
    Defect(
        "nx-refusal-sentences", "Errors of a refusal are sentences.", ("NX-163",), simply(on_refusal(_as_sentences))
    ),
    Defect(
        "nx-error-no-message",
        "An error has no Message.",
        ("NX-165",),
        simply(on_refusal(each_error(lambda error: error.pop("Message", None)))),
    ),
    Defect(
        "nx-error-null-message",
        "Message of an error is null.",
        ("NX-165",),
        simply(on_refusal(each_error(lambda error: error.update(Message=None)))),
    ),
    Defect(
        "nx-error-no-property",
        "An error has no PropertyName.",
        ("NX-166",),
        simply(on_refusal(each_error(lambda error: error.pop("PropertyName", None)))),
    ),
    Defect(
        "nx-error-null-property",
        "PropertyName of an error is null.",
        ("NX-166",),
        simply(on_refusal(each_error(lambda error: error.update(PropertyName=None)))),
    ),
    Defect(
        "nx-error-model",
        "PropertyName is always the name of the model.",
        ("NX-166",),
        simply(on_refusal(renames(lambda name: "Resource"))),
    ),
    Defect(
        "nx-error-neighbour",
        "PropertyName is Description for an error of Name.",
        ("NX-166",),
        simply(on_refusal(renames(lambda name: "Description" if name == "Name" else name))),
    ),
    Defect(
        "nx-attempted-name",
        "AttemptedValue is the name of the property.",
        ("NX-167",),
        simply(on_refusal(each_error(lambda error: error.update(AttemptedValue=error["PropertyName"])))),
    ),
    Defect(
        "nx-attempted-default",
        "AttemptedValue is 0 where nothing was sent.",
        ("NX-167",),
        simply(
            on_refusal(
                each_error(lambda e: e.update(AttemptedValue=0 if e["AttemptedValue"] is None else e["AttemptedValue"]))
            )
        ),
    ),
    Defect(
        "nx-refusal-no-was-successful",
        "A refusal has no WasSuccessful.",
        ("NX-168",),
        simply(on_refusal(sets(WasSuccessful=ABSENT))),
    ),
    Defect(
        "nx-refusal-was-successful-text",
        "WasSuccessful of a refusal is text.",
        ("NX-168",),
        simply(on_refusal(sets(WasSuccessful="false"))),
    ),
    Defect(
        "nx-refusal-status-text",
        "Status of a refusal is text.",
        ("NX-169",),
        simply(on_refusal(sets(Status="BadRequest"))),
    ),
    Defect("nx-refusal-status-200", "Status of a refusal is 200.", ("NX-169",), simply(on_refusal(sets(Status=200)))),
    Defect(
        "nx-refusal-successful",
        "WasSuccessful of a refusal is true.",
        ("NX-171",),
        simply(on_refusal(sets(WasSuccessful=True))),
    ),
    Defect(
        "nx-200-for-refusal",
        "A refusal has status 200, and only its body says that it is one.",
        ("NX-171",),
        simply(_replaces(_invalid, _as_success)),
    ),
    Defect(
        "nx-last-error-lost",
        "Of more than two errors the last is not reported.",
        ("NX-172",),
        simply(on_refusal(_last_left_out)),
    ),
    Defect(
        "nx-first-error-repeated",
        "The first error is reported as often as there are errors.",
        ("NX-172",),
        simply(on_refusal(_first_repeated)),
    ),
)


DEFECTS: Final = (*_ENVELOPE_OF_SUCCESS, *_ENVELOPE_OF_REFUSAL)
