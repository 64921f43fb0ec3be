"""Near misses: requests with provably one fault, made from the contract.

For every constraint of a request, the values just outside it. Each candidate is classified by the Judge before it
counts: it must break exactly the keyword that it is about, at the expected place, and nothing else.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from bookproof.apis import Samples
from bookproof.contract import JSON, Contract
from bookproof.draft import Draft
from bookproof.exchange import ABSENT
from bookproof.judge import Judge
from bookproof.operations import Body, Parameter
from bookproof.schema import escape

MANY = 30
"""Items of a list in which one is wrong: more than a server that looks at some looks at, far from any limit."""

Items = Callable[[str, int], Sequence[Any]]
"""Gives n distinct valid items for the array at a place (`request.body/calendarIds`)."""


@dataclass(frozen=True, slots=True, repr=False)
class NearMiss:
    """A request with one fault. `name` is stable between runs and serves as a test id; `sample` names its origin."""

    name: str
    requirement: str
    where: str
    draft: Draft
    sample: str = ""

    def __repr__(self) -> str:
        return f"{self.sample or self.draft.operation}: {self.name} (breaks {self.requirement} at {self.where})"


@dataclass(frozen=True, slots=True)
class _Making:
    """What values are made with: valid items for arrays, and whether wrong types are empty ones."""

    items: Items
    hollow: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: str
    where: str
    draft: Draft


def near_misses(judge: Judge, samples: Samples, name: str) -> list[NearMiss]:
    """Every verified near miss of the sample of that name.

    Each near miss of an example (a property that the sample leaves out) is sent in the sample by itself, so that none
    depends on what a target thinks of the others. Wrong types in a hollow sample are empty ones (false, 0, "", []),
    which a server that tests for truth overlooks.
    """
    sample = samples.samples()[name]
    base = sample.draft
    operation = judge.contract.operations[base.operation]
    candidates: list[_Candidate] = []
    for parameter in operation.parameters:
        candidates += _parameter_misses(parameter, base)
    if operation.schemes:
        candidates.append(_Candidate("no-credentials", "request.header/Authorization", replace(base, credentials=None)))
    if operation.body is not None:
        making = _Making(samples.items, sample.hollow)
        candidates += _body_misses(judge.contract, operation.body, base, making, sample.examples)
    verified: dict[str, NearMiss] = {}
    for candidate in candidates:
        requirement = _single_fault(judge, candidate)
        if requirement and candidate.name not in verified:
            verified[candidate.name] = NearMiss(candidate.name, requirement, candidate.where, candidate.draft, name)
    return list(verified.values())


def _single_fault(judge: Judge, candidate: _Candidate) -> str | None:
    """The requirement of the candidate's only fault; None where it has another number of faults or misses its place."""
    breaches = judge.breaches(candidate.draft.build(judge.contract, judge.base, "Bearer token"))
    if breaches is None or len(breaches) != 1 or breaches[0].where != candidate.where:
        return None
    owners = judge.requirements(breaches)
    return owners.pop() if owners else None


def _parameter_misses(parameter: Parameter, base: Draft) -> Iterator[_Candidate]:
    where = f"request.{parameter.place}/{parameter.name}"
    if parameter.place == "header":
        if parameter.required:
            yield _Candidate(f"{parameter.name}-missing", where, base.with_header(parameter.name, None))
            yield _Candidate(f"{parameter.name}-empty", where, base.with_header(parameter.name, ""))
        for name, value in _text_neighbours(parameter):
            yield _Candidate(f"{parameter.name}-{name}", where, base.with_header(parameter.name, value))
    elif parameter.place == "path":
        for name, value in _text_neighbours(parameter):
            yield _Candidate(f"{parameter.name}-{name}", where, base.with_path(parameter.name, value))


def _text_neighbours(parameter: Parameter) -> Iterator[tuple[str, str]]:
    schema = parameter.schema.definition
    for text in schema.get("x-near-misses", ()):
        yield f"is-{text}", str(text)
    for value in schema.get("enum", ()):
        yield from ((f"is-{text}", text) for text in _word_neighbours(str(value)))
    if schema.get("type") == "integer":
        yield from ((f"is-{text}", text) for text in ("abc", "1.5", "0x10", "1e2"))


def _word_neighbours(word: str) -> Iterator[str]:
    """Case, number and stray letters around a word."""
    yield from (word.upper(), word.capitalize(), word.removesuffix("s"), word + "s", word[:-1], word + "x")


def _body_misses(
    contract: Contract, body: Body, base: Draft, making: _Making, examples: Mapping[str, Any]
) -> Iterator[_Candidate]:
    media, schema = next(iter(body.content.items()))
    if body.required:
        yield _Candidate("no-body", "request.body", base.with_body(ABSENT))
    if media == JSON and isinstance(base.body, dict):
        text = json.dumps(base.body).encode()
        form = urlencode({key: json.dumps(value).strip('"') for key, value in base.body.items()}).encode()
        where = "request.header/Content-Type"
        yield _Candidate("body-truncated", "request.body", base.with_body(text[:-1]))
        yield _Candidate(
            "body-form-encoded", where, replace(base, body=form, content_type="application/x-www-form-urlencoded")
        )
        yield _Candidate("body-as-plain-text", where, replace(base, content_type="text/plain"))
    if schema is not None:
        for name, where, value in _misses(contract, schema.pointer, base.body, "request.body", True, making):
            yield _Candidate(name or "body", where, base.with_body(value))
        for prop, example in examples.items():
            place = f"request.body/{prop}"
            child = f"{schema.pointer}/properties/{escape(prop)}"
            for name, where, value in _misses(contract, child, example, place, False, making):
                yield _Candidate(name, where, base.with_body({**base.body, prop: value}))


def _misses(
    contract: Contract, pointer: str, value: Any, where: str, required: bool, making: _Making
) -> Iterator[tuple[str, str, Any]]:
    """Name, place and whole value of each near miss of a value that fits the schema at a pointer."""
    schema = contract.resolve(pointer)[1]
    pointer = contract.resolve(pointer)[0]
    label = where.removeprefix("request.body").strip("/").replace("/", "-") or "body"
    allowed = schema.get("type", ())
    allowed = {allowed} if isinstance(allowed, str) else set(allowed)
    if allowed:
        for kind, other in _type_neighbours(value, allowed, schema, making.hollow):
            if kind != "null" or required:
                yield f"{label}-as-{kind}", where, other
    for other in _enum_neighbours(schema.get("enum", ())):
        yield f"{label}-is-{other}", where, other
    for other in schema.get("x-near-misses", ()):
        yield f"{label}-is-{other}", where, other
    yield from ((f"{label}-{name}", where, other) for name, other in _beyond_limits(schema, value, where, making.items))
    if isinstance(value, dict):
        yield from _object_misses(contract, pointer, schema, value, where, making)
    if isinstance(value, list) and value and "items" in schema:
        for name, place, other in _misses(
            contract, f"{pointer}/items", value[-1], f"{where}/{len(value) - 1}", True, making
        ):
            yield name, place, [*value[:-1], other]
        yield from _mixed_lists(contract, f"{pointer}/items", schema.get("maxItems", 2), where, making)


def _mixed_lists(
    contract: Contract, pointer: str, most: int, where: str, making: _Making
) -> Iterator[tuple[str, str, Any]]:
    """Lists with one wrong item, the first of two, and the last but one of many where a limit says that many may be.

    A server may look at one end only, at both, or at so many.
    """
    valid = list(making.items(where, min(most, MANY)))
    if len(valid) < 2:
        return
    within = (valid, len(valid) - 2, "within-many") if len(valid) > 2 else (valid, 1, "last-of-two")
    for base, index, which in ((valid[:2], 0, "first-of-two"), within):
        spot = f"{where}/{index}"
        for name, place, other in _misses(contract, pointer, base[index], spot, True, making):
            if place == spot and other is not None:
                yield f"{name}-{which}", place, [*base[:index], other, *base[index + 1 :]]
                break


def _object_misses(
    contract: Contract, pointer: str, schema: Mapping[str, Any], value: Mapping[str, Any], where: str, making: _Making
) -> Iterator[tuple[str, str, Any]]:
    head = where.removeprefix("request.body").strip("/").replace("/", "-")
    for name in schema.get("required", ()):
        left = {key: child for key, child in value.items() if key != name}
        yield f"{head}{'-' if head else ''}{name}-missing", f"{where}/{name}", left
    for name in schema.get("properties", {}):
        if name not in value:
            continue
        child = f"{pointer}/properties/{escape(name)}"
        needed = name in schema.get("required", ())
        for label, place, other in _misses(contract, child, value[name], f"{where}/{name}", needed, making):
            yield label, place, {**value, name: other}


def _type_neighbours(
    value: Any, allowed: set[str], schema: Mapping[str, Any], hollow: bool
) -> Iterator[tuple[str, Any]]:
    """What a client with a loose idea of types sends instead of a value; hollow: what counts as nothing there."""
    if "null" not in allowed:
        yield "null", None
    if isinstance(value, bool):
        yield from (("text", json.dumps(value)), ("number", int(value)), ("word", "yes"))
    elif isinstance(value, int | float):
        yield "text", json.dumps(value)
        yield from (("false", False), ("empty-text", "")) if hollow else (("boolean", True), ("word", "many"))
        if "number" not in allowed:
            yield from (("fraction", value + 0.5), ("fraction-text", f"{value}.5"))
        yield from ((f"name-{name}", name) for name in schema.get("x-enum-names", ()))
    elif isinstance(value, str):
        yield from (("zero", 0), ("false", False)) if hollow else (("number", 12345), ("boolean", True))
    elif isinstance(value, list):
        yield from (("scalar", value[0] if value else "text"), ("text", ",".join(map(str, value * 2)) or "text"))
        yield from (("false", False), ("empty-text", "")) if hollow else (("boolean", True), ("number", 7))
    elif isinstance(value, dict):
        yield from (("text", json.dumps(value)), ("boolean", True), ("number", 7))
    hollow &= not isinstance(value, dict)  # an object that is wrapped, or empty, is another matter than a wrong type
    if "array" not in allowed:
        yield ("empty-array", []) if hollow else ("array", [value])
    if "object" not in allowed and hollow:
        yield "empty-object", {}
    elif "object" not in allowed:
        yield "object", {"value": value} if not isinstance(value, list) else dict(enumerate(map(str, value)))


def _enum_neighbours(values: tuple[Any, ...]) -> Iterator[Any]:
    numbers = sorted(v for v in values if isinstance(v, int) and not isinstance(v, bool))
    if numbers:
        near = {n + step for n in numbers for step in (-1, 1)} | {-numbers[-1], numbers[-1] * 10}
        yield from sorted(near - set(numbers))
    for word in (v for v in values if isinstance(v, str)):
        yield from (text for text in _word_neighbours(word) if text not in values)


def _beyond_limits(schema: Mapping[str, Any], value: Any, where: str, items: Items) -> Iterator[tuple[str, Any]]:
    if "maxItems" in schema:
        yield "too-many", list(items(where, schema["maxItems"] + 1))
    if schema.get("minItems"):
        yield "too-few", list(value)[: schema["minItems"] - 1]
    if "maxLength" in schema:
        yield "too-long", "x" * (schema["maxLength"] + 1)
    if schema.get("minLength"):
        yield "too-short", "x" * (schema["minLength"] - 1)
    if "maximum" in schema:
        yield "too-large", schema["maximum"] + 1
    if "minimum" in schema:
        yield "too-small", schema["minimum"] - 1
