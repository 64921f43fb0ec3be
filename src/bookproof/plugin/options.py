"""Reads the plugin's command-line options into plans and a place for reports."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from bookproof.plugin import workers
from bookproof.reports.parts import RunPart
from bookproof.targets.configuration import Configuration
from bookproof.targets.opening import Plan
from bookproof.verdict import Verdict


def plan_for(config: pytest.Config) -> Callable[[str], Plan]:
    """The plan of each API: replayed by default, the reference or a live address where the options say so."""
    target = config.getoption("--bookproof-target")
    named = config.getoption("--bookproof-config")
    configuration = Configuration.load(Path(named) if named else None)
    live = target is not None and "://" in target
    if target is not None and not live and target not in ("reference", "replay"):
        raise pytest.UsageError(f"--bookproof-target is reference, replay or a URL, not {target!r}")

    @cache
    def plan(api: str) -> Plan:
        found = configuration.plan(
            api,
            url=target if live else None,
            token_variable=config.getoption("--bookproof-token-env"),
            reading=config.getoption("--bookproof-reading"),
            depth=config.getoption("--bookproof-depth"),
            kind="live" if live else target or "replay",
        )
        # The workers of pytest-xdist send at the same time: together they keep to what one run may spend.
        return replace(found, budget=found.budget.share(workers.count(config)))

    return plan


def writer(config: pytest.Config) -> Callable[[Verdict, RunPart], None] | None:
    """What writes reports, None where none are asked for."""
    folder = config.getoption("--bookproof-report")
    if not folder:
        return None

    def write(verdict: Verdict, part: RunPart) -> None:
        from bookproof.reports.folder import write_reports

        write_reports(verdict, Path(folder), part=part)

    return write
