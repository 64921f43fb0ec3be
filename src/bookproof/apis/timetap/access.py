"""How a client of TimeTap gets its credentials: not in the document, but on the vendor's introduction page."""

import hashlib
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from bookproof.apis.login import token_in
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
    return token_in(
        send(Request("GET", f"{base}/sessionToken?{urlencode(query)}", (("Accept", "application/json"),))),
        "sessionToken",
        refused=f"{base} gives no session token for the API key",
        hint="Are api_key and private_key those of this account?",
    )
