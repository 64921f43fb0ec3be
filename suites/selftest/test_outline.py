"""Outlines: values share one where they meet the same keywords, and nowhere else."""

import pytest

from bookproof.outline import below

QUESTIONED = {"anyOf": [{"type": "object"}, {"type": "string"}]}
SCHEMA = {"properties": {"title": {"properties": {}}}, "items": QUESTIONED}


class Plain:
    """A document without references."""

    def resolve(self, pointer):
        raise AssertionError(pointer)


def outlines(*values):
    outline = below(Plain(), SCHEMA, {})
    return [outline.of(value) for value in values]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, [{}]),
        ({}, []),
        ({}, None),
        ([], [""]),
        ([""], [{}]),
        ({"title": {}}, {"title": {"a": 1}}),
        ({"title": {}}, {"name": {}}),
    ],
    ids=repr,
)
def test_values_that_meet_other_keywords_have_other_outlines(one, other):
    first, second = outlines(one, other)

    assert first != second


@pytest.mark.parametrize(("one", "other"), [({"name": 1}, {"name": "x"}), (["a"], ["b", "c"]), (1, "x")], ids=repr)
def test_values_that_differ_in_scalars_alone_have_one_outline(one, other):
    first, second = outlines(one, other)

    assert first == second
