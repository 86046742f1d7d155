"""What docctl holds already, for comparing files on their way in (I-1, N-6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from docctl.domain.import_plan import InEntity, PlanFile, There
from docctl.domain.imports import FileState, InSeries
from docctl.domain.normal_form import normal
from docctl.models.content import ItemFile, OwnerKind
from docctl.models.documents import Document, Revision
from docctl.models.imports import ImportFile
from docctl.queries.number_holders import Place, holders_of
from docctl.services.imports.contents import Contents
from docctl.services.imports.entities import Entities
from docctl.services.imports.grouping import in_pieces
from docctl.services.imports.propose import day
from docctl.services.imports.sketches import SketchFile

#: So many rows are in memory at once.
_AT_ONCE: Final = 400


def there(session: Session, files: Sequence[PlanFile]) -> There:
    """Return what of files, numbers and titles their entities have; asked in pieces, never a row each."""
    hashes = {one.sha256 for one in files if one.sha256}
    numbers = {(UUID(one.entity), normal(one.number)) for one in files if one.number}
    titles = {one.title for one in files if one.title and not one.number}
    return There(_files(session, hashes), _numbers(session, numbers), _titles(session, titles))


def _files(session: Session, hashes: set[str]) -> dict[InEntity, str]:
    found: dict[InEntity, str] = {}
    for some in in_pieces(hashes):
        query = (
            select(Document.entity_id, ItemFile.sha256, Document.number)
            .join(Revision, Revision.id == ItemFile.owner_id)
            .join(Document, Document.id == Revision.document_id)
            .where(
                ItemFile.sha256.in_(some),
                ItemFile.owner_kind == OwnerKind.REVISION,
                ItemFile.destroyed_at.is_(None),
                Revision.status != "discarded",
            )
        )
        found.update(((str(one), sha256), number) for one, sha256, number in session.execute(query))
    return found


def _numbers(session: Session, numbers: set[Place]) -> dict[InEntity, str]:
    """Return who has these numbers, as the import will find it: not for nothing reserved ones (N-3, N-6)."""
    found = holders_of(session, numbers)
    return {
        (str(entity), form): holder.shown
        for (entity, form), holder in found.items()
        if not holder.is_free_for("document")
    }


def _titles(session: Session, titles: set[str]) -> dict[InEntity, str]:
    found: dict[InEntity, str] = {}
    for some in in_pieces(titles):
        query = select(Document.entity_id, Document.title, Document.number).where(Document.title.in_(some))
        rows = session.execute(query)
        found.update(((str(one), normal(title)), number) for one, title, number in rows)
    return found


def plan_files(session: Session, run_id: UUID, sketches: SketchFile) -> list[PlanFile]:
    """Return the files of a run that were read, as the comparison needs them; their sketches go aside."""
    query = (
        select(ImportFile)
        .where(ImportFile.run_id == run_id, ImportFile.state == FileState.READ)
        .order_by(ImportFile.ordinal)
        .options(
            load_only(ImportFile.path, ImportFile.sha256, ImportFile.sealed_chosen, ImportFile.sealed_sketch)
        )
        .execution_options(yield_per=_AT_ONCE)
    )
    contents, entities = Contents(session, run_id), Entities.of_run(session, run_id)
    files: list[PlanFile] = []
    with session.execute(query) as found:
        for row in found.scalars():
            read = contents.read(row, "chosen", "sketch")
            sketches.add(len(files), read.sketch)
            files.append(plan_file(str(row.id), row.path, row.sha256, read.chosen, entities))
    return files


def plan_file(key: str, path: str, sha256: str, chosen: Mapping[str, Any], entities: Entities) -> PlanFile:
    """Return one file as the comparison needs it."""
    label = str(chosen.get("label", ""))
    return PlanFile(
        key=key,
        path=path,
        sha256=sha256,
        number=str(chosen.get("number", "")),
        title=str(chosen.get("title", "")),
        label=label,
        series=InSeries(key, label, day(chosen.get("effective"))),
        entity=str(entities.of(chosen)),
    )
