"""What a run tells GitHub Actions: annotations beside the log, and the verdict in the summary of the step.

To GitHub, a line of a log that begins with `::` or holds `##[` is a command, and a judged server could put such lines
into its answers. So commands are switched off while results are printed. Elsewhere nothing of this is written.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bookproof.errors import BookproofError
from bookproof.reports.text import plain
from bookproof.tally import Seen
from bookproof.verdict import Verdict

SHOWN = 10
"""How many annotations of one kind GitHub shows of a step."""

_LENGTH = 1_000
_KINDS = {"must": "error", "should": "warning"}


class Step:
    """The step of a workflow that a run belongs to: collects what is to be said when the results are printed."""

    def __init__(self, summary: str) -> None:
        self._summary = summary
        self._said: dict[str, list[tuple[str, str]]] = {"error": [], "warning": []}

    def judged(self, verdict: Verdict, folder: Path) -> None:
        """Takes a verdict in: its findings, and the Markdown in its report folder."""
        for row in verdict.rows:
            if row.outcome in ("failed", "warned"):
                self._find(row.requirement.id, row.requirement.statement, row.findings[0])
        for seen in verdict.unowned:
            self._find(verdict.run.api, seen.finding.message, seen)
        if verdict.conclusion == "inconclusive":
            self._said["error"].append((f"{verdict.run.api} could not be judged", verdict.reason))
        if not self._summary:
            return
        try:
            text = (folder / "verdict.md").read_text(encoding="utf-8")
            with open(self._summary, "a", encoding="utf-8") as file:
                file.write(text + "\n")
        except OSError as error:
            self._said["warning"].append((verdict.run.api, f"The summary cannot be written: {error.strerror}."))

    def failed(self, api: str, error: BookproofError) -> None:
        """Takes in why there is no verdict."""
        self._said["error"].append((f"{api} could not be judged", f"{error.message} {error.hint}"))

    def annotations(self) -> Iterator[str]:
        """The commands to print, a line each; what is too much for GitHub is named in the last of its kind."""
        for kind, said in self._said.items():
            shown = said if len(said) <= SHOWN else said[: SHOWN - 1]
            yield from (_command(kind, title, text) for title, text in shown)
            if left := said[len(shown) :]:
                yield _command(kind, f"{len(left)} more", ", ".join(title for title, _ in left))

    def _find(self, title: str, statement: str, seen: Seen) -> None:
        found = seen.finding
        text = f"{statement}. Expected {found.expected}, got {found.actual} at {found.where}."
        self._said[_KINDS[found.level]].append((title, text))


@contextmanager
def workflow_step(stream: TextIO) -> Iterator[Step | None]:
    """The step that this process belongs to, its commands off until the end; None outside GitHub Actions."""
    if not os.environ.get("GITHUB_ACTIONS"):
        yield None
        return
    step, key = Step(os.environ.get("GITHUB_STEP_SUMMARY", "")), secrets.token_hex(16)
    stream.write(f"::stop-commands::{key}\n")
    stream.flush()
    try:
        yield step
    finally:
        stream.write("\n".join([f"::{key}::", *step.annotations(), ""]))
        stream.flush()


def _command(kind: str, title: str, text: str) -> str:
    cut = text if len(text) <= _LENGTH else f"{text[:_LENGTH]}…"
    name = _escaped(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={name}::{_escaped(cut)}"


def _escaped(text: str) -> str:
    return plain(text).replace("%", "%25").replace("\n", "%0A")
