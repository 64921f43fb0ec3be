"""The pytest plugin: tests talk to a target through it, and it turns what the Judge says into test results.

Loaded by name (`-p bookproof.plugin`) or from a conftest.py, never by an entry point: nobody's other runs change. Nor
do tests of anything else in the same run: what is heavy is imported once a test asks for a client. PYTEST_DONT_REWRITE
"""

import warnings
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from bookproof import resources
from bookproof.errors import BookproofError, Interrupted

if TYPE_CHECKING:
    from bookproof.plugin.runs import ApiRun, Runs
    from bookproof.targets.packing import Look
    from bookproof.targets.session import Session
    from bookproof.variants import Pack

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

needs = pytest.mark.needs
"""Marks a scenario that only makes sense where the target declares a capability."""

pytest_plugins = ["bookproof.plugin.clients"]

OUTPUT = "bookproof"
"""Under which name a worker of pytest-xdist hands over what it judged."""
NOTHING = "[]"
"""What it hands over where none of its tests asked for a client."""

RUNS = pytest.StashKey["Runs"]()
"""The runs of a pytest session, once a test asked for one."""
RUN = pytest.StashKey["ApiRun"]()
"""The run that a test takes part in, once its setup asked for a client."""

_NODES = pytest.StashKey[list[Any]]()
_ACTIVE: list["Runs"] = []
_MARKERS = (
    "requirement(*ids): the requirements that a scenario is about",
    "demonstrates(id): the requirement that a scenario's valid requests show",
    "near_misses(*samples): runs the scenario for every near miss of these samples",
    "variants(sample, variants): runs the scenario for variants of a sample, as many at once as go together",
    "smoke: a smoke run has it",
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
    """Registers the markers, and the runs of a command that brought its own."""
    target = config.getoption("--bookproof-target")
    if target is not None and "://" not in target and target not in ("reference", "replay"):
        raise pytest.UsageError(f"--bookproof-target is reference, replay or a URL, not {target!r}")
    for line in _MARKERS:
        config.addinivalue_line("markers", line)
    given = [p for p in config.pluginmanager.get_plugins() if getattr(p, "bookproof_runs", False) is True]
    if given:
        from bookproof.plugin.allure import results_only

        config.stash[RUNS] = given[0]
        _ACTIVE.append(given[0])
        results_only(config)


def runs_of(config: pytest.Config) -> "Runs":
    """The session's runs, made when they are first asked for; pytest.UsageError where the options are wrong."""
    if RUNS not in config.stash:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what libraries warn of while they are imported is not for these tests
            from bookproof.plugin.runs import Runs
        try:
            config.stash[RUNS] = Runs.from_options(config)
        except BookproofError as error:
            raise pytest.UsageError(str(error)) from None
        _ACTIVE.append(config.stash[RUNS])
    return config.stash[RUNS]


def api_of(node: Any) -> str:
    """The API that a test is about: that of its suite's folder, or the one whose client it asks for; or empty."""
    if in_suite(node):
        return str(node.path.parent.name)
    return next((name for name in resources.api_names() if name in getattr(node, "fixturenames", ())), "")


def in_suite(node: Any) -> bool:
    """Whether a test stands in a suite of bookproof or of an extension, and not among somebody's own tests."""
    return resources.in_suite(node.path)


def take_part(item: pytest.Item, name: str) -> "ApiRun":
    """The run of an API, of which the test is a part from now on."""
    run = runs_of(item.config).of(name, item, suite=in_suite(item))
    known = item.stash.get(RUN, None)
    if known is None:
        item.stash[RUN] = run
        run.enter(item)
    elif known is not run:
        pytest.fail("it asks for the clients of two APIs: a test is about one", pytrace=False)
    return run


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves a suite's files of full runs (`*_full.py`) alone in others: what they generate takes long to prepare."""
    if not collection_path.name.endswith("_full.py") or config.getoption("--bookproof-depth") == "full":
        return None
    return in_suite(SimpleNamespace(path=collection_path)) or None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrizes scenarios that ask for near misses or variants."""
    marked = any(metafunc.definition.get_closest_marker(name) for name in ("near_misses", "variants"))
    name = api_of(metafunc.definition) if marked and {"miss", "pack"} & set(metafunc.fixturenames) else ""
    if name:
        run = runs_of(metafunc.config).of(name, metafunc.definition, suite=in_suite(metafunc.definition))
        from bookproof.plugin.collecting import parametrize

        parametrize(metafunc, run)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Finds wrong options, settings and ids before the first test runs; puts the tests of suites in order."""
    runs: dict[pytest.Item, ApiRun] = {}
    for item in items:
        if name := api_of(item):
            suite = in_suite(item)
            try:
                run = runs_of(config).of(name, item, suite=suite)
                run.requirements(item)
            except BookproofError as error:
                raise pytest.UsageError(f"{item.nodeid}: {error}") from None
            if suite:
                runs[item] = run
    if runs:
        from bookproof.plugin.collecting import put_in_order

        put_in_order(config, items, runs)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Opens the scene of a suite's test before its fixtures send anything."""
    if RUN in item.stash:  # a test may be run again
        del item.stash[RUN]
    name = api_of(item) if in_suite(item) else ""
    if not name and RUNS not in item.config.stash:
        return (yield)
    from bookproof.plugin.outcomes import outcomes

    with outcomes(item):
        if name:
            take_part(item, name)
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Fails the test with what the Judge found in its exchanges."""
    if RUN not in item.stash:
        return (yield)
    from bookproof.plugin.outcomes import judged, outcomes

    with outcomes(item), judged(item):
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Says in Allure what the test is about: by now it is known what was found, in a test that was skipped, too."""
    if RUN in item.stash:
        from bookproof.plugin.allure import Reporter

        Reporter(item.config).label(item, item.stash[RUN])


def pytest_exception_interact(node: pytest.Item | pytest.Collector, call: pytest.CallInfo[Any]) -> None:
    """Remembers that a scenario broke down itself: what it would have shown is not known."""
    if not isinstance(node, pytest.Item) or RUN not in node.stash or call.excinfo is None or call.when == "teardown":
        return
    if call.when == "setup" or not isinstance(call.excinfo.value, AssertionError | pytest.fail.Exception):
        node.stash[RUN].break_down(f"{node.name} broke down: {call.excinfo.exconly()}")


def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Remembers that a run was interrupted, so that what was judged so far is no conclusion."""
    ended_by = type(excinfo.value)
    # pytest's own, where tests cannot be collected; pytest-xdist's, where enough tests failed
    if issubclass(ended_by, pytest.Session.Interrupted) or ended_by.__module__.startswith("xdist."):
        return
    for runs in _ACTIVE[-1:]:  # the innermost: a run may stand within a test of another
        runs.stop(Interrupted("The run was interrupted."))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodeready(node: Any) -> None:
    """Remembers a worker of pytest-xdist."""
    node.config.stash.setdefault(_NODES, []).append(node)


@pytest.hookimpl(trylast=True)  # pytest-xdist has ended its workers by then
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Ends the runs: cleans up, concludes, writes reports; a worker leaves the conclusion to who started it."""
    config, nodes = session.config, session.config.stash.get(_NODES, [])
    worker = hasattr(config, "workeroutput")
    if RUNS not in config.stash:
        if worker:
            config.workeroutput[OUTPUT] = NOTHING  # type: ignore[attr-defined] # set by xdist
        if all(getattr(node, "workeroutput", {}).get(OUTPUT, NOTHING) == NOTHING for node in nodes):
            return
        if session.exitstatus == pytest.ExitCode.INTERRUPTED and not _stopped_by_xdist(session):
            runs_of(config).stop(Interrupted("The run was interrupted."))
    runs = runs_of(config)
    from bookproof.plugin import workers

    if worker:
        workers.hand_over(config, runs)
    else:
        runs.finish(narrowed=_narrowed(session), others=list(workers.take_over(nodes)))
        if session.exitstatus == pytest.ExitCode.OK and (runs.broken_off or runs.unwritten):
            usage, failed = pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.TESTS_FAILED
            session.exitstatus = failed if runs.broken_off else usage
    _ACTIVE.remove(runs)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """One line for each API that was judged."""
    if RUNS in config.stash:
        for line in config.stash[RUNS].summary():
            terminalreporter.write_line(line)


def _narrowed(session: pytest.Session) -> bool:
    """Whether only some of the tests were asked for, so that untouched requirements say nothing."""
    option = session.config.option
    ended_early = session.shouldfail or session.shouldstop or _stopped_by_xdist(session)
    named = any(".py" in argument for argument in session.config.args)
    depth = getattr(option, "bookproof_depth", None)
    return bool(option.keyword or option.markexpr or named or ended_early or depth == "smoke")


def _stopped_by_xdist(session: pytest.Session) -> bool:
    return bool(getattr(session.config.pluginmanager.getplugin("dsession"), "shouldstop", False))


def send_pack(session: "Session", pack: "Pack", look: "Look | None" = None) -> bool:
    """Sends a pack of variants, in parts where it is not accepted; gives whether nothing was found wrong.

    look: is called with each answer to a part that was accepted.
    """
    from bookproof.targets.packing import send_pack

    return send_pack(session, pack, look)


__all__ = ["demonstrates", "near_misses", "needs", "requirement", "send_pack", "smoke", "variants"]
