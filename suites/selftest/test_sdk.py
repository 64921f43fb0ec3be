"""The vendor's own Python SDK against HighLevel's reference over loopback, and the Judge on what it sent."""

import asyncio

import pytest
from rooms import EQUIPMENT, ROOM

from bookproof import apis
from bookproof.apis.highlevel.reference import TOKEN, Reference
from bookproof.exchange import Exchange, Request, Response
from bookproof.targets.asgi import served

highlevel = pytest.importorskip("highlevel", reason="the vendor's SDK is not installed: pip install 'bookproof[test]'")


class Recorder:
    """An ASGI application that keeps what passes as exchanges."""

    def __init__(self, app):
        self._app = app
        self.url = ""
        self.exchanges = []

    async def __call__(self, scope, receive, send):
        asked, answered = [await receive()], []
        while asked[-1].get("more_body"):
            asked.append(await receive())
        waiting = iter(asked)

        async def listen():
            return next(waiting)

        async def speak(message):
            answered.append(message)
            await send(message)

        await self._app(scope, listen, speak)
        request = Request(scope["method"], self.url + scope["path"], text(scope["headers"]), body(asked))
        response = Response(answered[0]["status"], text(answered[0]["headers"]), body(answered))
        self.exchanges.append(Exchange(request, response))


def body(messages):
    return b"".join(message.get("body", b"") for message in messages)


def text(headers):
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


@pytest.fixture
def server():
    recorder = Recorder(Reference().app)
    with served(recorder) as recorder.url:
        yield recorder


@pytest.fixture
def create(server, monkeypatch):
    """Creates a resource with the SDK; gives what the SDK gives."""
    monkeypatch.setattr(highlevel.HighLevel, "BASE_URL", server.url)

    async def call(resource_type, resource):
        sdk = highlevel.HighLevel(private_integration_token=TOKEN)
        try:
            return await sdk.calendars.create_calendar_resource(resource_type, resource)
        finally:
            await sdk.close()

    return lambda resource_type, resource: asyncio.run(call(resource_type, resource))


@pytest.fixture
def documented_version(monkeypatch):
    """Makes the SDK send the version that the document names."""
    monkeypatch.setattr(highlevel.HighLevel, "API_VERSION", "2021-04-15")


def judgements(server):
    judge = apis.load("highlevel").judge(bases=[server.url])
    return [judge.observe(exchange) for exchange in server.exchanges]


@pytest.mark.usefixtures("documented_version")
@pytest.mark.parametrize(("resource_type", "resource"), [("rooms", ROOM), ("equipments", EQUIPMENT)])
def test_with_the_documented_version_a_resource_is_created(server, create, resource_type, resource):
    created = create(resource_type, resource)
    (judgement,) = judgements(server)

    assert created == resource | {"resourceType": resource_type, "isActive": True}
    assert (judgement.call.breaches, judgement.findings) == ([], [])


def test_with_the_sdks_own_version_it_is_refused_and_the_judge_names_the_requirement(server, create):
    with pytest.raises(Exception, match="version header is invalid"):
        create("rooms", ROOM)
    found = judgements(server)

    assert found
    assert {name for judgement in found for name in judgement.enforced} == {"HL-013"}
    assert [judgement.findings for judgement in found] == [[]] * len(found)


@pytest.mark.usefixtures("documented_version")
def test_the_sdk_checks_nothing_itself_and_the_judge_names_what_it_sent(server, create):
    with pytest.raises(Exception, match="One equipment can only be mapped with one service calendar"):
        create("equipments", ROOM)
    (judgement,) = judgements(server)

    assert judgement.enforced == {"HL-039"}
