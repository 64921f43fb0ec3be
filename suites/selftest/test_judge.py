"""The Judge: what one exchange says of a contract, case by case, on the contract of an invented library."""

import json

import pytest
import yaml

from bookproof.contract import Contract
from bookproof.exchange import Exchange, Intent, Request, Response
from bookproof.judge import Judge
from bookproof.ledger import Ledger
from bookproof.rules import Echo, Rule, Taken, rule_set

CONTRACT = """
openapi: 3.1.0
info: { title: A library, version: 1.0.0 }
servers: [{ url: https://library.example.com/v1 }]
security: [{ token: [] }]
paths:
  /books:
    post:
      operationId: addBook
      requestBody: { $ref: "#/components/requestBodies/Book" }
      responses:
        "201": { $ref: "#/components/responses/Added" }
        "400": { $ref: "#/components/responses/Refused" }
  /books/{book}/text:
    get:
      operationId: readBook
      responses:
        "200":
          description: The text.
          content: { text/plain: { schema: { type: string, minLength: 3 } } }
components:
  securitySchemes:
    token: { type: http, scheme: bearer }
  requestBodies:
    Book:
      required: true
      content: { application/json: { schema: { $ref: "#/components/schemas/Book" } } }
  responses:
    Added:
      description: Added.
      content: { application/json: { schema: { $ref: "#/components/schemas/Added" } } }
    Refused:
      description: Refused.
      content: { application/json: { schema: { $ref: "#/components/schemas/Error" } } }
  schemas:
    Book:
      type: object
      required: [title]
      properties:
        title: { type: string }
        pages: { type: integer }
        kind: { type: string, enum: [novel, atlas] }
    Added:
      type: object
      required: [id, title]
      properties: { id: { type: integer }, title: { type: string } }
    Error:
      type: object
      required: [message]
      properties: { message: { type: string } }
"""
LEDGER = """
api: library
document: library.txt
title: A library
requirements:
- { id: LB-001, level: must, operation: addBook, statement: The operation exists, rule: operation-served }
- { id: LB-002, level: must, statement: Novels are accepted, rule: accepted }
- { id: LB-003, level: must, statement: title is required, owns: ["#/components/schemas/Book/required/title"] }
- { id: LB-004, level: must, statement: title is text, owns: ["#/components/schemas/Book/properties/title"] }
- { id: LB-005, level: must, statement: pages is a number, owns: ["#/components/schemas/Book/properties/pages"] }
- { id: LB-006, level: should, statement: kind is known, owns: ["#/components/schemas/Book/properties/kind"] }
- { id: LB-007, level: must, statement: A token is needed, owns: ["#/components/securitySchemes/token"] }
- id: LB-008
  level: must
  statement: The body is a JSON object
  owns: ["#/components/requestBodies/Book", "#/components/schemas/Book"]
- { id: LB-009, level: must, statement: Success is 201, owns: ["#/paths/~1books/post/responses/201"] }
- id: LB-010
  level: must
  statement: The answer is a JSON object
  owns: ["#/components/responses/Added", "#/components/schemas/Added"]
- id: LB-011
  level: must
  statement: The answer has an id
  owns: ["#/components/schemas/Added/required/id", "#/components/schemas/Added/properties/id"]
- { id: LB-012, level: must, statement: The title comes back, rule: echo-title }
- id: LB-013
  level: should
  statement: A refusal says why
  owns: ["#/paths/~1books/post/responses/400", "#/components/responses/Refused", "#/components/schemas/Error"]
- { id: LB-014, level: must, statement: An atlas has pages, rule: atlas-has-pages }
- { id: LB-015, level: must, statement: Tokens of others are refused, rule: foreign-credentials }
- { id: LB-016, level: must, statement: The text has three letters, owns: ["#/paths/~1books~1{book}~1text/get"] }
"""
NOVEL = {"title": "Emma"}
ADDED = {"id": 1, "title": "Emma"}
FORBIDDEN = "accepted what the document forbids"


class AtlasHasPages(Rule):
    name = "atlas-has-pages"

    def request(self, call):
        if call.body.get("kind") == "atlas" and "pages" not in call.body:
            yield self.breach("request.body/pages", "the number of pages", "an atlas without pages")


class OkIsFalse(Rule):
    """An answer may say failure in its body."""

    name = "ok-is-false"

    def refuses(self, call):
        return isinstance(call.answered, dict) and call.answered.get("ok") is False

    def answer(self, call):
        if call.accepted and isinstance(call.answered, dict) and "ok" in call.answered:
            yield Taken("LB-R01", "with ok")


def judge(**options):
    rules = rule_set(Echo("echo-title", "title", operation="addBook"), AtlasHasPages(), OkIsFalse())
    return Judge(Contract("library", CONTRACT), Ledger(yaml.safe_load(LEDGER)), rules, **options)


def exchange(
    sent=NOVEL,
    status=201,
    answered=ADDED,
    *,
    media="application/json",
    url="https://library.example.com/v1/books",
    authorization="Bearer t",
    **intent,
):
    """A book that is added; `status` 0 is a broken connection, bytes are sent as they are."""
    headers = (("Content-Type", "application/json"), *((("Authorization", authorization),) if authorization else ()))
    response = Response(status, (("Content-Type", media),) if media else (), encoded(answered))
    failed = None if status else "the server broke off"
    return Exchange(
        Request("POST", url, headers, encoded(sent)), response if status else None, failed, intent=Intent(**intent)
    )


def encoded(value):
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def vouched(**change):
    return exchange(demonstrates="LB-002", vouched=True, **change)


def found(judgement):
    return [(f.requirement, f.level, f.where) for f in judgement.findings]


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


def test_what_is_forbidden_is_refused_once_its_operation_was_served():
    served = judge()
    served.observe(exchange())
    judgement = served.observe(exchange(status=403, answered={"error": 5}))

    assert (judgement.findings, judgement.trouble) == ([], "")
    assert judgement.refusal == "refused a request that the document allows (403)"


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


# -- refusals and their bodies ---------------------------------------------------------------------


def test_the_body_of_a_refusal_is_judged_where_the_body_was_at_fault():
    judgement = judge().observe(exchange({}, 400, {"message": 5}))

    assert found(judgement) == [("LB-013", "should", "response.body/message")]
    assert judgement.enforced == {"LB-003"}


def test_the_body_of_a_refusal_is_not_judged_where_something_else_was_at_fault():
    assert found(judge().observe(exchange(authorization=None, status=400, answered={"message": 5}))) == []


def test_a_status_that_the_contract_does_not_name_may_have_any_body():
    assert found(judge().observe(exchange({}, 422, [1, 2, 3]))) == []


def test_a_refusal_may_be_a_page():
    assert found(judge().observe(exchange({}, 400, b"<html>Bad Request</html>", media="text/html"))) == []


def test_a_refusal_that_calls_itself_json_is_json():
    assert found(judge().observe(exchange({}, 400, b"<html>"))) == [("LB-013", "should", "response.body")]


def test_a_refusal_in_a_success_is_a_refusal():
    judgement = judge().observe(exchange({}, 201, {"ok": False}))

    assert judgement.findings == []
    assert judgement.enforced == {"LB-003"}


def test_a_refusal_in_a_success_is_blamed_where_the_request_was_vouched_for():
    assert found(judge().observe(vouched(answered={"ok": False}))) == [("LB-002", "must", "response.status")]


# -- faults of the exchange itself -----------------------------------------------------------------

WHOSE = [
    ({"sent": {}}, "LB-003"),
    ({"demonstrates": "LB-002"}, "LB-002"),
    ({"about": "LB-012"}, "LB-012"),
    ({"demonstrates": "LB-002", "about": "LB-012"}, "LB-002"),
    ({}, None),
]


@pytest.mark.parametrize("status", [500, 502, 599])
@pytest.mark.parametrize(("change", "owner"), WHOSE, ids=str)
def test_a_server_error_is_blamed_on_what_the_request_is_about(change, owner, status):
    judgement = judge().observe(exchange(status=status, answered={}, **change))

    assert found(judgement) == [(owner, "must", "response.status")]
    assert judgement.enforced == set()


@pytest.mark.parametrize(("change", "owner"), WHOSE, ids=str)
def test_a_broken_connection_is_blamed_on_what_the_request_is_about(change, owner):
    judgement = judge().observe(exchange(status=0, **change))

    assert found(judgement) == [(owner, "must", "exchange")]
    assert judgement.findings[0].actual == "the server broke off"


def test_a_server_error_on_two_faults_is_blamed_on_both():
    judgement = judge().observe(exchange({"pages": "5"}, 500, {}))

    assert [f.requirement for f in judgement.findings] == ["LB-003", "LB-005"]


# -- successes and their bodies --------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"id": NaN}', b'"\xff"', b"[" * 100_000])
def test_a_success_that_is_not_json_is_blamed_on_the_media_type(body):
    assert found(judge().observe(exchange(answered=body))) == [("LB-010", "must", "response.body")]


@pytest.mark.parametrize("value", [[], "Emma", None, 5])
def test_a_success_of_another_form_is_blamed_on_the_schema(value):
    assert found(judge().observe(exchange(answered=value))) == [("LB-010", "must", "response.body")]


@pytest.mark.parametrize(
    ("answered", "owner", "where"),
    [
        ({"title": "Emma"}, "LB-011", "response.body/id"),
        ({"id": "1", "title": "Emma"}, "LB-011", "response.body/id"),
        ({"id": True, "title": "Emma"}, "LB-011", "response.body/id"),
        ({"id": 1}, "LB-010", "response.body/title"),
        ({"id": 1, "title": "Persuasion"}, "LB-012", "response.body/title"),
    ],
)
def test_a_wrong_place_of_an_answer_is_blamed_on_its_owner(answered, owner, where):
    assert found(judge().observe(exchange(answered=answered))) == [(owner, "must", where)]


def test_a_rule_does_not_speak_of_a_property_that_is_unsound():
    judgement = judge().observe(exchange(answered={"id": 1, "title": 5}))

    assert {f.requirement for f in judgement.findings} == {"LB-010"}
    assert "LB-012" not in judgement.shown


@pytest.mark.parametrize("status", [200, 202, 299])
def test_another_success_status_is_a_warning(status):
    judgement = judge().observe(exchange(status=status))

    assert found(judgement) == [("LB-009", "should", "response.status")]


@pytest.mark.parametrize("media", ["text/plain", "application/hal+json", ""])
def test_another_media_type_is_a_warning(media):
    judgement = judge().observe(exchange(media=media))

    assert found(judgement) == [("LB-010", "should", "response.header/Content-Type")]


def test_further_properties_are_nobodys_business():
    assert found(judge().observe(exchange(answered=ADDED | {"shelf": [{}]}))) == []


def test_a_documented_text_is_judged_as_text():
    url = "https://library.example.com/v1/books/1/text"
    request = Request("GET", url, (("Authorization", "Bearer t"),))
    short = Exchange(request, Response(200, (("Content-Type", "text/plain; charset=utf-8"),), b"It"))

    assert found(judge().observe(short)) == [("LB-016", "must", "response.body")]


def test_the_reading_that_an_answer_shows_is_kept():
    judgement = judge().observe(exchange(answered=ADDED | {"ok": True}))

    assert judgement.readings == [Taken("LB-R01", "with ok")]


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
