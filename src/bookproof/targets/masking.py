"""Masks what looks like a secret in traffic of others: nobody says which tokens it carries, so their places tell.

Credentials, cookies, and values whose names speak of tokens, passwords, secrets or keys are replaced; scheme, names and
structure stay, so that a masked exchange is judged as the original was.
"""

import re
from dataclasses import replace
from urllib.parse import unquote_plus

from bookproof.exchange import Exchange, Headers, Request, Response
from bookproof.targets.secrets import Scrubber

_NAMED = r"[\w-]*(?:token|passw|secret|api[_-]?key|credential|authorization)[\w-]*"
_HEADER = re.compile(_NAMED, re.IGNORECASE)
_IN_JSON = re.compile(rb'"' + _NAMED.encode() + rb'"\s*:\s*"((?:[^"\\]|\\.)+)"', re.IGNORECASE)
_IN_QUERY = re.compile(r"(?:^|[?&])" + _NAMED + r"=([^&#]+)", re.IGNORECASE)
_IN_USER = re.compile(r"://([^/@]*)@")
_ORDINARY = frozenset({"true", "false", "null", "none", "bearer", "basic"})


def masking(exchange: Exchange) -> Scrubber:
    """A scrubber that knows every secret which an exchange shows the place of."""
    scrubber = Scrubber()
    messages: list[Request | Response] = [exchange.request]
    if exchange.response is not None:
        messages.append(exchange.response)
    for message in messages:
        _learn_headers(scrubber, message.headers)
        for found in _IN_JSON.findall(message.body):
            _learn(scrubber, found.decode("utf-8", "replace"))
    for found in (*_IN_QUERY.findall(exchange.request.url), *_IN_USER.findall(exchange.request.url)):
        _learn(scrubber, found)
        _learn(scrubber, unquote_plus(found))
    if b"=" in exchange.request.body[:4096] and not exchange.request.body.lstrip().startswith((b"{", b"[")):
        for found in _IN_QUERY.findall(exchange.request.body.decode("utf-8", "replace")):
            _learn(scrubber, found)
    return scrubber


def masked(exchange: Exchange) -> Exchange:
    """An exchange without the values of its secrets, and without the requests of others."""
    return masking(exchange).exchange(replace(exchange, meanwhile=()))


def _learn_headers(scrubber: Scrubber, headers: Headers) -> None:
    for name, value in headers:
        if _HEADER.fullmatch(name) and not name.lower().startswith("access-control-"):
            scheme, _, credential = value.partition(" ")
            _learn(scrubber, credential.strip() or scheme)


def _learn(scrubber: Scrubber, value: str) -> None:
    if value.casefold() not in _ORDINARY:
        scrubber.learn(value)
