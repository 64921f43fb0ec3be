"""PUT /resource: the resource that resourceId names gets the fields that were sent (lines 38-44 and 72-101)."""

import pytest

from bookproof.plugin import demonstrates, requirement

pytestmark = pytest.mark.usefixtures("reading", "updating")

SERVICES = {"one less": slice(1), "none": slice(0), "others": slice(1, None), "in another order": slice(None, None, -1)}
RENAMED = {
    "with signs": 'bookproof-it\'s 100 % of "<b>5</b> < 6" & a\\b\\n %20 &amp; {{x}} $& c/d #1 @2; -- – “m²” 会議室 🧘',
    "of 255 letters": "bookproof ".ljust(255, "ü"),
    "of 1000 letters": "bookproof ".ljust(1000, "n"),
}
FOREIGN = {
    "createdDate": 1531934814568,
    "createdUser": "bookproof-nobody",
    "modifiedDate": 1531934814568,
    "modifiedUser": "bookproof-nobody",
    "professionalIdList": [2556],
    "professionalIdListText": "2556",
    "reasonSet": [{"bookproof": "not a service"}],
}


@demonstrates("TT-032")
def test_all_properties_of_the_sample_may_be_sent(timetap, title, resource):
    body = timetap.samples.full_update(f"{title} ball", resource)
    assert timetap.send(timetap.samples.update(body)).accepted


@demonstrates("TT-032")
def test_a_resource_may_be_sent_back_under_the_name_that_it_has(timetap, resource):
    body = timetap.samples.full_update(resource["name"], resource)
    assert timetap.session.send_request(timetap.session.build(timetap.samples.update(body))).accepted


@requirement("TT-030", "TT-083")
def test_a_new_name_is_set(timetap, resource):
    timetap.update(resource, name=f"{resource['name']} Ü renamed")
    assert timetap.read(resource).accepted


@requirement("TT-030", "TT-083", "TT-066", "TT-069")
@pytest.mark.parametrize("part", SERVICES.values(), ids=SERVICES)
def test_other_services_are_set(timetap, resource, reasons, part):
    timetap.update(resource, reasonIdList=reasons[part])
    assert timetap.read(resource).accepted


@requirement("TT-083")
def test_what_is_not_sent_stays(timetap, resource, reasons):
    timetap.read(resource)
    timetap.update(resource, name=f"{resource['name']} renamed")
    timetap.read(resource)
    timetap.update(resource, reasonIdList=reasons[:1])
    assert timetap.read(resource).accepted


@requirement("TT-083")
@pytest.mark.usefixtures("listing")
def test_the_list_shows_the_change(timetap, resource):
    timetap.list_all()
    timetap.update(resource, name=f"{resource['name']} renamed")
    assert timetap.list_all().accepted


@requirement("TT-033")
@pytest.mark.usefixtures("listing")
def test_no_other_resource_changes(timetap, resource, neighbour):
    timetap.read(neighbour)
    timetap.list_all()
    timetap.update(resource, reasonIdList=timetap.samples.reason_ids[:1])
    timetap.read(neighbour)
    assert timetap.list_all().accepted


@requirement("TT-033")
@pytest.mark.usefixtures("listing")
def test_an_update_of_nobody_creates_nothing(timetap, title):
    timetap.list_all()
    timetap.send(timetap.samples.update_of(timetap.unknown_id(title), name=title), also_breaks="TT-085")
    assert timetap.list_all().accepted


@requirement("TT-051", "TT-058", "TT-073")
def test_id_and_date_of_creation_stay(timetap, resource):
    timetap.read(resource)
    timetap.update(resource, name=f"{resource['name']} renamed")
    assert timetap.read(resource).accepted


@requirement("TT-039")
@pytest.mark.parametrize("prop", FOREIGN)
def test_what_only_the_server_writes_is_not_taken_from_an_update(timetap, standing, prop):
    timetap.read(standing)
    timetap.update(standing, **{prop: FOREIGN[prop]})
    assert timetap.read(standing).accepted


@requirement("TT-030")
def test_two_updates_follow_each_other(timetap, resource, reasons):
    timetap.update(resource, name=f"{resource['name']} once")
    timetap.update(resource, name=f"{resource['name']} Once", reasonIdList=reasons[:1])
    assert timetap.read(resource).accepted


@requirement("TT-082")
def test_an_update_that_is_refused_changes_nothing(timetap, resource, reasons):
    timetap.read(resource)
    timetap.update(resource, name=f"{resource['name']} renamed", reasonIdList="none")
    timetap.read(resource)
    timetap.update(resource, name={"value": resource["name"]}, reasonIdList=reasons[1:])
    assert timetap.read(resource).accepted


@requirement("TT-030", "TT-083")
@pytest.mark.parametrize("name", RENAMED.values(), ids=RENAMED)
def test_an_unusual_name_is_set(timetap, standing, name):
    timetap.update(standing, name=name)
    assert timetap.read(standing).accepted
