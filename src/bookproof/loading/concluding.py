"""From what the processes of a load test came to, to one verdict with what the load adds to it."""

import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bookproof.loading.bench import Outcome, earliest
from bookproof.loading.messages import outcome_from_json
from bookproof.loading.settings import Settings
from bookproof.reports.folder import write_reports
from bookproof.reports.listing import console
from bookproof.reports.load import show_load
from bookproof.reports.terminal import show_verdict
from bookproof.tally import Seen, in_words
from bookproof.verdict import Run, Verdict, conclude

UNEXERCISED: Final = "no request of the load exercises it"


def verdict_of(settings: Settings, result: Mapping[str, Any]) -> Verdict:
    """The verdict that a result of Locust comes to."""
    settings = replace(settings, seed=result["seed"], mix=result["mix"])  # Locust's page may have changed them
    api, plan = settings.known, settings.plan()
    outcome, faults = Outcome(), []
    for part in result["parts"]:
        try:
            if "outcome" in part:
                outcome.merge(outcome_from_json(part["outcome"]))
            elif "fault" in part:
                faults.append(str(part["fault"]))
            outcome.tally.remains += map(str, part["remains"])
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            faults.append("What a worker found cannot be read.")
    silent = result["workers"] - len(result["parts"])
    if silent:
        faults.append(f"{silent} of {result['workers']} workers did not say what they had found.")
    for row in api.ledger:
        if not outcome.tally.exercised(row.id):
            outcome.tally.leave_untested(row.id, UNEXERCISED, "the load")
    seconds = float(result["seconds"])
    run = Run(
        api=api.name,
        target="reference" if settings.reference else "live",
        url=plan.url,
        reading=plan.reading,
        started=datetime.now(UTC) - timedelta(seconds=seconds),
        seconds=seconds,
        seed=settings.seed,
        capabilities=plan.capabilities,
        token_variable=plan.token_variable,
        interrupted=" ".join(faults) or (result["ended"] if not outcome.tally.requests else ""),
    )
    verdict = conclude(outcome.tally, run, api.contract, api.ledger, plan.waivers)
    return replace(verdict, load=_load(settings, result, outcome))


def settle(
    settings: Settings, result: Mapping[str, Any], report: Path, *, as_json: bool = False, quiet: bool = False
) -> int:
    """Writes the report, prints the verdict and gives its exit code."""
    verdict = verdict_of(settings, result)
    folder = write_reports(verdict, report)
    out = console()
    if as_json:
        sys.stdout.write(json.dumps(verdict.as_json(), indent=2) + "\n")
    elif quiet:
        out.print(f"{verdict.run.api} {verdict.conclusion}")
    else:
        show_load(out, verdict.load or {})
        show_verdict(out, verdict, settings.known.ledger, folder)
    return verdict.exit_code


def _load(settings: Settings, result: Mapping[str, Any], outcome: Outcome) -> dict[str, Any]:
    """What the report adds: rates, times, errors, and what did not break when it was sent alone."""
    exhausted: Counter[str] = Counter()
    for part in result["parts"]:
        exhausted.update(part["exhausted"])
    numbers = result["statistics"]
    return {
        "users": result["users"],
        "workers": result["workers"],
        "seconds": round(float(result["seconds"]), 3),
        "mix": settings.mix,
        "acts": dict(sorted(outcome.acts.items())),
        "total": numbers["total"] | {"violations": outcome.violations.total()},
        "operations": [
            entry | {"violations": outcome.violations[entry["operation"]]} for entry in numbers["operations"]
        ],
        "errors": numbers["errors"],
        "only_under_load": [
            _broken(seen)
            for key, seen in earliest(outcome.tally).items()
            if seen.finding.level == "must"
            and key not in outcome.alone
            and seen.finding.exchange.intent.test in outcome.repeated
        ],
        "troubles": dict(sorted(outcome.troubles.items())),
        "behind": round(sum(part["behind"] for part in result["parts"]), 3),
        "waited": round(sum(part["waited"] for part in result["parts"]), 3),
        "exhausted": dict(exhausted),
        "ended": result["ended"],
    }


def _broken(seen: Seen) -> dict[str, Any]:
    finding = seen.finding
    act = finding.exchange.intent.test
    return {"requirement": finding.requirement, **in_words(finding), "seen": seen.count, "act": act}
