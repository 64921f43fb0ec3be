"""The ledger of an invented library, and what a run of it comes to."""

from collections import Counter
from datetime import UTC, date, datetime

import yaml

from bookproof.contract import Contract
from bookproof.exchange import Exchange, Request, Response
from bookproof.findings import Finding
from bookproof.ledger import Ledger
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
- { id: LB-001, level: must, statement: title is required, rule: a }
- { id: LB-002, level: must, statement: title is text, rule: b }
- { id: LB-003, level: should, statement: kind is known, rule: c }
- { id: LB-004, level: must, statement: Books can be read back, rule: d, capability: readback }
- { id: LB-005, level: must, statement: The page has a title, out_of_scope: Nobody sees it. }
- { id: LB-006, level: must, statement: title is right, shown_by: [LB-001, LB-002] }
- { id: LB-007, level: must, statement: All is right, shown_by: [LB-006] }
- { id: LB-008, level: must, statement: The page is right, shown_by: [LB-005] }
- { id: LB-009, level: must, statement: Reading works, shown_by: [LB-004] }
- { id: LB-010, level: must, statement: Novels are accepted, rule: accepted }
"""
    )
)
ALL = ("LB-001", "LB-002", "LB-003", "LB-010")
WAIVER = Waiver("LB-001", "the vendor knows", date(2031, 5, 1))


def run(**changes):
    started = datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
    return Run(**{"api": "library", "target": "reference", "url": "http://localhost", "started": started} | changes)


def tally(*shown, findings=(), **state):
    """A run in which these requirements were put to the test."""
    made = Tally(requests=len(shown), **{"accepted": Counter(createLoan=1)} | state)
    made.shown.update(shown)
    for found in findings:
        made.note(found)
    return made


def finding(requirement="LB-001", level="must", message="title is wrong", where="request.body/title", started=1.0):
    exchange = Exchange(Request("POST", f"http://localhost/{started}"), Response(200), started=started)
    return Finding(requirement, level, message, "text", "5", where, exchange)


def verdict(made, waivers=None, **changes):
    return conclude(made, run(**changes), CONTRACT, LEDGER, waivers)


def outcomes(found):
    return {row.requirement.id: row.outcome for row in found.rows}


def row(found, name):
    return next(row for row in found.rows if row.requirement.id == name)


def parts():
    """Three parts of a run; they overlap in every respect."""
    first = tally("LB-001", findings=[finding(started=3.0)], untested={"LB-002": ("no fixture", "fixtures")})
    second = tally("LB-001", "LB-002", findings=[finding(started=1.0), finding("LB-003", "should")])
    third = tally("LB-010", findings=[finding(started=2.0)], untested={"LB-002": ("interrupted", None)})
    first.remains, third.remains = ["a book"], ["a shelf"]
    for made in (first, second, third):
        made.accepted["addBook"] += 1
        made.refusals["addBook"] += 1
        made.foreign += 1
        made.readings["LB-R01"] = Counter({"with ok": 1})
        made.enforced["addBook"] = Counter({"LB-003": 2})
    return [first, second, third]
