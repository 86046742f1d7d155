"""The number of a document follows a reissue, where its scheme says so (N-7)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.normal_form import normal
from docctl.domain.number_following import may_follow
from docctl.domain.number_series import place_of
from docctl.domain.verdicts import RuleRefused, require
from docctl.models.base import new_id
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.numbers import Alias, NumberEntry, NumberState
from docctl.queries.number_following import NumberComing, number_coming
from docctl.queries.rules_in_force import number_rules_at
from docctl.services.caller import Caller
from docctl.services.numbers.take import add_alias, add_tails
from docctl.services.rows import insert_once
from docctl.services.trail import Subject, record


def take_following(
    session: Session, by: Caller, document: Document, revision: Revision
) -> NumberComing | None:
    """Take the number under which a revision is issued; None where the number stays (N-7).

    Raises RuleRefused with both holders where another item has it. The register keeps the old one.
    """
    coming = number_coming(session, document, revision.issue_label, at=by.at, today=by.today)
    revision.number = document.number if coming is None else coming.after
    if coming is None:
        return None
    if coming.refused is not None:
        raise RuleRefused(coming.refused)
    kind = session.get_one(DocumentType, document.type_id).code
    scheme = number_rules_at(session, by.at).rules.of_documents(kind)
    place = place_of(scheme, coming.after, str(document.entity_id))
    entry_id = new_id()
    entry = {
        "id": entry_id,
        "entity_id": document.entity_id,
        "shown": coming.after,
        "normal": normal(coming.after),
        "kind": "document",
        "scheme_code": scheme.code,
        "scope": place.scope if place else "",
        "sequence": place.sequence if place else None,
        "begins_after": _begins_after(session, document),
        "state": NumberState.USED,
        "item_kind": "document",
        "item_id": document.id,
        "reason": "",
        "taken_at": by.at,
        "taken_by": by.actor.person_id,
    }
    if insert_once(session, NumberEntry, entry):
        add_tails(session, "document", entry_id, coming.after)
    else:  # its own of before, or somebody took it just now
        query = select(NumberEntry).where(
            NumberEntry.entity_id == document.entity_id, NumberEntry.normal == entry["normal"]
        )
        held = session.scalars(query).one()
        mine = held.item_id == document.id
        require(may_follow(coming.before, coming.after, held_by=None if mine else held.shown))
    return coming


def _begins_after(session: Session, document: Document) -> int:
    """Return what is said of gaps before the number as it is: both stand at one place of the series (N-5)."""
    query = select(NumberEntry.begins_after).where(
        NumberEntry.entity_id == document.entity_id, NumberEntry.normal == normal(document.number)
    )
    return session.scalars(query).first() or 0


def renumber(session: Session, by: Caller, document: Document, revision: Revision) -> None:
    """Let a document bear the number of the revision that takes effect; the old one still finds it (N-7)."""
    before = document.number
    if not revision.number or revision.number == before:
        return
    document.number = revision.number
    known = select(Alias.id).where(
        Alias.item_id == document.id, Alias.kind == "former", Alias.normal == normal(before)
    )
    if session.scalars(known).first() is None:
        add_alias(session, kind="former", item_kind="document", item_id=document.id, text=before)
    record(
        session,
        by,
        "document.renumbered",
        Subject("document", document.id, str(revision.id)),
        facts={"number": document.number, "before": before, "label": revision.label},
        detail={"before": {"number": before}, "after": {"number": document.number}},
    )
