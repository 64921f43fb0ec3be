"""The verdict as SARIF 2.1.0: findings at the line of the contract that they break, for code scanning and editors."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from bookproof import __version__, resources
from bookproof.ledger import Requirement
from bookproof.reports.excerpt import without_steering
from bookproof.schema import unescape
from bookproof.tally import Seen
from bookproof.verdict import Row, Verdict

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
UNOWNED = "no-requirement"
"""The rule of findings that no requirement owns."""

_LEVELS = {"must": "error", "should": "warning"}
_TEXT_KEPT = 1_000


def sarif(verdict: Verdict) -> str:
    """Every finding of a run as a result; each requirement as a rule."""
    places = Places(verdict.run.api)
    run = verdict.run
    rules = [_rule(row.requirement) for row in verdict.rows]
    if verdict.unowned:
        text = "A fault of the API that belongs to no single requirement, a server error for example"
        rules.append({"id": UNOWNED, "shortDescription": {"text": text}, "defaultConfiguration": {"level": "error"}})
    index = {rule["id"]: place for place, rule in enumerate(rules)}
    results = [_result(seen, row, index, places) for row in verdict.rows for seen in row.findings]
    results += [_result(seen, None, index, places) for seen in verdict.unowned]
    ended = run.started + timedelta(seconds=run.seconds)
    document = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "bookproof", "version": __version__, "rules": rules}},
                "automationDetails": {"id": f"bookproof/{run.api}/"},
                "invocations": [
                    {
                        "executionSuccessful": verdict.conclusion != "inconclusive",
                        "startTimeUtc": f"{run.started:%Y-%m-%dT%H:%M:%SZ}",
                        "endTimeUtc": f"{ended:%Y-%m-%dT%H:%M:%SZ}",
                    }
                ],
                "columnKind": "unicodeCodePoints",
                "results": results,
                "properties": {
                    "verdict": verdict.conclusion,
                    "target": run.url,
                    "contract": verdict.contract_version,
                    "reading": run.reading,
                },
            }
        ],
    }
    return without_steering(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


class Places:
    """Lines of the contract and of the ledger, found when they are asked for."""

    def __init__(self, api: str) -> None:
        self._contract = Path("contracts", api, "openapi.yaml")
        self._ledger = Path("contracts", api, "requirements.yaml")
        self._root: yaml.Node | None = None
        self._composed = False
        self._rows: dict[str, int] | None = None

    def keyword(self, pointer: str) -> dict[str, Any]:
        """The location of a JSON Pointer in the contract, or of the nearest thing above it."""
        if not self._composed:
            self._composed = True
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            self._root = yaml.compose(_read(self._contract), Loader=loader)
        node, line = self._root, 1
        for token in pointer.removeprefix("#").strip("/").split("/"):
            found = _step(node, unescape(token))
            if found is None:
                break
            line, node = found
        return _location(self._contract, line)

    def row(self, requirement: str) -> dict[str, Any]:
        """The location of a row of the ledger."""
        if self._rows is None:
            pattern = re.compile(r"^\s*-\s+id:\s*[\"']?([^\"'\s]+)")
            lines = enumerate(_read(self._ledger).splitlines(), 1)
            self._rows = {found[1]: number for number, line in lines if (found := pattern.match(line))}
        return _location(self._ledger, self._rows.get(requirement, 1))


def _rule(row: Requirement) -> dict[str, Any]:
    said = f"“{row.quote}” (line {row.lines})" if row.quote else row.provenance or row.statement
    return {
        "id": row.id,
        "shortDescription": {"text": row.statement},
        "fullDescription": {"text": said},
        "help": {"text": "\n\n".join(part for part in (row.statement, said, row.reading) if part)},
        "defaultConfiguration": {"level": _LEVELS[row.level]},
        "properties": {"tags": [part for part in (row.theme, row.level) if part]},
    }


def _result(seen: Seen, row: Row | None, index: dict[str, int], places: Places) -> dict[str, Any]:
    finding, requirement = seen.finding, row.requirement if row else None
    rule = requirement.id if requirement else UNOWNED
    about = f"{requirement.statement}: " if requirement else ""
    text = f"{about}{finding.message}, at {finding.where}. Expected {finding.expected}, got {finding.actual}."
    # Indexes and ids vary between runs; the same fault is to have the same fingerprint.
    place = re.sub(r"/\d+", "/*", finding.where)
    kind = finding.message.partition(":")[0]
    result: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": index[rule],
        "level": _LEVELS[finding.level],
        "message": {"text": text if len(text) <= _TEXT_KEPT else f"{text[:_TEXT_KEPT]}…"},
        "locations": list(_locations(requirement, places)),
        "partialFingerprints": {
            "bookproof/v1": hashlib.sha256(f"{rule}\n{place}\n{kind}".encode(errors="replace")).hexdigest()[:32]
        },
        "occurrenceCount": seen.count,
    }
    if row and row.waiver:
        waiver = row.waiver
        result["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": f"{waiver.reason} (waived until {waiver.expires})",
            }
        ]
    return result


def _locations(row: Requirement | None, places: Places) -> Iterator[dict[str, Any]]:
    """The keyword that a row owns; the row itself where a rule carries it; the contract where nothing does."""
    if row is None:
        yield places.keyword("#/info")
    elif row.owns:
        yield places.keyword(row.owns[0])
    else:
        yield places.row(row.id)


def _location(path: Path, line: int) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": path.as_posix()}, "region": {"startLine": line}}}


def _read(path: Path) -> str:
    """A file of the contract; nothing where it is not at hand, so that findings are placed at its beginning."""
    try:
        return resources.locate(*path.parts).read_text(encoding="utf-8")
    except OSError:
        return ""


def _step(node: yaml.Node | None, token: str) -> tuple[int, yaml.Node] | None:
    """The line and node behind one token; a name in a `required` list is a step too."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == token:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            if str(place) == token or item.value == token:
                return item.start_mark.line + 1, item
    return None
