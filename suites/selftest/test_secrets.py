"""Secrets: wherever a credential stands in an exchange, what is kept of the exchange does not show it."""

import json

import pytest

from bookproof.exchange import Exchange, Request, Response
from bookproof.targets.secrets import SCRUBBED, Scrubber

SECRET = "pit-1f/3+Zz=="
URL = "https://library.example.com/books"


def scrubbed(*, url=URL, headers=(), body=b"", answered_headers=(), answered=b"", error=None, secrets=(SECRET,)):
    exchange = Exchange(Request("POST", url, headers, body), Response(200, answered_headers, answered), error)
    return Scrubber(secrets).exchange(exchange)


def test_a_credential_leaves_its_scheme_behind():
    kept = scrubbed(headers=(("Authorization", f"Bearer {SECRET}"), ("Version", "1")))

    assert kept.request.headers == (("Authorization", f"Bearer {SCRUBBED}"), ("Version", "1"))


@pytest.mark.parametrize(
    "place",
    [
        {"url": f"{URL}?token={SECRET}"},
        {"url": f"{URL}/{SECRET}/pages"},
        {"headers": (("X-Api-Key", SECRET),)},
        {"body": json.dumps({"token": SECRET}).encode()},
        {"body": b"\xff\xfe" + SECRET.encode()},
        {"answered_headers": (("X-Echo", f"you sent {SECRET}"),)},
        {"answered_headers": (("Location", f"{URL}?token={SECRET}"),)},
        {"answered": f"<pre>{SECRET}</pre>".encode()},
        {"error": f"no connection to {URL}?token={SECRET}"},
    ],
    ids=str,
)
def test_a_secret_is_found_wherever_it_stands(place):
    kept = scrubbed(**place)

    assert SECRET not in str(kept)
    assert SCRUBBED in str(kept)


@pytest.mark.parametrize(
    "spelling",
    [
        "pit-1f%2F3%2BZz%3D%3D",
        r"pit-1f\/3+Zz==",
        r"pit-1f/3+Zz\u003d\u003d",
    ],
)
def test_a_secret_is_found_however_it_is_spelt(spelling):
    kept = scrubbed(url=f"{URL}?token={spelling}", answered=f'{{"you sent": "{spelling}"}}'.encode())

    assert spelling not in kept.request.url
    assert spelling.encode() not in kept.response.body


def test_cookies_keep_their_names_alone():
    kept = scrubbed(
        headers=(("Cookie", "sid=abc; theme=dark"),),
        answered_headers=(("Set-Cookie", "sid=abc; Path=/; HttpOnly"), ("set-cookie", "b=c")),
    )

    assert kept.request.headers == (("Cookie", f"sid={SCRUBBED}; theme={SCRUBBED}"),)
    assert kept.response.headers[0] == ("Set-Cookie", f"sid={SCRUBBED}; Path={SCRUBBED}; HttpOnly")
    assert kept.response.headers[1] == ("set-cookie", f"b={SCRUBBED}")


def test_a_secret_within_another_leaves_nothing_of_either():
    kept = scrubbed(answered=b"user:password", secrets=("password", "user:password"))

    assert kept.response.body == SCRUBBED.encode()


@pytest.mark.parametrize(
    ("secrets", "text", "kept"),
    [
        (["scrubbed", "proof"], f"a {SCRUBBED} b", f"a {SCRUBBED} b"),
        (["87654321", "0000"], '{"a": 87654321}', '{"a": 10000000}'),
        ([f"{SCRUBBED}-and-more"], f"a {SCRUBBED}-and-more b", f"a {SCRUBBED} b"),
        (["first-second", "second-third"], "a first-second-third b", f"a {SCRUBBED} b"),
    ],
    ids=["words of a mask", "zeros of a number", "longer than a mask", "one upon the other"],
)
def test_a_mask_stays_and_nothing_of_a_secret_does(secrets, text, kept):
    scrubber = Scrubber(secrets)
    body = scrubbed(answered=text.encode(), secrets=secrets).response.body

    assert scrubber.text(text) == scrubber.text(kept) == kept
    assert body == kept.encode()


@pytest.mark.parametrize("secret", ["", "a", "123"])
def test_a_secret_that_would_match_by_chance_is_left_out(secret):
    assert scrubbed(answered=b"a1234", secrets=(secret,)).response.body == b"a1234"


def test_a_secret_that_is_learnt_later_is_scrubbed_too():
    scrubber = Scrubber()
    scrubber.learn(SECRET)

    assert scrubber.text(f"token {SECRET}") == f"token {SCRUBBED}"


def test_everything_else_stays():
    plain = Exchange(
        Request("GET", URL, (("Version", "1"),), b"{}"), Response(201, (("Date", "now"),), b"[1]"), None, 5.0
    )

    assert Scrubber([SECRET]).exchange(plain) == plain


def test_an_exchange_without_an_answer_stays_without():
    assert Scrubber([SECRET]).exchange(Exchange(Request("GET", URL), error="refused")).response is None
