"""What a document cites and who cites it, by number, title and other names (D-6, N-9, X-3)."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update

from docctl.jobs.cite_texts import cite_texts
from docctl.jobs.deliveries import deliver
from docctl.jobs.outline_texts import outline_texts
from docctl.models.content import FileReading
from docctl.queries.citations import Cited, cited, cited_by
from docctl.services.imports.provisional import GiveNumber, give_number
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests.away import keys_away
from tests.imports.conftest import folder
from tests.imports.making import Run, text_of, write
from tests.world import World, as_owner

__all__ = ["folder"]

BODY = "1 目的\n规范工作。\n2 相关文件\n2.1《{cited}》\n2.2 GB/T 19001-2016\n3 相关记录\n3.1《发放登记表》\n"


def imported(world: World, folder: Path, title: str, number: str, cites: str) -> tuple:
    facts = {"number": number, "label": "A/0", "effective": "2020-01-01"}
    write(folder, f"{title}.txt", text_of(title, **facts, body=BODY.replace("{cited}", cites)))
    run = Run.of(world, folder).read()
    row = run.imported()[f"{title}.txt"]
    assert row.outcome == "in_force", (row.rule, row.code)
    (folder / f"{title}.txt").unlink()
    return row.document_id, row.revision_id


def standing(world: World, revision_id: object, who: str = "chen") -> dict[str, Cited]:
    with world.house.uow.read() as session:
        found = cited(session, world.by(who).actor, revision_id, at=world.clock())  # type: ignore[arg-type]
    return {one.name or one.number: one for one in found}


def test_d_6_citations_are_found_by_title_in_either_script_and_told_where_missing(
    world: World, folder: Path
) -> None:
    _, citing = imported(world, folder, "采购控制程序", "JL-QP-09", "記錄控制程序")
    before = standing(world, citing)
    assert before["記錄控制程序"].standing == "missing"
    assert before["GB/T 19001-2016"].standing == "outside"
    assert (before["发放登记表"].kind, before["发放登记表"].standing) == ("form", "missing")
    target, revision = imported(world, folder, "记录控制程序", "JL-QP-02", "采购控制程序")
    after = standing(world, citing)["記錄控制程序"]
    assert (after.standing, after.document_id, after.shown_number) == ("in_force", target, "JL-QP-02")
    row = world.revision(revision)
    withdraw_revision(
        WithdrawRevision(revision, row.row_version, "不再需要"), by=world.by("chen"), house=world.house
    )
    world.clock.forward(minutes=1)
    assert standing(world, citing)["記錄控制程序"].standing == "obsolete"


def test_d_6_who_cites_a_document_is_shown_there_too(world: World, folder: Path) -> None:
    target, _ = imported(world, folder, "记录控制程序", "JL-QP-02", "别的程序")
    citing, _ = imported(world, folder, "采购控制程序", "JL-QP-09", "JL-QP-02 记录控制程序")
    with world.house.uow.read() as session:
        from docctl.models.documents import Document

        document = session.get_one(Document, target)
        found = cited_by(session, world.by("wang").actor, document, at=world.clock())
    assert [(one.document_id, one.number) for one in found] == [(citing, "JL-QP-09")]


def test_n_9_a_citation_by_a_former_number_is_told_as_another_name(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("来访接待办法", label="A/0"))
    row = Run.of(world, folder).read().imported()["a.txt"]
    (folder / "a.txt").unlink()
    assert row.document_id is not None
    give_number(GiveNumber(row.document_id, "JL-QP-30"), by=world.by("chen"), house=world.house)
    _, citing = imported(world, folder, "采购控制程序", "JL-QP-09", "待编号-0001")
    found = standing(world, citing)["待编号-0001"]
    assert (found.is_other_name, found.shown_number, found.standing) == (True, "JL-QP-30", "coming")


def test_x_3_a_cited_draft_is_not_shown_to_who_may_not_see_it(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("来访接待办法", number="JL-QP-31", label="A/0"))
    Run.of(world, folder).read().imported()
    (folder / "a.txt").unlink()
    _, citing = imported(world, folder, "采购控制程序", "JL-QP-09", "来访接待办法")
    assert standing(world, citing)["来访接待办法"].shown_number == "JL-QP-31"
    hidden = standing(world, citing, who="zhang")["来访接待办法"]
    assert (hidden.document_id, hidden.shown_number, hidden.shown_title) == (None, "", "")


@pytest.mark.parametrize("twice", [False, True])
def test_d_6_texts_of_drafts_are_looked_through_by_the_worker(world: World, twice: bool) -> None:
    revision = world.draft("来访接待办法", text="接待按《记录控制程序》进行。")
    deliver(world.house)
    assert cite_texts(world.house)
    if twice:
        assert not cite_texts(world.house)
    assert list(standing(world, revision)) == ["记录控制程序"]


def test_n_10_a_citation_by_a_unique_tail_is_resolved_both_ways(world: World, folder: Path) -> None:
    target, _ = imported(world, folder, "出库程序", "T/NDF/TSP01", "别的程序")
    citing, revision = imported(world, folder, "采购控制程序", "JL-QP-09", "TSP01")
    found = standing(world, revision)["TSP01"]
    assert (found.standing, found.document_id, found.shown_number) == ("in_force", target, "T/NDF/TSP01")
    assert (found.candidates, found.is_other_name) == ((), False)
    assert who_cites(world, target) == [citing]


def test_n_10_an_ambiguous_tail_lists_its_candidates_and_cites_none_of_them(
    world: World, folder: Path
) -> None:
    first, _ = imported(world, folder, "出库程序", "T/NDF/TSP01", "别的程序")
    second, _ = imported(world, folder, "入库程序", "T/NDG/TSP01", "别的程序")
    _, revision = imported(world, folder, "采购控制程序", "JL-QP-09", "TSP01")
    found = standing(world, revision)["TSP01"]
    assert (found.standing, found.document_id) == ("ambiguous", None)
    assert [(one.document_id, one.number) for one in found.candidates] == [
        (first, "T/NDF/TSP01"),
        (second, "T/NDG/TSP01"),
    ]
    assert (who_cites(world, first), who_cites(world, second)) == ([], [])


def test_n_10_a_whole_number_goes_before_the_tail_of_another(world: World, folder: Path) -> None:
    whole, _ = imported(world, folder, "出库程序", "TSP01", "别的程序")
    longer, _ = imported(world, folder, "入库程序", "T/NDF/TSP01", "别的程序")
    citing, revision = imported(world, folder, "采购控制程序", "JL-QP-09", "TSP01")
    assert standing(world, revision)["TSP01"].document_id == whole
    assert (who_cites(world, whole), who_cites(world, longer)) == ([citing], [])


def test_n_10_the_end_of_a_word_is_no_tail(world: World, folder: Path) -> None:
    target, _ = imported(world, folder, "出库程序", "T/NDF/XTSP01", "别的程序")
    _, revision = imported(world, folder, "采购控制程序", "JL-QP-09", "TSP01")
    assert standing(world, revision)["TSP01"].document_id is None
    assert who_cites(world, target) == []


def test_x_3_of_a_hidden_candidate_only_the_number_shows(world: World, folder: Path) -> None:
    imported(world, folder, "出库程序", "T/NDF/TSP01", "别的程序")
    write(folder, "a.txt", text_of("来访接待办法", number="T/NDG/TSP01", label="A/0"))
    Run.of(world, folder).read().imported()
    (folder / "a.txt").unlink()
    _, revision = imported(world, folder, "采购控制程序", "JL-QP-09", "TSP01")
    found = standing(world, revision, who="zhang")["TSP01"]
    assert [(one.document_id is None, one.number, one.title) for one in found.candidates] == [
        (False, "T/NDF/TSP01", "出库程序"),
        (True, "T/NDG/TSP01", ""),
    ]


def who_cites(world: World, document_id: object) -> list[object]:
    from docctl.models.documents import Document

    with world.house.uow.read() as session:
        document = session.get_one(Document, document_id)
        found = cited_by(session, world.by("wang").actor, document, at=world.clock())
    return [one.document_id for one in found]


LISTED = "1 目的\n规范接待。\n2 程序\n2.1 准备\n按《记录控制程序》进行。\n2.2 归档\n按《归档办法》归档。\n"


def clauses_of(world: World, revision: UUID) -> dict[str, str]:
    return {name: one.clause for name, one in standing(world, revision).items()}


def test_d_13_what_is_cited_is_told_with_the_clause_that_names_it(world: World) -> None:
    revision = world.draft("来访接待办法", text=LISTED)
    deliver(world.house)
    assert cite_texts(world.house)
    assert clauses_of(world, revision) == {"记录控制程序": "2.1", "归档办法": "2.2"}


def test_d_13_what_was_cited_before_outlines_gets_its_clauses_with_them(world: World) -> None:
    revision = world.draft("来访接待办法", text=LISTED)
    deliver(world.house)
    gone = {"outline": None, "sealed_outline": None, "outlined_at": None}
    as_owner(world.house).write(lambda session: session.execute(update(FileReading).values(gone)))
    assert not cite_texts(world.house)  # clauses are read first
    while outline_texts(world.house):
        pass
    assert cite_texts(world.house)
    assert clauses_of(world, revision) == {"记录控制程序": "2.1", "归档办法": "2.2"}


def test_r_7_a_text_whose_key_is_away_is_looked_through_once_it_is_back(world: World) -> None:
    revision = world.draft("来访接待办法", text=LISTED)
    other = world.draft("外出办法", text="按《请假办法》进行。")
    deliver(world.house)
    with keys_away(world, revision):
        assert cite_texts(world.house)
        assert not cite_texts(world.house)
        assert list(standing(world, other)) == ["请假办法"]
        assert standing(world, revision) == {}
    assert cite_texts(world.house)
    assert list(standing(world, revision)) == ["记录控制程序", "归档办法"]


def test_r_7_a_text_whose_key_is_destroyed_cites_nothing_and_is_left_alone(world: World) -> None:
    revision = world.draft("来访接待办法", text=LISTED)
    deliver(world.house)
    assert world.house.keys is not None
    world.house.keys.destroy([revision])
    assert cite_texts(world.house)
    assert not cite_texts(world.house)
    assert standing(world, revision) == {}
