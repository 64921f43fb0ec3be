"""Generated requests, valid and broken: whatever is sent, the answer keeps the contract."""

from bookproof.plugin.properties import properties, property_schema, send_case

schema = property_schema("highlevel", examples=20, coverage=False)


@properties
@schema.parametrize()
def test_any_request_is_answered_as_documented(case, bookproof):
    send_case(bookproof.session, case)
