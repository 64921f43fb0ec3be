"""The report of a run against a server that attacks whoever reads it: every file shows text, and stays small."""

import io
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from rich.console import Console

from bookproof import apis
from bookproof.faults import Gateway, Hooks
from bookproof.reports.allure import complete_results
from bookproof.reports.folder import WRITERS, write_reports
from bookproof.reports.terminal import show_verdict
from bookproof.running import run_suite
from bookproof.targets.opening import Plan

API = apis.load("highlevel")
SCRIPT, ESCAPE, REVERSED = "<script>alert(1)</script>", "\x1b[31m\x9b2J\x1b]0;title\x07", "\u202eאבג\u2069"
HOSTILE = f"{SCRIPT}{ESCAPE}{REVERSED}\"'`|]]>"
ENDLESS = HOSTILE + "x" * 1_000_000
# Signs that steer a terminal or turn the direction of what follows; line breaks and tabs do neither.
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def attack(asked, answered):
    """Puts markup, escapes and endless texts wherever an answer has room for them, names included."""
    if isinstance(answered.json, dict):
        answered.json |= {"name": HOSTILE, "description": ENDLESS, "isActive": HOSTILE, HOSTILE: 1, ENDLESS: HOSTILE}


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """The verdict of a run against that server, and its report folder."""
    results = tmp_path_factory.mktemp("run") / "results"
    results.mkdir()
    plan = Plan(app=Gateway(API.reference().app, Hooks(answer=attack)))
    verdict = run_suite(API, plan, properties=False, select="test_limit", allure=results).verdict
    complete_results(results, verdict)
    return verdict, write_reports(verdict, tmp_path_factory.mktemp("reports"), results)


@pytest.fixture(scope="module")
def folder(attacked):
    return attacked[1]


def text(folder, name):
    return (folder / name).read_text(encoding="utf-8")


def test_it_names_the_fault(attacked):
    failed = {row.requirement.id for row in attacked[0].rows if row.outcome == "failed"}

    assert {"HL-050", "HL-053"} <= failed


@pytest.mark.parametrize("name", WRITERS)
def test_no_file_steers_who_reads_it(folder, name):
    assert STEERING.findall(text(folder, name)) == []


def test_no_result_of_allure_steers_who_reads_it(folder):
    results = [path.read_text(encoding="utf-8") for path in (folder / "allure-results").iterdir()]

    assert any(SCRIPT in result for result in results)
    assert [found for result in results for found in STEERING.findall(result)] == []


def test_the_terminal_is_not_steered(attacked):
    to = Console(file=io.StringIO(), width=100, highlight=False)
    show_verdict(to, attacked[0], API.ledger, attacked[1])

    assert SCRIPT in to.file.getvalue()
    assert STEERING.findall(to.file.getvalue()) == []
    assert len(to.file.getvalue()) < 20_000


def test_the_whole_folder_is_below_five_megabytes(folder):
    assert sum(path.stat().st_size for path in folder.rglob("*")) < 5_000_000


def test_the_page_runs_nothing_but_its_own_script(folder):
    class Scripts(HTMLParser):
        found = 0

        def handle_starttag(self, tag, attrs):
            self.found += tag == "script"
            assert not [name for name, _ in attrs if name.startswith("on")]

    reader = Scripts()
    reader.feed(text(folder, "index.html"))

    assert reader.found == 1
    assert "&lt;script&gt;alert(1)" in text(folder, "index.html")


def test_markdown_holds_no_element(folder):
    outside = re.sub(r"^ *(`{3,}).*?^ *\1$", "", text(folder, "verdict.md"), flags=re.M | re.S)

    assert not re.search(r"(?<!\\)<(?!/?details|/?summary)", re.sub(r"`[^`\n]*`", "", outside))


def test_junit_is_xml_with_the_text_in_it(folder):
    root = ElementTree.fromstring(text(folder, "junit.xml"))  # noqa: S314 - our own text

    assert SCRIPT in "".join(root.itertext())
    assert {element.tag for element in root.iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure", "skipped", "system-out")
    }


def test_json_loses_nothing_of_what_was_answered(folder):
    for name in ("verdict.json", "bookproof.sarif"):
        said = json.dumps(json.loads(text(folder, name)), ensure_ascii=False)

        assert SCRIPT in said
        assert REVERSED in said


def test_the_badge_shows_nothing_of_it(folder):
    assert "alert" not in text(folder, "badge.svg")
