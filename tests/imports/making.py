"""Files as companies have them, and a run through the house by the public steps."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.imports import RunState
from docctl.jobs.imports.work import receive, step
from docctl.models.documents import DocumentType
from docctl.models.imports import ImportFile, ImportRun
from docctl.reading.sources import folder_files
from docctl.services.imports.commit import CommitImport, commit_import
from docctl.services.imports.contents import NAMES, Content, Contents
from docctl.services.imports.start import StartImport, start_import
from tests.world import World

BODY = """1 目的
规范公司{title}的要求，使各部门按同一办法工作。
2 范围
适用于公司各部门与本程序有关的活动。
3 职责
3.1 文控中心负责保管和发放。
3.2 各部门负责执行。
4 程序
4.1 编写人按要求起草，交审核人审核。
4.2 批准后由文控中心登记编号，发到使用部门。
5 相关文件
5.1《文件控制程序》
6 相关记录
6.1《发放登记表》
"""


def text_of(
    title: str,
    *,
    number: str = "",
    label: str = "",
    effective: str = "",
    issued: str = "",
    unit: str = "",
    status: str = "",
    body: str = BODY,
) -> str:
    """Return the text of a procedure with a header in labelled lines; what is empty is left out."""
    facts = (
        ("文件编号", number),
        ("版本", label),
        ("生效日期", effective),
        ("发布日期", issued),
        ("归口部门", unit),
        ("受控状态", status),
    )
    lines = [f"{name}：{value}" for name, value in facts if value]
    signed = "编制：林晓\u3000审核：何平\u3000批准：沈立新"
    return "\n".join([title, *lines, signed, "", body.format(title=title)])


def write(folder: Path, name: str, text: str) -> Path:
    """Write a text file in UTF-8 and return it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def zipped(folder: Path, target: Path) -> Path:
    """Pack a folder as zip."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return target


@dataclass
class Run:
    """A run of the small company, led by the document controller."""

    world: World
    id: UUID

    @classmethod
    def of(cls, world: World, folder: Path, *, who: str = "chen", unit: str = "PZ") -> Run:
        """Start a run and take a folder in."""
        cmd = StartImport("旧文件", "folder", _unit(world, unit), _type(world))
        run_id = start_import(cmd, by=world.by(who), house=world.house)
        receive(world.house, run_id, folder_files(folder))
        return cls(world, run_id)

    @property
    def row(self) -> ImportRun:
        """The run as it is now."""
        with self.world.house.uow.read() as session:
            return session.get_one(ImportRun, self.id)

    def files(self) -> dict[str, ImportFile]:
        """Return the files of the run by path."""
        with self.world.house.uow.read() as session:
            rows = session.scalars(
                select(ImportFile).where(ImportFile.run_id == self.id).order_by(ImportFile.ordinal)
            )
            return {row.path: row for row in rows}

    def content(self, path: str) -> Content:
        """Return what was read of a file, opened with the key of the run."""
        row = self.files()[path]
        with self.world.house.uow.read() as session:
            return Contents(session, self.id).read(row, *NAMES)

    def keep(self, path: str, **values: Any) -> None:
        """Put other values in the place of what was read or chosen."""

        def change(session: Session) -> None:
            row = session.get_one(ImportFile, self.files()[path].id)
            Contents(session, self.id).keep(row, **values)

        self.world.house.uow.write(change)

    def read(self) -> Run:
        """Read all files and compare them."""
        while self.row.state is RunState.READING:
            step(self.world.house, self.id, RunState.READING)
        return self

    def imported(self, who: str = "chen") -> dict[str, ImportFile]:
        """Order the import, let it run to its end, return the files."""
        commit_import(CommitImport(self.id), by=self.world.by(who), house=self.world.house)
        while self.row.state is RunState.IMPORTING:
            step(self.world.house, self.id, RunState.IMPORTING)
        return self.files()


def _unit(world: World, code: str) -> UUID:
    return world.units[code]


def _type(world: World) -> UUID:
    with world.house.uow.read() as session:
        return session.scalars(select(DocumentType.id).where(DocumentType.code == "procedure")).one()
