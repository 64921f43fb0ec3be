"""Masks what looks like a secret: nobody says which tokens traffic carries, so their places and their look tell.

Credentials, cookies, and values whose names speak of tokens, passwords, secrets or keys are replaced; scheme, names and
structure stay, so that a masked exchange is judged as the original was.
"""

import base64
import binascii
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, unquote_plus

from bookproof.contract import body_value
from bookproof.exchange import Exchange, Headers, Request, Response
from bookproof.targets.secrets import ORDINARY, SCRUBBED, Scrubber, cookie_values

_NAMED = (
    r"[\w-]*(?:token|passw|passphrase|secret|api[_-]?key|private[_-]?key|access[_-]?key|credential|authorization"
    r"|signature|session[_-]?id|jwt)[\w-]*|(?:[\w-]*[_-])?(?:pwd|pass|sid|auth|session|otp|sig)"
)
_NAME = re.compile(_NAMED, re.IGNORECASE)
_LONGEST_REMEMBERED = 64
# Names are taken whole and looked at afterwards: a pattern that looked for the words in them would try each of them.
_IN_QUERY = re.compile(r"(?:^|[?&;#])([\w-]{2,64})=([^&#\s\"'<>;]++)")
_IN_TEXT = re.compile(r"(?<![\w-])([\w-]{2,64}+)[\"'\\]*+\s*+(?:[=:>]|%3[ADad])\s*+[\"'\\]*+([^\s\"'&<>,;\\}\]]++)")
_IN_USER = re.compile(r"://([^/@\s\"'<>]+)@")
_SCHEME = re.compile(r"\b(Bearer|Basic|Token)(?:\s+|%20|\+)([\w.~+/%=-]{8,})", re.IGNORECASE)
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*")
_IN_FIELD = re.compile(
    r"<input\b[^<>]{0,300}?\bname=[\"']?([\w-]{2,64})\b[^<>]{0,300}?\bvalue=[\"']?([^\"'<>\s]++)", re.IGNORECASE
)
_COOKIES = frozenset({"cookie", "set-cookie"})
REMEMBERED = 64
"""Secrets given out that are looked for in later exchanges too: sessions begin early, and some servers never stop."""

_RANDOM = re.compile(r"(?=.*\d)(?=.*[A-Za-z]).{8,}|\S{20,}|\d{8,}")


def secrets_in(message: Request | Response) -> Iterator[str]:
    """What in a message is secret by its place or its look."""
    yield from _in_headers(message.headers)
    yield from _in_body(message)
    if isinstance(message, Request):
        yield from _in_address(message.url)


def masking(exchange: Exchange, known: Iterable[str] = ()) -> Scrubber:
    """A scrubber that knows every secret which an exchange shows the place of, and those that are known anyway."""
    scrubber = Scrubber(known)
    for secret in secrets_in(exchange.request):
        scrubber.learn(secret)
    if exchange.response is not None:
        for secret in secrets_in(exchange.response):
            scrubber.learn(secret)
    for secret in _in_text(exchange.error or ""):
        scrubber.learn(secret)
    return scrubber


def masked(exchange: Exchange, known: Iterable[str] = ()) -> Exchange:
    """An exchange without the values of its secrets, and without the requests of others."""
    return masking(exchange, known).exchange(replace(exchange, meanwhile=()))


class Issued:
    """The secrets that a target gives out during a run, which nobody could name beforehand.

    What the run itself has sent in a secret's place is made up and stays: a replay would not find it otherwise.
    """

    def __init__(self) -> None:
        self._sent: set[str] = set()
        self._remembered = 0
        self._lasting = Scrubber()
        self._latest = Scrubber()

    def exchange(self, exchange: Exchange) -> Exchange:
        """The exchange without what the target gave with it, or among the first of the run."""
        request, response = exchange.request, exchange.response
        self._sent.update(secrets_in(request))
        self._latest = Scrubber()
        for secret in secrets_in(response) if response is not None else ():
            if secret in self._sent or secret in request.url or secret.encode("utf-8", "replace") in request.body:
                continue
            if self._remembered < REMEMBERED:
                self._remembered += self._lasting.learn(secret)
            else:
                self._latest.learn(secret)
        return self._latest.exchange(self._lasting.exchange(exchange))

    def text(self, text: str) -> str:
        """A text about the latest exchange without them."""
        return self._latest.text(self._lasting.text(text))


def _in_headers(headers: Headers) -> Iterator[str]:
    for name, value in headers:
        lowered = name.lower()
        if lowered in _COOKIES:
            yield from (found for found in cookie_values(value) if _looks_random(found))
        elif _speaks_of_secrets(name) and not lowered.startswith("access-control-"):
            scheme, _, credential = value.partition(" ")
            yield from _credential(scheme, credential.strip() or scheme)
        else:
            yield from _in_text(value)
            yield from _in_address(value)


def _in_body(message: Request | Response) -> Iterator[str]:
    if not message.body:
        return
    value = body_value(message)
    if isinstance(value, dict | list | str):
        yield from _in_json(value)
        return
    text = message.body.decode("utf-8", "replace")
    if "=" in text[:4096] and not text.lstrip().startswith(("{", "[", "<")):
        yield from _in_address("?" + text)
    yield from _in_text(text)


def _in_json(value: Any) -> Iterator[str]:
    waiting: list[tuple[Any, bool]] = [(value, False)]
    while waiting:
        value, named = waiting.pop()
        if isinstance(value, dict):
            waiting += [(child, named or _speaks_of_secrets(name)) for name, child in value.items()]
        elif isinstance(value, list):
            waiting += [(item, named) for item in value]
        elif isinstance(value, str):
            if named:
                scheme, _, credential = value.partition(" ")
                yield from _credential(scheme, credential) if scheme.lower() in ORDINARY and credential else (value,)
            yield from _in_text(value)
        elif named and isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**7:
            yield str(abs(value))


def _speaks_of_secrets(name: str) -> bool:
    """Whether a name is one of a secret; remembered, since most traffic has few names and repeats them."""
    return _known_name(name) if len(name) <= _LONGEST_REMEMBERED else bool(_NAME.fullmatch(name))


@lru_cache(4096)
def _known_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name))


def _in_address(url: str) -> Iterator[str]:
    for found in _named(_IN_QUERY, url):
        yield from {found, unquote_plus(found), unquote(found)}
    for found in _IN_USER.findall(url):
        user = unquote(found)
        yield from (found, user, user.partition(":")[2] or user)


def _named(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """The values that a pattern finds beside names of secrets."""
    return (value for name, value in pattern.findall(text) if _speaks_of_secrets(name))


def _in_text(text: str) -> Iterator[str]:
    """What looks like a secret, or follows the name of one, in a text that may say anything."""
    for found in _named(_IN_TEXT, text):
        yield from (each for each in {found, unquote_plus(found)} if _looks_random(each))
    for scheme, credential in _SCHEME.findall(text):
        yield from (each for each in _credential(scheme, credential) if _looks_random(each))
    yield from _JWT.findall(text)
    if "<" in text:
        yield from (each for each in map(html.unescape, _named(_IN_FIELD, text)) if _looks_random(each))
    if "://" in text:
        yield from _in_address(text)


def _credential(scheme: str, credential: str) -> Iterator[str]:
    """A credential, and what base64 hides of it."""
    yield credential
    if scheme.lower() == "basic":
        try:
            decoded = base64.b64decode(credential, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return
        yield decoded
        yield decoded.partition(":")[2]


def _looks_random(text: str) -> bool:
    """Whether a text is no ordinary word: letters with digits among them, many signs without a blank."""
    return SCRUBBED not in text and bool(_RANDOM.fullmatch(text))
