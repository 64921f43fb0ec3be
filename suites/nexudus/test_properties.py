"""Generated creations, valid and broken: whatever is sent, the answer keeps the contract.

The systematic phase makes valid bodies only, combinations of the 82 fields: its broken ones are the near misses.
"""

from schemathesis import GenerationMode

from bookproof.plugin.properties import properties, property_schema, send_case

schema = property_schema("nexudus", examples=40)
schema.config.phases.coverage.generation.update(modes=[GenerationMode.POSITIVE])
creations = schema.include(operation_id="createResource")


@properties
@creations.parametrize()
def test_any_creation_is_answered_as_documented(case, bookproof):
    send_case(bookproof.session, case)
