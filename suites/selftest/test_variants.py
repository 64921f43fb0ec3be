"""Variants go together where they can; a pack that is not accepted is taken apart until blame falls on one of them."""

import runpy
from dataclasses import replace

import pytest

from bookproof import apis
from bookproof.apis.nexudus.reference import Reference
from bookproof.faults import Answered, Gateway, Hooks
from bookproof.proving import app_with, catalogue
from bookproof.running import run_suite
from bookproof.targets.manners import Budget
from bookproof.targets.opening import Plan, open_session
from bookproof.targets.packing import send_pack
from bookproof.variants import Pack, Variant, packs

NEXUDUS = apis.load("nexudus")
TABLES = (
    ("highlevel", "test_response.py", "UNUSUAL", ("room", "equipment")),
    ("nexudus", "test_values.py", "VALUES", ("minimum",)),
)
FLAG = Variant("a flag", "NX-045", {"Heating": True})
FLOOR = Variant("a group", "NX-054", {"GroupName": "bookproof-floor 2"})
SEATS = Variant("an allocation", "NX-056", {"Allocation": 12})
TWICE = Variant("several bookings", "NX-055", {"AllowMultipleBookings": True}, {"Allocation": 12})
SHY = Variant("an odd group", "NX-054", {"GroupName": ""}, vouched=False)

CALENDAR = Variant("a calendar", "NX-072", {"KisiGroupId": "8812"}, vouched=False, foreign=True)


def together(*variants):
    return Pack("minimum", variants)


def names(found):
    return [[variant.name for variant in pack.variants] for pack in found]


@pytest.mark.parametrize(
    ("variants", "expected"),
    [
        ([FLAG, FLOOR, SEATS], [["a flag", "a group", "an allocation"]]),
        ([FLAG, replace(FLAG, name="no flag", properties={"Heating": False})], [["a flag"], ["no flag"]]),
        ([SEATS, TWICE], [["an allocation", "several bookings"]]),
        ([TWICE, replace(SEATS, properties={"Allocation": 3})], [["several bookings"], ["an allocation"]]),
        (
            [SEATS, replace(SEATS, name="with a point", properties={"Allocation": 12.0})],
            [["an allocation"], ["with a point"]],
        ),
    ],
    ids=["different properties", "two values", "one value", "a value beside", "12 and 12.0"],
)
def test_variants_go_together_unless_they_want_different_values(variants, expected):
    assert names(packs("minimum", variants, "standard")) == expected


def test_a_full_run_sends_variants_one_by_one():
    assert names(packs("minimum", [FLAG, FLOOR], "full")) == [["a flag"], ["a group"]]


@pytest.mark.parametrize(("name", "file", "table", "samples"), TABLES, ids=[f"{t[0]} {t[2]}" for t in TABLES])
def test_every_pack_of_the_suites_keeps_the_contract(name, file, table, samples):
    api = apis.load(name)
    judge, known = api.judge(), api.samples(api.fixtures(api.reference_fixtures)).samples()
    variants = runpy.run_path(str(api.suites / file))[table]
    drafts = [
        known[sample].draft.with_body({**known[sample].draft.body, **pack.body})
        for sample in samples
        for pack in (*packs(sample, variants, "standard"), *packs(sample, variants, "full"))
    ]

    assert [judge.breaches(draft.build(api.contract, api.contract.servers[0], "Bearer x")) for draft in drafts] == [
        []
    ] * len(drafts)


# -- what comes of a pack ----------------------------------------------------------------------------


def tried(pack, refuse, look=None):
    """A session in which a pack was sent to a reference that answers some creations with a status of its own.

    refuse: gives that status for what a creation sends; None where the reference is to answer.
    """

    def respond(asked):
        status = refuse(asked.json)
        return None if status is None else Answered(status, {"content-type": "text/plain"}, body=b"no")

    session = open_session(NEXUDUS, Plan(app=Gateway(Reference().app, Hooks(respond=respond))))
    send_pack(session, pack, look)
    session.close()
    return session


def blamed(session):
    return [(finding.requirement, finding.actual) for finding in session.scene.findings]


def test_a_pack_that_is_accepted_takes_one_request_and_shows_all_that_it_holds():
    session = tried(together(FLAG, FLOOR, SEATS), lambda sent: None)

    assert session.tally.requests == 2  # one for the sample
    assert {"NX-045", "NX-054", "NX-056"} <= session.tally.shown.keys()


@pytest.mark.parametrize("status", [400, 500])
def test_of_a_pack_that_is_not_accepted_the_variant_is_blamed_that_is_not(status):
    session = tried(together(FLAG, FLOOR, SEATS), lambda sent: status if "Heating" in sent else None)

    assert blamed(session) == [("NX-045", str(status))]


def test_variants_that_are_only_refused_together_are_all_accepted():
    session = tried(together(FLAG, FLOOR), lambda sent: 400 if {"Heating", "GroupName"} <= sent.keys() else None)

    assert blamed(session) == []
    assert {"NX-045", "NX-054"} <= session.tally.shown.keys()


def test_a_server_that_breaks_down_over_the_whole_pack_alone_is_blamed_all_the_same():
    session = tried(together(FLAG, FLOOR), lambda sent: 500 if {"Heating", "GroupName"} <= sent.keys() else None)

    assert [actual for _, actual in blamed(session)] == ["500"]


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_variant_that_a_target_may_refuse_is_not_blamed_where_it_is_and_stands_in_no_others_way(status):
    session = tried(together(FLAG, SHY, SEATS), lambda sent: status if sent.get("GroupName") == "" else None)

    assert blamed(session) == []
    assert {"NX-045", "NX-056"} <= session.tally.shown.keys()


def test_a_variant_that_a_target_may_refuse_must_not_break_it_down():
    session = tried(together(FLAG, SHY), lambda sent: 500 if sent.get("GroupName") == "" else None)

    assert blamed(session) == [("NX-054", "500")]


def test_a_variant_is_not_blamed_for_what_stands_beside_it():
    session = tried(together(FLAG, TWICE), lambda sent: 400 if "Allocation" in sent else None)

    assert blamed(session) == []
    assert session.tally.untested["NX-055"] == ("blocked by Allocation", "what it goes with")


def test_a_variant_that_is_accepted_with_what_stands_beside_it_takes_one_request():
    assert tried(together(TWICE), lambda sent: None).tally.requests == 2  # one for the sample


def test_whoever_looks_at_what_was_accepted_sees_each_part_once():
    seen = []
    tried(together(FLAG, SHY, SEATS), lambda sent: 400 if sent.get("GroupName") == "" else None, look=seen.append)

    assert [answer.status for answer in seen] == [200]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ('{"PropertyName": "GroupName"}', [["a flag", "an allocation", "a calendar"], ["an odd group"]]),
        ("kisigroup is not known", [["a flag", "an allocation", "an odd group"], ["a calendar"]]),
        ("Not found", [["a flag", "an allocation", "an odd group"], ["a calendar"]]),
    ],
    ids=["by its name", "without Id", "by nothing"],
)
def test_a_pack_is_taken_apart_by_what_a_refusal_names_or_else_by_what_a_target_may_not_know(told, expected):
    assert names(together(FLAG, SEATS, SHY, CALENDAR).parts(told)) == expected


def test_what_a_target_may_refuse_is_set_apart_from_what_it_may_not():
    assert names(together(SHY, FLAG, SEATS).parts("Not found")) == [["a flag", "an allocation"], ["an odd group"]]


def test_variants_that_a_refusal_names_all_are_sent_one_by_one():
    told = "Heating, Allocation and GroupName are wrong"

    assert names(together(FLAG, SEATS, SHY).parts(told)) == [["a flag"], ["an allocation"], ["an odd group"]]


# -- how much a run sends ----------------------------------------------------------------------------


@pytest.fixture(scope="module", params=apis.names())
def smoke_run(request):
    """A smoke run of an API, its records read back and taken back."""
    api = apis.load(request.param)
    return api, run_suite(api, Plan(depth="smoke", capabilities=catalogue(api).capabilities))


def test_a_smoke_run_sends_at_most_25_requests(smoke_run):
    assert smoke_run[1].verdict.requests <= 25


@pytest.mark.parametrize("liberty", ["tt-ok-locations-named-by-clients", "tt-ok-open"])
def test_a_smoke_run_whose_first_requests_are_refused_or_leave_more_behind_still_sends_25(liberty):
    api = apis.load("timetap")
    outcome = run_suite(api, Plan(app=app_with(api, liberty), depth="smoke", capabilities=catalogue(api).capabilities))

    assert outcome.verdict.conclusion == "conforms"
    assert outcome.verdict.requests <= 25


def test_a_smoke_run_shows_every_rule_of_what_any_target_has(smoke_run):
    api, outcome = smoke_run
    rows = {row.requirement.id: row for row in outcome.verdict.rows}
    plain = [row for row in api.ledger.rules.values() if not api.ledger[row].capability]

    assert [row for row in plain if rows[row].outcome != "passed"] == []


def test_what_a_smoke_run_leaves_out_stands_in_no_verdicts_way(smoke_run):
    assert "untested" in smoke_run[1].verdict.counts
    assert smoke_run[1].verdict.conclusion == "conforms"


@pytest.mark.parametrize("refusing", ["little", "what names nothing"])
def test_a_standard_run_creates_at_most_40_records_at_nexudus_and_takes_them_back(refusing):
    app = app_with(NEXUDUS, "nx-ok-fussy") if refusing == "what names nothing" else None
    outcome = run_suite(NEXUDUS, Plan(app=app, capabilities=frozenset({"readback", "cleanup"})))
    created = [e for e in outcome.exchanges if e.request.method == "POST" and e.response.status == 200]
    deleted = [e for e in outcome.exchanges if e.request.method == "DELETE" and e.response.status == 200]

    assert len(created) == len(deleted) <= 40


def test_where_the_budget_ends_a_run_early_every_requirement_had_its_first_turn():
    outcome = run_suite(NEXUDUS, Plan(budget=Budget(requests=200)))
    untested = [row.requirement.id for row in outcome.verdict.rows if row.outcome == "untested"]

    assert (outcome.verdict.conclusion, outcome.verdict.requests) == ("inconclusive", 200)
    assert untested == []
