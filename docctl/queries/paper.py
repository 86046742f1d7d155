"""What the paper of an imported revision says: who signed it, where it came from (V-6, I-10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from docctl.models.documents import Revision


@dataclass(frozen=True, slots=True)
class PaperSigner:
    """Somebody who signed on paper, as text: never a signature of this system (I-10)."""

    role: str
    name: str
    signed_on: str


@dataclass(frozen=True, slots=True)
class Paper:
    """An imported revision's origin; instants in the company's time zone."""

    imported_at: datetime
    imported_by: str
    path: str
    issued: str
    distribution: str
    is_copy_banned: bool
    signers: tuple[PaperSigner, ...]
    history: tuple[Mapping[str, Any], ...]


def paper_of(row: Revision, names: Mapping[UUID, str], zone: tzinfo) -> Paper | None:
    """Return what the paper says, None for a revision that was made here."""
    if row.imported_at is None or row.paper is None:
        return None
    paper = row.paper
    return Paper(
        imported_at=row.imported_at.astimezone(zone),
        imported_by=names.get(row.imported_by, "") if row.imported_by else "",
        path=str(paper.get("path", "")),
        issued=str(paper.get("issued", "")),
        distribution=str(paper.get("distribution", "")),
        is_copy_banned=bool(paper.get("copy_ban")),
        signers=tuple(PaperSigner(*map(str, one)) for one in paper.get("signers", ())),
        history=tuple(paper.get("history", ())),
    )
