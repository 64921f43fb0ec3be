"""Recorded properties are evidence: each exchange is judged again by the contract of today."""

import pytest

from bookproof import apis
from bookproof.captures.reading import read

recorded_api = pytest.mark.parametrize(
    "name", [name for name in apis.names() if (apis.load(name).cassettes / "properties.yaml").is_file()]
)


def judgements(name):
    """What today's Judge says of each recorded exchange, in the order of the recording."""
    api = apis.load(name)
    judge = api.judge()
    return [judge.observe(exchange) for exchange in read([str(api.cassettes / "properties.yaml")])]


@recorded_api
def test_recorded_properties_break_nothing_that_the_document_says(name):
    broken = [finding for judgement in judgements(name) for finding in judgement.findings if finding.level == "must"]

    assert [(finding.requirement, finding.where, finding.actual) for finding in broken] == []


@recorded_api
def test_recorded_properties_are_valid_and_broken_requests(name):
    calls = [judgement.call for judgement in judgements(name) if judgement.call is not None]

    assert any(call.accepted and call.conforming for call in calls)
    assert any(call.refused and call.breaches for call in calls)
