"""Traffic for tests of captures: creations of rooms at HighLevel, as different recorders would save them."""

import base64
import gzip
import json
from dataclasses import replace

from bookproof.captures.har import Writer
from bookproof.exchange import Exchange, Request, Response

URL = "https://services.leadconnectorhq.com/calendars/resources/rooms"
JSON = ("Content-Type", "application/json")
HEADERS = (("Version", "2021-04-15"), ("Authorization", "Bearer secret-token-of-somebody"), JSON)
ROOM = {
    "locationId": "ve9EPM428h8vShlRW1KT",
    "name": "yoga room",
    "description": "First floor",
    "quantity": 5,
    "outOfService": 1,
    "capacity": 85,
    "calendarIds": ["calendar1"],
}
CREATED = {**ROOM, "resourceType": "rooms", "isActive": True}
REFUSED = {"statusCode": 422, "message": ["name must be a string"], "error": "Unprocessable Entity"}


def exchange(sent=ROOM, answered=CREATED, status=201, *, url=URL, headers=HEADERS, started=0.0):
    """One creation."""
    return Exchange(
        Request("POST", url, headers, json.dumps(sent).encode()),
        Response(status, (JSON,), json.dumps(answered).encode()),
        started=started,
    )


def without(body, name):
    """A body that lacks one property."""
    return {key: value for key, value in body.items() if key != name}


GOOD = exchange()
ANSWER_WRONG = exchange(answered=without(CREATED, "isActive"))
SENT_WRONG = exchange(sent=without(ROOM, "name"), answered=REFUSED, status=422)
BOTH_WRONG = exchange(sent=without(ROOM, "name"), answered=without(CREATED, "name"))
OF_ANOTHER = exchange(url="https://api.example.com/v1/things")
COMPRESSED = replace(
    GOOD, response=Response(201, (JSON, ("Content-Encoding", "gzip")), gzip.compress(GOOD.response.body))
)


def har_entry(of=GOOD, *, headers=HEADERS, content=None, status=201):
    """An entry as a browser writes it."""
    return {
        "startedDateTime": "2025-06-01T10:00:00.000+02:00",
        "time": 12.5,
        "request": {
            "method": "POST",
            "url": of.request.url,
            "headers": [{"name": name, "value": value} for name, value in headers],
            "postData": {"mimeType": "application/json", "text": of.request.body.decode()},
        },
        "response": {
            "status": status,
            "headers": [{"name": "content-type", "value": "application/json"}],
            "content": content if content is not None else {"size": 1, "text": of.response.body.decode()},
        },
    }


def har(*entries):
    """A HAR of a browser, as text."""
    creator = {"name": "WebInspector", "version": "537.36"}
    return json.dumps({"log": {"version": "1.2", "creator": creator, "pages": [], "entries": list(entries)}})


def write_har(path, exchanges):
    """Writes exchanges as the proxy writes a HAR."""
    writer = Writer(path)
    for each in exchanges:
        writer.write(each)
    writer.close()


def encoded(body):
    """A body as base64."""
    return base64.b64encode(body).decode()


VCRPY = f"""\
interactions:
- request:
    body: '{json.dumps(ROOM)}'
    headers:
      Content-Type: [application/json]
      Version: ['2021-04-15']
    method: POST
    uri: {URL}
  response:
    body:
      string: !!binary |
        {encoded(COMPRESSED.response.body)}
    headers:
      Content-Encoding: [gzip]
      Content-Type: [application/json]
    status: {{code: 201, message: Created}}
version: 1
"""
SCHEMATHESIS = f"""\
command: 'st run'
recorded_with: 'Schemathesis 4.32.5'
seed: 1
http_interactions:
- id: 'a'
  status: 'SUCCESS'
  recorded_at: '2025-06-01T10:00:00'
  request:
    uri: '{URL}'
    method: 'POST'
    headers:
      Authorization:
      - '[Filtered]'
      Content-Type:
      - 'application/json'
      Version:
      - '2021-04-15'
    body:
      encoding: 'utf-8'
      base64_string: '{encoded(GOOD.request.body)}'
  response:
    status:
      code: '201'
      message: 'Created'
    headers:
      Content-Type:
      - 'application/json'
    body:
      encoding: 'utf-8'
      base64_string: '{encoded(GOOD.response.body)}'
    http_version: '1.1'
"""


def records(count):
    """Records at Nexudus that are created and read back: some Ids are given twice, some records read back changed."""
    url = "https://spaces.nexudus.com/api/spaces/resources"
    headers = (("Authorization", "Bearer x"), JSON)
    body = {
        "BusinessId": 1,
        "Name": "Board room",
        "SystemResourceType": 1,
        "ResourceTypeId": 1,
        "DisplayOrder": 1,
        "CancellationFeeType": 0,
    }
    succeeded = {"Status": 200, "Message": "created", "WasSuccessful": True, "Errors": None}
    for n in range(count):
        record = n - n % 5 // 4
        sent = {**body, "Name": f"room {n}"}
        answered = {**succeeded, "Value": {"Id": record}}
        shown = {**sent, "Id": record, "Name": "changed"} if n % 7 == 0 else {**sent, "Id": record}
        yield exchange(sent, answered, 200, url=url, headers=headers, started=float(2 * n + 1))
        yield Exchange(
            Request("GET", f"{url}/{record}", headers),
            Response(200, (JSON,), json.dumps(shown).encode()),
            started=float(2 * n + 2),
        )


def dealt(folder, lines, files, suffix=".ndjson"):
    """Writes lines to several captures in turn, as several gateways would; gives their paths."""
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{number}{suffix}" for number in range(files)]
    for number, path in enumerate(paths):
        content = b"".join(lines[number::files])
        path.write_bytes(gzip.compress(content, 1) if suffix.endswith(".gz") else content)
    return list(map(str, paths))
