"""A cloakroom that does what the museum says."""

import itertools

from starlette.applications import Starlette
from starlette.routing import Route

from bookproof.apis.serving import Unreadable, answer, bearer, read_json

TOKEN = "museum-visitor"
FIXTURES = {"owner": "Zoë"}


class Reference:
    """A server for one run."""

    def __init__(self, *, clock=None):
        self._numbers = itertools.count(1)
        self.app = Starlette(routes=[Route("/coats", self._hang, methods=["POST"])])

    async def _hang(self, request):
        if bearer(request) != TOKEN:
            return answer(401, {"reason": "visitors only"})
        try:
            coat = await read_json(request)
        except Unreadable as error:
            return answer(error.status, {"reason": error.reason})
        if not isinstance(coat, dict) or not isinstance(coat.get("owner"), str):
            return answer(400, {"reason": "no name, no coat"})
        return answer(201, {"number": next(self._numbers), "owner": coat["owner"]})
