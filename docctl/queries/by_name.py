"""Who or what a name written in a command means: people, units, types, classes, lists, holds (X-3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.entity_numbers import qualified
from docctl.domain.lifecycle import in_force
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.base import Base
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.organisation import Person, Unit
from docctl.models.retention import DisposalList, Hold, RetentionClassRow
from docctl.models.schedule import has_begun
from docctl.queries.copy_steps import told_of
from docctl.queries.delegated_steps import signed_for_others
from docctl.queries.number_holders import entity_names
from docctl.queries.revision_states import readable_revision
from docctl.queries.unit_names import called

T = TypeVar("T", bound=Base)


def person_named(session: Session, username: str, *, disabled_too: bool = False) -> Person:
    """Return who has this sign-in name; raise NotFound for nobody and for a disabled account."""
    wanted = select(Person).where(Person.username == username.strip().casefold())
    if not disabled_too:
        wanted = wanted.where(Person.disabled_at.is_(None))
    return _there(session.scalars(wanted).first(), "person")


def person_written(session: Session, text: str) -> UUID:
    """Return who has this sign-in name, or alone has this name; raise RuleRefused for nobody or several."""
    wanted = " ".join(text.split())
    found = session.execute(
        select(Person.id, Person.username).where(
            or_(Person.username == wanted.casefold(), Person.name == wanted), Person.disabled_at.is_(None)
        )
    ).all()
    by_account = [one.id for one in found if one.username == wanted.casefold()]
    if not found:
        raise RuleRefused(Refused("O-1", "nobody_named", {"name": wanted[:60]}))
    if not by_account and len(found) > 1:
        raise RuleRefused(Refused("O-1", "several_named", {"name": wanted[:60]}))
    person_id: UUID = (by_account or [found[0].id])[0]
    return person_id


def unit_named(session: Session, text: str) -> Unit:
    """Return the unit with this code or name; raise RuleRefused where several are meant alike (O-1)."""
    found = units_named(session, text)
    if len(found) > 1:
        raise several_units(text, found)
    return _there(next(iter(found.values()), None), "unit")


def several_units(text: str, found: Iterable[str]) -> RuleRefused:
    """Return what is raised where a text may mean several units; `found` is how each is written (O-1)."""
    params = {"unit": text[:60], "candidates": ", ".join(sorted(found))}
    return RuleRefused(Refused("O-1", "several_units", params))


def units_named(session: Session, text: str) -> dict[str, Unit]:
    """Return the units that a code or name may mean, by how each is written so that it alone is meant (O-4).

    Those of several legal entities are told apart by the entity's code before it, as `NB:PZ`. Of one entity
    the unit that exists today is meant, else the one that did; one with the code goes before one that is
    called so now, and that before one that was called so, or is by another name (O-2). Several alike are all
    there.
    """
    code, mark, rest = text.partition(":")
    names = entity_names(session)
    wanted: list[ColumnElement[bool]] = []
    of_entity = text
    if mark and (meant := [key for key, one in names.items() if one.code == code.strip()]):
        wanted, of_entity = [Unit.entity_id == meant[0]], rest.strip()
    is_own = or_(Unit.code == of_entity, Unit.name == of_entity)
    query = select(Unit).where(*wanted, or_(is_own, called(of_entity)))
    found: dict[UUID, tuple[tuple[bool, int], list[Unit]]] = {}
    rank = case((Unit.code == of_entity, 0), (Unit.name == of_entity, 1), else_=2)
    for one, nearness in session.execute(
        query.add_columns(rank).order_by(Unit.valid_until.is_not(None), rank, Unit.code)
    ):
        fit = (one.valid_until is not None, nearness)
        best, units = found.setdefault(one.entity_id, (fit, []))
        if fit == best:
            units.append(one)
    return {
        qualified(names[key].code if key in names else "", one.code): one
        for key, (_, units) in found.items()
        for one in units
    }


def type_named(session: Session, text: str) -> DocumentType:
    """Return the document type with this code or name."""
    wanted = or_(DocumentType.code == text, DocumentType.name == text, DocumentType.name_en == text)
    return _there(session.scalars(select(DocumentType).where(wanted)).first(), "type")


def class_named(session: Session, code: str, *, at: datetime) -> RetentionClassRow:
    """Return the revision of the retention class with this code that is in force (R-1).

    Of one that has not begun, or never did, the newest: what is asked of it says why it may not be chosen.
    """
    rows = select(RetentionClassRow).where(RetentionClassRow.code == code)
    begun = case((has_begun(RetentionClassRow, at), 0), else_=1)
    return _there(session.scalars(rows.order_by(begun, RetentionClassRow.revision.desc())).first(), "class")


def list_numbered(session: Session, number: str) -> DisposalList:
    """Return the disposal list with this number, in any way of writing it (N-10)."""
    return _there(
        session.scalars(select(DisposalList).where(_same(DisposalList.number, number))).first(), "list"
    )


def hold_numbered(session: Session, number: str) -> Hold:
    """Return the hold with this number (R-5)."""
    return _there(session.scalars(select(Hold).where(_same(Hold.number, number))).first(), "hold")


@dataclass(frozen=True, slots=True)
class RevisionNamed:
    """The revision that a command is about; `manifest_sha256` is None before it was submitted."""

    document_id: UUID
    revision_id: UUID
    row_version: int
    number: str
    title: str
    label: str
    manifest_sha256: str | None


def _readable(session: Session, actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Say in SQL whether the person may see a revision, or the document of one that they sign for another;
    or was told of it (A-10).
    """
    return or_(readable_revision(actor, at), signed_for_others(session, actor, at), told_of(actor))


def revision_named(
    session: Session, actor: Actor, document_id: UUID, label: str, *, at: datetime, wanted: str = "newest"
) -> RevisionNamed:
    """Return a document's revision with this label, else the newest, or for `in_force` that one (X-3)."""
    rows = session.scalars(
        select(Revision)
        .join(Document, Document.id == Revision.document_id)
        .where(Revision.document_id == document_id, _readable(session, actor, at))
        .order_by(Revision.ordinal.desc())
    ).all()
    if label:
        rows = [one for one in rows if normal(one.label) == normal(label)]
    elif wanted == "in_force":
        rows = [one for one in rows if in_force(one.dates(), at)] or rows
    found = _there(next(iter(rows), None), "revision")
    number = session.get_one(Document, document_id).number
    return RevisionNamed(
        document_id, found.id, found.row_version, number, found.title, found.label, found.manifest_sha256
    )


def _same(column: Any, number: str) -> Any:
    """Numbers of lists and holds are plain ASCII: their normal form is their small letters (N-10)."""
    return func.lower(column) == normal(number)


def _there(found: T | None, what: str) -> T:
    if found is None:
        raise NotFound(what)
    return found
