"""Reads the text of a vendor's OpenAPI file, JSON or YAML, as far as it goes; keys that stand twice are noted."""

import json
from pathlib import Path
from typing import Any, Final

import yaml

from bookproof.drift.change import Defect
from bookproof.errors import DataError
from bookproof.schema import escape

LARGEST: Final = 64 * 2**20
"""Bytes that a file may have."""

_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SAFE):  # type: ignore[misc] # one of two classes
    """YAML as JSON has it: a date, `yes` and `1_000` are text."""

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self.twice: list[Defect] = []


_PLAIN = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag not in _PLAIN and (tag[-4:] != "bool" or first in "tTfF")]
    for first, found in _SAFE.yaml_implicit_resolvers.items()
}


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value != "<<":
            if key.value in seen:
                place = f"line {key.start_mark.line + 1}"
                loader.twice.append(Defect(place, f"the key {key.value!r} stands twice; the last one counts"))
            seen.add(key.value)
    loader.flatten_mapping(node)
    return {
        _name(loader.construct_object(key, deep=True)): loader.construct_object(v, deep=True) for key, v in node.value
    }


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_document(path: Path) -> tuple[dict[str, Any], list[Defect]]:
    """An OpenAPI document of version 3, and what is wrong with its text; DataError where it is none."""
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(f"{path.name} is larger than {LARGEST // 2**20} MiB.")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not UTF-8 (byte {error.start}).") from None
    try:
        document, defects = _parsed(text, path.name)
    except RecursionError:
        raise DataError(f"{path.name} is nested too deeply.") from None
    return _checked(document, path.name), defects


def _parsed(text: str, name: str) -> tuple[Any, list[Defect]]:
    refused = ""
    if text.lstrip().startswith("{"):
        try:
            twice: list[Defect] = []
            return _unpaired(json.loads(text, object_pairs_hook=_Pairs), "#", twice), twice
        except ValueError as error:  # YAML is kinder to a comma too many
            refused = str(error)
    loader = _Loader(text)
    try:
        document = loader.get_single_data()
    except (yaml.YAMLError, ValueError) as error:
        raise DataError(f"{name} is not {'JSON' if refused else 'YAML'}: {refused or _first_line(error)}.") from None
    finally:
        loader.dispose()
    kinder = [Defect("the file", f"it is not JSON ({refused}); it was read as YAML")] if refused else []
    return document, [*kinder, *loader.twice]


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it was written."""


def _unpaired(value: Any, place: str, twice: list[Defect]) -> Any:
    """JSON values with objects in place of pairs; a name that stands twice is noted with its place."""
    if isinstance(value, _Pairs):
        found: dict[str, Any] = {}
        for name, child in value:
            if name in found:
                twice.append(Defect(place, f"the key {name!r} stands twice; the last one counts"))
            found[name] = _unpaired(child, f"{place}/{escape(name)}", twice)
        return found
    if isinstance(value, list):
        return [_unpaired(item, f"{place}/{index}", twice) for index, item in enumerate(value)]
    return value


def _checked(document: Any, name: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise DataError(f"{name} is no OpenAPI document: it holds no object.")
    if "swagger" in document:
        raise DataError(
            f"{name} is Swagger {document['swagger']}; OpenAPI 3.0 and 3.1 can be compared.",
            hint="Convert it first, for example with swagger2openapi.",
        )
    if not isinstance(document.get("paths"), dict):
        raise DataError(f"{name} is no OpenAPI document: it has no paths.")
    return document


def _name(key: Any) -> str:
    """A key as JSON has it: YAML reads 200 as a number."""
    return key if isinstance(key, str) else json.dumps(key) if isinstance(key, bool | int) else str(key)


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or str(error).partition("\n")[0]
    return f"{said} (line {mark.line + 1})" if mark else str(said)
