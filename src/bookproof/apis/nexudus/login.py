"""How a client of Nexudus gets a token: not in the document, but on the vendor's page on authentication."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from bookproof.apis.login import token_in
from bookproof.exchange import Request, Response

LOGIN = ("username", "password")
"""What a login asks for, by name."""


def login(send: Callable[[Request], Response], base: str, given: Mapping[str, str]) -> str:
    """A bearer token for a user's name and password, which go out as a form."""
    form = {"grant_type": "password", "username": given["username"], "password": given["password"]}
    headers = (("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded"))
    return token_in(
        send(Request("POST", f"{base}/api/token", headers, urlencode(form).encode())),
        "access_token",
        refused=f"{base} gives no token for the user's name and password",
        hint="Are username and password those of an administrator of the account?",
    )
