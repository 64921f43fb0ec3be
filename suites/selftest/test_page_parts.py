"""Parts of a page: what came back of what was sent, pictures, the client of captured traffic."""

from itertools import pairwise

import pytest
from pages import Read, document, exchange, finding, row

from bookproof.reports.excerpt import Excerpt
from bookproof.reports.html import page
from bookproof.reports.picture import bars, columns, stacked
from bookproof.verdict import OUTCOMES

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


# -- pictures ------------------------------------------------------------------------------------------------


def test_parts_of_a_bar_lie_end_to_end():
    parts = stacked({"failed": 2, "passed": 3, "out-of-scope": 0})

    assert [(part.outcome, part.start, part.count) for part in parts] == [("passed", 0, 3), ("failed", 3, 2)]


def test_a_theme_has_a_bar_with_what_passed_of_what_applies():
    made = bars([row("a"), row("b", "failed"), row("c", "out-of-scope"), row("d", theme="")])

    assert [(bar.label, bar.passed, bar.applicable, bar.length) for bar in made] == [
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


# -- the client of captured traffic ------------------------------------------------------------------------------------


def test_runs_of_one_day_are_told_apart_by_their_times():
    made = columns([("a", "2031-05-01T08:15:00Z", {"passed": 1}), ("b", "2031-05-01T20:45:00Z", {"passed": 1})])

    assert [column.date for column in made] == ["05-01 08:15", "05-01 20:45"]


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
