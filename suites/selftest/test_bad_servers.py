"""Servers that misbehave below or beside HTTP end a run with a verdict or one sentence, and never with a pass."""

import pytest
from bad_servers import BEHAVIOURS, bad_server

from bookproof import apis
from bookproof.errors import BookproofError
from bookproof.running import run_suite
from bookproof.targets.opening import Plan

PATIENCE = 0.4
"""Seconds that an answer may take in these tests."""


def outcome_at(url):
    """What a small part of the suite comes to at an address: a conclusion, or the sentence that ended it."""
    plan = Plan(kind="live", url=url, authorization="Bearer some-token", timeout=PATIENCE)
    try:
        return run_suite(apis.load("highlevel"), plan, properties=False, select="test_resource_type").verdict.conclusion
    except BookproofError as error:
        return error.message


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_bad_server_never_passes(name):
    with bad_server(name) as url:
        outcome = outcome_at(url)

    assert outcome != "conforms"
    assert outcome
