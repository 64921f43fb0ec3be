"""Drift between recordings: structure counts, values do not, and what was merely not seen is not called gone."""

import itertools
from dataclasses import replace

import pytest
from captured import CREATED, REFUSED, ROOM, exchange, without
from drifted import RESOURCE, TIMETAP, created, drift, lacking, listed, read, said

from bookproof import apis
from bookproof.drift.evidence import by_chance, tells
from bookproof.errors import NothingRan
from bookproof.running import run_suite
from bookproof.targets.opening import Plan

# -- nothing has changed --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "select"),
    [
        ("highlevel", "test_credentials or test_limit"),
        pytest.param("nexudus", "test_call or test_required_fields", marks=pytest.mark.network),
        pytest.param("timetap", "test_creating or test_listing", marks=pytest.mark.network),
    ],
)
def test_the_same_server_at_another_time_has_not_drifted(name, select):
    api = apis.load(name)
    runs = []
    for start in (1_700_000_000, 1_800_000_000):
        ticks = itertools.count(start)
        plan = Plan(clock=lambda ticks=ticks: float(next(ticks)))
        runs.append(run_suite(api, plan, properties=False, select=select).exchanges)
    found = drift(*runs, api=api)

    assert (found.changes, found.unsure) == ([], [])
    assert found.compared["situations"] > 3


def test_other_values_counts_and_order_are_no_drift():
    others = [*created(5, capacity=12.5, isActive=True), exchange(answered=CREATED | {"calendarIds": []})]

    assert said(created(12), reversed(others)) == []


def test_empty_lists_and_nulls_say_nothing_of_what_might_stand_there():
    full = {"bundleResourceIdList": [3], "bundleResourceSet": [{"name": "x"}], "bundledResources": ["x"]}
    before = [listed(RESOURCE | {"resourceId": n}) for n in range(20)]
    now = [listed(RESOURCE | full | {"resourceId": n}) for n in range(20)]

    assert said(before, now, TIMETAP) == []
    assert said(now, before, TIMETAP) == []


def test_throttling_and_refused_credentials_are_not_compared():
    throttled = exchange(answered={"statusCode": 429, "message": "slow"}, status=429)

    assert said(created(), [*created(), throttled]) == []


# -- properties ------------------------------------------------------------------------------------------------


def test_a_new_property_is_told_with_how_often_it_was_seen():
    ((_, where, sentence),) = said(created(), created(_id="a1b2"))

    assert where == "response.body/_id"
    assert sentence == "new property: string; in 0 of 12 answers before, in 12 of 12 now"


def test_a_required_property_is_gone_however_seldom_it_was_seen():
    assert said(created(1), lacking("isActive", 1)) == [
        ("HL-053", "response.body/isActive", "property gone: boolean; in 1 of 1 answers before, in 0 of 1 now")
    ]


def test_a_required_property_that_is_missing_at_times_has_changed():
    found = said(created(), [*created(6), *lacking("isActive", 6)])

    assert found == [
        ("HL-053", "response.body/isActive", "property: always → at times; in 12 of 12 answers before, in 6 of 12 now")
    ]


def test_an_optional_property_is_gone_where_chance_does_not_explain_it():
    ((_, where, sentence),) = said(created(), lacking("capacity"))

    assert where == "response.body/capacity"
    assert sentence.endswith("in 12 of 12 answers to requests that held it before, in 0 of 12 now")


def test_an_optional_property_that_was_merely_not_seen_is_not_called_gone():
    found = drift(created(2), lacking("capacity", 2))

    assert found.changes == []
    assert [change.where for change in found.unsure] == ["response.body/capacity"]


def test_what_an_answer_repeats_is_expected_only_where_it_was_sent():
    sent = without(ROOM, "capacity")
    silent = [exchange(sent=sent, answered=without(CREATED, "capacity"), status=201) for _ in range(20)]

    assert said([*created(20)], [*silent, *created(3)]) == []


def test_reading_one_record_again_and_again_is_no_evidence():
    before = [read({"isBundledResource": False}) for _ in range(20)]
    now = [read({}) for _ in range(20)]

    assert said(before, now, TIMETAP) == []


def test_a_property_of_the_items_of_a_list_is_compared():
    before = [listed(*({**RESOURCE, "resourceId": n, "colour": "red"} for n in range(20)))]
    now = [listed(*({**RESOURCE, "resourceId": n} for n in range(30)))]
    ((_, where, sentence),) = said(before, now, TIMETAP)

    assert where == "response.body/*/colour"
    assert sentence == "property gone: string; in 20 of 20 items before, in 0 of 30 now"


def test_the_keys_of_a_map_are_no_properties():
    before = created(counts={"1001": 1, "1002": 2})
    now = created(counts={"2001": 1})

    assert said(before, now) == []


def test_below_what_is_gone_nothing_more_is_said():
    before = created(owner={"name": "a", "mail": {"kind": "x"}})

    assert [where for _, where, _ in said(before, created())] == ["response.body/owner"]


# -- types, values, media types ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("85", "type: number → string"),
        (None, "type: number → null"),
        ([85], "type: number → array"),
        ({"seats": 85}, "type: number → object"),
    ],
)
def test_another_type_is_told(value, sentence):
    ((requirement, where, words),) = said(created(3), created(3, capacity=value))

    assert (requirement, where) == ("HL-060", "response.body/capacity")
    assert words.startswith(sentence)


def test_a_whole_number_and_one_with_a_fraction_are_of_one_type_where_numbers_are_wanted():
    assert said(created(quantity=5), created(quantity=5.5)) == []


def test_a_fraction_is_another_type_where_whole_numbers_are_wanted():
    ((_, where, words),) = said([read({})], [read({"businessId": 1.5})], TIMETAP)

    assert where == "response.body/businessId"
    assert words.startswith("type: integer → number")


def test_null_where_nothing_is_documented_is_a_matter_of_data():
    before = [exchange(answered=CREATED | {"owner": "a"}) for _ in range(12)]
    now = [exchange(answered=CREATED | {"owner": None}) for _ in range(12)]

    assert said(before, now) == []


def test_a_value_that_the_contract_does_not_list_is_new():
    ((requirement, where, words),) = said(created(3), created(3, resourceType="halls"))

    assert (requirement, where) == ("HL-051", "response.body/resourceType")
    assert words.startswith('new value: "halls"')


def test_another_media_type_is_told():
    page = (("Content-Type", "text/html; charset=utf-8"),)
    now = [replace(each, response=replace(each.response, headers=page)) for each in created(3)]
    ((_, where, words),) = said(created(3), now)

    assert where == "response.header/Content-Type"
    assert words.startswith("media type: application/json → text/html")


# -- statuses -----------------------------------------------------------------------------------------------------


def test_another_status_of_success_is_told():
    ((requirement, where, words),) = said(
        created(), (replace(e, response=replace(e.response, status=200)) for e in created())
    )

    assert (requirement, where) == ("HL-001", "response.status")
    assert words == "status: 201 → 200; in 12 of 12 valid requests before, in 0 of 12 now"


def test_valid_requests_that_are_refused_now_have_changed():
    now = [exchange(answered=REFUSED, status=422) for _ in range(12)]
    ((_, where, words),) = said(created(), now)

    assert (where, words.split(";")[0]) == ("response.status", "status: 201 → 422")


def test_one_refusal_of_a_valid_request_is_the_services_own_affair():
    assert said(created(), [*created(11), exchange(answered=REFUSED, status=422)]) == []
    assert said(created(1), [exchange(answered=REFUSED, status=422)]) == []


def test_what_was_refused_and_is_accepted_now_names_its_requirement():
    broken = without(ROOM, "name")
    before = [*created(1), exchange(sent=broken, answered=REFUSED, status=422)]
    now = [*created(1), exchange(sent=broken, answered=CREATED)]

    assert [(r, w) for r, w, _ in said(before, now)] == [("HL-024", "response.status")]


def test_another_status_of_a_refusal_names_its_requirement():
    broken = without(ROOM, "name")
    before = [exchange(sent=broken, answered=REFUSED, status=422)]
    now = [exchange(sent=broken, answered=REFUSED, status=400)]
    ((requirement, _, words),) = said(before, now)

    assert requirement == "HL-024"
    assert words.startswith("status: 422 → 400")


def test_a_server_error_where_there_was_none_is_new():
    now = [*created(11), exchange(answered={"message": "oops"}, status=500)]

    assert said(created(), now)[0][2] == "new status: 500; in 0 of 12 valid requests before, in 1 of 12 now"


def test_recordings_without_a_common_request_cannot_be_compared():
    with pytest.raises(NothingRan, match="no request of highlevel in common"):
        drift(created(1), [exchange(sent=without(ROOM, "name"), answered=REFUSED, status=422)])


# -- evidence -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "among", "others", "chance"), [(12, 12, 12, 3.7e-07), (1, 1, 1, 0.5), (2, 12, 12, 0.239), (0, 12, 12, 1)]
)
def test_chance_is_that_of_fishers_exact_test(seen, among, others, chance):
    assert by_chance(seen, among, others) == pytest.approx(chance, rel=0.01)


def test_nothing_seen_and_nothing_to_see_tell_nothing():
    assert not tells(0, 12, 12)
    assert not tells(12, 12, 0)
