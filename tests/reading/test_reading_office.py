"""Old office files through LibreOffice: one process, many files, nothing of it left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docx as python_docx
import helpers
import psutil
import pytest
import xlsxwriter
from uploads_made import a_docx, a_png, a_zip, an_ole, paragraph, pointer, saved, with_body

from docctl.reading import Kind, Programs, ReaderPool, Reading, ReadingFailed, read_text, render
from docctl.reading.office import Office

Write = Callable[[str, bytes], Path]
Read = Callable[[str, bytes], Reading]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    programs = helpers.office()
    started = Office(programs, scratch=tmp_path_factory.mktemp("office"))
    yield started
    started.close()


@pytest.fixture(scope="module")
def with_office(office: Office) -> Iterator[ReaderPool]:
    with ReaderPool(seconds=20, programs=Programs(office=office)) as pool:
        yield pool


@pytest.fixture
def read(with_office: ReaderPool, write: Write) -> Read:
    return lambda name, content: read_text(with_office, write(name, content), name)


@pytest.fixture
def old(office: Office, write: Write, tmp_path: Path) -> Callable[[bytes, str, str], bytes]:
    """Save a new file in the old format, as office programs do."""

    def saved_as(content: bytes, new: str, kind: str) -> bytes:
        return office.convert(write(f"new.{new}", content), new, to=kind, folder=tmp_path).read_bytes()

    return saved_as


Old = Callable[[bytes, str, str], bytes]


def said(reading: Reading) -> list[tuple[str, str]]:
    return [(part.kind, reading.text[part.start : part.end]) for part in reading.parts]


def test_a_doc_is_read_with_its_tables_and_headers(read: Read, old: Old) -> None:
    document = python_docx.Document()
    document.add_paragraph("记录控制程序")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "文件编号", "QP-01"
    document.sections[0].header.paragraphs[0].text = "页眉"
    content = old(saved(document), "docx", "doc")
    reading = read("a.doc", content)
    assert (reading.kind, reading.media_type, reading.problem) == (Kind.DOC, "application/msword", None)
    assert "记录控制程序\n文件编号\tQP-01" in reading.text
    assert ("header", "页眉") in said(reading)
    assert reading.html is not None
    assert "<td><p>QP-01</p></td>" in reading.html
    assert read("b.wps", content).text == reading.text


def test_an_xls_is_read_by_sheets(read: Read, old: Old, tmp_path: Path) -> None:
    path = tmp_path / "made.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for words in ("甲表", "乙表"):
            book.add_worksheet().write_row(0, 0, [words, "QP-01"])
    reading = read("a.xls", old(path.read_bytes(), "xlsx", "xls"))
    assert (reading.kind, reading.text, len(reading.pages)) == (Kind.XLS, "甲表\tQP-01\n乙表\tQP-01", 2)


def test_one_process_converts_many_files(office: Office, old: Old, read: Read) -> None:
    content = old(a_docx("同"), "docx", "doc")
    before = office.pid
    for n in range(5):
        assert read(f"{n}.doc", content).text == "同"
    assert office.pid == before


def test_many_threads_each_get_their_own_text(old: Old, with_office: ReaderPool, tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.doc" for n in range(8)]
    for n, path in enumerate(paths):
        path.write_bytes(old(a_docx(f"第{n}条"), "docx", "doc"))
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda path: read_text(with_office, path, path.name).text, paths))
    assert found == [f"第{n}条" for n in range(8)]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_doc_that_is_cut_off_harms_no_other(read: Read, old: Old, share: float) -> None:
    content = old(a_docx(*("一段文字" * 40 for _ in range(40))), "docx", "doc")
    assert read("a.doc", content[: int(len(content) * share)]).problem in {
        None,
        "no_text",
        "unreadable",
        "crash",
    }
    assert read("b.doc", old(a_docx("好"), "docx", "doc")).text == "好"


@pytest.mark.parametrize("stream", ["WordDocument", "Workbook", "PowerPoint Document"])
def test_noise_under_the_name_of_a_stream_harms_no_other(read: Read, old: Old, stream: str) -> None:
    noise = an_ole({stream: bytes(range(7, 250)) * 60, "1Table": b"\xff" * 5000})
    assert read("a.doc", noise).problem in {"unreadable", "no_text", "no_program", None}
    assert read("b.doc", old(a_docx("好"), "docx", "doc")).text == "好"


def test_a_doc_with_a_password_is_told_as_such(read: Read, office: Office) -> None:
    locked = an_ole({"WordDocument": b"\xec\xa5" + bytes(8) + b"\x00\x01" + bytes(5000)})
    assert read("a.doc", locked).problem == "encrypted"
    workbook = an_ole({"Workbook": b"\x09\x08\x04\x00\0\0\0\0" + b"\x2f\x00\x02\x00\0\0" + bytes(5000)})
    assert read("a.xls", workbook).problem == "encrypted"
    show = an_ole({"PowerPoint Document": b"x", "Current User": bytes(12) + b"\xdf\xc4\xd1\xf3"})
    assert read("a.ppt", show).problem == "encrypted"


def test_what_a_doc_points_to_is_not_fetched(
    read: Read, office: Office, write: Write, tmp_path: Path
) -> None:
    secret = write("secret.txt", "不该出现的秘密".encode())
    field = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> '
        f'INCLUDETEXT "{secret}" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        "<w:r><w:t>旧</w:t></w:r>"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    inside = with_body(
        paragraph("正文") + field + '<w:altChunk r:id="r9"/>',
        rels=pointer("r9", "aFChunk", secret.as_uri(), external=True),
    )
    made = office.convert(write("x.docx", inside), "docx", to="doc", folder=tmp_path).read_bytes()
    for content in (made, b'{\\rtf1 {\\field{\\*\\fldinst INCLUDETEXT "' + str(secret).encode() + b'"}}x}'):
        reading = read("a.doc", content)
        assert "秘密" not in reading.text + (reading.html or "")


def test_a_process_that_hangs_is_killed_and_started_anew(
    office: Office, read: Read, old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = old(a_docx("好"), "docx", "doc")
    assert office.pid is not None
    stuck = psutil.Process(office.pid)
    monkeypatch.setattr(office, "_seconds", 2)
    os.kill(stuck.pid, signal.SIGSTOP)
    assert read("a.doc", content).problem == "timeout"
    assert not stuck.is_running()
    monkeypatch.undo()
    assert read("b.doc", content).text == "好"


def test_a_process_that_died_is_started_anew(office: Office, read: Read, old: Old) -> None:
    content = old(a_docx("好"), "docx", "doc")
    assert office.pid is not None
    os.kill(office.pid, signal.SIGKILL)
    time.sleep(0.1)
    assert read("a.doc", content).text == "好"


def test_it_reaches_no_network_and_keeps_its_limits(office: Office, old: Old) -> None:
    old(a_docx("x"), "docx", "doc")
    limits = Path(f"/proc/{office.pid}/limits").read_text()
    assert "4294967296" in next(line for line in limits.splitlines() if line.startswith("Max address space"))
    assert "NoNewPrivs:\t1" in Path(f"/proc/{office.pid}/status").read_text()
    if Path(f"/proc/{office.pid}/ns/net").readlink() == Path("/proc/self/ns/net").readlink():
        pytest.skip("this system lets nobody leave its network")
    lines = Path(f"/proc/{office.pid}/net/dev").read_text().splitlines()[2:]
    assert {line.split(":")[0].strip() for line in lines} <= {"lo"}


def test_closing_ends_it_and_removes_its_folder(tmp_path: Path, write: Write) -> None:
    own = Office(helpers.office(), scratch=tmp_path / "own")
    (tmp_path / "own").mkdir()
    own.convert(write("a.docx", a_docx("x")), "docx", to="pdf", folder=tmp_path)
    assert own.pid is not None
    process = psutil.Process(own.pid)
    own.close()
    assert not process.is_running()
    assert list((tmp_path / "own").iterdir()) == []
    with pytest.raises(ReadingFailed, match="closed"):
        own.convert(write("a.docx", a_docx("x")), "docx", to="pdf", folder=tmp_path)


def test_it_rests_after_a_while(tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docctl.reading.office._IDLE", 0.1)
    own = Office(helpers.office(), scratch=tmp_path)
    own.convert(write("a.docx", a_docx("x")), "docx", to="pdf", folder=tmp_path)
    until = time.monotonic() + 10
    while own.pid is not None and time.monotonic() < until:
        time.sleep(0.05)
    assert own.pid is None
    own.close()


def test_an_old_file_in_a_zip_is_read(read: Read, old: Old) -> None:
    content = old(a_docx("旧文件"), "docx", "doc")
    assert (
        read("a.zip", a_zip({"旧.doc": content, "新.txt": "新文件"})).text == "旧.doc\n旧文件\n新.txt\n新文件"
    )


def test_an_office_file_is_rendered_as_a_pdf(
    with_office: ReaderPool, old: Old, write: Write, tmp_path: Path
) -> None:
    for name, content in (("a.doc", old(a_docx("第一条"), "docx", "doc")), ("b.docx", a_docx("第一条"))):
        made = render(with_office, write(name, content), name, tmp_path)
        assert read_text(with_office, made, "made.pdf").text == "第一条"
    for name, content, code in (
        ("c.doc", an_ole({"WordDocument": b"\xec\xa5" + bytes(8) + b"\x00\x01" + bytes(5000)}), "encrypted"),
        ("d.png", a_png(), "no_program"),
    ):
        with pytest.raises(ReadingFailed, match=code):
            render(with_office, write(name, content), name, tmp_path)


def test_without_libreoffice_an_old_file_says_so(pool: ReaderPool, write: Write) -> None:
    path = write("a.doc", an_ole({"WordDocument": bytes(600)}))
    reading = read_text(pool, path, "a.doc")
    assert (reading.kind, reading.text, reading.problem) == (Kind.DOC, "", "no_program")


PARENT = """
import sys
from pathlib import Path
from docctl.reading.office import Office, find_office
office = Office(find_office(), scratch=Path(sys.argv[2]))
office.convert(Path(sys.argv[1]), "docx", to="pdf", folder=Path(sys.argv[2]))
print(office.pid, flush=True)
sys.stdin.read()
"""


def test_it_dies_with_a_killed_parent(write: Write, tmp_path: Path) -> None:
    helpers.office()
    source = write("a.docx", a_docx("x"))
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(source), str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with parent:
        assert parent.stdout is not None
        office = psutil.Process(int(parent.stdout.readline()))
        assert office.is_running()
        parent.kill()
    psutil.wait_procs([office], timeout=10)
    assert not office.is_running() or office.status() == psutil.STATUS_ZOMBIE
