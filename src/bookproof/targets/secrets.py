"""Keeps secrets out of everything that is kept: exchanges are scrubbed before anybody else sees them."""

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import AnyStr
from urllib.parse import quote, quote_plus

from bookproof.exchange import Exchange, Headers, Request, Response

SCRUBBED = "bookproof-scrubbed"

ORDINARY = frozenset({"true", "false", "null", "none", "bearer", "basic", "digest", "bookproof", SCRUBBED})
"""Words that stand where secrets do and are none, and the one that everything a run creates begins with."""

_SHORTEST = 4
_LONGEST_WORD = 12
_SHORTEST_ENCODED = 10
"""Characters of base64 that do not match by chance."""

_COOKIES = frozenset({"cookie", "set-cookie"})
_ATTRIBUTES = frozenset(
    {"path", "domain", "expires", "max-age", "samesite", "secure", "httponly", "partitioned", "priority"}
)


class Scrubber:
    """Replaces known secrets wherever they stand, and the values of cookies; the structure around them stays.

    A secret that is a mere word is replaced where it stands alone, and not as the name of a property: a password
    "name" must not make an answer out of order.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._spellings: list[_Spelling] = []
        self._known: set[str] = set()
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> bool:
        """Adds a secret, in whatever spelling, and says whether it is a new one.

        Very short ones would match by chance and are left out.
        """
        if len(secret) < _SHORTEST or secret in self._known or secret.casefold() in ORDINARY:
            return False
        self._known.add(secret)
        found = {spelling.text: spelling for spelling in (*_prepared(secret), *self._spellings)}
        self._spellings = sorted(found.values(), key=lambda spelling: (-len(spelling.text), spelling.text))
        return True

    def text(self, text: str) -> str:
        """The text without any secret."""
        found = [at.span() for s in self._spellings if s.text in text for at in s.in_text.finditer(text)]
        return _masked(text, found, _MASK, _mask) if found else text

    def exchange(self, exchange: Exchange) -> Exchange:
        """The exchange without any secret."""
        response = exchange.response
        return replace(
            exchange,
            request=self._request(exchange.request),
            meanwhile=tuple(map(self._request, exchange.meanwhile)),
            response=None
            if response is None
            else Response(response.status, self._headers(response.headers), self._bytes(response.body)),
            error=self.text(exchange.error) if exchange.error else exchange.error,
        )

    def _request(self, request: Request) -> Request:
        headers, body = self._headers(request.headers), self._bytes(request.body)
        return Request(request.method, self.text(request.url), headers, body)

    def _headers(self, headers: Headers) -> Headers:
        return tuple(
            (self.text(name), _cookie(value) if name.lower() in _COOKIES else self.text(value))
            for name, value in headers
        )

    def _bytes(self, body: bytes) -> bytes:
        found = [at.span() for s in self._spellings if s.raw in body for at in s.in_bytes.finditer(body)]
        return _masked(body, found, _MASK_IN_BYTES, _mask_in_bytes) if found else body


class _Spelling:
    """One spelling of a secret, ready to be looked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.raw = text.encode("utf-8", "surrogatepass")

    @cached_property
    def in_text(self) -> re.Pattern[str]:
        """Where it stands in a text."""
        return re.compile(_WORD.format(re.escape(self.text)) if _is_word(self.text) else re.escape(self.text))

    @cached_property
    def in_bytes(self) -> re.Pattern[bytes]:
        """Where it stands in a body."""
        before, after = (_WORD if _is_word(self.text) else "{}").encode().split(b"{}")
        return re.compile(before + re.escape(self.raw) + after)


_WORD = r"(?<![\w-]){}(?![\w-])(?!\\?\"\s*:)"
_MASK = re.compile(SCRUBBED + r"|(?<![0-9])10{3,}(?![0-9])")
"""What stands for a secret already; a number for digits alone, for a number is no text in JSON."""
_MASK_IN_BYTES = re.compile(_MASK.pattern.encode())


def _mask(secret: str) -> str:
    return "1" + "0" * (len(secret) - 1) if secret.isdecimal() and secret.isascii() else SCRUBBED


def _mask_in_bytes(secret: bytes) -> bytes:
    return b"1" + b"0" * (len(secret) - 1) if secret.isdigit() else SCRUBBED.encode()


def _masked(
    text: AnyStr, found: Iterable[tuple[int, int]], masks: re.Pattern[AnyStr], mask: Callable[[AnyStr], AnyStr]
) -> AnyStr:
    """A text with one mask for each stretch that secrets cover together. A mask that stands there is left as it is,
    whatever within it looks like a secret; so what is scrubbed again stays the same.
    """
    stretches: list[tuple[int, int]] = []
    for first, last in sorted([*found, *(at.span() for at in masks.finditer(text))]):
        if stretches and first < stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(last, stretches[-1][1]))
        else:
            stretches.append((first, last))
    pieces: list[AnyStr] = []
    end = 0
    for first, last in stretches:
        pieces += (text[end:first], mask(text[first:last]))
        end = last
    pieces.append(text[end:])
    return text[:0].join(pieces)


def _is_word(text: str) -> bool:
    """Whether a text is a word that might stand anywhere, a name for example."""
    return len(text) <= _LONGEST_WORD and text.isalpha() and (text[1:].islower() or text.isupper())


@lru_cache(512)
def _prepared(secret: str) -> tuple[_Spelling, ...]:
    return tuple(_Spelling(spelling) for spelling in sorted(spellings(secret)))


def spellings(secret: str) -> frozenset[str]:
    """A secret as text, in a URL, in JSON and HTML of writers that escape more than they need to, and in base64."""
    once = {spelling for spelling in _spellings(secret) if len(spelling) >= _SHORTEST}
    return frozenset(once | {spelling.replace("\\", "\\\\") for spelling in once})  # JSON may hold JSON as text


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    raw = secret.encode("utf-8", "surrogatepass")
    for quoted in (quote(raw, safe=""), quote(raw, safe="/"), quote_plus(raw), quote(raw, safe="!'()*~:@/=+,;$&")):
        yield quoted
        yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)
    for text in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]):
        yield from (text, text.replace("/", "\\/"), re.sub(r"\\u[0-9a-f]{4}", lambda u: "\\u" + u[0][2:].upper(), text))
        for signs in ("=", "=+", "=+/", "<>&='", "<>&='+/"):
            for form in ("04x", "04X"):
                yield "".join(f"\\u{ord(sign):{form}}" if sign in signs else sign for sign in text)
    yield from (html.escape(secret), html.escape(secret, quote=False), html.escape(secret).replace("&#x27;", "&#39;"))
    yield "".join(sign if sign.isalnum() else f"&#{ord(sign)};" for sign in secret)
    yield "".join(sign if sign.isalnum() else f"&#x{ord(sign):x};" for sign in secret)
    yield "".join(sign if sign.isalnum() else f"&#x{ord(sign):X};" for sign in secret)
    yield from _in_base64(raw)


def _in_base64(raw: bytes) -> Iterator[str]:
    """What base64 makes of a text, wherever in a longer one it stands: the characters that only it decides on."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw).decode()
        core = encoded[(0, 2, 3)[before] : (before + len(raw)) * 8 // 6]
        if len(core) >= _SHORTEST_ENCODED:
            yield core
            yield core.translate(str.maketrans("+/", "-_"))


def cookie_values(value: str) -> list[str]:
    """The values in a Cookie or Set-Cookie header, those of a cookie's attributes left out."""
    pairs = [part.strip().partition("=") for part in value.split(";")]
    return [
        text.strip().strip('"') if equals else name
        for name, equals, text in pairs
        if name.strip().lower() not in _ATTRIBUTES
    ]


def _cookie(value: str) -> str:
    """A cookie header with names, and the names of attributes, alone."""
    parts = []
    for part in value.split(";"):
        name, equals, _ = part.partition("=")
        known = equals or name.strip().lower() in _ATTRIBUTES
        parts.append(f"{name}={SCRUBBED}" if equals else name if known else SCRUBBED)
    return ";".join(parts)
