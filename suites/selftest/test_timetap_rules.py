"""What TimeTap's rules make of several exchanges: whom they blame, and what they leave to the server."""

import json
from dataclasses import replace
from email.utils import formatdate

import pytest

from bookproof import apis
from bookproof.apis.timetap.samples import Fixtures, Samples
from bookproof.exchange import Exchange, Intent, Request, Response

API = apis.load("timetap")
NOW = 1_790_000_000_000
HOUR = 3_600_000
SUITE = Intent(test="test_creating::test_something")


def resource(number=1, **changes):
    """A resource as every answer shows it, named after its id."""
    shown = {
        "active": True,
        "bundleResourceIdList": [],
        "bundleResourceSet": None,
        "bundledResources": None,
        "businessId": 43111,
        "createdDate": NOW,
        "createdUser": "JoeSchmo",
        "locationId": 81181,
        "locationName": None,
        "modifiedDate": NOW,
        "modifiedUser": "JoeSchmo",
        "name": f"bookproof {number}",
        "professionalIdList": [],
        "professionalIdListText": "",
        "reasonIdList": [11, 12],
        "reasonIdListText": "11,12",
        "reasonSet": None,
        "reasons": ["Yoga", "Massage"],
        "resourceId": number,
    }
    return shown | changes


def services(*numbers):
    """The three views of services."""
    text = ",".join(map(str, numbers))
    return {"reasonIdList": list(numbers), "reasonIdListText": text, "reasons": [f"Service {n}" for n in numbers]}


def said(method, path, sent, answered, status=200, date=None):
    """An exchange of a run of the suite."""
    dated = (("Date", formatdate(date / 1000, usegmt=True)),) if date else ()
    body = json.dumps(sent).encode() if sent is not None else b""
    json_media = (("Content-Type", "application/json"),)
    request = Request(method, API.contract.servers[0] + path, (*json_media, ("Authorization", "Bearer x")), body)
    return Exchange(request, Response(status, (*json_media, *dated), json.dumps(answered).encode()), intent=SUITE)


def created(shown, sent=None, status=200, date=None):
    """A creation; what was sent follows from what is shown, with changes."""
    names = ("bundleResourceIdList", "locationId", "name", "reasonIdList")
    body = {name: shown[name] for name in names} | (sent or {})
    return said("POST", "/resource", body, shown, status, date)


def updated(shown, **sent):
    """An update of some properties."""
    names = ("active", "businessId", "locationId", "locationName", "resourceId")
    return said("PUT", "/resource", {name: shown[name] for name in names} | sent, shown)


def read(shown):
    """A resource that is read."""
    return said("GET", f"/resource/{shown['resourceId']}", None, shown)


def listed(*shown):
    """The list."""
    return said("GET", "/resource", None, list(shown))


def blamed(*exchanges):
    """The requirements that exchanges break, the warnings left out."""
    judge = API.judge()
    found = [finding for one in exchanges for finding in judge.observe(one).findings]
    return sorted({f"{finding.requirement}" for finding in found if finding.level == "must"})


def test_a_resource_that_was_created_inactive_on_request_may_stay_out_of_the_list():
    inactive = created(resource(active=False), {"active": False})

    assert blamed(inactive, listed()) == []
    assert blamed(created(resource()), listed()) == ["TT-006"]


def test_a_business_that_was_sent_with_a_creation_may_be_shown():
    other = resource(2, businessId=777)

    assert blamed(created(resource()), created(other, {"businessId": 777})) == []
    assert blamed(created(resource()), created(other)) == ["TT-048"]


def test_a_member_of_a_bundle_may_name_the_bundle():
    member, bundle = resource(1), resource(2, bundleResourceIdList=[1])
    joined = member | {"bundleResourceIdList": [2]}

    assert blamed(created(member), created(bundle), read(joined)) == []
    assert blamed(created(member), read(joined)) == ["TT-082"]


def test_a_second_resource_of_one_creation_is_blamed_on_the_creation():
    twin = resource(2, name="bookproof 1", createdDate=NOW + 3)

    assert blamed(listed(), created(resource()), listed(resource(), twin)) == ["TT-020"]


def test_a_resource_of_the_same_name_that_others_made_long_ago_is_nobodys_fault():
    older = resource(2, name="bookproof 1", createdDate=NOW - HOUR)

    assert blamed(listed(), created(resource()), listed(resource(), older)) == []


def test_what_comes_of_a_creation_that_was_refused_is_blamed_on_it():
    refused = created(resource(), {"locationId": "here"}, 400)

    assert blamed(listed(), refused, listed(resource())) == ["TT-020"]


def test_what_comes_of_a_creation_that_was_accepted_too_lightly_is_blamed_once():
    refused = created(resource(), {"locationId": "here"}, 400)
    accepted = created(resource(), {"reasonIdList": "11"})

    assert blamed(listed(), refused, accepted, listed(resource())) == ["TT-064"]


@pytest.mark.parametrize("zone", [-7, 1, 5.5])
def test_a_new_resource_whose_dates_are_local_time_is_blamed(zone):
    local = round(NOW + zone * HOUR)

    shown = resource(createdDate=local, modifiedDate=local)
    assert blamed(created(shown, date=NOW + 900)) == ["TT-050", "TT-057"]


@pytest.mark.parametrize("ahead", [0, 400_000, -900_000, 30 * 24 * HOUR, -NOW // 2])
def test_a_clock_that_goes_wrong_otherwise_is_not_blamed(ahead):
    shown = resource(createdDate=NOW + ahead, modifiedDate=NOW + ahead)

    assert blamed(created(shown, date=NOW)) == []


def test_services_that_were_never_kept_are_not_blamed_on_an_update_that_sent_the_same():
    first, second = resource(1), resource(2, **services(11))
    kept = first | services(11)

    assert "TT-033" not in blamed(created(first), created(second), updated(second, reasonIdList=[11]), read(kept))


def test_a_date_of_creation_that_was_answered_wrongly_is_not_blamed_on_the_update():
    kept = resource(createdDate=NOW - 5000)

    assert blamed(created(resource()), updated(kept, name=kept["name"])) == []
    assert blamed(created(resource()), read(resource()), updated(kept, name=kept["name"])) == ["TT-051"]


def test_a_resource_that_an_update_of_nobody_made_is_blamed_on_it():
    nobody = said("PUT", "/resource", {**resource(5), "name": "bookproof nobody", "resourceId": "5"}, {}, 400)
    made = resource(6, name="bookproof nobody")

    assert blamed(listed(), nobody, listed(made)) == []
    accepted = said("PUT", "/resource", {**resource(5), "name": "bookproof nobody", "resourceId": "5"}, made)
    assert "TT-033" in blamed(listed(), accepted, listed(made))


def test_windows_come_near_where_far_ones_are_refused():
    samples = Samples(Fixtures(location_id=1, reason_ids=(1,)))
    samples.remember({"createdDate": NOW})
    far = samples.day("2030-01-31")
    samples.instead("is_busy")()

    assert (far, samples.day("2030-01-31"), samples.day("2030-01-10")) == ("2030-01-31", "2026-10-31", "2026-10-10")


def test_a_name_of_the_location_is_sent_where_it_may_not_be_null():
    samples = Samples(Fixtures(location_id=1, reason_ids=(1,)))
    samples.remember({"locationName": None})
    samples.instead("update")()

    assert samples.samples()["update"].draft.body["locationName"] == "bookproof"
    assert samples.instead("update") is None


def test_a_deletion_that_is_refused_and_done_all_the_same_is_no_fault_of_the_list():
    gone = said("DELETE", "/resource/1", None, "Not found", 404)

    assert blamed(created(resource()), listed(resource()), gone, listed()) == []


def test_a_resource_that_an_update_takes_from_view_is_blamed_on_the_update():
    hidden = updated(resource(active=False), active=True, name="bookproof 1")

    assert blamed(created(resource()), listed(resource()), hidden, listed()) == ["TT-083"]


def test_an_update_that_changes_the_id_is_blamed_on_that_alone():
    other = said("PUT", "/resource", resource(), resource(7, name="bookproof 1"))

    assert blamed(created(resource()), listed(resource()), other, listed(resource(7, name="bookproof 1"))) == ["TT-073"]


def test_a_list_that_loses_what_was_updated_is_blamed_on_the_list():
    renamed = resource(name="bookproof 1 renamed")

    assert blamed(created(resource()), listed(resource()), updated(renamed, name=renamed["name"]), listed()) == [
        "TT-006"
    ]


def test_a_bundle_that_an_update_takes_apart_is_blamed_on_the_update():
    bundle = resource(2, bundleResourceIdList=[1], bundledResources=["bookproof 1"])
    apart = bundle | {"bundleResourceIdList": [], "bundledResources": []}
    before = [created(resource()), created(bundle), read(bundle)]

    assert blamed(*before, updated(apart, name=bundle["name"]), read(apart)) == ["TT-083"]


def test_a_new_resource_that_names_bundled_ones_was_not_asked_to():
    assert blamed(created(resource(bundleResourceIdList=[1]), {"bundleResourceIdList": []})) == ["TT-043"]


def test_services_that_are_sent_back_as_they_were_shown_are_kept():
    before = resource(**services(11, 12))
    lost = before | services(11)

    assert blamed(created(before), updated(before, **services(11, 12))) == []
    assert blamed(created(before), updated(lost, **services(11, 13))) == []
    assert blamed(created(before), said("PUT", "/resource", before, lost)) == ["TT-030"]


def test_services_with_one_name_may_be_confused_where_names_are_sent():
    twins = resource(**services(11, 12) | {"reasons": ["Yoga", "Yoga"]})
    lost = twins | {"reasonIdList": [11, 11], "reasonIdListText": "11,11"}

    assert blamed(created(twins), said("PUT", "/resource", twins, lost)) == []


def test_an_answer_that_shows_no_resource_leaves_the_update_to_be_read():
    renamed = {"success": True}
    change = said("PUT", "/resource", resource() | {"name": "bookproof other"}, renamed)

    assert blamed(created(resource()), change, read(resource(name="bookproof other"))) == []
    assert blamed(created(resource()), change, read(resource())) == ["TT-030"]


def test_an_update_that_answers_with_another_location_is_blamed():
    assert blamed(created(resource()), updated(resource(locationId=7))) == []
    assert blamed(created(resource()), said("PUT", "/resource", resource(), resource(locationId=7))) == ["TT-083"]


def test_a_date_that_get_calls_show_in_local_time_is_blamed():
    soon = [
        replace(one, started=NOW / 1000 + 5) for one in (created(resource()), read(resource(modifiedDate=NOW + HOUR)))
    ]
    late = [soon[0], replace(soon[1], started=NOW / 1000 + 3600)]

    assert blamed(*soon) == ["TT-057"]
    assert blamed(*late) == []


def test_a_header_that_is_in_local_time_is_not_blamed_on_the_resource():
    new = created(resource(), date=NOW + 2 * HOUR)

    assert blamed(new) == ["TT-050", "TT-057"]
    assert blamed(replace(new, started=NOW / 1000)) == []


def test_a_date_of_creation_that_is_sent_back_is_nobodys_invention():
    odd = resource(createdDate=NOW - HOUR)

    assert "TT-039" not in blamed(created(resource()), read(resource()), updated(odd), read(resource()))


def test_a_bundle_is_held_against_the_names_in_its_own_list():
    new, bundle = resource(1, name="bookproof new"), resource(2, bundleResourceIdList=[1])
    change = created(resource()), updated(new, name="bookproof new")

    assert blamed(*change, listed(new, bundle | {"bundledResources": ["bookproof new"]})) == []
    assert blamed(*change, listed(new, bundle | {"bundledResources": ["bookproof 1"]})) == ["TT-046"]
    assert "TT-046" not in blamed(*change, listed(resource(1), bundle | {"bundledResources": ["bookproof 1"]}))


def test_half_an_id_stays_a_fraction_however_long_the_id_is():
    samples = Samples(Fixtures())
    half = samples.update_of(2_000_000_011.5)

    assert samples.aim(half, 7).body["resourceId"] == 7.5
    assert samples.aim(half, 2**60 + 1).body["resourceId"] % 1 > 0
