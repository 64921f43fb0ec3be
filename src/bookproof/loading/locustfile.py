"""What Locust is started with: `bookproof load` does it, and so may `locust -f`.

It listens to Locust's own events. On a worker, or where there are none, the end of a test is the time to play broken
acts again, to clean up and to ask the Judge; a master asks its workers for that before it lets them go, because Locust
itself waits for half a second only.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

import gevent
from locust import User, events
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from bookproof.apis.acting import mixture
from bookproof.errors import BookproofError, BudgetSpent
from bookproof.loading.concluding import settle
from bookproof.loading.connection import Exhausted
from bookproof.loading.crew import Crew
from bookproof.loading.role import Lines
from bookproof.loading.settings import MIX, Settings
from bookproof.loading.statistics import statistics

SHARE = "bookproof-share"
FINISH = "bookproof-finish"
SPENT = "bookproof-spent"
PART = "bookproof-part"
REPORT = "bookproof"
PATIENCE = 900.0
"""Seconds that a master waits for what its workers have judged."""


NOTHING: dict[str, Any] = {"remains": [], "exhausted": {}, "behind": 0.0, "waited": 0.0}
"""What a process comes to that sent nothing."""


class State:
    """What this process of Locust knows of the test that is running."""

    crew: Crew | None = None
    share = 1
    began = 0.0
    users = 0
    ended = ""
    fault = ""
    exit_code = 0
    host = ""
    own = ("", "")
    """This machine's own configuration and token variable: a worker's options are replaced by its master's."""
    parts: ClassVar[dict[str, Any]] = {}
    """What each worker came to; on a worker, what it came to itself and has not told yet."""


class BookproofUser(User):
    """A user who plays one act after the other."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._crew = State.crew
        self._leaving = self._crew is None
        self._turn = 0
        if self._crew is not None:
            self._number = next(self._crew.users)
            self._lines = Lines(self._crew.plan.url, self._crew.plan.timeout)

    def act(self) -> None:
        """Plays the next act."""
        if self._leaving or self._crew is None:
            raise StopUser
        name = self._crew.choose(self._number, self._turn)
        self._turn += 1
        if not name:
            raise StopUser
        try:
            self._crew.play(self._lines, name)
        except BudgetSpent as error:
            _spent(self.environment, error.message)
            raise StopUser from None

    tasks: ClassVar[list[Any]] = [act]

    def stop(self, force: bool = False) -> bool:
        """Lets the act that is played end: Locust would kill a user who waits, and may meet one who just begins."""
        self._leaving = True
        if force:
            return bool(super().stop(force=True))
        return False

    def on_stop(self) -> None:
        """Closes the user's connections."""
        if self._crew is not None:
            self._lines.close()


def options(parser: Any) -> None:
    """Adds bookproof's options to Locust's."""
    hidden: dict[str, Any] = {"include_in_web_ui": False}
    parser.add_argument("--bookproof-api", default="", help="The API to judge.", **hidden)
    parser.add_argument("--bookproof-config", default="", help="bookproof.toml, on each machine its own.", **hidden)
    parser.add_argument("--bookproof-token-env", default="", help="The variable that holds the token.", **hidden)
    parser.add_argument("--bookproof-reading", default="", help="strict or tolerant.", **hidden)
    parser.add_argument("--bookproof-reference", action="store_true", help="It is the reference.", **hidden)
    parser.add_argument("--bookproof-unjudged", action="store_true", help="Judge nothing, to see the cost.", **hidden)
    parser.add_argument("--bookproof-result", default="", help="Where to write what was found, as JSON.", **hidden)
    parser.add_argument("--bookproof-seed", type=int, default=1, help="Decides what is left to chance.")
    parser.add_argument("--bookproof-mix", default=MIX, help="How often each kind of act is played.")


def prepare(environment: Environment, **_: Any) -> None:
    """Looks at the settings before anything is sent, and makes the processes hear each other."""
    runner, given = environment.runner, environment.parsed_options
    hub = gevent.get_hub()
    hub.NOT_ERROR = (*hub.NOT_ERROR, BudgetSpent, Exhausted)  # whoever waits for a greenlet is told; no traceback
    # Otherwise Ctrl-C would strike whichever user is just at work, in the middle of an act.
    gevent.signal_handler(signal.SIGINT, gevent.kill, gevent.getcurrent(), KeyboardInterrupt)
    hub.loop.update_now()  # it has not looked at the clock since the imports, and timers count from there
    State.host, State.own = environment.host or "", (given.bookproof_config, given.bookproof_token_env)
    try:
        _settings(environment).plan()
    except (BookproofError, ValueError) as error:
        sys.stderr.write(f"bookproof: {error}\n")
        sys.exit(getattr(error, "exit_code", 2))
    if isinstance(runner, WorkerRunner):
        runner.register_message(SHARE, _take_share)
        runner.register_message(FINISH, lambda environment, msg: environment.runner.stop(), concurrent=True)
        environment.events.report_to_master.add_listener(_add_part)
    elif isinstance(runner, MasterRunner):
        runner.register_message(SPENT, lambda environment, msg: _spent(environment, msg.data["reason"]))
        runner.register_message(PART, lambda environment, msg: State.parts.update({msg.node_id: msg.data}))
        environment.events.worker_report.add_listener(_take_part)
    environment.events.quitting.add_listener(leave)  # after the runner's own, so that it is told first


def _take_share(environment: Environment, msg: Any) -> None:
    State.share = int(msg.data["workers"])


def begin(environment: Environment, **_: Any) -> None:
    """Prepares for one test."""
    State.parts, State.ended, State.fault, State.began = {}, "", "", time.time()
    runner = environment.runner
    if not isinstance(runner, WorkerRunner) and environment.host != State.host:
        # Nobody was asked about that host, and the credentials are not meant for it.
        _spent(environment, f"This run is for {State.host}; start another one for {environment.host}.")
        return
    if isinstance(runner, MasterRunner):
        runner.send_message(SHARE, {"workers": max(1, runner.worker_count)})
        return
    number = runner.worker_index if isinstance(runner, WorkerRunner) else 0
    judged = not environment.parsed_options.bookproof_unjudged
    try:
        State.crew = Crew(_settings(environment), _report(environment), number=number, share=State.share, judged=judged)
    except BookproofError as error:
        sys.stderr.write(f"bookproof: {error}\n")
        State.fault = error.message
        _spent(environment, error.message)


def gather(environment: Environment, **_: Any) -> None:
    """Has the workers end their part of the test, and waits for what they came to."""
    runner = environment.runner
    State.users = runner.target_user_count
    if not isinstance(runner, MasterRunner):
        return
    seconds, workers = time.time() - State.began, set(runner.clients)
    runner.send_message(FINISH)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        heard_of = {client.id for client in runner.clients.all if client.state != STATE_MISSING}
        if not workers & heard_of - State.parts.keys():
            break
        gevent.sleep(0.1)
    _write(environment, seconds, len(workers))


def end(environment: Environment, **_: Any) -> None:
    """Ends this process's part of the test."""
    crew, State.crew = State.crew, None
    if crew is None and not State.fault:
        return
    seconds = time.time() - State.began
    part = crew.finish() if crew is not None else {**NOTHING, "fault": State.fault}
    runner = environment.runner
    State.parts = {runner.client_id: part}
    if not isinstance(runner, WorkerRunner):
        _write(environment, seconds, 1)


def leave(environment: Environment, **_: Any) -> None:
    """Ends the test before Locust settles its exit code, and before a worker takes its leave."""
    runner = environment.runner
    if not isinstance(runner, WorkerRunner):
        runner.quit()
        environment.process_exit_code = State.exit_code
        return
    runner.stop()
    for part in State.parts.values():
        runner.send_message(PART, part)
    environment.process_exit_code = 0


def _add_part(client_id: str, data: dict[str, Any]) -> None:
    """Sends what this worker came to with its next report, so that the numbers in both belong together."""
    if client_id in State.parts:
        data[REPORT] = State.parts.pop(client_id)


def _take_part(client_id: str, data: dict[str, Any]) -> None:
    if REPORT in data:
        State.parts[client_id] = data[REPORT]


def _spent(environment: Environment, reason: str) -> None:
    """Ends the test early: there is nothing left to spend, or nothing can be done."""
    if State.ended:
        return
    State.ended, runner = reason, environment.runner
    if isinstance(runner, WorkerRunner):
        runner.send_message(SPENT, {"reason": reason})
    else:
        gevent.spawn_later(0.1, runner.quit if environment.parsed_options.headless else runner.stop)


def _report(environment: Environment) -> Any:
    def report(method: str, name: str, milliseconds: float, length: int, wrong: str) -> None:
        environment.events.request.fire(
            request_type=method,
            name=name,
            response_time=milliseconds,
            response_length=length,
            exception=RuntimeError(wrong) if wrong else None,
            context={},
        )

    return report


def _settings(environment: Environment) -> Settings:
    given = environment.parsed_options
    config, token_variable = State.own
    return Settings(
        api=given.bookproof_api,
        url=environment.host or "",
        reference=given.bookproof_reference,
        config=os.path.abspath(config) if config else "",
        token_variable=token_variable,
        reading=given.bookproof_reading,
        seed=given.bookproof_seed,
        mix=mixture(given.bookproof_mix),
    )


def _write(environment: Environment, seconds: float, workers: int) -> None:
    """Writes what all processes came to where `bookproof load` asked for it; otherwise concludes here."""
    place = environment.parsed_options.bookproof_result
    result = {
        "users": State.users,
        "ended": State.ended,
        "seed": environment.parsed_options.bookproof_seed,
        "mix": mixture(environment.parsed_options.bookproof_mix),
        "seconds": seconds,
        "workers": workers,
        "parts": list(State.parts.values()),
        "statistics": statistics(environment.stats, seconds),
    }
    if not place:
        State.exit_code = settle(_settings(environment), result, Path("reports"))
        return
    draft = Path(f"{place}.part")
    draft.write_text(json.dumps(result), encoding="utf-8")
    draft.replace(place)


events.init_command_line_parser.add_listener(options)
events.init.add_listener(prepare)
events.test_start.add_listener(begin)
events.test_stopping.add_listener(gather)
events.test_stop.add_listener(end)
