"""Controlled reads and stamped copies: in the trail first, always marked (D-3, T-1, V-4, X-2, X-3)."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from uuid import UUID

import pytest
from docx import Document as Docx
from pikepdf import Pdf
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import func, select

from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.i18n import translator
from docctl.models.trail import EventRow
from docctl.services.content.copies import StampedCopy, take_copy
from docctl.services.content.open import Purpose, open_content
from docctl.services.content.views import pdf_view
from docctl.services.documents.create import CreateDocument, create_document
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests.world import World


def reads(world: World, action: str = "revision.read") -> int:
    with world.house.uow.read() as session:
        return session.scalar(select(func.count()).where(EventRow.action == action)) or 0


def copy(world: World, revision_id: UUID, who: str = "wang", **more: bool) -> StampedCopy:
    return take_copy(
        revision_id,
        by=world.by(who),
        house=world.house,
        words=translator("zh_Hans", world.house.zone),
        **more,
    )


def stamp_of(made: StampedCopy) -> str:
    """Return all text in the headers and footers of a docx, then remove it."""
    with zipfile.ZipFile(made.path) as package:
        parts = [name for name in package.namelist() if "header" in name or "footer" in name]
        text = "".join(package.read(name).decode() for name in parts)
    Docx(str(made.path))  # it opens
    made.discard()
    return text


def upload(world: World, data: bytes, name: str) -> UUID:
    return create_document(
        CreateDocument(
            type_id=world.types["procedure"],
            title="检验程序",
            unit_id=world.units["PZ"],
            uploads=(world.upload("chen", data, name),),
        ),
        by=world.by("chen"),
        house=world.house,
    )


def a_pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(72, 700, "inspection")
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize(
    ("later", "events"),
    [
        pytest.param(timedelta(), 1, id="at once"),
        pytest.param(timedelta(minutes=10) - timedelta(microseconds=1), 1, id="just within ten minutes"),
        pytest.param(timedelta(minutes=10), 2, id="after ten minutes"),
    ],
)
def test_x_2_reading_on_is_one_event_and_reading_again_another(
    world: World, later: timedelta, events: int
) -> None:
    revision_id = world.issued(world.draft())
    open_content(revision_id, by=world.by("wang"), house=world.house)
    world.clock.now += later
    open_content(revision_id, by=world.by("wang"), house=world.house)
    assert reads(world) == events


def test_x_2_each_person_version_and_purpose_is_an_event_of_its_own(world: World) -> None:
    first, second = world.issued(world.draft()), world.issued(world.draft("文件控制程序"))
    for who, revision_id in (("wang", first), ("li", first), ("wang", second)):
        open_content(revision_id, by=world.by(who), house=world.house)
    open_content(first, by=world.by("wang"), house=world.house, purpose=Purpose.COPY)
    assert reads(world) == 3
    assert reads(world, "revision.copied") == 1


def test_x_3_a_draft_is_not_there_for_others_and_leaves_no_event(world: World) -> None:
    revision_id = world.draft()
    for purpose in Purpose:
        with pytest.raises(NotFound):
            open_content(revision_id, by=world.by("wang"), house=world.house, purpose=purpose)
    assert reads(world) == reads(world, "revision.copied") == 0


def test_d_3_a_controlled_copy_bears_number_revision_holder_and_time(world: World) -> None:
    revision_id = world.issued(world.draft())
    text = stamp_of(copy(world, revision_id))
    for word in ("受控", "QP-01", "A/0", "王强", "2026-03-02 09:00"):
        assert word in text


def test_d_3_a_copy_for_reference_says_so(world: World) -> None:
    text = stamp_of(copy(world, world.issued(world.draft()), for_reference=True))
    assert "仅供参考" in text
    assert "受控" not in text


def test_v_4_a_copy_of_an_obsolete_revision_is_marked_whatever_was_wished(world: World) -> None:
    revision_id = world.issued(world.draft())
    row = world.revision(revision_id)
    withdraw_revision(
        WithdrawRevision(revision_id, row.row_version, "不再使用"), by=world.by("chen"), house=world.house
    )
    text = stamp_of(copy(world, revision_id, "chen", for_reference=True))
    assert "作废" in text
    assert "仅供参考" not in text
    with pytest.raises(NotFound):
        copy(world, revision_id, "wang")


def test_d_3_before_approval_a_copy_is_a_draft_and_before_its_day_not_in_force(world: World) -> None:
    draft = world.draft()
    assert "草稿" in stamp_of(copy(world, draft, "chen"))
    waiting = world.issued(world.draft("文件控制程序"), on=world.house.today() + timedelta(days=1))
    assert "未实施" in stamp_of(copy(world, waiting, "chen"))
    with pytest.raises(NotFound):
        copy(world, waiting, "wang")


def test_d_3_a_text_becomes_a_stamped_pdf_whatever_its_encoding(world: World) -> None:
    for number, encoding in enumerate(("gbk", "utf-16", "utf-8"), start=1):
        text = "1 目的\n消除不合格的原因，防止再发生。\n2 范围\n适用于全公司。"
        revision_id = world.issued(upload(world, text.encode(encoding), "纠正措施.txt"))
        made = copy(world, revision_id)
        assert made.name == f"QP-{number:02d} 检验程序 A_0 受控.pdf"
        with Pdf.open(made.path) as pdf:
            assert len(pdf.pages) == 2  # and that of its signatures
        made.discard()


def test_v_4_a_pdf_is_stamped_in_the_page_too_and_stays_the_same_while_it_is_read(world: World) -> None:
    revision_id = world.issued(upload(world, a_pdf(), "a.pdf"))
    words = translator("zh_Hans", world.house.zone)
    content = open_content(revision_id, by=world.by("wang"), house=world.house)
    with content.open() as raw:
        plain = raw.read()

    def view() -> bytes:
        path = pdf_view(revision_id, content.file_id, by=world.by("wang"), house=world.house, words=words)
        return path.read_bytes()

    first = view()
    assert first != plain
    assert view() == first


def test_x_2_the_source_is_for_its_author_and_the_controller(world: World) -> None:
    revision_id = world.issued(world.draft())
    open_content(revision_id, by=world.by("chen"), house=world.house, purpose=Purpose.SOURCE)
    assert reads(world, "revision.source_taken") == 1
    with pytest.raises(RuleRefused):
        open_content(revision_id, by=world.by("ouyang"), house=world.house, purpose=Purpose.SOURCE)
    with pytest.raises(RuleRefused):
        open_content(revision_id, by=world.by("wang"), house=world.house, purpose=Purpose.SOURCE)


def test_d_3_nothing_is_left_of_a_copy(world: World) -> None:
    made = copy(world, world.issued(world.draft()))
    made.discard()
    assert not made.path.parent.exists()
