"""The call: one operation, and credentials in its Authorization header (lines 2-13 and 66)."""

from dataclasses import replace

import pytest

from bookproof.plugin import demonstrates, needs, requirement, smoke

UNSIGNED = "Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJib29rcHJvb2YifQ."


@demonstrates("NX-005")
def test_basic_credentials_are_accepted(nexudus, minimum):
    draft = replace(nexudus.samples.create(minimum), credentials=nexudus.basic_credentials())
    assert nexudus.send(draft).status not in (401, 403), "a creation with Basic credentials was turned away"


@smoke
@requirement("NX-006")
@pytest.mark.parametrize(
    "credentials", ["Bearer bookproof-token-of-nobody", "Basic Ym9va3Byb29mOm5vYm9keQ=="], ids=["bearer", "basic"]
)
def test_credentials_that_the_target_never_gave_are_refused(nexudus, minimum, credentials):
    stranger = replace(nexudus.samples.create(minimum), credentials=credentials)
    assert nexudus.send(stranger, also_breaks="NX-006").refused


@requirement("NX-006")
@pytest.mark.parametrize(
    "credentials",
    ["Bearer", "Basic %", "Token bookproof", UNSIGNED],
    ids=["no-token", "not-base64", "scheme", "unsigned"],
)
def test_credentials_of_no_known_form_are_refused(nexudus, minimum, credentials):
    stranger = replace(nexudus.samples.create(minimum), credentials=credentials)
    assert nexudus.send(stranger, also_breaks="NX-006").refused


@requirement("NX-006")
def test_a_token_with_more_at_its_end_is_refused(nexudus, minimum):
    stranger = replace(nexudus.samples.create(minimum), credentials=nexudus.longer_token())
    assert nexudus.send(stranger, also_breaks="NX-006").refused


@demonstrates("NX-011")
def test_json_may_be_spelled_in_any_way(nexudus, minimum):
    assert nexudus.send(nexudus.spelled_otherwise(minimum)).accepted


@needs("readback")
@requirement("NX-006")
def test_a_record_is_not_shown_without_credentials(nexudus, minimum):
    assert nexudus.send(replace(nexudus.reading_of_a_record(), credentials=None)).refused


@needs("readback")
@requirement("NX-006")
def test_a_record_is_not_shown_to_a_stranger(nexudus, minimum):
    stranger = replace(nexudus.reading_of_a_record(), credentials="Bearer bookproof-token-of-nobody")
    assert nexudus.send(stranger, also_breaks="NX-006").refused


@needs("cleanup")
@requirement("NX-006")
def test_a_record_is_not_deleted_by_a_stranger(nexudus, minimum):
    stranger = replace(nexudus.deletion_of_a_record(), credentials="Bearer bookproof-token-of-nobody")
    assert nexudus.send(stranger, also_breaks="NX-006").refused


@needs("cleanup")
@requirement("NX-006")
def test_a_record_is_not_deleted_without_credentials(nexudus, minimum):
    assert nexudus.send(replace(nexudus.deletion_of_a_record(), credentials=None)).refused
