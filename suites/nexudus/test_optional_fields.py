"""The other optional fields (lines 118-326): each is accepted alone, and all of them together."""

import pytest

from bookproof.plugin import demonstrates, requirement

FIELDS = {
    "Description": "NX-048",
    "ClearPictureFile": "NX-050",
    "EmailConfirmationContent": "NX-051",
    "Visible": "NX-052",
    "GroupName": "NX-054",
    "Longitude": "NX-074",
    "Latitude": "NX-075",
    "HideInCalendar": "NX-076",
    "Archived": "NX-077",
    "UseSharedZoomAccount": "NX-078",
    "LastCleanedAt": "NX-082",
    "OnlyForContacts": "NX-085",
    "OnlyForMembers": "NX-086",
    "OnlyForInvoicingBusiness": "NX-087",
}
OUTSIDE = {
    "NewPictureUrl": "NX-049",
    "Shifts": "NX-069",
    "GoogleCalendarId": "NX-071",
    "KisiGroupId": "NX-072",
    "AccessControlGroupId": "NX-073",
    "ZoomAccessToken": "NX-079",
    "ZoomRefreshToken": "NX-080",
    "ZoomUserId": "NX-081",
    "Office365CalendarId": "NX-083",
}


@pytest.mark.parametrize("field", [pytest.param(name, marks=demonstrates(row)) for name, row in FIELDS.items()])
def test_an_optional_field_is_accepted(nexudus, with_field, field):
    assert nexudus.create(with_field(field)).accepted


@pytest.mark.parametrize("field", [pytest.param(name, marks=requirement(row)) for name, row in OUTSIDE.items()])
def test_a_field_that_names_something_outside_may_be_sent(nexudus, with_field, field):
    assert nexudus.offer(with_field(field)).accepted


@requirement("NX-096")
def test_the_optional_fields_are_accepted_together(nexudus, minimum):
    assert nexudus.create(nexudus.samples.full()).accepted


@requirement("NX-096")
def test_all_82_fields_may_be_sent_together(nexudus, minimum):
    assert nexudus.offer(nexudus.samples.everything()).accepted


@requirement("NX-096")
def test_null_in_place_of_every_optional_field_is_answered(nexudus, minimum):
    assert nexudus.create(dict.fromkeys(nexudus.samples.everything()) | minimum).status < 500
