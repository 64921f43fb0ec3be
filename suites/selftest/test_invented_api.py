"""A fourth API: a folder with a contract, a package and a suite, named by BOOKPROOF_PATH, and nothing else changes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXTENSION = Path(__file__).parent / "data" / "extension"


@pytest.fixture
def bookproof(tmp_path):
    """Runs a command of bookproof in an empty folder, with the museum's folder beside its own."""

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "bookproof", *arguments],
            cwd=tmp_path,
            env=os.environ | {"BOOKPROOF_PATH": str(EXTENSION), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    return run


def test_it_is_judged_like_any_other(bookproof, tmp_path):
    done = bookproof("verify", "museum")
    verdict = json.loads((tmp_path / "reports" / "museum" / "verdict.json").read_text(encoding="utf-8"))

    assert (done.returncode, done.stderr) == (0, "")
    assert "5 passed   0 failed" in done.stdout
    assert {row["id"]: row["outcome"] for row in verdict["requirements"]} == {
        f"MU-00{number}": "passed" for number in range(1, 6)
    }


def test_it_is_listed_with_the_others(bookproof):
    done = bookproof("requirements")

    assert done.returncode == 0
    assert "MU-005" in done.stdout
    assert "HL-001" in done.stdout
