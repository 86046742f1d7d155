"""Every copy of an approved revision ends with who signed it and how it came to be (A-3, A-5, A-9, V-2)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta

import pypdfium2
import pytest
from docx import Document as Docx

from docctl.i18n import translator
from docctl.queries.signature_sheet import GoesTo, signature_sheet
from docctl.services.content.copies import StampedCopy, take_copy
from docctl.services.revisions.external import WithdrawExternal, withdraw_external
from docctl.services.revisions.revise import ReviseDocument, revise_document
from docctl.services.revisions.sign import ReturnRevision, return_revision
from tests import filing
from tests.partners import a_partner, bound, shared
from tests.services.test_annexes import with_annexes
from tests.services.test_copies import a_pdf, copy, upload
from tests.services.test_copy_steps import approve, copied, issue, know
from tests.services.test_external_signatures import vouched
from tests.services.test_partners import by_guest
from tests.world import World


def pages(made: StampedCopy) -> list[str]:
    """Return the text of each page of a PDF without blanks, then remove it."""
    pdf = pypdfium2.PdfDocument(made.path.read_bytes())
    made.discard()
    return ["".join(one.get_textpage().get_text_range().split()) for one in pdf]


def tables(made: StampedCopy) -> list[list[list[str]]]:
    """Return the tables of a docx by their cells, then remove it."""
    document = Docx(io.BytesIO(made.path.read_bytes()))
    made.discard()
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]


def under(found: Sequence[list[list[str]]], label: str) -> list[list[str]]:
    """Return the rows of the one table whose head has a label."""
    (table,) = [one for one in found if label in one[0]]
    return table[1:]


@pytest.mark.parametrize(
    ("data", "name"), [(a_pdf(), "a.pdf"), ("正文".encode(), "a.txt")], ids=["pdf", "txt"]
)
def test_a_3_the_last_page_of_a_pdf_says_who_signed_when(world: World, data: bytes, name: str) -> None:
    revision = world.issued(upload(world, data, name))
    first, last = pages(copy(world, revision))
    assert ("签署页" in first, "签署页" in last) == (False, True)
    for one in (
        "QP-01A/0检验程序",
        "编制陈静品质部2026-03-0209:00",
        "批准赵敏",
        "修订记录",
        "A/0新文件陈静赵敏",
    ):
        assert one in last
    assert "受控" in last
    assert "第2页共2页" in last


def test_a_3_a_docx_ends_with_its_signatures_and_its_history_up_to_it(world: World) -> None:
    first = world.issued(world.draft())
    world.clock.forward(days=1)
    cmd = ReviseDocument(world.document_of(first).id, "4.2 条", "改进", (world.upload("chen"),))
    second = world.issued(revise_document(cmd, by=world.by("chen"), house=world.house))
    found = tables(copy(world, second))
    assert [one[0] for one in under(found, "备注")] == ["编制", "审核", "批准"]
    assert [one[0] for one in under(found, "修改内容")] == ["A/0", "A/1"]
    earlier = tables(copy(world, first, "chen"))
    assert [one[0] for one in under(earlier, "修改内容")] == ["A/0"]


def test_a_3_it_names_each_file_that_was_signed_by_its_digest(world: World) -> None:
    revision = world.issued(with_annexes(world))
    main, *annexes = filing.files(world, revision)
    rows = under(tables(copy(world, revision)), "SHA-256")
    assert [(one[0], one[2]) for one in rows] == [
        ("正文", main.sha256),
        *((f"附件{place}", one.sha256) for place, one in enumerate(annexes, 1)),
    ]


def test_a_3_what_is_not_approved_has_none(world: World) -> None:
    draft = world.draft()
    assert not any("备注" in one[0] for one in tables(copy(world, draft, "chen")))
    world.submitted(draft)
    assert not any("备注" in one[0] for one in tables(copy(world, draft, "chen")))


def test_f_2_a_form_has_none_since_its_copies_are_filled_in(world: World) -> None:
    form = world.issued(world.draft("巡检表", kind="form", number="QR-01"))
    assert not any("备注" in one[0] for one in tables(copy(world, form)))


def test_a_9_signatures_of_a_round_that_was_returned_stay_out(world: World) -> None:
    revision = world.draft()
    world.submitted(revision)
    cmd = ReturnRevision(revision, world.revision(revision).row_version, "缺少职责")
    return_revision(cmd, by=world.by("ouyang"), house=world.house)
    world.issued(revision)
    rows = under(tables(copy(world, revision)), "备注")
    assert [one[0] for one in rows] == ["编制", "审核", "批准"]
    assert {one[4] for one in rows} == {"第 2 轮"}


def test_a_5_external_signatures_stand_apart_with_who_vouched_until_withdrawn(world: World) -> None:
    revision = world.issued(world.draft())
    signature = vouched(world, revision)
    ((meaning, who, day, how, by),) = under(tables(copy(world, revision)), "作证人")
    assert (meaning, who, day, how) == ("同意", "李四\n某客户", world.house.today().isoformat(), "电话复述")
    assert by.startswith("陈静\n")
    cmd = WithdrawExternal(signature, "弄错了人")
    withdraw_external(cmd, by=world.by("chen"), house=world.house)
    assert not any("作证人" in one[0] for one in tables(copy(world, revision)))


def test_o_7_somebody_from_outside_is_told_the_signatures_and_no_more(world: World) -> None:
    first = world.issued(world.draft())
    world.clock.forward(days=1)
    cmd = ReviseDocument(world.document_of(first).id, "4.2 条", "改进", (world.upload("chen"),))
    second = world.issued(revise_document(cmd, by=world.by("chen"), house=world.house))
    vouched(world, second)
    a_partner(world)
    until = world.house.today() + timedelta(days=30)
    bound(world, until)
    shared(world, "document", world.document_of(second).id, until)
    words = translator("zh_Hans", world.house.zone)
    found = tables(take_copy(second, by=by_guest(world), house=world.house, words=words))
    assert [one[0] for one in under(found, "备注")] == ["编制", "审核", "批准"]
    assert [one for one in found if {"作证人", "修改内容"} & set(one[0])] == []


def test_a_10_who_was_told_stands_apart_and_is_named_to_insiders_alone(world: World) -> None:
    revision = copied(world)
    approve(world, revision)
    issue(world, revision)
    before = under(tables(copy(world, revision, "li")), "抄送给")
    assert [one[:2] for one in before] == [["抄送", "王强"], ["抄报", "张伟"]]
    know(world, revision, "wang", "知道了")
    found = tables(copy(world, revision, "li"))
    known, remark = under(found, "抄送给")[0][3:]
    assert known.startswith(world.house.today().isoformat())
    assert remark == "知道了"
    assert [one[1] for one in under(found, "备注")] == ["李秀兰", "欧阳雪", "赵敏"]
    assert not any("抄送给" in one[0] for one in tables(copy(world, revision, "zhou")))


def test_x_3_a_print_says_no_more_than_its_holder_may_know(world: World) -> None:
    first = world.issued(world.draft())
    world.clock.forward(days=1)
    cmd = ReviseDocument(world.document_of(first).id, "4.2 条", "改进", (world.upload("chen"),))
    second = world.issued(revise_document(cmd, by=world.by("chen"), house=world.house))
    vouched(world, second)
    with world.house.uow.read() as session:
        document, revision = world.document_of(second), world.revision(second)

        def told(goes_to: GoesTo) -> tuple[int, int]:
            sheet = signature_sheet(
                session,
                world.by("chen").actor,
                document,
                revision,
                at=world.clock(),
                zone=world.house.zone,
                goes_to=goes_to,
            )
            assert sheet is not None
            return len(sheet.external), len(sheet.history)

        assert [told(one) for one in GoesTo] == [(1, 2), (1, 2), (0, 0)]
