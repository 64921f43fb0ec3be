"""What came back for a request, in the words of whoever sent it: accepted, refused, or nothing that can be said."""

from typing import Any

from bookproof.errors import Untested
from bookproof.exchange import Exchange
from bookproof.findings import Finding, Judgement


class Answer:
    """What came back for a draft, as a scenario reads it."""

    def __init__(self, judgement: Judgement, exchange: Exchange, undeclared: list[str]) -> None:
        self._judgement = judgement
        self._undeclared = undeclared
        self.exchange = exchange

    @property
    def status(self) -> int:
        """The status, 0 where no answer came."""
        return self.exchange.response.status if self.exchange.response else 0

    @property
    def findings(self) -> list[Finding]:
        """What the Judge found wrong with this exchange."""
        return self._judgement.findings

    @property
    def json(self) -> Any:
        """The answer's JSON value."""
        return self._judgement.call.answered if self._judgement.call else None

    @property
    def refusal(self) -> bool:
        """Whether a request was refused that the document allows, and for which nobody vouched."""
        return bool(self._judgement.refusal)

    @property
    def refused(self) -> bool:
        """Whether the request was refused: any answer that is neither a success nor a server error."""
        if self._judgement.trouble:
            raise Untested(self._judgement.trouble)
        if not self.status and self.exchange.intent.tentative:
            raise Untested("a connection among several at once was not taken up")
        return 300 <= self.status < 500 or self._denied

    @property
    def _denied(self) -> bool:
        return self._judgement.call is not None and self._judgement.call.denied

    @property
    def accepted(self) -> bool:
        """Whether the request was accepted.

        Untested is raised where the target refused a request that the document allows and that nobody
        vouched for: it may have reasons that its document does not state.
        """
        if self.refused and self._judgement.refusal:
            declare = f"; declare {', '.join(self._undeclared)}" if self._undeclared else ""
            excuse = "fixtures" if self._undeclared else None
            raise Untested(f"{self._judgement.refusal}{declare}", blocked_by=excuse)
        return 200 <= self.status < 300 and not self._denied
