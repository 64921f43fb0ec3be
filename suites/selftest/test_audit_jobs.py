"""Audits on several processes: however the work is shared out, the verdict is that of one."""

import gzip
import json
import random
from dataclasses import replace

import captured
import pytest
from captured import ANSWER_WRONG, GOOD, OF_ANOTHER, SENT_WRONG, har, har_entry

from bookproof import apis, dividing
from bookproof.captures import ndjson
from bookproof.captures.blocks import Block
from bookproof.captures.ordering import stamped
from bookproof.dividing import audit, shares
from bookproof.moving import Stretch, arriving
from bookproof.routing import Audit
from bookproof.schema import Schema
from bookproof.verdict import Run

BAD = [b"no exchange\n", b'{"request": {"method": "GET"}}\n', b"\n"]


def told(part, api):
    """A verdict apart from the times of its run, its unreadable entries included."""
    document = part.verdict(apis.load(api), Run(api=api, target="capture", url="")).as_json()
    return {name: value for name, value in document.items() if name not in ("started", "seconds")}


def creation_or_reading(chance):
    """A creation or a reading at Nexudus of one of a few records that has one of a few names."""
    created, read = captured.records(1)
    record, name = chance.randrange(6), f"room {chance.randrange(3)}"
    kind = chance.choice([created, read, read])
    body = kind.request.body and json.dumps({**json.loads(kind.request.body), "Name": name}).encode()
    answered = json.loads(kind.response.body)
    answered |= {"Value": {"Id": record}} if kind is created else {"Id": record, "Name": name}
    url = created.request.url if kind is created else f"{created.request.url}/{record}"
    response = replace(kind.response, body=json.dumps(answered).encode())
    return replace(kind, request=replace(kind.request, url=url, body=body), response=response)


def scattered(seed, api):
    """Captures in which some exchanges lie long after their time, and some lines cannot be read."""
    chance = random.Random(seed)
    lines = []
    for number in range(150):
        one = chance.choice([GOOD, ANSWER_WRONG, SENT_WRONG, OF_ANOTHER])
        found = one if api == "highlevel" or chance.random() < 0.1 else creation_or_reading(chance)
        late = chance.randrange(600) if chance.random() < 0.2 else 0
        lines.append(ndjson.encode(replace(found, started=1000.0 + 10 * number - late, elapsed=chance.random())))
    for _ in range(chance.randrange(3)):
        lines.insert(chance.randrange(len(lines)), chance.choice(BAD))
    captures = [[] for _ in range(chance.choice([1, 2, 5]))]
    for line in lines:
        chance.choice(captures).append(line)
    return [b"".join(some) for some in captures]


@pytest.mark.parametrize(
    ("api", "seed", "jobs"), [("nexudus", 1, 2), ("nexudus", 2, 2), ("nexudus", 3, 3), ("highlevel", 4, 2)]
)
def test_no_share_of_the_work_changes_the_verdict(tmp_path, monkeypatch, api, seed, jobs):
    monkeypatch.setattr(dividing, "SHORTEST", 2000)
    monkeypatch.setattr(dividing, "HANDED", 5000)
    paths = []
    for number, content in enumerate(scattered(seed, api)):
        path = tmp_path / f"{number}.ndjson{'.gz' * (number % 2)}"
        path.write_bytes(gzip.compress(content, 1) if number % 2 else content)
        paths.append(str(path))

    assert told(audit(Audit(api), paths, jobs=jobs), api) == told(audit(Audit(api), paths), api)


@pytest.mark.parametrize(
    ("names", "jobs", "kinds"),
    [
        (["a.ndjson"], 2, {Block}),
        (["a.ndjson.gz"], 2, {list}),
        (["a.ndjson.gz", "b.ndjson.gz"], 2, {Block}),
        (["a.har"], 2, {list}),
        (["a.ndjson", "a.har"], 3, {Block, list}),
    ],
)
def test_a_process_reads_blocks_and_whole_files_where_there_are_many_and_is_handed_the_rest(
    tmp_path, monkeypatch, names, jobs, kinds
):
    monkeypatch.setattr(dividing, "SHORTEST", 2000)
    lines = ndjson.encode(GOOD) * 20
    forms = {"ndjson": lines, "gz": gzip.compress(lines), "har": har(har_entry(), har_entry()).encode()}
    for name in names:
        (tmp_path / name).write_bytes(forms[name.rpartition(".")[2]])

    assert {type(work) for _, work in shares([str(tmp_path / name) for name in names], jobs)} == kinds


def test_a_line_in_a_divided_capture_is_named_by_its_number(tmp_path, monkeypatch):
    monkeypatch.setattr(dividing, "SHORTEST", 2000)
    (tmp_path / "a.ndjson").write_bytes(ndjson.encode(GOOD) * 12 + BAD[0] + ndjson.encode(GOOD) * 12)

    part = audit(Audit("highlevel"), [str(tmp_path / "a.ndjson")], jobs=2)

    assert [entry.place for entry in part.places] == ["a.ndjson, line 13"]


def test_what_moves_arrives_in_its_order_and_with_its_times():
    chance = random.Random(1)
    seen = [replace(GOOD, started=100.0 + chance.random() * 9, elapsed=chance.random()) for _ in range(50)]
    moved = [[], []]
    stretches = [Stretch(lines.append) for lines in moved]
    for number, (time, exchange) in enumerate(stamped(seen)):
        stretches[number % 2].add(ndjson.encode(exchange), time, exchange.started + exchange.elapsed)
    stretches[0].interrupt(200.0)

    *found, (time, interruption) = arriving(moved[0], 105.0)

    assert found == [(max(time, 105.0), exchange) for time, exchange in stamped(seen)][::2]
    assert (time, type(interruption).__name__) == (200.0, "Unreadable")


# -- the quick ways ----------------------------------------------------------------------------------------------------

ASKED = {"method": "POST", "url": captured.URL, "headers": [["A", "1"]], "body": "{}"}
ANSWERED = {"status": 201, "headers": [], "body": ""}


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *[("method", value) for value in ("post", "Purge", "", 7, None)],
        *[("url", value) for value in ("/relative", "x" * 10 + "://a", "é://a", 7)],
        *[("headers", value) for value in (None, {"A": "1"}, [["A", 1]], [["A"]], [{"name": "A", "value": "1"}], "AB")],
        *[("body", value) for value in (None, 5, {"base64": "aGk="}, {"base64": "?"}, "\ud800", "\x00é")],
        *[("status", value) for value in (99, 1000, 200.0, "200", True, None)],
        *[("started", value) for value in (1, 10**400, -1.5, True, "1", float("nan"), float("inf"))],
        *[("error", value) for value in (None, "broken off", 7)],
        *[("intent", value) for value in (None, "x")],
    ],
)
def test_a_line_reads_the_same_the_quick_way_and_the_slow_way(place, value):
    line = {"request": dict(ASKED), "response": dict(ANSWERED), "started": 1.5, "elapsed": 0.5}
    (line["request"] if place in ASKED else line["response"] if place in ANSWERED else line)[place] = value

    assert read_by(ndjson.decode, line) == read_by(ndjson._decode_slowly, line)


def read_by(decode, line):
    """What a decoder makes of a line, or what it says of it."""
    try:
        return decode(json.dumps(line).encode())
    except ndjson.Malformed as reason:
        return str(reason)


def schemas():
    """Every schema of a message."""
    for name in apis.names():
        for operation in apis.load(name).contract.operations.values():
            for message in (operation.body, *operation.answers.values()):
                yield from (schema for schema in (message.content.values() if message else ()) if schema is not None)


SCHEMAS = {(schema._contract.api, schema.pointer): schema for schema in schemas()}
VALUES = ["x", 1, 1.5, True, None, [], [1], ["a", {}], {}, {"a": 1}, {"DayOfWeek": 1}, [{"PropertyName": "Name"}, 1]]


@pytest.mark.parametrize("known", SCHEMAS.values(), ids=[f"{api} {pointer}" for api, pointer in SCHEMAS])
def test_what_a_value_covers_is_what_its_evaluation_meets_whatever_was_seen_before(known):
    chance = random.Random(1)
    schema = Schema(known._contract, known.pointer)
    names = sorted({pointer.rpartition("/")[2] for pointer in known._contract.constraints()})
    fields = [*schema.definition.get("properties", {}), *names][:90]
    values = [*VALUES, *[{f: chance.choice(VALUES) for f in chance.sample(fields, 5)} for _ in range(60)]]
    values += [[value, {}] for value in values[-9:]]

    assert [schema.covered(value) for value in values] == [frozenset(schema._evaluated(value)) for value in values]
