"""Generated requests, valid and broken: whatever is sent, the answer keeps the contract."""

import pytest

from bookproof.plugin.properties import properties, property_schema, send_case

# The systematic phase is left out: near misses cover it, and a run deletes what it creates.
schema = property_schema("timetap", examples=12, coverage=False)


@pytest.fixture(autouse=True)
def own(timetap):
    """The run's own resources, which generated requests are kept to."""
    timetap.prepare()


@properties
@schema.exclude(operation_id="listResources").parametrize()
def test_any_request_is_answered_as_documented(case, timetap):
    timetap.guard(case)
    send_case(timetap.session, case)
