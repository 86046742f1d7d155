"""Numbers and labels are given by the rules in force, and events name their revision (N-2, N-3, V-1, V-3)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from docctl.domain.number_content import read_numbers, write_numbers
from docctl.domain.verdicts import RuleRefused
from docctl.models.documents import DocumentType
from docctl.models.trail import EventRow
from docctl.queries.number_tester import NumberQuestion, labels_after, next_number
from docctl.queries.rules_in_force import label_rules_at, number_rules_at
from docctl.services.documents.create import CreateDocument, create_document
from docctl.services.numbers.reserve import ReserveNumber, reserve_number
from docctl.services.revisions.revise import ReviseDocument, revise_document
from tests import filing, rules
from tests.world import World


def schemes(world: World, *, types: str = "", **patterns: str) -> str:
    """Return the rules in force with schemes put in or replaced, and a line for one type, as JSON."""
    content = rules.page(world, kind="numbers").content
    texts = write_numbers(content)
    lines = {line.split(" ", 1)[0]: line for line in texts["schemes"].split("\n")}
    lines |= {code: f"{code} = {pattern}" for code, pattern in patterns.items()}
    of_types = {line.split(" ", 1)[0]: line for line in texts["types"].split("\n")}
    if types:
        of_types[types.split(" ", 1)[0]] = types
    found = read_numbers({"schemes": "\n".join(lines.values()), "types": "\n".join(of_types.values())})
    return json.dumps(found)


def put(world: World, *, types: str = "", **patterns: str) -> int:
    return rules.approved(world, schemes(world, types=types, **patterns), kind="numbers")


def facts(world: World, action: str) -> dict[str, Any]:
    """Return what the last event of a kind says."""
    query = select(EventRow.facts).where(EventRow.action == action).order_by(EventRow.seq.desc()).limit(1)
    with world.house.uow.read() as session:
        return dict(json.loads(session.scalars(query).one()))


def numbering(world: World) -> str:
    with world.house.uow.read() as session:
        return number_rules_at(session, world.clock()).name


def test_n_2_v_3_a_number_is_given_by_the_revision_in_force_and_the_event_names_it(world: World) -> None:
    assert world.document_of(world.draft()).number == "QP-01"
    before = facts(world, "document.created")["numbering"]
    assert before.startswith("numbers 1 ")
    starts = world.clock() + timedelta(days=2)
    rules.approved(world, schemes(world, procedure="CX-{seq:3}"), kind="numbers", wanted_from=starts)
    assert world.document_of(world.draft()).number == "QP-02"
    assert facts(world, "document.created")["numbering"] == before
    world.clock.now = starts
    assert world.document_of(world.draft()).number == "CX-003"
    assert facts(world, "document.created")["numbering"] == numbering(world) != before


def test_n_4_a_record_is_numbered_by_the_rules_of_its_form_and_its_event_names_them(world: World) -> None:
    form = filing.a_form(world)
    first = filing.row(world, filing.filed(world, form)).number
    assert first.endswith("-0001")
    put(world, record="{form}/JL{seq:5 per form}")
    second = filing.row(world, filing.filed(world, form)).number
    assert second == "QR-1102/JL00001"
    assert facts(world, "record.filed")["numbering"] == numbering(world)
    assert numbering(world).startswith("numbers 2 ")


def test_n_4_a_type_whose_rules_number_no_records_takes_none(world: World) -> None:
    form = filing.a_form(world)
    put(world, types="form = chapter_form")
    with pytest.raises(RuleRefused) as error:
        filing.filed(world, form)
    assert error.value.refused.key == "F-1.not_a_form"


def create(world: World, values: str = "", kind: str = "procedure", label: str = "") -> str:
    cmd = CreateDocument(
        type_id=world.types[kind],
        title="质量手册",
        unit_id=world.units["PZ"],
        uploads=(world.upload("chen"),),
        label=label,
        number_values=values,
    )
    return world.document_of(create_document(cmd, by=world.by("chen"), house=world.house)).number


def test_n_2_parts_come_from_label_type_and_what_is_typed(world: World) -> None:
    put(world, types="procedure = clause_procedure company=XX")
    with pytest.raises(RuleRefused) as error:
        create(world)
    assert error.value.refused.key == "N-2.part_missing"
    assert error.value.refused.params == {"name": "clause"}
    year = world.clock().year
    assert create(world, "4.2.4", label="B/0") == f"QP/XX-4.2.4B-{year}"
    with pytest.raises(RuleRefused) as error:  # nothing counts: there is this one number alone
        create(world, "4.2.4", label="B/0")
    assert error.value.refused.key == "N-6.taken"
    with pytest.raises(RuleRefused) as error:
        create(world, "4..4")
    assert error.value.refused.key == "N-2.value_unfit"


def test_n_3_a_number_is_reserved_with_the_parts_typed(world: World) -> None:
    put(world, types="procedure = type_company company=NDF level=T")
    shown = reserve_number(
        ReserveNumber(world.types["procedure"], "新工厂", number_values="类型=TSP"),
        by=world.by("chen"),
        house=world.house,
    )
    assert shown == "T/NDF/TSP01"
    assert facts(world, "number.reserved")["numbering"] == numbering(world)


@pytest.mark.parametrize(("pattern", "key"), [("QP-{seq:1}", "N-2.width_too_small"), ("QP-{seq:1-2}", "")])
def test_n_2_a_width_that_numbers_have_outgrown_is_refused(world: World, pattern: str, key: str) -> None:
    world.draft(number="QP-12")
    ordinal = rules.saved(world, schemes(world, procedure=pattern), kind="numbers")
    assert ordinal == 2
    if key:
        with pytest.raises(RuleRefused) as error:
            rules.submitted(world, schemes(world, procedure=pattern), kind="numbers")
        assert error.value.refused.key == key
        assert error.value.refused.params == {"scheme": "procedure", "width": 1, "reached": 12}
    else:
        assert rules.approved(world, schemes(world, procedure=pattern), kind="numbers") == 2


def test_n_2_a_width_outgrown_while_the_rules_waited_for_approval_is_refused_then(world: World) -> None:
    ordinal = rules.submitted(world, schemes(world, procedure="QP-{seq:1}"), kind="numbers")
    world.draft(number="QP-12")
    world.clock.forward(minutes=1)
    from docctl.services.settings.decide import approve_setting

    with pytest.raises(RuleRefused) as error:
        approve_setting(rules.approval(world, ordinal, "numbers"), by=world.by("zhao"), house=world.house)
    assert error.value.refused.key == "N-2.width_too_small"


@pytest.mark.parametrize(("kind", "rule"), [("numbers", "N-2"), ("labels", "V-1")])
def test_n_2_v_1_every_type_of_documents_has_its_scheme(world: World, kind: str, rule: str) -> None:
    content = rules.page(world, kind=kind).content
    less = {**content, "types": {code: one for code, one in content["types"].items() if code != "form"}}
    with pytest.raises(RuleRefused) as error:
        rules.submitted(world, json.dumps(less), kind=kind)
    assert error.value.refused.key == f"{rule}.type_without_scheme"
    assert error.value.refused.params == {"type": "form"}


def test_v_1_labels_follow_the_rules_in_force_and_a_change_starts_with_the_next_revision(
    world: World,
) -> None:
    first = world.issued(world.draft())
    assert world.revision(first).label == "A/0"
    rules.in_force(
        world,
        "labels",
        types=lambda types: types | {"procedure": {"scheme": "letter_number", "reissue_after": 1}},
    )
    world.clock.forward(minutes=1)
    cmd = ReviseDocument(world.document_of(first).id, "条款", "改正", (world.upload("chen"),))
    second = revise_document(cmd, by=world.by("chen"), house=world.house)
    assert (world.revision(first).label, world.revision(second).label) == ("A/0", "A1")
    assert facts(world, "revision.started")["labels"].startswith("labels 2 ")


def test_n_2_the_tester_says_the_number_that_is_then_given(world: World) -> None:
    world.draft(number="QP-02")
    world.draft(number="QP-03")
    with world.house.uow.read() as session:
        found = next_number(
            session,
            number_rules_at(session, world.clock()).rules,
            NumberQuestion("procedure"),
            today=world.clock().date(),
        )
    assert (found.shown, found.scheme) == ("QP-04", "procedure")
    assert world.document_of(world.draft()).number == "QP-04"


def test_n_2_the_tester_refuses_what_giving_would_refuse(world: World) -> None:
    world.draft(number="QP-99")
    with world.house.uow.read() as session:
        found = number_rules_at(session, world.clock()).rules
        for kind, key in (
            ("procedure", "sequence_full"),
            ("form", "value_missing"),
            ("x", "type_without_scheme"),
        ):
            with pytest.raises(RuleRefused) as error:
                next_number(session, found, NumberQuestion(kind), today=world.clock().date())
            assert error.value.refused.code == key


@pytest.mark.parametrize(
    ("label", "amended", "suggested"), [("", "A/1", False), ("A/4", "A/5", False), ("A/5", "A/6", True)]
)
def test_v_1_the_tester_of_labels_suggests_a_reissue_after_so_many_amendments(
    world: World, label: str, amended: str, suggested: bool
) -> None:
    with world.house.uow.read() as session:
        found = labels_after(label_rules_at(session, world.clock()).rules, "procedure", label)
    assert (found.amended, found.reissued, found.is_reissue_suggested) == (amended, "B/0", suggested)


def test_v_1_a_label_that_is_none_is_refused_by_the_tester(world: World) -> None:
    with world.house.uow.read() as session, pytest.raises(RuleRefused):
        labels_after(label_rules_at(session, world.clock()).rules, "procedure", "?!")


def test_n_2_a_type_without_rules_gets_no_number(world: World) -> None:
    def add(session: Any) -> Any:
        kind = DocumentType(code="other", name="其他", ordinal=9)
        session.add(kind)
        session.flush()
        return kind.id

    world.types["other"] = world.house.uow.write(add)
    with pytest.raises(RuleRefused) as error:
        create(world, kind="other")
    assert error.value.refused.code == "type_without_scheme"
