"""A file server taken in: 5,000 mixed files received, read, compared and imported; time and memory.

python -m benchmarks.import_files [files]    of 100: 60 docx, 20 pdf, 5 doc, 5 xlsx, 10 pictures
"""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from dataclasses import replace
from itertools import chain
from pathlib import Path

import psutil
from docx import Document as Docx
from PIL import Image
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select

from benchmarks.world import settings_of
from docctl import wiring
from docctl.domain.imports import RunState
from docctl.jobs.imports.work import receive, step
from docctl.models.imports import ImportFile, ImportRun
from docctl.printing.columns import Column
from docctl.printing.registers import register_xlsx
from docctl.reading.sources import folder_files
from docctl.services.imports.commit import CommitImport, commit_import
from docctl.services.imports.start import StartImport, start_import
from docctl.services.people.passwords import Passwords
from tests.imports.making import text_of
from tests.world import START, Clock, World, found

TOPICS = ("采购", "仓储", "检验", "培训", "设备", "文件", "记录", "投诉", "内审", "标识", "运输", "环境")


def words(number: int, chance: random.Random) -> str:
    """Return the text of one procedure of two to four pages, none like another."""
    topic = chance.choice(TOPICS)
    body = "1 目的\n规范{title}的要求。\n2 范围\n适用于公司。\n3 程序\n"
    clauses = (
        f"3.{place} {chance.choice(TOPICS)}工作由{chance.choice(TOPICS)}部门按第{chance.randint(1, 99)}号办法"
        f"在{chance.randint(1, 30)}日内完成，结果记入{chance.choice(TOPICS)}登记表。\n"
        for place in range(1, chance.randint(30, 70))
    )
    return text_of(
        f"{topic}控制程序{number}",
        number=f"JL-{number:05}",
        label=f"{chance.choice('ABCD')}/{number % 4}",
        effective=f"20{chance.randint(10, 24)}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}",
        unit="品质部",
        status="受控",
        body=body + "".join(clauses),
    )


def make(folder: Path, count: int) -> None:
    """Write the files; the same numbers give the same texts."""
    folder.mkdir()
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    for number in range(count):
        chance = random.Random(number)
        place = number % 100
        text = words(number, chance)
        name = folder / f"{number:05}"
        if place < 60:
            docx(name.with_suffix(".docx"), text)
        elif place < 80:
            pdf(name.with_suffix(".pdf"), text)
        elif place < 85:
            docx(name.with_suffix(".docx"), text, to_doc=True)
        elif place < 90:
            lines = [(line,) for line in text.splitlines()]
            register_xlsx(
                name.with_suffix(".xlsx"), f"表{number}", [], [Column("内容", 60)], lines, footer=""
            )
        else:
            picture = Image.frombytes("L", (320, 240), chance.randbytes(320 * 240))
            picture.save(name.with_suffix(".png"))
    old = folder / "doc"
    if old.is_dir():
        soffice = shutil.which("soffice")
        files = sorted(map(str, old.iterdir()))
        for some in range(0, len(files), 100):
            subprocess.run(
                [
                    str(soffice),
                    "--headless",
                    "--convert-to",
                    "doc",
                    "--outdir",
                    str(folder),
                    *files[some : some + 100],
                ],
                check=True,
                capture_output=True,
            )
        shutil.rmtree(old)


def docx(path: Path, text: str, *, to_doc: bool = False) -> None:
    """Write a docx quickly: the package of an empty one with other paragraphs."""
    if to_doc and shutil.which("soffice"):
        path = path.parent / "doc" / path.name
        path.parent.mkdir(exist_ok=True)
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.splitlines())
    with (
        zipfile.ZipFile(io.BytesIO(EMPTY)) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "word/document.xml":
                content = content.replace(b"<w:body>", f"<w:body>{paragraphs}".encode())
            target.writestr(entry.filename, content)


def _empty() -> bytes:
    made = io.BytesIO()
    Docx().save(made)
    return made.getvalue()


EMPTY = _empty()


def pdf(path: Path, text: str) -> None:
    """Write a PDF of pages with forty lines."""
    canvas = Canvas(str(path))
    lines = text.splitlines()
    for start in range(0, len(lines), 40):
        canvas.setFont("STSong-Light", 10)
        for place, line in enumerate(lines[start : start + 40]):
            canvas.drawString(50, 800 - 18 * place, line[:60])
        canvas.showPage()
    canvas.save()


class Memory(threading.Thread):
    """Watches the largest resident memory of this process and of its children, in MB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.own = self.children = 0.0
        self._stop_it = threading.Event()

    def run(self) -> None:
        """Look twice a second."""
        process = psutil.Process()
        while not self._stop_it.wait(0.5):
            self.own = max(self.own, process.memory_info().rss / 2**20)
            try:
                below = sum(one.memory_info().rss for one in process.children(recursive=True))
            except psutil.NoSuchProcess:
                continue
            self.children = max(self.children, below / 2**20)

    def end(self) -> None:
        """Stop looking."""
        self._stop_it.set()
        self.join()


def main(count: int, folder: Path) -> None:
    source = folder / "files"
    make(source, count)
    house = wiring.build(replace(settings_of(folder / "data"), ocr=False), clock=Clock(START))
    house = replace(house, passwords=Passwords(memory_kib=64, passes=1))
    found(house)
    world = World.of(house, Clock(START))
    memory = Memory()
    memory.start()
    began = time.perf_counter()
    cmd = StartImport("file server", "folder", world.units["PZ"], world.types["procedure"])
    run_id = start_import(cmd, by=world.by("chen"), house=house)
    receive(house, run_id, folder_files(source))
    received = time.perf_counter()
    steps = 0
    halfway = 0.0
    while _state(house, run_id) is RunState.READING:
        step(house, run_id, RunState.READING)
        steps += 1
        if steps == count // 100:
            halfway = psutil.Process().memory_info().rss / 2**20
    read = time.perf_counter()
    commit_import(CommitImport(run_id), by=world.by("chen"), house=house)
    while step(house, run_id, RunState.IMPORTING):
        pass
    done = time.perf_counter()
    memory.end()
    with house.uow.read() as session:
        told = Counter(session.scalars(select(ImportFile.outcome).where(ImportFile.run_id == run_id)))
        failed = Counter(session.scalars(select(ImportFile.code).where(ImportFile.outcome == "failed")))
    print(f"{count} files: received {received - began:.0f} s, read and compared {read - received:.0f} s,")
    print(f"imported {done - read:.0f} s, in all {(done - began) / 60:.1f} min", end="; ")
    print(f"{count / (done - began):.1f} a second")
    print(f"outcomes {dict(told)}, failed for {dict(failed)}")
    print(f"memory: at most {memory.own:.0f} MB, {halfway:.0f} half way; children {memory.children:.0f} MB")
    house.close()


def _state(house: object, run_id: object) -> RunState:
    with house.uow.read() as session:  # type: ignore[attr-defined]
        state: RunState = session.scalars(select(ImportRun.state).where(ImportRun.id == run_id)).one()
        return state


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(next(chain(map(int, sys.argv[1:]), [5_000])), Path(made))
