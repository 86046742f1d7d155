"""On which page of a file the words of a hit stand (S-3)."""

from __future__ import annotations

from uuid import UUID

import pytest

from docctl.domain.paged_text import PagedText, put_together

TWO = put_together(
    [("甲页的记录\n乙页的\n记录", [0, 6], True), ("无页的文字", [0], True), ("表", [0, 1], False)]
)


def test_s_3_files_follow_each_other_with_their_pages() -> None:
    assert TWO.text == "甲页的记录\n乙页的\n记录\n\n无页的文字\n\n表"
    assert TWO.pages == ((0, 1), (6, 2), (14, 0), (21, 0))


@pytest.mark.parametrize(
    ("place", "page"), [(0, 1), (5, 1), (6, 2), (12, 2), (13, 2), (14, None), (20, None), (21, None)]
)
def test_s_3_a_character_stands_on_a_page_from_its_start_on(place: int, page: int | None) -> None:
    assert TWO.page_at(place) == page


@pytest.mark.parametrize(
    ("shown", "page"),
    [
        ([("甲页的", False), ("记录", True)], 1),
        ([("…乙页的 ", False), ("记录", True), (" 无页", False)], 2),
        ([("乙页的", True), ("记录", False)], 2),
        ([("…", False), ("无页", True)], None),
        ([("甲页的", False)], None),
        ([("另文", False), ("记录", True)], 1),
        ([("不在其中", True)], None),
        ([], None),
    ],
)
def test_s_3_a_hit_is_on_the_page_of_its_first_marked_words(
    shown: list[tuple[str, bool]], page: int | None
) -> None:
    assert TWO.page_of(shown) == page


def test_s_3_pages_beyond_what_is_looked_at_and_empty_files_are_left_out() -> None:
    cut = put_together([("", [0, 5], True), ("abc", [0, 2, 9], True)])
    assert cut == PagedText("abc", ((0, 1), (2, 2)), ((0, None),))
    assert PagedText("abc").page_at(1) is None


def test_s_3_a_hit_behind_a_blank_is_looked_for_at_few_places() -> None:
    class Counted(str):
        __slots__ = ("asked",)

        def find(self, *given: object) -> int:  # type: ignore[override]
            self.asked = getattr(self, "asked", 0) + 1
            return super().find(*given)  # type: ignore[arg-type]

    text = Counted("x" * 10_000 + " " + "y" * 58 + " 记录")
    found = PagedText(text, ((0, 1), (10_001, 2))).page_of([("z " + "y" * 58 + " ", False), ("记录", True)])
    assert found == 2
    assert text.asked < 5


def test_s_3_the_file_is_that_in_which_the_first_marked_words_stand() -> None:
    main, annex = UUID(int=1), UUID(int=2)
    found = put_together(
        [("正文的词语", [], True), ("附件的词语", [], True), ("流程图", [], False)], ids=[main, annex, annex]
    )
    assert found.file_of([("正文的", False), ("词语", True)]) == main
    assert found.file_of([("…附件的", False), ("词语", True)]) == annex
    assert found.file_of([("流程图", True)]) == annex
    assert found.file_of([("没有", True)]) is None
    alone = put_together([("甲", [], True)], ids=[main])
    assert alone.file_of([("甲", True)]) is None  # nothing to tell apart
