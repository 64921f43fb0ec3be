"""Sends packs of variants: all at once, in parts where that is not accepted, so that blame falls on one of them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from zlib import crc32

from bookproof.draft import Draft
from bookproof.errors import Untested
from bookproof.exchange import Intent
from bookproof.targets.session import CREATED, Answer, Session
from bookproof.variants import Pack, Variant

_FEW = 3
"""Requirements of a part that is not accepted though its halves are: so few may be laid at the first of them."""
_FUSSY = "the target refuses values that name nothing of its own"


Look = Callable[[Answer], object]
"""What looks closer at a request of a pack that was accepted."""


def send_pack(session: Session, pack: Pack, look: Look | None = None) -> bool:
    """Sends a pack's sample with its variants; gives whether nothing was found wrong.

    look: is called with each answer to a part of the pack that was accepted. Untested where the sample itself is not
    accepted, or the target does not serve the run.
    """
    session.establish(pack.sample)
    draft = session.samples.samples()[pack.sample].draft
    before = len(session.scene.findings)
    for answer in _send(session, draft, pack):
        if look is not None:
            look(answer)
    return len(session.scene.findings) == before


def _send(session: Session, draft: Draft, pack: Pack) -> Iterator[Answer]:
    """Sends a pack, in parts where it is not accepted; gives the answers to what was."""
    if len(pack.variants) == 1:
        answer = _send_alone(session, draft, pack.variants[0])
        if answer is not None and _served(answer):
            yield answer
        return
    shown = tuple(dict.fromkeys(variant.requirement for variant in pack.variants if variant.vouched))
    rows = pack.requirements
    about = rows[0] if len(rows) <= _FEW else session.scene.about
    answer = _offer(session, draft, pack.body, Intent(about=about, shows=shown, tentative=True))
    if _served(answer):
        yield answer
        return
    if not answer.status:
        _offer(session, draft, {}, Intent(tentative=True))  # is it the pack, or does the target not answer any more?
    before = len(session.scene.findings)
    told = answer.exchange.response.body.decode("utf-8", "replace") if answer.exchange.response else ""
    for part in pack.parts(told):
        yield from _send(session, draft, part)
    if not 0 < answer.status < 500 and len(session.scene.findings) == before:
        session.judge_for_itself(answer.exchange)


def _send_alone(session: Session, draft: Draft, variant: Variant) -> Answer | None:
    """Sends one variant; gives the answer, None where already what stands beside it is not accepted."""
    row = session.api.ledger[variant.requirement]
    if not variant.vouched:
        answer = _offer(session, draft, variant.body, Intent(about=row.id))
        if _turned_down(answer) and not row.demonstrable:
            session.tally.leave_untested(row.id, _FUSSY, "fixtures")
        return answer
    if variant.beside:
        answer = _offer(session, draft, variant.body, Intent(about=row.id, shows=(row.id,), tentative=True))
        if _served(answer):
            return answer
        if not _served(_offer(session, draft, variant.beside, Intent(tentative=True))):
            session.tally.leave_untested(row.id, f"blocked by {', '.join(variant.beside)}", "what it goes with")
            return None
    answer = _offer(session, draft, variant.body, Intent(demonstrates=row.id, vouched=session.vouching))
    try:
        assert answer.accepted or answer.findings
    except Untested as reason:
        session.tally.leave_untested(row.id, reason.reason, reason.blocked_by)
    return answer


def _offer(session: Session, draft: Draft, properties: Mapping[str, Any], intent: Intent) -> Answer:
    """Sends the sample with these properties, under a name that nothing else has: a service may want that."""
    name = session.samples.NAMES.get(draft.operation)
    own = {name: f"{CREATED}-{crc32(repr(properties).encode()):08x}"} if name else {}
    return session.send_as(draft.with_body({**draft.body, **own, **properties}), intent)


def _served(answer: Answer) -> bool:
    return 200 <= answer.status < 300 and not answer.refused


def _turned_down(answer: Answer) -> bool:
    """Whether a value that may be refused was, be it as what these credentials have no right to."""
    try:
        return answer.refused
    except Untested:
        return True
