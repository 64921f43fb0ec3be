"""What bookproof's own tests share: which of them need a network, and what pytest must not collect."""

import os
from collections.abc import Iterable, Iterator

import pytest

# The data holds a small API with a suite of its own, which is not part of these tests.
collect_ignore = ["data"]


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Leaves tests that start servers and tools, or fetch packages, to those who ask for them."""
    if os.environ.get("BOOKPROOF_NETWORK") == "1":
        return
    skip = pytest.mark.skip(reason="it starts servers or tools; BOOKPROOF_NETWORK=1 runs it")
    for item in items:
        if item.get_closest_marker("network"):
            item.add_marker(skip)


@pytest.fixture(scope="session", autouse=True)
def _no_workflow() -> Iterator[None]:
    """Keeps what a test prints and writes out of the workflow that runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
            patch.delenv(name, raising=False)
        yield
