"""Registers and pages of documents: what is shown, to whom, with how many statements (D-7, N-10, X-3)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event

from docctl.domain.verdicts import NotFound
from docctl.models.base import new_id
from docctl.models.documents import Document, Revision
from docctl.queries.document_page import DocumentPage, document_page
from docctl.queries.documents import DocumentRegister, RegisterFilter, document_register
from docctl.queries.history import revision_history
from docctl.queries.number_found import find_number
from docctl.queries.numbers import NumberFilter, holder_for_unit, number_register
from docctl.queries.timeline import timeline
from docctl.services.revisions.revise import ReviseDocument, revise_document
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests.world import World


def register(world: World, who: str = "chen", **wanted: object) -> DocumentRegister:
    with world.house.uow.read() as session:
        return document_register(
            session,
            world.by(who).actor,
            RegisterFilter(**wanted),  # type: ignore[arg-type]
            at=world.clock(),
            zone=world.house.zone,
        )


def shown(world: World, who: str = "chen", **wanted: object) -> list[tuple[str, str, str]]:
    return [(one.number, one.label, one.state) for one in register(world, who, **wanted).rows]


def page(world: World, revision_id: UUID, who: str = "chen") -> DocumentPage:
    with world.house.uow.read() as session:
        return document_page(
            session, world.by(who).actor, at=world.clock(), zone=world.house.zone, revision_id=revision_id
        )


def revised(world: World, revision_id: UUID) -> UUID:
    return revise_document(
        ReviseDocument(
            document_id=world.document_of(revision_id).id,
            change_what="4.2",
            change_reason="换版",
            uploads=(world.upload("chen"),),
        ),
        by=world.by("chen"),
        house=world.house,
    )


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(world.house.uow.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(world.house.uow.engine, "before_cursor_execute", note)


def test_d_7_the_register_has_what_is_in_force_and_under_way_each_on_its_line(world: World) -> None:
    first = world.issued(world.draft())
    second = world.submitted(revised(world, first))
    assert shown(world) == [("QP-01", "A/1", "in_review"), ("QP-01", "A/0", "in_force")]
    assert register(world).documents == 1
    assert shown(world, "wang") == [("QP-01", "A/0", "in_force")]
    assert shown(world, state="in_review") == [("QP-01", "A/1", "in_review")]
    assert page(world, second).under_way is not None


def test_v_4_obsolete_ones_are_there_for_insiders_who_ask(world: World) -> None:
    revision_id = world.issued(world.draft())
    withdraw_revision(
        WithdrawRevision(revision_id, world.revision(revision_id).row_version, "x"),
        by=world.by("chen"),
        house=world.house,
    )
    assert shown(world) == []
    assert shown(world, with_obsolete=True) == [("QP-01", "A/0", "withdrawn")]
    assert shown(world, "wang", with_obsolete=True) == []


def test_d_7_as_of_a_past_day_the_register_is_as_at_the_end_of_that_day(world: World) -> None:
    first = world.issued(world.draft())
    began = world.house.today()
    world.clock.forward(days=5)
    world.issued(revised(world, first))
    changed = world.house.today()
    world.clock.forward(days=5)
    for who in ("chen", "wang"):
        assert shown(world, who, as_of=began - timedelta(days=1)) == []
        assert shown(world, who, as_of=began) == [("QP-01", "A/0", "in_force")]
        assert shown(world, who, as_of=changed - timedelta(days=1)) == [("QP-01", "A/0", "in_force")]
        assert shown(world, who, as_of=changed) == [("QP-01", "A/1", "in_force")]
    assert shown(world, as_of=changed, with_obsolete=True) == [
        ("QP-01", "A/1", "in_force"),
        ("QP-01", "A/0", "superseded"),
    ]


@pytest.mark.parametrize("text", ["qp－02", "Q P-02", "２", "文件控制"])
def test_n_10_the_register_finds_numbers_however_written_and_titles(world: World, text: str) -> None:
    world.draft("记录控制程序")
    world.draft("文件控制程序")
    assert [one[0] for one in shown(world, text=text)] == ["QP-02"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "QP-9"])
def test_n_10_signs_of_the_database_are_no_wildcards(world: World, text: str) -> None:
    world.draft()
    assert shown(world, text=text) == []


def test_d_7_filters_add_up_and_the_order_can_be_turned(world: World) -> None:
    world.draft("甲", unit="PZ")
    world.draft("乙", unit="SC")
    assert [one[0] for one in shown(world, unit_id=world.units["SC"])] == ["QP-02"]
    assert [one[0] for one in shown(world, type_id=world.types["form"])] == []
    assert [one[0] for one in shown(world, descending=True)] == ["QP-02", "QP-01"]
    assert [one[0] for one in shown(world, page=99)] == ["QP-01", "QP-02"]


def test_x_3_a_hidden_draft_is_in_no_count_and_no_page(world: World) -> None:
    draft = world.draft()
    assert (register(world, "wang").total, register(world, "wang").documents) == (0, 0)
    with pytest.raises(NotFound):
        page(world, draft, "wang")
    with pytest.raises(NotFound), world.house.uow.read() as session:
        revision_history(
            session,
            world.by("wang").actor,
            world.document_of(draft).id,
            at=world.clock(),
            zone=world.house.zone,
        )


def test_x_3_outsiders_see_of_a_document_in_force_only_what_was_issued(world: World) -> None:
    first = world.issued(world.draft())
    second = revised(world, first)
    seen = page(world, first, "wang")
    assert [one.label for one in seen.revisions] == ["A/0"]
    assert seen.under_way is None
    assert [one.name for one in seen.actions] == ["ask", "copy"]
    with pytest.raises(NotFound):
        page(world, second, "wang")


def many(world: World, count: int) -> None:
    """Add documents in force by rows, for counts and speed."""
    template = world.document_of(world.issued(world.draft()))
    at = world.clock()

    def add(session) -> None:  # type: ignore[no-untyped-def]
        for number in range(count):
            document = Document(
                id=new_id(),
                entity_id=template.entity_id,
                type_id=template.type_id,
                number=f"X-{count}-{number:05d}",
                title=f"文件 {number}",
                unit_id=template.unit_id,
                access_set_id=template.access_set_id,
                insider_set_id=template.insider_set_id,
                created_at=at,
            )
            session.add(document)
            session.flush()
            session.add(
                Revision(
                    document_id=document.id,
                    ordinal=1,
                    issue_label="A",
                    amendment_label="0",
                    label="A/0",
                    title=document.title,
                    status="issued",
                    manifest_sha256="0" * 64,
                    effective_from=at,
                    created_by=world.people["chen"],
                    created_at=at,
                )
            )

    world.house.uow.write(add)


def test_the_register_asks_as_often_for_sixty_documents_as_for_two(world: World) -> None:
    many(world, 1)
    with statements(world) as few:
        assert register(world).total == 2
    many(world, 59)
    with statements(world) as more:
        found = register(world)
    assert (found.total, len(found.rows), found.first, found.last) == (62, 50, 1, 50)
    assert len(few) == len(more)
    assert register(world, page=2).first == 51


def test_the_register_looks_up_no_suspension_for_rows_that_it_only_counts(world: World) -> None:
    many(world, 2)
    with statements(world) as seen:
        assert register(world).total == 3
    counting = [one for one in seen if "count(" in one and "FROM revision" in one]
    assert len(counting) == 1
    assert "revision_suspension" not in counting[0]


def test_the_page_asks_as_often_with_many_revisions_and_forms(world: World) -> None:
    first = world.issued(world.draft())
    with statements(world) as few:
        page(world, first)
    latest = first
    for _ in range(3):
        world.clock.forward(days=1)
        latest = world.issued(revised(world, latest))
        world.draft("记录清单", kind="form", parent=world.document_of(first).id)
    with statements(world) as more:
        assert len(page(world, latest).relations.forms) == 3
    assert len(few) == len(more)


def test_a_2_the_author_sees_why_they_cannot_review(world: World) -> None:
    revision_id = world.submitted(world.draft())
    offered = page(world, revision_id).action("review")
    assert offered is not None
    assert offered.refused is not None
    assert offered.refused.key == "A-2.own_work"
    offered = page(world, revision_id, "ouyang").action("review")
    assert offered is not None
    assert offered.is_primary


def test_v_2_the_history_is_complete_from_line_zero(world: World) -> None:
    first = world.issued(world.draft())
    world.clock.forward(days=1)
    world.issued(revised(world, first))
    with world.house.uow.read() as session:
        found = revision_history(
            session,
            world.by("wang").actor,
            world.document_of(first).id,
            at=world.clock(),
            zone=world.house.zone,
        )
    assert [(one.line, one.label, one.what) for one in found.lines] == [(0, "A/0", ""), (1, "A/1", "4.2")]
    assert found.lines[1].approved_by == "赵敏"


def test_x_3_a_hidden_number_is_only_taken_with_whom_to_ask(world: World) -> None:
    world.draft("秘密的程序")
    for who, title, hidden in (("chen", "秘密的程序", False), ("wang", "", True)):
        with world.house.uow.read() as session:
            actor = world.by(who).actor
            found = number_register(session, actor, NumberFilter(), at=world.clock(), zone=world.house.zone)
            (row,) = found.rows
            holder = holder_for_unit(
                session, actor, "qp-01", world.units["SC"], at=world.clock(), zone=world.house.zone
            )
        assert (row.title, row.is_hidden, row.item_id is None) == (title, hidden, hidden)
        assert (row.function, row.reason) == ("品质部", "")
        assert holder == row


def test_n_10_an_exact_number_a_tail_and_nothing(world: World) -> None:
    world.issued(world.draft("程序", number="T/NDF/TSP01"))
    world.issued(world.draft("别的", number="X/NDF/TSP01"))
    hidden = world.draft("草稿", number="Y/ABC/TSP02")
    actor, at = world.by("wang").actor, world.clock()
    with world.house.uow.read() as session:
        assert [one.number for one in find_number(session, actor, "t/ndf/tsp01", at=at)] == ["T/NDF/TSP01"]
        assert len(find_number(session, actor, "TSP01", at=at)) == 2
        for unknown in ("TSP02", world.document_of(hidden).number, "SP01", "", "%"):
            with pytest.raises(NotFound):
                find_number(session, actor, unknown, at=at)


def test_t_1_a_timeline_goes_back_in_stretches(world: World) -> None:
    document = world.document_of(world.issued(world.draft()))
    with world.house.uow.read() as session:
        newest = timeline(session, document.id, zone=world.house.zone, limit=2)
        rest = timeline(session, document.id, zone=world.house.zone, before=newest.older)
    assert [one.action for one in newest.entries] == ["revision.issued", "revision.approved"]
    assert [one.action for one in rest.entries][-1] == "document.created"
    assert rest.older is None
    assert newest.entries[1].signed


def test_a_day_to_come_is_today(world: World) -> None:
    world.draft()
    assert shown(world, as_of=date(2999, 1, 1)) == shown(world)
