"""Judges what passes a proxy: exchanges wait in a queue for a thread that judges, prints and writes them down."""

import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Protocol

from bookproof.apis import Api
from bookproof.auditing import Auditor, Part
from bookproof.captures import har, ndjson
from bookproof.captures.entries import Malformed, Unreadable
from bookproof.errors import UsageError
from bookproof.exchange import Exchange, Request
from bookproof.findings import Finding, Reading
from bookproof.tally import in_words
from bookproof.targets.masking import masked
from bookproof.targets.proxy import Complaint, decoded
from bookproof.verdict import Run, Verdict, Waiver
from bookproof.writing import aside, reason

WAITING: Final = 10_000
"""Exchanges that may wait to be judged; what comes when as many wait passes unjudged."""

SHOWN: Final = 10_000
"""Different findings that are printed as they come."""

Said = Callable[[str, Finding], None]
"""Told of each new finding, and whose it is: "service" or "client"."""


class Writer(Protocol):
    """Where a capture is written."""

    def write(self, exchange: Exchange) -> None:
        """Adds an exchange."""

    def close(self) -> None:
        """Completes the file; OSError where it cannot."""

    def give_up(self) -> None:
        """Ends without the rest, after a write that failed."""


class LineWriter:
    """Writes NDJSON; each line is on the disk before the next one comes, and no half line ever stays.

    The first whole line takes the older file's place.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._draft = path, aside(path)
        self._file = self._draft.open("wb", buffering=0)
        self._length = 0

    def write(self, exchange: Exchange) -> None:
        """Adds a line; OSError where there is no room for the whole of it."""
        line = ndjson.encode(exchange)
        try:
            written = self._file.write(line)
            while written < len(line):
                written += self._file.write(line[written:])
        except OSError:
            self._file.truncate(self._length)
            raise
        if not self._length:
            self._draft.replace(self._path)
        self._length += len(line)

    def close(self) -> None:
        """Closes the file; one without a line leaves the older one as it was."""
        self._file.close()
        self._draft.unlink(missing_ok=True)

    def give_up(self) -> None:
        """Keeps the lines that are there."""
        self.close()


def capture_writer(path: Path) -> Writer:
    """The writer for a file's name; UsageError where the name or the place does not do."""
    forms: dict[str, Callable[[Path], Writer]] = {".ndjson": LineWriter, ".jsonl": LineWriter, ".har": har.Writer}
    form = forms.get(path.suffix.lower())
    if form is None:
        raise UsageError(
            f"{path.name} names no form of a capture.", hint="For example --capture day.ndjson or --capture day.har"
        )
    try:
        return form(path)
    except OSError as error:
        raise UsageError(f"The capture {path} cannot be written: {error.strerror}.") from None


class Watch:
    """A Watcher of one proxy run. `close` waits until all that passed is judged."""

    def __init__(
        self,
        api: Api,
        upstream: str,
        *,
        reading: Reading = "strict",
        waivers: dict[str, Waiver] | None = None,
        run: Run | None = None,
        writer: Writer | None = None,
        said: Said | None = None,
        secrets: Iterable[str] = (),
    ) -> None:
        self._api = api
        self._auditor = Auditor(api, bases=[upstream], reading=reading, secrets=secrets)
        self._waivers = waivers or {}
        self._run = run or Run(api=api.name, target="proxy", url=upstream, reading=reading)
        self._writer = writer
        self._said = said
        self._shown: set[tuple[str, ...]] = set()
        self._lock = threading.Lock()
        self._queue: queue.Queue[tuple[Exchange, bool] | threading.Event | None] = queue.Queue(WAITING)
        self._skipped = 0
        self._gap = False
        self.capture_failed = ""
        self._thread = threading.Thread(target=self._work, name="bookproof judge", daemon=True)
        self._thread.start()

    # -- what the proxy calls ------------------------------------------------------------------------------

    def saw(self, exchange: Exchange) -> None:
        """Queues an exchange, with whether something was missed before it."""
        try:
            self._queue.put_nowait((exchange, self._gap))
            self._gap = False
        except queue.Full:
            self.missed()

    def missed(self) -> None:
        """Counts an exchange that was not kept; nobody knows what it changed."""
        self._skipped += 1
        self._gap = True

    def objections(self, request: Request) -> Complaint:
        """The heavy breaches of a request; missing credentials are for the service to refuse."""
        with self._lock:
            breaches = self._auditor.judge.breaches(request) or []
            found = [self._auditor.finding(Exchange(request), breach) for breach in breaches]
            heavy = [f for f in found if f.level == "must" and f.where != "request.header/Authorization"]
            if not heavy:
                return []
            self._auditor.ask(Exchange(request))
            self._tell("client", heavy)
        return _as_json(heavy)

    def judged(self, exchange: Exchange) -> Complaint:
        """The heavy findings of an exchange."""
        if self._gap:
            self._gap = False
            self._lose_track()
        return _as_json([finding for finding in self._take(exchange) if finding.level == "must"])

    def verdict(self) -> dict[str, Any]:
        """The verdict over everything that had passed when it was asked for."""
        self._wait()
        return self.conclude().as_json()

    # -- the end -------------------------------------------------------------------------------------------

    def conclude(self, seconds: float = 0.0) -> Verdict:
        """The verdict so far."""
        with self._lock:
            run = replace(self._run, seconds=seconds)
            return self._part().verdict(self._api, run, self._waivers, self._auditor.secrets)

    @property
    def part(self) -> Part:
        """What has been judged so far."""
        with self._lock:
            return self._part()

    def close(self) -> None:
        """Judges what still waits, and completes the capture."""
        self._queue.put(None)
        self._thread.join()
        if self._writer is not None:
            try:
                self._writer.close()
            except OSError as error:
                self.capture_failed = reason(error)

    def _keep(self, writer: Writer, exchange: Exchange) -> None:
        """Writes an exchange; where that fails, judging goes on without a capture."""
        try:
            writer.write(exchange)
        except OSError as error:
            self.capture_failed = reason(error)
            self._writer = None
            writer.give_up()

    def _part(self) -> Part:
        part = self._auditor.finish()
        part.skipped = self._skipped
        return part

    # -- the thread ----------------------------------------------------------------------------------------

    def _work(self) -> None:
        while (found := self._queue.get()) is not None:
            if isinstance(found, threading.Event):
                found.set()
            else:
                exchange, after_gap = found
                if after_gap:
                    self._lose_track()
                self._take(exchange)

    def _lose_track(self) -> None:
        with self._lock:
            self._auditor.lose_track()

    def _take(self, exchange: Exchange) -> list[Finding]:
        with self._lock:
            try:
                exchange = decoded(exchange)
            except Malformed as reason:
                self._leave_out(exchange, str(reason))
                return []
            if self._writer is not None:
                self._keep(self._writer, masked(exchange, self._auditor.secrets))
            try:
                judgement = self._auditor.take(exchange)
            except Exception as fault:  # whatever it is, what passes next is judged all the same
                self._leave_out(exchange, f"a fault of bookproof itself: {type(fault).__name__}: {fault}")
                return []
            if judgement is None or judgement.call is None:
                return []
            self._tell("service", judgement.findings)
            if judgement.call.breaches and self._said:
                breaches = judgement.call.breaches
                self._tell("client", [self._auditor.finding(exchange, breach) for breach in breaches])
            return judgement.findings

    def _leave_out(self, exchange: Exchange, why: str) -> None:
        """Counts an exchange that cannot be judged; nobody knows what it changed."""
        self._auditor.take(Unreadable(exchange.request.url.partition("?")[0], why))

    def _tell(self, side: str, findings: list[Finding]) -> None:
        for finding in findings:
            key = (side, finding.requirement or "", finding.message.partition(":")[0], finding.where)
            if self._said and key not in self._shown and len(self._shown) < SHOWN:
                self._shown.add(key)
                (shown,) = self._auditor.without_secrets([finding])
                self._said(side, shown)

    def _wait(self) -> None:
        reached = threading.Event()
        try:
            self._queue.put(reached, timeout=5)
        except queue.Full:
            return
        reached.wait(timeout=5)


def _as_json(findings: list[Finding]) -> list[dict[str, Any]]:
    return [{"requirement": finding.requirement, "level": finding.level, **in_words(finding)} for finding in findings]
