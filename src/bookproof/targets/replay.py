"""Answers requests from cassettes; nothing reaches a network, and what was not recorded is an error."""

from typing import Any

import httpx
from vcr.errors import CannotOverwriteExistingCassetteException
from vcr.stubs.httpx_stubs import vcr_handle_request

from bookproof.captures.cassette import IndexedCassette, closest
from bookproof.errors import NotRecorded


class ReplayTransport(httpx.BaseTransport):
    """An httpx transport whose every answer comes from a cassette, through vcrpy's own playback."""

    def __init__(self, cassette: IndexedCassette) -> None:
        self.cassette = cassette
        self._handle = vcr_handle_request(cassette, _unreachable, httpx)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The recorded answer; NotRecorded names the closest recorded request and what differs."""
        try:
            response: httpx.Response = self._handle(self, request)
        except CannotOverwriteExistingCassetteException as error:
            raise NotRecorded(
                f"No cassette holds {request.method} {request.url}. {closest(self.cassette, error.failed_request)}",
                hint="Record again: bookproof record API.",
            ) from None
        return response


def _unreachable(transport: Any, request: httpx.Request) -> httpx.Response:
    raise NotRecorded(f"{request.method} {request.url} would have reached the network.")
