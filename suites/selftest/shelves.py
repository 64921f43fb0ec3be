"""The contract of an invented library, and requests to it."""

from bookproof.contract import body_value
from bookproof.exchange import Request

LIBRARY = """
openapi: 3.1.0
info: { title: A library, version: 2.0.0 }
servers: [{ url: https://library.example.com/v1 }]
security: [{ token: [] }]
paths:
  /shelves/{shelf}:
    get:
      operationId: readShelf
      parameters: [{ $ref: "#/components/parameters/shelf" }]
      responses:
        "200": { description: The shelf. }
        4XX: { description: Refused. }
  /shelves/oldest:
    get:
      operationId: readOldestShelf
      security: []
      responses: { "200": { description: The shelf. } }
  /shelves/{shelf}/books:
    parameters: [{ $ref: "#/components/parameters/shelf" }]
    post:
      operationId: addBook
      parameters:
        - $ref: "#/components/parameters/Edition"
        - $ref: "#/components/parameters/Draft"
      requestBody: { $ref: "#/components/requestBodies/Book" }
      responses:
        "201": { $ref: "#/components/responses/Added" }
components:
  securitySchemes:
    token: { type: http, scheme: bearer }
  parameters:
    shelf: { name: shelf, in: path, required: true, schema: { type: integer, minimum: 1 } }
    Edition: { name: Edition, in: header, required: true, schema: { type: string, enum: [first, second] } }
    Draft: { name: Draft, in: header, schema: { type: boolean } }
  requestBodies:
    Book:
      required: true
      content: { application/json: { schema: { $ref: "#/components/schemas/Book" } } }
  responses:
    Added:
      description: Added.
      content: { application/json: { schema: { type: object, required: [id], properties: { id: { type: integer } } } } }
  schemas:
    Book:
      type: object
      required: [title, tags]
      properties:
        title: { type: string, minLength: 1 }
        pages: { type: integer, minimum: 1, maximum: 9000 }
        copies: { type: integer, multipleOf: 2 }
        kind: { type: integer, enum: [1, 2], x-enum-names: [Novel, Atlas] }
        isbn: { type: string, pattern: "^[0-9-]+$" }
        added: { type: string, format: date-time }
        tags: { type: array, items: { type: string }, maxItems: 2, uniqueItems: true }
        language: { const: en }
        price: { oneOf: [{ type: number }, { type: string }] }
        author:
          $ref: "#/components/schemas/Author"
        "a/b~c": { type: string }
    Author:
      type: object
      additionalProperties: false
      required: [name]
      properties: { name: { type: string } }
"""
BOOK = {"title": "Maps", "tags": ["old"]}
SCHEMA = "#/components/schemas/Book"

# What is sent, the keyword that it breaks, and the place.
BREACHES = [
    (BOOK | {"title": 5}, "properties/title/type", "title"),
    (BOOK | {"title": ""}, "properties/title/minLength", "title"),
    (BOOK | {"pages": "5"}, "properties/pages/type", "pages"),
    (BOOK | {"pages": True}, "properties/pages/type", "pages"),
    (BOOK | {"pages": 1.5}, "properties/pages/type", "pages"),
    (BOOK | {"pages": 0}, "properties/pages/minimum", "pages"),
    (BOOK | {"pages": 9001}, "properties/pages/maximum", "pages"),
    (BOOK | {"copies": 3}, "properties/copies/multipleOf", "copies"),
    (BOOK | {"kind": 3}, "properties/kind/enum", "kind"),
    (BOOK | {"kind": "Novel"}, "properties/kind/type", "kind"),
    (BOOK | {"isbn": "x"}, "properties/isbn/pattern", "isbn"),
    (BOOK | {"added": "yesterday"}, "properties/added/format", "added"),
    (BOOK | {"tags": ["a", "b", "c"]}, "properties/tags/maxItems", "tags"),
    (BOOK | {"tags": ["a", "a"]}, "properties/tags/uniqueItems", "tags"),
    (BOOK | {"tags": ["a", 1]}, "properties/tags/items/type", "tags/1"),
    (BOOK | {"tags": None}, "properties/tags/type", "tags"),
    (BOOK | {"language": "fr"}, "properties/language/const", "language"),
    (BOOK | {"price": [1]}, "properties/price/oneOf", "price"),
    (BOOK | {"a/b~c": 1}, "properties/a~1b~0c/type", "a/b~c"),
    ({"tags": []}, "required/title", "title"),
    ([BOOK], "type", ""),
]


def request(method="POST", path="/shelves/7/books", body=b'{"title": "Maps", "tags": []}', **headers):
    fields = {"Authorization": "Bearer t", "Edition": "first", "Content-Type": "application/json"} | headers
    sent = tuple((name.replace("_", "-"), value) for name, value in fields.items() if value is not None)
    return Request(method, f"https://library.example.com/v1{path}", sent, body)


def breaches(contract, sent, path=None):
    operation, parameters = contract.match(sent.method, path or "/shelves/7/books")
    return contract.request_breaches(operation, sent, parameters, body_value(sent))
