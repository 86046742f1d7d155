"""The whole check of the trail with all that lies outside the database: key file, store, witness (T-2)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from docctl.domain.notes import HEAD_KIND
from docctl.domain.verdicts import DomainError
from docctl.queries.audit import AuditReport, verify
from docctl.queries.audit_heads import Seals
from docctl.services.audit.faults import SealFault
from docctl.services.audit.keys import is_signed
from docctl.services.audit.watch import noted
from docctl.services.house import House
from storage.api import Area, Listed, ObjectStore, StorageError

#: A note of a head is far smaller; what is larger is none.
_LARGEST = 1 << 16
#: So many notes are read at the same time, and so many are kept ready.
_AT_ONCE, _WINDOW = 8, 64


def verify_trail(house: House, *, patience: float | None = None) -> AuditReport:
    """Check events, heads, stored heads and the witness; note what was found for the status (T-2)."""
    try:
        keys = frozenset(one.key_id for one in house.audit_keys.read())
        with house.uow.read() as session:
            seals = Seals(is_signed, keys, stored_heads(house), _witnessed(house))
            report = verify(session, patience=patience, seals=seals)
    except SealFault as fault:
        report = AuditReport(False, 0, 0, None, fault.code)
    if report.is_complete:
        with suppress(DomainError):  # a full disk does not keep the answer back
            _note(house, report)
    return report


def _note(house: House, report: AuditReport) -> None:
    house.uow.write(
        noted(
            verified_at=house.clock(),
            verified_events=report.events,
            verified_reason=report.reason or "",
        )
    )


def stored_heads(house: House) -> Iterator[tuple[int, str]]:
    """Yield the heads in the store, smallest first; one that cannot be read is yielded empty."""
    return stored_notes(house.objects, HEAD_KIND, most=_LARGEST)


def stored_notes(objects: ObjectStore, kind: str, *, most: int) -> Iterator[tuple[int, str]]:
    """Yield ordinal and text of the notes of a kind in the store, by their ordinals.

    Of each at most so many bytes are read; one that cannot be read is yielded empty.
    """
    listed = sorted(objects.list(Area.RECORDS, f"{kind}/"), key=lambda one: one.key.ordinal)
    with ThreadPoolExecutor(_AT_ONCE) as pool:  # a store in S3 answers each after a while
        for first in range(0, len(listed), _WINDOW):
            some = listed[first : first + _WINDOW]
            texts = pool.map(partial(_text, objects, most), some)
            yield from zip((one.key.ordinal for one in some), texts, strict=True)


def _text(objects: ObjectStore, most: int, one: Listed) -> str:
    try:
        with objects.open(one.key, one.version) as source:
            return source.read(most).decode("utf-8", errors="replace")
    except StorageError:
        return ""


def _witnessed(house: House) -> Iterator[tuple[int, str]]:
    if house.witness is not None:
        yield from house.witness.heads()
