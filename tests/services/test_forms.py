"""Forms say what they ask, records answer, corrections strike answers (F-2, F-4, C-1)."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.form_definition import Definition
from docctl.domain.verdicts import Conflict, RuleRefused
from docctl.models.trail import EventDetail, EventRow
from docctl.queries.compare_revisions import compared
from docctl.queries.form_definitions import definition_at
from docctl.queries.record_page import RecordPage, record_page
from docctl.services.forms.define import DefineForm, define_form
from docctl.services.revisions.revise import DiscardRevision, discard_revision
from tests import filing
from tests.asking import CONCLUSION, asking, defined, revised, wanted
from tests.world import World

GOOD = (("f1", ("合格",)),)


def asks(world: World, revision_id: object) -> Definition:
    with world.house.uow.read() as session:
        return definition_at(session, revision_id)


def page(world: World, record_id: object, who: str = "wang", **stood: object) -> RecordPage:
    with world.house.uow.read() as session:
        return record_page(
            session, world.by(who).actor, record_id, today=world.house.today(), zone=world.house.zone, **stood
        )


def refusal(work: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(RuleRefused) as error:
        work(*args, **kwargs)
    return error.value.refused.key


def test_f_2_a_definition_is_signed_with_its_revision_and_carried_to_the_next(world: World) -> None:
    form = asking(world)
    with world.house.uow.read() as session:
        defined_at = select(EventRow.subject_version).where(EventRow.action == "revision.defined")
        first = UUID(session.execute(defined_at).scalar_one())
    manifest = json.loads(world.revision(first).manifest)
    assert [one["name"] for one in manifest["facts"]["form_definition"]["fields"]] == ["检验结论", "不良类别"]
    world.clock.forward(days=1)
    second = revised(world, form)
    assert asks(world, second) == asks(world, first)
    defined(world, second, wanted("结论", "合格=o1", "不合格=o2", "报废", key="f1", required=True))
    assert [(one.key, one.name) for one in asks(world, second).fields] == [("f1", "结论")]
    assert [(one.key, one.name) for one in asks(world, second).fields[0].options] == [
        ("o1", "合格"),
        ("o2", "不合格"),
        ("o4", "报废"),
    ]
    assert len(asks(world, first).fields) == 2  # what was signed stays (V-2)
    with world.house.uow.read() as session:
        zone = world.house.zone
        found = compared(session, world.by("chen").actor, first, second, at=world.clock(), zone=zone)
    (pair,) = [one for one in found.facts if one.name == "form_fields"]
    assert pair.before.startswith("检验结论＊：○ 合格")
    assert pair.after == "结论＊：○ 合格　○ 不合格　○ 报废"


def test_v_13_a_revision_that_asks_nothing_has_the_manifest_it_always_had(world: World) -> None:
    draft = world.draft("检验单", kind="form", number="QR-01")
    before = world.seen(draft)
    defined(world, draft, CONCLUSION)
    assert world.seen(draft) != before
    defined(world, draft)
    row = world.revision(draft)
    assert asks(world, draft).fields == ()
    assert row.editors == []


def test_f_2_only_drafts_of_forms_are_defined_by_who_may_edit_them(world: World) -> None:
    procedure = world.draft()
    assert refusal(defined, world, procedure, CONCLUSION) == "F-2.not_a_form"
    draft = world.draft("检验单", kind="form", number="QR-01")
    assert refusal(defined, world, draft, wanted("结论", "合格")) == "F-2.too_few_options"
    assert asks(world, draft).fields == ()
    cmd = DefineForm(draft, world.revision(draft).row_version - 1, (CONCLUSION,))
    with pytest.raises(Conflict):
        define_form(cmd, by=world.by("chen"), house=world.house)
    assert refusal(defined, world, draft, CONCLUSION, who="ouyang") == "X-1.not_permitted"
    world.submitted(draft)
    assert refusal(defined, world, draft, CONCLUSION) == "V-2.not_a_draft"


def test_t_1_a_definition_is_one_event_with_before_and_after_and_none_for_no_change(
    world: World,
) -> None:
    draft = world.draft("检验单", kind="form", number="QR-01")
    defined(world, draft, CONCLUSION)
    defined(world, draft, CONCLUSION)
    with world.house.uow.read() as session:
        (row,) = session.scalars(select(EventRow).where(EventRow.action == "revision.defined"))
        detail = json.loads(session.get_one(EventDetail, row.seq).bytes)
    assert json.loads(row.facts) == {"number": "QR-01", "label": "A/0", "count": 1}
    assert detail["before"] == {"form_fields": ""}
    assert detail["after"]["form_fields"].startswith("检验结论＊")


def test_f_2_a_discarded_draft_takes_nothing_with_it(world: World) -> None:
    form = asking(world)
    world.clock.forward(days=1)
    draft = revised(world, form)
    defined(world, draft)
    cmd = DiscardRevision(draft, world.revision(draft).row_version, "不改了")
    discard_revision(cmd, by=world.by("chen"), house=world.house)
    filed = filing.filed(world, form, choices=GOOD)
    assert filing.values(world, filed, "choice:f1") == ["合格"]


def test_f_4_filing_asks_what_the_revision_in_force_asks(world: World) -> None:
    form = asking(world)
    assert refusal(filing.filed, world, form) == "F-4.choice_needed"
    assert refusal(filing.filed, world, form, choices=(("f1", ("报废",)),)) == "C-6.no_such_option"
    assert refusal(filing.filed, world, form, choices=(("f1", ("合格", "不合格")),)) == "C-6.one_option_only"
    assert refusal(filing.filed, world, form, choices=(*GOOD, ("f7", ("甲",)))) == "F-2.no_such_field"
    filed = filing.filed(world, form, choices=(*GOOD, ("f2", ("尺寸", "外观"))))
    assert filing.values(world, filed, "choice:f1") == ["合格"]
    assert filing.values(world, filed, "choice:f2") == ["外观\n尺寸"]
    plain = filing.a_form(world)
    assert refusal(filing.filed, world, plain, choices=GOOD) == "F-2.no_such_field"


def test_f_1_a_record_keeps_the_fields_of_the_revision_it_was_filled_on(world: World) -> None:
    form = asking(world)
    filed = filing.filed(world, form, choices=GOOD)
    world.clock.forward(days=1)
    world.issued(defined(world, revised(world, form), wanted("判定", "通过=o1", "不通过=o2", key="f1")))
    shown = [(one.label, one.value) for one in page(world, filed).facts if one.label]
    assert shown == [
        ("检验结论", "合格"),
        ("不良类别", ""),
    ]
    later = page(world, filing.filed(world, form, choices=(("f1", ("通过",)),)))
    assert [(one.label, one.value) for one in later.facts if one.label] == [("判定", "通过")]


def test_c_1_an_answer_is_corrected_by_strike_through(world: World) -> None:
    form = asking(world)
    filed = filing.filed(world, form, choices=GOOD)
    before = world.clock()
    world.clock.forward(hours=1)
    filing.corrected(world, filed, field="choice:f1", new="不合格")
    filing.corrected(world, filed, field="choice:f2", new="性能、外观")
    assert filing.values(world, filed, "choice:f1") == ["合格", "不合格"]
    assert filing.values(world, filed, "choice:f2") == ["", "外观\n性能"]
    line = page(world, filed).fact("choice:f1")
    assert [(one.value, one.struck) for one in line.layers] == [("合格", True), ("不合格", False)]
    assert page(world, filed).corrections[0].label == "检验结论"
    then = page(world, filed, stood_at=before).fact("choice:f1")
    assert [one.value for one in then.layers] == ["合格"]  # as it stood (C-2)


@pytest.mark.parametrize(
    ("field", "new", "refused"),
    [
        pytest.param("choice:f1", "合 格", "C-6.nothing_changed", id="the same however written"),
        pytest.param("choice:f1", "", "F-4.choice_needed", id="a required one emptied"),
        pytest.param("choice:f1", "报废", "C-6.no_such_option", id="not offered"),
        pytest.param("choice:f9", "合格", "C-6.no_such_field", id="a field the form has not"),
    ],
)
def test_c_6_a_correction_that_breaks_the_rule_of_the_field_is_refused(
    world: World, field: str, new: str, refused: str
) -> None:
    filed = filing.filed(world, asking(world), choices=GOOD)
    assert refusal(filing.corrected, world, filed, field=field, new=new) == refused


def test_c_3_an_answer_under_a_hold_is_noted_and_settled_when_it_ends(world: World) -> None:
    filed = filing.filed(world, asking(world), choices=GOOD)
    hold = filing.held(world, filed)
    filing.corrected(world, filed, field="choice:f1", new="不合格")
    assert filing.values(world, filed, "choice:f1") == ["合格"]
    filing.lifted(world, hold)
    assert filing.values(world, filed, "choice:f1") == ["合格", "不合格"]


def test_c_3_a_waiting_answer_takes_effect_when_the_keeper_approves(world: World) -> None:
    filed = filing.filed(world, asking(world), choices=GOOD)
    waiting = filing.corrected(
        world, filed, field="choice:f1", new="不合格", reason="other", reason_text="重判"
    )
    assert refusal(filing.corrected, world, filed, field="choice:f1", new="让步接收") == "C-3.another_pending"
    filing.decided(world, waiting)
    assert filing.values(world, filed, "choice:f1") == ["合格", "不合格"]
    with world.house.uow.read() as session:
        row = session.scalars(select(EventRow).where(EventRow.action == "correction.approved")).one()
        detail = json.loads(session.get_one(EventDetail, row.seq).bytes)
    assert detail["field"] == "检验结论"
    assert "合格" not in row.facts  # the trail keeps no values of fields


def test_a_3_what_the_keeper_signs_covers_the_answers(world: World) -> None:
    form = asking(world)
    one = filing.filed(world, form, choices=GOOD)
    assert (
        page(world, one).content_sha256
        != page(world, filing.filed(world, form, choices=(("f1", ("不合格",)),))).content_sha256
    )
    filing.accepted(world, one)
    assert page(world, one).status == "accepted"
