"""What Allure wants beside its results: the environment, categories of failure, and who ran the tests."""

import json
import os
from pathlib import Path

from bookproof import __version__
from bookproof.verdict import Verdict

_CATEGORIES = [
    {"name": "The document is broken", "matchedStatuses": ["failed"], "messageRegex": r"(?s).*  must  .*"},
    {"name": "Only advised against", "matchedStatuses": ["skipped"], "messageRegex": r"(?s).*XFAIL.*|.*xfail.*"},
    {"name": "Not tested", "matchedStatuses": ["skipped"]},
    {"name": "The suite itself", "matchedStatuses": ["broken"]},
]


def complete_results(folder: Path, verdict: Verdict) -> None:
    """Adds environment.properties, categories.json and executor.json to a folder of results."""
    run = verdict.run
    environment = {
        "api": run.api,
        "target": run.target,
        "url": run.url,
        "reading": run.reading,
        "contract": verdict.contract_version,
        "bookproof": __version__,
        "verdict": verdict.conclusion,
    }
    lines = "".join(f"{name}={value}\n" for name, value in environment.items())
    (folder / "environment.properties").write_text(lines, encoding="utf-8")
    (folder / "categories.json").write_text(json.dumps(_CATEGORIES, indent=2) + "\n", encoding="utf-8")
    executor = {
        "name": os.environ.get("GITHUB_WORKFLOW") or os.environ.get("CI_JOB_NAME") or "bookproof",
        "type": "github" if "GITHUB_ACTIONS" in os.environ else "gitlab" if "GITLAB_CI" in os.environ else "local",
        "buildName": f"bookproof {__version__}: {run.api} {verdict.conclusion}",
        "reportName": f"bookproof: {run.api}",
    }
    (folder / "executor.json").write_text(json.dumps(executor, indent=2) + "\n", encoding="utf-8")
