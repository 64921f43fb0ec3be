"""Runs side by side, from verdicts that lie on disk: what is found, read, compared, and written where."""

import copy
import json
from unittest.mock import ANY

import pytest
from pages import NEW, OLD, Read, document, hostile, poisoned

from bookproof.errors import DataError
from bookproof.reports import stored
from bookproof.reports.compare import as_json, compare, comparison_page

# -- comparisons ---------------------------------------------------------------------------------------------


def test_runs_stand_in_the_order_of_their_dates():
    (made,) = compare([("new", NEW), ("old", OLD)])

    assert made.labels == ("old", "new")
    assert made.lines[0].outcomes == ("passed", "failed")


def test_what_got_worse_stands_before_what_got_better():
    (made,) = compare([("old", OLD), ("new", NEW)])

    assert [(line.id, line.trend) for line in made.changes] == [
        ("LB-001", "worse"),
        ("LB-002", "better"),
        ("LB-003", "other"),
        ("LB-004", "other"),
    ]


def test_a_requirement_that_a_run_does_not_have_is_a_dash():
    (made,) = compare([("old", OLD), ("new", NEW)])

    assert made.lines[-1].outcomes == (None, "passed")
    assert "not in this run" in Read(comparison_page([made])).text


def test_runs_of_several_apis_are_compared_apart():
    made = compare([("a", OLD), ("b", document(api="museum")), ("c", NEW)])

    assert [(one.api, one.labels) for one in made] == [("library", ("a", "c")), ("museum", ("b",))]


def test_a_comparison_shows_matrix_changes_and_history():
    read = Read(comparison_page(compare([("old", OLD), ("new", NEW)])))

    assert "What changed from old to new" in read.text
    assert len(read.all("tr", **{"data-changed": "yes"})) == 4
    assert len(read.all("svg", **{"class": "chart"})) == 1


def test_a_comparison_for_machines_holds_outcomes_and_changes():
    (made,) = as_json(compare([("old", OLD), ("new", NEW)]))["comparisons"]

    assert [run["label"] for run in made["runs"]] == ["old", "new"]
    assert made["changed"][0] == {"id": "LB-001", "from": "passed", "to": "failed", "trend": "worse"}
    assert made["requirements"][0] == {"id": "LB-001", "outcomes": ["passed", "failed"]}


@hostile
def test_hostile_text_is_text_in_a_comparison(text):
    read = Read(comparison_page(compare([(text, poisoned(OLD, text)), ("new", poisoned(NEW, text))])))

    assert len(read.all("script")) == 1
    assert not read.all("img")


# -- verdicts on disk ----------------------------------------------------------------------------------------


@pytest.fixture
def kept(folder):
    """A working directory with two runs in it."""
    for name, made in (("old", OLD), ("new", NEW)):
        (folder / name / "library").mkdir(parents=True)
        (folder / name / "library" / "verdict.json").write_text(json.dumps(made), encoding="utf-8")
    return folder


@pytest.mark.parametrize("place", ["old", "old/library", "old/library/verdict.json"])
def test_a_verdict_is_found_from_its_file_its_folder_and_the_folder_above(kept, bookproof, place):
    assert bookproof(f"report {place}") == (0, "old/library/index.html\n", "")
    assert "library violates its contract" in Read((kept / "old/library/index.html").read_text(encoding="utf-8")).text


def test_several_folders_become_a_comparison(kept, bookproof):
    assert bookproof("report old new") == (0, "reports/comparison.html\n", "")
    assert "What changed from old to new" in Read((kept / "reports/comparison.html").read_text(encoding="utf-8")).text


def test_a_page_goes_where_it_is_told(kept, bookproof):
    assert bookproof("report old --to pages/one.html")[0] == 0
    assert (kept / "pages/one.html").is_file()
    assert not (kept / "old/library/index.html").exists()


def test_json_prints_and_writes_nothing(kept, bookproof):
    assert json.loads(bookproof("report old --json")[1]).items() >= {**OLD, "requirements": ANY}.items()
    assert json.loads(bookproof("report old new --json")[1])["comparisons"][0]["api"] == "library"
    assert sorted(path.name for path in kept.rglob("*.html")) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ('{"format": 2}', "has format 2; this bookproof reads format 1"),
        ("[]", "is no verdict"),
        ('{"format": 1}', "is no verdict"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_what_is_no_verdict_is_said_in_one_sentence(kept, bookproof, text, said):
    (kept / "old/library/verdict.json").write_text(text)
    code, out, err = bookproof("report old")

    assert (code, out) == (2, "")
    assert said in err
    assert len(err) < 500


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("report nowhere", "There is no folder, and so no verdict.json in nowhere."),
        ("report old --many-files", "--many-files belongs to --allure."),
        ("report old --allure --json", "--allure and --json exclude each other."),
        ("report old --allure", "There is no folder allure-results in old."),
        ("report", "Missing argument 'DIR…'."),
    ],
)
def test_wrong_usage_is_said_in_one_sentence(kept, bookproof, line, said):
    code, out, err = bookproof(line)

    assert (code, out) == (2, "")
    assert said in err


def test_one_file_for_several_runs_is_refused(kept, bookproof):
    (kept / "both/museum").mkdir(parents=True)
    (kept / "old/library").rename(kept / "both/library")
    (kept / "both/museum/verdict.json").write_text(json.dumps(document(api="museum")))

    assert "--to names one file" in bookproof("report both --to one.html")[2]
    assert bookproof("report both")[1].split() == ["both/library/index.html", "both/museum/index.html"]


def test_a_label_is_what_tells_a_folder_from_the_others(kept):
    assert stored.labels([kept / "old/library", kept / "new/library"]) == ["old", "new"]
    assert stored.labels([kept / "old/library"]) == ["library"]


def test_a_verdict_of_the_first_days_is_read_like_one_of_today(kept):
    added = copy.deepcopy(OLD)
    added["requirements"][0] |= dict.fromkeys(("reading", "provenance", "capability", "rule"), "")
    added["requirements"][0] |= {"owns": [], "shown_by": [], "waiver": None, "witness": None}

    assert stored.read(kept / "old/library")["requirements"][0] == added["requirements"][0]


def test_a_property_that_was_added_is_checked_too(kept):
    broken = copy.deepcopy(OLD)
    broken["requirements"][0]["owns"] = 5
    (kept / "old/library/verdict.json").write_text(json.dumps(broken))

    with pytest.raises(DataError, match="requirements/0/owns"):
        stored.read(kept / "old/library")
