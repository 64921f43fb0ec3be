"""The process that judges for a process of Locust: `python -m bookproof.loading.judging SETTINGS`.

Messages come on standard input as MessagePack. Each different finding goes out as a line of JSON at once, and so does
the answer to a question. It ends when its input ends.
"""

import json
import sys
from typing import Any, BinaryIO, TextIO

import msgpack

from bookproof.findings import Finding
from bookproof.loading import messages
from bookproof.loading.bench import Bench
from bookproof.loading.settings import Settings
from bookproof.targets.secrets import Scrubber

_READ = 2**18


def main(settings: Settings, stdin: BinaryIO, stdout: TextIO) -> None:
    """Judges until the input ends."""
    plan = settings.plan()
    secrets = [*plan.secrets, (plan.authorization or "").partition(" ")[2]]
    bench = Bench(settings.known, bases=[plan.url], reading=plan.reading, scrubber=Scrubber(secrets))
    told: set[tuple[str | None, str, str]] = set()

    def tell(value: Any) -> None:
        stdout.write(json.dumps(value) + "\n")
        stdout.flush()

    def note(findings: list[Finding]) -> None:
        for finding in findings:
            known = (finding.requirement, finding.message.partition(":")[0], finding.where)
            if known not in told:
                told.add(known)
                tell({"found": f"{finding.requirement or 'no requirement'}  {finding.message}  at {finding.where}"})

    unpacker = msgpack.Unpacker(max_buffer_size=2**30, strict_map_key=False)
    while chunk := stdin.read1(_READ):  # type: ignore[attr-defined] # standard input is buffered
        unpacker.feed(chunk)
        for message in unpacker:
            match message:
                case [messages.EXCHANGE, act, at_once, packed]:
                    note(bench.take(act, messages.unpack(packed), at_once=at_once))
                case [messages.CLAIM, act, rule, holds, said, packed]:
                    note(bench.claim(act, rule, holds, messages.unpack(packed), tuple(said)))
                case [messages.END, act]:
                    bench.end(act)
                case [messages.SECRET, secret]:
                    bench.scrubber.learn(secret)
                case [messages.BROKEN]:
                    tell({"broken": bench.broken()})
                case [messages.FINISH]:
                    tell({"outcome": messages.outcome_as_json(bench.finish())})


if __name__ == "__main__":
    main(Settings.from_json(sys.argv[1]), sys.stdin.buffer, sys.stdout)
