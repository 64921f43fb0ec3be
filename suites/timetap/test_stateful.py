"""Walks through the life of resources that nobody wrote down: created, read, updated, deleted, in any order.

Schemathesis follows the links of the contract; the Judge judges each step in the light of the steps before it.
"""

from contextlib import suppress

import pytest

WALKS, STEPS = 12, 6


def walk(session, guard, look_back):
    """Takes walks along the contract's links through a session; gives the number of steps.

    guard: keeps a generated case to what the run may change; look_back: is called after each walk.
    """
    # Scenarios alone need no Schemathesis, and importing it takes longer than they do.
    import requests
    from hypothesis import HealthCheck, Phase, settings
    from hypothesis.errors import Flaky
    from schemathesis.core.transport import Response
    from schemathesis.generation.stateful import run_state_machine_as_test

    from bookproof.errors import CannotJudge, Untested
    from bookproof.plugin.properties import property_schema, send_case

    schema = property_schema(session.api.name, examples=WALKS, coverage=False)
    schema.config.phases.stateful.inference.algorithms = []
    taken, ended = 0, []

    def attempt(action, *arguments):
        """Does something unless the run has ended; its end is kept from Hypothesis, which would try again."""
        if not ended:
            try:
                return action(*arguments)
            except (CannotJudge, Untested) as reason:
                ended.append(reason)
        return None

    def step(case):
        guard(case)
        return send_case(session, case).exchange.response

    class Walk(schema.as_state_machine()):
        """Sends each step through the session and tells Schemathesis what came back."""

        def call(self, case, **options):
            nonlocal taken
            taken += 1
            answered = attempt(step, case)
            asked = requests.Request(case.method, session.target.url + case.formatted_path).prepare()
            headers = {name: [value] for name, value in answered.headers} if answered else {}
            status, body = (answered.status, answered.body) if answered else (599, b"")
            return Response(status, headers, body, asked, elapsed=0.0, verify=True, encoding="utf-8")

        def validate_response(self, response, case, **options):
            """The Judge has judged it."""

        def teardown(self):
            attempt(look_back)

    limits = settings(
        phases=[Phase.generate],
        max_examples=WALKS,
        stateful_step_count=STEPS,
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    with suppress(Flaky):  # the same request, another answer: a service may remember; each answer has been judged
        run_state_machine_as_test(Walk, settings=limits)
    if ended:
        raise ended[0]
    return taken


@pytest.mark.properties
def test_any_walk_along_the_links_is_answered_as_documented(timetap):
    timetap.prepare()
    assert walk(timetap.session, timetap.guard, timetap.list_all) > 0
