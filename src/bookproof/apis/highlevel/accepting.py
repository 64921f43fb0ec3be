"""Seeded defects in what a server accepts and refuses: credentials, header, path, body, limits; and what it dies of."""

from collections.abc import Callable, Iterator
from typing import Any

from bookproof.apis.highlevel.reference import FIXTURES, TOKEN, VERSION
from bookproof.exchange import ABSENT
from bookproof.faults import Asked, Hooks, When, crashes, lenient, mends, missing, optional, refuses, sent, unquotes

Seed = tuple[str, str, str, Hooks]
"""Id without its prefix, the rows that break, the sentence, and what happens."""

TYPES = {
    "locationId": "HL-021",
    "name": "HL-023",
    "description": "HL-025",
    "quantity": "HL-027",
    "outOfService": "HL-030",
    "capacity": "HL-033",
    "calendarIds": "HL-036",
}
REQUIRED = {
    "locationId": "HL-022",
    "name": "HL-024",
    "description": "HL-026",
    "quantity": "HL-028",
    "outOfService": "HL-031",
    "capacity": "HL-034",
    "calendarIds": "HL-037",
}
EVERY_FIELD = " ".join((*TYPES.values(), *REQUIRED.values()))
TEXTS = ("locationId", "name", "description")
NUMBERS = ("quantity", "outOfService", "capacity")
DEFAULTS: dict[str, Any] = {
    "locationId": FIXTURES["location_id"],
    "name": "unnamed",
    "description": "",
    "quantity": 3,
    "outOfService": 2,
    "capacity": 4,
    "calendarIds": [],
}
FORM = "application/x-www-form-urlencoded"
NOT_VALID = {"statusCode": 422, "message": ["the request is not valid"], "error": "Unprocessable Entity"}


def kind(asked: Asked) -> str:
    """The resource type as the path has it."""
    return asked.path.rsplit("/", 1)[-1]


def of(*resource_types: str) -> When:
    """Requests whose path has one of these resource types."""
    return lambda asked: kind(asked) in resource_types


def calendars(asked: Asked) -> list[Any]:
    """The calendars of a request, none twice; empty where it has no array of them."""
    found = asked.json.get("calendarIds") if isinstance(asked.json, dict) else None
    return list({str(item): item for item in found}.values()) if isinstance(found, list) else []


def sent_calendars(asked: Asked) -> int:
    """How many calendars a request has, each as often as it is there."""
    found = asked.json.get("calendarIds") if isinstance(asked.json, dict) else None
    return len(found) if isinstance(found, list) else 0


def is_text(value: Any) -> bool:
    """A JSON string."""
    return isinstance(value, str)


def is_number(value: Any) -> bool:
    """A JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_flag(value: Any) -> bool:
    """A JSON boolean."""
    return isinstance(value, bool)


def is_null(value: Any) -> bool:
    """JSON's null."""
    return value is None


def is_array(value: Any) -> bool:
    """A JSON array."""
    return isinstance(value, list)


def is_object(value: Any) -> bool:
    """A JSON object."""
    return isinstance(value, dict)


def is_numeral(value: Any) -> bool:
    """Text that reads as a number."""
    return isinstance(value, str) and value.removeprefix("-").replace(".", "", 1).isdigit()


def well_typed(body: Any) -> bool:
    """An object with the seven properties, all of the right types."""
    return (
        isinstance(body, dict)
        and all(is_text(body.get(name)) for name in TEXTS)
        and all(is_number(body.get(name)) for name in NUMBERS)
        and is_array(body.get("calendarIds"))
        and all(map(is_text, body["calendarIds"]))
    )


def header(name: str, holds: Callable[[str], bool] = lambda value: True) -> When:
    """Requests with a header of which something holds."""
    return lambda asked: name in asked.headers and holds(asked.headers[name])


def no_header(name: str) -> When:
    """Requests without a header."""
    return lambda asked: name not in asked.headers


def labelled(*types: str) -> When:
    """Requests whose body says to be of one of these media types."""
    return header("content-type", lambda value: value.split(";")[0] in types)


def reads_header(name: str, value: str) -> Callable[[Asked], None]:
    """A mend: the reference sees another header."""
    return lambda asked: asked.headers.update({name: value})


def reads_type(resource_type: str) -> Callable[[Asked], None]:
    """A mend: the reference sees another resource type."""

    def mend(asked: Asked) -> None:
        asked.path = f"/calendars/resources/{resource_type}"

    return mend


def reads_plain_body(asked: Asked) -> None:
    """A mend: the reference sees a plain body of the right media type."""
    asked.json = dict(DEFAULTS)
    asked.headers["content-type"] = "application/json"


def keeps_first(asked: Asked) -> None:
    """A mend: the reference sees the first calendar alone."""
    asked.json["calendarIds"] = asked.json["calendarIds"][:1]


def many(least: int, most: int = 10**6, *resource_types: str) -> When:
    """Requests with so many calendars, of these types or of any."""
    return lambda asked: (
        least <= len(calendars(asked)) <= most and (not resource_types or kind(asked) in resource_types)
    )


def unreadable(asked: Asked) -> bool:
    """Bodies that call themselves JSON and are not."""
    return bool(asked.body) and asked.json is ABSENT and labelled("application/json")(asked)


def unknown_type(asked: Asked) -> bool:
    """Paths with another resource type."""
    return kind(asked) not in ("equipments", "rooms")


def seeds() -> Iterator[Seed]:
    """Every defect of this module."""
    yield from _credentials()
    yield from _version()
    yield from _resource_type()
    yield from _body()
    yield from _required_and_types()
    yield from _calendars()
    yield from _crashes()


def _credentials() -> Iterator[Seed]:
    name = "authorization"
    known = reads_header(name, f"Bearer {TOKEN}")
    nobody = header(name, lambda value: value.startswith("Bearer ") and value != f"Bearer {TOKEN}")
    shaped = header(name, lambda value: value.startswith("Bearer pit-"))
    unsigned = header(name, lambda value: value.startswith("Bearer eyJ"))
    empty = header(name, lambda value: value.strip() == "Bearer")
    yield "auth-optional", "HL-006", "requests without Authorization are served", mends(no_header(name), known)
    yield "auth-empty", "HL-006", "the scheme without a token is enough", mends(empty, known)
    yield "auth-any-header", "HL-006 HL-009", "an Authorization of any kind is enough", mends(header(name), known)
    basic = header(name, lambda value: value.startswith("Basic "))
    yield "auth-other-scheme", "HL-006 HL-009", "any name and password are served", mends(basic, known)
    yield "auth-any-token", "HL-009", "any token is served", mends(nobody, known)
    elsewhere = mends(lambda a: nobody(a) and kind(a) == "equipments", known)
    yield "auth-any-token-equipments", "HL-009", "any token makes equipments", elsewhere
    yield "auth-shape", "HL-009", "a token is known by its first letters", mends(shaped, known)
    yield "auth-unsigned", "HL-009", "an unsigned web token is believed", mends(unsigned, known)
    yield "auth-unknown-crash", "HL-009", "an unknown token ends in a crash", crashes(nobody)


def _version() -> Iterator[Seed]:
    known = reads_header("version", VERSION)
    other = header("version", lambda value: value != VERSION)
    older = header("version", lambda value: value[:4].isdigit() and value < VERSION)
    longer = header("version", lambda value: value.startswith(VERSION))
    loose = header("version", lambda value: value in ("2021-4-15", "20210415"))
    word = header("version", lambda value: not value[:1].isdigit())
    yield "version-optional", "HL-012", "requests without Version are served", mends(no_header("version"), known)
    yield "version-ignored", "HL-012 HL-013", "Version is never looked at", mends(lambda asked: True, known)
    empty = header("version", lambda value: not value)
    yield "version-empty", "HL-013", "an empty Version is taken for the one there is", mends(empty, known)
    yield "version-any", "HL-013", "any Version is served", mends(other, known)
    yield "version-older", "HL-013", "earlier versions are served", mends(older, known)
    yield "version-longer", "HL-013", "letters after the version are overlooked", mends(longer, known)
    yield "version-loose", "HL-013", "the version's date may be spelt in other ways", mends(loose, known)
    yield "version-word-crash", "HL-013", "a Version that is no date ends in a crash", crashes(word)


def _resource_type() -> Iterator[Seed]:
    room = reads_type("rooms")
    anything = {"statusCode": 400, "message": "resourceType is not supported"}
    longer = mends(lambda a: unknown_type(a) and kind(a).startswith(("rooms", "equipments")), room)
    cased = mends(lambda a: unknown_type(a) and kind(a).lower() in ("rooms", "equipments"), room)
    yield "path-gone", "HL-001", "the operation does not exist", refuses(lambda asked: True, 404, anything)
    yield "path-method", "HL-001", "the operation takes no POST", refuses(lambda asked: True, 405, anything)
    yield "equipments-refused", "HL-016", "equipments are refused", refuses(of("equipments"), 400, anything)
    yield "rooms-refused", "HL-017", "rooms are refused", refuses(of("rooms"), 422, anything)
    yield "type-any", "HL-018", "any resource type makes a room", mends(unknown_type, room)
    yield "type-singular", "HL-018", "the singular is served too", mends(of("room", "equipment"), room)
    yield "type-cased", "HL-018", "upper and lower case are alike in the path", cased
    yield "type-longer", "HL-018", "letters after the resource type are overlooked", longer
    within = mends(lambda a: unknown_type(a) and kind(a).endswith("rooms"), room)
    yield "type-within", "HL-018", "letters before the resource type are overlooked", within
    yield "type-unknown-crash", "HL-018", "an unknown resource type ends in a crash", crashes(unknown_type)


def _body() -> Iterator[Seed]:
    def unwraps(asked: Asked) -> None:
        asked.json = asked.json[0]

    def empty(asked: Asked) -> bool:
        return not asked.body

    charset = header("content-type", lambda value: "charset" in value)
    yield "body-form", "HL-019", "a form is served like JSON", mends(labelled(FORM), reads_plain_body)
    yield "body-label", "HL-019", "no body's label is looked at", mends(labelled(FORM, "text/plain"), reads_plain_body)
    yield "body-charset-crash", "HL-019", "a charset beside the media type ends in a crash", crashes(charset)
    yield "body-optional", "HL-020", "no body at all is served", mends(empty, reads_plain_body)
    blank = mends(lambda a: empty(a) and labelled("application/json")(a), reads_plain_body)
    yield "body-empty", "HL-020", "an empty body that calls itself JSON is served", blank
    yield "body-array", "HL-020", "an array is served", mends(lambda a: is_array(a.json), unwraps)
    yield "body-quoted", "HL-020", "JSON within a JSON string is served", unquotes(of("rooms", "equipments"))
    yield "body-null", "HL-020", "null is served", mends(lambda a: is_null(a.json), reads_plain_body)
    yield "body-truncated", "HL-020", "broken JSON is served as far as it goes", mends(unreadable, reads_plain_body)
    yield "body-malformed-crash", "HL-020", "broken JSON ends in a crash", crashes(unreadable)
    more = crashes(lambda a: is_object(a.json) and not a.json.keys() <= DEFAULTS.keys())
    yield "body-more-crash", "HL-020 HL-039", "an undocumented property ends in a crash", more


def _required_and_types() -> Iterator[Seed]:
    for name, default in DEFAULTS.items():
        yield f"{name}-optional", REQUIRED[name], f"{name} may be left out", optional(name, default)
        yield f"{name}-null", TYPES[name], f"{name} may be null", lenient(name, is_null, default)
    for name in TEXTS:
        yield f"{name}-from-number", TYPES[name], f"a number passes as {name}", lenient(name, is_number, "12345")
    for name in NUMBERS:
        yield f"{name}-from-text", TYPES[name], f'"5" passes as {name}', lenient(name, is_numeral, 5)
    places: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
        ("name", is_flag, "a boolean"),
        ("description", is_object, "an object"),
        ("quantity", is_flag, "a boolean"),
        ("capacity", lambda value: is_text(value) and not is_numeral(value), "a word"),
        ("calendarIds", lambda value: is_text(value) and "," not in value, "a single id"),
        ("calendarIds", lambda value: value == "", "an empty text"),
        ("calendarIds", lambda value: is_array(value) and any(item is False for item in value), "an array with false"),
        ("calendarIds", lambda value: is_array(value) and not all(map(is_text, value[1:-1])), "an array wrong within"),
        (
            "calendarIds",
            lambda value: is_array(value) and not all(map(is_text, value[10:])),
            "an array wrong beyond its tenth",
        ),
        ("description", lambda value: is_number(value) and not value, "the number zero"),
        ("locationId", lambda value: value is False, "the value false"),
        ("quantity", lambda value: value == "", "an empty text"),
        ("outOfService", lambda value: value is False, "the value false"),
        ("capacity", lambda value: value == [], "an empty array"),
        ("calendarIds", lambda value: is_text(value) and "," in value, "a text with commas"),
        ("calendarIds", is_object, "an object"),
        ("calendarIds", lambda value: is_array(value) and None in value, "an array with null"),
        (
            "calendarIds",
            lambda value: is_array(value) and not all(map(is_text, value[1:])),
            "an array wrong in its end",
        ),
    )
    for name, wrong, what in places:
        slug = what.split(" ", 1)[1].replace(" ", "-")
        yield f"{name}-from-{slug}", TYPES[name], f"{what} passes as {name}", lenient(name, wrong, DEFAULTS[name])
    yield "quantity-missing-crash", "HL-028", "a missing quantity ends in a crash", crashes(missing("quantity"))
    unchecked = mends(lambda a: is_object(a.json) and not well_typed(a.json), reads_plain_body)
    yield "fields-unchecked", EVERY_FIELD, "no property of the body is checked", unchecked


def _calendars() -> Iterator[Seed]:
    def cuts(asked: Asked) -> None:
        asked.json["calendarIds"] = asked.json["calendarIds"][:100]

    def heavy(asked: Asked) -> bool:
        return len(calendars(asked)) > 50 and len(asked.body) > 2048

    def repeated_at(place: int) -> When:
        return lambda a: any_number(a) and a.json["calendarIds"][0] == a.json["calendarIds"][place]

    equipments, rooms = "equipments", "rooms"
    yield "limit-101", "HL-042", "101 calendars pass", mends(many(101, 101), keeps_first)
    yield "limit-none", "HL-042", "calendars have no limit", mends(many(101), keeps_first)
    yield "limit-overflow", "HL-042", "the limit counts in one byte", mends(many(201), keeps_first)
    wrapped = mends(lambda a: len(calendars(a)) > 255 and len(calendars(a)) % 256 <= 100, keeps_first)
    yield "limit-modulo", "HL-042", "the limit forgets 256 calendars", wrapped
    repeated = mends(lambda a: sent_calendars(a) > 100 >= len(calendars(a)), keeps_first)
    yield "limit-of-distinct", "HL-042", "the limit counts an id that is sent twice once", repeated
    yield "limit-of-rooms", "HL-042", "the limit is missing for rooms", mends(many(101, 10**6, rooms), keeps_first)
    yield "limit-cuts", "HL-042", "calendars beyond the limit are dropped", mends(many(101, 10**6, rooms), cuts)
    yield "limit-crash", "HL-042", "too many calendars end in a crash", crashes(many(101))
    yield "limit-99", "HL-043", "100 calendars are too many", refuses(many(100, 100, rooms), 422, NOT_VALID)
    yield "limit-of-bytes", "HL-043", "a body of 2 KiB is too large", refuses(heavy, 413, NOT_VALID)
    yield "limit-full-crash", "HL-043", "100 calendars end in a crash", crashes(many(100, 100, rooms))
    any_number, two = many(2, 100, equipments), many(2, 2, equipments)
    yield "equipment-rule-none", "HL-039", "an equipment may have any calendars", mends(any_number, keeps_first)
    yield "equipment-rule-two", "HL-039", "an equipment may have two calendars", mends(two, keeps_first)
    yield "equipment-rule-crash", "HL-039", "several calendars of an equipment end in a crash", crashes(any_number)
    called = mends(lambda a: any_number(a) and a.json.get("resourceType") == rooms, keeps_first)
    yield "equipment-rule-by-body", "HL-039", "an equipment that is called a room may have any calendars", called
    for place, what in ((1, "second"), (-1, "last")):
        alike = mends(repeated_at(place), keeps_first)
        yield f"equipment-rule-{what}", "HL-039", f"the first calendar is held against the {what} alone", alike
    keeps = mends(many(2, 10**6, equipments), keeps_first)
    yield "equipment-rule-keeps", "HL-039 HL-042", "an equipment silently keeps the first calendar", keeps
    yield "equipment-rule-one", "HL-016", "one calendar is too many", refuses(many(1, 1, equipments), 400, NOT_VALID)
    yield (
        "room-rule-one",
        "HL-041 HL-043",
        "a room has one calendar at most",
        refuses(many(2, 100, rooms), 400, NOT_VALID),
    )
    few = refuses(many(3, 100, rooms), 400, NOT_VALID)
    yield "room-rule-two", "HL-041 HL-043", "a room has two calendars at most", few


def _crashes() -> Iterator[Seed]:
    def long(value: Any) -> bool:
        return is_text(value) and len(value) > 255

    def foreign(value: Any) -> bool:
        return is_text(value) and not value.isascii()

    def astral(value: Any) -> bool:
        return is_text(value) and any(ord(character) > 0xFFFF for character in value)

    def number(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
        return lambda value: is_number(value) and holds(value)

    cases: tuple[tuple[str, str, str, Callable[[Any], bool]], ...] = (
        ("name", "HL-050", "a long text", long),
        ("name", "HL-050", "letters beyond ASCII", foreign),
        ("name", "HL-050", "a quote", lambda value: is_text(value) and "'" in value),
        ("locationId", "HL-048", "a quote", lambda value: is_text(value) and "'" in value),
        ("name", "HL-050", "NUL", lambda value: is_text(value) and "\0" in value),
        ("description", "HL-057", "a long text", long),
        ("description", "HL-057", "an emoji", astral),
        ("description", "HL-057", "a tab", lambda value: is_text(value) and "\t" in value),
        ("description", "HL-057", "empty text", lambda value: value == ""),
        ("quantity", "HL-058", "a negative number", number(lambda value: value < 0)),
        ("outOfService", "HL-059", "a fraction", number(lambda value: value != int(value))),
        ("capacity", "HL-060", "zero", number(lambda value: value == 0)),
        ("capacity", "HL-060", "a number beyond 32 bits", number(lambda value: value > 2**31)),
        ("capacity", "HL-060", "a number beyond 53 bits", number(lambda value: value > 2**53)),
        ("calendarIds", "HL-055", "an empty array", lambda value: value == []),
        (
            "calendarIds",
            "HL-056",
            "a quote",
            lambda value: is_array(value) and any("'" in item for item in value if is_text(item)),
        ),
        (
            "calendarIds",
            "HL-039 HL-056",
            "an id twice",
            lambda value: is_array(value) and len(value) > len(set(map(str, value))),
        ),
    )
    for name, row, what, holds in cases:
        slug = what.replace(" ", "-")
        yield f"crash-{name}-{slug}", row, f"{what} in {name} ends in a crash", crashes(sent(name, holds))
    everything = crashes(lambda a: is_object(a.json) and a.json.get("quantity") == a.json.get("outOfService") == 3)
    yield "crash-all-out-of-service", "HL-058", "a resource that is all out of service ends in a crash", everything
    nothing = sent("outOfService", number(lambda value: value == 0))
    yield "zero-is-missing", "HL-030", "outOfService 0 is taken for a missing one", refuses(nothing, 422, NOT_VALID)
