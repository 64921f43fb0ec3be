"""`prove` notices what is taken out of a contract or of the rules, and what a trial comes to."""

import copy
import random

import pytest
import yaml

from bookproof import apis
from bookproof.apis import Api
from bookproof.contract import Contract
from bookproof.proving import Proof, Trial, catalogue, gaps, try_entry, uncovered
from bookproof.schema import unescape

SEED = 20
SAMPLE = 12


def without(contract, pointer):
    """The contract's text with the keyword at a pointer taken out."""
    document = copy.deepcopy(contract.document)
    *way, last = [unescape(token) for token in pointer.removeprefix("#/").split("/")]
    place = document
    for token in way:
        place = place[int(token)] if isinstance(place, list) else place[token]
    if isinstance(place, list):
        place.remove(last)
    else:
        del place[last]
    return yaml.safe_dump(document)


def a_sample(api):
    """Some constraints of a contract, the same in every run."""
    return random.Random(SEED).sample(sorted(api.contract.constraints()), SAMPLE)


CONSTRAINTS = [(name, pointer) for name in apis.names() for pointer in a_sample(apis.load(name))]
RULES = [(name, rule) for name in apis.names() for rule in sorted(apis.load(name).rules())]


@pytest.mark.parametrize("name", apis.names())
def test_ledger_contract_and_rules_meet_everywhere(name):
    assert list(gaps(apis.load(name))) == []


@pytest.mark.parametrize("name", apis.names())
def test_a_defect_stands_behind_every_requirement(name):
    assert list(uncovered(apis.load(name))) == []


@pytest.mark.parametrize(("name", "pointer"), CONSTRAINTS)
def test_a_constraint_that_is_taken_out_leaves_a_gap(name, pointer):
    api = Api(name)
    api.__dict__["contract"] = Contract(name, without(api.contract, pointer))

    assert any(pointer in gap for gap in gaps(api))


@pytest.mark.parametrize(("name", "rule"), random.Random(SEED).sample(RULES, SAMPLE))
def test_a_rule_that_is_taken_out_leaves_a_gap(name, rule, monkeypatch):
    api = Api(name)
    left = {key: value for key, value in api.rules().items() if key != rule}
    monkeypatch.setattr(api, "rules", lambda: left)

    assert any(rule in gap for gap in gaps(api))


def test_there_are_more_than_250_defects_and_ten_variations_an_api():
    found = {name: catalogue(apis.load(name)) for name in apis.names()}

    assert sum(len(one.defects) for one in found.values()) >= 250
    assert min(len(one.variations) for one in found.values()) >= 10


def test_a_defect_is_killed_and_blamed_on_what_it_breaks():
    trial = try_entry("highlevel", "hl-room-rule-one")

    assert trial.killed
    assert trial.exact


def test_a_variation_is_not_accused():
    variation = catalogue(apis.load("highlevel")).variations[0]

    assert not try_entry("highlevel", variation.id).accused


def trial(*, defect=True, expected=(), failed=(), conclusion="violates"):
    """A finished trial."""
    names = (frozenset(expected), frozenset(failed), frozenset())
    return Trial("highlevel", "some-id", "a sentence", defect, *names, 0, conclusion, 0.1)


@pytest.mark.parametrize(
    ("one", "complaint"),
    [
        (trial(expected=["HL-042"], conclusion="conforms"), "survivors"),
        (trial(expected=["HL-042"], failed=["HL-041"]), "misblamed"),
        (trial(defect=False, failed=["HL-041"]), "alarms"),
        (trial(defect=False, conclusion="inconclusive"), "alarms"),
    ],
    ids=["a survivor", "wrong blame", "an accused variation", "a variation that cannot be judged"],
)
def test_a_proof_does_not_hold_with_a_complaint(one, complaint):
    proof = Proof((one,), (), (), 1.0)

    assert getattr(proof, complaint) == [one]
    assert not proof.holds
