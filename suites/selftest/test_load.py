"""Load tests, as far as they need no Locust: acts, races, what is compared over all of them, pace and reports."""

import json
import random
from contextlib import ExitStack, closing
from dataclasses import replace
from importlib.util import find_spec

import jsonschema_rs
import pytest
from acted import Actor
from captured import CREATED, exchange, without

from bookproof import apis, cli, resources
from bookproof.apis.acting import choose, mixture, repertoire
from bookproof.errors import BudgetSpent
from bookproof.exchange import Exchange, Intent, Request, Response
from bookproof.loading.bench import ALONE, Bench
from bookproof.loading.concluding import verdict_of
from bookproof.loading.messages import outcome_as_json, outcome_from_json
from bookproof.loading.pace import Pace
from bookproof.loading.settings import Settings
from bookproof.proving import app_with, catalogue
from bookproof.reports.html import page
from bookproof.reports.load import load_markdown
from bookproof.targets.manners import Budget

ACTS = [
    (name, f"{kind}/{play.__name__}")
    for name in ("highlevel", "nexudus", "timetap")
    for kind, plays in repertoire(apis.load(name)).ACTS.items()
    for play in plays
]
RACES = [
    ("highlevel", "hl-race-equipment-rule", "race/many_calendars"),
    ("nexudus", "nx-race-one-id", "race/same_creation"),
    ("timetap", "tt-race-lost-update", "race/lost_update"),
    ("timetap", "tt-race-half-deleted", "race/half_deleted"),
]
PERFORMANCE = {"errors": 0, "per_second": 2.0, "median": 0.01, "p95": 0.02, "p99": 0.02, "longest": 0.5, "requests": 20}


# -- acts and races ----------------------------------------------------------------------------------------------------


@pytest.fixture
def cast():
    """Makes actors, who leave at the end."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(closing(Actor(*arguments)))


@pytest.mark.parametrize(("api", "act"), ACTS, ids=[f"{api}-{act}" for api, act in ACTS])
def test_an_act_accuses_no_reference(cast, api, act):
    actor = cast(api)

    actor.play(act, times=2)

    assert actor.blamed() == set()
    assert actor.bench.outcome.tally.requests > 0


@pytest.mark.parametrize(("api", "race", "act"), RACES, ids=[race for _, race, _ in RACES])
def test_a_race_is_caught_and_blamed_on_what_it_breaks(cast, api, race, act):
    actor = cast(api, app_with(apis.load(api), race))

    actor.play(act, times=12)

    assert actor.blamed() == set(catalogue(apis.load(api)).served()[race].breaks)


@pytest.mark.parametrize("api", ["highlevel", "nexudus", "timetap"])
def test_races_are_no_defects_that_suites_are_proved_with(api):
    found = catalogue(apis.load(api))

    assert found.races
    assert not {race.id for race in found.races} & found.by_id().keys()


def test_what_only_the_server_writes_goes_back_as_it_was_shown(cast):
    actor = cast("timetap", app_with(apis.load("timetap"), "tt-ok-claims-refused"))

    actor.play("valid/valid", times=8)

    assert actor.blamed() == set()


def test_a_life_leaves_nothing_behind(cast):
    reference = apis.load("timetap").reference()
    before = len(reference.account.listed())

    cast("timetap", reference.app).play("life/life", times=3)

    assert len(reference.account.listed()) == before


def test_a_mix_says_how_often_each_kind_is_played():
    assert mixture("valid=2, race=1") == {"valid": 2, "near-miss": 0, "life": 0, "race": 1}


@pytest.mark.parametrize("text", ["lives=1", "valid", "valid=x", "valid=-1", "valid=0"])
def test_a_wrong_mix_is_refused(text):
    with pytest.raises(ValueError, match=r"kind|weight"):
        mixture(text)


def test_the_same_seed_chooses_the_same_acts():
    known, weights = repertoire(apis.load("timetap")), mixture("valid=1,race=1")

    chosen = [[choose(known, weights, random.Random(f"7.{turn}")) for turn in range(20)] for _ in range(2)]

    assert chosen[0] == chosen[1]
    assert len(set(chosen[0])) > 1


def test_kinds_that_an_api_has_no_act_of_are_left_out():
    assert choose(repertoire(apis.load("highlevel")), mixture("life=1"), random.Random(1)) == ""


# -- what is compared over all acts ------------------------------------------------------------------------------------


def creation(number, started, elapsed=0.1, act="valid/valid 1"):
    """An accepted creation at Nexudus, which was given an Id."""
    api = apis.load("nexudus")
    sample = api.samples(api.fixtures(api.reference_fixtures)).samples()["minimum"].draft
    request = sample.build(api.contract, "https://spaces.test", "Bearer token")
    body = {"Status": 200, "Message": "m", "Value": {"Id": number}, "Errors": None, "WasSuccessful": True}
    response = Response(200, (("Content-Type", "application/json"),), json.dumps(body).encode())
    return Exchange(request, response, None, started, elapsed, Intent(test=act))


def deletion(number, started, elapsed=0.1):
    """An accepted deletion at Nexudus."""
    request = Request("DELETE", f"https://spaces.test/api/spaces/resources/{number}", (("Authorization", "Bearer t"),))
    body = {"Status": 200, "Message": "m", "Value": None, "Errors": None, "WasSuccessful": True}
    response = Response(200, (("Content-Type", "application/json"),), json.dumps(body).encode())
    return Exchange(request, response, None, started, elapsed)


@pytest.fixture
def bench():
    """A bench for Nexudus."""
    return Bench(apis.load("nexudus"), bases=["https://spaces.test"], reading="strict")


def test_what_a_target_gives_away_is_in_no_outcome():
    bench = Bench(apis.load("highlevel"), bases=[], reading="strict")
    given = {"accessToken": "given-0123456789abcdef"}
    bench.take("valid/a 1", exchange(answered=CREATED | given))
    bench.take("valid/a 1", exchange(answered=without(CREATED, "isActive") | given))

    outcome = json.dumps(outcome_as_json(bench.finish()))

    assert "is missing" in outcome
    assert "given-0123456789abcdef" not in outcome


def found(bench):
    """The requirements that something was found about."""
    return {seen.finding.requirement for seen in bench.finish().tally.findings.values()}


def test_an_id_that_two_users_were_given_is_found(bench):
    bench.take("valid/valid 1", creation(5, 10.0))
    bench.take("valid/valid 2", creation(5, 10.05))

    assert found(bench) == {"NX-150"}
    assert bench.outcome.violations["createResource"] == 1


def test_an_id_may_be_given_again_once_its_record_may_be_gone(bench):
    bench.take("valid/valid 1", creation(5, 10.0))
    bench.take("valid/valid 2", creation(5, 11.05))
    bench.take("valid/valid 1", deletion(5, 11.0, elapsed=0.5))

    assert found(bench) == set()


def test_an_id_may_be_given_again_after_a_deletion_that_nobody_answered(bench):
    bench.take("valid/valid 1", creation(5, 10.0))
    bench.take("valid/valid 1", replace(deletion(5, 10.5), response=None, error="no answer"))
    bench.take("valid/valid 2", creation(5, 11.05))

    assert "NX-150" not in found(bench)


def test_an_id_that_was_given_twice_is_told_of_once_no_deletion_can_excuse_it(bench):
    bench.take("valid/valid 1", creation(5, 10.0))

    assert bench.take("valid/valid 2", creation(5, 10.05)) == []
    assert [told.requirement for told in bench.take("valid/valid 3", creation(6, 40.0))] == ["NX-150"]


def test_the_same_finding_of_an_act_alone_needs_no_load(bench):
    bench.take("valid/valid 1", creation(5, 10.0))
    bench.take("valid/valid 2", creation(5, 10.05, act="valid/valid 2"))
    assert bench.broken() == ["valid/valid 2"]

    bench.take(f"{ALONE}valid/valid 2", creation(5, 12.0))
    bench.end(f"{ALONE}valid/valid 2")

    assert bench.finish().alone == {("NX-150", "must", "Value/Id is wrong", "response.body/Value/Id")}
    assert bench.outcome.repeated == {"valid/valid 2"}
    assert bench.outcome.tally.requests == 2


def test_an_outcome_survives_the_way_to_another_machine(bench):
    bench.take("valid/valid 1", creation(5, 10.0))
    bench.take("valid/valid 2", creation(5, 10.05))
    bench.end("valid/valid 1")
    outcome = bench.finish()

    arrived = outcome_from_json(json.loads(json.dumps(outcome_as_json(outcome))))

    assert arrived.tally == outcome.tally
    assert (arrived.violations, arrived.acts) == (outcome.violations, outcome.acts)


# -- pace --------------------------------------------------------------------------------------------------------------


class Clock:
    """A clock that sleeping moves on."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.mark.skipif(find_spec("locust") is None, reason="Locust is not installed: pip install 'bookproof[load]'")
@pytest.mark.parametrize("duration", ["0", "0s", "0h0m", "5x", "-1"])
def test_a_test_without_end_or_beginning_is_refused(bookproof, duration):
    code, out, err = bookproof(f"load highlevel --duration {duration}")

    assert (code, out) == (2, "")
    assert f"'{duration}' is no duration." in err


def test_users_share_a_rate():
    clock = Clock()
    pace = Pace(Budget(rate=10), share=2, clock=clock, sleep=clock.sleep)

    for _ in range(6):
        pace.before()

    assert clock.now == pytest.approx(1.0)


def test_a_place_is_taken_before_the_wait_for_it():
    clock, places = Clock(), []
    pace = Pace(Budget(rate=10), clock=clock, sleep=places.append)

    for _ in range(4):
        pace.before()

    assert places == pytest.approx([0.1, 0.2, 0.3])


def test_the_budget_of_requests_is_shared_and_ends():
    pace = Pace(Budget(requests=4), share=2)
    pace.before()
    pace.before()

    with pytest.raises(BudgetSpent, match="2 requests"):
        pace.before()


def test_retry_after_holds_all_users_back():
    clock = Clock()
    pace = Pace(Budget(), clock=clock, sleep=lambda seconds: None)
    waits = []

    assert pace.asked_to_wait(Response(429, (("Retry-After", "3"),)), frozenset({429}))
    pace._sleep = waits.append
    pace.before()

    assert waits == [3.0]


def test_an_answer_that_does_not_ask_to_wait_is_not_waited_for():
    assert not Pace(Budget()).asked_to_wait(Response(503), frozenset({429, 503}))


# -- the report --------------------------------------------------------------------------------------------------------


@pytest.fixture
def verdict():
    """The verdict of two workers, one of which met an Id twice where requests met."""
    parts = []
    for number in (1, 2):
        bench = Bench(apis.load("nexudus"), bases=["http://127.0.0.1:1"], reading="strict")
        for turn in range(number):
            exchange = creation(5, 10.0 + number, act="race/same_creation 1")
            request = Request("POST", "http://127.0.0.1:1/api/spaces/resources", *_rest(exchange.request, turn))
            bench.take(f"valid/valid {turn}", Exchange(request, *_answer(exchange, turn)))
        bench.outcome.repeated.add("race/same_creation 1")
        part = {"outcome": outcome_as_json(bench.finish()), "remains": [], "exhausted": {}, "behind": 0.5, "waited": 0}
        parts.append(part)
    result = {
        "users": 2,
        "seconds": 10.0,
        "workers": 2,
        "ended": "",
        "seed": 7,
        "mix": mixture("race=1"),
        "parts": parts,
        "statistics": {
            "total": PERFORMANCE,
            "operations": [{"operation": "createResource", **PERFORMANCE}],
            "errors": [{"operation": "createResource", "message": "answered 500", "seen": 2}],
        },
    }
    return verdict_of(Settings("nexudus", url="http://127.0.0.1:1", reference=True), result)


def _rest(request, turn):
    return request.headers, request.body.replace(b"board room", f"board room {turn}".encode())


def _answer(exchange, turn):
    return exchange.response, None, exchange.started + turn, exchange.elapsed, exchange.intent


def test_the_verdict_of_a_load_fits_its_schema(verdict):
    schema = json.loads(resources.locate("contracts", "schemas", "verdict.schema.json").read_text(encoding="utf-8"))

    assert jsonschema_rs.Draft202012Validator(schema).is_valid(verdict.as_json())


def test_what_broke_only_under_load_is_named(verdict):
    assert verdict.conclusion == "violates"
    assert [broken["requirement"] for broken in verdict.load["only_under_load"]] == ["NX-150"]
    assert verdict.load["total"]["violations"] == 1


def test_what_the_load_does_not_exercise_is_no_reproach(verdict):
    assert {row.excused for row in verdict.rows if row.outcome == "untested"} == {True}


def test_page_and_markdown_show_the_load(verdict):
    shown = page(verdict.as_json())

    for text in (shown, load_markdown(verdict)):
        assert "createResource" in text
        assert "10 ms" in text
        assert "Value/Id is wrong at response.body/Value/Id" in text
        assert "users waited 1.0 s for the Judge" in text


def test_a_worker_that_said_nothing_leaves_no_conclusion():
    result = {
        "users": 1,
        "seconds": 1.0,
        "workers": 1,
        "ended": "",
        "seed": 1,
        "mix": {"valid": 1},
        "parts": [],
        "statistics": {"total": PERFORMANCE, "operations": [], "errors": []},
    }

    judged = verdict_of(Settings("highlevel", url="http://127.0.0.1:1", reference=True), result)

    assert judged.conclusion == "inconclusive"
    assert "1 of 1 workers" in judged.reason


# -- the command -------------------------------------------------------------------------------------------------------


def test_without_locust_one_sentence_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setattr("bookproof.cli.load.find_spec", lambda name: None)

    assert cli.run(["load", "highlevel"]) == 2
    assert "pip install 'bookproof[load]'" in capsys.readouterr().err
