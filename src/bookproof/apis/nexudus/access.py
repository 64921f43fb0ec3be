"""Who may call the reference server and how often: passwords, bearer tokens and their renewal, throttling.

The document says only that valid credentials are required (lines 12 and 66); the rest is from the vendor's other
public pages. It is here so that a run can log in, and meet throttling, as it would live.
"""

import base64
import math
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from bookproof.apis.serving import answer, bearer

TOKEN_SECONDS = 604_799
REFRESH_SECONDS = 15 * 24 * 3600

_FORM = "application/x-www-form-urlencoded"


class Access:
    """The door of one server.

    throttle: writes that are allowed in a minute of the clock, None for any number.
    token: valid for ever; user, password: of the one account. `tokens` says when each bearer token expires.
    """

    def __init__(self, clock: Callable[[], float], throttle: int | None, token: str, user: str, password: str) -> None:
        self.tokens = {token: math.inf}
        self._stem = token
        self._refresh_tokens: dict[str, float] = {}
        self._account = (user, password)
        self._basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._clock = clock
        self._throttle = throttle
        self._logins = 0
        self._minute = 0
        self._writes = 0
        self._lock = threading.Lock()

    async def log_in(self, request: Request) -> Response:
        """POST /api/token: trades a password or a refresh token, sent as a form, for a bearer token."""
        media = request.headers.get("content-type", "").split(";")[0].strip().lower()
        text = (await request.body()).decode("utf-8", "replace")
        form = dict(parse_qsl(text, keep_blank_values=True)) if media == _FORM else {}
        match form.get("grant_type"):
            case "password":
                granted = (form.get("username"), form.get("password")) == self._account
                reason = "The user name or password is incorrect."
            case "refresh_token":
                granted = self._refresh_tokens.get(form.get("refresh_token", ""), 0) > self._clock()
                reason = "The refresh token is unknown or has expired."
            case _:
                return answer(400, {"error": "unsupported_grant_type"})
        if not granted:
            return answer(400, {"error": "invalid_grant", "error_description": reason})
        return answer(200, self._grant())

    def turned_away(self, request: Request) -> Response | None:
        """The answer to a caller without credentials or beyond the pace; None for the others."""
        if not self._known(request):
            words = {"Message": "The credentials are missing or not valid."}
            return answer(401, words, {"WWW-Authenticate": 'Bearer, Basic realm="nexudus"'})
        wait = self._wait() if request.method in ("POST", "DELETE") else 0
        return Response(status_code=409, headers={"Retry-After": str(wait)}) if wait else None

    def _known(self, request: Request) -> bool:
        token = bearer(request)
        if token is not None:
            return self.tokens.get(token, 0) > self._clock()
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "basic" and credentials.strip() == self._basic

    def _grant(self) -> dict[str, Any]:
        now = self._clock()
        with self._lock:
            self._logins += 1
            token, refresh = f"{self._stem}-{self._logins}", f"{self._stem}-refresh-{self._logins}"
            self.tokens[token] = now + TOKEN_SECONDS
            self._refresh_tokens[refresh] = now + REFRESH_SECONDS
        return {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": TOKEN_SECONDS,
            "refresh_token": refresh,
        }

    def _wait(self) -> int:
        """Seconds until another write is allowed; 0 where it is allowed now, and counted."""
        if self._throttle is None:
            return 0
        now = self._clock()
        with self._lock:
            if self._minute != int(now // 60):
                self._minute, self._writes = int(now // 60), 0
            if self._writes >= self._throttle:
                return math.ceil((self._minute + 1) * 60 - now)
            self._writes += 1
        return 0
