"""What a test comes to under pytest: bookproof's exceptions become its outcomes, and findings make it fail."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bookproof.errors import CannotJudge, NotRecorded, Untested
from bookproof.findings import Finding
from bookproof.plugin import RUN
from bookproof.plugin.allure import Reporter
from bookproof.plugin.runs import ApiRun
from bookproof.reports.text import finding_text


@contextmanager
def outcomes(item: pytest.Item) -> Iterator[None]:
    """Turns bookproof's exceptions into pytest's outcomes, once the test takes part in a run."""
    try:
        yield
    except (Untested, CannotJudge) as error:
        if RUN not in item.stash:
            raise
        raise _outcome(item, item.stash[RUN], error) from None


def _outcome(item: pytest.Item, run: ApiRun, error: Untested | CannotJudge) -> BaseException:
    if isinstance(error, Untested):
        run.leave_untested(item, error)
        return pytest.skip.Exception(error.reason)
    if isinstance(error, NotRecorded):
        run.break_down(error.message)
        return pytest.fail.Exception(str(error), pytrace=False)
    run.stop(error)
    return pytest.skip.Exception(error.message)


@contextmanager
def judged(item: pytest.Item) -> Iterator[None]:
    """Fails the running test with what the Judge found in its exchanges."""
    run = item.stash[RUN]
    try:
        try:
            yield
        except AssertionError as failure:
            if not run.scene.findings:
                run.claim(item, failure)
            _settle(item, run)
            raise
        _settle(item, run)
    finally:
        Reporter(item.config).evidence(run)


def _settle(item: pytest.Item, run: ApiRun) -> None:
    """Fails the test where its exchanges break a must; marks it where they break a should or a waived row."""
    weighty = [finding for finding in run.scene.findings if run.weighs(finding)]
    if weighty:
        pytest.fail("\n\n".join(_distinct(weighty, run)), pytrace=False)
    if run.scene.findings and not item.config.option.runxfail:
        text = "; ".join(f"{f.requirement}: {f.message}" for f in run.scene.findings[:3])
        raise pytest.xfail.Exception(text, pytrace=False)


def _distinct(findings: list[Finding], run: ApiRun) -> Iterator[str]:
    seen: set[tuple[str | None, str]] = set()
    for finding in findings:
        if (finding.requirement, finding.where) not in seen:
            seen.add((finding.requirement, finding.where))
            yield finding_text(finding, run.api.ledger, run.plan.token_variable)
