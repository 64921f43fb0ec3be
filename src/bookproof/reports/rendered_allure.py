"""Allure's own HTML from a run's results, by a tool that is already there: Allure 3 of npm, or Allure 2 with Java.

The page is made without network, loses its analytics tag and, unless asked otherwise, is a single file. History is
kept beside the report: what was before this run and what is after it, so that rendering twice counts a run once.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bookproof.errors import BookproofError, DataError, UsageError
from bookproof.writing import drafted, drafted_folder, reason

RESULTS, REPORT, HISTORY = "allure-results", "allure-report", "allure-history"
RUNS_KEPT = 20
"""How many runs the history of Allure 3 goes back."""

_SECONDS = 300
_FOREIGN_SCRIPT = re.compile(r"<script\b[^>]{0,200}\bsrc=[\"']?https?://[^>]{0,500}>\s*</script>", re.I)
_ANALYTICS = re.compile(r"<script>\s*window\.dataLayer\b.{0,2000}?</script>", re.I | re.S)


@dataclass(frozen=True, slots=True)
class Tool:
    """A command that renders Allure reports, and its version."""

    command: tuple[str, ...]
    version: str

    @property
    def major(self) -> int:
        """2 or 3."""
        return int(self.version.partition(".")[0])


def find_tool() -> Tool:
    """The first that answers: on PATH, in node_modules of the working directory, or where npx knows one."""
    silent = []
    for command in _candidates():
        tool = _asked(command)
        if tool is not None:
            return tool
        silent.append(command[0])
    hint = "Get it: npm install --no-save allure (Allure 3, Node), or allure-commandline (Allure 2, Java)."
    if silent and not silent[0].endswith(("npx", "npx.cmd")):
        raise UsageError(f"{silent[0]} does not say which version of Allure it is.", hint=hint)
    raise UsageError("No command `allure` was found.", hint=hint)


def folders(place: Path) -> list[Path]:
    """The folders with Allure results at a place, or one level below it."""
    if place.name == RESULTS and place.is_dir():
        return [place.parent]
    if (place / RESULTS).is_dir():
        return [place]
    found = sorted(path.parent for path in place.glob(f"*/{RESULTS}"))
    if not found:
        raise DataError(
            f"There is no folder {RESULTS} in {place}.",
            hint="bookproof verify writes it, and so does pytest --alluredir DIR/allure-results.",
        )
    return found


def render_allure(tool: Tool, folder: Path, target: Path | None = None, *, single: bool = True) -> Path:
    """Renders the results of a report folder; gives the page.

    target: the file to write in place of allure-report/index.html; a single one.
    """
    if target and not single:
        raise UsageError("--to names one file; --many-files makes a folder.", hint="Leave one of them out.")
    results = folder / RESULTS
    stamp = _stamp(results)
    page = target or folder / REPORT / "index.html"
    with tempfile.TemporaryDirectory(prefix="bookproof-allure-") as name:
        scratch = Path(name)
        history = _History(folder / HISTORY, stamp)
        render, known = (_allure_3, "history.jsonl") if tool.major >= 3 else (_allure_2, "history")
        after = history.before_into(scratch / "after", known)
        made = render(tool, results, scratch, after, single)
        _strip(made / "index.html")
        try:
            if single:
                with drafted(page) as draft:
                    shutil.copyfile(made / "index.html", draft)
            else:
                with drafted_folder(page.parent) as folder_draft:
                    shutil.copytree(made, folder_draft, dirs_exist_ok=True)
            history.keep(after)
        except OSError as error:
            raise UsageError(f"{page} cannot be written: {reason(error)}.", hint="Name another: --to FILE.") from None
    return page


class _History:
    """A folder with `before`, `after` and the stamp of the run that lies between them."""

    def __init__(self, folder: Path, stamp: str) -> None:
        self._folder = folder
        self._stamp = stamp

    def before_into(self, place: Path, name: str) -> Path:
        """A copy of what a tool knew when this run began, for it to add to. name: its file or folder."""
        place.mkdir()
        known = self._before / name
        if known.is_dir():
            shutil.copytree(known, place / name)
        elif known.is_file():
            shutil.copyfile(known, place / name)
        return place

    def keep(self, after: Path) -> None:
        """Puts a tool's history in place; the other tool's stays as it is."""
        with drafted_folder(self._folder) as draft:
            for name in ("before", "after"):
                known = self._before if name == "before" else self._folder / name
                if known.is_dir():
                    shutil.copytree(known, draft / name)
            shutil.copytree(after, draft / "after", dirs_exist_ok=True)
            (draft / "run").write_text(self._stamp, encoding="utf-8")

    @cached_property
    def _before(self) -> Path:
        known = self._folder / "run"
        again = known.is_file() and known.read_text(encoding="utf-8") == self._stamp
        return self._folder / ("before" if again else "after")


def _allure_3(tool: Tool, results: Path, scratch: Path, after: Path, single: bool) -> Path:
    made, file = scratch / "report", after / "history.jsonl"
    if file.is_file():
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text("".join(lines[-(RUNS_KEPT - 1) :]), encoding="utf-8")
    options = ["--history-path", str(file), "--name", f"bookproof: {results.resolve().parent.name}"]
    options += ["--group-by", "epic,feature,story"]  # the API, its operations, their requirements
    options += ["--single-file"] if single else []
    _run(tool, ["awesome", str(results.resolve()), "--output", str(made), *options], made)
    return made


def _allure_2(tool: Tool, results: Path, scratch: Path, after: Path, single: bool) -> Path:
    """Allure 2 takes history from its results and gives it to a report of many files only."""
    copied, made = scratch / "results", scratch / "report"
    shutil.copytree(results, copied)
    if (after / "history").is_dir():
        shutil.move(after / "history", copied / "history")
    _run(tool, ["generate", str(copied), "--clean", "--output", str(made)], made)
    shutil.copytree(made / "history", after / "history")
    if single:
        made = scratch / "single"
        _run(tool, ["generate", str(copied), "--clean", "--single-file", "--output", str(made)], made)
    return made


def _candidates() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    if on_path := shutil.which("allure"):
        found.append((on_path,))
    local = shutil.which("allure", path=str(Path("node_modules/.bin").resolve()))
    if local:
        found.append((local,))
    if npx := shutil.which("npx"):
        found.append((npx, "--no-install", "allure"))
    return found


def _asked(command: Sequence[str]) -> Tool | None:
    """What a command says of its version; None where it is no Allure that works."""
    try:
        ran = subprocess.run(  # noqa: S603 - a command `allure` that the user has installed
            [*command, "--version"], capture_output=True, text=True, timeout=60, check=False, env=_environment()
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"^\s*v?([23]\.\d+[\w.-]*)\s*$", ran.stdout, re.M)
    return Tool(tuple(command), found[1]) if found and ran.returncode == 0 else None


def _run(tool: Tool, arguments: list[str], made: Path) -> None:
    try:
        ran = subprocess.run(  # noqa: S603 - the same
            [*tool.command, *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
            env=_environment(),
        )
    except subprocess.TimeoutExpired:
        raise BookproofError(f"Allure {tool.version} did not end within {_SECONDS} s.") from None
    except OSError as error:
        raise BookproofError(f"Allure {tool.version} could not be started: {error.strerror}.") from None
    if ran.returncode != 0 or not (made / "index.html").is_file():
        said = (ran.stderr.strip() or ran.stdout.strip() or "nothing").splitlines()[-1]
        raise BookproofError(f"Allure {tool.version} wrote no report; it says: {said}")


def _environment() -> dict[str, str]:
    return {**os.environ, "ALLURE_NO_ANALYTICS": "true", "NO_COLOR": "1", "NO_UPDATE_NOTIFIER": "1"}


def _strip(page: Path) -> None:
    """Takes out what a page would load from elsewhere, and what would count its readers."""
    text = page.read_text(encoding="utf-8")
    page.write_text(_ANALYTICS.sub("", _FOREIGN_SCRIPT.sub("", text)), encoding="utf-8")


def _stamp(results: Path) -> str:
    """What tells this run's results from another's: the names of its files, which are drawn at random."""
    names = sorted(path.name for path in results.glob("*-result.json"))
    if not names:
        raise DataError(f"There are no results in {results}.", hint="Run again: bookproof verify API.")
    return names[0]
