"""DELETE /resource/{resourceId}: out of view, and nothing else (line 46)."""

import pytest

from bookproof.exchange import Intent
from bookproof.plugin import demonstrates, requirement

pytestmark = pytest.mark.usefixtures("deleting")


@demonstrates("TT-034")
def test_a_deletion_is_served(timetap, resource):
    assert timetap.delete(resource).accepted


@requirement("TT-035")
@pytest.mark.usefixtures("reading")
def test_a_deleted_resource_is_not_active(timetap, resource):
    timetap.delete(resource)
    assert timetap.read(resource).status < 500


@requirement("TT-036")
@pytest.mark.usefixtures("listing")
def test_a_deleted_resource_is_not_in_the_list(timetap, resource):
    timetap.list_all()
    timetap.delete(resource)
    assert timetap.list_all().accepted


@requirement("TT-037", "TT-035")
@pytest.mark.usefixtures("listing", "reading")
def test_no_other_resource_goes(timetap, resource, neighbour):
    timetap.list_all()
    timetap.delete(resource)
    timetap.session.send_as(timetap.samples.read(resource["resourceId"]), Intent(about="TT-035"))
    assert timetap.list_all().accepted


@requirement("TT-035")
def test_deleting_twice_does_no_harm(timetap, resource):
    timetap.delete(resource)
    assert timetap.delete(resource).status < 500


@requirement("TT-072")
def test_the_id_of_a_deleted_resource_is_not_given_again(timetap, minimum, resource):
    timetap.delete(resource)
    assert timetap.create(minimum).accepted


@requirement("TT-035", "TT-016", "TT-037", "TT-043")
@pytest.mark.usefixtures("listing", "reading", "asking")
def test_members_and_bundles_go_without_each_other(timetap, minimum, resource, neighbour):
    members = [resource["resourceId"], neighbour["resourceId"]]
    bundle = timetap.made(**minimum | {"bundleResourceIdList": members})
    timetap.list_all()
    timetap.is_busy(bundle)
    timetap.is_busy(neighbour)
    timetap.delete(resource)
    timetap.session.send_as(timetap.samples.read(bundle["resourceId"]), Intent(about="TT-043"))
    timetap.session.send_as(timetap.samples.list_all(), Intent(about="TT-006"))
    timetap.delete(bundle)
    assert timetap.read(neighbour).accepted
