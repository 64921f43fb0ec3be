"""Runs the suites of one API under pytest, in this process, apart from anybody's own pytest settings."""

import contextlib
import io
import os
import signal
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bookproof.apis import Api
from bookproof.errors import BookproofError, CannotJudge
from bookproof.exchange import Exchange
from bookproof.plugin.runs import Runs
from bookproof.targets.opening import Plan
from bookproof.verdict import Verdict

Progress = Callable[[int, int, str], None]
"""Told how many tests are done, how many there are, and which one has just ended."""

_UNUSED = (
    "terminal",
    "logging",
    "unraisableexception",
    "threadexception",
    "warnings",
    "faulthandler",
    "stepwise",
    "setuponly",
    "setupplan",
)
"""Plugins of pytest that cost time for each test and have nobody to talk to here."""

_SCHEMATHESIS = ("-p", "schemathesis.pytest.plugin", "-p", "_hypothesis_pytestplugin")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run: its verdict, what was sent and answered, and what pytest printed of its own faults."""

    verdict: Verdict
    exchanges: tuple[Exchange, ...]
    near_misses: Counter[str]
    """How many near misses each requirement has."""
    error: BookproofError | None = None


class _Watcher:
    """Counts tests for the progress bar and keeps what went wrong with the suite itself."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._total = 0
        self._done = 0
        self.faults: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        # The verdict says what was found: formatting a traceback for each test that finds something takes long.
        config.option.tbstyle = "short" if os.environ.get("BOOKPROOF_DEBUG") else "line"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._total = len(session.items)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._done += 1
        if self._progress:
            self._progress(self._done, self._total, nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.faults.append(report.longreprtext)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not isinstance(report.longrepr, str):
            self.faults.append(report.longreprtext)

    def pytest_internalerror(self, excrepr: Any) -> bool:
        self.faults.append(str(excrepr))
        return True  # said here; pytest need not print it


def run_suite(
    api: Api,
    plan: Plan,
    *,
    properties: bool = True,
    allure: Path | None = None,
    progress: Progress | None = None,
    select: str = "",
    keep: bool = True,
) -> Outcome:
    """Runs an API's scenarios, and its generated requests where asked, and concludes.

    keep: the outcome holds every exchange.
    select: a pytest -k expression, for the commands that need a part only.
    """
    if not api.suites.is_dir() or not any(api.suites.glob("test_*.py")):
        raise CannotJudge(f"The suite of {api.name} is empty: there is no test in it.")
    runs = Runs(lambda name: plan, keep=keep)
    watcher = _Watcher(progress)
    arguments = [
        str(api.suites),
        "-c",
        os.devnull,
        "--rootdir",
        str(api.suites.parent),
        "--confcutdir",
        str(api.suites.parent),
        "--import-mode=importlib",
        "--assert=plain",
        "-p",
        "no:cacheprovider",
        "-p",
        "bookproof.plugin",
        "--strict-markers",
        "--capture=no",
        f"--bookproof-depth={plan.depth}",
    ]
    for name in _UNUSED:
        arguments += ["-p", f"no:{name}"]
    if properties:
        arguments += _SCHEMATHESIS
    else:
        arguments += ["-m", "not properties", f"--ignore-glob={api.suites}/test_properties*.py"]
    if allure is not None:
        arguments += ["-p", "allure_pytest.plugin", f"--alluredir={allure}"]
    if select:
        arguments += ["-k", select]
    run = runs.prepare(api)
    with _quiet(), _undisturbed(), _terminable():
        try:
            code = pytest.main(arguments, plugins=[runs, watcher])
        except KeyboardInterrupt:  # a second one, while pytest was ending; the run was concluded all the same
            if api.name not in runs.verdicts:
                raise
            code = pytest.ExitCode.INTERRUPTED
    ended = code not in (pytest.ExitCode.NO_TESTS_COLLECTED, pytest.ExitCode.INTERNAL_ERROR)
    if not ended or (watcher.faults and not run.session.tally.requests):
        said = watcher.faults[0].strip().splitlines()[-1] if watcher.faults else "no test ran"
        fault = (run.fault or said).rstrip(".")
        raise run.error or CannotJudge(f"The suite of {api.name} could not run: {fault}.")
    if run.error is not None and not run.session.tally.requests:
        raise run.error
    if watcher.faults and os.environ.get("BOOKPROOF_DEBUG"):
        print("\n".join(watcher.faults))  # noqa: T201 - asked for by the variable
    return Outcome(runs.verdicts[api.name], tuple(run.recorded), run.near_miss_counts(), run.error)


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Treats SIGTERM like Ctrl-C: the run ends, cleans up and reports what it judged."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps pytest's own words from the terminal."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """No plugin and no option from the surroundings, and nothing written into the working directory."""
    before = {name: os.environ.get(name) for name in _SETTINGS}
    os.environ.update({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""})
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(_cache())
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _cache() -> Path:
    """Where Hypothesis keeps its tables of characters, which take a second to make; it stores no examples."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bookproof"
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir()) / "bookproof"
    return home


_SETTINGS = ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_ADDOPTS", "PYTEST_PLUGINS", "HYPOTHESIS_STORAGE_DIRECTORY")
