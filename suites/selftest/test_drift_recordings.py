"""Drift between recordings: structure counts, values do not, and what was merely not seen is not called gone."""

import itertools
import json
from dataclasses import replace

import pytest
from captured import CREATED, REFUSED, ROOM, URL, exchange, without

from bookproof import apis
from bookproof.captures import har, ndjson
from bookproof.drift.evidence import by_chance, tells
from bookproof.drift.recordings import compare, observe
from bookproof.errors import NothingRan
from bookproof.exchange import Exchange, Request, Response
from bookproof.running import run_suite
from bookproof.targets.opening import Plan

HIGHLEVEL, TIMETAP = apis.load("highlevel"), apis.load("timetap")
TT = "https://api.timetap.com/live/resource"
JSON = (("Content-Type", "application/json"),)
PROVED = (("Authorization", "Bearer x"),)
RESOURCE = {
    "active": True,
    "bundleResourceIdList": [],
    "bundleResourceSet": None,
    "bundledResources": None,
    "businessId": 1,
    "createdDate": 1528820215670,
    "createdUser": "a",
    "locationId": 5,
    "locationName": "Office",
    "modifiedDate": 1528820215670,
    "modifiedUser": "a",
    "name": "Ball",
    "professionalIdList": [],
    "professionalIdListText": "",
    "reasonIdList": [1],
    "reasonIdListText": "1",
    "reasonSet": None,
    "reasons": ["x"],
    "resourceId": 7,
}


def created(times=12, **changes):
    """Creations of a room, each with a name of its own."""
    for number in range(times):
        sent = ROOM | {"name": f"room {number}"}
        yield exchange(sent=sent, answered={**CREATED, "name": f"room {number}"} | changes)


def lacking(name, times=12):
    """Creations whose answers lack a property."""
    for each in created(times):
        body = without(json.loads(each.response.body), name)
        yield replace(each, response=Response(201, JSON, json.dumps(body).encode()))


def read(resource, number=7):
    """A resource of TimeTap, read."""
    body = json.dumps({**RESOURCE, "resourceId": number} | resource).encode()
    return Exchange(Request("GET", f"{TT}/{number}", PROVED), Response(200, JSON, body))


def listed(*resources):
    """A list of TimeTap's resources."""
    return Exchange(Request("GET", TT, PROVED), Response(200, JSON, json.dumps(list(resources)).encode()))


def drift(before, now, api=HIGHLEVEL):
    return compare(api, observe(api, "before", before), observe(api, "now", now))


def said(before, now, api=HIGHLEVEL):
    """Every change in short: requirement, place, sentence."""
    return [(change.requirement, change.where, change.sentence) for change in drift(before, now, api).changes]


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


# -- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def recordings(tmp_path):
    for name, exchanges in (("old", created()), ("new", created(colour="red"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "day.ndjson").write_bytes(b"".join(map(ndjson.encode, exchanges)))
    return tmp_path


def test_drift_exits_with_1_and_says_what(bookproof, recordings):
    code, out, _ = bookproof("drift old new")

    assert code == 1
    assert "+ POST /calendars/resources/{resourceType} 201  response.body/colour   new property: string" in out
    assert "highlevel has drifted: 1 new" in out


def test_no_drift_exits_with_0(bookproof, recordings):
    code, out, _ = bookproof("drift old old --quiet")

    assert (code, out) == (0, "highlevel steady\n")


def test_json_is_one_document(bookproof, recordings):
    code, out, _ = bookproof("drift old new --json")
    document = json.loads(out)

    assert (code, document["api"], document["drift"]) == (1, "highlevel", True)
    assert document["changes"][0]["seen"] == {"before": [0, 12], "now": [12, 12]}


def test_a_recording_that_breaks_off_without_a_change_concludes_nothing(bookproof, recordings):
    har.write(recordings / "whole.har", created())
    text = (recordings / "whole.har").read_text()
    (recordings / "half.har").write_text(text[: len(text) // 2])
    code, out, _ = bookproof("drift old half.har")

    assert code == 3
    assert "could not be compared to the end" in out


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("drift nowhere old", "nowhere is no recording"),
        ("drift old new old", "Two recordings are compared"),
        ("drift old new --openapi x.json", "--openapi compares the contract of one API"),
        ("drift highlevle --openapi x.json", "There is no API 'highlevle'"),
        ("drift empty old", "There is no capture in empty"),
        ("drift", "Missing argument"),
    ],
)
def test_wrong_usage_exits_with_2(bookproof, recordings, line, message):
    (recordings / "empty").mkdir()
    code, out, err = bookproof(line)

    assert (code, out) == (2, "")
    assert message in err


def test_a_recording_of_another_api_cannot_be_compared(bookproof, recordings):
    (recordings / "other.ndjson").write_bytes(ndjson.encode(listed(RESOURCE)))
    code, _, err = bookproof("drift old other.ndjson")

    assert code == 3
    assert "no exchange of one and the same API" in err


def test_an_address_that_is_named_belongs_to_the_api(bookproof, recordings):
    elsewhere = [
        replace(
            e,
            request=replace(
                e.request, url=e.request.url.replace(URL, "http://gw.example.com/hl/calendars/resources/rooms")
            ),
        )
        for e in created()
    ]
    (recordings / "gw.ndjson").write_bytes(b"".join(map(ndjson.encode, elsewhere)))

    assert bookproof("drift old gw.ndjson --url-prefix http://gw.example.com/hl")[0] == 0
