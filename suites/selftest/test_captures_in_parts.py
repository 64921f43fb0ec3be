"""Captures in many files, packed ones and divided ones: how they lie makes no difference to what is in them."""

import gzip
import json
import pickle
import sys
from dataclasses import replace
from itertools import pairwise

import pytest
from captured import GOOD, dealt, records

from bookproof import apis, cli
from bookproof.auditing import Part
from bookproof.captures import ndjson, places, reading
from bookproof.captures.blocks import Block, blocks_of, entries_of, lines_before
from bookproof.captures.ordering import APART, merged
from bookproof.dividing import audit
from bookproof.errors import BookproofError, CannotJudge, UnknownName, UsageError
from bookproof.routing import Audit
from bookproof.verdict import Run

LINES = [ndjson.encode(exchange) for exchange in records(60)]
CAPTURE = b"".join([LINES[0], b"no exchange\n", LINES[1], b"\n", LINES[2], b"{}\n", *LINES[3:8]])


def told(part, api="nexudus"):
    """A verdict apart from the times of its run."""
    document = part.verdict(apis.load(api), Run(api=api, target="capture", url="")).as_json()
    return {name: value for name, value in document.items() if name not in ("started", "seconds")}


@pytest.fixture
def whole(tmp_path):
    """The verdict on everything in one file."""
    (tmp_path / "whole.ndjson").write_bytes(b"".join(LINES))
    return told(audit(Audit("nexudus"), [str(tmp_path / "whole.ndjson")]))


# -- order -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("files", [2, 7])
def test_exchanges_in_many_files_are_judged_in_the_order_of_time(tmp_path, whole, files):
    paths = dealt(tmp_path / "many", LINES, files)

    assert told(audit(Audit("nexudus"), paths)) == whole
    assert told(audit(Audit("nexudus"), paths[::-1])) == whole
    assert whole["verdict"] == "violates"


def test_several_processes_keep_the_order_of_time(tmp_path, whole):
    assert told(audit(Audit("nexudus"), dealt(tmp_path / "many", LINES, 5), jobs=2)) == whole


def test_a_capture_keeps_its_own_order():
    early, late = [(5.0, "a"), (5.0, "b")], [(1.0, "c"), (7.0, "d")]

    assert list(merged([lambda: iter(early), lambda: iter(late)])) == ["c", "a", "b", "d"]


TIMELESS = [ndjson.encode(replace(exchange, started=0.0)) for exchange in records(60)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_captures_that_do_not_say_when_are_not_held_against_each_other(tmp_path, jobs):
    paths = [tmp_path / name for name in ("monday.ndjson", "tuesday.ndjson")]
    for path in paths:
        path.write_bytes(b"".join(TIMELESS[:2]).replace(b"changed", b"room 0"))

    one, both = (audit(Audit("nexudus"), list(map(str, given)), jobs=jobs) for given in (paths[:1], paths))

    assert told(one)["verdict"] == told(both)["verdict"] == "conforms"


@pytest.mark.parametrize("timed", [0, 40])
def test_the_order_in_which_captures_do_not_say_when_are_given_makes_no_difference(tmp_path, timed):
    paths = dealt(tmp_path, [*TIMELESS[: len(LINES) - timed], *LINES[len(LINES) - timed :]], 3)

    whole = told(audit(Audit("nexudus"), paths))

    assert told(audit(Audit("nexudus"), paths[::-1])) == whole
    assert told(audit(Audit("nexudus"), paths, jobs=2)) == whole


def test_one_capture_that_does_not_say_when_is_judged_in_its_own_order(tmp_path, whole):
    (tmp_path / "timeless.ndjson").write_bytes(b"".join(TIMELESS))

    judged = told(audit(Audit("nexudus"), [str(tmp_path / "timeless.ndjson")]))

    assert judged["verdict"] == whole["verdict"] == "violates"
    assert judged["counts"] == whole["counts"]


def test_what_does_not_say_when_stands_apart_from_other_captures_and_from_known_times():
    early, late = [(0.0, "a"), (0.0, "b"), (5.0, "c")], [(0.0, "d"), (7.0, "e")]

    assert list(merged([lambda: iter(early), lambda: iter(late)])) == ["a", "b", APART, "d", APART, "c", "e"]
    assert list(merged([lambda: iter(early), lambda: iter([])])) == ["a", "b", APART, "c"]
    assert list(merged([lambda: iter(early)])) == ["a", "b", "c"]


@pytest.mark.parametrize("api", apis.names())
def test_the_cassettes_of_an_api_are_judged_together_without_accusing(api):
    recorded = sorted(map(str, apis.load(api).cassettes.rglob("*.yaml")))

    assert told(audit(Audit(api), recorded), api)["verdict"] == "conforms"


def test_captures_wait_closed_until_their_time_comes():
    open_now = set()

    def capture(number):
        open_now.add(number)
        try:
            yield number + 1.0, number
            yield number + 1.5, number
        finally:
            open_now.discard(number)

    captures = [lambda number=number: capture(number) for number in range(50)]
    found = [(number, set(open_now)) for number in merged(captures)]

    assert found == [(number, {number}) for number in range(50) for _ in range(2)]


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_packed_capture_reads_like_a_plain_one(tmp_path):
    (tmp_path / "a.ndjson").write_bytes(CAPTURE)
    (tmp_path / "a.gz").write_bytes(gzip.compress(CAPTURE))

    plain, packed = (list(reading.read([str(tmp_path / name)], names=["a"])) for name in ("a.ndjson", "a.gz"))

    assert packed == plain


def test_a_packed_capture_that_breaks_off_is_read_as_far_as_it_goes(tmp_path, capsys):
    (tmp_path / "a.ndjson.gz").write_bytes(gzip.compress(b"".join(LINES), 0)[:-9000])

    code = cli.run(["audit", "nexudus", str(tmp_path / "a.ndjson.gz"), "--report", str(tmp_path / "reports")])

    assert code in (1, 3)
    document = json.loads((tmp_path / "reports" / "nexudus" / "verdict.json").read_text())
    assert "a.ndjson.gz: the file is damaged" in document["reason"]


def test_a_pattern_names_captures_and_leaves_out_empty_ones(tmp_path):
    for name in ("day=2/a.ndjson", "day=1/a.ndjson", "day=1/b.ndjson"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"" if name.startswith("day=1/b") else LINES[0])

    found = places.expand([str(tmp_path / "day=*" / "*.ndjson")])

    assert found == [str(tmp_path / "day=1" / "a.ndjson"), str(tmp_path / "day=2" / "a.ndjson")]


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(tmp_path):
    (tmp_path / "a[1].ndjson").write_bytes(LINES[0])

    assert places.expand([str(tmp_path / "a[1].ndjson")]) == [str(tmp_path / "a[1].ndjson")]


def test_a_pattern_that_matches_nothing_is_named(tmp_path, capsys):
    code = cli.run(["audit", "nexudus", str(tmp_path / "*.ndjson")])

    assert code == 2
    assert "No file matches" in capsys.readouterr().err


def test_a_file_that_a_link_names_as_well_is_read_once(tmp_path):
    (tmp_path / "day.ndjson").write_bytes(CAPTURE)
    (tmp_path / "latest.ndjson").symlink_to(tmp_path / "day.ndjson")

    assert places.expand([f"{tmp_path}/*.ndjson", f"{tmp_path}/../{tmp_path.name}/day.ndjson"]) == [
        f"{tmp_path}/day.ndjson"
    ]


def test_where_every_file_is_empty_there_is_nothing_to_judge(tmp_path):
    (tmp_path / "a.ndjson").touch()

    with pytest.raises(CannotJudge, match="Every file that matches is empty"):
        places.expand([str(tmp_path / "*.ndjson")])


def test_files_of_one_name_are_told_apart():
    assert places.named(["x/a.gz", "y/a.gz", "b.gz"]) == {"x/a.gz": "x/a.gz", "y/a.gz": "y/a.gz", "b.gz": "b.gz"}


def test_an_address_needs_fsspec(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)

    with pytest.raises(UsageError, match="fsspec is not installed") as error:
        places.expand(["s3://bucket/*.gz"])
    assert "bookproof[dask]" in error.value.hint


@pytest.mark.parametrize("place", ["nowhere://bucket/a.gz", "/no/such/file.ndjson"])
def test_a_place_that_cannot_be_read_is_named(place):
    pytest.importorskip("fsspec")

    with pytest.raises(UsageError, match=r"cannot be (opened|read)"):
        places.size(place)


# -- blocks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("longest", [1, 7, 300, 1000, 10**6])
def test_blocks_together_hold_every_line_once(tmp_path, longest):
    path = tmp_path / "a.ndjson"
    path.write_bytes(CAPTURE[:-1])

    blocks = blocks_of([str(path)], ["a"], longest)
    found = [entry for block in blocks for entry in entries_of(block)]
    whole = list(reading.read([str(path)], names=["a"]))

    assert [str(entry).split(":")[-1] for entry in found] == [str(entry).split(":")[-1] for entry in whole]
    assert sum(block.size for block in blocks) == path.stat().st_size
    assert all(left.stop == right.start for left, right in pairwise(blocks))


def test_a_line_is_found_again_by_its_byte(tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_bytes(CAPTURE)
    first, second = [e.place for b in blocks_of([str(path)], ["a"], 500) for e in entries_of(b) if hasattr(e, "place")]

    assert lines_before(str(path), int(first.rpartition(" ")[2])) == 1
    assert lines_before(str(path), int(second.rpartition(" ")[2])) == 5


def test_a_line_that_is_too_long_is_skipped_in_its_block(tmp_path, monkeypatch):
    monkeypatch.setattr("bookproof.captures.blocks.LONGEST_ENTRY", 2000)
    path = tmp_path / "a.ndjson"
    path.write_bytes(LINES[0] + b"x" * 5000 + b"\n" + LINES[1])

    found = [entry for block in blocks_of([str(path)], ["a"], 1500) for entry in entries_of(block)]

    assert [str(entry) for entry in found if hasattr(entry, "place")] == [
        f"a, byte {len(LINES[0])}: the line is longer than 2000 bytes"
    ]
    assert len(found) == 3


@pytest.mark.parametrize("content", [gzip.compress(CAPTURE), b'{"log": {"entries": []}}'], ids=["gzip", "har"])
def test_what_cannot_be_entered_in_the_middle_is_one_block(tmp_path, content):
    path = tmp_path / "a"
    path.write_bytes(content)

    assert blocks_of([str(path)], ["a"], 10) == [Block(str(path), "a", len(content))]


# -- bounds ------------------------------------------------------------------------------------------------------------


def test_hosts_of_others_are_bounded_and_the_same_in_any_parts(monkeypatch):
    monkeypatch.setattr("bookproof.auditing.HOSTS_KEPT", 3)
    whole, left, right = (Audit("highlevel").auditor() for _ in range(3))
    for number in [5, 3, 9, 1, 3, 7, 2, 1]:
        exchange = type(GOOD)(GOOD.request.__class__("GET", f"https://h{number}.example/x"), GOOD.response)
        whole.take(exchange)
        (left if number % 2 else right).take(exchange)
    together = Part()
    together.merge(left.finish())
    together.merge(right.finish())

    assert together.hosts == whole.finish().hosts
    assert sorted(together.hosts) == ["https://h1.example", "https://h2.example", "https://h3.example"]


def test_an_error_stays_what_it_is_in_another_process():
    raised = UnknownName("API", "nexudu", ["nexudus"])
    again = pickle.loads(pickle.dumps(raised))  # noqa: S301 - its own

    assert isinstance(again, BookproofError)
    assert (type(again), str(again), again.exit_code) == (UnknownName, str(raised), 2)
