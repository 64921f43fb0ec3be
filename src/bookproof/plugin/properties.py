"""Property tests: Schemathesis generates requests from the contract, the session sends them, the Judge judges them.

Generation alone is Schemathesis' part. Its seed is fixed and it keeps no example database, so a contract gives the
same requests in every run.
"""

from collections.abc import Mapping
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis.internal.conjecture import providers
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig

from bookproof import apis
from bookproof.exchange import Request
from bookproof.targets.answer import Answer
from bookproof.targets.session import Session

SEED = 1

# Hypothesis draws constants from whatever modules it takes for the user's own: which those are depends on how bookproof
# was installed and started, and with it the requests would. There is no setting for it; the version is pinned.
providers.is_local_module_file = lambda path: False  # type: ignore[attr-defined, assignment] # see above


def property_schema(api: str, *, examples: int, coverage: bool = True) -> Any:
    """The contract as a Schemathesis schema whose `parametrize()` marks property tests.

    examples: how many requests the fuzzing phase makes for each operation; coverage: whether its systematic phase runs.
    """
    config = SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "generation": {"deterministic": True, "database": "none", "max-examples": examples, "no-shrink": True},
            "phases": {"coverage": {"enabled": coverage}},
            "suppress-health-check": ["all"],
        }
    )
    document = apis.load(api).contract.document
    return schemathesis.openapi.from_dict(document, config=config)


def send_case(session: Session, case: Case[Any]) -> Answer:
    """Sends a generated case, with the run's credentials in place of generated ones.

    Valid bodies are settled first: known ids in place of generated ones, business rules kept, so that a server which
    keeps its own rules has no reason to refuse them.
    """
    if case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE:
        operation = case.operation.definition.raw["operationId"]
        case.body = session.samples.settle(operation, case.path_parameters or {}, case.body)
    prepared = requests.Request(**_known(case.as_transport_kwargs(base_url=session.target.url))).prepare()
    body: Any = prepared.body or b""
    headers = [
        (_text(name), _text(value))
        for name, value in prepared.headers.items()
        if name.lower() not in ("authorization", "user-agent", "content-length", "x-schemathesis-testcaseid")
    ]
    own = session.authorization
    if own is not None:
        headers.append(("Authorization", own))
    return session.send_request(
        Request(
            str(prepared.method),
            str(prepared.url),
            tuple(headers),
            body.encode() if isinstance(body, str) else body,
        ),
        conclusive=False,
    )


def _known(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that make a request, without those that say how to send it."""
    return {key: arguments[key] for key in ("method", "url", "headers", "params", "data", "json") if key in arguments}


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


properties = pytest.mark.properties
"""Marks a test of generated requests."""

__all__ = ["properties", "property_schema", "send_case"]
