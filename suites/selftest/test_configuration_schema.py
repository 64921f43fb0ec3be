"""The JSON Schema of bookproof.toml: made from the models, kept as a file, of use to an editor."""

import json
import tomllib

import jsonschema_rs
import pytest

from bookproof import apis, cli, resources
from bookproof.targets.configuration import Configuration
from bookproof.targets.configuration_schema import configuration_schema, configuration_schema_text

KEPT = resources.locate("contracts", "schemas", "configuration.schema.json")
SCHEMA = json.loads(KEPT.read_text(encoding="utf-8"))
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA, validate_formats=True)
FULL = """
[highlevel]
url = "https://sandbox.example.com"
credentials = { bearer = "env:HL_TOKEN" }
fixtures = { location_id = "L1", calendar_ids = ["C1"] }
capabilities = ["readback"]
budget = { requests = 500, rate = "10/s", seconds = 60 }
reading = "tolerant"
[[highlevel.waivers]]
requirement = "HL-042"
reason = "the vendor will mend it"
expires = 2999-01-31
[nexudus]
credentials = { login = { username = "env:NX_USER", password = "env:NX_PASSWORD" } }
[timetap]
budget = { rate = 2.5 }
"""


def complaints(text):
    """What an editor would underline; a date of TOML is text there."""
    return [error.message for error in VALIDATOR.iter_errors(json.loads(json.dumps(tomllib.loads(text), default=str)))]


def every_key(schema, place=""):
    """Each key that a file may hold, with its own schema."""
    for name, child in schema.get("properties", {}).items():
        yield f"{place}/{name}", child
        yield from every_key(child, f"{place}/{name}")
    if isinstance(schema.get("items"), dict):
        yield from every_key(schema["items"], f"{place}/*")


def test_the_kept_schema_is_that_of_the_models():
    # An API of somebody's own has no part in it: `bookproof init --schema FILE` writes one that knows it.
    assert KEPT.read_text(encoding="utf-8") == configuration_schema_text(), (
        f"write it anew: bookproof init --schema {KEPT}"
    )


def test_every_key_says_what_it_is_for():
    keys = [key for name, section in SCHEMA["$defs"].items() for key in every_key(section, name)]

    assert len(keys) > 40
    assert [place for place, schema in keys if not schema.get("description")] == []


def test_every_api_has_its_section():
    assert list(SCHEMA["properties"]) == apis.names()


def test_a_full_file_fits(tmp_path, monkeypatch):
    (tmp_path / "bookproof.toml").write_text(FULL)

    assert complaints(FULL) == []
    assert set(Configuration.load(tmp_path / "bookproof.toml").sections) == set(apis.names())


@pytest.mark.parametrize(
    "text",
    [
        "[highlevle]",
        "[highlevel]\nulr = 'http://x'",
        "[highlevel]\ncredentials = { bearer = 'pit-1' }",
        "[highlevel]\ncredentials = { login = { username = 'env:A' } }",
        "[nexudus]\ncredentials = { login = { user = 'env:A', password = 'env:B' } }",
        "[nexudus]\nfixtures = { location_id = 'x' }",
        "[highlevel]\nfixtures = { calendar_ids = 'x' }",
        "[highlevel]\ncapabilities = ['fly']",
        "[highlevel]\nbudget = { rate = 'fast' }",
        "[highlevel]\nbudget = { requests = -1 }",
        "[highlevel]\nreading = 'lax'",
        "[[highlevel.waivers]]\nrequirement = 'NX-001'\nreason = 'r'\nexpires = 2999-01-31",
        "[[highlevel.waivers]]\nrequirement = 'HL-042'\nexpires = 2999-01-31",
        "[[highlevel.waivers]]\nrequirement = 'HL-042'\nreason = 'r'\nexpires = 'soon'",
    ],
)
def test_what_bookproof_refuses_an_editor_underlines(text):
    assert complaints(text) != []


def test_what_init_writes_fits(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    cli.run(["init", *apis.names(), "--schema", "editor/bookproof.schema.json"])
    text = (tmp_path / "bookproof.toml").read_text(encoding="utf-8")

    assert text.startswith("#:schema ./editor/bookproof.schema.json\n")
    assert json.loads((tmp_path / "editor/bookproof.schema.json").read_text(encoding="utf-8")) == configuration_schema()
    assert complaints(text) == []


def test_init_without_anything_to_write_says_so(capsys):
    assert cli.run(["init"]) == 2
    assert "No API is named." in capsys.readouterr().err
