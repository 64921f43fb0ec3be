"""Many generated requests, for full runs: the systematic phase, and a hundred at random."""

from bookproof.plugin.properties import properties, property_schema, send_case

schema = property_schema("highlevel", examples=100)


@properties
@schema.parametrize()
def test_any_of_many_requests_is_answered_as_documented(case, bookproof):
    send_case(bookproof.session, case)
