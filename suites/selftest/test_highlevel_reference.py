"""The HighLevel reference by itself: what it answers, without a contract or a Judge beside it."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from rooms import EQUIPMENT, ROOM

from bookproof.apis.highlevel.reference import FIXTURES, TOKEN, Reference
from bookproof.targets.asgi import AsgiTransport

CALENDARS = FIXTURES["calendar_ids"]


@pytest.fixture
def reference():
    return Reference()


@pytest.fixture
def create(reference):
    """Sends a creation with changed headers, or another body, to the reference."""
    with httpx.Client(transport=AsgiTransport(reference.app), base_url="http://reference") as client:

        def send(resource_type="rooms", body=ROOM, **headers):
            given = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-04-15"} | headers
            sent = {name: value for name, value in given.items() if value is not None}
            content = {"content": body} if isinstance(body, bytes) else {"json": body}
            return client.post(f"/calendars/resources/{resource_type}", headers=sent, **content)

        yield send


@pytest.fixture
def client(reference):
    with httpx.Client(transport=AsgiTransport(reference.app), base_url="http://reference") as client:
        yield client


def error(status, message, name):
    return {"statusCode": status, "message": message, "error": name}


# -- credentials and version -----------------------------------------------------------------------


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", f"Basic {TOKEN}", "Bearer other", TOKEN])
def test_a_token_that_it_did_not_give_is_refused(create, authorization):
    answer = create(Authorization=authorization)

    assert answer.status_code == 401
    assert answer.json() == error(401, "Invalid token: access token is invalid", "Unauthorized")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_read_without_case(create, scheme):
    assert create(Authorization=f"{scheme} {TOKEN}").status_code == 201


@pytest.mark.parametrize(
    ("version", "message"),
    [
        (None, "version header was not found."),
        ("2021-04-14", "version header is invalid"),
        ("v3", "version header is invalid"),
        ("", "version header is invalid"),
    ],
)
def test_another_version_is_refused(create, version, message):
    answer = create(Version=version)

    assert (answer.status_code, answer.json()) == (401, error(401, message, "Unauthorized"))


# -- what it accepts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("resource_type", "body"), [("rooms", ROOM), ("equipments", EQUIPMENT)])
def test_a_creation_is_answered_with_what_was_sent(create, resource_type, body):
    answer = create(resource_type, body)

    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == body | {"resourceType": resource_type, "isActive": True}


@pytest.mark.parametrize(
    "change",
    [
        {"calendarIds": []},
        {"calendarIds": CALENDARS[:100]},
        {"calendarIds": [CALENDARS[0]] * 2},
        {"quantity": 0, "outOfService": -1, "capacity": 2.5},
        {"quantity": 1e300, "capacity": 10**30},
        {"name": "", "description": ""},
        {"name": "Жёлтая 🧘 " * 1_000},
        {"name": "nul \u0000 and \u2028"},
    ],
    ids=lambda change: str(change)[:40],
)
def test_the_document_sets_no_other_bound(create, change):
    answer = create(body=ROOM | change)

    assert answer.status_code == 201
    assert {name: answer.json()[name] for name in change} == change


def test_text_that_is_no_unicode_comes_back_as_it_was(create):
    answer = create(body=b'{"name": "\\ud800", ' + httpx.Request("POST", "http://x", json=ROOM).content[1:])

    assert answer.status_code in (201, 400)


def test_properties_that_the_document_does_not_name_are_ignored(create):
    answer = create(body=ROOM | {"isActive": False, "color": "red"})

    assert answer.json() == ROOM | {"resourceType": "rooms", "isActive": True}


@pytest.mark.parametrize("media", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_may_be_labelled_like_this(create, media):
    assert create(**{"Content-Type": media}).status_code == 201


# -- what it refuses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource_type", ["room", "Rooms", "equipment", "chairs", "rooms%20"])
def test_another_resource_type_is_refused(create, resource_type):
    assert create(resource_type).status_code == 422


@pytest.mark.parametrize("name", ROOM)
def test_each_property_is_required(create, name):
    answer = create(body={key: value for key, value in ROOM.items() if key != name})

    assert answer.json() == error(422, [f"{name} should not be null or undefined"], "Unprocessable Entity")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": 5}, "name must be a string"),
        ({"name": None}, "name must be a string"),
        ({"locationId": ["L"]}, "locationId must be a string"),
        ({"quantity": "5"}, "quantity must be a number"),
        ({"outOfService": True}, "outOfService must be a number"),
        ({"capacity": None}, "capacity must be a number"),
        ({"calendarIds": "C1"}, "calendarIds must be an array"),
        ({"calendarIds": {"0": "C1"}}, "calendarIds must be an array"),
        ({"calendarIds": ["C1", 5]}, "calendarIds.1 must be a string"),
        ({"calendarIds": CALENDARS[:101]}, "calendarIds must contain no more than 100 elements"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_each_type_is_kept(create, change, message):
    answer = create(body=ROOM | change)

    assert (answer.status_code, answer.json()["message"]) == (422, [message])


def test_every_fault_is_listed(create):
    messages = create(body={"name": 5}).json()["message"]

    assert len(messages) == 7


def test_an_equipment_has_one_calendar_at_most(create):
    answer = create("equipments", ROOM)

    assert answer.status_code == 400
    assert answer.json()["message"] == "One equipment can only be mapped with one service calendar."


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[", b"\xff", b'{"name": NaN}', b'{"name": "a", "name": "b"}', b"[" * 100_000],
    ids=lambda body: repr(body[:20]),
)
def test_a_body_that_is_not_json_is_refused(create, body):
    assert create(body=body).status_code == 400


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"text"'])
def test_json_that_is_no_object_is_refused(create, body):
    assert create(body=body).status_code == 422


def test_another_media_type_is_refused(create):
    assert create(**{"Content-Type": "text/plain"}).status_code == 415


# -- everything else -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_another_method_is_not_allowed(client, method):
    answer = client.request(method, "/calendars/resources/rooms")

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json() == error(405, f"Cannot {method} /calendars/resources/rooms", "Method Not Allowed")


@pytest.mark.parametrize("path", ["/", "/calendars/resources", "/calendars/resources/", "/calendars/resources/rooms/1"])
def test_another_path_is_not_found(client, path):
    answer = client.post(path, json=ROOM)

    assert answer.status_code == 404
    assert answer.json()["message"] == f"Cannot POST {path}"


# -- state -----------------------------------------------------------------------------------------------------


def test_it_remembers_what_it_created_and_nothing_that_it_refused(reference, create):
    create()
    create("equipments", ROOM)
    create("equipments", EQUIPMENT)

    assert [(made.resourceType, made.name) for made in reference.created] == [
        ("rooms", "yoga room"),
        ("equipments", "projector"),
    ]


def test_it_loses_nothing_that_is_created_at_once(reference, create):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: create(body=ROOM | {"name": str(number)}), range(100)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({made.name for made in reference.created}) == 100


def test_the_same_requests_get_the_same_bytes(create):
    assert create().content == create().content


@pytest.mark.parametrize(
    ("change", "status"),
    [({}, 201), ({"locationId": "other"}, 400), ({"calendarIds": [CALENDARS[0], "other"]}, 400)],
)
def test_it_can_be_told_to_refuse_unknown_ids(change, status):
    with httpx.Client(transport=AsgiTransport(Reference(known_ids_only=True).app), base_url="http://x") as client:
        headers = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-04-15"}
        answer = client.post("/calendars/resources/rooms", json=ROOM | change, headers=headers)

    assert answer.status_code == status
