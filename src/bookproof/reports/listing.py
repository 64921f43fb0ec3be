"""Tables for whoever reads them: columns that fit a window, or lines with tabs for the next program."""

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 160
"""Columns of a line where no window sets their number: what is written to a file or a log."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. least: the width of a window from which on it is shown."""

    name: str
    least: int = 0
    number: bool = False


def console(*, stderr: bool = False) -> Console:
    """The console of a command: as wide as its window, or wide where there is none."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else WIDE
    return Console(stderr=stderr, width=width, highlight=False)


def show_listing(to: Console, title: str, columns: Sequence[Column], rows: Iterable[Sequence[str | Text]]) -> None:
    """Prints rows as a table; as lines with tabs, and without the title, where nobody looks."""
    if not to.is_terminal:
        for row in rows:
            to.file.write("\t".join(str(value) for value in row) + "\n")
        return
    kept = [place for place, column in enumerate(columns) if to.width >= column.least]
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for place in kept:
        column = columns[place]
        table.add_column(column.name, justify="right" if column.number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text.from_markup("") + row[place] for place in kept))
    to.print(table)


def show_pairs(to: Console, pairs: Iterable[tuple[str, str]]) -> None:
    """Prints labels with texts beside them, or below them in a narrow window."""
    found = [(label, text) for label, text in pairs if text]
    beside = max((len(label) for label, _ in found), default=0) + 3
    narrow = to.width < beside + 40
    for label, text in found:
        if narrow:
            to.print(Text(label, style="dim"))
        margin = 2 if narrow else beside
        lines = [line for part in text.splitlines() for line in _broken(to, part, to.width - margin)]
        for place, line in enumerate(lines):
            line.rstrip()
            head = Text(label.ljust(beside), style="dim") if place == 0 and not narrow else Text(" " * margin)
            to.print(head + line, soft_wrap=True)


def _broken(to: Console, text: str, width: int) -> Iterable[Text]:
    """Lines of a text; one word, a JSON Pointer for example, stays whole so that it can be copied."""
    if " " not in text.strip():
        return [Text(text)]
    indent = len(text) - len(text.lstrip())
    return [Text(" " * indent) + line for line in Text(text.strip()).wrap(to, max(width - indent, 16))]
