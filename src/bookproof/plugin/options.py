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


def plan_for(config: pytest.Config, *, otherwise: str | None) -> Callable[[str], Plan]:
    """The plan of each API: the reference, the recordings or a live address, as the options say.

    otherwise: what is judged where they say nothing; None: what bookproof.toml names, or else the reference.
    """
    target = config.getoption("--bookproof-target")
    named = config.getoption("--bookproof-config")
    configuration = Configuration.load(Path(named) if named else None)
    live = target is not None and "://" in target

    @cache
    def plan(api: str) -> Plan:
        chosen = configuration.plan(
            api,
            url=target if live else None,
            token_variable=config.getoption("--bookproof-token-env"),
            reading=config.getoption("--bookproof-reading"),
            depth=config.getoption("--bookproof-depth"),
            kind="live" if live else target or otherwise,
        )
        # The workers of pytest-xdist send at the same time: together they keep to what one run may spend.
        return replace(chosen, budget=chosen.budget.share(workers.count(config)))

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
