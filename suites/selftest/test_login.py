"""Logging in as the vendors publish it: a token is had, used, renewed once when it is refused, and never kept."""

import json

import pytest

from bookproof import apis
from bookproof.apis.nexudus.reference import BASIC_PASSWORD, BASIC_USER
from bookproof.apis.timetap.reference import API_KEY, PRIVATE_KEY
from bookproof.errors import CredentialsRefused
from bookproof.targets.asgi import served
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
        session.authorization = "Bearer expired-long-ago"
        answer = session.send(draft)
        session.close()

    assert answer.accepted


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
