"""The required fields (lines 91-116): they suffice. That each is needed is shown by the near misses."""

import pytest

from bookproof.plugin import demonstrates, requirement


@demonstrates("NX-095")
def test_the_six_required_fields_suffice(nexudus, minimum):
    assert nexudus.create(minimum).accepted


@requirement("NX-172")
@pytest.mark.parametrize(
    "missing",
    [("BusinessId", "Name"), ("ResourceTypeId", "DisplayOrder", "CancellationFeeType"), ("Name", "SystemResourceType")],
    ids=" and ".join,
)
def test_several_missing_fields_are_refused_together(nexudus, minimum, missing):
    assert nexudus.create({name: value for name, value in minimum.items() if name not in missing}).refused


@requirement("NX-172")
def test_an_empty_object_is_refused(nexudus, minimum):
    assert nexudus.create({}).refused


@requirement("NX-172")
def test_faults_of_several_kinds_are_refused_together(nexudus, minimum):
    faults = {"BusinessId": "many", "SystemResourceType": 8, "Projector": "yes", "Tariffs": 7, "Name": None}
    assert nexudus.create(minimum | faults).refused


@requirement("NX-028")
def test_an_empty_name_is_answered(nexudus, minimum):
    assert nexudus.create(minimum | {"Name": ""}).status < 500
