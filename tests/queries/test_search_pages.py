"""The page on which the words of a hit stand comes from where the pages of its file start (S-3)."""

from __future__ import annotations

import pytest

from docctl.jobs.wait import settle
from docctl.queries.search import Asked, search
from docctl.queries.search_texts import paged_texts_of, texts_of
from tests.filing import a_form, filed, upload
from tests.world import World


@pytest.mark.parametrize("longest", [None, 100_000])
def test_s_3_the_words_of_a_hit_have_their_page(world: World, longest: int | None) -> None:
    files = (
        upload(world, "wang", "第一页的文字\f第二页的词语"),
        upload(world, "wang", "附件没有页", name="b.txt"),
    )
    made = filed(world, a_form(world), uploads=files)
    settle(world.house)
    with world.house.uow.read() as session:
        paged = paged_texts_of(session, [made], longest=longest)[made]
        assert texts_of(session, [made], longest=longest)[made] == paged.text
    assert paged.page_of([("第一页的", False), ("文字", True)]) == 1
    assert paged.page_of([("…第二页的", False), ("词语", True)]) == 2
    assert paged.page_of([("附件", True), ("没有页", False)]) is None


def test_s_3_a_hit_says_the_page_and_without_pages_none(world: World) -> None:
    paged_file = upload(world, "wang", "第一页的文字\f第二页的独特词语")
    made = filed(
        world, a_form(world), uploads=(paged_file, upload(world, "wang", "附件没有分开", name="b.txt"))
    )
    settle(world.house)

    def page(text: str) -> int | None:
        with world.house.uow.read() as session:
            actor, house = world.by("wang").actor, world.house
            found = search(
                session, actor, Asked(text=text), engine=house.search, at=house.clock(), zone=house.zone
            )
        (hit,) = found.hits
        assert hit.id == made
        return hit.page

    assert page("第一页") == 1
    assert page("独特词语") == 2
    assert page("附件没有") is None
