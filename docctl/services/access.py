"""Who sees an item: interned sets of reader tokens, resolved once for a request (X-1, X-3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.canonical import canonical, sha256
from docctl.domain.roles import Role
from docctl.models.access import AccessDenied, AccessSet, AccessToken
from docctl.models.base import new_id
from docctl.models.visibility import sees, sets_of, visible_sets
from docctl.services.rows import insert_once


def intern_set(session: Session, tokens: Iterable[str], *, denied: Iterable[UUID] = ()) -> UUID:
    """Return the set with exactly these readers, making it where it is new."""
    readers, without = sorted(set(tokens)), sorted(set(denied))
    digest = digest_of(readers, without)
    found = session.scalar(select(AccessSet.id).where(AccessSet.digest == digest))
    if found is not None:
        return found
    made = new_id()
    if not insert_once(session, AccessSet, {"id": made, "digest": digest}):  # somebody else made it just now
        return session.scalars(select(AccessSet.id).where(AccessSet.digest == digest)).one()
    session.add_all([AccessToken(set_id=made, token=token) for token in readers])
    session.add_all([AccessDenied(set_id=made, person_id=person) for person in without])
    session.flush()  # the same transaction may look the set up again
    return made


def intern_sets(session: Session, wanted: Sequence[Iterable[str]]) -> list[UUID]:
    """Return the set of each of these groups of readers, nobody denied; those there in one question."""
    digests = [digest_of(tokens) for tokens in wanted]
    rows = session.execute(select(AccessSet.digest, AccessSet.id).where(AccessSet.digest.in_(digests)))
    found = {row.digest: row.id for row in rows}
    for digest, tokens in zip(digests, wanted, strict=True):
        if digest not in found:
            found[digest] = intern_set(session, tokens)
    return [found[one] for one in digests]


def digest_of(tokens: Iterable[str], denied: Iterable[UUID] = ()) -> str:
    """Return what names the set with exactly these readers."""
    return sha256(canonical([sorted(set(tokens)), sorted(set(denied))]))


def record_readers(unit_id: UUID, filer_id: UUID | None, filer_unit: UUID | None) -> set[str]:
    """Return who sees a record by default: its unit, its keeper, the archive, leader, auditors (X-1)."""
    tokens = {
        f"unit:{unit_id}",
        f"role:{Role.KEEPER.value}@{unit_id}",
        f"role:{Role.KEEPER.value}",
        f"role:{Role.RECORDS_MANAGER.value}",
        f"role:{Role.LEADER.value}",
        f"role:{Role.AUDITOR.value}",
    }
    if filer_id is not None and filer_unit != unit_id:
        tokens.add(f"person:{filer_id}")
    return tokens


def insider_readers(unit_id: UUID, people: Iterable[UUID]) -> set[str]:
    """Return who sees a document's drafts and obsolete revisions: owner, control, auditors, its signers."""
    return {
        f"unit:{unit_id}",
        f"role:{Role.DOCUMENT_CONTROLLER.value}",
        f"role:{Role.AUDITOR.value}",
        f"role:{Role.LEADER.value}",
    } | {f"person:{person}" for person in people}


#: Who reads a document in force by default: everybody with an account.
STAFF_READERS = frozenset({"staff"})

__all__ = [
    "STAFF_READERS",
    "insider_readers",
    "intern_set",
    "intern_sets",
    "record_readers",
    "sees",
    "sets_of",
    "visible_sets",
]
