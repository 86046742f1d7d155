"""Forms in annexes: controlled forms of their own, numbered under the document that names them (N-12)."""

from __future__ import annotations

import json
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.jobs.wait import settle
from docctl.models.documents import AnnexForm, Document
from docctl.models.trail import EventRow
from docctl.queries.document_page import DocumentPage, document_page
from docctl.queries.impact import impact
from docctl.queries.number_found import find_number
from docctl.queries.number_gaps import number_gaps
from docctl.queries.settings import schemes
from docctl.services.access import intern_set
from docctl.services.documents.create import CreateDocument, create_document
from docctl.services.revisions.annex_forms import NameAnnexForms, name_annex_forms
from docctl.services.revisions.revise import ReviseDocument, revise_document
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests import filing
from tests.entities import second_entity
from tests.partners import a_partner, bound, shared
from tests.services.test_partners import guest
from tests.world import World, as_owner, docx_bytes

_text = iter(range(1, 10_000))


def command(world: World, above: UUID, title: str = "检验记录表", **more: object) -> CreateDocument:
    cmd = CreateDocument(
        type_id=world.types["form"],
        title=title,
        unit_id=world.units["PZ"],
        uploads=(world.upload("chen", docx_bytes(title, str(next(_text)))),),
        annex_of=above,
    )
    return replace(cmd, **more)  # type: ignore[arg-type]


def added(world: World, above: UUID, title: str = "检验记录表", who: str = "chen", **more: object) -> UUID:
    """Add a form in an annex of a draft; return its revision's id."""
    return create_document(command(world, above, title, **more), by=world.by(who), house=world.house)


def page(world: World, revision: UUID, who: str = "chen") -> DocumentPage:
    with world.house.uow.read() as session:
        actor = guest(world) if who == "gast" else world.by(who).actor
        return document_page(session, actor, at=world.clock(), zone=world.house.zone, revision_id=revision)


def named(world: World, revision: UUID, *forms: UUID, who: str = "chen") -> UUID:
    cmd = NameAnnexForms(revision, world.revision(revision).row_version, forms)
    return name_annex_forms(cmd, by=world.by(who), house=world.house)


def numbers(world: World, revision: UUID) -> list[str]:
    return [one.number for one in page(world, revision).annex_forms]


def document(world: World, revision: UUID) -> UUID:
    return world.document_of(revision).id


def test_n_12_a_form_gets_the_next_number_under_its_parent(world: World) -> None:
    above, other = world.draft(), world.draft("文件控制程序")
    first, second = added(world, above), added(world, above, "抽样表")
    assert world.document_of(first).number == "QP-01-A1"
    assert world.document_of(second).number == "QP-01-A2"
    assert world.document_of(added(world, other, "会签表")).number == "QP-02-A1"
    assert numbers(world, above) == ["QP-01-A1", "QP-01-A2"]
    shown = page(world, first)
    assert [(one.number, one.label) for one in shown.in_annex_of] == [("QP-01", "A/0")]
    assert shown.relations.parent is not None
    assert shown.relations.parent.number == "QP-01"


def test_n_12_uniqueness_gaps_and_search_treat_the_number_like_others(world: World) -> None:
    above = world.draft()
    added(world, above)
    with pytest.raises(RuleRefused, match="taken"):
        added(world, above, "别的", number="ＱＰ—01－A1")
    fourth = added(world, above, "第四张", number="QP-01-A4")
    assert world.document_of(added(world, above, "第五张")).number == "QP-01-A5"
    with world.house.uow.read() as session:
        (gap,) = number_gaps(session, at=world.clock(), kind="document").rows
        found = find_number(session, world.by("chen").actor, "ｑｐ–01 - a4", at=world.clock())
    assert (gap.first, gap.last) == ("QP-01-A2", "QP-01-A3")
    assert [one.item_id for one in found] == [document(world, fourth)]


def test_n_12_the_parent_is_signed_with_the_forms_it_names(world: World) -> None:
    above = world.draft()
    without = world.seen(above)
    form = added(world, above)
    assert world.seen(above) != without
    world.submitted(above)
    manifest = json.loads(world.revision(above).manifest or "")
    assert manifest["facts"]["annex_forms"] == [
        {"id": str(document(world, form)), "name": "QP-01-A1 检验记录表", "number": "QP-01-A1"}
    ]
    with pytest.raises(RuleRefused, match="not_a_draft"):
        added(world, above, "晚了")
    with pytest.raises(RuleRefused, match="not_a_draft"):
        named(world, above)


def test_n_12_the_form_is_a_controlled_form_of_its_own(world: World) -> None:
    above = world.draft()
    form = added(world, above)
    world.issued(form)
    record = filing.filed(world, document(world, form))
    assert filing.row(world, record).number.startswith("QP-01-A1-2026-")
    world.issued(above)
    assert [(one.number, one.label) for one in page(world, above, "wang").annex_forms] == [
        ("QP-01-A1", "A/0")
    ]
    settle(world.house)


def test_n_12_a_new_revision_begins_with_them_and_may_name_others(world: World) -> None:
    first = world.draft()
    one, two = added(world, first), added(world, first, "抽样表")
    world.issued(one)
    world.issued(first)
    second = revise_document(
        ReviseDocument(document(world, first), "改", "改", (world.upload("chen", docx_bytes("新")),)),
        by=world.by("chen"),
        house=world.house,
    )
    assert numbers(world, second) == ["QP-01-A1", "QP-01-A2"]
    named(world, second, document(world, two))
    assert numbers(world, second) == ["QP-01-A2"]
    assert numbers(world, first) == ["QP-01-A1", "QP-01-A2"]
    named(world, second, document(world, two), document(world, one))
    assert numbers(world, second) == ["QP-01-A2", "QP-01-A1"]
    assert [line.label for line in page(world, one).in_annex_of] == ["A/1", "A/0"]
    assert [line.label for line in page(world, one, "wang").in_annex_of] == ["A/0"]  # no draft for readers


def test_n_12_a_withdrawal_of_the_parent_tells_them(world: World) -> None:
    above = world.draft()
    form = added(world, above)
    other = world.draft("别的表", kind="form", number="QR-0101", parent=document(world, above))
    for one in (form, other, above):
        world.issued(one)
    with world.house.uow.read() as session:
        found = impact(
            session, world.by("chen").actor, document(world, above), at=world.clock(), zone=world.house.zone
        )
    assert [(one.number, one.in_annex) for one in found.forms] == [("QP-01-A1", True), ("QR-0101", False)]


def test_n_12_what_will_not_do_leaves_nothing_behind(world: World) -> None:
    above, form = world.draft(), world.draft("表", kind="form", number="QR-0101")
    with pytest.raises(RuleRefused, match="not_a_form"):
        added(world, above, type_id=world.types["procedure"])
    with pytest.raises(RuleRefused, match="under_a_form"):
        added(world, form)
    with pytest.raises((RuleRefused, NotFound)):
        added(world, above, who="wang")
    with pytest.raises((RuleRefused, NotFound)):
        added(world, above, who="li")  # an author, of another unit
    with pytest.raises(NotFound):
        named(world, above, document(world, form))  # no form under it
    assert numbers(world, above) == []
    assert world.document_of(added(world, above)).number == "QP-01-A1"  # no hole


def test_n_12_what_somebody_else_changed_is_not_lost(world: World) -> None:
    above = world.draft()
    form = added(world, above)
    cmd = NameAnnexForms(above, world.revision(above).row_version, ())
    added(world, above, "抽样表")
    with pytest.raises(Conflict):
        name_annex_forms(cmd, by=world.by("chen"), house=world.house)
    named(world, above, document(world, form))
    named(world, above, document(world, form))  # nothing changed: no event
    with world.house.uow.read() as session:
        query = select(EventRow.facts).where(EventRow.action == "revision.annex_forms_changed")
        assert [json.loads(one)["count"] for one in session.scalars(query.order_by(EventRow.seq))] == [
            1,
            2,
            1,
        ]


def hidden(world: World, form: UUID, who: str = "chen") -> None:
    """Take a form out of somebody's sight."""

    def hide(session: Session) -> None:
        row = session.get_one(Document, document(world, form))
        row.access_set_id = row.insider_set_id = intern_set(
            session, {f"unit:{world.units['PZ']}"}, denied=[world.people[who]]
        )

    world.house.uow.write(hide)


def test_x_3_forms_that_the_editor_may_not_see_stay_where_they_are(world: World) -> None:
    above = world.draft()
    first, second, third = (added(world, above, title) for title in ("一", "二", "三"))
    hidden(world, second)
    named(world, above, document(world, third), document(world, first))
    assert numbers(world, above) == ["QP-01-A3", "QP-01-A2", "QP-01-A1"]
    named(world, above)
    assert numbers(world, above) == ["QP-01-A2"]
    with world.house.uow.read() as session:
        query = select(EventRow.facts).where(EventRow.action == "revision.annex_forms_changed")
        assert json.loads(list(session.scalars(query.order_by(EventRow.seq)))[-1])["count"] == 1


def test_x_3_a_form_that_the_editor_may_not_see_is_not_found(world: World) -> None:
    above = world.draft()
    first, second = added(world, above), added(world, above, "抽样表")
    named(world, above, document(world, first))
    hidden(world, second)
    with pytest.raises(NotFound):
        named(world, above, document(world, first), document(world, second))
    assert numbers(world, above) == ["QP-01-A1"]


def test_n_12_the_scheme_of_annexes_tells_which_types_use_it(world: World) -> None:
    with world.house.uow.read() as session:
        used = {one.code: [name for name, _ in one.used_by] for one in schemes(session, world.clock())}
    assert used["annex"] == ["程序文件", "作业指导书"]
    assert used["chapter_form"] == ["记录表格"]


def test_n_12_so_many_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docctl.domain.annex_forms.MOST", 1)
    above = world.draft()
    added(world, above)
    with pytest.raises(RuleRefused, match="too_many"):
        added(world, above, "抽样表")


def test_n_12_the_database_keeps_what_was_signed(world: World) -> None:
    above = world.draft()
    form = document(world, added(world, above))
    other = document(world, world.draft("表", kind="form", number="QR-0101"))
    world.submitted(above)
    for change in (
        delete(AnnexForm).where(AnnexForm.revision_id == above),
        insert(AnnexForm).values(revision_id=above, form_id=other, ordinal=2),
    ):
        with pytest.raises(RuleRefused, match="guard"):
            as_owner(world.house).write(lambda session, change=change: session.execute(change))
    assert [one.document_id for one in page(world, above).annex_forms] == [form]


def test_n_12_a_form_belongs_to_the_entity_of_the_document_above(world: World) -> None:
    above, units = world.draft(), second_entity(world)
    with pytest.raises(RuleRefused, match="other_entity"):
        added(world, above, unit_id=units["PZ"])
    assert world.document_of(added(world, above)).number == "QP-01-A1"


def test_n_12_a_form_that_was_withdrawn_is_told_so(world: World) -> None:
    above = world.draft()
    form = added(world, above)
    assert [(one.label, one.is_over) for one in page(world, above).annex_forms] == [("", False)]
    world.issued(form)
    assert [(one.label, one.is_over) for one in page(world, above).annex_forms] == [("A/0", False)]
    world.clock.forward(days=1)
    cmd = WithdrawRevision(form, world.revision(form).row_version, "不再使用")
    withdraw_revision(cmd, by=world.by("chen"), house=world.house)
    assert [(one.label, one.is_over) for one in page(world, above).annex_forms] == [("", True)]


def test_o_7_people_from_outside_are_told_of_no_form_that_is_not_theirs(world: World) -> None:
    a_partner(world)
    bound(world, world.house.today())
    above = world.draft()
    forms = [added(world, above), added(world, above, "抽样表")]
    for one in (*forms, above):
        world.issued(one)
    shared(world, "document", document(world, above), world.house.today())
    assert page(world, above, "gast").annex_forms == ()
    shared(world, "document", document(world, forms[1]), world.house.today())
    assert [one.number for one in page(world, above, "gast").annex_forms] == ["QP-01-A2"]
    assert [one.number for one in page(world, forms[1], "gast").in_annex_of] == ["QP-01"]
