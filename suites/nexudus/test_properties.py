"""Generated creations, most of them broken: whatever is sent, the answer keeps the contract.

Few are valid, since each of those leaves a record.
"""

from schemathesis import GenerationMode

from bookproof.plugin.properties import properties, property_schema, send_case

schema = property_schema("nexudus", examples=16, coverage=False)
schema.config.generation.update(modes=[GenerationMode.NEGATIVE])
creations = schema.include(operation_id="createResource")


@properties
@creations.parametrize()
def test_any_creation_is_answered_as_documented(case, bookproof):
    send_case(bookproof.session, case)
