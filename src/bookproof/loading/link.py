"""The pipe from a process of Locust to the process that judges for it."""

import json
import logging
import subprocess
import sys
import time
from typing import Any, Final

import gevent
import msgpack
from gevent.event import AsyncResult
from gevent.queue import Empty, Queue

from bookproof.errors import CannotJudge
from bookproof.loading.settings import Settings

WAITING: Final = 20_000
"""Messages that may wait for the Judge. Users wait when there are more, for every answer is to be judged."""

_AT_ONCE: Final = 200

logger = logging.getLogger("bookproof")


class Link:
    """Sends messages to a Judge of its own. `behind`: seconds for which users waited for it, added up."""

    def __init__(self, settings: Settings) -> None:
        command = [sys.executable, "-m", "bookproof.loading.judging", settings.as_json()]
        # In a session of its own, Ctrl-C does not reach it: what was judged so far is still asked for.
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self._queue: Queue[list[Any]] = Queue(WAITING)
        self._answer: AsyncResult[dict[str, Any]] = AsyncResult()
        self._writer = gevent.spawn(self._write)
        self._reader = gevent.spawn(self._read)
        self.behind = 0.0

    def tell(self, message: list[Any]) -> None:
        """Queues a message; waits where too many are queued."""
        if self._queue.full():
            clock = time.perf_counter()
            self._queue.put(message)
            self.behind += time.perf_counter() - clock
        else:
            self._queue.put(message)

    def ask(self, question: str, seconds: float) -> Any:
        """The answer to a question, once everything before it is judged. CannotJudge where none comes in time."""
        self._answer = AsyncResult()
        self.tell([question])
        found = self._answer.get(timeout=seconds)
        if not found:
            raise CannotJudge("The process that judges ended early.")
        return found

    def close(self) -> None:
        """Ends the Judge."""
        self._writer.kill()
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None, "it was asked for"
        assert stdout is not None, "it was asked for"
        try:
            stdin.close()
            self._process.wait(timeout=5)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        self._reader.kill()
        stdout.close()

    def _write(self) -> None:
        stdin = self._process.stdin
        assert stdin is not None, "it was asked for"
        pack = msgpack.Packer(default=tuple).pack
        while True:
            waiting = [self._queue.get()]
            try:
                while len(waiting) < _AT_ONCE:
                    waiting.append(self._queue.get_nowait())
            except Empty:
                pass
            try:
                stdin.write(b"".join(map(pack, waiting)))
                stdin.flush()
            except OSError:
                self._answer.set({})
                return

    def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None, "it was asked for"
        for line in stdout:
            said = json.loads(line)
            if "found" in said:
                logger.warning("✗ %s", said["found"])
            else:
                self._answer.set(said)
        self._answer.set({})
