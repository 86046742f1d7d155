"""What a record answered in the fields of its form goes with it: rows, trail, index, counts (R-6, R-7)."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from uuid import UUID

import pytest
from docx import Document as Docx
from sqlalchemy import select

from docctl.domain.lifecycle import ListStatus, RecordStatus
from docctl.jobs.comparison import compare
from docctl.jobs.deliveries import deliver
from docctl.jobs.entries import record_key
from docctl.jobs.projection import follow
from docctl.models.content import ItemFile
from docctl.models.records import Correction, RecordFact
from docctl.models.trail import EventDetail, EventRow
from docctl.queries.audit import verify
from docctl.queries.record_choices import answers_of
from docctl.queries.record_page import RecordPage, record_page
from docctl.queries.records import RecordFilter, record_register
from docctl.queries.search import Asked, SearchPage, search
from storage.api import Key
from tests import filing
from tests.asking import asking
from tests.keeping import Keeping
from tests.world import World

#: What the one that goes says, and nobody else.
SAID = "让步接收"


@pytest.fixture
def form(world: World) -> UUID:
    return asking(world)


def kept_since(world: World, form: UUID, title: str, result: str, *kinds: str, was: str = "") -> UUID:
    """File a record of years ago and let the keeper take it; `was` is an answer that was struck."""
    occurred = datetime(2021, 3, 1, 2, tzinfo=UTC)
    choices = (("f1", (was or result,)), ("f2", kinds))
    record = filing.filed(world, form, title=title, occurred_at=occurred, choices=choices)
    if was:
        filing.corrected(world, record, field="choice:f1", new=result)
    return filing.accepted(world, record)


def worked(world: World) -> None:
    for _ in range(20):
        if not (follow(world.house) | deliver(world.house)):
            return


def found(world: World, text: str, *choices: str) -> SearchPage:
    with world.house.uow.read() as session:
        return search(
            session,
            world.by("wang").actor,
            Asked(text=text, choices=choices),
            engine=world.house.search,
            at=world.clock(),
            zone=world.house.zone,
            counts=True,
        )


def counted(page: SearchPage) -> dict[str, dict[str, int]]:
    return {one.words: {each.words: each.count for each in one.choices} for one in page.choices}


def page(world: World, record: UUID) -> RecordPage:
    with world.house.uow.read() as session:
        return record_page(
            session, world.by("wang").actor, record, today=world.house.today(), zone=world.house.zone
        )


def answering(world: World, form: UUID, option: str) -> int:
    with world.house.uow.read() as session:
        wanted = RecordFilter(form_id=form, choices=(("f1", option),))
        actor, today = world.by("wang").actor, world.house.today()
        return record_register(session, actor, wanted, today=today, zone=world.house.zone).total


def of_subject(world: World, record: UUID) -> bytes:
    """Return all that the trail knows in detail of a record."""
    with world.house.uow.read() as session:
        return b"\n".join(
            session.scalars(
                select(EventDetail.bytes)
                .join(EventRow, EventRow.seq == EventDetail.seq)
                .where(EventRow.subject_id == record)
            )
        )


def certificate(world: World, list_id: UUID) -> str:
    with world.house.uow.read() as session:
        row = session.scalars(select(ItemFile).where(ItemFile.owner_id == list_id)).one()
    with world.house.objects.open(Key.parse(row.object_key), row.object_version) as source:
        document = Docx(io.BytesIO(source.read()))
    return "\n".join(
        [one.text for one in document.paragraphs]
        + [cell.text for table in document.tables for line in table.rows for cell in line.cells]
    )


def test_r_7_answers_go_with_their_record_out_of_database_index_and_counts(world: World, form: UUID) -> None:
    stays = kept_since(world, form, "批次 留", "合格", "外观")
    gone = kept_since(world, form, "批次 去", SAID, "外观", "尺寸", was="不合格")
    worked(world)
    assert counted(found(world, "批次")) == {
        "检验结论": {"合格": 1, SAID: 1},
        "不良类别": {"外观": 2, "尺寸": 1},
    }
    (chosen,) = [
        each.value for one in found(world, "批次").choices for each in one.choices if each.words == SAID
    ]
    assert found(world, f"检验结论:{SAID}").total == found(world, "", chosen).total == 1
    assert answering(world, form, "o3") == 1
    assert SAID.encode() in of_subject(world, gone)
    keeping = Keeping(world, form, filing.row(world, gone).form_revision_id)
    list_id = keeping.executing([gone])
    world.clock.forward(days=3)
    worked(world)
    row = keeping.list(list_id)
    assert row.status is ListStatus.EXECUTED, row.stopped_reason
    assert keeping.record(gone).status is RecordStatus.DESTROYED
    with world.house.uow.read() as session:
        for model in (RecordFact, Correction):
            assert session.scalars(select(model).where(model.record_id == gone)).all() == []
        assert answers_of(session, [gone, stays]).keys() == {stays}
        assert verify(session).ok
    shown = page(world, gone)
    assert (shown.title, shown.facts, shown.corrections) == ("批次 去", (), ())
    assert [one.value for one in page(world, stays).facts if one.label] == ["合格", "外观"]
    details = of_subject(world, gone)
    for words in (SAID, "不合格", "尺寸"):
        assert words.encode() not in details
    assert record_key(gone) not in world.house.search.ids()
    assert counted(found(world, "批次")) == {}  # one that is left narrows nothing
    assert found(world, f"检验结论:{SAID}").total == found(world, "", chosen).total == 0
    assert answering(world, form, "o3") == 0
    assert found(world, "检验结论:合格").total == answering(world, form, "o1") == 1
    assert compare(world.house).ok


def test_r_6_the_certificate_names_the_record_and_none_of_its_answers(world: World, form: UUID) -> None:
    gone = kept_since(world, form, "批次 去", SAID, "尺寸", was="不合格")
    keeping = Keeping(world, form, filing.row(world, gone).form_revision_id)
    list_id = keeping.executing([gone])
    world.clock.forward(days=3)
    worked(world)
    assert keeping.list(list_id).status is ListStatus.EXECUTED
    said = certificate(world, list_id)
    (item,) = keeping.items(list_id)
    assert item.number in said
    assert "批次 去" in said
    for words in ("检验结论", "不良类别", SAID, "不合格", "尺寸"):
        assert words not in said
