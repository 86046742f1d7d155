"""The certificate of destruction and the slip of a paper record."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest

from docctl.printing.certificate import CertificateData, certificate_docx
from docctl.printing.columns import Column
from docctl.printing.slip import Slip, record_slip
from tests.printing.samples import W, plain

DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def a_certificate(**facts: Any) -> CertificateData:
    usual: dict[str, Any] = {
        "title": "记录销毁清册",
        "company": "样例公司",
        "facts": (("清册编号", "XH-2026-004"), ("件数", "2"), ("执行日期", "2026-11-20")),
        "columns": (Column("编号", 10), Column("形成日期", 8, "date"), Column("SHA-256", 20)),
        "rows": [("QR-1", date(2019, 3, 1), DIGEST), ("QR-2", None, DIGEST)],
        "statements": ("已查对象库，无残留。", "不声明个人计算机上的副本。"),
        "signatures": (
            ("提出", "张三", "2026-11-15 09:30", DIGEST),
            ("批准", "李四", "2026-11-18 14:02", DIGEST),
            ("执行", "王五", "2026-11-20 10:11", DIGEST),
            ("监销", "赵六", "2026-11-20 10:20", DIGEST),
        ),
        "footer": "XH-2026-004 第 {page} 页 共 {pages} 页",
    }
    return CertificateData(**{**usual, **facts})


def opened(tmp_path: Path, data: CertificateData) -> Any:
    target = tmp_path / "certificate.docx"
    certificate_docx(target, data)
    return docx.Document(str(target))


def test_r_6_a_certificate_lists_every_item_under_a_head_on_every_page(tmp_path: Path) -> None:
    document = opened(tmp_path, a_certificate())
    facts, items, _ = document.tables
    assert [c.text for c in facts.rows[0].cells] == ["清册编号", "XH-2026-004", "件数", "2"]
    assert [c.text for c in facts.rows[1].cells] == ["执行日期", "2026-11-20", "", ""]
    assert [[c.text for c in row.cells] for row in items.rows] == [
        ["编号", "形成日期", "SHA-256"],
        ["QR-1", "2019-03-01", DIGEST],
        ["QR-2", "", DIGEST],
    ]
    assert items.rows[0]._tr.find(f".//{W}tblHeader") is not None
    assert items.rows[1]._tr.find(f".//{W}tblHeader") is None
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
    assert plain(section.footer.part.element) == "XH-2026-004 第 {PAGE}1 页 共 {NUMPAGES}1 页"


def test_r_6_each_signature_shows_meaning_name_time_and_digest_together(tmp_path: Path) -> None:
    boxes = opened(tmp_path, a_certificate()).tables[2]
    assert len(boxes.rows) == 1
    assert boxes.cell(0, 3).text.split("\n") == ["监销", "赵六", "2026-11-20 10:20", DIGEST]


@pytest.mark.parametrize(("count", "shape"), [(0, None), (1, (1, 2)), (4, (1, 4)), (5, (2, 4))])
def test_r_6_any_number_of_signatures_has_its_boxes(
    tmp_path: Path, count: int, shape: tuple[int, int] | None
) -> None:
    signature = ("批准", "李四", "2026-11-18 14:02", DIGEST)
    tables = opened(tmp_path, a_certificate(signatures=(signature,) * count)).tables[2:]
    assert [(len(t.rows), len(t.columns)) for t in tables] == ([shape] if shape else [])


def test_r_7_the_statements_say_what_was_looked_at_and_what_not(tmp_path: Path) -> None:
    told = [p.text for p in opened(tmp_path, a_certificate()).paragraphs]
    assert "1.\t已查对象库，无残留。" in told
    assert "2.\t不声明个人计算机上的副本。" in told


@pytest.mark.parametrize(("mark", "shown"), [(None, ""), ("演示", "演示")])
def test_r_6_a_demonstration_is_marked_on_every_page(tmp_path: Path, mark: str | None, shown: str) -> None:
    header = opened(tmp_path, a_certificate(demo_mark=mark)).sections[0].header
    assert "".join(p.text for p in header.paragraphs) == shown


def test_r_6_an_empty_list_and_a_long_title_are_printed(tmp_path: Path) -> None:
    document = opened(tmp_path, a_certificate(title="题" * 2000, rows=[], facts=()))
    assert len(document.tables) == 2
    assert len(document.tables[0].rows) == 1
    assert document.paragraphs[1].text == "题" * 2000


def test_n_4_a_slip_shows_the_number_and_what_the_record_is(tmp_path: Path) -> None:
    target = tmp_path / "slip.docx"
    slips = [
        Slip("记录标识单", f"QR-07-2026-{n}", (("表格", "QR-07 A/1"), ("存放处", "3 柜 2 层")), "贴此单")
        for n in (1, 2)
    ]
    record_slip(target, slips, title="记录标识单", footer="第 {page} 页 共 {pages} 页")
    boxes = docx.Document(str(target)).tables
    assert len(boxes) == 2
    inside = boxes[1].cell(0, 0)
    assert [p.text for p in inside.paragraphs] == ["记录标识单", "QR-07-2026-2", "贴此单"]
    assert [[c.text for c in row.cells] for row in inside.tables[0].rows] == [
        ["表格", "QR-07 A/1"],
        ["存放处", "3 柜 2 层"],
    ]
    assert boxes[1].rows[0]._tr.find(f"./{W}trPr/{W}cantSplit") is not None
