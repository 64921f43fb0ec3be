"""What bookproof's own tests share: the command line, which of them need a network, what pytest must not collect."""

import copy
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from vendors_file import HIGHLEVEL

from bookproof import cli
from bookproof.apis import Api

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


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, a wide window, and no variable that says where a fault's place is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BOOKPROOF_DEBUG", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def bookproof(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[str], tuple[int, str, str]]:
    """Runs a command line; gives the exit code, what stands on stdout and what on stderr."""

    def run(line: str) -> tuple[int, str, str]:
        code = cli.run(line.split())
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def document() -> dict[str, Any]:
    """HighLevel's contract as a vendor's OpenAPI file, to be changed."""
    return copy.deepcopy(HIGHLEVEL.contract.document)


@pytest.fixture
def compared(tmp_path: Path) -> Callable[..., Any]:
    """Compares a contract with a vendor's document, or with a text."""
    from bookproof.drift.contracts import compare_with_file

    def compare(given: Any, api: Api = HIGHLEVEL) -> Any:
        path = tmp_path / "vendor.json"
        path.write_text(given if isinstance(given, str) else json.dumps(given), encoding="utf-8")
        return compare_with_file(api, path)

    return compare
