"""The required fields (lines 91-116): several faults at once are refused. Near misses show that each is needed."""

import pytest

from bookproof.plugin import requirement, smoke


@smoke
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


@smoke
@requirement("NX-172")
def test_faults_of_several_kinds_are_refused_together(nexudus, minimum):
    faults = {"BusinessId": "many", "SystemResourceType": 8, "Projector": "yes", "Tariffs": 7, "Name": None}
    assert nexudus.create(minimum | faults).refused


@requirement("NX-028")
def test_an_empty_name_is_answered(nexudus, minimum):
    assert nexudus.create(minimum | {"Name": ""}).status < 500
