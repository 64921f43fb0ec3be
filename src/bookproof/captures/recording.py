"""Turns a run's exchanges into an API's cassettes: one for each file of scenarios, one for generated requests."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bookproof.errors import UsageError
from bookproof.exchange import Exchange
from bookproof.writing import drafted_folder, reason

GENERATED = "properties/"
"""What the names of tests of generated requests begin with."""

_OWN = frozenset({"scenarios", "properties.yaml"})
"""What a recording's folder holds."""


@dataclass(frozen=True, slots=True)
class Written:
    """How much a recording holds."""

    files: int
    exchanges: int


def addressed_to(server: str, url: str, exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """The exchanges as if the documented server had answered: recordings of any target replay alike."""
    for exchange in exchanges:
        request = exchange.request
        moved = server.rstrip("/") + request.url[len(url.rstrip("/")) :] if url else request.url
        yield replace(exchange, request=replace(request, url=moved))


def write_recording(folder: Path, exchanges: Iterable[Exchange], api: str, source: Mapping[str, Any]) -> Written:
    """Writes `scenarios/*.yaml` and `properties.yaml`, in place of the older ones; all of them or none."""
    from bookproof.captures.cassette import write_cassette  # vcrpy brings much with it

    scenarios: dict[str, list[Exchange]] = defaultdict(list)
    generated: list[Exchange] = []
    count = 0
    for exchange in exchanges:
        if exchange.response is None:
            continue
        count += 1
        if exchange.intent.test.startswith(GENERATED):
            generated.append(exchange)
        else:
            scenarios[_file(exchange.intent.test)].append(exchange)
    metadata = {"api": api, **source}
    folder = folder.resolve()
    strangers = sorted(path.name for path in folder.iterdir() if path.name not in _OWN) if folder.is_dir() else []
    if strangers:
        raise UsageError(
            f"{folder} holds more than cassettes ({strangers[0]}), and a recording takes a folder's place.",
            hint="Name a folder of its own: --to DIR.",
        )
    try:
        with drafted_folder(folder) as draft:
            for name, found in scenarios.items():
                write_cassette(draft / "scenarios" / f"{name}.yaml", found, metadata)
            if generated:
                write_cassette(draft / "properties.yaml", generated, metadata)
    except OSError as error:
        raise UsageError(f"The cassettes cannot be written to {folder}: {reason(error)}.") from None
    return Written(len(scenarios) + bool(generated), count)


def _file(test: str) -> str:
    """The cassette of a test: its file's name, or one for what belongs to no single test."""
    stem, separator, _ = test.partition("::")
    return stem if separator else "session"
