"""Recordings of rooms and of TimeTap's resources, and what their comparison comes to."""

import json
from dataclasses import replace

from captured import CREATED, ROOM, exchange, without

from bookproof import apis
from bookproof.drift.recordings import compare, observe
from bookproof.exchange import Exchange, Request, Response

HIGHLEVEL, TIMETAP = apis.load("highlevel"), apis.load("timetap")
TT = "https://api.timetap.com/live/resource"
JSON = (("Content-Type", "application/json"),)
PROVED = (("Authorization", "Bearer x"),)
RESOURCE = {
    "active": True,
    "bundleResourceIdList": [],
    "bundleResourceSet": None,
    "bundledResources": None,
    "businessId": 1,
    "createdDate": 1528820215670,
    "createdUser": "a",
    "locationId": 5,
    "locationName": "Office",
    "modifiedDate": 1528820215670,
    "modifiedUser": "a",
    "name": "Ball",
    "professionalIdList": [],
    "professionalIdListText": "",
    "reasonIdList": [1],
    "reasonIdListText": "1",
    "reasonSet": None,
    "reasons": ["x"],
    "resourceId": 7,
}


def created(times=12, **changes):
    """Creations of a room, each with a name of its own."""
    for number in range(times):
        sent = ROOM | {"name": f"room {number}"}
        yield exchange(sent=sent, answered={**CREATED, "name": f"room {number}"} | changes)


def lacking(name, times=12):
    """Creations whose answers lack a property."""
    for each in created(times):
        body = without(json.loads(each.response.body), name)
        yield replace(each, response=Response(201, JSON, json.dumps(body).encode()))


def read(resource, number=7):
    """A resource of TimeTap, read."""
    body = json.dumps({**RESOURCE, "resourceId": number} | resource).encode()
    return Exchange(Request("GET", f"{TT}/{number}", PROVED), Response(200, JSON, body))


def listed(*resources):
    """A list of TimeTap's resources."""
    return Exchange(Request("GET", TT, PROVED), Response(200, JSON, json.dumps(list(resources)).encode()))


def drift(before, now, api=HIGHLEVEL):
    return compare(api, observe(api, "before", before), observe(api, "now", now))


def said(before, now, api=HIGHLEVEL):
    """Every change in short: requirement, place, sentence."""
    return [(change.requirement, change.where, change.sentence) for change in drift(before, now, api).changes]
