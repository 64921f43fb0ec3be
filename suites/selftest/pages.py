"""Verdicts of an invented library as verdict.json holds them, and what a browser makes of a page."""

import json
from html.parser import HTMLParser

import pytest

from bookproof.verdict import OUTCOMES

SENT = {"title": "A", "pages": 3, "kind": "novel"}
ANSWERED = {"title": "a", "pages": 3.0, "id": 7}
HOSTILE = {
    "script": "</script><script>alert(1)</script>",
    "attribute": "\" onmouseover='alert(1)' x=\"",
    "comment": "<!-- --> ]]> </style></svg></title>",
    "template": "{{ 7 * 7 }} {% raw %}",
    "escapes": "\x1b[31mred\x1b[0m\x07",
    "right to left": "אבג \u202egnp.exe\u2069",
    "not text": "\ud800 \ufeff\x00",
}
hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)


def exchange(sent=SENT, answered=ANSWERED, **changes):
    return {
        "request": {
            "method": "POST",
            "url": "https://library.example.com/books",
            "headers": {"Content-Type": "application/json"},
            "body": json.dumps(sent),
        },
        "response": {"status": 201, "headers": {}, "body": json.dumps(answered)},
        "error": None,
        **changes,
    }


def finding(where="response.body/title", **changes):
    found = {
        "level": "must",
        "message": "title is wrong",
        "expected": '"A"',
        "actual": '"a"',
        "where": where,
        "seen": 2,
    }
    return {**found, "example": {**exchange(), "curl": "curl -X POST https://library.example.com/books"}, **changes}


def row(name, outcome="passed", **changes):
    made = {
        "id": name,
        "level": "must",
        "statement": f"The sentence of {name}",
        "quote": f"words of {name}",
        "lines": "3",
        "theme": "titles",
        "operation": "addBook",
        "outcome": outcome,
        "reason": None if outcome in ("passed", "failed", "warned") else "because of it",
        "exchanges": 4,
        "findings": [finding()] if outcome in ("failed", "warned", "waived") else [],
    }
    return {**made, **changes}


def document(*rows, **changes):
    """A verdict as format 1 began: without the properties that were added later."""
    rows = list(rows or [row(f"LB-00{place}", outcome) for place, outcome in enumerate(OUTCOMES)])
    counts = {outcome: sum(one["outcome"] == outcome for one in rows) for outcome in OUTCOMES}
    made = {
        "format": 1,
        "bookproof": "0.1.0",
        "api": "library",
        "contract": {"version": "1.0.0", "sha256": "0" * 64},
        "target": {"kind": "live", "url": "https://library.example.com"},
        "reading": "strict",
        "started": "2031-01-02T03:04:05Z",
        "seconds": 1.5,
        "seed": 1,
        "verdict": "violates" if counts["failed"] else "conforms",
        "reason": None,
        "counts": {"requests": 12, "requirements": counts},
        "requirements": rows,
        "unowned": [],
        "readings": {},
        "remains": [],
    }
    return {**made, **changes}


class Read(HTMLParser):
    """What a browser would make of a page: elements with their attributes, and the text outside script and style."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.words = []
        self._inside = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside.append(tag)
        if tag not in ("span", "code", "b", "a", "time"):
            self.words.append(" ")

    def handle_endtag(self, tag):
        if tag in self._inside:
            del self._inside[len(self._inside) - 1 - self._inside[::-1].index(tag) :]

    def handle_data(self, data):
        if not {"script", "style"} & set(self._inside):
            self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())

    def all(self, tag, **wanted):
        return [a for name, a in self.elements if name == tag and all(a.get(k) == v for k, v in wanted.items())]


def poisoned(
    value, text, kept=("outcome", "level", "verdict", "kind", "sha256", "started", "version", "reading", "id")
):
    """A verdict in which every text that can be another one is this one."""
    if isinstance(value, dict):
        return {key: child if key in kept else poisoned(child, text, kept) for key, child in value.items()}
    if isinstance(value, list):
        return [poisoned(child, text, kept) for child in value]
    return text if isinstance(value, str) else value


OLD = document(row("LB-001"), row("LB-002", "failed"), row("LB-003", "untested"), started="2030-01-01T00:00:00Z")
NEW = document(row("LB-001", "failed"), row("LB-002"), row("LB-003"), row("LB-004"))
