"""Reports: they say what the verdict says, whatever a server puts into its answers, and a folder of them is whole."""

import io
import json
import re
from collections import Counter
from datetime import date
from xml.etree import ElementTree

import pytest
import yaml
from rich.console import Console

from bookproof import writing
from bookproof.contract import Contract
from bookproof.errors import UsageError
from bookproof.exchange import Exchange, Request, Response
from bookproof.findings import Finding
from bookproof.ledger import Ledger
from bookproof.reports import folder
from bookproof.reports.allure import complete_results
from bookproof.reports.folder import WRITERS, write_reports
from bookproof.reports.junit import junit_xml
from bookproof.reports.markdown import cell, markdown
from bookproof.reports.sarif import sarif
from bookproof.reports.terminal import show_verdict
from bookproof.reports.text import finding_text
from bookproof.tally import Tally
from bookproof.verdict import Run, Waiver, conclude

CONTRACT = Contract("library", "info: { version: 1.0.0 }\npaths: {}")
LEDGER = Ledger(
    yaml.safe_load(
        """
api: library
document: library.txt
title: A library
requirements:
- { id: LB-001, level: must, theme: titles, statement: title is required, quote: title required, lines: "3", rule: a }
- { id: LB-002, level: must, theme: titles, statement: title is text, rule: b }
- { id: LB-003, level: should, theme: kinds, statement: kind is known, rule: c }
- { id: LB-004, level: must, theme: kinds, statement: Books can be read back, rule: d, capability: readback }
- { id: LB-005, level: must, theme: page, statement: The page has a title, out_of_scope: Nobody sees it. }
- { id: LB-006, level: must, theme: kinds, statement: Every kind is known, rule: e }
- { id: LB-007, level: must, theme: kinds, statement: Novels are accepted, rule: accepted }
"""
    )
)
WAIVERS = {"LB-006": Waiver("LB-006", "the vendor knows", date(2031, 5, 1))}
HOSTILE = {
    "script": "</td><script>alert(1)</script><img src=x onerror=alert(1)>",
    "table": "a | b\n| c | d |",
    "fence": "```\n# heading\n~~~\n````",
    "markup": "**bold** [link](javascript:alert(1)) `code` _x_ \\",
    "escapes": "\x1b[2J\x1b]0;title\x07\x1b[31mred",
    "controls": "".join(map(chr, range(32))) + "\x7f\x85\u200b\u202e\u2028\ufeff",
    "not text": "\ud800 \ufffe \uffff \U0010ffff",
    "rich markup": "[red]red[/red] [link=http://x]x[/] :smile:",
    "cdata": "]]> <![CDATA[ &amp; &#0; &unknown;",
}
hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)


def finding(requirement="LB-001", level="must", text="5", message="title is wrong", where="response.body/title"):
    """A finding in which a server's words stand everywhere that they can."""
    raw = text.encode("utf-8", "replace")
    request = Request("POST", "https://library.example.com/books", (("X-Echo", text),), raw)
    exchange = Exchange(request, Response(200, (("X-Echo", text),), raw))
    return Finding(requirement, level, message, text, text, where, exchange)


def verdict(*findings, shown=("LB-001", "LB-002", "LB-003", "LB-006"), **run):
    tally = Tally(requests=4, accepted=Counter(createLoan=1), remains=["one book"])
    tally.shown.update(shown)
    for found in findings:
        tally.note(found)
    return conclude(tally, Run("library", "live", "https://library.example.com", **run), CONTRACT, LEDGER, WAIVERS)


def everything(text="5"):
    """A verdict in which every outcome occurs."""
    return verdict(
        finding(text=text),
        finding("LB-003", "should", text),
        finding("LB-006", text=text),
        finding(None, text=text),
        token_variable="LB_TOKEN",
    )


def cases(document):
    return ElementTree.fromstring(junit_xml(document)).find("testsuite")  # noqa: S314 - our own text


# -- JUnit -----------------------------------------------------------------------------------------


def test_junit_has_a_case_for_each_requirement_and_one_for_what_nobody_owns():
    suite = cases(everything())

    assert [case.get("name") for case in suite] == [
        "LB-001 title is required",
        "LB-002 title is text",
        "LB-003 kind is known",
        "LB-004 Books can be read back",
        "LB-005 The page has a title",
        "LB-006 Every kind is known",
        "LB-007 Novels are accepted",
        "faults that no requirement owns",
    ]


@pytest.mark.parametrize("document", [everything(), verdict(), verdict(finding(None, "should"))])
def test_junit_counts_what_it_holds(document):
    suite = cases(document)
    kinds = Counter(child.tag for case in suite for child in case)

    assert int(suite.get("tests")) == len(suite)
    assert int(suite.get("failures")) == kinds["failure"]
    assert int(suite.get("skipped")) == kinds["skipped"]


def test_junit_fails_what_failed_and_skips_what_was_not_judged():
    kinds = {case.get("name").split()[0]: [child.tag for child in case] for case in cases(everything())}

    assert kinds == {
        "LB-001": ["failure"],
        "LB-002": [],
        "LB-003": ["system-out"],
        "LB-004": ["skipped"],
        "LB-005": ["skipped"],
        "LB-006": ["skipped"],
        "LB-007": ["skipped"],
        "faults": ["failure"],
    }


def test_junit_of_a_verdict_that_conforms_has_no_failure():
    conforming = verdict(finding(None, "should"), finding("LB-003", "should"), shown=[r.id for r in LEDGER])

    assert conforming.conclusion == "conforms"
    assert cases(conforming).get("failures") == "0"


def test_what_could_not_be_judged_is_an_error_for_machines():
    document = verdict(interrupted="The run was interrupted.")
    suite, run = cases(document), json.loads(sarif(document))["runs"][0]

    assert (suite.get("errors"), suite.get("tests")) == ("1", str(len(suite.findall("testcase"))))
    assert [error.get("message") for error in suite.iter("error")] == ["The run was interrupted."]
    assert run["invocations"][0]["executionSuccessful"] is False


def test_a_failure_says_what_was_expected_and_how_to_see_it_again():
    failure = cases(verdict(finding())).find("testcase/failure")

    assert failure.get("message") == "title is wrong"
    assert "where: response.body/title\nexpected: 5\ngot: 5\ncurl -X POST" in failure.text


def test_a_skip_says_why():
    skipped = {case.get("name").split()[0]: case.find("skipped") for case in cases(everything())}

    assert skipped["LB-005"].get("message") == "out-of-scope: Nobody sees it."
    assert skipped["LB-006"].get("message") == "waived: waived until 2031-05-01: the vendor knows"


@hostile
def test_junit_is_xml_whatever_a_server_says(text):
    assert len(cases(everything(text))) == 8


# What Jenkins' schema (xunit plugin, junit-10.xsd) lets these elements hold: attributes, those of them that must be
# there, and children. GitLab and GitHub's readers take the same.
SHAPE = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "time", "skipped", "timestamp", "hostname", "id", "package", "file"},
        {"name", "tests", "failures", "errors"},
        {"testcase", "properties", "system-out", "system-err"},
    ),
    "testcase": ({"name", "time", "classname", "group"}, {"name"}, {"skipped", "failure", "system-out", "system-err"}),
    "failure": ({"type", "message"}, set(), set()),
    "skipped": ({"type", "message"}, set(), set()),
    "system-out": (set(), set(), set()),
}


@hostile
def test_junit_has_the_shape_that_ci_servers_read(text):
    for element in ElementTree.fromstring(junit_xml(everything(text))).iter():  # noqa: S314 - our own text
        may, must, children = SHAPE[element.tag]

        assert must <= set(element.attrib) <= may
        assert {child.tag for child in element} <= children


def test_junit_says_times_in_seconds_with_three_digits():
    assert re.fullmatch(r"\d+\.\d{3}", cases(verdict()).get("time"))


# -- Markdown ----------------------------------------------------------------------------------------


def test_markdown_names_what_failed_before_everything_else():
    lines = markdown(everything()).splitlines()

    assert lines[0] == "# ❌ library violates"
    assert lines.index("## failed: LB-001 title is required") < lines.index("## Requirements")
    assert "> title required (line 3)" in lines
    assert "- one book" in lines


def test_markdown_says_why_nothing_could_be_judged():
    assert "> nothing was exercised" in markdown(verdict(shown=()))


@hostile
def test_every_row_of_the_table_has_its_six_cells(text):
    rows = [line for line in markdown(everything(text)).splitlines() if line.startswith("| LB-")]

    assert len(rows) == 7
    assert {row.replace("\\|", "").count("|") for row in rows} == {7}


@hostile
def test_markdown_carries_no_markup_of_a_server(text):
    flat = cell(text)

    assert "\n" not in flat
    assert flat.replace("\\<", "").count("<") == 0
    assert flat.isprintable()


@hostile
def test_markdown_carries_no_sign_that_steers_a_terminal(text):
    assert all(sign.isprintable() or sign == "\n" for sign in markdown(everything(text)))


def test_a_fence_in_a_command_does_not_end_its_block():
    lines = markdown(verdict(finding(text="```\n````"))).splitlines()

    assert lines.count("  `````") == 1
    assert lines.count("  `````sh") == 1


# -- the terminal ----------------------------------------------------------------------------------------


def printed(document, width=100):
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show_verdict(console, document, LEDGER, None)
    return console.file.getvalue()


def test_the_terminal_ends_with_the_conclusion():
    everywhere = verdict(finding(), shown=[row.id for row in LEDGER])

    assert printed(everywhere).splitlines()[-1] == "library violates its contract"


def test_the_terminal_shows_the_sentence_the_place_and_a_command():
    shown = printed(verdict(finding(), token_variable="LB_TOKEN"), width=200)

    assert '"title required"  (library.txt, line 3)' in shown
    assert "at response.body/title   expected  5   got  5" in shown
    assert "curl -X POST https://library.example.com/books" in shown


@pytest.mark.parametrize("width", [20, 80, 300])
@hostile
def test_the_terminal_is_not_steered_by_a_server(text, width):
    shown = printed(everything(text), width)

    assert all(sign.isprintable() or sign == "\n" for sign in shown)


@hostile
def test_a_failing_test_prints_a_finding_whatever_a_server_says(text):
    assert finding_text(finding(text=text), LEDGER).startswith("LB-001  must  title is required")


# -- the folder ------------------------------------------------------------------------------------------


def test_a_report_is_a_folder_of_files(tmp_path):
    place = write_reports(everything(), tmp_path)

    assert place == tmp_path / "library"
    assert {path.name for path in place.iterdir()} == set(WRITERS)
    assert json.loads((place / "verdict.json").read_text(encoding="utf-8"))["verdict"] == "violates"


@hostile
def test_a_report_is_written_whatever_a_server_says(tmp_path, text):
    place = write_reports(everything(text), tmp_path)

    assert json.loads((place / "verdict.json").read_text(encoding="utf-8"))["api"] == "library"


def test_a_newer_report_replaces_the_older_one(tmp_path):
    write_reports(everything(), tmp_path)
    (tmp_path / "library" / "left-over.txt").touch()
    write_reports(verdict(), tmp_path)

    assert {path.name for path in (tmp_path / "library").iterdir()} == set(WRITERS)


def test_the_report_of_another_api_stays(tmp_path):
    (tmp_path / "museum").mkdir()
    write_reports(verdict(), tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {"museum", "library"}


def test_results_of_allure_move_into_the_report(tmp_path):
    (tmp_path / "scratch").mkdir()
    complete_results(tmp_path / "scratch", everything())
    place = write_reports(everything(), tmp_path / "reports", tmp_path / "scratch")

    assert {path.name for path in (place / "allure-results").iterdir()} == {
        "environment.properties",
        "categories.json",
        "executor.json",
    }


def fail(error):
    def writer(*arguments):
        raise error

    return writer


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), ValueError("a fault")], ids=["disk", "fault"]
)
def test_a_report_that_cannot_be_finished_leaves_the_older_one(tmp_path, monkeypatch, name, error):
    write_reports(everything(), tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "library").iterdir()}
    monkeypatch.setitem(WRITERS, name, fail(error))

    with pytest.raises((UsageError, ValueError)):
        write_reports(verdict(), tmp_path)

    assert {path.name: path.read_bytes() for path in (tmp_path / "library").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["library"]


def test_a_report_that_cannot_take_its_place_leaves_the_older_one(tmp_path, monkeypatch):
    write_reports(everything(), tmp_path)
    rename = folder.Path.rename

    def stubborn(path, target):
        return rename(path, target) if ".old." in f"{path}{target}" else fail(OSError(16, "Busy"))()

    monkeypatch.setattr(writing, "_exchanged", lambda draft, folder: False)  # as where the system cannot
    monkeypatch.setattr(folder.Path, "rename", stubborn)
    with pytest.raises(UsageError, match="Busy"):
        write_reports(verdict(), tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["library"]


def test_a_place_that_is_no_folder_is_an_error(tmp_path):
    (tmp_path / "reports").touch()

    with pytest.raises(UsageError) as raised:
        write_reports(verdict(), tmp_path / "reports")

    assert raised.value.hint == "Name another place: --report DIR."
