"""Parts of one run: what several processes, or several machines, judged of an API becomes one verdict.

Tallies merge exactly, verdicts do not: a requirement that one part did not reach is no gap where another part did. So
a part keeps its tally, and what has to agree between parts. A report folder holds it as part.json.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bookproof import __version__
from bookproof.apis import Api
from bookproof.errors import DataError
from bookproof.tally import Tally
from bookproof.tally_json import tally_as_json, tally_from_json
from bookproof.verdict import Run, Verdict, Waiver, conclude

FILE: Final = "part.json"
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class RunPart:
    """What was judged of one API somewhere. contract: the digest of the contract that it was judged against."""

    run: Run
    contract: str
    waivers: Mapping[str, Waiver]
    tally: Tally

    def verdict(self, api: Api) -> Verdict:
        """What it comes to by itself."""
        return conclude(self.tally, self.run, api.contract, api.ledger, self.waivers)

    def as_json(self) -> dict[str, Any]:
        """The part as JSON values."""
        run = self.run
        return {
            "format": FORMAT,
            "bookproof": __version__,
            "api": run.api,
            "contract": self.contract,
            "target": {"kind": run.target, "url": run.url},
            "reading": run.reading,
            "started": run.started.isoformat(),
            "seconds": run.seconds,
            "seed": run.seed,
            "capabilities": sorted(run.capabilities),
            "token_variable": run.token_variable,
            "interrupted": run.interrupted,
            "depth": run.depth,
            "waivers": [[w.requirement, w.reason, w.expires.isoformat()] for _, w in sorted(self.waivers.items())],
            "tally": tally_as_json(self.tally),
        }


def from_json(value: Mapping[str, Any]) -> RunPart:
    """The part that JSON values stand for; KeyError, TypeError, ValueError or IndexError where they stand for none."""
    run = Run(
        api=value["api"],
        target=value["target"]["kind"],
        url=value["target"]["url"],
        reading=value["reading"],
        started=datetime.fromisoformat(value["started"]),
        seconds=float(value["seconds"]),
        seed=value["seed"],
        capabilities=frozenset(value["capabilities"]),
        token_variable=value["token_variable"],
        interrupted=value["interrupted"],
        depth=value["depth"],
    )
    waivers = {name: Waiver(name, reason, date.fromisoformat(expires)) for name, reason, expires in value["waivers"]}
    return RunPart(run, value["contract"], waivers, tally_from_json(value["tally"]))


def joined(parts: Sequence[RunPart]) -> RunPart:
    """The part that parts of one run make together, in whatever order they are given. There is one at least."""
    tally = Tally()
    for part in parts:
        tally.merge(part.tally)
    runs = [part.run for part in parts]
    started = min(run.started for run in runs)
    ended = max(run.started + timedelta(seconds=run.seconds) for run in runs)
    interruptions = sorted({run.interrupted for run in runs if run.interrupted})
    run = replace(
        runs[0],
        started=started,
        seconds=(ended - started).total_seconds(),
        interrupted=interruptions[0] if interruptions else "",
    )
    return replace(parts[0], run=run, tally=tally)


def folders(place: Path) -> list[Path]:
    """The folders with a part at a place: the place itself, or those one level below it."""
    if (place / FILE).is_file():
        return [place]
    found = sorted(path.parent for path in place.glob(f"*/{FILE}"))
    if not found:
        what = "There is no" if place.exists() else "There is no folder, and so no"
        raise DataError(
            f"{what} {FILE} in {place}.", hint="Make one first: pytest SUITES --bookproof-report DIR writes it."
        )
    return found


def read(folder: Path, api_of: Any) -> RunPart:
    """The part in a report folder. DataError where it is none, or where it was judged by another contract."""
    path = folder / FILE
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if value.get("format") != FORMAT or value.get("bookproof") != __version__:
            raise DataError(
                f"{path} was written by bookproof {value.get('bookproof')}; this is {__version__}.",
                hint="Shards of one run are judged, and joined, by the same version.",
            )
        part = from_json(value)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        missing = f": it has no {error}" if isinstance(error, KeyError) else ""
        raise DataError(f"{path} is no part of a run{missing}.") from None
    if part.contract != api_of(part.run.api).contract.sha256:
        raise DataError(
            f"{path} was judged by another contract of {part.run.api} than the one that is here.",
            hint="Shards of one run are judged, and joined, with the same contract.",
        )
    return part


def disagreement(parts: Iterable[tuple[Path, RunPart]]) -> str:
    """In what parts differ that belong to one run; empty where they agree."""
    (first, one), *others = parts
    for path, other in others:
        for what, mine, its in (
            ("target", (one.run.target, one.run.url), (other.run.target, other.run.url)),
            ("reading", one.run.reading, other.run.reading),
            ("depth", one.run.depth, other.run.depth),
            ("capabilities", one.run.capabilities, other.run.capabilities),
            ("waivers", one.waivers, other.waivers),
        ):
            if mine != its:
                return f"{first} and {path} differ in their {what}"
    return ""
