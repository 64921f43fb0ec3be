"""Sets two recordings side by side: what every client would notice, however ids, dates, counts and order differ.

Only situations that both recordings hold are compared: an operation, with requests that are valid or that break the
same keywords. What the contract leaves optional counts as new or gone where chance does not explain it.
"""

from collections.abc import Iterable, Iterator

from bookproof.apis import Api
from bookproof.captures.entries import Entry
from bookproof.drift.bodies import Bodies
from bookproof.drift.change import Drift, ordered
from bookproof.drift.observing import Answers, Descriptions, Observation, Observer, Situation
from bookproof.drift.statuses import Finding, broken_requests, valid_requests
from bookproof.errors import NothingRan


def observe(api: Api, label: str, entries: Iterable[Entry], bases: Iterable[str] = ()) -> Observation:
    """What one recording shows of an API. bases: address prefixes below which the API lies beside its own."""
    observer = Observer(api, label, bases)
    for entry in entries:
        observer.take(entry)
    return observer.observation


def compare(api: Api, before: Observation, now: Observation) -> Drift:
    """What changed between two recordings; NothingRan where they have no situation in common."""
    common = sorted(before.statuses.keys() & now.statuses.keys())
    if not common:
        raise NothingRan(
            f"The two recordings have no request of {api.name} in common.",
            hint="If one of them was taken elsewhere, name its base: --url-prefix https://HOST[/BASE]",
        )
    findings = [*_of_statuses(api, common, before, now), *_of_bodies(api, common, before, now)]
    drift = Drift(api.name, before.label, now.label)
    drift.changes = ordered(change for change, sure in findings if sure)
    drift.unsure = ordered(change for change, sure in findings if not sure)
    drift.compared = {
        "situations": len(common),
        "before": sum(sum(before.statuses[situation].values()) for situation in common),
        "now": sum(sum(now.statuses[situation].values()) for situation in common),
    }
    drift.remarks = list(_remarks(before, now))
    drift.incomplete = next((f"{side.label}: {side.broken_off}" for side in (before, now) if side.broken_off), "")
    return drift


def _of_statuses(api: Api, common: list[Situation], before: Observation, now: Observation) -> Iterator[Finding]:
    for situation in common:
        operation = api.contract.operations[situation[0]]
        was, is_now = before.statuses[situation], now.statuses[situation]
        if not situation[2]:
            yield from valid_requests(api.ledger, operation, was, is_now)
        elif requirement := now.owners[situation]:  # what breaks several at once says nothing of any
            yield from broken_requests(operation, requirement, was, is_now)


def _of_bodies(api: Api, common: list[Situation], before: Observation, now: Observation) -> Iterator[Finding]:
    """Compares answers by operation and status, added up over the situations that both recordings hold."""
    descriptions = Descriptions(api)
    labels = before.answers.keys() & now.answers.keys()
    for operation, label in sorted({(situation[0], label) for situation, label in labels}):
        both = [situation for situation in common if situation[0] == operation and (situation, label) in labels]
        was, is_now = Answers(), Answers()
        for situation in both:
            was.merge(before.answers[situation, label])
            is_now.merge(now.answers[situation, label])
        described = descriptions.of(operation, min(is_now.statuses))
        yield from Bodies(api.ledger, api.contract.operations[operation], described, was, is_now).findings()


def _remarks(before: Observation, now: Observation) -> Iterator[str]:
    for name in sorted(before.operations.keys() - now.operations.keys()):
        yield f"{name} was not called now ({before.operations[name]} answers before)"
    for name in sorted(now.operations.keys() - before.operations.keys()):
        yield f"{name} was not called before ({now.operations[name]} answers now)"
    for side, label in ((before, "before"), (now, "now")):
        for count, what in (
            (side.foreign, "of other operations left out"),
            (side.unanswered, "had no answer"),
            (side.troubled, "said nothing of the contract: throttled, or credentials refused"),
        ):
            if count:
                yield f"{label}: {count} exchange{'s' if count > 1 else ''} {what}"
        if side.unreadable:
            yield f"{label}: {side.unreadable} entries could not be read, the first: {side.first_unreadable}"
