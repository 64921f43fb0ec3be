"""Generated creations, valid and broken: whatever is sent, the answer keeps the contract.

A standard run has few that are valid, since each leaves a record; a full run adds combinations of the 82 fields.
"""

from schemathesis import GenerationMode

from bookproof.plugin import full
from bookproof.plugin.properties import properties, property_schema, send_case

few = property_schema("nexudus", examples=16, coverage=False)
few.config.generation.update(modes=[GenerationMode.NEGATIVE])
schema = property_schema("nexudus", examples=40)
schema.config.phases.coverage.generation.update(modes=[GenerationMode.POSITIVE])


@properties
@few.include(operation_id="createResource").parametrize()
def test_any_creation_is_answered_as_documented(case, bookproof):
    send_case(bookproof.session, case)


@full
@properties
@schema.include(operation_id="createResource").parametrize()
def test_many_more_creations_are_answered_as_documented(case, bookproof):
    send_case(bookproof.session, case)
