"""HighLevel's suite against servers that differ from the reference: one sentence broken is one row failed; liberties
that the document leaves are none."""

import pytest

from bookproof import apis
from bookproof.apis.highlevel.reference import FIXTURES, TOKEN, Reference
from bookproof.faults import Gateway, edits, lenient, mends, optional, refuses, status
from bookproof.running import run_suite
from bookproof.targets.asgi import served
from bookproof.targets.opening import Plan


def judged(hooks):
    """The verdict on the reference with something changed, from the scenarios alone."""
    app = Gateway(Reference().app, hooks)
    return run_suite(apis.load("highlevel"), Plan(app=app), properties=False).verdict


def outcome(verdict, kind):
    return {row.requirement.id for row in verdict.rows if row.outcome == kind}


def is_equipment(asked):
    return asked.path.endswith("/equipments")


def is_text(value):
    return isinstance(value, str)


def keeps_one(asked):
    asked.json["calendarIds"] = asked.json["calendarIds"][:1]


def keeps_a_hundred(asked):
    asked.json["calendarIds"] = asked.json["calendarIds"][:100]


def gives_all_back(asked, answered):
    answered.json["calendarIds"] = asked.json["calendarIds"]


def calendars(asked):
    """The calendars of a request that is right in its types; none of any other."""
    found = asked.json.get("calendarIds") if isinstance(asked.json, dict) else None
    return found if isinstance(found, list) and all(map(is_text, found)) else []


def too_many(asked):
    return not is_equipment(asked) and len(calendars(asked)) > 100


def several_for_an_equipment(asked):
    return is_equipment(asked) and 1 < len(calendars(asked)) <= 100


# What is different, the row that breaks, and the place where it shows.
BROKEN = {
    "101 calendars are accepted": (
        mends(too_many, keeps_a_hundred, gives_all_back),
        "HL-042",
        "request.body/calendarIds",
    ),
    "two calendars for an equipment are accepted": (
        mends(several_for_an_equipment, keeps_one, gives_all_back),
        "HL-039",
        "request.body/calendarIds",
    ),
    "capacity may be missing": (optional("capacity", 1), "HL-034", "request.body/capacity"),
    'quantity may be "5"': (lenient("quantity", is_text, 5), "HL-027", "request.body/quantity"),
    "an equipment is answered as a room": (
        edits(lambda asked, body: body.update(resourceType="rooms"), when=is_equipment),
        "HL-052",
        "response.body/resourceType",
    ),
}
OPTIONAL = ("description", "quantity", "outOfService", "capacity")
CONFORMING = {
    "422 in place of 400": status(lambda asked, answered: answered.status == 400, 422),
    "further properties": edits(lambda asked, body: body.update(id="Jsj0xnlDDjw0SuvX1J13", nested={"any": [None]})),
    "the required properties alone": edits(lambda asked, body: [body.pop(name) for name in OPTIONAL]),
}


@pytest.mark.parametrize(("hooks", "requirement", "where"), BROKEN.values(), ids=BROKEN)
def test_a_sentence_that_is_broken_fails_and_no_other(hooks, requirement, where):
    verdict = judged(hooks)
    failed = [row for row in verdict.rows if row.outcome == "failed"]

    assert [row.requirement.id for row in failed] == [requirement]
    assert [seen.finding.where for seen in failed[0].findings] == [where]
    assert (outcome(verdict, "warned"), verdict.unowned) == (set(), ())
    assert (verdict.conclusion, verdict.exit_code) == ("violates", 1)


@pytest.mark.parametrize("hooks", CONFORMING.values(), ids=CONFORMING)
def test_a_liberty_that_the_document_leaves_is_none_against_it(hooks):
    verdict = judged(hooks)

    assert (outcome(verdict, "failed"), outcome(verdict, "warned"), verdict.unowned) == (set(), set(), ())
    assert (verdict.conclusion, verdict.exit_code) == ("conforms", 0)


def test_answering_200_is_a_warning():
    verdict = judged(status(lambda asked, answered: answered.accepted, 200))

    assert (outcome(verdict, "failed"), outcome(verdict, "warned")) == (set(), {"HL-045"})
    assert (verdict.conclusion, verdict.exit_code) == ("conforms", 0)


def test_refusing_unknown_ids_conforms():
    app = Reference(known_ids_only=True).app
    verdict = run_suite(apis.load("highlevel"), Plan(app=app), properties=False).verdict

    assert (outcome(verdict, "failed"), outcome(verdict, "untested")) == (set(), set())
    assert (verdict.conclusion, verdict.exit_code) == ("conforms", 0)


@pytest.mark.parametrize("code", [401, 403])
def test_forbidding_calendars_that_nobody_declared_conforms(code):
    known = FIXTURES["calendar_ids"][:2]
    forbids = refuses(lambda asked: not set(calendars(asked)) <= set(known), code, {"message": "not yours"})
    plan = Plan(app=Gateway(Reference().app, forbids), fixtures=FIXTURES | {"calendar_ids": known})
    verdict = run_suite(apis.load("highlevel"), plan, properties=False).verdict

    assert (verdict.conclusion, verdict.exit_code) == ("conforms", 0)
    assert outcome(verdict, "untested") == {"HL-042", "HL-043"}


FEW = "limit or resource_type"
"""The tests in which it shows who refuses what."""


def undeclared(hooks):
    """As `judged`, of a target that declares nothing; what was blamed, and the conclusion."""
    with served(Gateway(Reference().app, hooks)) as url:
        plan = Plan(kind="live", url=url, authorization=f"Bearer {TOKEN}")
        verdict = run_suite(apis.load("highlevel"), plan, properties=False, select=FEW, keep=False).verdict
    return outcome(verdict, "failed"), verdict.conclusion


REFUSED_THOUGH_OTHERS_ARE_TAKEN = {
    "equipments": (is_equipment, {"HL-016"}),
    "rooms": (lambda asked: asked.path.endswith("/rooms"), {"HL-017"}),
    "100 calendars": (lambda asked: len(calendars(asked)) == 100, {"HL-043"}),
}


@pytest.mark.parametrize(
    ("when", "blamed"), REFUSED_THOUGH_OTHERS_ARE_TAKEN.values(), ids=REFUSED_THOUGH_OTHERS_ARE_TAKEN
)
def test_who_takes_ids_that_are_made_up_has_no_reason_in_them_to_refuse_another_request(when, blamed):
    assert undeclared(refuses(when, 422, {"message": ["not here"]})) == (blamed, "violates")


def test_who_takes_no_ids_that_are_made_up_is_not_accused():
    known = refuses(lambda asked: "MadeUp" in str(asked.json), 404, {"message": "no such calendar"})

    assert undeclared(known)[0] == set()
