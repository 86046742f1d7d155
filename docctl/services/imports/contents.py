"""Decides how what was read of a run's files lies in the database: encrypted with the run's key (R-7, I-1).

It dies with that key when the run has ended, also in old rows, logs and backups of the database. Where there
is no key store it lies there plain, as that of older runs does until the worker has sealed it.
"""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.imports import ImportChange, ImportFile
from docctl.services.content.texts import texts_in
from docctl.services.imports.grouping import group_of
from storage.errors import KeyDestroyed, KeyMissing, StorageError
from storage.short import open_text, seal_text

log = logging.getLogger(__name__)

#: The first byte of what is packed and not encrypted; sealed texts begin with another.
PLAIN: Final = b"\x00"
#: Each is kept in a column of its own: pages and comparisons need some without the others.
NAMES: Final = ("facts", "chosen", "notes", "sketch", "text")
_CHANGES: Final = "changes"


@dataclass(frozen=True, slots=True)
class Content:
    """What was read of one file, what it goes in with, how it compares; what was not asked for is empty."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    chosen: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[Mapping[str, Any]] = ()
    sketch: Sequence[int] = ()
    text: str = ""


class Contents:
    """Opens and seals what was read of the files of one run, inside a transaction."""

    def __init__(self, session: Session, run_id: UUID) -> None:
        """Ask for the run's key. Raises RuleRefused where the key store cannot be read."""
        self._run_id = run_id
        self._texts = texts_in(session)
        try:
            self._secret = self._texts.secret_of(run_id)
        except StorageError as error:
            raise RuleRefused(Refused("request", "disk_failed")) from error

    def shown(self, row: ImportFile, *names: str) -> Content:
        """Return what a page shows of a file; nothing where nobody can read it any more."""
        found = {}
        for name in names:
            try:
                found[name] = self._opened(row.id, name, getattr(row, f"sealed_{name}"))
            except StorageError:
                log.warning("what was read cannot be opened", extra={"run": str(self._run_id)})
        return Content(**{name: value for name, value in found.items() if value is not None})

    def read(self, row: ImportFile, *names: str) -> Content:
        """Return what is worked with. Raises RuleRefused where nobody can read it any more."""
        try:
            found = {name: self._opened(row.id, name, getattr(row, f"sealed_{name}")) for name in names}
        except StorageError as error:
            raise RuleRefused(Refused("I-1", "reading_gone")) from error
        return Content(**{name: value for name, value in found.items() if value is not None})

    def keep(self, row: ImportFile, **values: Any) -> None:
        """Seal values under their names; the row has its id. Raises RuleRefused where the key is gone."""
        for name, value in values.items():
            setattr(row, f"sealed_{name}", self._sealed(row.id, name, value))
        if "chosen" in values:
            row.group_key = self.group(values["chosen"])

    def group(self, chosen: Mapping[str, Any]) -> str:
        """Return what a file has in common with others of its document, empty for nothing."""
        return group_of(chosen, self._run_id, self._secret)

    @property
    def has_key(self) -> bool:
        """Whether the run has a key: what is kept from now on is sealed."""
        return self._secret is not None

    def changes(self, row: ImportChange) -> list[list[Any]]:
        """Return the changes that can be undone; none where nobody can read them any more."""
        try:
            return self._opened(row.id, _CHANGES, row.sealed_changes) or []
        except StorageError:
            return []

    def keep_changes(self, row: ImportChange, changes: list[list[Any]]) -> None:
        """Seal what can be undone; the row has its id."""
        row.sealed_changes = self._sealed(row.id, _CHANGES, changes)

    def seal_plain(self, row: ImportFile | ImportChange) -> bool:
        """Seal what lies plain in a row; say whether there was anything."""
        names = NAMES if isinstance(row, ImportFile) else (_CHANGES,)
        done = False
        for name in names:
            kept: bytes | None = getattr(row, f"sealed_{name}")
            if kept is not None and kept.startswith(PLAIN):
                value = self._opened(row.id, name, kept)
                setattr(row, f"sealed_{name}", self._sealed(row.id, name, value))
                if isinstance(row, ImportFile) and name == "chosen":
                    row.group_key = self.group(value)
                done = True
        return done

    def _opened(self, row_id: UUID, name: str, kept: bytes | None) -> Any:
        if kept is None:
            return None
        if kept.startswith(PLAIN):
            return json.loads(zlib.decompress(kept[1:]))
        if self._secret is None:
            raise KeyMissing(self._run_id)
        return json.loads(open_text(self._secret, _place(row_id, name), kept))

    def _sealed(self, row_id: UUID, name: str, value: Any) -> bytes | None:
        if not value:
            return None
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        if self._secret is None:
            self._make()
        if self._secret is None:
            return packed(text)
        return seal_text(self._secret, _place(row_id, name), text)

    def _make(self) -> None:
        try:
            self._secret = self._texts.make_secret(self._run_id)
        except KeyDestroyed as error:
            raise RuleRefused(Refused("I-1", "reading_gone")) from error
        except StorageError as error:
            raise RuleRefused(Refused("request", "disk_failed")) from error


def packed(text: str) -> bytes:
    """Return JSON as it lies in a house without key store."""
    return PLAIN + zlib.compress(text.encode("utf-8"), 6)


#: What is left of it in a row when nothing of what was read is needed any more (R-7).
NOTHING_READ: Final[dict[str, str | None]] = {
    **dict.fromkeys(f"sealed_{name}" for name in NAMES),
    "group_key": "",
}


def let_go(row: ImportFile) -> None:
    """Leave of a file its line alone (R-7)."""
    for name, nothing in NOTHING_READ.items():
        setattr(row, name, nothing)


def _place(row_id: UUID, name: str) -> bytes:
    return b"docctl import\0" + name.encode("ascii") + row_id.bytes


__all__ = ["NAMES", "NOTHING_READ", "Content", "Contents", "let_go", "packed"]
