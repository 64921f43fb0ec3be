"""One resource from its creation to its end, as a client lives with it."""

import pytest

from bookproof.plugin import requirement, smoke


@smoke
@requirement("TT-035", "TT-036", "TT-082", "TT-083")
@pytest.mark.usefixtures("listing", "reading", "asking", "updating", "deleting")
def test_a_resource_lives_and_goes(timetap, resource, reasons):
    timetap.read(resource)
    timetap.is_busy(resource)
    timetap.read(resource)
    timetap.update(resource, name=f"{resource['name']} renamed", reasonIdList=reasons[:1])
    timetap.list_all()
    timetap.delete(resource)
    timetap.read(resource)
    assert timetap.list_all().accepted
