"""The pytest plugin: suites talk to a target through it, and it turns what the Judge says into test results.

Loaded by name (`-p bookproof.plugin`) or from a conftest.py, never by an entry point: nobody's other runs change.
"""

from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bookproof.errors import BookproofError, CannotJudge, Untested
from bookproof.judge import Finding
from bookproof.ledger import BUILT_IN
from bookproof.negatives import NearMiss
from bookproof.plugin import workers
from bookproof.plugin.allure import Reporter
from bookproof.plugin.runs import ApiRun, Runs
from bookproof.reports.text import finding_text
from bookproof.targets.packing import send_pack
from bookproof.targets.replay import NotRecorded
from bookproof.variants import Pack, packs

requirement = pytest.mark.requirement
"""Marks a scenario with the requirements that it is about."""

demonstrates = pytest.mark.demonstrates
"""Marks a scenario whose valid requests show one requirement: refusing them breaks it (where fixtures are declared)."""

near_misses = pytest.mark.near_misses
"""Runs a scenario for every near miss of the named samples; the scenario takes the fixture `miss`."""

variants = pytest.mark.variants
"""Runs a scenario for variants of the named sample, in packs; the scenario takes the fixture `pack`."""

smoke = pytest.mark.smoke
"""Marks a scenario that a smoke run has: together, those so marked show every rule."""

full = pytest.mark.full
"""Marks a scenario that only a full run has: it creates more at a target than what it shows is worth every time."""

needs = pytest.mark.needs
"""Marks a scenario that only makes sense where the target declares a capability."""

RUNS = pytest.StashKey[Runs]()
_ACTIVE: list[Runs] = []
_REPORTER = pytest.StashKey[Reporter]()
_NODES = pytest.StashKey[list[Any]]()
_MARKERS = (
    "requirement(*ids): the requirements that a scenario is about",
    "demonstrates(id): the requirement that a scenario's valid requests show",
    "near_misses(*samples): runs the scenario for every near miss of these samples",
    "variants(sample, variants): runs the scenario for variants of a sample, as many at once as go together",
    "smoke: a smoke run has it",
    "full: left out of all but full runs",
    "needs(capability): the capability that a target must declare for a scenario to make sense",
    "properties: generated requests, judged against the reference even where scenarios are replayed",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plugin's options; all begin with --bookproof-."""
    group = parser.getgroup("bookproof")
    group.addoption("--bookproof-target", metavar="TARGET", help="reference, replay (the default) or a URL")
    group.addoption("--bookproof-config", metavar="FILE", help="bookproof.toml (default: in the working directory)")
    group.addoption("--bookproof-token-env", metavar="VARIABLE", help="the variable that holds the bearer token")
    group.addoption("--bookproof-report", metavar="DIR", help="write reports below this folder")
    group.addoption("--bookproof-depth", choices=("smoke", "standard", "full"), help="how much is sent")
    group.addoption("--bookproof-reading", choices=("strict", "tolerant"), help="how unclear places are read")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Registers markers and prepares the runs."""
    for line in _MARKERS:
        config.addinivalue_line("markers", line)
    given = next((p for p in config.pluginmanager.get_plugins() if isinstance(p, Runs)), None)
    try:
        config.stash[RUNS] = given or Runs.from_options(config)
        _ACTIVE.append(config.stash[RUNS])
    except BookproofError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[_REPORTER] = Reporter(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrizes scenarios that ask for near misses or variants."""
    wanted = {"miss", "pack"} & set(metafunc.fixturenames)
    run = metafunc.config.stash[RUNS].of(metafunc.definition) if wanted else None
    if run is None:
        return
    if marker := metafunc.definition.get_closest_marker("near_misses"):
        cases = [
            pytest.param(miss, id=f"{name}-{miss.name}", marks=requirement(miss.requirement))
            for name in marker.args
            for miss in run.near_misses(name)
        ]
        metafunc.parametrize("miss", cases, indirect=True)
    if "pack" in wanted:
        found = [
            pytest.param(pack, id=f"{pack.sample}-{_named(pack, number)}", marks=requirement(*pack.requirements))
            for sample, table in (marker.args for marker in metafunc.definition.iter_markers("variants"))
            for number, pack in enumerate(packs(sample, table, run.plan.depth), 1)
        ]
        metafunc.parametrize("pack", found)


def _named(pack: Pack, number: int) -> str:
    return pack.variants[0].name if len(pack.variants) == 1 else f"together {number}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what the run's depth leaves out, and puts first what shows most: a budget may end the run early."""
    runs = config.stash[RUNS]
    turns: Counter[str] = Counter()
    ranks = {item: _rank(item, run, turns) for item in items if (run := runs.of(item))}
    left_out = {item for item, rank in ranks.items() if rank is None}
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    in_turn = iter(sorted((item for item in ranks if item not in left_out), key=lambda item: ranks[item] or (0, 0)))
    items[:] = [next(in_turn) if item in ranks else item for item in items if item not in left_out]


def _rank(item: pytest.Item, run: ApiRun, turns: Counter[str]) -> tuple[int, int] | None:
    """When a test's turn comes; None where the run's depth leaves it out.

    Scenarios with one near miss of each requirement, then further near misses, generated requests last. A smoke run
    has near misses of what rules say, one of each; what keywords say is the same for all of them.
    """
    depth = run.plan.depth
    about = item.get_closest_marker("requirement")
    turn = 0
    if about and item.get_closest_marker("near_misses"):
        turn = turns[about.args[0]]
        turns[about.args[0]] += 1
    if depth == "smoke" and not item.get_closest_marker("smoke"):
        ruled = about is not None and run.api.ledger[about.args[0]].rule not in ("", *BUILT_IN)
        return (0, 0) if ruled and turn == 0 and item.get_closest_marker("near_misses") else None
    if depth != "full" and item.get_closest_marker("full"):
        return None
    return int(item.get_closest_marker("properties") is not None), turn


@pytest.fixture
def bookproof(request: pytest.FixtureRequest) -> Any:
    """The client of the API whose suite the test belongs to."""
    run = request.config.stash[RUNS].of(request.node)
    if run is None:
        pytest.fail("this test lies in no API's suite folder", pytrace=False)
    return run.client


@pytest.fixture
def miss(request: pytest.FixtureRequest, bookproof: Any) -> NearMiss:
    """One near miss, once the sample that it departs from is known to be accepted."""
    near: NearMiss = request.param
    bookproof.session.establish(near.sample)
    return near


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Opens the test's scene before its fixtures send anything."""
    run = item.config.stash[RUNS].of(item)
    if run is None:
        return (yield)
    with _outcomes(item, run):
        if run.stopped and item.get_closest_marker("near_misses"):  # what others have shown stands without it
            pytest.skip(run.stopped)
        if run.stopped:
            raise Untested(run.stopped)
        run.begin(item)
        for mark in item.iter_markers("needs"):
            if mark.args[0] not in run.plan.capabilities:
                raise Untested(f"the target does not declare the capability {mark.args[0]}", blocked_by="capability")
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Fails the test with what the Judge found in its exchanges."""
    run = item.config.stash[RUNS].of(item)
    if run is None:
        return (yield)
    reporter = item.config.stash[_REPORTER]
    reporter.label(item, run)
    try:
        with _outcomes(item, run):
            try:
                result = yield
            except AssertionError as failure:
                if not run.scene.findings:
                    run.claim(item, failure)
                _settle(run)
                raise
            _settle(run)
            return result
    finally:
        reporter.evidence(run)


def pytest_exception_interact(node: pytest.Item | pytest.Collector, call: pytest.CallInfo[Any]) -> None:
    """Remembers that a scenario broke down itself: what it would have shown is not known."""
    run = node.config.stash[RUNS].of(node) if isinstance(node, pytest.Item) else None
    if run is None or call.excinfo is None:
        return
    if call.when != "call" or not isinstance(call.excinfo.value, AssertionError | pytest.fail.Exception):
        run.break_down(f"{node.name} broke down: {call.excinfo.exconly()}")


def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Remembers that a run was interrupted, so that what was judged so far is no conclusion."""
    ended_by = type(excinfo.value)
    # pytest's own, where tests cannot be collected; pytest-xdist's, where enough tests failed
    if issubclass(ended_by, pytest.Session.Interrupted) or ended_by.__module__.startswith("xdist."):
        return
    for runs in _ACTIVE[-1:]:  # the innermost: a run may stand within a test of another
        runs.stop(CannotJudge("The run was interrupted."))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodeready(node: Any) -> None:
    """Remembers a worker of pytest-xdist."""
    node.config.stash.setdefault(_NODES, []).append(node)


@pytest.hookimpl(trylast=True)  # pytest-xdist has ended its workers by then
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Ends the runs: cleans up, concludes, writes reports; a worker leaves the conclusion to who started it."""
    runs = session.config.stash.get(RUNS, None)
    if runs is None:
        return
    if workers.is_worker(session.config):
        workers.hand_over(session.config, runs)
    else:
        others = list(workers.take_over(session.config.stash.get(_NODES, [])))
        runs.finish(narrowed=_narrowed(session), others=others)
    _ACTIVE.remove(runs)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """One line for each API that was judged."""
    for line in config.stash[RUNS].summary():
        terminalreporter.write_line(line)


@contextmanager
def _outcomes(item: pytest.Item, run: ApiRun) -> Iterator[None]:
    """Turns bookproof's exceptions into pytest's outcomes."""
    try:
        yield
    except Untested as reason:
        run.leave_untested(item, reason)
        raise pytest.skip.Exception(reason.reason) from None
    except NotRecorded as error:
        run.break_down(error.message)
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    except CannotJudge as error:
        run.stop(error)
        raise pytest.skip.Exception(error.message) from None


def _settle(run: ApiRun) -> None:
    """Fails the running test where its exchanges break a must; marks it where they break a should or a waived row."""
    weighty = [finding for finding in run.scene.findings if run.weighs(finding)]
    if weighty:
        pytest.fail("\n\n".join(_distinct(weighty, run)), pytrace=False)
    if run.scene.findings:
        text = "; ".join(f"{f.requirement}: {f.message}" for f in run.scene.findings[:3])
        raise pytest.xfail.Exception(text, pytrace=False)


def _distinct(findings: list[Finding], run: ApiRun) -> Iterator[str]:
    seen: set[tuple[str | None, str]] = set()
    for finding in findings:
        if (finding.requirement, finding.where) not in seen:
            seen.add((finding.requirement, finding.where))
            yield finding_text(finding, run.api.ledger, run.plan.token_variable)


def _narrowed(session: pytest.Session) -> bool:
    """Whether only some of the tests were asked for, so that untouched requirements say nothing."""
    option = session.config.option
    ended_early = session.shouldfail or session.shouldstop or _stopped_by_xdist(session)
    named = any(".py" in argument for argument in session.config.args)
    depth = getattr(option, "bookproof_depth", None)
    return bool(option.keyword or option.markexpr or named or ended_early or depth == "smoke")


def _stopped_by_xdist(session: pytest.Session) -> bool:
    return bool(getattr(session.config.pluginmanager.getplugin("dsession"), "shouldstop", False))


__all__ = ["demonstrates", "full", "near_misses", "needs", "requirement", "send_pack", "smoke", "variants"]
