"""Audits: both sides are judged and neither pays for the other; parts merge; every sentence says what it means."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import captured
import jsonschema_rs
import pytest
from captured import ANSWER_WRONG, BOTH_WRONG, GOOD, OF_ANOTHER, SENT_WRONG, exchange

from bookproof import apis, resources
from bookproof.auditing import Auditor, Part
from bookproof.captures import ndjson
from bookproof.captures.cassette import write_cassette
from bookproof.dividing import audit
from bookproof.exchange import Exchange, Request, Response
from bookproof.routing import Audit, key_of, place_of
from bookproof.rules import BUCKETS, RUN
from bookproof.verdict import Run

RUN_OF = {"target": "capture", "url": "", "started": datetime(2025, 6, 1, tzinfo=UTC)}
SCHEMAS = resources.home() / "contracts" / "schemas"


def verdict_of(*parts, api="highlevel"):
    """What parts come to, put together in that order."""
    whole = Part()
    for part in parts:
        whole.merge(part)
    return whole.verdict(apis.load(api), Run(api=api, **RUN_OF))


def part_of(exchanges, api="highlevel"):
    """What exchanges come to when they are judged by themselves."""
    auditor = Auditor(apis.load(api))
    for entry in exchanges:
        auditor.take(entry)
    return auditor.finish()


def blamed(verdict):
    """The requirements that a verdict blames."""
    return [row.requirement.id for row in verdict.rows if row.findings]


@pytest.fixture
def run(bookproof):
    """Runs `bookproof audit` on files below an empty working directory."""
    return lambda *arguments: bookproof(" ".join(["audit", *map(str, arguments)]))


def write(name, *exchanges):
    """Writes an NDJSON capture."""
    Path(name).write_bytes(b"".join(map(ndjson.encode, exchanges)))
    return name


@pytest.mark.parametrize(
    ("seen", "service", "client"),
    [
        ([GOOD], [], []),
        ([GOOD, ANSWER_WRONG], ["HL-053"], []),
        ([GOOD, SENT_WRONG], [], ["HL-024"]),
        ([GOOD, BOTH_WRONG], ["HL-024"], ["HL-024"]),
    ],
)
def test_each_side_answers_for_its_own_faults(seen, service, client):
    verdict = verdict_of(part_of(seen))

    assert blamed(verdict) == service
    assert blamed(verdict.client) == client
    assert verdict.conclusion == ("violates" if service else "conforms")


def test_valid_requests_show_what_the_client_kept():
    verdict = verdict_of(part_of([GOOD] * 3))

    kept = {row.requirement.id: row.exchanges for row in verdict.client.rows if row.outcome == "passed"}
    assert kept["HL-024"] == kept["HL-006"] == kept["HL-012"] == 3


@pytest.mark.parametrize("status", [401, 403, 409, 429])
def test_a_refusal_for_another_reason_shows_nothing_of_validation(status):
    refused = exchange(sent=captured.without(captured.ROOM, "name"), answered={}, status=status)

    rows = {row.requirement.id: row.outcome for row in verdict_of(part_of([GOOD, refused])).rows}

    assert rows["HL-024"] == "untested"


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_credentials_and_pace_are_notes(status):
    part = part_of([GOOD, exchange(answered={}, status=status)])

    assert part.troubles.total() == 1
    assert blamed(verdict_of(part)) == []


@pytest.mark.parametrize(
    ("sent", "answered", "rows"),
    [
        (["C1", "C2"], ["C2", "C1"], []),
        (["C1", "C1"], ["C1"], []),
        (["C1", "C2"], ["C1", "C2", "C1", "C2"], ["HL-056"]),
    ],
    ids=["in another order", "twice and back once", "once and back twice"],
)
def test_calendars_come_back_in_any_order_and_none_more_often_than_it_was_sent(sent, answered, rows):
    made = exchange(captured.ROOM | {"calendarIds": sent}, captured.CREATED | {"calendarIds": answered})

    assert blamed(verdict_of(part_of([made]))) == rows


def test_a_missing_answer_is_nobodys_fault():
    part = part_of([GOOD, Exchange(GOOD.request)])

    assert part.unanswered == 1
    assert verdict_of(part).conclusion == "conforms"


def test_secrets_of_others_are_kept_nowhere(run):
    leaky = exchange(sent={**captured.without(captured.ROOM, "name"), "api_key": "body-secret-1"}, answered={})

    run("highlevel", write("a.ndjson", leaky, ANSWER_WRONG), "--report", "out")

    files = [path for path in Path("out").rglob("*") if path.is_file()]
    assert files
    assert [
        path.name for path in files if b"secret-token" in path.read_bytes() or b"body-secret" in path.read_bytes()
    ] == []


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "side", "code"),
    [
        ([GOOD], "service", 0),
        ([GOOD, ANSWER_WRONG], "service", 1),
        ([GOOD, SENT_WRONG], "service", 0),
        ([GOOD, SENT_WRONG], "client", 1),
        ([GOOD, SENT_WRONG], "both", 1),
    ],
)
def test_the_exit_code_is_that_of_the_side_that_was_asked_for(run, seen, side, code):
    assert run("highlevel", write("a.ndjson", *seen), "--side", side, "--quiet")[0] == code


def test_a_secret_that_was_sent_as_a_name_stands_in_no_finding(run, monkeypatch):
    monkeypatch.setenv("A_TOKEN", "pit-0123456789abcdef")
    Path("bookproof.toml").write_text('[highlevel]\ncredentials = { bearer = "env:A_TOKEN" }\n')
    named = captured.exchange(sent={**captured.ROOM, "name": "pit-0123456789abcdef"})

    code, out, _ = run("highlevel", write("a.ndjson", named))

    assert code == 1
    assert 'expected  "bookproof-scrubbed"   got  "yoga room"' in out


def test_captured_traffic_is_judged_without_the_credentials_of_a_run(run):
    Path("bookproof.toml").write_text(
        '[highlevel]\nurl = "https://sandbox.example.com"\ncredentials = { bearer = "env:NO_SUCH" }\n'
    )

    code, out, _ = run("highlevel", write("a.ndjson", GOOD, BOTH_WRONG))

    assert code == 1
    assert "Bearer $NO_SUCH" in out


def test_the_verdict_keeps_its_schema(run):
    _, out, _ = run("highlevel", write("a.ndjson", GOOD, BOTH_WRONG, OF_ANOTHER), "--json")

    schema = json.loads((SCHEMAS / "verdict.schema.json").read_text())
    jsonschema_rs.validator_for(schema).validate(json.loads(out))


def test_a_line_keeps_its_schema():
    schema = jsonschema_rs.validator_for(json.loads((SCHEMAS / "exchange.schema.json").read_text()))

    for entry in (GOOD, captured.COMPRESSED, Exchange(GOOD.request, None, "broken off")):
        schema.validate(json.loads(ndjson.encode(entry)))


def test_a_person_sees_both_sides_and_what_was_left_out(run):
    code, out, _ = run("highlevel", write("a.ndjson", GOOD, ANSWER_WRONG, SENT_WRONG, OF_ANOTHER))

    assert code == 1
    assert "the client sent what the document forbids" in out
    assert "1 exchange of other APIs left out" in out
    assert "HL-053" in out
    assert "highlevel violates its contract" in out


def test_another_base_is_named_by_its_prefix(run):
    moved = exchange(url="https://gateway.example.com/hl/v2/calendars/resources/rooms")

    code, _, err = run("highlevel", write("a.ndjson", moved))
    assert code == 3
    assert "https://gateway.example.com" in err
    assert "--url-prefix" in err

    assert run("highlevel", "a.ndjson", "--url-prefix", "https://gateway.example.com/hl/v2", "--quiet")[0] == 0


def test_a_har_that_breaks_off_could_not_be_judged(run):
    text = captured.har(captured.har_entry(), captured.har_entry())
    Path("a.har").write_text(text[:-40])

    code, out, _ = run("highlevel", "a.har")

    assert code == 3
    assert "could not be read to its end" in out
    assert "breaks off after 1 entry" in out


def test_a_line_without_end_is_one_sentence(run):
    with Path("a.ndjson").open("wb") as file:
        file.write(b'{"request": "')
        file.truncate(2**27)

    code, _, err = run("highlevel", "a.ndjson")

    assert code == 3
    assert err.strip() == "bookproof: No exchange could be read: a.ndjson, line 1: the line is longer than 32 MiB."


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", 3, "a is empty: there is no exchange to judge."),
        (b"\x00\x01\x02\x03" * 2, 2, "a is no capture: it begins with 00 01 02 03 00 01 02 03."),
        (b'{"log": {"entries": [', 3, "No exchange could be read: a, byte 21: the file breaks off after 0 entries."),
        (b'{"what": "ever"}\n', 3, "No exchange could be read: a, line 1: it is no exchange"),
        (ndjson.encode(OF_ANOTHER), 3, "None of the 1 exchanges belongs to an operation of highlevel"),
    ],
)
def test_a_capture_that_says_nothing_is_one_sentence(run, content, code, words):
    Path("a").write_bytes(content)

    found, _, err = run("highlevel", "a")

    assert found == code
    assert words in err
    assert "Traceback" not in err


def test_a_cassette_of_another_api_is_one_sentence(run):
    write_cassette(Path("nexudus.yaml"), [OF_ANOTHER], {})

    code, _, err = run("highlevel", "nexudus.yaml")

    assert code == 3
    assert "they went to https://api.example.com" in err


# -- parts -------------------------------------------------------------------------------------------------------------


def traffic(count=240):
    """Creations of which every third has a fault, all different."""
    kinds = [GOOD, ANSWER_WRONG, SENT_WRONG, BOTH_WRONG, OF_ANOTHER, GOOD]
    return [
        exchange(
            sent={**json.loads(kinds[n % 6].request.body), "quantity": n},
            answered={**json.loads(kinds[n % 6].response.body), "quantity": n % 50},
            status=kinds[n % 6].response.status,
            url=kinds[n % 6].request.url,
            started=float(n % 7),
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_parts_judged_apart_come_to_the_same_as_the_whole(seed):
    chance = random.Random(seed)
    seen = traffic()
    pieces = [[] for _ in range(5)]
    for entry in seen:
        chance.choice(pieces).append(entry)
    parts = [part_of(piece) for piece in pieces]
    chance.shuffle(parts)

    assert verdict_of(*parts) == verdict_of(part_of(seen))


def test_merging_is_associative():
    first, second, third = (lambda n=n: part_of(traffic(60)[n::3]) for n in range(3))
    left, right = first(), second()
    left.merge(second())
    left.merge(third())
    right.merge(third())
    whole = first()
    whole.merge(right)

    assert verdict_of(left) == verdict_of(whole)


def test_processes_come_to_the_same_as_one(tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"".join(map(ndjson.encode, traffic(1200))))

    one, two = (verdict_of(audit(Audit("highlevel"), [str(path)], jobs=jobs)) for jobs in (1, 2))

    assert one == two


def nexudus(count):
    """Creations and readings; now and then an Id is given twice, or a record is read back changed."""
    url = "https://spaces.nexudus.com/api/spaces/resources"
    folder = resources.home() / "contracts" / "nexudus" / "examples"
    body = json.loads((folder / "create-request.json").read_text())["value"]
    answer = json.loads((folder / "create-succeeded.json").read_text())["value"]
    headers = (("Authorization", "Bearer x"), captured.JSON)
    for n in range(count):
        record = {"Id": n - n % 5 // 4}
        sent = {**body, "Name": f"room {n}"}
        yield Exchange(
            Request("POST", url, headers, json.dumps(sent).encode()),
            Response(200, (captured.JSON,), json.dumps({**answer, "Value": record}).encode()),
            started=float(n + 1),
        )
        shown = {**sent, **record, "Name": "changed"} if n % 7 == 0 else {**sent, **record}
        yield Exchange(
            Request("GET", f"{url}/{record['Id']}", headers),
            Response(200, (captured.JSON,), json.dumps(shown).encode()),
            started=n + 1.5,
        )


def test_rules_with_history_come_to_the_same_when_the_work_is_divided_by_their_keys(tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"".join(map(ndjson.encode, nexudus(150))))

    one, two = (verdict_of(audit(Audit("nexudus"), [str(path)], jobs=jobs), api="nexudus") for jobs in (1, 2))

    assert one == two
    assert {"NX-040", "NX-150"} <= set(blamed(one))


def test_a_line_that_cannot_be_read_is_counted_once_by_several_processes(tmp_path):
    path = tmp_path / "a.ndjson"
    lines = [*map(ndjson.encode, nexudus(20))]
    path.write_bytes(b"".join([*lines[:20], b"{\n", *lines[20:]]))

    one, two = (audit(Audit("nexudus"), [str(path)], jobs=jobs) for jobs in (1, 2))

    assert [str(place) for place in two.places] == [str(place) for place in one.places]
    assert one.unreadable == two.unreadable == 1
    assert verdict_of(one, api="nexudus") == verdict_of(two, api="nexudus")


def test_every_exchange_of_one_record_goes_to_one_process():
    auditor = Auditor(apis.load("nexudus"))

    shards = [place_of(key_of(auditor, entry), BUCKETS) for entry in list(nexudus(8))[:6]]

    assert shards[0::2] == shards[1::2]
    assert len(set(shards)) == 3


def test_rules_agree_on_the_key_of_a_call():
    rules = apis.load("nexudus").rules().values()
    judge = Auditor(apis.load("nexudus")).judge

    for entry in nexudus(20):
        call = judge.read(entry)
        assert len({rule.key(call) for rule in rules if rule.partition} - {None}) <= 1


@pytest.mark.parametrize("api", apis.names())
def test_a_rule_that_remembers_says_by_what(api):
    for rule in apis.load(api).rules().values():
        assert rule.partition in ("", RUN, "record", "refusals")


def test_history_that_was_dropped_is_said(monkeypatch):
    monkeypatch.setattr("bookproof.apis.nexudus.history.KEPT", BUCKETS)

    assert part_of(nexudus(300), api="nexudus").forgotten > 0


def test_as_much_history_is_dropped_however_its_keys_are_divided(monkeypatch):
    monkeypatch.setattr("bookproof.apis.nexudus.history.KEPT", BUCKETS)
    auditor, seen = Auditor(apis.load("nexudus")), list(nexudus(1500))[::2]
    parts = [part_of([e for e in seen if place_of(key_of(auditor, e), 3) == n], api="nexudus") for n in range(3)]

    assert sum(part.forgotten for part in parts) == part_of(seen, api="nexudus").forgotten
