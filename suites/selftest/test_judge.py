"""The Judge on requests: those that keep the contract, and those that break it, accepted or refused."""

import pytest
import yaml
from judged import CONTRACT, FORBIDDEN, LEDGER, exchange, found, judge, vouched

from bookproof.contract import Contract
from bookproof.judge import Judge
from bookproof.ledger import Ledger
from bookproof.rules import Rule, rule_set

# -- requests that keep the contract ---------------------------------------------------------------


def test_a_success_that_keeps_the_contract_shows_what_it_met():
    judgement = judge().observe(vouched())

    assert judgement.findings == []
    assert judgement.shown == {"LB-001", "LB-002", "LB-009", "LB-010", "LB-011", "LB-012"}


def test_an_acceptance_demonstrates_nothing_that_its_sender_did_not_name():
    assert "LB-002" not in judge().observe(exchange()).shown


def test_a_refusal_of_a_vouched_request_is_blamed_on_what_it_demonstrates():
    judgement = judge().observe(vouched(status=400, answered={"message": "no room on the shelf"}))

    assert found(judgement) == [("LB-002", "must", "response.status")]
    assert "no room on the shelf" in judgement.findings[0].message


@pytest.mark.parametrize("status", [301, 302, 400, 409, 410, 422, 499])
def test_any_status_that_is_no_success_refuses(status):
    assert found(judge().observe(vouched(status=status, answered={"message": ""}))) == [
        ("LB-002", "must", "response.status")
    ]


@pytest.mark.parametrize("status", [404, 405, 501])
def test_an_operation_that_is_not_there_is_blamed_on_the_row_that_promises_it(status):
    judgement = judge().observe(vouched(status=status, answered={"message": "Not Found"}))

    assert found(judgement) == [("LB-001", "must", "response.status")]


@pytest.mark.parametrize("intent", [{}, {"demonstrates": "LB-002"}, {"vouched": True}], ids=str)
def test_a_refusal_that_nobody_vouched_for_is_a_note(intent):
    judgement = judge().observe(exchange(status=400, answered={"message": "unknown author"}, **intent))

    assert judgement.findings == []
    assert judgement.refusal == "refused a request that the document allows (400)"


def test_the_body_of_such_a_refusal_is_judged():
    assert found(judge().observe(exchange(status=400, answered={"error": 5}))) == [
        ("LB-013", "should", "response.body/message")
    ]


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_status_that_nothing_provoked_is_about_the_run(status):
    judgement = judge().observe(vouched(status=status, answered={}))

    assert (judgement.findings, judgement.shown, judgement.enforced) == ([], set(), set())
    assert str(status) in judgement.trouble


def test_a_vouched_request_that_is_forbidden_is_refused_once_others_were_served():
    served = judge()
    served.observe(exchange())

    assert found(served.observe(vouched(status=403, answered={}))) == [("LB-002", "must", "response.status")]


@pytest.mark.parametrize(
    ("status", "intent"),
    [(403, {"test": "a suite's"}), (403, {"probe": True}), (401, {"probe": True})],
    ids=["403 to a suite", "403 to a probe", "401 to a probe"],
)
def test_what_is_forbidden_once_others_were_served_is_refused_for_what_it_holds(status, intent):
    served = judge()
    served.observe(exchange())
    judgement = served.observe(exchange(status=status, answered={}, **intent))

    assert (judgement.findings, judgement.trouble) == ([], "")
    assert judgement.refusal == f"refused a request that the document allows ({status})"


@pytest.mark.parametrize(
    ("status", "intent"), [(403, {}), (401, {"test": "a suite's"})], ids=["403 in a capture", "401 to a suite"]
)
def test_credentials_that_were_good_may_be_so_no_more(status, intent):
    served = judge()
    served.observe(exchange())

    assert str(status) in served.observe(exchange(status=status, answered={}, **intent)).trouble


@pytest.mark.parametrize("status", [429, 503])
def test_throttling_says_nothing_of_a_broken_request_either(status):
    judgement = judge().observe(exchange({}, status, {}))

    assert (judgement.findings, judgement.shown, judgement.enforced) == ([], set(), set())
    assert str(status) in judgement.trouble


# -- requests that break it ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "owner", "level", "where"),
    [
        ({}, "LB-003", "must", "request.body/title"),
        ({"title": 5}, "LB-004", "must", "request.body/title"),
        ({"title": "Emma", "pages": "5"}, "LB-005", "must", "request.body/pages"),
        ({"title": "Emma", "kind": "novels"}, "LB-006", "should", "request.body/kind"),
        ({"title": "Emma", "kind": "atlas"}, "LB-014", "must", "request.body/pages"),
        (["Emma"], "LB-008", "must", "request.body"),
        (b"title=Emma", "LB-008", "must", "request.body"),
        (b"", "LB-008", "must", "request.body"),
    ],
    ids=str,
)
def test_accepting_what_the_document_forbids_is_blamed_on_its_owner(sent, owner, level, where):
    judgement = judge().observe(exchange(sent))

    assert found(judgement) == [(owner, level, where)]
    assert judgement.findings[0].message.startswith(FORBIDDEN)
    assert judgement.shown == {owner}


def test_accepting_a_request_without_credentials_is_blamed_on_them():
    assert found(judge().observe(exchange(authorization=None))) == [("LB-007", "must", "request.header/Authorization")]


def test_accepting_two_faults_is_blamed_on_both():
    judgement = judge().observe(exchange({"pages": "5"}))

    assert {f.requirement for f in judgement.findings} == {"LB-003", "LB-005"}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 302])
def test_refusing_a_single_fault_shows_its_owner(status):
    judgement = judge().observe(exchange({}, status, {"message": "no title"}))

    assert judgement.findings == []
    assert judgement.enforced == {"LB-003"}


@pytest.mark.parametrize("status", [0, 500])
def test_a_breakdown_over_two_generated_faults_is_put_down_to_neither(status):
    judgement = judge().observe(exchange({"pages": "5"}, status, test="a generated one", conclusive=False))

    assert [finding.requirement for finding in judgement.findings] == [None]


def test_refusing_two_faults_shows_neither():
    assert judge().observe(exchange({"pages": "5"}, 400, {"message": "no"})).enforced == set()


def test_a_refusal_that_may_have_other_causes_shows_nothing():
    assert judge().observe(exchange({}, 400, {"message": "no"}, conclusive=False)).enforced == set()


@pytest.mark.parametrize("status", [401, 403])
def test_refusing_missing_credentials_shows_their_owner(status):
    judgement = judge().observe(exchange(authorization=None, status=status, answered={}))

    assert (judgement.enforced, judgement.trouble) == ({"LB-007"}, "")


def test_a_fault_that_only_the_sender_knows_is_blamed_where_it_is_accepted():
    judgement = judge().observe(exchange(also_breaks="LB-015"))

    assert found(judgement) == [("LB-015", "must", "request.header/Authorization")]


def test_a_fault_that_only_the_sender_knows_is_shown_where_it_is_refused():
    assert judge().observe(exchange(status=401, answered={}, also_breaks="LB-015")).enforced == {"LB-015"}


def test_a_rule_speaks_in_the_place_of_the_keyword_at_its_place():
    class PagesInWords(Rule):
        name = "atlas-has-pages"

        def request(self, call):
            yield self.breach("request.body/pages", "a number", "a word")

    stricter = Judge(Contract("library", CONTRACT), Ledger(yaml.safe_load(LEDGER)), rule_set(PagesInWords()))

    assert found(stricter.observe(exchange({"title": "Emma", "pages": "5"}))) == [
        ("LB-014", "must", "request.body/pages")
    ]


def test_an_answer_to_a_broken_request_is_not_held_against_the_schema():
    judgement = judge().observe(exchange({}, 201, {"id": "one"}))

    assert {f.requirement for f in judgement.findings} == {"LB-003"}


def test_a_tolerant_reading_turns_lenience_into_a_warning():
    judgement = judge(reading="tolerant").observe(exchange({}))

    assert found(judgement) == [("LB-003", "should", "request.body/title")]


def test_a_tolerant_reading_is_not_tolerant_of_wrong_answers():
    judgement = judge(reading="tolerant").observe(exchange(answered={"id": "one", "title": "Emma"}))

    assert found(judgement) == [("LB-011", "must", "response.body/id")]


# -- whose exchange it is --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://library.example.com/v1/shelves",
        "https://library.example.com/v2/books",
        "https://library.example.com/v1books",
        "https://library.example.com/v1/books/",
        "https://other.example.com/v1/books",
        "https://library.example.com",
        "",
    ],
)
def test_an_exchange_of_another_api_says_nothing(url):
    judgement = judge().observe(exchange({}, url=url))

    assert judgement.call is None
    assert (judgement.findings, judgement.shown) == ([], set())


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/api/books",
        "http://localhost:8080/api/books?verbose=1",
        "http://localhost:8080/api/v9/books",
        "https://library.example.com/v1/books",
    ],
)
def test_an_exchange_is_known_below_each_of_its_addresses(url):
    placed = judge(bases=["http://localhost:8080/api/", "http://localhost:8080/api/v9"])

    assert placed.observe(exchange(url=url)).call.operation.id == "addBook"


def test_a_request_is_classified_before_it_is_sent():
    plain = judge()
    breaches = plain.breaches(exchange({"title": 5}).request)

    assert plain.requirements(breaches) == {"LB-004"}


def test_a_request_of_another_api_cannot_be_classified():
    assert judge().breaches(exchange(url="https://other.example.com/").request) is None
