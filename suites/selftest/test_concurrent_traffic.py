"""Traffic of many clients at once: what overlaps in time accuses nobody, and what does not is judged as ever."""

import asyncio
import json
from dataclasses import replace

import httpx
import pytest
from crowds import EPOCH, Nexudus, TimeTap, by_beginning, by_end

from bookproof import apis
from bookproof.auditing import Auditor
from bookproof.captures import ndjson, reading
from bookproof.captures.overlaps import marked
from bookproof.dividing import Audit, audit
from bookproof.exchange import Exchange, Request, Response
from bookproof.targets.proxy import Proxy
from bookproof.watching import Watch, capture_writer

CROWDS = [TimeTap, Nexudus]
ORDERS = [by_end, by_beginning]


def blamed(entries, api="timetap"):
    """The rules and requirements that exchanges break."""
    auditor = Auditor(apis.load(api))
    judgements = [auditor.take(entry) for entry in entries]
    return sorted({finding.requirement for one in judgements if one for finding in one.findings})


def findings(part):
    """What is found in either side of some traffic."""
    return sorted(str(key) for key in (*part.service.findings, *part.client.findings))


def owner(rule, api="timetap"):
    """The requirement that a rule stands for."""
    return apis.load(api).ledger.rules[rule]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("crowd", CROWDS)
def test_a_conforming_service_that_many_call_at_once_is_not_accused(crowd, order):
    exchanges = crowd(1).exchanges(150)

    assert blamed(marked(order(exchanges)), crowd.name) == []


@pytest.mark.network
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("crowd", CROWDS)
@pytest.mark.parametrize("seed", range(2, 12))
def test_a_conforming_service_is_not_accused_whatever_overlaps(crowd, order, seed):
    exchanges = crowd(seed).exchanges(200)

    assert blamed(marked(order(exchanges)), crowd.name) == []


@pytest.mark.parametrize("crowd", CROWDS)
def test_a_capture_of_many_clients_is_judged_without_accusing(crowd, tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"".join(map(ndjson.encode, by_end(crowd(1).exchanges(80)))))

    for jobs in (1, 2):
        assert findings(audit(Audit(crowd.name), [str(path)], jobs=jobs)) == []


# -- through the proxy -------------------------------------------------------------------------------------------------


class Slow:
    """An application that takes its time before it acts, and after."""

    def __init__(self, app, chance):
        self._app = app
        self._chance = chance

    async def __call__(self, scope, receive, send):
        await asyncio.sleep(self._chance.random() / 100)
        answer = []

        async def keep(message):
            answer.append(message)

        await self._app(scope, receive, keep)
        await asyncio.sleep(self._chance.random() / 100)
        for message in answer:
            await send(message)


async def called_at_once(crowd, proxy, clients=8, calls=12):
    """Clients that each send one request after the other."""

    async def one(client, number):
        for call in range(calls):
            request, _ = crowd.request(number * 1000 + call)
            answer = await client.request(
                request.method, request.url, headers=list(request.headers), content=request.body or None
            )
            if request.method == "POST":
                identity, shown = crowd.learn(answer.json())
                crowd.known[identity] = shown

    async with httpx.AsyncClient(transport=httpx.ASGITransport(proxy)) as client:
        await asyncio.gather(*(one(client, number) for number in range(clients)))


@pytest.mark.parametrize("enforce", [False, True])
@pytest.mark.parametrize("crowd", CROWDS)
def test_clients_that_call_at_once_through_the_proxy_accuse_nobody(crowd, enforce, tmp_path):
    people = crowd(3)
    origin = str(httpx.URL(people.url).join("/"))
    capture = tmp_path / "a.ndjson"
    watch = Watch(people.api, origin, writer=capture_writer(capture))
    slow = httpx.ASGITransport(Slow(people.app, people.chance))
    asyncio.run(called_at_once(people, Proxy(origin, watch, transport=slow, enforce=enforce)))
    watch.close()

    assert watch.part.service.requests == 96
    assert findings(watch.part) == []
    assert findings(audit(Audit(crowd.name), [str(capture)])) == []


def test_what_the_proxy_did_not_keep_is_not_held_against_what_follows():
    people = TimeTap()
    made = people.exchange(people.create())
    people.exchange(people.build("DELETE", f"/resource/{next(iter(people.known))}"))
    listed = people.exchange(people.build("GET", "/resource"))
    watch = Watch(people.api, people.url)
    watch.saw(made)
    watch.missed()
    watch.saw(listed)
    watch.close()

    assert findings(watch.part) == []


# -- one overlap at a time ---------------------------------------------------------------------------------------------


@pytest.fixture
def story():
    """A resource that was created, and its id."""
    people = TimeTap()
    made = people.exchange(people.create())
    people.now += 10
    return people, made, next(iter(people.known))


@pytest.mark.parametrize("order", ORDERS)
def test_a_list_may_lack_what_is_being_deleted(story, order):
    people, made, number = story
    deletion = people.exchange(people.build("DELETE", f"/resource/{number}"), before=1, after=5)
    people.now += 1
    listed = people.exchange(people.build("GET", "/resource"))

    assert blamed(marked(order([made, deletion, listed]))) == []


def test_a_list_that_lacks_what_nobody_deletes_is_a_fault(story):
    people, made, number = story
    people.exchange(people.build("DELETE", f"/resource/{number}"))
    listed = people.exchange(people.build("GET", "/resource"))
    other = people.exchange(people.create(2), before=1, after=5)

    assert blamed(marked(by_end([made, listed, other]))) == [owner("created-appears-in-list")]


def test_a_list_that_begins_after_a_deletion_is_held_against_it(story):
    people, made, number = story
    early = people.exchange(people.build("GET", "/resource"))
    deletion = people.exchange(people.build("DELETE", f"/resource/{number}"), before=1, after=1)
    late = replace(early, started=people.now + 2)

    assert blamed(marked(by_end([made, deletion, late]))) == [owner("delete-hides")]


def test_an_answer_may_show_the_name_that_another_update_gave_meanwhile(story):
    people, made, number = story
    body = people.known[number] | {"isBundledResource": False}
    first = people.exchange(people.build("PUT", "/resource", body | {"name": "one"}), before=1, after=5)
    second = people.exchange(people.build("PUT", "/resource", body | {"name": "two"}))
    showing_the_other = replace(first, response=second.response)

    assert blamed(marked(by_end([made, showing_the_other, second]))) == []
    assert blamed(marked([made, replace(showing_the_other, elapsed=0.1)])) == [owner("update-changes-given")]


def test_without_times_the_order_of_the_file_counts(story):
    people, made, number = story
    deletion = people.exchange(people.build("DELETE", f"/resource/{number}"), before=1, after=5)
    listed = people.exchange(people.build("GET", "/resource"))
    timeless = [replace(exchange, started=0.0, elapsed=0.0) for exchange in (made, listed, deletion)]

    assert blamed(marked(timeless)) == [owner("created-appears-in-list")]


@pytest.mark.parametrize("answer", [None, Response(500)])
def test_a_deletion_of_unknown_outcome_may_have_happened(story, answer):
    people, made, number = story
    deletion = people.exchange(people.build("DELETE", f"/resource/{number}"))
    listed = people.exchange(people.build("GET", "/resource"))

    assert owner("created-appears-in-list") not in blamed([made, replace(deletion, response=answer), listed])


def test_an_unreadable_entry_may_have_changed_anything(story, tmp_path):
    people, made, number = story
    people.exchange(people.build("DELETE", f"/resource/{number}"))
    listed = people.exchange(people.build("GET", "/resource"))
    path = tmp_path / "a.ndjson"
    path.write_bytes(ndjson.encode(made) + b"{\n" + ndjson.encode(listed))

    assert blamed(reading.read([str(path)])) == []


def test_an_unreadable_answer_to_a_reading_changed_nothing(story, tmp_path):
    people, made, number = story
    people.exchange(people.build("DELETE", f"/resource/{number}"))
    listed = people.exchange(people.build("GET", "/resource"))
    packed = Exchange(Request("GET", people.url), Response(200, (("Content-Encoding", "br"),), b"\x8b\x02\x80\xff"))
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"".join(map(ndjson.encode, (made, packed, listed))))

    assert blamed(reading.read([str(path)])) == [owner("created-appears-in-list")]


@pytest.mark.parametrize("order", ORDERS)
def test_an_id_is_free_again_while_its_deletion_is_being_answered(order):
    people = Nexudus()
    made = people.exchange(people.create(1))
    people.now += 10
    number = next(iter(people.known))
    deletion = people.exchange(people.build("DELETE", f"/api/spaces/resources/{number}"), before=1, after=5)
    people.now += 1
    again = people.exchange(people.create(2))
    read = people.exchange(people.build("GET", f"/api/spaces/resources/{number}"), before=-0.1, after=0.2)
    both = (json.loads(exchange.response.body)["Value"]["Id"] for exchange in (made, again))

    assert len(set(both)) == 1
    assert blamed(marked(order([made, deletion, again, read])), "nexudus") == []
    assert blamed([made, again, read], "nexudus") == [owner("unique-ids", "nexudus")]


def test_only_what_may_change_something_is_told_to_what_it_overlaps():
    def at(method, started, elapsed):
        return Exchange(Request(method, f"https://a.example/{started}"), Response(200), None, EPOCH + started, elapsed)

    slow, get, put, late = at("GET", 1, 9), at("GET", 2, 1), at("PUT", 4, 1), at("PUT", 10, 1)

    assert [[r.url[-1] for r in entry.meanwhile] for entry in marked([slow, get, put, late])] == [["4"], [], [], []]


def test_no_rule_of_highlevel_remembers_anything():
    assert Auditor(apis.load("highlevel")).stateful == []
