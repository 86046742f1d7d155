"""Writing a package of the trail that an outsider can check without us: streamed, file by file (T-2)."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TextIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.canonical import canonical, utc
from docctl.domain.events import GENESIS, text_of
from docctl.domain.heads import Head, head_of
from docctl.domain.merkle import Frontier, Proof, consistency_proof, gathered, inclusion_proof, leaf_hash
from docctl.domain.notes import head_note
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.sealer import seal
from docctl.models.seals import AuditTreeHead, keys_in_order
from docctl.models.trail import EventRow
from docctl.queries.audit import LINK
from docctl.queries.events import open_subjects
from docctl.queries.package import (
    Scope,
    Told,
    content_line,
    disposal_lines,
    picked,
    scope_of,
    signature_line,
    signature_rows,
)
from docctl.services.audit.export import ExportTrail, export_trail
from docctl.services.audit.faults import SealFault
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.verifier import FILE

log = logging.getLogger(__name__)

BATCH: Final = 2000

_KIND, _SUBJECT, _ACTION, _FACTS = 9, 10, 8, 12


@dataclass(frozen=True, slots=True)
class Packaged:
    """What was written: events, of which `withheld` as digests only, heads, signatures, destructions."""

    events: int
    withheld: int
    heads: int
    signatures: int
    disposals: int
    size: int


@dataclass(slots=True)
class _Package:
    """A package while it is written."""

    folder: Path
    session: Session
    by: Caller
    newest: Head
    start: int
    scope: Scope | None
    told: Told = field(default_factory=Told)
    withheld: int = 0
    seqs: list[int] = field(default_factory=list)


def write_package(house: House, folder: Path, *, by: Caller, number: str = "", start: int = 1) -> Packaged:
    """Write a package of one item's events, or of all events from `start` on (T-2, X-3).

    What the person may not know stays out: of such an event only the digest goes. The read is in the
    trail first. Raises RuleRefused, NotFound; OSError where the folder cannot be written.
    """
    authorise(by.actor, "audit.export", Facts())
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RuleRefused(Refused("T-2", "folder_in_use"))
    with house.uow.read() as session:
        if number:
            scope_of(session, by.actor, number)
    export_trail(ExportTrail(number, start), by=by, house=house)
    try:
        seal(house)
    except SealFault as fault:  # the head before still seals what it sealed
        log.error("the trail could not be sealed for an export: %s", fault.code)  # noqa: TRY400
    folder.mkdir(parents=True, exist_ok=True)
    with house.uow.read() as session:
        newest = session.scalars(select(AuditTreeHead).order_by(AuditTreeHead.size.desc()).limit(1)).first()
        if newest is None:
            raise RuleRefused(Refused("T-2", "no_head"))
        head = head_of(newest.body)
        if not 1 <= start <= head.size:
            raise RuleRefused(Refused("T-2", "start_beyond", {"size": head.size}))
        scope = scope_of(session, by.actor, number) if number else None
        package = _Package(folder, session, by, head, start, scope)
        return _written(package, number)


def _written(package: _Package, number: str) -> Packaged:
    events = _write_events(package)
    heads = _heads(package)
    _write_lines(package.folder / "heads.jsonl", (note.rstrip("\n") for note, _ in heads))
    start = _write_proofs(package, [head for _, head in heads])
    keys = [
        {"key_id": one.key_id, "public": one.public, "since": utc(one.since), "prev": one.prev}
        | {"signature": one.signature}
        for one in keys_in_order(package.session)
    ]
    (package.folder / "keys.json").write_text(canonical(keys) + "\n", "utf-8")
    signatures = _write_signatures(package)
    disposals = _write_lines(
        package.folder / "disposals.jsonl", disposal_lines(package.session, package.by.actor, package.told)
    )
    about = {
        "v": 1,
        "origin": package.newest.origin,
        "made_at": package.by.at,
        "size": package.newest.size,
        "events": events,
        "record": number or None,
        "whole": not number and package.start == 1,
        "prev": GENESIS,
        "start": start,
    }
    (package.folder / "package.json").write_text(canonical(about) + "\n", "utf-8")
    shutil.copyfile(FILE, package.folder / FILE.name)
    shutil.copyfile(FILE.with_name("README.md"), package.folder / "README.md")
    return Packaged(events, package.withheld, len(heads), signatures, disposals, package.newest.size)


def _write_lines(path: Path, lines: Iterable[str]) -> int:
    count = 0
    with _opened(path) as target:
        for line in lines:
            target.write(line + "\n")
            count += 1
    return count


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    with path.open("w", encoding="utf-8", newline="\n") as target:
        yield target


@dataclass(frozen=True, slots=True)
class _About:
    """What an event is about, as `open_subjects` asks for it."""

    subject_kind: str
    subject_id: UUID | None


def _write_events(package: _Package) -> int:
    """Write the events as they were hashed, in order; of what is not open only number and digest."""
    columns = EventRow.__table__.c
    query = select(*LINK, columns.hash).where(columns.seq <= package.newest.size).order_by(columns.seq)
    if package.scope is not None:
        query = query.where(picked(package.scope))
    last, count = package.start - 1, 0
    with _opened(package.folder / "events.jsonl") as target:
        while (
            rows := package.session.connection().execute(query.where(columns.seq > last).limit(BATCH)).all()
        ):
            about = [_About(row[_KIND], _uuid(row[_SUBJECT])) for row in rows]
            is_open = open_subjects(package.session, package.by.actor, about, package.by.at)
            for row, one in zip(rows, about, strict=True):
                if is_open(one):
                    package.told.take(row[_ACTION], row[_SUBJECT], row[_FACTS])
                    target.write(text_of(row[:-1]) + "\n")
                else:
                    package.withheld += 1
                    target.write(canonical({"seq": row[0], "hash": row[-1], "withheld": True}) + "\n")
                if package.scope is not None:
                    package.seqs.append(row[0])
            last, count = rows[-1][0], count + len(rows)
    return count


def _uuid(value: Any) -> UUID | None:
    return value if value is None or isinstance(value, UUID) else UUID(value)


def _heads(package: _Package) -> list[tuple[str, Head]]:
    """Return the heads of the package: all that its events reach, or those that first sealed an event."""
    public = {one.key_id: one.public for one in keys_in_order(package.session)}
    sizes = select(AuditTreeHead.size)
    query = select(AuditTreeHead).order_by(AuditTreeHead.size)
    if package.scope is not None:
        wanted = {package.newest.size}
        for seq in package.seqs:
            first = sizes.where(AuditTreeHead.size >= seq).order_by(AuditTreeHead.size).limit(1)
            wanted.add(package.session.scalar(first) or package.newest.size)
        query = query.where(AuditTreeHead.size.in_(sorted(wanted)))
    elif package.start > 1:
        before = sizes.where(AuditTreeHead.size < package.start).order_by(AuditTreeHead.size.desc()).limit(1)
        query = query.where(AuditTreeHead.size >= (package.session.scalar(before) or package.start))
    found = []
    for row in package.session.scalars(query):
        head = head_of(row.body)
        found.append((head_note(row.body, row.signature, public.get(head.key_id, "")), head))
    return found


def _write_proofs(package: _Package, heads: list[Head]) -> dict[str, Any] | None:
    """Write what proves events and earlier heads; return the tree before the first event, if any."""
    if package.scope is None and package.start == 1:
        return None
    size = package.newest.size
    included = {seq: inclusion_proof(seq - 1, size) for seq in package.seqs}
    earlier = {
        head.size: consistency_proof(head.size, size)
        for head in heads
        if head.size < size and (package.scope is not None or head.size < package.start)
    }
    proofs: list[Proof] = [*included.values(), *earlier.values()]
    nodes, seen = gathered(proofs)
    tree, before, last = Frontier(), Frontier(), GENESIS
    for seq, found in _hashes(package.session, size):
        if seq == package.start:
            before, start_hash = Frontier(tree.size, tree.hashes), last
        tree.append(leaf_hash(bytes.fromhex(found)), seen)
        last = found
    _write_lines(
        package.folder / "proofs.jsonl",
        (canonical({"seq": seq, "path": _hex(one.path(nodes))}) for seq, one in included.items()),
    )
    _write_lines(
        package.folder / "consistency.jsonl",
        (canonical({"old": old, "new": size, "path": _hex(one.path(nodes))}) for old, one in earlier.items()),
    )
    if package.scope is not None:
        return None
    return {"size": before.size, "hashes": _hex(before.hashes), "hash": start_hash}


def _hex(hashes: Iterable[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


def _hashes(session: Session, size: int) -> Iterator[tuple[int, str]]:
    last = 0
    while last < size:
        query = select(EventRow.seq, EventRow.hash).where(EventRow.seq > last, EventRow.seq <= size)
        rows = session.execute(query.order_by(EventRow.seq).limit(BATCH)).all()
        if not rows:
            return
        yield from ((one.seq, one.hash) for one in rows)
        last = rows[-1].seq


def _write_signatures(package: _Package) -> int:
    """Write the signatures that the events name, and what they signed as far as it is still here."""
    count, written = 0, set()
    with (
        _opened(package.folder / "signatures.jsonl") as rows,
        _opened(package.folder / "manifests.jsonl") as contents,
    ):
        for one in signature_rows(package.session, package.told):
            rows.write(signature_line(one) + "\n")
            count += 1
            if one.content_sha256 not in written and (line := content_line(package.session, one)):
                contents.write(line + "\n")
                written.add(one.content_sha256)
    return count
