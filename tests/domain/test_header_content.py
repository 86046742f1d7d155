"""Header blocks: read and written alike, what a copy must say, what is filled in (D-3, D-14, O-4)."""

from __future__ import annotations

from typing import Any

import pytest

from docctl.domain.header_content import (
    block_of,
    check_headers,
    filled,
    foot_of,
    lines_of_headers,
    read_headers,
    say_headers,
    shipped_headers,
    uses_of,
    write_headers,
)
from docctl.domain.setting_kinds import KINDS, differences
from docctl.domain.verdicts import RuleRefused

BLOCKS = """# 副本
{公司} | {编号} | {版本号}/{修订状态}
{拟文部门} | 体系：{体系} |
页脚：{编号} 第 {页} 页 共 {总页数} 页

# copy NB
{company} {number} {label}

# list
{company} | {title} | {day}

# slip
{company} | {number}"""
VALUES = {"company": "示例", "number": "QP-01", "issue": "A", "amendment": "2", "drafting": "", "systems": ""}


def read(text: str) -> dict[str, Any]:
    return read_headers({"blocks": text})


def test_d_14_blocks_are_written_as_they_are_read_in_both_languages() -> None:
    content = read(BLOCKS)
    text = write_headers(content)["blocks"]
    assert read(text) == content
    assert read(say_headers(text, "zh_Hans")) == content
    assert "{公司} | {编号}" in say_headers(text, "zh_Hans")
    assert say_headers(text, "en") == text
    assert check_headers(content) == content
    assert read("") == shipped_headers()
    assert set(lines_of_headers(content)) == {"blocks"}
    (changed,) = differences(
        KINDS["headers"], content, read(BLOCKS.replace("{company} | {title}", "{title} | {company}"))
    )
    assert (changed.old, changed.new) == ("{company} | {title} | {day}", "{title} | {company} | {day}")


def test_o_4_a_block_is_that_of_the_entity_else_that_of_the_others_else_as_shipped() -> None:
    content = read(BLOCKS)
    own, others = block_of(content, "copy", "NB"), block_of(content, "copy", "SLJM")
    assert own is not None
    assert own.rows == (("{company} {number} {label}",),)
    assert others is not None
    assert len(others.rows) == 2
    assert block_of(shipped_headers(), "copy", "SLJM") is None
    assert block_of(read("# copy NB\n{number} {label}"), "copy", "SLJM") is None


def test_d_14_what_is_missing_leaves_a_cell_empty_and_a_row_of_nothing_goes() -> None:
    block = block_of(read(BLOCKS), "copy", "")
    assert block is not None
    assert filled(block, VALUES) == (("示例", "QP-01", "A/2"),)
    assert filled(block, VALUES | {"systems": "Q/E"}) == (("示例", "QP-01", "A/2"), ("", "体系：Q/E", ""))
    assert foot_of(block, VALUES) == "QP-01 第 {page} 页 共 {pages} 页"
    assert foot_of(block, VALUES | {"number": "{pages}"}).startswith("{pages} ")
    assert {"company", "number", "systems"} <= uses_of(block)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("# copy\n{number} {label}", ""),
        ("# copy\n{number} {issue} | {amendment}", ""),
        ("# copy\n{number} {issue}", "D-3.header_needs_number"),
        ("# copy\n{label}", "D-3.header_needs_number"),
        ("# copy\n{number} {label}\nfoot: {page}", "D-3.header_needs_pages"),
        ("# copy\n{number} {label}\nfoot: {page}/{pages}", ""),
        ("# slip\n{company}", "N-4.header_needs_number"),
        ("# list\n{number}", "D-14.header_place_unknown"),
        ("# list\n{title}\nfoot: x", "D-14.header_unfit"),
        ("# list\n{title", "D-14.header_braces"),
        ("# list\ntitle}", "D-14.header_braces"),
        ("# list\n" + "x" * 80, ""),
        ("# list\n" + "x" * 81, "D-14.header_cell_unfit"),
        ("# list\n" + "|".join("abcd"), ""),
        ("# list\n" + "|".join("abcde"), "D-14.header_cells"),
        ("# list\n" + "\n".join("abcdef"), ""),
        ("# list\n" + "\n".join("abcdefg"), "D-14.header_rows"),
        ("# list", "D-14.header_rows"),
        ("# list\na\n# list\nb", "D-14.header_twice"),
        ("# list NB\na\n# list\nb", ""),
        ("# poem\na", "D-14.header_line_unfit"),
        ("a", "D-14.header_line_unfit"),
        ("# list a b\nx", "D-14.header_unfit"),
    ],
)
def test_d_14_what_a_block_may_not_say_is_refused(text: str, key: str) -> None:
    if not key:
        assert read(text)["blocks"]
        return
    with pytest.raises(RuleRefused) as caught:
        read(text)
    assert (caught.value.refused.key, caught.value.refused.params["field"]) == (key, "blocks")


@pytest.mark.parametrize(
    "data",
    [
        None,
        {"blocks": None},
        {"blocks": [None]},
        {"blocks": [{"use": "list", "entity": 1, "rows": [["a"]], "foot": ""}]},
        {"blocks": [{"use": "list", "entity": "", "rows": [[1]], "foot": ""}]},
        {"blocks": [{"use": "list", "entity": "", "rows": ["a" * 5], "foot": ""}]},
        {"blocks": [{"use": "copy", "entity": "", "rows": [["{number} {label}"]], "foot": None}]},
        {"blocks": [{"use": "list", "entity": "", "rows": [["a"]], "foot": ""}] * 101},
    ],
)
def test_d_14_what_is_no_block_is_refused(data: object) -> None:
    with pytest.raises(RuleRefused) as caught:
        check_headers(data)
    assert caught.value.refused.rule == "D-14"
