"""Sends packs of variants: all at once, in halves where that is not accepted, so that blame falls on one of them."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from bookproof.draft import Draft
from bookproof.errors import Untested
from bookproof.exchange import Intent
from bookproof.targets.session import CREATED, Answer, Session
from bookproof.variants import Pack, Variant

_FUSSY = "the target refuses values that name nothing of its own"


def send_pack(session: Session, pack: Pack) -> bool:
    """Sends a pack's sample with its variants; gives whether nothing was found wrong.

    Untested where the sample itself is not accepted, or the target does not serve the run.
    """
    session.establish(pack.sample)
    draft = session.samples.samples()[pack.sample].draft
    before = len(session.scene.findings)
    _send(session, draft, pack)
    return len(session.scene.findings) == before


def _send(session: Session, draft: Draft, pack: Pack) -> None:
    if len(pack.variants) == 1:
        _send_alone(session, draft, pack.variants[0])
        return
    shown = tuple(dict.fromkeys(variant.requirement for variant in pack.variants if variant.vouched))
    answer = _offer(session, draft, pack.body, Intent(about=session.scene.about, shows=shown, tentative=True))
    if _served(answer):
        return
    if not answer.status:
        _offer(session, draft, {}, Intent(tentative=True))  # is it the pack, or does the target not answer any more?
    before = len(session.scene.findings)
    for part in pack.parts():
        _send(session, draft, part)
    if not 0 < answer.status < 500 and len(session.scene.findings) == before:
        session.judge_for_itself(answer.exchange)


def _send_alone(session: Session, draft: Draft, variant: Variant) -> None:
    """Sends one variant, unless already what stands beside it is not accepted."""
    row = session.api.ledger[variant.requirement]
    if variant.beside and not _served(_offer(session, draft, variant.beside, Intent(tentative=True))):
        session.tally.leave_untested(row.id, f"blocked by {', '.join(variant.beside)}", "what it goes with")
        return
    if not variant.vouched:
        answer = _offer(session, draft, variant.body, Intent(about=row.id))
        if answer.refused and not row.demonstrable:
            session.tally.leave_untested(row.id, _FUSSY, "fixtures")
        return
    answer = _offer(session, draft, variant.body, Intent(demonstrates=row.id, vouched=session.vouching))
    try:
        assert answer.accepted or answer.findings
    except Untested as reason:
        session.tally.leave_untested(row.id, reason.reason, reason.blocked_by)


def _offer(session: Session, draft: Draft, properties: Mapping[str, Any], intent: Intent) -> Answer:
    """Sends the sample with these properties, under a name that nothing else has: a service may want that."""
    name = session.samples.NAMES.get(draft.operation)
    own = {name: f"{CREATED}-{crc32(repr(properties).encode()):08x}"} if name else {}
    return session.send_as(draft.with_body({**draft.body, **own, **properties}), intent)


def _served(answer: Answer) -> bool:
    return 200 <= answer.status < 300 and not answer.refused
