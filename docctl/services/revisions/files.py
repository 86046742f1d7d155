"""The files of a draft beside its main one: annexes in their order, and its source (V-13, V-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import authorise
from docctl.domain.revision_files import RevisionFile, may_have, tidy_title
from docctl.domain.verdicts import Conflict, Refused, RuleRefused, require
from docctl.models.checks import TextCheck
from docctl.models.content import FileReading, FileRole, ItemFile, OwnerKind
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_revision, unchanged
from docctl.services.files import Attached, StoredFile, add_files, files_of, storing
from docctl.services.jobs import want
from docctl.services.registry import use_case
from docctl.services.revisions.insiders import let_in
from docctl.services.trail import Subject, record

_ORDER: Final = (FileRole.MAIN, FileRole.ANNEX, FileRole.SOURCE)


@dataclass(frozen=True, slots=True)
class KeptAnnex:
    """An annex that stays, under a title or, without one, under the name of its file."""

    file_id: UUID
    title: str = ""


@dataclass(frozen=True, slots=True)
class ArrangeFiles:
    """All annexes that a draft shall keep, in their order, whether its source stays, and what comes to them.

    An upload that stands `instead_of` an annex takes its place; other annexes come behind those kept.
    """

    revision_id: UUID
    row_version: int | None
    annexes: tuple[KeptAnnex, ...]
    keeps_source: bool = True
    uploads: tuple[Attached, ...] = ()
    files: tuple[StoredFile, ...] = ()

    @property
    def item_id(self) -> UUID:
        """The item to which its files belong."""
        return self.revision_id


_File = ItemFile | StoredFile


@use_case("revision.edit", before=storing(OwnerKind.REVISION, for_document=True))
def arrange_files(session: Session, cmd: ArrangeFiles, by: Caller) -> UUID:
    """Change the annexes and the source of a draft; what has been submitted no longer changes (V-13, V-2)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    document = loaded.document
    authorise(by.actor, "revision.edit", facts_of(session, document, revision, by))
    unchanged(revision, cmd.row_version)
    if revision.status is not RevisionStatus.DRAFT:
        raise RuleRefused(Refused("V-2", "not_a_draft", {"state": revision.status.value}))
    there = files_of(session, revision.id)
    before, wanted = told(there), _wanted(cmd, there)
    require_files([one for one, _ in wanted], titles=[title for _, title in wanted])
    if not _has_changed(there, wanted):
        return revision.id
    drop_files(session, by, [one for one in there if one not in [kept for kept, _ in wanted]])
    for place, (one, title) in enumerate(wanted, start=1):
        if isinstance(one, ItemFile):
            one.ordinal, one.title = place, title
    session.flush()  # the guard asks for the draft state before anything else changes
    new = [
        (place, replace(one, title=title))
        for place, (one, title) in enumerate(wanted, start=1)
        if isinstance(one, StoredFile)
    ]
    if new:
        files = [one for _, one in new]
        places = [place for place, _ in new]
        owner = OwnerKind.REVISION
        add_files(session, by, owner=owner, owner_id=revision.id, files=files, places=places)
    revision.worked_on(by.person_id)
    flag_modified(revision, "editors")  # what others have on their pages is old now
    let_in(session, document)
    after = told(files_of(session, revision.id))
    record(
        session,
        by,
        "revision.files_changed",
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            "count": sum(one.role is FileRole.ANNEX for one, _ in wanted),
        },
        detail={"before": {"files": before}, "after": {"files": after}},
    )
    return revision.id


def require_files(files: Sequence[_File], *, titles: Sequence[str] = ()) -> None:
    """Raise RuleRefused where a revision may not have these files together (V-13)."""
    named = titles or [one.title for one in files]
    require(
        may_have(
            [
                RevisionFile(one.role.value, one.name, one.sha256, title)
                for one, title in zip(files, named, strict=True)
            ]
        )
    )


def in_order(files: Sequence[StoredFile]) -> list[StoredFile]:
    """Return files as they stand in a revision: the main one, annexes carried over, new ones, the source."""
    return sorted(files, key=lambda one: (_ORDER.index(one.role), one.copy_of is None))


def drop_files(session: Session, by: Caller, files: Sequence[ItemFile]) -> None:
    """Take files off a draft, with what was read out of them; their bytes go afterwards."""
    for one in files:
        payload = {"key": one.object_key}
        want(session, "destroy_object", key=one.object_key, payload=payload, at=by.at)
        for kind in (TextCheck, FileReading):
            if beside := session.get(kind, one.id):
                session.delete(beside)
        session.flush()  # they refer to the file
        session.delete(one)
        session.flush()  # the guard asks for the draft state before anything else changes


def told(files: Sequence[ItemFile]) -> str:
    """Return the files of a revision as the trail tells them."""
    return "; ".join(f"{one.title} ({one.name})" if one.title else one.name for one in files)


def _wanted(cmd: ArrangeFiles, there: Sequence[ItemFile]) -> list[tuple[_File, str]]:
    """Return all files in their order with their titles; raise Conflict where one kept is not there."""
    annexes = {one.id: one for one in there if one.role is FileRole.ANNEX}
    ids = [one.file_id for one in cmd.annexes]
    instead = {one.instead_of: one for one in cmd.files if one.instead_of is not None}
    if not set(ids) <= set(annexes) or len(set(ids)) < len(ids) or not set(instead) <= set(ids):
        raise Conflict(Refused("request", "changed_meanwhile"))
    found: list[tuple[_File, str]] = [(one, "") for one in there if one.role is FileRole.MAIN]
    for kept in cmd.annexes:
        one = instead.get(kept.file_id, annexes[kept.file_id])
        found.append((one, tidy_title(kept.title)))
    free = [one for one in cmd.files if one.instead_of is None]
    found += [(one, tidy_title(one.title)) for one in free if one.role is FileRole.ANNEX]
    sources = [one for one in free if one.role is FileRole.SOURCE]
    kept_source = [one for one in there if one.role is FileRole.SOURCE and cmd.keeps_source]
    found += [(one, "") for one in (sources or kept_source)]
    return found


def _has_changed(there: Sequence[ItemFile], wanted: Sequence[tuple[_File, str]]) -> bool:
    return [(one, one.title) for one in there] != list(wanted)
