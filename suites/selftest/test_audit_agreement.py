"""The same faulty traffic gives the same findings however it is judged: live, by proxy, or from any capture."""

from dataclasses import replace
from functools import cache

import anyio
import httpx
import pytest
from captured import write_har

from bookproof import apis
from bookproof.auditing import Auditor
from bookproof.captures import ndjson, reading
from bookproof.captures.cassette import write_cassette
from bookproof.exchange import NO_INTENT
from bookproof.negatives import near_misses
from bookproof.proving import app_with, catalogue, entry
from bookproof.targets.opening import Plan, open_session
from bookproof.targets.proxy import Proxy
from bookproof.watching import Watch

API = apis.load("highlevel")
UPSTREAM = API.contract.servers[0]


def requests():
    """Requests with the requirements that they break: the valid samples, then every near miss of theirs."""
    session = open_session(API, Plan())
    samples = session.samples.samples()
    found = [(session.build(sample.draft), "") for sample in samples.values()]
    for name in samples:
        misses = near_misses(session.judge, session.samples, name)
        found += [(session.build(miss.draft), miss.requirement) for miss in misses]
    session.close()
    return found


REQUESTS = requests()


def telling(defect):
    """The requests that a defect may show itself to: valid ones, and those that break what it breaks."""
    breaks = {"", *entry(API, defect).breaks}
    return [request for request, requirement in REQUESTS if requirement in breaks]


@cache
def live(defect):
    """The exchanges of a session, and what its Judge found in them."""
    session = open_session(API, Plan(app=app_with(API, defect)))
    seen, findings = [], []
    session.watchers.append(lambda exchange, judgement: (seen.append(exchange), findings.extend(judgement.findings)))
    for request in telling(defect):
        session.send_request(request, probe=True)
    session.close()
    return [replace(exchange, intent=NO_INTENT) for exchange in seen], summary(findings)


def summary(findings):
    """Findings as values that can be compared."""
    return sorted((f.requirement or "", f.level, f.message, f.expected, f.actual, f.where) for f in findings)


def audited(entries):
    """What an auditor finds in entries."""
    auditor = Auditor(API)
    return summary([f for entry in entries for f in getattr(auditor.take(entry), "findings", ())])


async def through_the_proxy(defect):
    """What a watch finds in the same requests, sent through a proxy to the same defect."""
    watch = Collected(API, UPSTREAM)
    proxy = Proxy(UPSTREAM, watch, transport=httpx.ASGITransport(app_with(API, defect)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(proxy), base_url=UPSTREAM) as client:
        for request in telling(defect):
            sent = client.build_request(
                request.method, request.url, headers=list(request.headers), content=request.body or None
            )
            await client.send(sent)
    watch.close()
    return summary(watch.findings)


class Collected(Watch):
    """A watch that keeps every finding."""

    def __init__(self, *arguments):
        self.findings = []
        super().__init__(*arguments)

    def _take(self, exchange):
        found = super()._take(exchange)
        self.findings += found
        return found


DEFECTS = [defect.id for defect in catalogue(API).defects]


@pytest.mark.parametrize("defect", DEFECTS)
def test_captures_and_the_proxy_tell_what_a_live_run_tells(defect, tmp_path):
    seen, found = live(defect)
    write_har(tmp_path / "a.har", seen)
    write_cassette(tmp_path / "a.yaml", seen, {"api": API.name, "recorded": "by a test"})
    (tmp_path / "a.ndjson").write_bytes(b"".join(map(ndjson.encode, seen)))

    assert audited(reading.read([str(tmp_path / "a.har")])) == found
    assert audited(reading.read([str(tmp_path / "a.yaml")])) == found
    assert audited(reading.read([str(tmp_path / "a.ndjson")])) == found
    assert anyio.run(through_the_proxy, defect) == found


def test_most_defects_show_themselves_to_these_requests():
    assert len([defect for defect in DEFECTS if live(defect)[1]]) > len(DEFECTS) / 2
