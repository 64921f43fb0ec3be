"""A server that gives secrets away, and requests that carry some: each in a place of its own, none twice."""

import base64
import html
import json
import re
from urllib.parse import quote

from bookproof.apis.highlevel.reference import Reference
from bookproof.exchange import Exchange, Request, Response


def secret(number):
    """A secret that nothing else holds."""
    return f"Zq7{number:02d}kP4vX9+wL/2m=T{number:02d}"


def plain(number):
    """The same without signs that anything would escape."""
    return f"Zq7{number:02d}kP4vX9wL2mT{number:02d}"


def jwt(number):
    """A token of three parts."""
    return f"eyJhbGciOiJIUzI1NiJ9.{plain(number)}.{plain(number)}sig"


BEARER, BASIC, USERNAME, PASSWORD, API_KEY, PRIVATE_KEY = (f"Cfg{n}x8Rk+3w/Q9=n{n}" for n in range(1, 7))
CONFIGURED = {
    "LEAK_BEARER": BEARER,
    "LEAK_BASIC": f"clerk:{BASIC}",
    "LEAK_USERNAME": USERNAME,
    "LEAK_PASSWORD": PASSWORD,
    "LEAK_API_KEY": API_KEY,
    "LEAK_PRIVATE_KEY": PRIVATE_KEY,
}

# -- what the server gives out --------------------------------------------------------------------------------

IN_HEADERS = {
    1: ("set-cookie", f"sid={plain(1)}; Path=/; HttpOnly"),
    2: ("set-cookie", f"cart=a,{plain(2)}; Secure"),
    3: ("set-cookie", plain(3)),
    4: ("x-auth-token", secret(4)),
    5: ("x-api-key", secret(5)),
    6: ("location", f"https://elsewhere.example.com/next?access_token={plain(6)}&x=1"),
    7: ("content-location", f"https://clerk:{plain(7)}@elsewhere.example.com/"),
    8: ("refresh", f"0; url=https://elsewhere.example.com/#id_token={plain(8)}"),
    9: ("link", f'<https://elsewhere.example.com/?page=2&api_key={plain(9)}>; rel="next"'),
    10: ("x-upstream", f"Bearer {plain(10)}"),
    11: ("authentication-info", f"nextnonce={plain(11)}, token={plain(11)}"),
    12: ("x-session-id", plain(12)),
}
IN_BODY = {
    13: {"access_token": secret(13)},
    14: {"refresh_token": secret(14), "token_type": "bearer"},
    15: {"sessionToken": secret(15)},
    16: {"apiKey": secret(16)},
    17: {"user": {"password": secret(17)}},
    18: {"client_secret": [secret(18)]},
    19: {"credentials": {"kind": "api", "value": secret(19)}},
    20: {"id_token": jwt(20)},
    21: {"note": f"issued {jwt(21)} to you"},
    22: {"hint": f"send Authorization: Bearer {plain(22)}"},
    23: {"error_description": f"token={plain(23)} is not valid"},
    24: {"next": f"https://elsewhere.example.com/?page=2&signature={plain(24)}"},
    25: {"mirror": f"https://clerk:{plain(25)}@elsewhere.example.com/"},
    26: {"raw": json.dumps({"secretKey": plain(26)})},
    27: {"otp": 7294610385527},
    28: {"private_key": secret(28)},
    29: {"page": f'<input name="csrf_token" value="{plain(29)}">'},
    30: {"xml": f"<sessionToken>{plain(30)}</sessionToken>"},
}

ECHOES = {
    31: BEARER,
    32: quote(BEARER, safe=""),
    33: re.sub("%[0-9A-F]{2}", lambda sign: sign[0].lower(), quote(BEARER, safe="")),
    34: BEARER.replace("=", "\\u003d").replace("+", "\\u002b"),
    35: html.escape(BEARER),
    36: base64.b64encode(BEARER.encode()).decode(),
    37: base64.b64encode(f"x{BEARER}yz".encode()).decode(),
    38: base64.urlsafe_b64encode(f"me:{BEARER}!!".encode()).decode(),
    39: "".join(c if c.isalnum() else f"&#x{ord(c):x};" for c in BEARER),
    40: BASIC,
    41: PASSWORD,
    42: PRIVATE_KEY,
}
"""What the configuration names, as the server says it again: in texts whose names speak of nothing."""

SHOWN_AS = {27: "7294610385527", 37: ECHOES[37][2:25], 38: ECHOES[38][4:28]}
"""How a planted secret is spelt where it is in no usual form; of base64, what the secret alone decides."""


async def reveal(scope, receive, send):
    """Serves highlevel's reference and adds every secret to every answer."""
    held = []

    async def kept(message):
        held.append(message)

    await REFERENCE.app(scope, receive, kept)
    body = json.loads(b"".join(message.get("body", b"") for message in held) or b"{}")
    for number, extra in IN_BODY.items():
        body[f"extra{number}"] = extra
    body |= {f"echo{number}": text for number, text in ECHOES.items()}
    headers = [(b"content-type", b"application/json")]
    headers += [(name.encode(), value.encode()) for name, value in IN_HEADERS.values()]
    headers += [(f"x-echo-{number}".encode(), text.encode()) for number, text in ECHOES.items()]
    await send({"type": "http.response.start", "status": held[0]["status"], "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body, ensure_ascii=False).encode()})


REFERENCE = Reference()
REFERENCE.tokens = {BEARER}

# -- what a client sends, where bookproof only looks on ----------------------------------------------------------

ROOM = {"locationId": "ve9EPM428h8vShlRW1KT", "name": "yoga room"}


def sent(base):
    """Exchanges of a client that proves itself in every way there is."""
    address = f"{base}/calendars/resources/rooms"
    form = ("Content-Type", "application/x-www-form-urlencoded")
    as_json = ("Content-Type", "application/json")
    basic = base64.b64encode(f"clerk:{secret(43)}".encode()).decode()
    with_user = address.replace("://", f"://clerk:{plain(50)}@")
    return [
        Exchange(Request("POST", address, (as_json, ("Authorization", f"Basic {basic}")), json.dumps(ROOM).encode())),
        Exchange(Request("POST", address, (as_json, ("Authorization", f"Bearer {secret(44)}")), b"{}")),
        Exchange(Request("POST", address, (as_json, ("Cookie", f"a=1; sid={plain(45)}")), b"{}")),
        Exchange(Request("POST", f"{address}?api_key={plain(46)}&x=1", (as_json,), b"{}")),
        Exchange(Request("POST", address, (form,), f"grant_type=password&password={plain(47)}".encode())),
        Exchange(Request("POST", address, (as_json,), json.dumps({"username": "u", "password": secret(48)}).encode())),
        Exchange(Request("POST", address, (as_json, ("X-Api-Key", secret(49))), b"{}")),
        Exchange(Request("POST", with_user, (as_json,), b"{}")),
    ]


def answered(base):
    """The same, with what the server gives out as answers."""
    headers = (*IN_HEADERS.values(), ("Content-Type", "application/json"))
    body = {**{f"extra{n}": extra for n, extra in IN_BODY.items()}, **{f"echo{n}": t for n, t in ECHOES.items()}}
    response = Response(201, headers, json.dumps(body).encode())
    broken = Response(500, headers, f"<h1>Bearer {plain(22)}</h1>".encode())
    for exchange in sent(base):
        yield Exchange(exchange.request, response)
        yield Exchange(exchange.request, broken)


def planted():
    """Every secret by its number, in the forms in which it may stand."""
    for number in range(1, 51):
        usual = (ECHOES[number],) if number in ECHOES else (secret(number), plain(number), jwt(number))
        yield number, (SHOWN_AS[number],) if number in SHOWN_AS else usual
