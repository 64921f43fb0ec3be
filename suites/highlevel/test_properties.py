"""Generated requests, valid and broken: whatever is sent, the answer keeps the contract.

A full run adds the systematic phase: what it makes, near misses and variants make as well, each with its requirement.
"""

from bookproof.plugin import full
from bookproof.plugin.properties import properties, property_schema, send_case

few = property_schema("highlevel", examples=20, coverage=False)
many = property_schema("highlevel", examples=100)


@properties
@few.parametrize()
def test_any_request_is_answered_as_documented(case, bookproof):
    send_case(bookproof.session, case)


@full
@properties
@many.parametrize()
def test_any_of_many_requests_is_answered_as_documented(case, bookproof):
    send_case(bookproof.session, case)
