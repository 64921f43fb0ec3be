"""Locust's own numbers, as the report shows them."""

from typing import Any


def statistics(stats: Any, seconds: float) -> dict[str, Any]:
    """Requests, rate and times by operation, and the errors. stats: Locust's RequestStats; times are in seconds."""
    entries = sorted(stats.entries.values(), key=lambda entry: entry.name)
    return {
        "total": _entry(stats.total, seconds),
        "operations": [{"operation": entry.name, **_entry(entry, seconds)} for entry in entries],
        "errors": [
            {"operation": error.name, "message": _plain(error.error), "seen": error.occurrences}
            for error in sorted(stats.errors.values(), key=lambda error: -error.occurrences)
        ],
    }


def _entry(entry: Any, seconds: float) -> dict[str, Any]:
    def within(part: float) -> float:
        return round((entry.get_response_time_percentile(part) or 0) / 1000, 4)

    return {
        "requests": entry.num_requests,
        "errors": entry.num_failures,
        "per_second": round(entry.num_requests / seconds, 1) if seconds else 0.0,
        "median": within(0.5),
        "p95": within(0.95),
        "p99": within(0.99),
        "longest": round((entry.max_response_time or 0) / 1000, 4),
    }


def _plain(error: Any) -> str:
    """What went wrong, without the name of the exception that carried it."""
    text = str(error)
    return text.removeprefix("RuntimeError('").removesuffix("')") if text.startswith("RuntimeError('") else text
