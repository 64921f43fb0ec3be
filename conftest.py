"""What pytest needs at the root: bookproof's plugin, and more than one process for the whole of the suites."""

import gc
import os

import pytest

pytest_plugins = ["bookproof.plugin"]

gc.set_threshold(100_000, 20, 20)  # thousands of tests leave few cycles, and to look for them takes a tenth of the time


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads its options
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Divides a plain `pytest` among the cores; `-n 0` keeps it in one process.

    Whoever names tests, a target or a debugger waits for little, and wants one process. What starts servers and
    tools of its own (BOOKPROOF_NETWORK) measures waits, and has the machine to itself.
    """
    option = config.option
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    alone = option.usepdb or option.bookproof_target or os.environ.get("BOOKPROOF_NETWORK")
    worker = hasattr(config, "workerinput")
    if whole and not alone and not worker and getattr(option, "numprocesses", 0) is None:
        option.numprocesses = min(os.cpu_count() or 1, 4)
