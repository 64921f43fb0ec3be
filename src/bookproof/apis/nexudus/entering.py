"""Seeded defects in whom a server lets in, and in what it makes of credentials and JSON that it cannot read."""

from typing import Final

from bookproof.apis.nexudus.hooks import creating, reading
from bookproof.apis.nexudus.reference import TOKEN
from bookproof.faults import Answered, Asked, Defect, Hooks, When, crashes, refuses, simply


def _authorized(asked: Asked, value: str = f"Bearer {TOKEN}") -> None:
    asked.headers["authorization"] = value


def _anybody(*, scheme: str = "", when: When = lambda asked: True) -> Hooks:
    """Credentials of a scheme are not looked at; with no scheme, none are needed."""

    def request(asked: Asked) -> None:
        if when(asked) and asked.headers.get("authorization", "").startswith(scheme):
            _authorized(asked)

    return Hooks(request=request)


def _no_basic(asked: Asked) -> Answered | None:
    return Answered(401, {}) if asked.headers.get("authorization", "").startswith("Basic ") else None


def _deleting(asked: Asked) -> bool:
    return asked.method == "DELETE"


def _presented(scheme: str) -> When:
    """Requests whose credentials are a scheme and nothing that could be split or decoded."""
    return lambda asked: asked.headers.get("authorization", "") == scheme


_SPELLINGS: Final = (
    Defect(
        "nx-wide-spelling",
        "A body that has blanks between its parts is refused.",
        ("NX-011",),
        simply(refuses(lambda asked: creating(asked) and asked.body.lstrip().startswith(b"{\r\n"), 400, "unreadable")),
    ),
    Defect(
        "nx-escaped-spelling",
        "A body with an escaped letter ends in a server error.",
        ("NX-011",),
        simply(crashes(lambda asked: creating(asked) and b"\\u006F" in asked.body)),
    ),
)

_CREDENTIALS: Final = (
    Defect("nx-no-basic", "Basic credentials are turned away.", ("NX-005",), simply(Hooks(respond=_no_basic))),
    Defect("nx-open", "No credentials are needed.", ("NX-006",), simply(_anybody())),
    Defect("nx-any-token", "Any bearer token will do.", ("NX-006",), simply(_anybody(scheme="Bearer "))),
    Defect("nx-any-password", "Any password will do.", ("NX-006",), simply(_anybody(scheme="Basic "))),
    Defect("nx-open-records", "Records are shown to everybody.", ("NX-006",), simply(_anybody(when=reading))),
    Defect(
        "nx-any-token-reads",
        "Records are shown with any bearer token.",
        ("NX-006",),
        simply(_anybody(scheme="Bearer ", when=reading)),
    ),
    Defect("nx-open-deletion", "Records are deleted for everybody.", ("NX-006",), simply(_anybody(when=_deleting))),
    Defect(
        "nx-no-token",
        "A bearer scheme without a token will do.",
        ("NX-006",),
        simply(_anybody(when=_presented("Bearer"))),
    ),
    Defect("nx-longer-token", "More may follow a token.", ("NX-006",), simply(_anybody(scheme=f"Bearer {TOKEN}"))),
    Defect(
        "nx-unsigned-token",
        "What a web token says is believed without its signature.",
        ("NX-006",),
        simply(_anybody(when=lambda asked: asked.headers.get("authorization", "").count(".") == 2)),
    ),
    Defect(
        "nx-any-token-deletes",
        "Records are deleted with any bearer token.",
        ("NX-006",),
        simply(_anybody(scheme="Bearer ", when=_deleting)),
    ),
    Defect(
        "nx-other-scheme",
        "Credentials of an unknown scheme are not looked at.",
        ("NX-006",),
        simply(_anybody(scheme="Token ")),
    ),
    Defect(
        "nx-token-split",
        "An Authorization header without a blank ends in a server error.",
        ("NX-006",),
        simply(crashes(_presented("Bearer"))),
    ),
    Defect(
        "nx-password-decoded",
        "Basic credentials that are no Base64 end in a server error.",
        ("NX-006",),
        simply(crashes(_presented("Basic %"))),
    ),
)

DEFECTS: Final = (*_CREDENTIALS, *_SPELLINGS)
