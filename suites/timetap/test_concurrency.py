"""Many clients at once: each creation is a resource of its own (lines 20, 32 and 264)."""

import pytest

from bookproof.plugin import requirement

CLIENTS = 20


@requirement("TT-072", "TT-006", "TT-061")
@pytest.mark.usefixtures("listing")
def test_twenty_creations_at_once_give_twenty_resources(timetap, minimum):
    names = [f"{minimum['name']} {number}" for number in range(CLIENTS)]
    drafts = [timetap.samples.create(minimum | {"name": name}) for name in names]
    assert all(answer.accepted for answer in timetap.session.send_together(drafts))
    assert timetap.list_all().accepted
