"""What bookproof's own tests share: which of them need a network, and what pytest must not collect."""

import os
from collections.abc import Iterable

import pytest

# The data holds a small API with a suite of its own, which is not part of these tests.
collect_ignore = ["data"]


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Leaves tests that fetch packages to those who ask for them."""
    if os.environ.get("BOOKPROOF_NETWORK") == "1":
        return
    skip = pytest.mark.skip(reason="it installs packages; BOOKPROOF_NETWORK=1 runs it")
    for item in items:
        if item.get_closest_marker("network"):
            item.add_marker(skip)
