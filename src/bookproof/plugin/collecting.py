"""Which tests of a suite run, and when: near misses and variants make tests, a run's depth leaves some of them out."""

from collections import Counter

import pytest

from bookproof.ledger import BUILT_IN
from bookproof.plugin.runs import ApiRun
from bookproof.variants import Pack, packs


def parametrize(metafunc: pytest.Metafunc, run: ApiRun) -> None:
    """Makes a test of each near miss, or of each pack of variants, that a scenario asks for."""
    if marker := metafunc.definition.get_closest_marker("near_misses"):
        cases = [
            pytest.param(miss, id=f"{name}-{miss.name}", marks=pytest.mark.requirement(miss.requirement))
            for name in marker.args
            for miss in run.near_misses(name)
        ]
        metafunc.parametrize("miss", cases, indirect=True)
    if "pack" in metafunc.fixturenames:
        found = [
            pytest.param(
                pack, id=f"{pack.sample}-{_named(pack, number)}", marks=pytest.mark.requirement(*pack.requirements)
            )
            for sample, table in (marker.args for marker in metafunc.definition.iter_markers("variants"))
            for number, pack in enumerate(packs(sample, table, run.plan.depth), 1)
        ]
        metafunc.parametrize("pack", found)


def _named(pack: Pack, number: int) -> str:
    return pack.variants[0].name if len(pack.variants) == 1 else f"together {number}"


def put_in_order(config: pytest.Config, items: list[pytest.Item], runs: dict[pytest.Item, ApiRun]) -> None:
    """Leaves out what the runs' depth leaves out, and puts first what shows most: a budget may end a run early.

    Otherwise the order is that of the files, however they were named: a recording is replayed in the order in which it
    was made. Tests that are in no run stay where they are.
    """
    turns: Counter[str] = Counter()
    ranks = {item: _rank(item, runs[item], turns) for item in sorted(runs, key=_place)}
    left_out = {item for item, rank in ranks.items() if rank is None}
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    in_turn = iter(sorted((item for item in ranks if item not in left_out), key=lambda item: ranks[item] or (0, 0)))
    items[:] = [next(in_turn) if item in ranks else item for item in items if item not in left_out]


def _place(item: pytest.Item) -> tuple[str, int]:
    return str(item.path), item.location[1] or 0


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
    return int(item.get_closest_marker("properties") is not None), turn
