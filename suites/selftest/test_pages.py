"""Pages: one file that says what verdict.json says, fetches nothing, and shows hostile text as text."""

import base64
import copy
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from unittest.mock import ANY

import pytest

from bookproof import apis
from bookproof.errors import DataError
from bookproof.reports import stored
from bookproof.reports.compare import as_json, compare, comparison_page
from bookproof.reports.excerpt import Excerpt, bounded, visible
from bookproof.reports.html import LIMIT, page
from bookproof.reports.picture import bars, columns, stacked
from bookproof.running import run_suite
from bookproof.targets.opening import Plan
from bookproof.verdict import OUTCOMES

SENT = {"title": "A", "pages": 3, "kind": "novel"}
ANSWERED = {"title": "a", "pages": 3.0, "id": 7}
HOSTILE = {
    "script": "</script><script>alert(1)</script>",
    "attribute": "\" onmouseover='alert(1)' x=\"",
    "comment": "<!-- --> ]]> </style></svg></title>",
    "template": "{{ 7 * 7 }} {% raw %}",
    "escapes": "\x1b[31mred\x1b[0m\x07",
    "right to left": "אבג \u202egnp.exe\u2069",
    "not text": "\ud800 \ufeff\x00",
}
hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)


def exchange(sent=SENT, answered=ANSWERED, **changes):
    return {
        "request": {
            "method": "POST",
            "url": "https://library.example.com/books",
            "headers": {"Content-Type": "application/json"},
            "body": json.dumps(sent),
        },
        "response": {"status": 201, "headers": {}, "body": json.dumps(answered)},
        "error": None,
        **changes,
    }


def finding(where="response.body/title", **changes):
    found = {
        "level": "must",
        "message": "title is wrong",
        "expected": '"A"',
        "actual": '"a"',
        "where": where,
        "seen": 2,
    }
    return {**found, "example": {**exchange(), "curl": "curl -X POST https://library.example.com/books"}, **changes}


def row(name, outcome="passed", **changes):
    made = {
        "id": name,
        "level": "must",
        "statement": f"The sentence of {name}",
        "quote": f"words of {name}",
        "lines": "3",
        "theme": "titles",
        "operation": "addBook",
        "outcome": outcome,
        "reason": None if outcome in ("passed", "failed", "warned") else "because of it",
        "exchanges": 4,
        "findings": [finding()] if outcome in ("failed", "warned", "waived") else [],
    }
    return {**made, **changes}


def document(*rows, **changes):
    """A verdict as format 1 began: without the properties that were added later."""
    rows = list(rows or [row(f"LB-00{place}", outcome) for place, outcome in enumerate(OUTCOMES)])
    counts = {outcome: sum(one["outcome"] == outcome for one in rows) for outcome in OUTCOMES}
    made = {
        "format": 1,
        "bookproof": "0.1.0",
        "api": "library",
        "contract": {"version": "1.0.0", "sha256": "0" * 64},
        "target": {"kind": "live", "url": "https://library.example.com"},
        "reading": "strict",
        "started": "2031-01-02T03:04:05Z",
        "seconds": 1.5,
        "seed": 1,
        "verdict": "violates" if counts["failed"] else "conforms",
        "reason": None,
        "counts": {"requests": 12, "requirements": counts},
        "requirements": rows,
        "unowned": [],
        "readings": {},
        "remains": [],
    }
    return {**made, **changes}


class Read(HTMLParser):
    """What a browser would make of a page: elements with their attributes, and the text outside script and style."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.words = []
        self._inside = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside.append(tag)
        if tag not in ("span", "code", "b", "a", "time"):
            self.words.append(" ")

    def handle_endtag(self, tag):
        if tag in self._inside:
            del self._inside[len(self._inside) - 1 - self._inside[::-1].index(tag) :]

    def handle_data(self, data):
        if not {"script", "style"} & set(self._inside):
            self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())

    def all(self, tag, **wanted):
        return [a for name, a in self.elements if name == tag and all(a.get(k) == v for k, v in wanted.items())]


def poisoned(
    value, text, kept=("outcome", "level", "verdict", "kind", "sha256", "started", "version", "reading", "id")
):
    """A verdict in which every text that can be another one is this one."""
    if isinstance(value, dict):
        return {key: child if key in kept else poisoned(child, text, kept) for key, child in value.items()}
    if isinstance(value, list):
        return [poisoned(child, text, kept) for child in value]
    return text if isinstance(value, str) else value


# -- one run -------------------------------------------------------------------------------------------------


def test_a_page_says_what_was_judged_and_what_came_of_it():
    text = Read(page(document())).text

    assert "library violates its contract" in text
    assert "https://library.example.com" in text
    assert "2031-01-02 03:04 UTC" in text
    assert "12 requests in 1.5 s, seed 1" in text
    assert "accepting what the document forbids is a violation" in text


def test_every_requirement_has_a_row_and_what_failed_comes_first():
    rows = Read(page(document())).all("details")

    assert [(one["id"], one["data-outcome"]) for one in rows] == [
        (f"LB-00{place}", outcome) for place, outcome in enumerate(OUTCOMES)
    ]


def test_a_row_opens_to_sentence_expectation_exchange_and_command():
    text = Read(page(document(row("LB-001", "failed")))).text

    assert "words of LB-001 the document, line 3" in text
    assert 'where response.body/title expected "A" got "a"' in text
    assert "POST https://library.example.com/books" in text
    assert "curl -X POST https://library.example.com/books" in text


def test_a_row_says_which_reading_was_taken_and_which_the_target_showed():
    taken = row(
        "LB-001", reading="LB-R01: either is right", provenance="the vendor's file", rule="b", capability="readback"
    )
    text = Read(page(document(taken, readings={"LB-R01": {"an array": 3}}))).text

    assert "reading taken LB-R01: either is right target showed an array (3)" in text
    assert "not from the document the vendor's file" in text
    assert "needs the capability readback" in text
    assert "Readings that the target showed" in text


def test_a_waiver_has_its_reason_and_its_last_day():
    waived = row("LB-001", "waived", waiver={"reason": "the vendor knows", "expires": "2031-05-01"})
    text = Read(page(document(waived))).text

    assert "waived until 2031-05-01: the vendor knows" in text
    assert "LB-001 2031-05-01 the vendor knows" in text


def test_what_was_not_judged_is_listed_with_its_reason_once():
    rows = [row("LB-001", "out-of-scope"), row("LB-002", "out-of-scope"), row("LB-003", "untested", reason="no id")]
    text = Read(page(document(*rows))).text

    assert "untested no id LB-003" in text
    assert "out of scope because of it LB-001, LB-002" in text


def test_a_passed_row_shows_an_exchange_where_one_was_kept():
    shown = row("LB-001", witness={**exchange(), "test": "test_books::test_a_book"})
    text = Read(page(document(shown))).text

    assert "An exchange that shows it" in text
    assert "Sent by test_books::test_a_book" in text


def test_times_are_shown_by_operation():
    timings = {"addBook": {"exchanges": 40, "median": 0.00042, "p95": 0.123, "longest": 2.5}}

    assert "addBook 40 0.42 ms 120 ms 2.5 s" in Read(page(document(timings=timings))).text


def test_what_no_requirement_owns_and_what_remains_are_shown():
    text = Read(page(document(unowned=[finding("exchange", message="no answer")], remains=["a shelf"]))).text

    assert "Faults that no requirement owns" in text
    assert "no answer" in text
    assert "What remains at the target a shelf" in text


def test_a_page_of_a_real_run_holds_every_requirement():
    outcome = run_suite(apis.load("highlevel"), Plan(), properties=False, select="test_limit or test_credentials")
    read = Read(page(outcome.verdict.as_json()))

    assert {one["id"] for one in read.all("details")} == set(apis.load("highlevel").ledger.rows)
    assert "An exchange that shows it" in read.text


# -- what came back of what was sent -------------------------------------------------------------------------


def test_properties_that_differ_stand_beside_each_other():
    compared = Excerpt(500).comparison(finding())

    assert [(one.name, one.sent, one.answered, one.note, one.blamed) for one in compared.differences] == [
        ("title", '"A"', '"a"', "differs", True),
        ("kind", '"novel"', "nothing", "sent only", False),
        ("id", "nothing", "7", "answered only", False),
    ]
    assert compared.same == ("pages",)


@pytest.mark.parametrize(
    "changes",
    [
        {"response": None, "error": "no answer"},
        {"response": {"status": 422, "headers": {}, "body": '{"message": "no"}'}},
        {"response": {"status": 200, "headers": {}, "body": "<html>"}},
        {"response": {"status": 200, "headers": {}, "body": "[1]"}},
    ],
    ids=["no answer", "nothing in common", "not JSON", "an array"],
)
def test_nothing_is_compared_where_nothing_can_be(changes):
    assert Excerpt(500).comparison(finding(example={**exchange(), "curl": "", **changes})) is None


def test_json_is_indented_and_the_rest_left_as_it_is():
    assert Excerpt(500).body('{"a": [1]}') == '{\n  "a": [\n    1\n  ]\n}'
    assert Excerpt(500).body("[" * 400) == "[" * 400


def test_a_long_text_says_how_much_of_it_is_left_out():
    assert Excerpt(3)("abcdef") == "abc… (3 more characters)"


# -- safety --------------------------------------------------------------------------------------------------


def test_a_page_fetches_nothing_and_runs_its_own_script_alone():
    text = page(document())
    read = Read(text)
    policy = read.all("meta", **{"http-equiv": "Content-Security-Policy"})[0]["content"]
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy
    assert not [a for _, a in read.elements if "src" in a or a.get("href", "#")[0] not in "#d" or "style" in a]
    assert not [name for _, a in read.elements for name in a if name.startswith("on")]


@hostile
def test_hostile_text_is_text(text):
    whole = document(row("LB-001", "failed", waiver=None, reading="x"), unowned=[finding()], remains=["x"], reason="x")
    plain, read = Read(page(whole)), Read(page(poisoned(whole, text)))

    assert [name for name, _ in read.elements if name in ("script", "style", "img", "svg")] == [
        name for name, _ in plain.elements if name in ("script", "style", "img", "svg")
    ]
    assert {key for _, a in read.elements for key in a} <= {key for _, a in plain.elements for key in a}
    assert "".join(text.split())[:3] in "".join(read.text.split()) or visible(text) != text


@hostile
def test_a_page_holds_no_sign_that_steers(text):
    written = page(poisoned(document(), text)).encode()

    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\u2028]", written.decode())


def test_a_page_of_endless_text_stays_below_five_megabytes():
    rows = [row(f"LB-{number:03}", "failed", findings=[finding()] * 3) for number in range(20)]
    endless = poisoned(document(*rows), "<&\"'" * 260_000)

    assert len(page(endless).encode()) < LIMIT


def test_many_findings_with_long_bodies_stay_below_five_megabytes():
    body = json.dumps({"title": "<" * 7_900})
    long = finding(example={**exchange(), "curl": body, "request": {**exchange()["request"], "body": body}})
    rows = [row(f"LB-{n:03}", "failed", findings=[long] * 4) for n in range(80)]

    assert len(page(document(*rows)).encode()) < LIMIT


def test_a_text_from_elsewhere_is_bounded_whatever_its_place():
    made = bounded({"id": "x" * 999, "headers": {"y" * 999: "z" * 99_999}, "body": "b" * 30_000})

    assert len(made["id"]) < 150
    assert len(next(iter(made["headers"]))) < 250
    assert len(made["headers"][next(iter(made["headers"]))]) < 5_000
    assert len(made["body"]) < 21_000


# -- access --------------------------------------------------------------------------------------------------


def test_every_field_of_the_form_has_a_label_and_every_picture_a_name():
    read = Read(page(document()))
    labelled = {one.get("for") for one in read.all("label")}
    fields = [a for name, a in read.elements if name in ("select", "input") and a.get("type") != "checkbox"]

    assert {field["id"] for field in fields} <= labelled
    assert all(picture["aria-label"] for picture in read.all("svg"))
    assert read.all("output", **{"aria-live": "polite"})
    assert read.all("a", href="#main")
    assert read.all("html", lang="en")


def test_ids_of_elements_are_not_repeated():
    for text in (page(document()), comparison_page(compare([("a", document()), ("b", document())]))):
        ids = [a["id"] for _, a in Read(text).elements if "id" in a]

        assert len(ids) == len(set(ids))


# -- pictures ------------------------------------------------------------------------------------------------


def test_parts_of_a_bar_lie_end_to_end():
    parts = stacked({"failed": 2, "passed": 3, "out-of-scope": 0})

    assert [(part.outcome, part.start, part.count) for part in parts] == [("passed", 0, 3), ("failed", 3, 2)]


def test_a_theme_has_a_bar_with_what_passed_of_what_was_judged():
    made = bars([row("a"), row("b", "failed"), row("c", "out-of-scope"), row("d", theme="")])

    assert [(bar.label, bar.passed, bar.judged, bar.length) for bar in made] == [
        ("titles", 1, 2, 3),
        ("other", 1, 1, 1),
    ]


def test_columns_of_a_history_stand_side_by_side():
    made = columns([(f"run {n}", f"2031-01-{n + 1:02}T", {"passed": n, "failed": 1}) for n in range(30)])

    assert all(left.x + left.width <= right.x for left, right in pairwise(made))
    assert sum(column.labelled for column in made) <= 9


@pytest.mark.parametrize("counts", [{"passed": 300, "failed": 1, "untested": 1}, {"passed": 3}, {"failed": 1}, {}])
def test_a_column_is_as_high_as_its_run_and_shows_a_single_failure(counts):
    column, _ = columns([("may", "2031-05-01", counts), ("june", "2031-06-01", {"passed": 302})])
    heights = [height for _, _, height in column.parts]

    assert sum(heights) == pytest.approx(110 * sum(counts.values()) / 302, abs=0.05)
    assert len(heights) < 2 or min(heights) == 5


# -- comparisons ---------------------------------------------------------------------------------------------

OLD = document(row("LB-001"), row("LB-002", "failed"), row("LB-003", "untested"), started="2030-01-01T00:00:00Z")
NEW = document(row("LB-001", "failed"), row("LB-002"), row("LB-003"), row("LB-004"))


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


# -- the client of captured traffic ------------------------------------------------------------------------------------


def judged_client(*rows, unowned=()):
    """The verdict about a client, as verdict.json has it."""
    short = [{key: one[key] for key in ("id", "level", "outcome", "exchanges", "findings")} for one in rows]
    counts = {outcome: sum(one["outcome"] == outcome for one in rows) for outcome in OUTCOMES}
    return {
        "verdict": "violates" if counts["failed"] else "conforms",
        "reason": None,
        "counts": {"requests": 7, "requirements": counts},
        "requirements": short,
        "unowned": list(unowned),
    }


def of_the_client(*rows, **options):
    """The section about the client on the page of a service that keeps everything."""
    whole = document(*(row(one["id"]) for one in rows), client=judged_client(*rows, **options))
    text = Read(page(whole)).text
    return text[text.index("What the client sent that the document forbids") :]


def test_what_the_client_broke_is_told_with_the_words_of_the_document_and_the_evidence():
    sent = finding(
        "request.body/name", message="the client sent what the document forbids: it is missing", actual="422"
    )

    said = of_the_client(row("LB-001"), row("LB-002", "failed", findings=[sent]))

    assert "7 requests, 1 requirement kept, 1 broken." in said
    assert "The sentence of LB-002" in said
    assert "words of LB-002" in said
    assert "it is missing" in said
    assert "request.body/name" in said
    assert "curl -X POST https://library.example.com/books" in said


def test_what_the_client_broke_heavily_comes_first():
    said = of_the_client(row("LB-001", "warned"), row("LB-002", "failed"))

    assert said.index("The sentence of LB-002") < said.index("The sentence of LB-001")


def test_what_no_requirement_owns_is_told_of_the_client_too():
    assert "a strange request" in of_the_client(row("LB-001"), unowned=[finding(message="a strange request")])


def test_a_client_that_kept_everything_is_one_sentence():
    said = of_the_client(row("LB-001"), row("LB-002"))

    assert "7 requests, 2 requirements kept, 0 broken. This decides nothing of the verdict above" in said


def test_the_verdict_leads_to_the_client():
    elements = Read(page(document(client=judged_client(row("LB-001"))))).elements

    assert ("a", {"href": "#client"}) in elements


def test_without_captured_traffic_there_is_no_client():
    assert "client" not in Read(page(document())).text
