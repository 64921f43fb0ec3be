"""Tallies: what is counted once, what is kept, and that parts add up in any order."""

from functools import reduce
from itertools import permutations

from tallied import finding, parts, row, tally, verdict

from bookproof.tally import Tally
from bookproof.verdict import FINDINGS_KEPT

# -- counting ------------------------------------------------------------------------------------------------


def test_the_same_finding_at_the_same_place_is_kept_once():
    made = tally(findings=[finding(message="title is wrong: 5"), finding(message="title is wrong: 6")])

    assert [seen.count for seen in made.findings.values()] == [2]


def test_the_items_of_an_array_are_one_place():
    made = tally(findings=[finding(where="response.body/ids/0"), finding(where="response.body/ids/17")])

    assert [seen.count for seen in made.findings.values()] == [2]


def test_findings_at_other_places_are_kept_apart():
    made = tally(findings=[finding(where="response.body/id"), finding(where="response.body/title")])

    assert len(made.findings) == 2


def test_a_report_keeps_a_bounded_number_of_findings():
    many = [finding(where=f"response.body/{name}") for name in "abcdefghijklmnopqrstuvwxyz"]

    assert len(row(verdict(tally(findings=many)), "LB-001").findings) == FINDINGS_KEPT


def test_of_several_reasons_one_that_excuses_stands():
    made = tally()
    made.leave_untested("LB-001", "no fixture", "fixtures")
    made.leave_untested("LB-001", "interrupted")

    assert made.untested == {"LB-001": ("no fixture", "fixtures")}


# -- merging -----------------------------------------------------------------------------------------------------


def merged(tallies):
    def add(left, right):
        left.merge(right)
        return left

    return reduce(add, tallies, Tally())


def test_parts_add_up():
    whole = merged(parts())

    assert (whole.requests, whole.foreign, whole.accepted["addBook"], whole.refusals["addBook"]) == (4, 3, 3, 3)
    assert whole.shown == {"LB-001": 2, "LB-002": 1, "LB-010": 1}
    assert whole.enforced == {"addBook": {"LB-003": 6}}
    assert whole.readings == {"LB-R01": {"with ok": 3}}
    assert sorted(seen.count for seen in whole.findings.values()) == [1, 3]


def test_parts_merge_in_any_order():
    verdicts = [verdict(merged(order)).as_json() for order in permutations(parts())]

    assert all(found == verdicts[0] for found in verdicts)


def test_parts_merge_in_any_grouping():
    first, second, third = parts()
    left = merged([merged([first, second]), third])
    first, second, third = parts()
    right = merged([first, merged([second, third])])

    assert verdict(left).as_json() == verdict(right).as_json()


def test_merging_leaves_the_other_part_as_it_was():
    first, second, _ = parts()
    before = verdict(second).as_json()
    first.merge(second)
    first.note(finding())

    assert verdict(second).as_json() == before
