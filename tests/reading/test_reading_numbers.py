"""The numbers that Word draws and does not store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from uploads_made import W, paragraph, pointer, with_body

from docctl.reading import docx
from docctl.reading.numerals import written

Write = Callable[[str, bytes], Path]
RELS = pointer("r1", "numbering", "numbering.xml") + pointer("r2", "styles", "styles.xml")


def level(at: int, form: str, pattern: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{pattern}"/>{more}</w:lvl>'
    )


CLAUSES = level(0, "decimal", "%1.") + level(1, "decimal", "%1.%2") + level(2, "decimal", "%1.%2.%3")


def numbered(words: str, at: int = 0, ident: str = "1", style: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    own = f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{ident}"/></w:numPr>' if ident else ""
    return f"<w:p><w:pPr>{named}{own}</w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>"


@pytest.fixture
def read(write: Write) -> Callable[..., dict[str, Any]]:
    def reading(body: str, levels: str = CLAUSES, *, nums: str = "", styles: str = "") -> dict[str, Any]:
        lists = (
            f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
            f'<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>{nums}</w:numbering>'
        )
        sheet = f'<w:styles xmlns:w="{W}">{styles}</w:styles>'
        content = with_body(body, rels=RELS, numbering=lists, styles=sheet)
        return docx.read(str(write("a.docx", content)))

    return reading


Read = Callable[..., dict[str, Any]]


def test_levels_count_and_start_anew_below_their_parent(read: Read) -> None:
    body = "".join(numbered("x", at) for at in (0, 1, 1, 2, 0, 1, 2))
    result = read(body)
    assert [line.split()[0] for line in result["text"].splitlines()] == [
        *("1.", "1.1", "1.2", "1.2.1", "2.", "2.1", "2.1.1"),
    ]
    assert "<p>1.2.1 x</p>" in result["html"]
    assert "<ol>" not in result["html"]


def test_a_paragraph_between_does_not_stop_the_count(read: Read) -> None:
    assert read(numbered("a") + paragraph("b") + numbered("c"))["text"] == "1. a\nb\n2. c"


def test_a_level_that_was_skipped_counts_as_started(read: Read) -> None:
    assert read(numbered("a", 1))["text"] == "1.1 a"


@pytest.mark.parametrize(
    ("form", "pattern", "suffix", "shown"),
    [
        ("chineseCountingThousand", "第%1条", "", "第一条 x"),
        ("chineseCounting", "%1、", '<w:suff w:val="nothing"/>', "一、x"),
        ("upperLetter", "%1)", "", "A) x"),
        ("decimalEnclosedCircle", "%1", "", "① x"),
        ("chineseCounting", "%1", "<w:isLgl/>", "1 x"),
    ],
)
def test_the_forms_of_numbers_are_kept(read: Read, form: str, pattern: str, suffix: str, shown: str) -> None:
    assert read(numbered("x"), level(0, form, pattern, suffix))["text"] == shown


def test_bullets_stay_a_list(read: Read) -> None:
    result = read(numbered("x"), level(0, "bullet", "•"))
    assert (result["text"], result["html"]) == ("x", "<ul><li>x</li></ul>")


def test_a_second_list_goes_on_unless_it_starts_anew(read: Read) -> None:
    goes_on = '<w:num w:numId="2"><w:abstractNumId w:val="7"/></w:num>'
    anew = goes_on.replace(
        "</w:num>",
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>',
    )
    body = numbered("a") + numbered("b", ident="2") + numbered("c", ident="2")
    assert read(body, nums=goes_on)["text"] == "1. a\n2. b\n3. c"
    assert read(body, nums=anew)["text"] == "1. a\n1. b\n2. c"


def test_a_style_numbers_its_paragraphs_and_those_based_on_it(read: Read) -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/>'
        '<w:basedOn w:val="H1"/><w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    body = numbered("目的", ident="", style="H1") + numbered("范围", ident="", style="H2")
    result = read(body, styles=styles)
    assert result["text"] == "1. 目的\n1.1 范围"
    assert result["html"] == "<h1>1. 目的</h1><h2>1.1 范围</h2>"


def test_list_zero_takes_a_paragraph_off_the_list_of_its_style(read: Read) -> None:
    style = (
        '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    assert read(numbered("x", ident="0", style="H1"), styles=style)["text"] == "x"


def test_styles_that_are_based_on_each_other_end(read: Read) -> None:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{a}"><w:name w:val="{a}"/><w:basedOn w:val="{b}"/></w:style>'
        for a, b in (("A", "B"), ("B", "A"))
    )
    assert read(numbered("x", ident="", style="A"), styles=styles)["text"] == "x"


@pytest.mark.parametrize("at", ["-1", "9", "999999999999", "x", ""])
def test_levels_that_do_not_exist_are_harmless(read: Read, at: str) -> None:
    body = numbered("x").replace('w:ilvl w:val="0"', f'w:ilvl w:val="{at}"')
    assert read(body)["text"].endswith("x")


def test_a_long_pattern_does_not_multiply(read: Read) -> None:
    result = read(numbered("x") * 10, level(0, "decimal", "%1" + "y" * 5000))
    assert len(result["text"]) < 800


@pytest.mark.parametrize(
    ("number", "form", "shown"),
    [
        (10, "chineseCounting", "十"),
        (19, "chineseCounting", "十九"),
        (20, "chineseCounting", "二十"),
        (21, "chineseCountingThousand", "二十一"),
        (105, "chineseCountingThousand", "一百零五"),
        (110, "chineseCountingThousand", "一百一十"),
        (1005, "chineseCountingThousand", "一千零五"),
        (10_000, "chineseCounting", "10000"),
        (12, "chineseLegalSimplified", "拾贰"),
        (0, "chineseCounting", "零"),
        (26, "lowerLetter", "z"),
        (27, "upperLetter", "AA"),
        (1949, "upperRoman", "MCMXLIX"),
        (4, "lowerRoman", "iv"),
        (4000, "lowerRoman", "4000"),
        (20, "decimalEnclosedCircle", "⑳"),
        (21, "decimalEnclosedCircle", "21"),
        (3, "decimalZero", "03"),
        (2, "ideographTraditional", "乙"),
        (12, "ideographZodiac", "亥"),
        (3, "unknownForm", "3"),
        (3, "none", ""),
    ],
)
def test_counts_are_written_as_office_programs_do(number: int, form: str, shown: str) -> None:
    assert written(number, form) == shown
