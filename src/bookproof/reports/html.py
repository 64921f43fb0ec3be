"""The verdict as one page that opens from disk: no file beside it, nothing fetched, hostile text shown as text.

The page is made of the values of verdict.json, so that an old run can be rendered again. Its own script and style are
named by their digests in the page's content policy; nothing else runs, whatever a response holds.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bookproof.evidence import BODY_KEPT
from bookproof.reports.client import kept_and_broken, remarks
from bookproof.reports.excerpt import Excerpt, bounded, visible
from bookproof.reports.load import COLUMNS, rows, sentence
from bookproof.reports.load import remarks as load_remarks
from bookproof.reports.picture import bars, segments
from bookproof.reports.text import SIGNS
from bookproof.tally import Waited
from bookproof.verdict import OUTCOMES

LIMIT = 4_500_000
"""Bytes of a page. Where evidence is larger, less of each body is shown; verdict.json keeps the rest."""

CONCLUSIONS = {
    "conforms": ("✓", "conforms to its contract"),
    "violates": ("✗", "violates its contract"),
    "inconclusive": ("?", "could not be judged"),
}
TARGETS = {
    "reference": "the reference that bookproof brings, addressed as",
    "replay": "recorded exchanges, addressed to",
    "live": "a server at",
    "capture": "captured traffic with",
    "proxy": "traffic through the proxy to",
}

_WITNESS_SHOWN = 3_000
"""Characters of a text that a page shows of an exchange in which nothing is wrong."""

_DETAIL = ((BODY_KEPT, 10), (2_000, 5), (500, 3), (100, 1))
"""Characters of a text and findings of a requirement that a page shows; the first that fits is taken."""

_TEMPLATES = Path(__file__).parent / "templates"


def page(document: Mapping[str, Any]) -> str:
    """A verdict (the values of verdict.json, format 1) as a page."""
    document = bounded(document)
    for kept, findings in _DETAIL:
        text = render("page.html.j2", **_view(document, Excerpt(kept), findings))
        if len(text.encode()) <= LIMIT:
            break
    return text


def render(template: str, **values: Any) -> str:
    """A template with its values, and with the style and script that all pages share."""
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    text: str = (
        _environment()
        .get_template(template)
        .render(style=style, script=script, policy=policy, signs=SIGNS, outcomes=OUTCOMES, **values)
    )
    return text


def _view(document: Mapping[str, Any], cut: Excerpt, findings: int) -> dict[str, Any]:
    """What the template shows, in its order."""
    requirements = document["requirements"]
    ranked = sorted(enumerate(requirements), key=lambda pair: (OUTCOMES.index(pair[1]["outcome"]), pair[0]))
    shown = document.get("readings", {})
    return {
        "run": document,
        "cut": cut,
        "short": Excerpt(min(cut.kept, _WITNESS_SHOWN)),
        "sign": CONCLUSIONS[document["verdict"]][0],
        "words": CONCLUSIONS[document["verdict"]][1],
        "total": segments(requirements),
        "themes": bars(requirements),
        "rows": [(place, row, _reading_of(row, shown)) for place, row in ranked],
        "findings_shown": findings,
        "operations": _values(requirements, "operation"),
        "readings": [
            (name, forms, [row["id"] for row in requirements if _reading_of(row, {name: forms})])
            for name, forms in shown.items()
        ],
        "unjudged": _unjudged(requirements),
        "targets": TARGETS,
        "waited": Waited(**document.get("waited", {})).in_words,
        "left_out": list(remarks(document["capture"])) if document.get("capture") else [],
        "client": _client(document),
        **_load(document.get("load")),
        "waived": [row for row in requirements if row["outcome"] == "waived"],
    }


def _client(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the client of captured traffic broke, the heavier first, each with the requirement's own row."""
    client = document.get("client")
    if not client:
        return None
    told = {row["id"]: row for row in document["requirements"]}
    broken = [row for row in client["requirements"] if row["findings"] and row["id"] in told]
    broken.sort(key=lambda row: OUTCOMES.index(row["outcome"]))
    sentence = kept_and_broken(client["counts"]["requests"], client["counts"]["requirements"]["passed"], len(broken))
    return {
        "sentence": f"{sentence}.",
        "broken": [(row, told[row["id"]]) for row in broken],
        "unowned": client["unowned"],
    }


def _load(load: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the page shows of a load test."""
    if load is None:
        return {}
    return {
        "load_columns": COLUMNS,
        "load_rows": list(rows(load)),
        "load_broken": list(map(sentence, load["only_under_load"])),
        "load_remarks": list(load_remarks(load)),
    }


def _reading_of(row: Mapping[str, Any], shown: Mapping[str, Any]) -> Mapping[str, int] | None:
    """The forms that the target showed of the reading which a row takes."""
    name = row.get("reading", "").partition(":")[0]
    return shown.get(name) if name else None


def _values(requirements: list[Mapping[str, Any]], key: str) -> list[str]:
    return list(dict.fromkeys(row[key] for row in requirements if row[key]))


def _unjudged(requirements: list[Mapping[str, Any]]) -> list[tuple[str, str, list[str]]]:
    """Outcome, reason and ids of what was not judged, the same reason once."""
    found: dict[tuple[str, str], list[str]] = {}
    for outcome in ("untested", "not-applicable", "out-of-scope"):
        for row in requirements:
            if row["outcome"] == outcome:
                found.setdefault((outcome, row["reason"] or "no reason is given"), []).append(row["id"])
    return [(outcome, reason, ids) for (outcome, reason), ids in found.items()]


@cache
def _environment() -> Any:
    import jinja2  # here, because most commands write no page

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["duration"] = _duration
    return environment


def _duration(seconds: float) -> str:
    """Seconds in two digits and a fitting unit."""
    number, unit = (seconds, "s") if seconds >= 1 else (seconds * 1000, "ms")
    return f"{float(f'{number:.2g}'):g} {unit}"


@cache
def _asset(name: str) -> Any:
    """Style or script, as markup of our own."""
    from markupsafe import Markup

    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - our own file


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
