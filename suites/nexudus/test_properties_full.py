"""Many generated creations, for full runs: any combination of the 82 fields is answered as documented."""

from schemathesis import GenerationMode

from bookproof.plugin.properties import properties, property_schema, send_case

schema = property_schema("nexudus", examples=40)
schema.config.phases.coverage.generation.update(modes=[GenerationMode.POSITIVE])
creations = schema.include(operation_id="createResource")


@properties
@creations.parametrize()
def test_any_of_many_creations_is_answered_as_documented(case, bookproof):
    send_case(bookproof.session, case)
