"""Pages: one file that says what verdict.json says, fetches nothing, and shows hostile text as text."""

import base64
import hashlib
import json
import re

from pages import Read, document, exchange, finding, hostile, poisoned, row

from bookproof import apis
from bookproof.reports.compare import compare, comparison_page
from bookproof.reports.excerpt import bounded, visible
from bookproof.reports.html import LIMIT, page
from bookproof.running import run_suite
from bookproof.targets.opening import Plan
from bookproof.verdict import OUTCOMES

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
    assert "".join(visible(text).split()) in "".join(read.text.split())


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
