"""Sets a vendor's OpenAPI file beside the contract: what a reader of the one would not expect after the other."""

from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import Final

from bookproof.apis import Api
from bookproof.drift.change import Change, Drift, ordered
from bookproof.drift.defects import Inspector
from bookproof.drift.described import Described, Parameter, Payload, Reader, match
from bookproof.drift.document import read_document
from bookproof.drift.fields import field_changes, in_words, owner
from bookproof.errors import CannotJudge

_BETWEEN: Final = {
    "path": "request.path",
    "header": "request.header",
    "query": "request.query",
    "cookie": "request.cookie",
}


def compare_with_file(api: Api, path: Path) -> Drift:
    """What differs between an API's contract and an OpenAPI file. Before is the contract, now the file.

    DataError where the file is no OpenAPI document, CannotJudge where no operation can be made out in it.
    """
    document, found = read_document(path)
    comparison = _Comparison(api, Reader(api.contract.document), Reader(document))
    if not comparison.theirs:
        raise CannotJudge(f"{path.name} describes no operation.", hint="Is it the file of this API?")
    drift = Drift(
        api.name,
        f"contract {api.contract.version}",
        path.name,
        ordered(comparison.changes()),
        defects=list(dict.fromkeys([*found, *Inspector(document).defects()])),
        compared={"operations": len(comparison.pairs), "described": len(comparison.theirs)},
    )
    if not comparison.pairs:
        drift.remarks.append(f"no operation of the contract is in {path.name}: is it the file of this API?")
    if elsewhere := comparison.elsewhere:
        drift.remarks.append(f"{len(elsewhere)} operations at other paths are not the contract's business")
    drift.remarks += [f"{theirs.title} is marked as deprecated" for _, theirs in comparison.pairs if theirs.deprecated]
    return drift


class _Comparison:
    """The operations of both sides, in pairs as far as they go."""

    def __init__(self, api: Api, contract: Reader, file: Reader) -> None:
        self._api = api
        self._contract, self._file = contract, file
        self.ours, self.theirs = list(contract.operations()), list(file.operations())
        self.pairs, left = match(self.ours, self.theirs)
        self._beside = [operation for operation in left if _lies_beside(operation, self.ours)]
        self.elsewhere = [operation for operation in left if operation not in self._beside]

    def changes(self) -> Iterator[Change]:
        """Every difference, operation by operation."""
        known = {operation.pointer: operation.id for operation in self._api.contract.operations.values()}
        paired = {ours.pointer for ours, _ in self.pairs}
        for operation in self.ours:
            if operation.pointer not in paired:
                served = self._api.ledger.served_by(known.get(operation.pointer, ""))
                yield Change("gone", served, operation.title, "operation", "operation")
        for operation in self._beside:
            yield Change("new", None, operation.title, "operation", "operation")
        for ours, theirs in self.pairs:
            yield from self._parameters(ours, theirs)
            yield from self._credentials(ours, theirs)
            yield from self._body(ours, theirs)
            yield from self._answers(ours, theirs)

    def _owner(self, *pointers: str) -> str | None:
        return owner(self._api.ledger, *pointers)

    def _parameters(self, ours: Described, theirs: Described) -> Iterator[Change]:
        for key in dict.fromkeys([*ours.parameters, *theirs.parameters]):
            own, other = ours.parameters.get(key), theirs.parameters.get(key)
            named = own or other
            assert named is not None, "the key is that of one of them"
            where = f"{_BETWEEN[key[0]]}/{named.name}"
            if own is None:
                weight = "required" if named.required else "optional"
                yield Change("new", None, ours.title, where, "parameter", now=weight)
            elif other is None:
                found = self._owner(f"{own.pointer}/required", f"{own.pointer}/schema")
                yield Change("gone", found, ours.title, where, "parameter")
            else:
                yield from self._parameter(ours.title, where, own, other)

    def _parameter(self, title: str, where: str, ours: Parameter, theirs: Parameter) -> Iterator[Change]:
        if ours.required != theirs.required:
            found = self._owner(f"{ours.pointer}/required", f"{ours.pointer}/schema")
            before, now = _weight(ours.required), _weight(theirs.required)
            yield Change("changed", found, title, where, "parameter", before, now)
        yield from self._fields(title, where, ours.schema, theirs.schema)

    def _credentials(self, ours: Described, theirs: Described) -> Iterator[Change]:
        if ours.schemes.keys() == theirs.schemes.keys():
            return
        before, now = (in_words(sorted(side.schemes)) or "none" for side in (ours, theirs))
        found = self._owner(*ours.schemes.values())
        yield Change("changed", found, ours.title, "request.header/Authorization", "credentials", before, now)

    def _body(self, ours: Described, theirs: Described) -> Iterator[Change]:
        own, other = ours.body, theirs.body
        if own is None and other is None:
            return
        if own is None:
            yield Change("new", None, ours.title, "request.body", "body")
        elif other is None:
            yield Change("gone", self._owner(f"{own.pointer}/required"), ours.title, "request.body", "body")
        else:
            if own.required != other.required:
                found = self._owner(f"{own.pointer}/required")
                before, now = _weight(own.required), _weight(other.required)
                yield Change("changed", found, ours.title, "request.body", "body", before, now)
            yield from self._content(ours.title, "request", own, other)

    def _answers(self, ours: Described, theirs: Described) -> Iterator[Change]:
        covered: set[str] = set()
        for status, own in ours.answers.items():
            found = [other for other in theirs.answers if _covers(status, other) or _covers(other, status)]
            exact = [other for other in found if other == status] or found
            covered.update(found if status.endswith("XX") else exact)
            if not exact:
                yield Change(
                    "gone", self._owner(own.place, own.pointer), ours.title, "response.status", "status", status
                )
            for other in exact if own.content else ():
                yield from self._content(ours.title, "response", own, theirs.answers[other], other)
        for status in theirs.answers:
            if status not in covered and status != "default":
                yield Change("new", None, ours.title, "response.status", "status", now=status)

    def _content(self, title: str, side: str, ours: Payload, theirs: Payload, status: str = "") -> Iterator[Change]:
        if not ours.content:
            return
        where = f"{side}.header/Content-Type"
        used: set[str] = set()
        for media, schema in ours.content.items():
            fits = [other for other in theirs.content if _same_media(media, other)]
            used.update(fits)
            if not fits:
                found = self._owner(schema.removesuffix("/schema"), ours.pointer)
                yield Change("gone", found, title, where, "media type", media, answer=status)
                continue
            chosen = media if media in fits else fits[0]
            yield from self._fields(title, f"{side}.body", schema, theirs.content[chosen], status)
        for other in theirs.content:
            if other not in used:
                yield Change("new", None, title, where, "media type", now=other, answer=status)

    def _fields(self, title: str, where: str, ours: str, theirs: str, status: str = "") -> Iterator[Change]:
        own, other = self._contract.places.fields(ours), self._file.places.fields(theirs)
        yield from field_changes(self._api.ledger, title, where, own, other, status)


def _lies_beside(operation: Described, ours: Iterable[Described]) -> bool:
    """Whether a path begins as one of the contract's own does, up to its first parameter."""
    own = operation.shape[-operation.own :]
    for other in ours:
        for shape in (own, operation.shape):
            head = tuple(takewhile(lambda segment: segment != "{}", other.shape[-other.own :]))
            if head and shape[: len(head)] == head:
                return True
    return False


def _covers(general: str, status: str) -> bool:
    """Whether a documented status stands for another one: itself, its class, or any."""
    return general in (status, f"{status[:1]}XX", "default")


def _same_media(media: str, other: str) -> bool:
    kind = media.partition("/")[0]
    json = media == "application/json" and (other.endswith("+json") or other == "text/json")
    return other in (media, "*/*", f"{kind}/*") or json


def _weight(required: bool) -> str:
    return "required" if required else "optional"
