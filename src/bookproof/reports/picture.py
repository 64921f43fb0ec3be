"""The measures behind the pictures: bars of outcomes by theme, and the columns of a history."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bookproof.verdict import OUTCOMES

DRAWN = ("passed", "waived", "warned", "failed", "untested", "not-applicable", "out-of-scope")
"""Outcomes in the order in which a bar shows them."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: where it begins and how long it is, in requirements."""

    outcome: str
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A labelled bar; `applicable` counts what can be seen of this target, whether it was tested or not."""

    label: str
    segments: tuple[Segment, ...]
    length: int
    passed: int
    applicable: int


def segments(rows: Iterable[Mapping[str, Any]]) -> tuple[Segment, ...]:
    """The parts of the bar that stands for these rows."""
    return stacked(Counter(row["outcome"] for row in rows))


def stacked(counts: Mapping[str, int]) -> tuple[Segment, ...]:
    """Counts by outcome, laid end to end."""
    found: list[Segment] = []
    start = 0
    for outcome in DRAWN:
        if count := counts.get(outcome, 0):
            found.append(Segment(outcome, start, count))
            start += count
    return tuple(found)


def bars(rows: Iterable[Mapping[str, Any]]) -> list[Bar]:
    """One bar a theme, in the order of the ledger."""
    themes: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        themes.setdefault(row["theme"] or "other", []).append(row)
    return [_bar(theme, members) for theme, members in themes.items()]


def _bar(label: str, rows: list[Mapping[str, Any]]) -> Bar:
    counts = Counter(row["outcome"] for row in rows)
    applicable = sum(counts[outcome] for outcome in OUTCOMES if outcome not in ("not-applicable", "out-of-scope"))
    return Bar(label, segments(rows), len(rows), counts["passed"], applicable)


@dataclass(frozen=True, slots=True)
class Column:
    """A run in a history: its place and width in the chart, and its parts from the ground up."""

    label: str
    date: str
    x: float
    width: float
    parts: tuple[tuple[Segment, float, float], ...]
    """Each part with its upper edge and its height in the chart."""
    labelled: bool


CHART_WIDTH, CHART_HEIGHT = 720, 110
_LABELS = 9
"""How many dates stand below a chart without touching."""
_LEAST = 5.0
"""How high a part of a column is at least: one failed requirement among hundreds is to be seen."""


def columns(runs: list[tuple[str, str, Mapping[str, int]]]) -> list[Column]:
    """The columns of label, date and counts by outcome, side by side in their order; with times if days do not do."""
    by_day = len({date[:10] for _, date, _ in runs}) == len(runs)
    most = max((sum(counts.values()) for _, _, counts in runs), default=0) or 1
    step = CHART_WIDTH / max(len(runs), 4)
    every = -(-len(runs) // _LABELS)
    scale, wide = CHART_HEIGHT / most, min(step * 0.64, 44)
    return [
        Column(
            label,
            date[:10] if by_day else f"{date[5:10]} {date[11:16]}",
            round(step * place + (step - wide) / 2, 2),
            round(wide, 2),
            _piled(stacked(counts), scale),
            place % every == 0,
        )
        for place, (label, date, counts) in enumerate(runs)
    ]


def _piled(parts: tuple[Segment, ...], scale: float) -> tuple[tuple[Segment, float, float], ...]:
    """The parts of a column with upper edge and height; what small ones gain in height, the large ones lose."""
    whole = sum(part.count for part in parts) * scale
    small = [part for part in parts if part.count * scale < _LEAST]
    rest = whole - sum(part.count for part in small) * scale
    shrunk = (whole - _LEAST * len(small)) / rest if rest else 0.0
    piled, top = [], float(CHART_HEIGHT)
    for part in parts:
        height = _LEAST if part in small and shrunk > 0 else part.count * scale * (shrunk if shrunk > 0 else 1)
        top -= height
        piled.append((part, round(top, 2), round(height, 2)))
    return tuple(piled)
