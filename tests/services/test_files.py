"""Where uploads wait and what a full disk does to them (F-3; bad input: a full disk)."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import func, select

from docctl.domain.verdicts import RuleRefused
from docctl.jobs.housekeeping import tidy
from docctl.models.content import ItemFile, Upload
from docctl.models.documents import Document
from docctl.models.numbers import NumberEntry
from docctl.services.documents.create import CreateDocument, create_document
from docctl.services.staging import Staging
from docctl.services.uploads import stage_upload
from storage.api import Area
from tests.world import World, docx_bytes

LIMIT = 1000


def full(code: int) -> Callable[..., int]:
    def refuse(*_: object, **__: object) -> int:
        raise OSError(code, os.strerror(code))

    return refuse


@pytest.mark.parametrize(
    ("size", "kept"), [(LIMIT, True), (LIMIT + 1, False)], ids=["at the limit", "past the limit"]
)
def test_f_3_an_upload_has_a_largest_size(tmp_path: Path, size: int, kept: bool) -> None:
    staging = Staging(tmp_path / "staging", limit=LIMIT)
    if kept:
        found = staging.receive(io.BytesIO(b"x" * size))
        assert (found.size, found.sha256) == (size, sha256(b"x" * size).hexdigest())
        assert found.path.stat().st_mode & 0o777 == 0o600
    else:
        with pytest.raises(RuleRefused) as error:
            staging.receive(io.BytesIO(b"x" * size))
        assert error.value.refused.key == "upload.too_large"
    assert len(staging.strays()) == kept


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_f_3_no_room_while_an_upload_is_received(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    staging = Staging(tmp_path / "staging", limit=LIMIT)
    monkeypatch.setattr("docctl.services.staging.os.fsync", full(code))
    with pytest.raises(RuleRefused) as error:
        staging.receive(io.BytesIO(b"x"))
    assert error.value.refused.key == "request.disk_full"
    assert staging.strays() == []


def test_f_3_no_room_for_the_folder_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "mkdir", full(errno.ENOSPC))
    with pytest.raises(RuleRefused) as error:
        Staging(tmp_path / "staging", limit=LIMIT).receive(io.BytesIO(b"x"))
    assert error.value.refused.key == "request.disk_full"


def test_f_3_another_fault_of_the_disk_is_no_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staging = Staging(tmp_path / "staging", limit=LIMIT)
    monkeypatch.setattr("docctl.services.staging.os.fsync", full(errno.EIO))
    with pytest.raises(OSError, match="error"):
        staging.receive(io.BytesIO(b"x"))
    assert staging.strays() == []


def test_f_3_an_upload_broken_off_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise ConnectionResetError

    staging = Staging(tmp_path / "staging", limit=LIMIT)
    with pytest.raises(ConnectionResetError):
        staging.receive(Broken())
    assert staging.strays() == []


def test_f_3_no_room_in_the_store_files_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cmd = CreateDocument(world.types["procedure"], "程序", world.units["PZ"], (world.upload("chen"),))
    with monkeypatch.context() as patched:
        patched.setattr("storage.disk.os.fsync", full(errno.ENOSPC))
        with pytest.raises(RuleRefused) as error:
            create_document(cmd, by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "request.disk_full"
    with world.house.uow.read() as session:
        for model in (Document, ItemFile, NumberEntry):
            assert session.scalar(select(func.count()).select_from(model)) == 0
    assert list(world.house.objects.list(Area.RECORDS)) == []
    assert len(world.house.staging.strays()) == 1  # what was sent is kept for the next try


def test_f_3_a_refused_upload_leaves_neither_bytes_nor_row(world: World) -> None:
    with pytest.raises(RuleRefused) as error:
        stage_upload(io.BytesIO(b""), name="a.docx", by=world.by("chen"), house=world.house)
    assert error.value.refused.rule == "upload"
    assert world.house.staging.strays() == []
    with world.house.uow.read() as session:
        assert session.scalars(select(Upload)).all() == []


def test_f_3_an_upload_nobody_filed_is_forgotten_after_a_day(world: World) -> None:
    upload_id = stage_upload(
        io.BytesIO(docx_bytes("x")), name="a.docx", by=world.by("chen"), house=world.house
    )
    world.clock.forward(hours=23)
    tidy(world.house)
    with world.house.uow.read() as session:
        assert session.get(Upload, upload_id) is not None
    world.clock.forward(hours=1)
    old = world.clock.now.timestamp() - 10**9
    os.utime(world.house.staging.path(upload_id), (old, old))
    tidy(world.house)
    with world.house.uow.read() as session:
        assert session.get(Upload, upload_id) is None
    assert world.house.staging.strays() == []
