"""Which files a revision may have beside its main one (V-13)."""

from __future__ import annotations

import pytest

from docctl.domain.revision_files import LONGEST_TITLE, MOST_ANNEXES, RevisionFile, may_have, tidy_title

MAIN = RevisionFile("main", "程序.docx", "m")
SOURCE = RevisionFile("source", "程序原稿.docx", "s")


def annexes(count: int) -> list[RevisionFile]:
    return [RevisionFile("annex", f"附件{n}.pdf", f"a{n}") for n in range(count)]


@pytest.mark.parametrize(
    ("files", "answer"),
    [
        pytest.param([MAIN], "", id="main alone"),
        pytest.param([MAIN, *annexes(2), SOURCE], "", id="annexes and source"),
        pytest.param([MAIN, *annexes(MOST_ANNEXES)], "", id="as many as may be"),
        pytest.param([MAIN, *annexes(MOST_ANNEXES + 1)], "too_many_annexes", id="one more"),
        pytest.param([MAIN, *annexes(200)], "too_many_annexes", id="two hundred"),
        pytest.param([MAIN, RevisionFile("main", "另一份.docx", "n")], "one_main", id="two main files"),
        pytest.param([MAIN, SOURCE, RevisionFile("source", "另.docx", "t")], "one_source", id="two sources"),
        pytest.param([MAIN, RevisionFile("annex", "附件.docx", "m")], "file_twice", id="main as annex"),
        pytest.param([MAIN, *annexes(1), *annexes(1)], "file_twice", id="an annex twice"),
        pytest.param([MAIN, RevisionFile("source", "程序.docx", "m")], "file_twice", id="main as source"),
        pytest.param([MAIN, RevisionFile("annex", "a", "a", "长" * LONGEST_TITLE)], "", id="longest title"),
        pytest.param(
            [MAIN, RevisionFile("annex", "a", "a", "长" * (LONGEST_TITLE + 1))],
            "annex_title_too_long",
            id="a longer title",
        ),
    ],
)
def test_v_13_which_files_stand_together(files: list[RevisionFile], answer: str) -> None:
    verdict = may_have(files)
    assert getattr(verdict, "code", "") == answer


def test_v_13_a_title_stands_in_one_line() -> None:
    assert tidy_title("  流程图\n（修订） ") == "流程图 （修订）"
    assert tidy_title("\t\n") == ""
