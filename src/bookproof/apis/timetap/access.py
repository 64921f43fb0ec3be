"""How a client of TimeTap gets its credentials: not in the document, but on the vendor's introduction page."""

import hashlib
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from bookproof.contract import body_value
from bookproof.errors import CredentialsRefused
from bookproof.exchange import Request, Response

LOGIN = ("api_key", "private_key")
"""What a login asks for, by name."""


def login(send: Callable[[Request], Response], base: str, given: Mapping[str, str]) -> str:
    """A session token for an API key and its private key; the MD5 of both together is the signature."""
    joined = given["api_key"] + given["private_key"]
    query = {
        "apiKey": given["api_key"],
        "timestamp": int(time.time()),
        "signature": hashlib.md5(joined.encode(), usedforsecurity=False).hexdigest(),
    }
    response = send(Request("GET", f"{base}/sessionToken?{urlencode(query)}", (("Accept", "application/json"),)))
    answered = body_value(response)
    token = answered.get("sessionToken") if isinstance(answered, dict) else None
    if response.status != 200 or not isinstance(token, str):
        raise CredentialsRefused(
            f"{base} gives no session token for the API key ({response.status}).",
            hint="Are api_key and private_key those of this account?",
        )
    return token
