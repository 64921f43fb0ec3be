"""Steps a second of TimeTap's stateful properties: walks along the contract's links, generated, sent and judged."""

import sys

from bookproof import apis
from bookproof.running import run_suite
from bookproof.targets.opening import Plan

RUNS = 3


def main() -> None:
    """Prints a row for each run; the first one also pays for imports and tables."""
    for _ in range(RUNS):
        outcome = run_suite(apis.load("timetap"), Plan(), select="stateful")
        steps = [exchange for exchange in outcome.exchanges if "test_stateful" in exchange.intent.test]
        seconds = steps[-1].started + steps[-1].elapsed - steps[0].started
        sys.stdout.write(f"{len(steps)} steps in {seconds:.2f} s: {len(steps) / seconds:.0f} steps a second\n")


if __name__ == "__main__":
    main()
