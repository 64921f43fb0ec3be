"""HighLevel's contract as a vendor's OpenAPI file, and what its comparison comes to."""

from bookproof import apis

HIGHLEVEL = apis.load("highlevel")
PATH = "/calendars/resources/{resourceType}"
POST = f"POST {PATH}"
SENT, SHOWN = "CreateCalendarResource", "CalendarResource"


def said(drift):
    """Every change in short: requirement, place, sentence."""
    return [(change.requirement, change.where, change.sentence) for change in drift.changes]


def schema(document, name):
    return document["components"]["schemas"][name]


def put(value, *path):
    """Puts a value at a place of the components; leaves nothing there for None."""

    def change(document):
        holder = document["components"]
        for key in path[:-1]:
            holder = holder[key]
        if value is None:
            del holder[path[-1]]
        else:
            holder[path[-1]] = value

    return change


def of(name, *path):
    return ("schemas", name, "properties", *path)
