"""Generated creations, valid and broken: whatever is sent, the answer keeps the contract.

A full run adds the systematic phase, valid combinations of the 82 fields: broken ones are what near misses are.
"""

from schemathesis import GenerationMode

from bookproof.plugin import full
from bookproof.plugin.properties import properties, property_schema, send_case

few = property_schema("nexudus", examples=2, coverage=False).include(operation_id="createResource")
schema = property_schema("nexudus", examples=20)
schema.config.phases.coverage.generation.update(modes=[GenerationMode.POSITIVE])
many = schema.include(operation_id="createResource")


@properties
@few.parametrize()
def test_any_creation_is_answered_as_documented(case, bookproof):
    send_case(bookproof.session, case)


@full
@properties
@many.parametrize()
def test_many_more_creations_are_answered_as_documented(case, bookproof):
    send_case(bookproof.session, case)
