"""Bundles: resources that hold others (lines 211-219)."""

import pytest

from bookproof.plugin import requirement

pytestmark = pytest.mark.usefixtures("reading")


@requirement("TT-043", "TT-046", "TT-083")
@pytest.mark.usefixtures("updating")
def test_a_bundle_shows_its_members_and_keeps_them(timetap, minimum, resource, neighbour, reasons):
    members = [resource["resourceId"], neighbour["resourceId"]]
    bundle = timetap.made(**minimum | {"bundleResourceIdList": members})
    timetap.read(bundle)
    timetap.update(bundle, name=f"{minimum['name']} renamed", reasonIdList=reasons[:1])
    assert timetap.read(bundle).accepted


@requirement("TT-043", "TT-046")
@pytest.mark.usefixtures("listing", "updating")
def test_a_bundle_in_the_list_shows_its_members_as_they_are(timetap, minimum, resource):
    timetap.made(**minimum | {"bundleResourceIdList": [resource["resourceId"]]})
    timetap.update(resource, name=f"{minimum['name']} member")
    assert timetap.list_all().accepted


@requirement("TT-022")
@pytest.mark.parametrize("item", ["2556", 1.5, None], ids=["text", "fraction", "null"])
def test_a_creation_with_a_bundle_of_anything_but_ids_is_refused(timetap, minimum, item):
    assert timetap.create(minimum | {"bundleResourceIdList": [item]}).refused


@requirement("TT-029")
@pytest.mark.usefixtures("updating")
@pytest.mark.parametrize("item", ["2556", 1.5, None], ids=["text", "fraction", "null"])
def test_an_update_with_a_bundle_of_anything_but_ids_is_refused(timetap, standing, item):
    assert timetap.update(standing, bundleResourceIdList=[item]).refused
