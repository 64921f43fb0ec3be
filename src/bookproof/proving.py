"""Proves the suite: runs it against every seeded defect and every conforming variation of a reference server.

A defect is killed when its run finds something, and blamed right when the requirements found are those that it breaks
and no others. A variation is accused when any requirement fails.
"""

import gc
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from typing import Any, NamedTuple

from starlette.types import ASGIApp

from bookproof import apis
from bookproof.apis import Api
from bookproof.errors import BookproofError, UnknownName
from bookproof.faults import Catalogue, Defect, Gateway, Race, Variation
from bookproof.ledger import BUILT_IN
from bookproof.processes import processes
from bookproof.targets.opening import Plan
from bookproof.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Trial:
    """One run against a defect or a variation: what was expected and what was found."""

    api: str
    id: str
    sentence: str
    defect: bool
    expected: frozenset[str]
    failed: frozenset[str]
    warned: frozenset[str]
    unowned: int
    conclusion: str
    seconds: float
    error: str = ""

    @property
    def found(self) -> frozenset[str]:
        """Every requirement that was blamed."""
        return self.failed | self.warned

    @property
    def killed(self) -> bool:
        """Whether anything was found."""
        return bool(self.found or self.unowned)

    @property
    def exact(self) -> bool:
        """Whether the blame fell where it belongs and nowhere else."""
        return self.found == self.expected and not self.unowned

    @property
    def accused(self) -> bool:
        """Whether a conforming server was accused."""
        return bool(self.failed or self.unowned or self.conclusion != "conforms")


@dataclass(frozen=True, slots=True)
class Proof:
    """What all trials come to.

    uncovered: requirements in scope that no defect stands behind; gaps: where ledger, contract and rules do not meet.
    """

    trials: tuple[Trial, ...]
    uncovered: tuple[str, ...]
    gaps: tuple[str, ...]
    seconds: float

    @property
    def defects(self) -> list[Trial]:
        """The trials of defects."""
        return [trial for trial in self.trials if trial.defect]

    @property
    def variations(self) -> list[Trial]:
        """The trials of variations."""
        return [trial for trial in self.trials if not trial.defect]

    @property
    def survivors(self) -> list[Trial]:
        """Defects that no run found."""
        return [trial for trial in self.defects if not trial.killed]

    @property
    def misblamed(self) -> list[Trial]:
        """Defects that were found and blamed on other requirements than they break."""
        return [trial for trial in self.defects if trial.killed and not trial.exact]

    @property
    def alarms(self) -> list[Trial]:
        """Conforming variations that were accused."""
        return [trial for trial in self.variations if trial.accused]

    @property
    def holds(self) -> bool:
        """Whether there is nothing to complain of."""
        return not (self.survivors or self.misblamed or self.alarms or self.uncovered or self.gaps)


def catalogue(api: Api) -> Catalogue:
    """The defects and variations of an API."""
    found: Catalogue = api.module("defects").CATALOGUE
    return found


def entry(api: Api, name: str) -> Defect | Variation:
    """A defect or variation by its id."""
    entries = catalogue(api).by_id()
    if name not in entries:
        raise UnknownName("defect", name, entries)
    return entries[name]


def app_with(api: Api, name: str, **options: Any) -> ASGIApp:
    """A fresh reference server with a defect, a variation or a race in it."""
    reference = api.reference(**options)
    entries = catalogue(api).served()
    if name not in entries:
        raise UnknownName("defect", name, entries)
    chosen = entries[name]
    return chosen.build(reference) if isinstance(chosen, Race) else Gateway(reference.app, chosen.build(reference))


def try_entry(api_name: str, name: str) -> Trial:
    """Runs the suite against one defect or variation."""
    from bookproof.running import run_suite

    api = apis.load(api_name)
    chosen = entry(api, name)
    expected = frozenset(chosen.breaks) if isinstance(chosen, Defect) else frozenset()
    clock = time.perf_counter()
    plan = Plan(app=app_with(api, name), capabilities=catalogue(api).capabilities)
    verdict: Verdict | None = None
    error = ""
    try:
        verdict = run_suite(api, plan, properties=False).verdict
        if expected and not _found(verdict, "failed") and not _found(verdict, "warned") and not verdict.unowned:
            plan = Plan(app=app_with(api, name), capabilities=plan.capabilities)
            verdict = run_suite(api, plan, properties=True).verdict
    except BookproofError as failure:
        error = failure.message
    return Trial(
        api=api_name,
        id=name,
        sentence=chosen.sentence,
        defect=isinstance(chosen, Defect),
        expected=expected,
        failed=_found(verdict, "failed"),
        warned=_found(verdict, "warned"),
        unowned=len(verdict.unowned) if verdict else 0,
        conclusion=verdict.conclusion if verdict else "inconclusive",
        seconds=time.perf_counter() - clock,
        error=error or (verdict.reason if verdict else ""),
    )


def prove(
    names: Sequence[str],
    *,
    progress: Callable[[int, int, Trial], None] | None = None,
    jobs: int | None = None,
    every: int = 1,
) -> Proof:
    """Runs every trial of the named APIs (or each n-th of them), on as many processes as there are cores."""
    clock = time.perf_counter()
    wanted = [(name, one) for name in names for one in [*catalogue(apis.load(name)).by_id()][::every]]
    trials: dict[tuple[str, str], Trial] = {}
    with processes(jobs or os.cpu_count() or 1, _begin) as pool:
        futures = [pool.submit(_try, *pair) for pair in wanted]
        for done, future in enumerate(as_completed(futures), 1):
            trial = future.result()
            trials[trial.api, trial.id] = trial
            if progress:
                progress(done, len(wanted), trial)
    return Proof(
        tuple(trials[pair] for pair in wanted),
        tuple(row for name in names for row in uncovered(apis.load(name))),
        tuple(gap for name in names for gap in gaps(apis.load(name))),
        time.perf_counter() - clock,
    )


def _begin() -> None:
    """Has a process look for cycles between its trials alone: each makes many objects, few of which lie in cycles."""
    gc.disable()


def _try(api_name: str, name: str) -> Trial:
    trial = try_entry(api_name, name)
    gc.collect()
    if not gc.get_freeze_count():  # what the first trial loaded stays, and need not be looked at again
        gc.freeze()
    return trial


def uncovered(api: Api) -> Iterator[str]:
    """Rows in scope that no defect breaks. A row which only sums up others is covered by theirs."""
    broken = {row for defect in catalogue(api).defects for row in defect.breaks}
    for row in api.ledger:
        sums_up = row.shown_by and not row.rule
        if row.id not in broken and not row.out_of_scope and not sums_up:
            yield row.id


def gaps(api: Api) -> Iterator[str]:
    """Constraints without a row, rows that own what is not there, rules without a row and rows without their rule.

    Rows own constraints singly, so that none can go from a contract unnoticed.
    """
    constraints, owned = frozenset(api.contract.constraints()), api.ledger.owned
    for pointer in sorted(constraints - owned.keys()):
        yield f"no requirement owns {pointer}"
    for pointer in sorted(owned.keys() - constraints):
        yield f"{owned[pointer]} owns {pointer}, where the contract asks for nothing"
    named, written = frozenset(api.ledger.rules) - BUILT_IN, frozenset(api.rules())
    for rule in sorted(named - written):
        yield f"{api.ledger.rules[rule]} names the rule {rule}, which is not there"
    for rule in sorted(written - named):
        yield f"no requirement names the rule {rule}"


class Evidence(NamedTuple):
    """What stands behind a requirement: exchanges and near misses of a run on the reference, and seeded defects."""

    requirement: str
    outcome: str
    exchanges: int
    near_misses: int
    defects: int


def evidence(api: Api) -> list[Evidence]:
    """The evidence for each row of an API's ledger, from a run of its scenarios on the reference."""
    from bookproof.running import run_suite

    found = catalogue(api)
    outcome = run_suite(api, Plan(capabilities=found.capabilities), properties=False)
    defects = Counter(row for defect in found.defects for row in defect.breaks)
    return [
        Evidence(
            row.requirement.id,
            row.outcome,
            row.exchanges,
            outcome.near_misses[row.requirement.id],
            defects[row.requirement.id],
        )
        for row in outcome.verdict.rows
    ]


def _found(verdict: Verdict | None, outcome: str) -> frozenset[str]:
    rows: Iterable[Any] = verdict.rows if verdict else ()
    return frozenset(row.requirement.id for row in rows if row.outcome == outcome)
