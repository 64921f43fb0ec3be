"""Bundles: resources that hold others (lines 211-219)."""

import pytest

from bookproof.plugin import requirement

pytestmark = pytest.mark.usefixtures("reading")


@requirement("TT-043", "TT-046")
def test_a_bundle_shows_its_members(timetap, minimum, resource, neighbour):
    members = [resource["resourceId"], neighbour["resourceId"]]
    bundle = timetap.made(**minimum | {"bundleResourceIdList": members})
    assert timetap.read(bundle).accepted


@requirement("TT-043", "TT-046")
@pytest.mark.usefixtures("listing")
def test_a_bundle_in_the_list_shows_its_members(timetap, minimum, resource):
    timetap.made(**minimum | {"bundleResourceIdList": [resource["resourceId"]]})
    assert timetap.list_all().accepted
