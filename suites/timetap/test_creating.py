"""POST /resource: a new resource from the fields that were sent (lines 30-36 and 63-71)."""

import pytest

from bookproof.plugin import demonstrates, requirement, smoke

NAMES = {
    "in another alphabet": "bookproof-Жёлтая комната",
    "with accents and an emoji": "bookproof-Bücher & «Brötchen» – “m²” 会議室 🧘",
    "in mixed case": "bookproof-HaMsTeR WheeL",
    "with signs that markup uses": "bookproof <b>5</b> < 6 &amp; \"double\" or 'single'",
    "that looks like a number": "0123",
    "with a backslash and a percent sign": "bookproof-a\\b\\n 100 % %20 %s {name} {{x}} $& c/d + #1 @2; -- end",
    "of 255 letters": "bookproof ".ljust(255, "ü"),
    "of 1000 letters": "bookproof ".ljust(1000, "n"),
}


@demonstrates("TT-025")
def test_the_minimum_object_is_accepted(timetap, minimum):
    assert timetap.create(minimum).accepted


@demonstrates("TT-024")
def test_further_fields_may_be_set(timetap, minimum):
    timetap.session.establish("further")
    assert timetap.create(timetap.samples.full_creation() | minimum).accepted


@requirement("TT-020", "TT-071", "TT-072")
def test_a_creation_that_names_another_resource_makes_one_of_its_own(timetap, minimum, standing):
    assert timetap.create(minimum | {"resourceId": standing["resourceId"]}).accepted


@requirement("TT-061")
@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_comes_back_as_it_was_sent(timetap, minimum, name):
    assert timetap.read(timetap.made(**minimum | {"name": name})).accepted


@requirement("TT-026", "TT-066", "TT-069")
@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_services_come_back_as_they_were_sent(timetap, minimum, reasons, count):
    assert timetap.read(timetap.made(**minimum | {"reasonIdList": reasons[:count]})).accepted


@requirement("TT-026")
def test_the_services_may_come_in_any_order(timetap, minimum, reasons):
    assert timetap.create(minimum | {"reasonIdList": reasons[::-1]}).accepted


@requirement("TT-026")
def test_a_service_that_is_named_twice_does_no_harm(timetap, minimum, reasons):
    assert timetap.create(minimum | {"reasonIdList": reasons[:1] * 2}).accepted


@requirement("TT-043")
def test_a_bundle_may_be_null(timetap, minimum):
    assert timetap.create(minimum | {"bundleResourceIdList": None}).accepted


@requirement("TT-071")
def test_an_id_that_is_sent_is_not_taken_over(timetap, minimum, title):
    assert timetap.create(minimum | {"resourceId": timetap.unknown_id(title)}).accepted


@requirement("TT-072")
def test_the_same_creation_twice_makes_two_resources(timetap, minimum):
    timetap.create(minimum)
    assert timetap.create(minimum).accepted


@requirement("TT-039")
@pytest.mark.parametrize(
    "prop", [pytest.param("createdDate", marks=smoke), "createdUser", "modifiedDate", "modifiedUser"]
)
def test_what_only_the_server_writes_is_not_taken_from_a_creation(timetap, minimum, prop):
    sent = 1531934814568 if prop.endswith("Date") else "bookproof-nobody"
    assert timetap.create(minimum | {prop: sent}).accepted


@requirement("TT-026")
def test_a_property_that_is_not_documented_does_no_harm(timetap, minimum):
    assert timetap.create(minimum | {"bookproof": {"undocumented": [1, None]}}).accepted


@requirement("TT-006")
@pytest.mark.usefixtures("listing")
def test_whatever_was_created_is_in_the_list(timetap):
    assert timetap.list_all().accepted
