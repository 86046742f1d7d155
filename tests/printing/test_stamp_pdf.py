"""Stamped PDF copies: on every page, wherever its edges are and whatever its content left open."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pikepdf
import pytest

from docctl.printing import PrintingFailed
from docctl.printing.overlay import foot_line
from docctl.printing.stamp_pdf import stamp_pdf
from docctl.printing.typeface import width
from tests.printing.samples import (
    A4,
    a_pdf,
    a_stamp,
    an_obsolete_stamp,
    changed,
    inked,
    seen,
    texts,
)

TOP_RIGHT = (0.55, 0.0, 1.0, 0.075)
FOOT = (0.3, 0.965, 0.7, 1.0)
TOP_LEFT = (0.0, 0.0, 0.3, 0.075)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "copy.pdf"


def test_d_3_the_stamp_stands_on_every_page(tmp_path: Path, target: Path) -> None:
    source = a_pdf(tmp_path / "a.pdf", [A4] * 3)
    before = source.read_bytes()
    assert stamp_pdf(source, target, a_stamp()) == 3
    for number, text in enumerate(texts(target), 1):
        for part in ("受控", "QP-07 A/1", "分发号 03 质量部", f"第 {number} 页 共 3 页", f"body {number}"):
            assert part in text
    assert source.read_bytes() == before


def test_v_4_an_obsolete_copy_says_so_across_every_page(tmp_path: Path, target: Path) -> None:
    middle = (0.2, 0.3, 0.8, 0.48)
    source = a_pdf(tmp_path / "a.pdf")
    stamp_pdf(source, target, a_stamp())
    assert not tinted(target, middle)
    stamp_pdf(source, target, an_obsolete_stamp())
    assert tinted(target, middle)
    assert texts(target)[0].count("作废") == 2


def tinted(path: Path, box: tuple[float, float, float, float]) -> bool:
    picture = seen(path)
    across, up = picture.size
    part = picture.crop(tuple(int(v * s) for v, s in zip(box, (across, up) * 2, strict=True)))
    return part.getextrema()[1][0] < 245


@pytest.mark.parametrize("turn", [0, 90, 180, 270, -90, 450])
@pytest.mark.parametrize("inherited", [False, True])
def test_d_3_a_turned_page_is_stamped_upright_as_seen(
    tmp_path: Path, target: Path, turn: int, inherited: bool
) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        (pdf.Root.Pages if inherited else pdf.pages[0].obj).Rotate = turn
        if inherited and "/Rotate" in pdf.pages[0].obj:
            del pdf.pages[0].obj["/Rotate"]

    stamp_pdf(changed(a_pdf(tmp_path / "a.pdf"), change), target, a_stamp())
    picture = seen(target)
    assert picture.size == ((595, 842) if turn % 180 == 0 else (842, 595))
    assert inked(picture, TOP_RIGHT)
    assert inked(picture, FOOT)
    assert not inked(picture, TOP_LEFT)
    assert not inked(picture, (0.0, 0.9, 0.25, 1.0))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_d_3_a_cropped_page_is_stamped_inside_what_is_seen(tmp_path: Path, target: Path, turn: int) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.MediaBox = [-100, -50, 700, 900]
        pdf.pages[0].obj.CropBox = [100, 150, 500, 750]
        pdf.pages[0].obj.Rotate = turn

    stamp_pdf(changed(a_pdf(tmp_path / "a.pdf"), change), target, a_stamp())
    assert inked(seen(target), TOP_RIGHT)
    assert inked(seen(target), FOOT)
    assert not inked(seen(target), TOP_LEFT)


@pytest.mark.parametrize(
    "size",
    [
        pytest.param((120, 80), id="a label"),
        pytest.param((420, 595), id="A5"),
        pytest.param((842, 595), id="across"),
        pytest.param((2384, 3370), id="A0"),
        pytest.param((300, 5000), id="a long strip"),
        pytest.param((14_000, 200), id="a very long strip"),
    ],
)
def test_d_3_paper_of_any_size_is_stamped(tmp_path: Path, target: Path, size: tuple[float, float]) -> None:
    stamp_pdf(a_pdf(tmp_path / "a.pdf", [size]), target, an_obsolete_stamp())
    assert "QP-07 A/1" in texts(target)[0]
    assert "第 1 页 共 1 页" in texts(target)[0]
    assert inked(seen(target), (0.0, 0.0, 1.0, 0.25))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"q 0.01 0 0 0.01 0 0 cm", id="scaled"),
        pytest.param(b"q q q 0 0 1 1 re W n", id="clipped"),
        pytest.param(b"/OC /hidden BDC BT /F1 12 Tf", id="hidden"),
        pytest.param(b"Q Q Q Q", id="closed too often"),
        pytest.param(b"BT (never ends", id="torn"),
    ],
)
def test_d_3_what_a_page_left_open_does_not_hide_the_stamp(
    tmp_path: Path, target: Path, content: bytes
) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Contents = pdf.make_stream(content)

    stamp_pdf(changed(a_pdf(tmp_path / "a.pdf"), change), target, a_stamp())
    assert inked(seen(target), TOP_RIGHT)
    assert inked(seen(target), FOOT)


@pytest.mark.parametrize(
    "box", [[595, 842, 0, 0], [0, 0, 0, 0], [0, 0, 595], ["a", 0, 1, 1], [0, 0, 10**9, 10**9]]
)
def test_d_3_a_page_with_a_strange_box_is_stamped(tmp_path: Path, target: Path, box: list[float]) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.MediaBox = pikepdf.Array(box)

    stamp_pdf(changed(a_pdf(tmp_path / "a.pdf"), change), target, a_stamp())
    with pikepdf.open(target) as pdf:
        assert len(pdf.pages) == 1


def test_d_3_a_page_without_content_or_with_several_parts_is_stamped(tmp_path: Path, target: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[0].obj["/Contents"]
        whole = pdf.pages[1].obj.Contents.read_bytes()
        cut = whole.index(b" ", len(whole) // 2)
        pdf.pages[1].obj.Contents = pikepdf.Array(
            [pdf.make_stream(whole[:cut]), pdf.make_stream(whole[cut:])]
        )

    stamp_pdf(changed(a_pdf(tmp_path / "a.pdf", [A4, A4]), change), target, a_stamp())
    first, second = texts(target)
    assert "body" not in first
    assert "受控" in first
    assert "body 2" in second
    assert "受控" in second


def test_d_3_a_copy_does_nothing_by_itself(tmp_path: Path, target: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        act = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.Root.OpenAction = act
        pdf.Root.AA = pikepdf.Dictionary(WC=act)
        pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["x", act]))
        pdf.pages[0].obj.AA = pikepdf.Dictionary(O=act)

    stamp_pdf(changed(a_pdf(tmp_path / "a.pdf"), change), target, a_stamp())
    assert b"app.alert" not in target.read_bytes()


def test_d_3_a_pdf_that_needs_a_password_is_refused(tmp_path: Path, target: Path) -> None:
    source = a_pdf(tmp_path / "a.pdf")
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.save(source, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    with pytest.raises(PrintingFailed) as failed:
        stamp_pdf(source, target, a_stamp())
    assert failed.value.code == "encrypted"


def test_d_3_a_pdf_that_opens_without_a_password_is_stamped(tmp_path: Path, target: Path) -> None:
    source = a_pdf(tmp_path / "a.pdf")
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.save(source, encryption=pikepdf.Encryption(user="", owner="secret"))
    stamp_pdf(source, target, a_stamp())
    assert "body 1" in texts(target)[0]
    assert "受控" in texts(target)[0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7\n%%EOF",
        b"no pdf at all",
        b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<<>>",
    ],
)
def test_d_3_what_is_no_pdf_is_refused(tmp_path: Path, target: Path, content: bytes) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(content)
    with pytest.raises(PrintingFailed) as failed:
        stamp_pdf(source, target, a_stamp())
    assert failed.value.code == "unreadable"


def test_d_3_a_torn_pdf_is_mended_or_refused(tmp_path: Path, target: Path) -> None:
    whole = a_pdf(tmp_path / "a.pdf", [A4] * 3).read_bytes()
    source = tmp_path / "torn.pdf"
    mended = 0
    for share in range(1, 20):
        source.write_bytes(whole[: len(whole) * share // 20])
        with contextlib.suppress(PrintingFailed):
            pages = stamp_pdf(source, target, a_stamp())
            assert ["受控" in text for text in texts(target)] == [True] * pages
            mended += 1
    assert 0 < mended < 19


@pytest.mark.parametrize(("most", "code"), [(3, None), (2, "too_long")])
def test_d_3_a_copy_has_at_most_so_many_pages(
    tmp_path: Path, target: Path, most: int, code: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docctl.printing.stamp_pdf.MOST_PAGES", most)
    source = a_pdf(tmp_path / "a.pdf", [A4] * 3)
    if code is None:
        assert stamp_pdf(source, target, a_stamp()) == 3
    else:
        with pytest.raises(PrintingFailed) as failed:
            stamp_pdf(source, target, a_stamp())
        assert failed.value.code == code


def test_d_3_long_texts_stay_on_the_page_and_keep_the_page_number(tmp_path: Path, target: Path) -> None:
    stamp = a_stamp(
        word="仅供参考" * 500,
        lines=("名称" * 1000, "a" * 2000),
        footer="题名" * 1000 + " 第 {page} 页 共 {pages} 页",
        watermark="作废" * 1000,
    )
    stamp_pdf(a_pdf(tmp_path / "a.pdf"), target, stamp)
    text = texts(target)[0]
    assert "第 1 页 共 1 页" in text
    assert "…" in text
    assert not inked(seen(target), (0.0, 0.0, 0.03, 1.0))


@pytest.mark.parametrize("most", [5, 40, 90, 200, 2000])
def test_d_3_the_foot_fits(most: float) -> None:
    line = foot_line("题名" * 40 + " 第 {page} 页 共 {pages} 页 {x}", 12, 34, most)
    assert width(line, 7) <= most or len(line) == 1
    assert ("第 12 页 共 34 页 {x}" in line) is (most >= 200) or "12 页 共 34" in line or most <= 40


def test_d_3_a_hundred_pages_are_stamped_while_one_waits(tmp_path: Path, target: Path) -> None:
    source = a_pdf(tmp_path / "a.pdf", [A4] * 100)
    stamp_pdf(source, target, a_stamp())
    start = time.process_time()
    stamp_pdf(source, target, an_obsolete_stamp())
    assert time.process_time() - start < 1.0  # 0.1 s alone on a core
    assert target.stat().st_size < source.stat().st_size + 600_000
