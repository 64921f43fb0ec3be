"""Logging in as the vendors publish it: a token is had, used, renewed once when it is refused, and never kept."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from bookproof import apis
from bookproof.apis.nexudus.reference import BASIC_PASSWORD, BASIC_USER
from bookproof.apis.timetap.reference import API_KEY, PRIVATE_KEY
from bookproof.errors import CredentialsRefused
from bookproof.targets.asgi import served
from bookproof.targets.manners import Budget, Manners
from bookproof.targets.opening import Plan, open_session

ACCOUNTS = {
    "nexudus": {"username": BASIC_USER, "password": BASIC_PASSWORD},
    "timetap": {"api_key": API_KEY, "private_key": PRIVATE_KEY},
}
PLAINEST = {"nexudus": "minimum", "timetap": "create"}


def session_at(url, name, login):
    """A session that logs in by itself."""
    api = apis.load(name)
    return open_session(api, Plan(kind="live", url=url, login=login, secrets=tuple(login.values())))


@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_session_logs_in_and_is_served(name):
    with served(apis.load(name).reference().app) as url:
        session = session_at(url, name, ACCOUNTS[name])
        answer = session.send(session.samples.samples()[PLAINEST[name]].draft)
        session.close()

    assert answer.accepted


@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_wrong_secret_ends_the_run_with_a_sentence(name):
    wrong = dict.fromkeys(ACCOUNTS[name], "not-the-right-one")

    with served(apis.load(name).reference().app) as url:
        session = session_at(url, name, wrong)
        with pytest.raises(CredentialsRefused, match="gives no"):
            session.send(session.samples.samples()[PLAINEST[name]].draft)
        session.close()


@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_token_that_is_refused_is_renewed_once(name):
    with served(apis.load(name).reference().app) as url:
        session = session_at(url, name, ACCOUNTS[name])
        draft = session.samples.samples()[PLAINEST[name]].draft
        session.send(draft)
        session.sender.authorization = "Bearer expired-long-ago"
        answer = session.send(draft)
        session.close()

    assert answer.accepted


@pytest.fixture(params=ACCOUNTS)
def account(request):
    """A session that logs in at a reference, the plainest request there, and how often each path was asked for."""
    api, asked = apis.load(request.param), Counter()
    app = api.reference().app

    async def counting(scope, receive, send):
        asked[scope["path"].rpartition("/")[2]] += 1
        await app(scope, receive, send)

    with served(counting) as url:
        session = session_at(url, request.param, ACCOUNTS[request.param])
        yield session, session.samples.samples()[PLAINEST[request.param]].draft, asked
        session.close()


LOGINS = {"nexudus": "token", "timetap": "sessionToken"}


def test_a_wrong_token_on_purpose_renews_nothing_and_leaves_the_session_usable(account):
    session, draft, asked = account
    session.send(draft)
    refused = session.send(replace(draft, credentials="Bearer of-nobody"))
    answer = session.send(draft)

    assert refused.status == 401
    assert answer.accepted
    assert asked[LOGINS[session.api.name]] == 1


def test_requests_at_once_renew_a_token_once_for_all_of_them(account):
    session, draft, asked = account
    session.send(draft)
    session.sender.authorization = "Bearer expired-long-ago"
    answers = session.send_together([draft] * 4)

    assert [answer.accepted for answer in answers] == [True] * 4
    assert asked[LOGINS[session.api.name]] == 2


def test_a_renewed_token_is_masked_like_the_first(account):
    session, draft, _ = account
    first = session.send(draft).exchange
    session.sender.authorization = "Bearer expired-long-ago"
    second = session.send(draft).exchange
    token = session.authorization.partition(" ")[2]

    assert token not in json.dumps([first.request.headers, second.request.headers])
    assert second.request.header("Authorization").startswith("Bearer bookproof-scrubbed")


@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_login_that_helps_nothing_is_tried_once_a_request(name):
    logins, login = [], LOGINS[name]

    async def refusing(scope, receive, send):
        granted = scope["path"].endswith(login)
        logins.append(granted)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200 if granted else 401, "headers": headers})
        token = f"token-{len(logins):08}"
        body = json.dumps({"access_token": token, "sessionToken": token}).encode()
        await send({"type": "http.response.body", "body": body})

    with served(refusing) as url:
        session = session_at(url, name, ACCOUNTS[name])
        with pytest.raises(CredentialsRefused, match="refuses the run's credentials"):
            session.send(session.samples.samples()[PLAINEST[name]].draft)
        session.close()

    assert logins == [True, False, True, False]


def test_a_login_that_is_asked_to_wait_waits():
    slept, answers = [], [429, 200]

    async def busy(scope, receive, send):
        headers = [(b"content-type", b"application/json"), (b"retry-after", b"3")]
        await send({"type": "http.response.start", "status": answers.pop(0), "headers": headers})
        await send({"type": "http.response.body", "body": b'{"access_token": "token-for-later"}'})

    with served(busy) as url:
        session = session_at(url, "nexudus", ACCOUNTS["nexudus"])
        session.sender.manners = Manners(Budget(), sleep=slept.append)
        session.build(session.samples.samples()["minimum"].draft)
        session.close()

    assert slept == [3]
    assert session.authorization == "Bearer token-for-later"


@pytest.mark.parametrize("name", ACCOUNTS)
def test_neither_secret_nor_token_is_kept(name):
    with served(apis.load(name).reference().app) as url:
        session = session_at(url, name, ACCOUNTS[name])
        exchange = session.send(session.samples.samples()[PLAINEST[name]].draft).exchange
        token = session.authorization.partition(" ")[2]
        session.close()

    kept = json.dumps(exchange.request.headers)
    assert token not in kept
    assert "Bearer bookproof-scrubbed" in kept
