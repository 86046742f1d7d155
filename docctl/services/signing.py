"""How a signature is made: after the password was checked, over exactly the content shown (A-3)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.accounts import RESET_SHOWN
from docctl.domain.approval import Meaning, same_content, seal
from docctl.domain.verdicts import require
from docctl.models.content import Signature
from docctl.models.organisation import Person, Unit
from docctl.queries.standing_in import Standing
from docctl.services.caller import Caller


def sign(
    session: Session,
    by: Caller,
    *,
    kind: str,
    subject_id: UUID,
    meaning: Meaning,
    content_sha256: str,
    seen_sha256: str,
    round_number: int = 1,
    comment: str = "",
    standing: Standing | None = None,
) -> Signature:
    """Add the caller's signature; raise RuleRefused where the content is not what was seen (A-3).

    `standing` says for whom it is made, and by which delegation (A-8). The use case must be registered with
    `signs=True`: that is where the password is checked.
    """
    if by.proof is None or by.proof.person_id != by.actor.person_id:
        raise AssertionError("a signature without a proof: the use case must sign")
    require(same_content(signed_sha256=seen_sha256, present_sha256=content_sha256))
    person = session.get_one(Person, by.person_id)
    unit = session.get_one(Unit, person.unit_id)
    row = Signature(
        subject_kind=kind,
        subject_id=subject_id,
        round=round_number,
        meaning=meaning,
        person_id=person.id,
        on_behalf_of=standing.principal_id if standing else None,
        principal_name=standing.principal if standing else "",
        delegation_id=standing.delegation_id if standing else None,
        printed_name=person.name,
        unit_name=unit.name,
        content_sha256=content_sha256,
        seal=seal(
            subject=f"{kind}:{subject_id}:{round_number}",
            content_sha256=content_sha256,
            meaning=meaning,
            signer=person.id,
            printed_name=person.name,
            signed_at=by.at,
            principal=(standing.principal_id, standing.principal) if standing else None,
        ),
        comment=comment,
        channel=by.channel,
        signed_at=by.at,
        after_reset=person.reset_at is not None and person.reset_at + RESET_SHOWN > by.at,
    )
    session.add(row)
    return row
