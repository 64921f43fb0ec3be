"""Full disks and killed processes: what was there stays whole, and one sentence says what went wrong."""

import errno
import os
import resource
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from captured import exchange, write_har

from bookproof import apis, cli, writing
from bookproof.captures import ndjson
from bookproof.captures.cassette import write_cassette
from bookproof.captures.recording import write_recording
from bookproof.errors import UsageError
from bookproof.reports.folder import write_reports
from bookproof.tally import Tally
from bookproof.verdict import Run, conclude
from bookproof.watching import LineWriter, Watch, capture_writer

HIGHLEVEL = apis.load("highlevel")
SMALL = 40_000
"""Bytes that a file may have while the disk is full: less than a report, more than nothing."""


def verdict():
    return conclude(Tally(), Run("highlevel", "live", "http://x"), HIGHLEVEL.contract, HIGHLEVEL.ledger)


def traffic(count):
    return [exchange(answered={"name": f"room {number} " + "x" * 900}) for number in range(count)]


@contextmanager
def full(size=SMALL):
    """Files grow no further than a size: as on a full disk, a write ends half-way with an error.

    It holds for a few lines and not for a whole test: what pytest prints may go to a file, too.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def everything(folder):
    """Every file below a folder with what it holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# -- a full disk, writer by writer ------------------------------------------------------------------------------------


def test_a_report_that_does_not_fit_leaves_the_older_one(tmp_path):
    write_reports(verdict(), tmp_path)
    before = everything(tmp_path)
    with full(), pytest.raises(UsageError, match=r"The report cannot be written to .*: File too large."):
        write_reports(verdict(), tmp_path)

    assert everything(tmp_path) == before


def test_a_recording_that_does_not_fit_leaves_the_older_one(tmp_path):
    folder = tmp_path / "highlevel"
    write_recording(folder, traffic(3), "highlevel", {})
    before = everything(tmp_path)
    with full(), pytest.raises(UsageError, match=r"The cassettes cannot be written to .*: File too large."):
        write_recording(folder, traffic(200), "highlevel", {})

    assert everything(tmp_path) == before


def test_a_cassette_that_does_not_fit_leaves_the_older_one(tmp_path):
    path = tmp_path / "a.yaml"
    write_cassette(path, traffic(1), {})
    before = everything(tmp_path)
    with full(), pytest.raises(OSError, match="File too large"):
        write_cassette(path, traffic(200), {})

    assert everything(tmp_path) == before


def test_a_har_that_does_not_fit_leaves_the_older_one(tmp_path):
    path = tmp_path / "day.har"
    write_har(path, traffic(1))
    before = everything(tmp_path)
    with full():
        watch = watching(path)

    assert watch.capture_failed == "File too large"
    assert everything(tmp_path) == before


def test_lines_that_do_not_fit_leave_whole_lines(tmp_path):
    path = tmp_path / "day.ndjson"
    with full():
        watch = watching(path)
    kept = path.read_bytes().splitlines()

    assert watch.capture_failed == "File too large"
    assert len(kept) > 3
    assert [ndjson.decode(line).response.status for line in kept] == [201] * len(kept)


def watching(path, count=60):
    """What a proxy's capture of some traffic comes to."""
    watch = Watch(HIGHLEVEL, HIGHLEVEL.contract.servers[0], writer=capture_writer(path))
    for each in traffic(count):
        watch.saw(each)
    watch.close()
    return watch


def test_a_capture_without_a_line_leaves_the_older_one(tmp_path):
    path = tmp_path / "day.ndjson"
    path.write_text("before")
    LineWriter(path).close()

    assert everything(tmp_path) == {"day.ndjson": b"before"}


def test_judging_goes_on_where_a_capture_fails(tmp_path):
    with full():
        watch = watching(tmp_path / "day.ndjson")

    assert watch.part.client.requests == 60


def test_a_page_that_does_not_fit_leaves_the_older_one(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_reports(verdict(), tmp_path)
    before = everything(tmp_path)
    with full():
        code = cli.run(["report", "highlevel"])

    assert code == 2
    assert "highlevel/index.html cannot be written: File too large." in capsys.readouterr().err
    assert everything(tmp_path) == before


def test_a_configuration_that_does_not_fit_is_not_begun(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with full(100):
        code = cli.run(["init", "highlevel"])

    assert code == 2
    assert capsys.readouterr().err == "bookproof: bookproof.toml cannot be written: File too large.\n"
    assert everything(tmp_path) == {}


def test_an_unexpected_lack_of_room_is_one_sentence(monkeypatch, capsys):
    def fail(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/somewhere/file")

    monkeypatch.setattr("bookproof.running.run_suite", fail)

    assert cli.run(["record", "highlevel"]) == 3
    assert capsys.readouterr().err.startswith("bookproof: /somewhere/file: No space left on device.\n")


# -- a killed process --------------------------------------------------------------------------------


def killed(code, cwd):
    """Runs Python until it says that it is in the middle of it, and kills it there."""
    head = (
        "import signal, sys\nfrom pathlib import Path\ndef wait():\n    print('here', flush=True)\n    signal.pause()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", head + code], cwd=cwd, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGKILL)
    return process.returncode


WITHIN_A_REPORT = """
from bookproof import apis
from bookproof.reports import folder
from bookproof.tally import Tally
from bookproof.verdict import Run, conclude
api = apis.load("highlevel")
folder.WRITERS["index.html"] = lambda verdict: wait()
folder.write_reports(conclude(Tally(), Run("highlevel", "live", "http://x"), api.contract, api.ledger), Path("."))
"""
WITHIN_A_RECORDING = """
from bookproof.captures import cassette, recording
from bookproof.exchange import Exchange, Intent, Request, Response
cassette.write_cassette = lambda path, *rest: (path.parent.mkdir(), path.write_text("half"), wait())
sent = Exchange(Request("GET", "http://x"), Response(200), intent=Intent(test="test_a::test_b"))
recording.write_recording(Path("highlevel"), [sent], "highlevel", {})
"""
WITHIN_A_HAR = """
from bookproof.captures import har
from bookproof.exchange import Exchange, Request, Response
writer = har.Writer(Path("day.har"))
writer.write(Exchange(Request("GET", "http://x"), Response(200)))
wait()
"""


@pytest.mark.parametrize(
    ("code", "write"),
    [
        pytest.param(
            WITHIN_A_REPORT, lambda folder: write_reports(verdict(), folder), marks=pytest.mark.network, id="report"
        ),
        pytest.param(
            WITHIN_A_RECORDING,
            lambda folder: write_recording(folder / "highlevel", traffic(2), "highlevel", {}),
            marks=pytest.mark.network,
            id="recording",
        ),
        pytest.param(WITHIN_A_HAR, lambda folder: write_har(folder / "day.har", traffic(2)), id="har"),
    ],
)
def test_a_killed_process_leaves_the_older_files_and_the_next_one_clears_up(tmp_path, code, write):
    write(tmp_path)
    before = everything(tmp_path)

    assert killed(code, tmp_path) == -signal.SIGKILL
    left = everything(tmp_path)
    assert {name: text for name, text in left.items() if not name.startswith(".")} == before
    assert left != before
    write(tmp_path)
    assert [name for name in everything(tmp_path) if name.startswith(".")] == []


# -- the places themselves --------------------------------------------------------------------------------


def test_a_folder_takes_anothers_place_in_one_step(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "old").touch()
    monkeypatch.setattr(Path, "rename", lambda *arguments: pytest.fail("there is a moment without the folder"))
    with writing.drafted_folder(tmp_path / "a") as draft:
        (draft / "new").touch()

    assert [path.name for path in (tmp_path / "a").iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_draft_of_a_process_that_runs_is_left_alone(tmp_path):
    (tmp_path / f".a.{os.getppid()}").touch()
    writing.write_file(tmp_path / "a", "text")

    assert sorted(path.name for path in tmp_path.iterdir()) == [f".a.{os.getppid()}", "a"]


def test_what_was_put_aside_when_a_process_was_killed_comes_back(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / f".a.old.{gone.pid}").mkdir()
    (tmp_path / f".a.old.{gone.pid}" / "kept").touch()
    with pytest.raises(ValueError, match="no"), writing.drafted_folder(tmp_path / "a"):
        raise ValueError("no")

    assert [path.name for path in (tmp_path / "a").iterdir()] == ["kept"]


def test_a_folder_takes_no_files_place(tmp_path):
    (tmp_path / "highlevel").write_text("somebody's")

    with pytest.raises(UsageError, match=r"The report cannot be written to .*: Not a directory."):
        write_reports(verdict(), tmp_path)
    assert everything(tmp_path) == {"highlevel": b"somebody's"}


def test_a_recording_takes_no_folder_that_holds_something_else(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="holds more than cassettes"):
        write_recording(tmp_path, traffic(1), "highlevel", {})

    assert everything(tmp_path) == {"thesis.txt": b"years of work"}


def test_a_new_file_takes_nobodys_place(tmp_path):
    (tmp_path / "a").write_text("before")
    with pytest.raises(FileExistsError):
        writing.write_new(tmp_path / "a", "after")

    assert (tmp_path / "a").read_text() == "before"


@pytest.mark.network
def test_a_whole_run_on_a_full_disk_is_one_sentence(tmp_path):
    code = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({SMALL}, {SMALL}))
from bookproof.cli import main
main(["verify", "highlevel", "--report", "reports"])
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ran.returncode in (2, 3)
    assert "Traceback" not in ran.stderr
    assert "File too large" in ran.stderr
    assert everything(tmp_path) == {}
