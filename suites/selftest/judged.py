"""The contract of an invented library, its ledger and rules, and exchanges that a Judge is shown."""

import json

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
