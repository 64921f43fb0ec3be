"""What README.md and the pages of docs/ show: blocks of code, commands one by one, and commands named in a sentence."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")) if path.is_file())

_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.M | re.S)
_SPAN = re.compile(r"(?<!`)`((?:bookproof|python|bash) [^`]+)`")


@dataclass(frozen=True, slots=True)
class Shown:
    """One command: the page and block that it stands in, and its words; assignments have `export` as their first."""

    page: str
    block: int
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}: {shlex.join(self.words)}"


def blocks(page: Path, language: str) -> list[str]:
    """The blocks of a language, without the indentation of the list that they stand in."""
    found = _BLOCK.findall(page.read_text(encoding="utf-8"))
    return [
        "\n".join(line.removeprefix(indent) for line in text.splitlines())
        for indent, of, text in found
        if of == language
    ]


def commands(page: Path) -> list[Shown]:
    """The commands of a page in their order; what `&&` and `|` join are several."""
    return [
        Shown(page.name, number, tuple(words))
        for number, block in enumerate(blocks(page, "sh"))
        for line in block.replace("\\\n", " ").splitlines()
        for words in _parted(line)
    ]


def spans(page: Path) -> list[Shown]:
    """The commands of bookproof, and of this repository, that sentences name."""
    prose = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    return [Shown(page.name, -1, tuple(shlex.split(" ".join(text.split())))) for text in _SPAN.findall(prose)]


def _parted(line: str) -> list[list[str]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="&|")
    lexer.whitespace_split, lexer.commenters = True, "#"
    parts: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= set("&|"):
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]
