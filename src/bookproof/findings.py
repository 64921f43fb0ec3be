"""What the Judge says: of a broken requirement a Finding, of one exchange a Judgement."""

from dataclasses import dataclass, field
from typing import Literal

from bookproof.exchange import Exchange
from bookproof.ledger import Level
from bookproof.rules import Call, Taken

Reading = Literal["strict", "tolerant"]
"""How strictly a run reads the documents: "tolerant" makes a warning of what is accepted though it is forbidden."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A requirement that an exchange breaks (None: no requirement owns it, a server error for example)."""

    requirement: str | None
    level: Level
    message: str
    expected: str
    actual: str
    where: str
    exchange: Exchange


@dataclass(slots=True)
class Judgement:
    """What one exchange says: findings, the requirements that it put to the test, and remarks.

    enforced: requirements that the refusal of a broken request shows, provided that valid ones are accepted.
    call: None where the exchange belongs to no operation of the contract.
    refusal: a conforming request was refused and nobody vouched for it (a note, not a fault).
    trouble: why the exchange says nothing about the contract (throttled, credentials refused).
    """

    call: Call | None
    findings: list[Finding] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    enforced: set[str] = field(default_factory=set)
    readings: list[Taken] = field(default_factory=list)
    refusal: str = ""
    trouble: str = ""
