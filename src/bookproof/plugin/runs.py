"""The runs behind a pytest session: one for each API whose tests were collected."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import pytest

from bookproof import apis
from bookproof.apis import Api
from bookproof.captures.recording import GENERATED
from bookproof.errors import CannotJudge, Interrupted, Untested, UsageError
from bookproof.exchange import Exchange, Request
from bookproof.findings import Finding
from bookproof.negatives import NearMiss, near_misses
from bookproof.reports.parts import RunPart, joined
from bookproof.targets.opening import Plan, open_session
from bookproof.targets.session import Scene, Session
from bookproof.verdict import Run, Verdict

CLEAN_UP = "clean-up"
"""How the test is called that takes back what a run created."""

_VERIFIED: dict[tuple[str, str, str, str], list[NearMiss]] = {}
"""Near misses by contract, sample and declared fixtures: the same for every run of a process that proves a suite."""


Recordings = frozenset[tuple[int, str]]
"""Recorded exchanges of a cassette: the place of each, and the test that sent it."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one process did of a run: what it judged, and which recordings it had no use for.

    suite: whether any test of the API's own suite took part, so that what was not reached says something.
    """

    part: RunPart
    unplayed: Recordings
    suite: bool = True


class ApiRun:
    """One run of one API. The session is opened when the first test needs it."""

    def __init__(self, api: Api, plan: Plan, *, seed: int = 1, keep: bool = True) -> None:
        self.api = api
        self.plan = plan
        self.seed = seed
        self.suite = False
        self.began = False
        self.stopped = ""
        self.fault = ""
        self.error: CannotJudge | None = None
        self.scene = Scene()
        self.recorded: list[Exchange] = []
        self._keep = keep
        self._started = datetime.now(UTC)
        self._clock = time.perf_counter()
        self._near_misses: dict[str, list[NearMiss]] = {}

    @cached_property
    def session(self) -> Session:
        """The session; its exchanges are kept where somebody records."""
        session = open_session(self.api, self.plan)
        if self._keep:
            session.watchers.append(lambda exchange, judgement: self.recorded.append(exchange))
        return session

    @cached_property
    def client(self) -> Any:
        """What scenarios talk to."""
        return self.api.client(self.session)

    def near_misses(self, sample: str) -> list[NearMiss]:
        """The verified near misses of a sample."""
        if sample not in self._near_misses:
            samples = self.session.samples
            chosen = samples.samples()[sample]
            key = (self.api.contract.sha256, sample, repr(chosen), repr(self.session.fixtures))
            if key not in _VERIFIED:
                _VERIFIED[key] = near_misses(self.session.judge, samples, sample)
            self._near_misses[sample] = _VERIFIED[key]
        return self._near_misses[sample]

    def near_miss_counts(self) -> Counter[str]:
        """How many near misses of this run each requirement has."""
        return Counter(miss.requirement for misses in self._near_misses.values() for miss in misses)

    def enter(self, item: pytest.Item) -> None:
        """Opens the scene of a test; Untested where the run has ended or the target lacks what the test needs."""
        self.began = True
        if self.stopped and item.get_closest_marker("near_misses"):  # what others have shown stands without it
            pytest.skip(self.stopped)
        if self.stopped:
            raise Untested(self.stopped)
        demonstrated = item.get_closest_marker("demonstrates")
        about = item.get_closest_marker("requirement")
        generated = GENERATED if item.get_closest_marker("properties") else ""
        self.scene = Scene(
            test=f"{generated}{item.path.stem}::{item.name}",
            demonstrates=demonstrated.args[0] if demonstrated else None,
            about=next(iter(self._own(about)), None) if about else None,
        )
        self.session.scene = self.scene
        for mark in item.iter_markers("needs"):
            if mark.args[0] not in self.plan.capabilities:
                raise Untested(f"the target does not declare the capability {mark.args[0]}", blocked_by="capability")

    def requirements(self, item: pytest.Item) -> list[str]:
        """The requirements that a test is marked with; UnknownName where the ledger has no such id."""
        marks = [*item.iter_markers("requirement"), *item.iter_markers("demonstrates")]
        names = [name for mark in marks for name in self._own(mark)]
        for name in names:
            self.api.ledger[name]
        return names

    def _own(self, mark: pytest.Mark) -> list[str]:
        """The ids of a mark that begin as the ledger's do: others number their requirements, too."""
        prefix = next(iter(self.api.ledger.rows)).partition("-")[0]
        return [str(name) for name in mark.args if str(name).upper().startswith(f"{prefix}-")]

    def leave_untested(self, item: pytest.Item, reason: Untested) -> None:
        """Notes on the test's requirements why they were not exercised."""
        for name in self.requirements(item):
            self.session.tally.leave_untested(name, reason.reason, reason.blocked_by)

    def claim(self, item: pytest.Item, failure: AssertionError) -> None:
        """Makes a finding of an assertion that failed though the Judge found nothing: the scenario knows more."""
        exchange = self.scene.latest or Exchange(Request("", ""))
        for name in self.requirements(item)[:1]:
            row = self.api.ledger[name]
            said = (str(failure).splitlines() or ["the scenario's assertion does not hold"])[0]
            said = self.session.fit_to_keep(said)
            finding = Finding(name, row.level, f"{item.name} does not hold", row.statement, said, "exchange", exchange)
            self.scene.findings.append(finding)
            self.session.tally.note(finding)
            self.session.tally.shown[name] += 1

    def weighs(self, finding: Finding) -> bool:
        """Whether a finding fails its test."""
        return finding.level == "must" and finding.requirement not in self.plan.waivers

    def stop(self, error: CannotJudge) -> None:
        """Ends the run: what is left of it is skipped."""
        self.stopped = self.stopped or error.message
        self.error = error

    def break_down(self, fault: str) -> None:
        """Notes that a scenario could not do its work, through no fault of the target; the first note stands."""
        said = fault.splitlines()[0]
        self.fault = self.fault or (self.session.fit_to_keep(said) if "session" in self.__dict__ else said)

    def clean_up(self) -> None:
        """Takes back what the run created, where the API has a way to; notes what remains."""
        self.session.scene = Scene(test=CLEAN_UP)
        self.session.sender.manners.free()
        try:
            with _interruptible(self):
                remains = self.client.clean_up()
            if self.plan.kind == "live":
                self.session.tally.remains += remains
                if lost := self.session.sender.lost:
                    self.session.tally.remains.append(f"perhaps {lost} more: POST requests that were not answered")
        except CannotJudge as error:
            self.session.tally.remains.append(f"clean-up ended early: {error.message}")

    def unplayed(self) -> Recordings:
        """Recordings that no test of this process asked for."""
        cassette = self.session.target.cassette
        return cassette.unplayed() if cassette is not None else frozenset()

    def close(self) -> None:
        """Closes the session, if there is one: collecting near misses opens it, too."""
        if "session" in self.__dict__:
            self.session.close()

    def part(self) -> RunPart:
        """What the run comes to in this process."""
        run = Run(
            api=self.api.name,
            target=self.plan.kind,
            url=self.session.target.url,
            reading=self.plan.reading,
            started=self._started,
            seconds=time.perf_counter() - self._clock,
            seed=self.seed,
            capabilities=self.plan.capabilities,
            token_variable=self.plan.token_variable,
            interrupted=self.stopped or self.fault,
            depth=self.plan.depth,
        )
        return RunPart(run, self.api.contract.sha256, self.plan.waivers, self.session.tally)


@contextmanager
def _interruptible(run: ApiRun) -> Iterator[None]:
    """Lets Ctrl-C and SIGTERM end a clean-up, and nothing else: what was judged is still concluded and reported."""

    def end(number: int, frame: object) -> None:
        error = Interrupted("The run was interrupted.")
        run.stop(error)
        raise error

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Runs:
    """The runs of a pytest session by API and kind of target.

    plan_for: gives the plan of an API for the tests of its suite; outside: for the tests of others, where it differs.
    report: writes a verdict's reports; keep: whether runs keep their exchanges.
    Where pytest-xdist divides the session, each worker judges its tests and `shares` says what they come to; the
    process that started the workers judges nothing itself, takes `others` and concludes.
    """

    bookproof_runs = True
    """How the plugin knows the runs that a command brings."""

    def __init__(
        self,
        plan_for: Callable[[str], Plan],
        *,
        outside: Callable[[str], Plan] | None = None,
        report: Callable[[Verdict, RunPart], None] | None = None,
        keep: bool = True,
    ) -> None:
        self._plan_for = plan_for
        self._outside = outside or plan_for
        self._report = report
        self._keep = keep
        self._runs: dict[tuple[str, str, bool], ApiRun] = {}
        self._said: list[str] = []
        self._stopped = ""
        self.verdicts: dict[str, Verdict] = {}
        self.stale: list[str] = []
        self.unwritten = False
        """Whether a report that was asked for could not be written."""

    @property
    def broken_off(self) -> bool:
        """Whether a run ended before its tests did, so that skipped tests are no success."""
        return any(verdict.run.interrupted for verdict in self.verdicts.values())

    @classmethod
    def from_options(cls, config: pytest.Config) -> "Runs":
        """The runs that pytest's own command line asks for."""
        from bookproof.plugin.options import plan_for, writer

        suites, outside = plan_for(config, otherwise="replay"), plan_for(config, otherwise=None)
        return cls(suites, outside=outside, report=writer(config), keep=False)

    def of(self, name: str, node: pytest.Item | Any, *, suite: bool = True) -> ApiRun:
        """The run of an API that a test belongs to. suite: whether the test is one of the API's own suite."""
        plan = (self._plan_for if suite else self._outside)(name)
        # Generated requests are not replayed: a changed contract generates others.
        aside = plan.kind == "replay" and node.get_closest_marker("properties") is not None
        key = (name, plan.kind, aside)
        if key not in self._runs:
            chosen = replace(plan, kind="reference") if aside else plan
            self._runs[key] = ApiRun(apis.load(name), chosen, keep=self._keep)
        self._runs[key].suite |= suite
        return self._runs[key]

    def prepare(self, api: Api) -> ApiRun:
        """Opens the run of an API ahead of its tests, so that what is wrong with the plan shows at once."""
        plan = self._plan_for(api.name)
        run = self._runs[api.name, plan.kind, False] = ApiRun(api, plan, keep=self._keep)
        run.session.samples.samples()
        run.began = True
        return run

    def __iter__(self) -> Iterator[ApiRun]:
        return iter(self._runs.values())

    def stop(self, error: CannotJudge) -> None:
        """Ends every run, here and in workers."""
        self._stopped = self._stopped or error.message
        for run in self:
            run.stop(error)

    def finish(self, *, narrowed: bool, others: Sequence[Share] = ()) -> None:
        """Concludes every run that a test took part in, here or in workers. narrowed: part of the suites' tests ran."""
        shares = [*self.shares(), *others]
        for name, kind in sorted({(share.part.run.api, share.part.run.target) for share in shares}):
            own = [share for share in shares if (share.part.run.api, share.part.run.target) == (name, kind)]
            part = joined([share.part for share in own])
            if self._stopped and not part.run.interrupted:
                part = replace(part, run=replace(part.run, interrupted=self._stopped))
            verdict = self.verdicts[name] = part.verdict(apis.load(name))
            counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(verdict.counts.items()))
            whole = not narrowed and any(share.suite for share in own)
            judged = verdict.conclusion if whole else _of_what_ran(verdict)
            self._said.append(f"bookproof: {name} on {kind}: {judged} ({counts})")
            if whole:
                self.stale += _stale(name, frozenset.intersection(*(share.unplayed for share in own)))
            if self._report is not None:
                try:
                    self._report(verdict, part)
                except UsageError as error:
                    self.unwritten = True
                    self._said.append(f"bookproof: {error}")

    def shares(self) -> Iterator[Share]:
        """Ends the runs of this process: cleans up, and says what each comes to."""
        for (_, _, aside), run in self._runs.items():
            if run.began:
                run.clean_up()
                if not aside:
                    yield Share(run.part(), run.unplayed(), run.suite)
            run.close()

    def summary(self) -> Iterator[str]:
        """One line a verdict, and one for the recordings of each test that no test of today asks for."""
        yield from self._said
        yield from self.stale


def _of_what_ran(verdict: Verdict) -> str:
    """The verdict where nobody meant to reach every requirement."""
    if verdict.conclusion == "violates":
        return " ".join(["violates", *(row.requirement.id for row in verdict.rows if row.outcome == "failed")])
    if verdict.run.interrupted or not any(row.exchanges for row in verdict.rows):
        return f"could not be judged: {verdict.reason}"
    return "what ran conforms"


def _stale(api: str, unplayed: Recordings) -> Iterator[str]:
    """Recordings that no test of today asks for, by the test that they were made for."""
    for test, count in sorted(Counter(test for _, test in unplayed).items()):
        if test != CLEAN_UP:  # a recording also takes back what generated requests created
            yield (
                f"bookproof: stale: {count} recorded exchanges of {test or 'no test'} were not used; "
                f"record again: bookproof record {api}"
            )
