"""One run on several processes: pytest-xdist's workers judge their tests, the process that started them concludes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from bookproof.plugin import OUTPUT
from bookproof.plugin.runs import Runs, Share
from bookproof.reports.parts import from_json

LOST: Final = "a worker of pytest-xdist ended before it could say what it had judged"


def is_worker(config: pytest.Config) -> bool:
    """Whether this process is one that pytest-xdist gives tests to."""
    return hasattr(config, "workerinput")


def count(config: pytest.Config) -> int:
    """How many processes send at the same time."""
    return int(config.workerinput["workercount"]) if is_worker(config) else 1  # type: ignore[attr-defined] # set by xdist


def hand_over(config: pytest.Config, runs: Runs) -> None:
    """Leaves what this worker judged where pytest-xdist takes it to the process that started it."""
    shares = [
        {"part": share.part.as_json(), "unplayed": sorted(share.unplayed), "suite": share.suite}
        for share in runs.shares()
    ]
    config.workeroutput[OUTPUT] = json.dumps(shares)  # type: ignore[attr-defined] # set by xdist


def take_over(nodes: list[Any]) -> Iterator[Share]:
    """What workers judged; what a worker that broke down had judged is lost, so that nothing can be concluded."""
    outputs = [getattr(node, "workeroutput", {}).get(OUTPUT) for node in nodes]
    lost = None in outputs
    for output in outputs:
        for share in json.loads(output or "[]"):
            part = from_json(share["part"])
            if lost and not part.run.interrupted:
                part = replace(part, run=replace(part.run, interrupted=LOST))
            yield Share(part, frozenset((place, test) for place, test in share["unplayed"]), share["suite"])
