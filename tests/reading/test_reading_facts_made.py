"""How many facts are found in procedures of many layouts, and that nothing runs long (I-1)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docctl.reading import docx, pdf, text
from docctl.reading.facts import Facts, find_facts
from docctl.reading.facts.child import facts_in_child
from docctl.reading.pool import ReaderPool
from tests.procedures import LAYOUTS, Made, files, make
from tests.procedures.scoring import Score

Written = Callable[[Made, random.Random], Any]
FORMS: dict[str, tuple[Written, Callable[[str], dict[str, Any]]]] = {
    "docx": (files.as_docx, docx.read),
    "pdf": (files.as_pdf, pdf.read),
    "txt": (files.as_text, text.read),
    "lost": (files.as_lost_lines, text.read),
}
#: Many of a kind that some expression may stumble over.
UNITS = (
    *(
        " ",
        "\t",
        "\n",
        "\u3000",
        "a",
        "A",
        "1",
        "一",
        "-",
        "_",
        ".",
        "(",
        "（",
        "《",
        "》",
        "<",
        "【",
        "“",
        '"',
        "，",
        "：",
    ),
    *(
        "〔",
        "□",
        "☑",
        "A-",
        "A1-",
        "1.",
        "1.1 ",
        "《a",
        "《《",
        "((",
        "A A ",
        "编制 ",
        "编制：",
        "编 ",
        "《记录表》、",
        "控制程序\n",
    ),
    *(
        "见图1",
        "附件一：\n",
        "QR-01表 ",
        "GB/T 19001-2016 ",
        "2020-",
        "二〇",
        "業(yè)",
        "受控□",
        "A/0 ",
        "王 伟",
        "John ",
        "部(",
    ),
    *(
        "5 相关文件\n",
        "相关记录\n",
        "编号\t1\t",
        "版本\t日期\t内容\n",
        "精品-",
        ".docx",
        "...1\n",
        "编制 审核 批准 ",
        "一、",
        "(一)",
    ),
)


def read(folder: Path, made: Made, form: str, seed: int) -> dict[str, Any]:
    write, read_file = FORMS[form]
    written = write(made, random.Random(seed))
    path = folder / f"one.{form}"
    path.write_bytes(written.encode() if isinstance(written, str) else written)
    return read_file(str(path))


def facts_of(said: dict[str, Any], name: str) -> Facts:
    return find_facts(said["text"], name, parts=[tuple(part) for part in said["parts"]], pages=said["pages"])


@pytest.mark.parametrize(
    ("form", "least", "most_wrong"), [("docx", 0.97, 0.01), ("pdf", 0.93, 0.03), ("txt", 0.97, 0.01)]
)
def test_i_1_most_facts_of_each_layout_are_right_and_few_wrong(
    tmp_path: Path, form: str, least: float, most_wrong: float
) -> None:
    score = Score()
    layouts = sorted(LAYOUTS) if form == "txt" else sorted(LAYOUTS)[::3]  # files take time to make
    for seed, layout in enumerate(layouts):
        style = ("simple", "traditional", "bilingual", "english")[seed % (4 if form != "pdf" else 1)]
        made = make(7_000 + seed, layout, style)
        score.add(layout, made.facts, facts_of(read(tmp_path, made, form, seed), f"{made.name}.{form}"))
    right, wrong = score.shares()
    assert right >= least, score.notes
    assert wrong <= most_wrong, score.notes


def test_i_1_texts_without_line_ends_still_give_nearly_all(tmp_path: Path) -> None:
    score = Score()
    for seed in range(60):
        made = make(8_000 + seed)
        score.add(made.layout, made.facts, facts_of(read(tmp_path, made, "lost", seed), f"{made.name}.txt"))
    right, wrong = score.shares()
    assert right >= 0.9, score.notes
    assert wrong <= 0.03, score.notes


def test_i_1_the_child_gives_the_same_facts(pool: ReaderPool, tmp_path: Path) -> None:
    made = make(7_001, "table_top", "simple")
    said = read(tmp_path, made, "docx", 1)
    found = facts_in_child(pool, tmp_path, said["text"], "a.docx", parts=said["parts"], pages=said["pages"])
    here = facts_of(said, "a.docx").as_json()
    assert {kind: found[kind] for kind in here} == here


def test_i_1_the_same_text_gives_the_same_facts() -> None:
    made = files.as_text(make(7_002), random.Random(1))
    assert find_facts(made, "a.txt").as_json() == find_facts(made, "a.txt").as_json()


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    "before", ["", "文件编号：QP-01 版本：A\n1 目的\n"], ids=["alone", "behind a header"]
)
def test_i_1_no_text_takes_long(unit: str, before: str) -> None:
    many = before + unit * (5_000 // len(unit))
    began = time.process_time()
    find_facts(many, "a.txt")
    assert (
        time.process_time() - began < 2
    )  # a hundredth of it is usual; an expression that runs away takes minutes


@pytest.mark.parametrize("line", ["-", "=", "─", "- ", "| ", "│─", "x-"])
def test_i_1_a_drawn_line_with_a_word_behind_it_takes_no_longer(line: str) -> None:
    began = time.process_time()
    find_facts(f"{line * (2_000 // len(line))}第1页\n1 目的\n", "a.txt")
    assert time.process_time() - began < 2  # two of them took 20 seconds


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.sampled_from(
            (*UNITS, "文件编号：", "QP-01", "2016年7月5日", "张伟", "\f", "\u00a0", "\U00020000")
        ),
        max_size=60,
    )
)
def test_i_1_any_text_is_read_and_every_place_lies_in_it(pieces: list[str]) -> None:
    made = "".join(pieces)
    facts = find_facts(made, "a.txt", parts=[("header", 0, len(made) // 3)], pages=[0, len(made) // 2])
    for one in facts.found().values():
        assert one is None or one.start == -1 or 0 <= one.start < one.end <= len(made)
    for citation in facts.citations:
        assert 0 <= citation.start < citation.end <= len(made)
    assert facts.as_json()


def test_i_1_a_big_text_takes_no_more_than_its_share() -> None:
    made = [files.as_text(make(9_000 + seed), random.Random(seed)) for seed in range(30)]
    small, big = "\n".join(made[:5]), "\n".join(made)

    def took(what: str) -> float:
        best = 10.0
        for _ in range(3):
            began = time.process_time()
            find_facts(what, "a.txt")
            best = min(best, time.process_time() - began)
        return best / len(what)

    assert took(big) < 4 * took(small)
