"""The clauses of every document: stored, found, opened at, counted through (I-9)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, update

from docctl.jobs.outline_texts import outline_texts
from docctl.jobs.seal_texts import seal_plain_texts
from docctl.jobs.wait import settle
from docctl.models.content import FileReading, ItemFile
from docctl.models.trail import EventRow
from docctl.queries.document_page import document_page
from docctl.queries.outlines import outlines_of
from docctl.queries.search import Asked, search
from docctl.queries.search_hits import SearchHit
from docctl.services.content.texts import Texts
from docctl.services.readings import NoteOutlines, note_outlines
from tests.away import keys_away
from tests.world import World, as_owner

TEXT = (
    "1 目的\n规范检验。\n2 职责\n质检部负责。\n4 程序\n4.1 进货检验\n见第五条。\n"
    "4.2 过程检验\n4.2.1 首件检验\n每班首件由检验员确认。\n4.2.2 巡检\n每两小时一次。"
)
RULES = "第一章 总则\n第一条 目的\n保密。\n第二章 管理\n第二条 范围\n全厂。\n第四条 处罚\n从严。"


@pytest.fixture
def revision(world: World) -> UUID:
    made = world.issued(world.draft("检验控制程序", text=TEXT))
    settle(world.house)
    return made


def hits(world: World, text: str, who: str = "wang", **asked: object) -> list[SearchHit]:
    house = world.house
    with house.uow.read() as session:
        found = search(
            session,
            world.by(who).actor,
            Asked(text=text, **asked),  # type: ignore[arg-type]
            engine=house.search,
            at=house.clock(),
            zone=house.zone,
        )
    assert found.total == len(found.hits)
    return list(found.hits)


def reading(world: World, revision: UUID) -> FileReading:
    with world.house.uow.read() as session:
        query = select(FileReading).join(ItemFile, ItemFile.id == FileReading.file_id)
        return session.scalars(query.where(ItemFile.owner_id == revision)).one()


def before_outlines(world: World, **values: object) -> None:
    """Put every text back to how it was before outlines were kept."""
    gone = {"outline": None, "sealed_outline": None, "outlined_at": None, **values}
    as_owner(world.house).write(lambda session: session.execute(update(FileReading).values(gone)))


def paths(world: World, revision: UUID) -> list[str]:
    with world.house.uow.read() as session:
        return [one.path for one in outlines_of(session, [revision]).get(revision, ())]


def test_i_9_the_clauses_of_a_text_are_read_with_it_and_lie_sealed_beside_it(
    world: World, revision: UUID
) -> None:
    assert paths(world, revision) == ["1", "2", "4", "4.1", "4.2", "4.2.1", "4.2.2"]
    row = reading(world, revision)
    assert (row.outline, row.outlined_at) == (None, row.read_at)
    assert row.sealed_outline is not None
    assert "首件".encode() not in row.sealed_outline


@pytest.mark.parametrize("typed", ["QP-01 4.2.1", "条款:4.2.1", "clause:４.2.1", "首件 4.2.1"])
def test_i_9_a_search_for_a_clause_leads_to_its_place(world: World, revision: UUID, typed: str) -> None:
    (hit,) = hits(world, typed)
    assert hit.clause is not None
    assert (hit.clause.path, hit.clause.title) == ("4.2.1", "首件检验")
    assert hit.clause.anchor == "text-c-4.2.1"
    shown = "".join(text for text, _ in hit.snippet)
    assert shown.removeprefix("…").startswith("4.2.1 首件检验 每班首件由检验员确认。")
    assert "4.2.2" not in shown


def test_i_9_a_clause_that_is_not_there_is_not_found_by_its_field(world: World, revision: UUID) -> None:
    assert hits(world, "条款:4.2.3") == []
    assert [one.clause for one in hits(world, "首件")] == [None]
    assert [one.clause for one in hits(world, "首件 NOT 4.9")] == [None]


def test_i_9_named_clauses_are_found_by_their_name(world: World) -> None:
    world.issued(world.draft("保密制度", text=RULES))
    settle(world.house)
    (hit,) = hits(world, "条款:第二條")
    assert hit.clause is not None
    assert (hit.clause.path, hit.clause.title) == ("2.2", "范围")
    assert [one.clause.path for one in hits(world, "第二章") if one.clause] == ["2"]
    assert hits(world, "条款:第三条") == []


def test_i_9_gaps_and_repeats_are_told_on_the_page(world: World, revision: UUID) -> None:
    house = world.house
    with house.uow.read() as session:
        page = document_page(
            session, world.by("wang").actor, at=house.clock(), zone=house.zone, revision_id=revision
        )
    assert [one.path for one in page.outline.clauses] == paths(world, revision)
    assert [(one.code, dict(one.params)) for one in page.outline.gaps] == [
        ("clause_missing", {"clause": "3"})
    ]


def test_i_9_the_worker_reads_the_clauses_of_texts_from_before(world: World, revision: UUID) -> None:
    before = reading(world, revision)
    before_outlines(world)
    assert (paths(world, revision), outline_texts(world.house)) == ([], True)
    assert not outline_texts(world.house)
    assert len(paths(world, revision)) == 7
    settle(world.house)
    assert [one.id for one in hits(world, "条款:4.2.2")] == [world.document_of(revision).id]
    after = reading(world, revision)
    assert (after.text, after.sealed_text is None, after.read_at) == ("", False, before.read_at)
    with world.house.uow.read() as session:
        told = session.scalars(select(EventRow.subject_id).where(EventRow.action == "file.outlined")).all()
    assert world.document_of(revision).id in told


def test_i_9_what_was_read_again_meanwhile_keeps_its_newer_outline(world: World, revision: UUID) -> None:
    row = reading(world, revision)
    before_outlines(world)
    kept = Texts(world.house.keys).kept(revision, row.file_id, "过时", None, "[]")
    late = NoteOutlines(((row.file_id, row.read_at.replace(year=2020), kept),))
    assert note_outlines(late, by=world.system(), house=world.house) == 0
    again = NoteOutlines(((row.file_id, row.read_at, kept),))
    assert note_outlines(again, by=world.system(), house=world.house) == 1
    assert note_outlines(again, by=world.system(), house=world.house) == 0


def test_r_7_a_text_whose_key_is_gone_is_left_as_it_lies(world: World, revision: UUID) -> None:
    sealed = reading(world, revision).sealed_text
    assert world.house.keys is not None
    world.house.keys.destroy([revision])
    before_outlines(world)
    while outline_texts(world.house):
        pass
    row = reading(world, revision)
    assert (row.sealed_text, row.sealed_outline) == (sealed, None)
    assert row.outlined_at is not None
    assert paths(world, revision) == []


def test_r_7_a_text_whose_key_is_away_is_outlined_once_it_is_back(world: World, revision: UUID) -> None:
    other = world.issued(world.draft("保密制度", text=RULES))
    settle(world.house)
    before_outlines(world)
    with keys_away(world, revision):
        assert outline_texts(world.house)
        assert not outline_texts(world.house)
        assert len(paths(world, other)) == 5  # it keeps no other text from being read
    assert reading(world, revision).outlined_at is None
    assert outline_texts(world.house)
    assert len(paths(world, revision)) == 7


def test_r_7_without_a_key_store_an_outline_lies_plain_and_is_sealed_with_its_text(
    world: World, revision: UUID
) -> None:
    plain = "1 目的\n说明。\n2 范围\n说明。"
    before_outlines(world, sealed_text=None, sealed_html=None, text=plain, html="<p>1 目的</p>")
    assert outline_texts(replace(world.house, keys=None))
    row = reading(world, revision)
    assert row.html == '<p><a id="text-c-1"></a>1 目的</p>'
    assert '"path":"2"' in (row.outline or "")
    assert paths(world, revision) == ["1", "2"]
    while seal_plain_texts(world.house):
        pass
    row = reading(world, revision)
    assert (row.outline, row.sealed_outline is None) == (None, False)
    assert paths(world, revision) == ["1", "2"]


def test_x_3_a_clause_of_a_draft_is_found_by_those_who_see_it(world: World) -> None:
    world.draft("草案", text=TEXT, author="chen")
    settle(world.house)
    assert hits(world, "条款:4.2.1", who="zhang") == []
    assert len(hits(world, "条款:4.2.1", who="chen")) == 1
