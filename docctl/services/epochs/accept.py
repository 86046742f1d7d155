"""The acceptance of an epoch: two people sign what was lost; then people may write again (T-2, A-2, A-3)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning
from docctl.domain.epochs import ACCEPTED, may_accept
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, require
from docctl.models.epochs import EpochRow
from docctl.queries.epochs import accept_facts
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.signing import sign
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class AcceptEpoch:
    """A person accepts an epoch; `seen_sha256` is the digest of what the page showed."""

    number: int
    seen_sha256: str


@use_case("epoch.accept", signs=True)
def accept_epoch(session: Session, cmd: AcceptEpoch, by: Caller) -> int:
    """Accept a restored state; return how many people have accepted it now (T-2, A-2, A-3)."""
    authorise(by.actor, "epoch.accept", Facts())
    rows = lock(session, Rank.PARENTS, select(EpochRow).where(EpochRow.number == cmd.number))
    if not rows:
        raise NotFound("epoch")
    row = rows[0]
    require(may_accept(accept_facts(session, row, by.actor), by=by.person_id))
    signed = sign(
        session,
        by,
        kind="epoch",
        subject_id=row.id,
        meaning=Meaning.ACCEPT,
        content_sha256=row.content_sha256,
        seen_sha256=cmd.seen_sha256,
    )
    count = 1 if row.first_by is None else 2
    if count == 1:
        row.first_by, row.first_at = by.person_id, by.at
    else:
        row.second_by, row.second_at = by.person_id, by.at
    record(
        session,
        by,
        ACCEPTED,
        Subject("epoch", row.id),
        facts={"epoch": row.number, "content": row.content_sha256, "seal": signed.seal, "people": count},
    )
    return count
