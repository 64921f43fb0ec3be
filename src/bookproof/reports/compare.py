"""Several runs side by side: vendors, versions or dates; what changed between the first and the last of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bookproof.reports.excerpt import Excerpt, bounded
from bookproof.reports.html import CONCLUSIONS, render
from bookproof.reports.picture import Column, columns, stacked
from bookproof.verdict import OUTCOMES

FORMAT = 1

_MERIT = {"failed": 0, "warned": 1, "waived": 2, "passed": 3}
"""Outcomes that say something of the API, the worst first."""

_TEXT_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Line:
    """A requirement in every run; None where a run's contract does not have it."""

    id: str
    level: str
    theme: str
    statement: str
    outcomes: tuple[str | None, ...]

    @property
    def first(self) -> str | None:
        """Its outcome in the first run."""
        return self.outcomes[0]

    @property
    def last(self) -> str | None:
        """Its outcome in the last run."""
        return self.outcomes[-1]

    @property
    def changed(self) -> bool:
        """Whether the first and the last run differ in it."""
        return self.first != self.last

    @property
    def trend(self) -> str:
        """worse, better or other: what the change means."""
        if not self.changed:
            return ""
        before, after = _MERIT.get(self.first or ""), _MERIT.get(self.last or "")
        if before is None or after is None:
            return "worse" if self.last == "failed" else "other"
        return "worse" if after < before else "better"

    @property
    def varies(self) -> bool:
        """Whether any two runs differ in it."""
        return len(set(self.outcomes)) > 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """The runs of one API, in the order of their dates."""

    api: str
    labels: tuple[str, ...]
    runs: tuple[Mapping[str, Any], ...]
    lines: tuple[Line, ...]

    @property
    def changes(self) -> list[Line]:
        """What differs between the first and the last run: what got worse comes first."""
        order = ("worse", "better", "other")
        return sorted((line for line in self.lines if line.changed), key=lambda line: order.index(line.trend))

    @property
    def contracts(self) -> list[str]:
        """The versions of the contract that the runs were judged against."""
        return list(dict.fromkeys(str(run["contract"]["version"]) for run in self.runs))

    @property
    def title(self) -> str:
        """What the API is called."""
        return str(self.runs[-1].get("title") or self.api)

    def history(self) -> list[Column]:
        """The columns of the chart: one a run."""
        found = [
            (label, run["started"], run["counts"]["requirements"])
            for label, run in zip(self.labels, self.runs, strict=True)
        ]
        return columns(found)


def compare(runs: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Comparison]:
    """Labelled verdicts, set side by side for each API."""
    by_api: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for label, run in sorted(runs, key=lambda pair: str(pair[1]["started"])):
        by_api.setdefault(run["api"], []).append((label, bounded(run)))
    return [_of_api(api, found) for api, found in by_api.items()]


def comparison_page(comparisons: Sequence[Comparison]) -> str:
    """The comparison as one page."""
    return render(
        "comparison.html.j2",
        comparisons=comparisons,
        cut=Excerpt(_TEXT_SHOWN),
        conclusions=CONCLUSIONS,
        stacked=stacked,
    )


def as_json(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """The comparison for machines."""
    return {"format": FORMAT, "comparisons": [_as_json(comparison) for comparison in comparisons]}


def _of_api(api: str, found: list[tuple[str, Mapping[str, Any]]]) -> Comparison:
    outcomes = [{row["id"]: row["outcome"] for row in run["requirements"]} for _, run in found]
    # The newest wording of a requirement stands for all; the order is that of the newest ledger.
    rows: dict[str, Mapping[str, Any]] = {}
    for _, run in reversed(found):
        for row in run["requirements"]:
            rows.setdefault(row["id"], row)
    lines = [
        Line(row["id"], row["level"], row["theme"], row["statement"], tuple(of.get(row["id"]) for of in outcomes))
        for row in rows.values()
    ]
    return Comparison(api, tuple(label for label, _ in found), tuple(run for _, run in found), tuple(lines))


def _as_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "api": comparison.api,
        "runs": [
            {
                "label": label,
                "started": run["started"],
                "target": run["target"],
                "contract": run["contract"],
                "verdict": run["verdict"],
                "counts": {outcome: run["counts"]["requirements"][outcome] for outcome in OUTCOMES},
            }
            for label, run in zip(comparison.labels, comparison.runs, strict=True)
        ],
        "changed": [
            {"id": line.id, "from": line.first, "to": line.last, "trend": line.trend} for line in comparison.changes
        ],
        "requirements": [{"id": line.id, "outcomes": list(line.outcomes)} for line in comparison.lines],
    }
