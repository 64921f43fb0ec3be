"""Allure's HTML: which tool is taken, what it is asked for, and what is left of its page and of history."""

import json
import shutil
import stat
import sys
from pathlib import Path

import pytest

from bookproof.errors import BookproofError, DataError, UsageError
from bookproof.reports.rendered_allure import RUNS_KEPT, Tool, find_tool, folders, render_allure

# Stands in for both: says a version, writes a page with analytics in it, and adds a run to the history.
FAKE = """#!{python}
import json, pathlib, sys
arguments = sys.argv[1:]
if arguments == ["--version"]:
    print("{version}")
    sys.exit({code})
if {code}:
    sys.exit("Error: it does not work")
out = pathlib.Path(arguments[arguments.index("--output") + 1])
out.mkdir(parents=True)
page = "<html><script src='data:text/javascript,1'></script>"
page += '<script async src="https://www.googletagmanager.com/gtag/js?id=G-X"></script>'
page += "<script>\\n window.dataLayer = window.dataLayer || [];\\n gtag('js');</script>"
page += " ".join(arguments) + "</html>"
(out / "index.html").write_text(page)
(out / "app.js").write_text("1")
if arguments[0] == "awesome":
    file = pathlib.Path(arguments[arguments.index("--history-path") + 1])
    file.write_text((file.read_text() if file.exists() else "") + "a run\\n")
elif "--single-file" not in arguments:
    known = pathlib.Path(arguments[1], "history", "history.json")
    (out / "history").mkdir()
    (out / "history" / "history.json").write_text((known.read_text() if known.exists() else "") + "a run\\n")
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty working directory, nothing on PATH, and a report with results beside it."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    results(tmp_path / "report", "one")
    return tmp_path


def results(folder, name):
    shutil.rmtree(folder / "allure-results", ignore_errors=True)
    (folder / "allure-results").mkdir(parents=True)
    (folder / "allure-results" / f"{name}-result.json").write_text(json.dumps({"name": name}))


def install(folder, version="3.18.0", code=0, name="allure"):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(FAKE.format(python=sys.executable, version=version, code=code))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def history(place, file):
    return (place / "report/allure-history/after" / file).read_text().count("a run")


# -- the tool ------------------------------------------------------------------------------------------------


def test_a_tool_on_the_path_is_taken(place):
    path = install(place / "bin")

    assert find_tool() == Tool((str(path),), "3.18.0")


def test_a_tool_in_node_modules_of_the_working_directory_is_taken(place):
    path = install(place / "empty/node_modules/.bin", "2.46.1")

    assert (find_tool().command, find_tool().major) == ((str(path),), 2)


def test_a_tool_that_does_not_work_gives_way_to_one_that_does(place):
    install(place / "bin", code=1)
    path = install(place / "empty/node_modules/.bin")

    assert find_tool().command == (str(path),)


def test_npx_is_asked_for_what_is_installed_and_nothing_else(place):
    install(place / "bin", name="npx")
    script = (place / "bin/npx").read_text().replace('== ["--version"]', '== ["--no-install", "allure", "--version"]')
    (place / "bin/npx").write_text(script)

    assert find_tool().command[1:] == ("--no-install", "allure")


def test_no_tool_is_said_in_one_sentence_with_the_way_to_get_one(place):
    with pytest.raises(UsageError) as raised:
        find_tool()

    assert raised.value.message == "No command `allure` was found."
    assert "npm install --no-save allure" in raised.value.hint


def test_a_tool_of_another_name_is_not_taken(place):
    install(place / "bin", version="something else 1.0")

    with pytest.raises(UsageError, match="does not say which version of Allure it is"):
        find_tool()


# -- the page ------------------------------------------------------------------------------------------------

TOOLS = pytest.mark.parametrize("version", ["3.18.0", "2.46.1"])


@TOOLS
def test_a_report_is_one_file_without_analytics(place, version):
    install(place / "bin", version)
    page = render_allure(find_tool(), place / "report")
    text = page.read_text(encoding="utf-8")

    assert page == place / "report/allure-report/index.html"
    assert [path.name for path in page.parent.iterdir()] == ["index.html"]
    assert "--single-file" in text
    assert "googletagmanager" not in text
    assert "dataLayer" not in text
    assert "data:text/javascript,1" in text


@TOOLS
def test_a_report_of_many_files_is_a_folder(place, version):
    install(place / "bin", version)
    page = render_allure(find_tool(), place / "report", single=False)

    assert "--single-file" not in page.read_text(encoding="utf-8")
    assert (page.parent / "app.js").is_file()


@TOOLS
def test_a_report_goes_where_it_is_told(place, version):
    install(place / "bin", version)

    assert render_allure(find_tool(), place / "report", place / "pages/allure.html") == place / "pages/allure.html"
    assert (place / "pages/allure.html").is_file()


@pytest.mark.parametrize(("version", "file"), [("3.18.0", "history.jsonl"), ("2.46.1", "history/history.json")])
def test_history_counts_each_run_once(place, version, file):
    install(place / "bin", version)
    render_allure(find_tool(), place / "report")
    render_allure(find_tool(), place / "report")
    once = history(place, file)
    results(place / "report", "two")
    render_allure(find_tool(), place / "report")
    render_allure(find_tool(), place / "report")

    assert (once, history(place, file)) == (1, 2)


def test_history_does_not_grow_without_end(place):
    install(place / "bin")
    (place / "report/allure-history/after").mkdir(parents=True)
    (place / "report/allure-history/after/history.jsonl").write_text("a run\n" * (RUNS_KEPT + 30))
    render_allure(find_tool(), place / "report")

    assert history(place, "history.jsonl") == RUNS_KEPT


def test_both_tools_keep_their_history_side_by_side(place):
    three = Tool((str(install(place / "three", "3.18.0")),), "3.18.0")
    two = Tool((str(install(place / "two", "2.46.1")),), "2.46.1")
    render_allure(three, place / "report")
    render_allure(two, place / "report")
    results(place / "report", "two")
    render_allure(three, place / "report")
    render_allure(two, place / "report")

    assert (history(place, "history.jsonl"), history(place, "history/history.json")) == (2, 2)


def test_results_are_left_as_they_are(place):
    install(place / "bin", "2.46.1")
    render_allure(find_tool(), place / "report")

    assert [path.name for path in (place / "report/allure-results").iterdir()] == ["one-result.json"]


def test_a_tool_that_fails_is_one_sentence(place):
    tool = Tool((str(install(place / "bin", code=1)),), "3.18.0")

    with pytest.raises(BookproofError, match="wrote no report; it says: Error: it does not work"):
        render_allure(tool, place / "report")


def test_an_empty_folder_of_results_is_one_sentence(place):
    (place / "report/allure-results/one-result.json").unlink()

    with pytest.raises(DataError, match="There are no results"):
        render_allure(Tool(("allure",), "3.18.0"), place / "report")


def test_results_are_found_from_their_folder_and_from_those_above(place):
    assert folders(place / "report/allure-results") == [place / "report"]
    assert folders(place / "report") == [place / "report"]
    assert folders(place) == [place / "report"]


def test_one_file_cannot_be_many(place):
    with pytest.raises(UsageError, match="--many-files makes a folder"):
        render_allure(Tool(("allure",), "3.18.0"), place / "report", Path("one.html"), single=False)
