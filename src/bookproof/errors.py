"""Everything that can go wrong for a person who runs bookproof, as one clear message with a hint and an exit code.

BookproofError
├── UsageError              exit 2: the command or its configuration is wrong
│   ├── UnknownName         a name that is not known, with the nearest right one
│   ├── ConfigurationError  bookproof.toml, an environment variable, a waiver
│   └── DataError           a contract, ledger or cassette that cannot be read
└── CannotJudge             exit 3: the run says nothing about the contract
    ├── Unreachable         no answer could be had from the target
    ├── CredentialsRefused  the target refuses the credentials that the run was given
    ├── BudgetSpent         the budget of requests or seconds ended
    ├── Interrupted         Ctrl-C or SIGTERM ended the run
    ├── NotRecorded         no cassette holds what a replay asks for
    └── NothingRan          no requirement was exercised
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


def worst(codes: Iterable[int]) -> int:
    """The exit code of several runs: a violation outweighs what could not be judged; no run at all is 3."""
    return max(codes, key=(0, 3, 2, 1).index, default=3)


class BookproofError(Exception):
    """A message for a person: what happened, and in `hint` what to do about it."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.message, self.hint)  # its constructors differ, its parts do not


def _rebuilt(kind: type[BookproofError], message: str, hint: str) -> BookproofError:
    """An error that was raised in another process."""
    error = kind.__new__(kind)
    BookproofError.__init__(error, message, hint=hint)
    return error


class UsageError(BookproofError):
    """The command line or the configuration is wrong."""

    exit_code = 2


class UnknownName(UsageError):
    """A name that is not among the known ones; suggests the nearest."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        close = [candidate for candidate in names if candidate.casefold() == name.casefold()]
        close = close or get_close_matches(name, names, n=1, cutoff=0.5)
        listing = ", ".join(names) if len(names) <= 12 else f"{', '.join(names[:3])} … {names[-1]}"
        hint = f"Did you mean {close[0]}?" if close else f"Known: {listing}."
        super().__init__(f"There is no {kind} {name!r}.", hint=hint)


class ConfigurationError(UsageError):
    """bookproof.toml, an environment variable or a waiver is wrong."""


class DataError(UsageError):
    """A contract, ledger or cassette cannot be read."""


class CannotJudge(BookproofError):
    """The run ended without saying anything about the contract."""


class Unreachable(CannotJudge):
    """No answer could be had from the target."""


class CredentialsRefused(CannotJudge):
    """The target refuses the credentials that the run was given."""


class BudgetSpent(CannotJudge):
    """The run's budget of requests or seconds is spent."""


class Interrupted(CannotJudge):
    """The run was ended by Ctrl-C or SIGTERM."""


class NotRecorded(CannotJudge):
    """No cassette holds a request that is replayed."""


class NothingRan(CannotJudge):
    """No requirement was exercised."""


class Untested(Exception):
    """A scenario cannot show its requirement on this target; the text says why."""

    def __init__(self, reason: str, *, blocked_by: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.blocked_by = blocked_by
