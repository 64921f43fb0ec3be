"""Ledgers: every row of every API is true to its document and to its contract, and nothing is left without an owner."""

import json
import os
import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import jsonschema_rs
import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from bookproof import apis, resources
from bookproof.errors import DataError, UnknownName
from bookproof.ledger import BUILT_IN, Ledger

every_api = pytest.mark.parametrize("name", apis.names())


@cache
def schema(name):
    text = resources.locate("contracts", "schemas", f"{name}.schema.json").read_text(encoding="utf-8")
    return jsonschema_rs.Draft202012Validator(json.loads(text))


def plain(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


# -- the rows of each API --------------------------------------------------------------------------


@every_api
def test_the_ledger_fits_its_schema(name):
    ledger = plain(apis.load(name).folder / "requirements.yaml")

    assert [error.message for error in schema("requirements").iter_errors(ledger)] == []


@every_api
def test_the_contract_is_valid_openapi(name):
    contract = plain(apis.load(name).folder / "openapi.yaml")

    assert [error.message for error in OpenAPIV31SpecValidator(contract).iter_errors()] == []


@every_api
def test_ids_are_unique_and_in_order(name):
    ids = [row["id"] for row in plain(apis.load(name).folder / "requirements.yaml")["requirements"]]

    assert ids == sorted(set(ids))


@every_api
def test_the_rows_own_every_constraint_of_the_contract_singly(name):
    api = apis.load(name)

    assert sorted(api.ledger.owned) == sorted(api.contract.constraints())


@every_api
def test_no_two_rows_own_one_keyword(name):
    owned = [pointer for row in apis.load(name).ledger for pointer in row.owns]

    assert len(owned) == len(set(owned))


@every_api
def test_every_row_is_judged_or_out_of_scope(name):
    rows = apis.load(name).ledger

    assert [row.id for row in rows if not (row.owns or row.rule or row.shown_by or row.out_of_scope)] == []


@every_api
def test_the_rules_of_the_ledger_are_the_rules_that_exist(name):
    api = apis.load(name)
    named = {row.rule for row in api.ledger if row.rule}

    assert named - BUILT_IN == set(api.rules())


@every_api
def test_no_two_rows_name_one_rule(name):
    named = [row.rule for row in apis.load(name).ledger if row.rule and row.rule not in BUILT_IN]

    assert len(named) == len(set(named))


@every_api
def test_the_business_rules_of_the_contract_are_in_the_ledger(name):
    api = apis.load(name)
    named = {row.rule for row in api.ledger if row.rule}
    stated = {
        rule["id"]
        for operation in api.contract.operations.values()
        for rule in api.contract.at(operation.pointer).get("x-business-rules", ())
    }

    assert stated <= named


@every_api
def test_every_operation_that_a_row_names_exists(name):
    api = apis.load(name)

    assert {row.operation for row in api.ledger if row.operation} <= set(api.contract.operations)


@every_api
def test_every_row_that_a_summary_names_exists(name):
    ledger = apis.load(name).ledger

    assert [part for row in ledger for part in row.shown_by if part not in ledger] == []


@every_api
def test_no_summary_sums_up_itself(name):
    parts = {row.id: row.shown_by for row in apis.load(name).ledger}

    TopologicalSorter(parts).prepare()  # a CycleError names the rows


@every_api
def test_every_sample_demonstrates_a_row_that_an_acceptance_shows(name):
    api = apis.load(name)
    samples = api.samples(api.fixtures(api.reference_fixtures)).samples()

    assert [s.demonstrates for s in samples.values() if not api.ledger[s.demonstrates].demonstrable] == []


# -- the documents ---------------------------------------------------------------------------------


def document(api):
    folder = os.environ.get("BOOKPROOF_SOURCES")
    if not folder:
        pytest.skip("BOOKPROOF_SOURCES does not name the folder of the documents")
    return (Path(folder) / api.ledger.document).read_text(encoding="utf-8").splitlines()


def folded(text):
    return " ".join(text.split())


def cited(lines, citation):
    """The words of the cited lines; citations are numbers and ranges, separated by commas."""
    spans = [[int(number) for number in span.split("-")] for span in re.split(r",\s*", citation)]
    return folded(" ".join(line for span in spans for line in lines[span[0] - 1 : span[-1]]))


@every_api
def test_every_quote_stands_in_the_lines_that_are_cited(name):
    api = apis.load(name)
    lines = document(api)
    quoted = [(row, piece) for row in api.ledger if row.quote for piece in row.quote.split(" … ")]

    assert [(row.id, piece) for row, piece in quoted if folded(piece) not in cited(lines, row.lines)] == []


@every_api
def test_every_row_that_quotes_nothing_says_where_it_is_from(name):
    assert [row.id for row in apis.load(name).ledger if not row.quote and not row.provenance] == []


def examples():
    """The documents' own examples. Skeletons name types in the place of values and are no valid messages."""
    for name in apis.names():
        for path in sorted((apis.load(name).folder / "examples").glob("*.json")):
            example = json.loads(path.read_text(encoding="utf-8"))
            if "skeleton" not in example["of"]:
                yield pytest.param(name, example["of"], example["value"], id=f"{name}-{path.stem}")


def schema_of(api, of):
    """The schema that an example is of: a `request` or a `response`, with its status or its operation."""
    kind, _, which = of.partition(" ")
    operation = api.contract.operations.get(which) or next(iter(api.contract.operations.values()))
    if kind == "request":
        return operation.body.content["application/json"]
    answer = operation.answers[which] if which.isdigit() else operation.success
    return answer.content["application/json"]


@pytest.mark.parametrize(("name", "of", "value"), list(examples()))
def test_an_example_of_the_document_fits_the_contract(name, of, value):
    assert schema_of(apis.load(name), of).breaches(value, of) == []


@every_api
def test_every_example_says_where_it_is_from(name):
    found = [json.loads(path.read_text(encoding="utf-8")) for path in apis.load(name).folder.glob("examples/*.json")]

    assert found
    assert all(example["provenance"] for example in found)


# -- reading a ledger ------------------------------------------------------------------------------

ROW = {"id": "LB-001", "level": "must", "statement": "A book has a title", "owns": ["#/a/required/title"]}
HEAD = {"api": "library", "document": "library.txt", "title": "A library"}


def ledger(*rows):
    return Ledger(HEAD | {"requirements": list(rows)})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (HEAD | {"requirements": []}, "requirements"),
        (HEAD | {"requirements": [ROW | {"level": "may"}]}, "requirements/0/level"),
        (HEAD | {"requirements": [ROW | {"owned": []}]}, "requirements/0/owned"),
        (HEAD | {"requirements": [ROW, ROW]}, "two rows with one id"),
        (None, "not valid"),
        ([], "not valid"),
    ],
)
def test_a_ledger_that_is_wrong_says_where(data, message):
    with pytest.raises(DataError, match=message):
        Ledger(data)


def test_two_owners_of_one_keyword_are_an_error():
    with pytest.raises(DataError, match="LB-002 and LB-001 both own #/a/required/title"):
        ledger(ROW, ROW | {"id": "LB-002"}).owner("#/a")


@pytest.mark.parametrize(
    ("pointer", "owner"),
    [
        ("#/a/required/title", "LB-001"),
        ("#/a/properties/title/type", "LB-002"),
        ("#/a/properties/title/items/type", "LB-002"),
        ("#/a/properties/titles/type", None),
        ("#/b", None),
    ],
)
def test_a_keyword_belongs_to_the_row_with_the_longest_pointer_above_it(pointer, owner):
    rows = ledger(ROW, ROW | {"id": "LB-002", "owns": ["#/a/properties/title"]})

    assert rows.owner(pointer) == owner


def test_an_id_that_is_misspelt_gets_a_suggestion():
    with pytest.raises(UnknownName) as raised:
        ledger(ROW)["LB-01"]

    assert raised.value.hint == "Did you mean LB-001?"


@pytest.mark.parametrize(("file", "message"), [("requirements.yaml", "is not YAML"), ("other.yaml", "cannot be read")])
def test_a_file_that_is_no_ledger_is_an_error(tmp_path, file, message):
    (tmp_path / file).write_text("[", encoding="utf-8")

    with pytest.raises(DataError, match=message):
        Ledger.load(tmp_path)


@pytest.mark.parametrize("name", ["requirements", "verdict"])
def test_the_schemas_are_schemas(name):
    text = resources.locate("contracts", "schemas", f"{name}.schema.json").read_text(encoding="utf-8")

    assert jsonschema_rs.meta.is_valid(json.loads(text))


@pytest.mark.parametrize(
    "change",
    [
        {"out_of_scope": "It cannot be seen."},
        {"owns": []},
        {"lines": "seven"},
        {"quote": "", "lines": ""},
        {"level": "may"},
        {"shown_by": ["the first"]},
    ],
    ids=str,
)
def test_the_schema_refuses_a_row_that_makes_no_sense(change):
    row = ROW | {"theme": "books", "quote": "title", "lines": "3"}

    assert schema("requirements").is_valid(HEAD | {"requirements": [row]})
    assert not schema("requirements").is_valid(HEAD | {"requirements": [row | change]})
