"""Nexudus' 82 fields: contract, models and suites name the same ones."""

import json
import runpy
from itertools import permutations

import pytest

from bookproof import apis
from bookproof.apis.nexudus import fields
from bookproof.apis.nexudus.models import CreateResource
from bookproof.exchange import Exchange, Request, Response

NEXUDUS = apis.load("nexudus")
SCHEMA = NEXUDUS.contract.at("#/components/schemas/CreateResource")


@pytest.fixture(scope="module")
def tabled():
    """Every optional field that the suite sends as the document allows it, or as what a target may refuse."""
    values = runpy.run_path(str(NEXUDUS.suites / "test_values.py"))
    return [*values["FIELDS"], *values["FLAGS"], *values["OUTSIDE"]]


def test_the_contract_has_82_fields():
    assert len(SCHEMA["properties"]) == 82


def test_the_models_have_the_fields_of_the_contract():
    assert list(CreateResource.model_fields) == list(SCHEMA["properties"])


def test_the_models_require_what_the_contract_requires():
    required = [name for name, field in CreateResource.model_fields.items() if field.is_required()]
    assert required == SCHEMA["required"] == list(fields.REQUIRED)


def test_the_suites_send_every_optional_field_once(tabled):
    assert sorted(tabled) == sorted(set(SCHEMA["properties"]) - set(fields.REQUIRED))


def test_there_is_a_typical_value_for_every_optional_field():
    assert list(fields.TYPICAL) == [name for name in SCHEMA["properties"] if name not in fields.REQUIRED]


@pytest.mark.parametrize("field", fields.TYPICAL)
def test_a_typical_value_fits_the_contract(field):
    assert NEXUDUS.contract.schema(f"#/components/schemas/CreateResource/properties/{field}").is_valid(
        fields.TYPICAL[field]
    )


def test_the_amenity_flags_are_the_28_of_the_contract():
    marked = [name for name, schema in SCHEMA["properties"].items() if schema["description"].startswith("Amenity flag")]
    assert list(fields.FLAGS) == marked
    assert len(marked) == 28


@pytest.mark.parametrize(
    ("some", "patterns"),
    [(fields.flags, fields.FLAG_PATTERNS), (fields.switches, fields.SWITCH_PATTERNS)],
    ids=["flags", "switches"],
)
def test_of_any_two_booleans_each_is_sent_true_without_the_other(some, patterns):
    sent = [some(pattern) for pattern in patterns]
    pairs = permutations(sent[0], 2)
    assert all(any(body[one] and not body[other] for body in sent) for one, other in pairs)


def test_no_two_numbers_of_the_policies_are_alike():
    numbers = [value for value in fields.TYPICAL.values() if type(value) in (int, float)]
    assert len(set(numbers)) == len(numbers)


def test_the_enumerated_values_are_those_of_the_contract():
    kinds, fees = SCHEMA["properties"]["SystemResourceType"], SCHEMA["properties"]["CancellationFeeType"]
    assert dict(zip(kinds["enum"], kinds["x-enum-names"], strict=True)) == fields.KINDS
    assert dict(zip(fees["enum"], fees["x-enum-names"], strict=True)) == fields.FEE_KINDS


def test_a_refusal_may_name_a_property_without_a_letter():
    sent = '{"#\U0010ffff": []}'.encode()
    told = {"PropertyName": "#\U0010ffff", "Message": "it is not known", "AttemptedValue": None}
    body = {"Status": 500, "Message": "#\U0010ffff: it is not known", "Value": None, "Errors": [told]}
    body["WasSuccessful"] = False
    json_type = (("Content-Type", "application/json"), ("Authorization", "Bearer t"))
    request = Request("POST", NEXUDUS.contract.servers[0] + "/api/spaces/resources", json_type, sent)
    judged = NEXUDUS.judge().observe(Exchange(request, Response(400, json_type, json.dumps(body).encode())))

    assert judged.findings == []
