"""Plain texts as PDF: every character seen, lines that end where they may, pages that are numbered."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from docctl.printing import PrintingFailed
from docctl.printing.lines import wrapped
from docctl.printing.text_pdf import text_to_pdf
from docctl.printing.typeface import drawable, elide, width
from tests.printing.samples import a_stamp, inked, seen, texts


def test_d_3_a_text_is_printed_with_title_stamp_and_page_numbers(tmp_path: Path) -> None:
    target = tmp_path / "text.pdf"
    pages = text_to_pdf("第一行 first\n" * 120, target, a_stamp(), "记录控制程序")
    shown = texts(target)
    assert pages == len(shown) == 3
    assert "记录控制程序" in shown[0]
    assert sum(page.count("第一行 first") for page in shown) == 120
    for number, page in enumerate(shown, 1):
        assert "受控" in page
        assert f"第 {number} 页 共 3 页" in page
    with pikepdf.open(target) as pdf:
        assert str(pdf.docinfo["/Title"]) == "记录控制程序"


def test_d_3_the_font_is_embedded_as_a_subset(tmp_path: Path) -> None:
    target = tmp_path / "text.pdf"
    text_to_pdf("顺序", target, a_stamp(), "题名")
    assert target.stat().st_size < 60_000
    with pikepdf.open(target) as pdf:
        fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/FontFile2" in o]
        assert [str(font.FontName).partition("+")[2] for font in fonts] == ["WenQuanYiMicroHei"]


@pytest.mark.parametrize("text", ["", "\n", "\f\f", " ", "\x00\x1b[2J\ud800", "\u202eabc", "😀𠮷"])
def test_d_3_any_text_is_printed(tmp_path: Path, text: str) -> None:
    target = tmp_path / "text.pdf"
    assert text_to_pdf(text, target, a_stamp(), text) == 1 + text.count("\f")
    assert len(texts(target)) == 1 + text.count("\f")


def test_d_3_lines_and_indents_of_the_author_stay(tmp_path: Path) -> None:
    target = tmp_path / "text.pdf"
    text_to_pdf("a\r\n\r\n\tb\rc", target, a_stamp(), "t")
    assert [line for line in texts(target)[0].split() if line in {"a", "b", "c"}] == ["a", "b", "c"]


def test_d_3_a_long_text_stays_between_its_margins(tmp_path: Path) -> None:
    target = tmp_path / "text.pdf"
    text_to_pdf("长" * 3000 + "\n" + "W" * 900, target, a_stamp(), "题" * 2000)
    assert not inked(seen(target), (0.0, 0.08, 0.1, 0.95))
    assert not inked(seen(target), (0.92, 0.08, 1.0, 0.95))


def test_d_3_a_text_has_at_most_so_many_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docctl.printing.text_pdf.MOST_PAGES", 2)
    assert text_to_pdf("\f", tmp_path / "text.pdf", a_stamp(), "t") == 2
    with pytest.raises(PrintingFailed) as failed:
        text_to_pdf("\f\f", tmp_path / "text.pdf", a_stamp(), "t")
    assert failed.value.code == "too_long"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("一二三四五六", ["一二三四", "五六"], id="between characters"),
        pytest.param("一二三四，五", ["一二三四，", "五"], id="a mark hangs over the end"),
        pytest.param("一二三四。」五", ["一二三四。", "」五"], id="one mark only"),
        pytest.param("一二三（四五", ["一二三", "（四五"], id="a bracket goes with what follows"),
        pytest.param("ab cd ef", ["ab", "cd", "ef"], id="between words"),
        pytest.param("一abcd", ["一", "abcd"], id="a word stays whole"),
        pytest.param("abcdefghij", ["abcd", "efgh", "ij"], id="too long a word falls apart"),
        pytest.param("  一二三", ["  一二", "三"], id="an indent stays"),
        pytest.param("", [""], id="an empty line"),
        pytest.param("（（（（（（", ["（（（（", "（（"], id="nothing but brackets"),
        pytest.param("一二三四    五", ["一二三四", "五"], id="spaces vanish at the end"),
    ],
)
def test_d_3_a_line_ends_where_it_may(text: str, lines: list[str]) -> None:
    assert list(wrapped(text, 4, len)) == lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("记录 QP-07 堃喆玥", "记录 QP-07 堃喆玥", id="rare names"),
        pytest.param("記錄控制程序", "記錄控制程序", id="traditional"),
        pytest.param("25℃ Ⅴ ☐", "25°C V □", id="by its parts"),
        pytest.param("😀", "〓", id="not in the font"),
        pytest.param("a\x00\u202eb", "a\ufffd\ufffdb", id="controls"),
    ],
)
def test_d_3_a_character_is_drawn_or_its_absence_seen(text: str, shown: str) -> None:
    assert drawable(text) == shown


@pytest.mark.parametrize("codec", ["gb2312", "gbk", "big5"])
def test_d_3_the_font_has_the_chinese_of_every_office(codec: str) -> None:
    han = [chr(code) for code in range(0x4E00, 0x9FA6) if chr(code).encode(codec, "ignore")]
    assert len(han) > 6000
    assert [character for character in han if drawable(character) != character] == []


def test_d_3_a_text_is_cut_where_it_no_longer_fits() -> None:
    fits = width("一二三四", 10)
    assert elide("一二三四", fits, 10) == "一二三四"
    cut = elide("一二三四", fits - 0.1, 10)
    assert cut.endswith("…")
    assert width(cut, 10) <= fits - 0.1
