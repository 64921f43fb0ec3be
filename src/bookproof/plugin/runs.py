"""The runs behind a pytest session: one for each API whose tests were collected."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from bookproof import apis, resources
from bookproof.apis import Api
from bookproof.captures.recording import GENERATED
from bookproof.errors import CannotJudge, Untested
from bookproof.exchange import Exchange, Request
from bookproof.judge import Finding
from bookproof.negatives import NearMiss, near_misses
from bookproof.reports.parts import RunPart, joined
from bookproof.targets.opening import Plan, open_session
from bookproof.targets.session import Scene, Session
from bookproof.verdict import Run, Verdict

CLEAN_UP = "clean-up"
"""How the test is called that takes back what a run created."""

_VERIFIED: dict[tuple[str, str, str], list[NearMiss]] = {}
"""Near misses by contract and sample: they are the same for every run of a process that proves the suite."""

Recordings = frozenset[tuple[int, str]]
"""Recorded exchanges of a cassette: the place of each, and the test that sent it."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one process did of a run: what it judged, and which recordings it had no use for."""

    part: RunPart
    unplayed: Recordings


class ApiRun:
    """One run of one API. The session is opened when the first test needs it."""

    def __init__(self, api: Api, plan: Plan, *, seed: int = 1) -> None:
        self.api = api
        self.plan = plan
        self.seed = seed
        self.stopped = ""
        self.fault = ""
        self.error: CannotJudge | None = None
        self.scene = Scene()
        self.recorded: list[Exchange] = []
        self._started = datetime.now(UTC)
        self._clock = time.perf_counter()
        self._near_misses: dict[str, list[NearMiss]] = {}

    @cached_property
    def session(self) -> Session:
        """The session; its exchanges are kept for whoever records."""
        session = open_session(self.api, self.plan)
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
            key = (self.api.contract.sha256, sample, repr(chosen))
            if key not in _VERIFIED:
                _VERIFIED[key] = near_misses(
                    self.session.judge, chosen.draft, items=samples.items, examples=chosen.examples, sample=sample
                )
            self._near_misses[sample] = _VERIFIED[key]
        return self._near_misses[sample]

    def near_miss_counts(self) -> Counter[str]:
        """How many near misses of this run each requirement has."""
        return Counter(miss.requirement for misses in self._near_misses.values() for miss in misses)

    def begin(self, item: pytest.Item) -> None:
        """Opens the scene of a test."""
        demonstrated = item.get_closest_marker("demonstrates")
        about = item.get_closest_marker("requirement")
        generated = GENERATED if item.get_closest_marker("properties") else ""
        self.scene = Scene(
            test=f"{generated}{item.path.stem}::{item.name}",
            demonstrates=demonstrated.args[0] if demonstrated else None,
            about=about.args[0] if about else None,
        )
        self.session.scene = self.scene

    def requirements(self, item: pytest.Item) -> list[str]:
        """The requirements that a test is marked with."""
        names = [str(name) for mark in item.iter_markers("requirement") for name in mark.args]
        names += [str(name) for mark in item.iter_markers("demonstrates") for name in mark.args]
        for name in names:
            self.api.ledger[name]
        return names

    def leave_untested(self, item: pytest.Item, reason: Untested) -> None:
        """Notes on the test's requirements why they were not exercised."""
        for name in self.requirements(item):
            self.session.tally.leave_untested(name, reason.reason, reason.blocked_by)

    def claim(self, item: pytest.Item, failure: AssertionError) -> None:
        """Makes a finding of an assertion that failed though the Judge found nothing: the scenario knows more."""
        exchange = self.scene.exchanges[-1] if self.scene.exchanges else Exchange(Request("", ""))
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
        self.session.manners.free()
        try:
            remains = self.client.clean_up()
            self.session.tally.remains += remains if self.plan.kind == "live" else []
        except CannotJudge as error:
            self.session.tally.remains.append(f"clean-up ended early: {error.message}")

    def unplayed(self) -> Recordings:
        """Recordings that no test of this process asked for."""
        cassette = self.session.target.cassette
        return cassette.unplayed() if cassette is not None else frozenset()

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


class Runs:
    """The runs of a pytest session by API. plan_for gives the plan of an API, reports the folder to write to.

    Where pytest-xdist divides the session, each worker judges its tests and `parts` says what they come to; the process
    that started the workers judges nothing itself, takes `others` and concludes.
    """

    def __init__(
        self,
        plan_for: Callable[[str], Plan],
        *,
        report: Callable[[Verdict, RunPart], None] | None = None,
    ) -> None:
        self._plan_for = plan_for
        self._report = report
        self._runs: dict[tuple[str, bool], ApiRun] = {}
        self._folders: dict[Path, str | None] = {}
        self.verdicts: dict[str, Verdict] = {}
        self.stale: list[str] = []
        self.narrowed = False
        self._stopped = ""

    @classmethod
    def from_options(cls, config: pytest.Config) -> "Runs":
        """The runs that pytest's own command line asks for."""
        from bookproof.plugin.options import plan_for, writer

        return cls(plan_for(config), report=writer(config))

    def of(self, node: pytest.Item | Any) -> ApiRun | None:
        """The run that a test belongs to; None for tests of no API."""
        api = self._api_of(node.path.parent)
        if api is None:
            return None
        properties = node.get_closest_marker("properties") is not None
        plan = self._plan_for(api)
        # Generated requests are not replayed: a changed contract generates others.
        apart = properties and plan.kind == "replay"
        if (api, apart) not in self._runs:
            self._runs[api, apart] = ApiRun(apis.load(api), replace(plan, kind="reference") if apart else plan)
        return self._runs[api, apart]

    def prepare(self, api: Api) -> ApiRun:
        """Opens the run of an API ahead of its tests, so that what is wrong with the plan shows at once."""
        run = self._runs[api.name, False] = ApiRun(api, self._plan_for(api.name))
        run.session.samples.samples()
        return run

    def __iter__(self) -> Iterator[ApiRun]:
        return iter(self._runs.values())

    def stop(self, error: CannotJudge) -> None:
        """Ends every run, here and in workers."""
        self._stopped = self._stopped or error.message
        for run in self:
            run.stop(error)

    def finish(self, *, narrowed: bool, others: Sequence[Share] = ()) -> None:
        """Concludes every run that sent something, here or in workers."""
        self.narrowed = narrowed
        shares = [*self.shares(), *others]
        for name in sorted({share.part.run.api for share in shares}):
            own = [share for share in shares if share.part.run.api == name]
            part = joined([share.part for share in own])
            if self._stopped and not part.run.interrupted:
                part = replace(part, run=replace(part.run, interrupted=self._stopped))
            verdict = self.verdicts[name] = part.verdict(apis.load(name))
            if not narrowed:
                self.stale += _stale(name, frozenset.intersection(*(share.unplayed for share in own)))
            if self._report is not None:
                self._report(verdict, part)

    def shares(self) -> Iterator[Share]:
        """Ends the runs of this process: cleans up, and says what each comes to."""
        for (_, apart), run in self._runs.items():
            if "session" not in run.__dict__:
                continue
            run.clean_up()
            if not apart:
                yield Share(run.part(), run.unplayed())
            run.session.close()

    def summary(self) -> Iterator[str]:
        """One line a verdict."""
        for name, verdict in self.verdicts.items():
            counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(verdict.counts.items()))
            judged = "part of the suite ran" if self.narrowed else verdict.conclusion
            yield f"bookproof: {name} on {verdict.run.target}: {judged} ({counts})"
        yield from self.stale

    def _api_of(self, folder: Path) -> str | None:
        if folder not in self._folders:
            roots = {root / "suites" for root in resources.roots()}
            name = folder.name if folder.parent in roots and folder.name in apis.names() else None
            self._folders[folder] = name
        return self._folders[folder]


def _stale(api: str, unplayed: Recordings) -> Iterator[str]:
    """Recordings that no test of today asks for, by the test that they were made for."""
    for test, count in sorted(Counter(test for _, test in unplayed).items()):
        if test != CLEAN_UP:  # a recording also takes back what generated requests created
            yield (
                f"bookproof: stale: {count} recorded exchanges of {test or 'no test'} were not used; "
                f"record again: bookproof record {api}"
            )
