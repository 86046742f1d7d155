"""Copies of a local store's objects: names come to the disk as well as bytes (T-3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.copies import LocalCopy
from storage.disk import Disk
from storage.local import LocalStore
from tests.storage.test_local import NOW, put


def test_t_3_every_folder_that_a_copy_makes_is_written_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = put(LocalStore(tmp_path / "store", clock=lambda: NOW))
    copy = LocalCopy(tmp_path / "copy")
    synced: list[Path] = []
    real = Disk.sync_folder

    def noting(self: Disk, folder: Path) -> None:
        synced.append(folder)
        real(self, folder)

    monkeypatch.setattr(Disk, "sync_folder", noting)
    copy.take(stored.key, stored.version, tmp_path / "store")
    records = tmp_path / "copy" / "records"
    assert synced == [records, records / "record", records / "record" / str(stored.key.item_id)]
