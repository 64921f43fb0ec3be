"""Near misses: each has exactly one fault, at the place that it names, and every constraint of a request has one."""

import pytest

from bookproof import apis
from bookproof.contract import body_value
from bookproof.exchange import ABSENT
from bookproof.negatives import near_misses

every_api = pytest.mark.parametrize("name", apis.names())

# A path without the segment is another path; text in a path or a header is text whatever it says.
BEYOND_REACH = {
    "#/components/parameters/resourceType/required",
    "#/components/parameters/resourceType/schema/type",
    "#/components/parameters/Version/schema/type",
}


def near_misses_of(name):
    """The API's Judge and every near miss of every sample of an API."""
    api = apis.load(name)
    judge = api.judge()
    samples = api.samples(api.fixtures(api.reference_fixtures))
    return judge, [near for sample in samples.samples() for near in near_misses(judge, samples, sample)]


def request(judge, near):
    return near.draft.build(judge.contract, judge.base, "Bearer token")


@pytest.fixture(scope="module")
def highlevel():
    return near_misses_of("highlevel")


@every_api
def test_every_sample_keeps_the_contract(name):
    api = apis.load(name)
    judge = api.judge()
    samples = api.samples(api.fixtures(api.reference_fixtures)).samples()
    requests = {sample: made.draft.build(api.contract, judge.base, "Bearer token") for sample, made in samples.items()}

    assert {sample: judge.breaches(sent) for sample, sent in requests.items()} == {sample: [] for sample in samples}


@every_api
def test_every_near_miss_breaks_one_keyword_at_its_place(name):
    judge, found = near_misses_of(name)
    places = {str(near): [b.where for b in judge.breaches(request(judge, near))] for near in found}

    assert found
    assert places == {str(near): [near.where] for near in found}


@every_api
def test_every_near_miss_is_named_for_the_row_that_it_breaks(name):
    judge, found = near_misses_of(name)

    assert [n for n in found if judge.requirements(judge.breaches(request(judge, n))) != {n.requirement}] == []


@every_api
def test_the_names_of_a_samples_near_misses_are_unique(name):
    _, found = near_misses_of(name)
    names = [(near.sample, near.name) for near in found]

    assert len(names) == len(set(names))


@every_api
def test_near_misses_are_the_same_in_every_run(name):
    first, second = near_misses_of(name), near_misses_of(name)

    assert [request(first[0], near) for near in first[1]] == [request(second[0], near) for near in second[1]]


def test_every_constraint_of_a_highlevel_request_has_a_near_miss(highlevel):
    judge, found = highlevel
    broken = {breach.pointer for near in found for breach in judge.breaches(request(judge, near))}
    heads = (
        "#/components/parameters/",
        "#/components/requestBodies/",
        "#/components/securitySchemes/",
        "#/components/schemas/CreateCalendarResource/",
    )
    constraints = {pointer for pointer in judge.contract.constraints() if pointer.startswith(heads)}

    assert constraints - broken - BEYOND_REACH == set()


@pytest.mark.parametrize("kind", ["room", "equipment"])
def test_both_kinds_of_highlevel_resource_have_near_misses(highlevel, kind):
    _, found = highlevel
    names = {near.name for near in found if near.sample == kind}

    assert {"name-missing", "quantity-as-text", "Version-missing", "no-credentials", "no-body"} <= names


def test_one_more_than_the_limit_are_distinct_and_valid(highlevel):
    judge, found = highlevel
    (too_many,) = [near for near in found if near.name == "calendarIds-too-many" and near.sample == "room"]
    ids = too_many.draft.body["calendarIds"]

    assert len(set(ids)) == 101
    assert judge.breaches(request(judge, too_many))[0].pointer.endswith("calendarIds/maxItems")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("quantity-as-text", "5"),
        ("quantity-as-boolean", True),
        ("quantity-as-array", [5]),
        ("quantity-as-object", {"value": 5}),
        ("quantity-as-null", None),
        ("name-as-number", 12345),
    ],
)
def test_the_neighbours_of_a_type_are_what_loose_clients_send(highlevel, name, value):
    judge, found = highlevel
    (near,) = [near for near in found if near.sample == "room" and near.name == name]
    field = name.partition("-")[0]

    assert body_value(request(judge, near))[field] == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("quantity-as-text", "5"),
        ("quantity-as-empty-text", ""),
        ("quantity-as-false", False),
        ("quantity-as-empty-array", []),
        ("name-as-zero", 0),
        ("name-as-empty-object", {}),
        ("calendarIds-as-empty-text", ""),
        ("calendarIds-as-empty-object", {}),
    ],
)
def test_the_second_of_two_samples_has_empty_neighbours(highlevel, name, value):
    judge, found = highlevel
    (near,) = [near for near in found if near.sample == "equipment" and near.name == name]
    sent = body_value(request(judge, near))[name.partition("-")[0]]

    assert (sent, type(sent)) == (value, type(value))


@pytest.mark.parametrize(("declared", "places"), [(100, [(0, 2), (28, 30)]), (2, [(0, 2), (1, 2)]), (1, [])])
def test_one_wrong_item_stands_first_of_two_or_within_many(declared, places):
    api = apis.load("highlevel")
    fixtures = {**api.reference_fixtures, "calendar_ids": api.reference_fixtures["calendar_ids"][:declared]}
    samples = api.samples(api.fixtures(fixtures))
    found = near_misses(api.judge(), samples, "room")
    lists = [near.draft.body["calendarIds"] for near in found if near.name.endswith(("-of-two", "-within-many"))]

    assert [(ids.index(12345), len(ids)) for ids in lists] == places


@pytest.mark.parametrize("text", ["ROOMS", "Rooms", "room", "roomss", "roomsx", "EQUIPMENTS", "equipment", "chairs"])
def test_the_neighbours_of_a_word_are_its_case_its_number_and_stray_letters(highlevel, text):
    _, found = highlevel

    assert f"resourceType-is-{text}" in {near.name for near in found}


def test_a_required_header_may_be_missing_or_empty(highlevel):
    _, found = highlevel
    sent = {near.name: near.draft.headers.get("Version") for near in found if near.sample == "room"}

    assert (sent["Version-missing"], sent["Version-empty"]) == (None, "")


def test_a_body_may_be_missing_cut_off_or_in_another_format(highlevel):
    _, found = highlevel
    bodies = {near.name: near.draft for near in found if near.sample == "room"}

    assert bodies["no-body"].body is ABSENT
    assert bodies["body-truncated"].body.endswith(b"]")
    assert bodies["body-form-encoded"].content_type == "application/x-www-form-urlencoded"


def test_a_near_miss_is_shown_by_its_name():
    _, found = near_misses_of("highlevel")
    (near,) = [near for near in found if near.sample == "room" and near.name == "name-missing"]

    assert str(near) == "room: name-missing (breaks HL-024 at request.body/name)"
