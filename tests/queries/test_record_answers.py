"""Records narrowed by what they say in the fields of their forms, and what lists show of it (F-2, S-1)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import event

from docctl.domain.form_definition import merged
from docctl.queries.record_choices import answers_of
from docctl.queries.records import RecordFilter, RecordRegister, record_register, with_answers
from docctl.queries.search_form_fields import definitions_known
from tests.asking import asking, defined, revised, wanted
from tests.filing import corrected, filed, force, voided
from tests.world import World

Choices = tuple[tuple[str, str], ...]

GOOD, BAD, CONDITIONAL = ("f1", "o1"), ("f1", "o2"), ("f1", "o3")
LOOKS, SIZE, POWER = ("f2", "o1"), ("f2", "o2"), ("f2", "o3")


def register(world: World, form: UUID, *choices: tuple[str, str], who: str = "wang") -> RecordRegister:
    with world.house.uow.read() as session:
        return record_register(
            session,
            world.by(who).actor,
            RecordFilter(form_id=form, choices=choices),
            today=world.house.today(),
            zone=world.house.zone,
        )


def ids(found: RecordRegister) -> set[UUID]:
    assert found.total == len(found.rows)
    return {one.record_id for one in found.rows}


def offered(world: World, form: UUID | None, who: str = "wang") -> dict[str, list[str]]:
    with world.house.uow.read() as session:
        found = definitions_known(session, world.by(who).actor, form, at=world.clock())
    return {one.name: [each.name for each in one.options] for one in merged(found).fields}


def said(world: World, *records: UUID) -> list[list[tuple[str, tuple[str, ...]]]]:
    with world.house.uow.read() as session:
        found = answers_of(session, records)
    return [[(one.field, one.chosen) for one in found.get(each, ())] for each in records]


def answer(world: World, form: UUID, result: str, *kinds: str, who: str = "wang") -> UUID:
    return filed(world, form, who, choices=(("f1", (result,)), ("f2", kinds)))


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """Count the statements that are asked meanwhile."""
    with world.house.uow.read() as session:
        engine = session.get_bind()
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_s_1_records_are_narrowed_by_either_of_a_field_and_by_each_field(world: World) -> None:
    form, other = asking(world), asking(world, number="QR-02", title="进货检验单")
    a = answer(world, form, "合格")
    b = answer(world, form, "不合格", "外观", "尺寸")
    c = answer(world, form, "让步接收", "尺寸")
    d = answer(world, other, "合格")
    assert ids(register(world, form)) == {a, b, c}
    assert ids(register(world, form, GOOD)) == {a}
    assert ids(register(world, form, GOOD, BAD)) == {a, b}
    assert ids(register(world, form, SIZE)) == {b, c}
    assert ids(register(world, form, LOOKS, SIZE)) == {b, c}
    assert ids(register(world, form, BAD, CONDITIONAL, SIZE)) == {b, c}
    assert ids(register(world, form, GOOD, SIZE)) == set()
    assert ids(register(world, other, GOOD)) == {d}
    assert ids(register(world, form, POWER)) == set()


@pytest.mark.parametrize("nonsense", [("f9", "o1"), ("f1", "o9"), ("f2", "o9")])
def test_s_1_a_choice_that_the_form_never_had_finds_nothing(world: World, nonsense: tuple[str, str]) -> None:
    form = asking(world)
    answer(world, form, "合格", "外观")
    assert ids(register(world, form, nonsense)) == set()


def test_s_1_a_name_within_another_is_another(world: World) -> None:
    names = ("合格", "不合格", "合格\u3000放行", "A_B", "AxB", "50%", "50")
    form = asking(world, wanted("检验结论", *names), wanted("不良类别", *names, several=True))
    records = [filed(world, form, choices=(("f1", (one,)), ("f2", (one,)))) for one in names]
    for place, record in enumerate(records, start=1):
        assert ids(register(world, form, ("f1", f"o{place}"))) == {record}
        assert ids(register(world, form, ("f2", f"o{place}"))) == {record}


def test_c_1_only_the_present_answer_counts(world: World) -> None:
    form = asking(world)
    record = answer(world, form, "合格", "外观")
    corrected(world, record, field="choice:f1", new="不合格")
    corrected(world, record, field="choice:f2", new="")
    assert ids(register(world, form, BAD)) == {record}
    assert ids(register(world, form, GOOD)) == set()
    assert ids(register(world, form, LOOKS)) == set()
    corrected(world, record, field="choice:f1", new="合格")
    assert ids(register(world, form, GOOD)) == {record}
    assert ids(register(world, form, BAD)) == set()


def test_f_1_a_record_is_compared_by_the_names_of_its_own_revision(world: World) -> None:
    form = asking(world)
    old_good, old_bad = answer(world, form, "合格"), answer(world, form, "不合格")
    world.clock.forward(days=1)
    # What was good is called passed; a new choice has the name that it had.
    renamed = wanted("判定", "通过=o1", "不通过=o2", "合格", key="f1", required=True)
    world.issued(defined(world, revised(world, form), renamed))
    new_good = filed(world, form, choices=(("f1", ("通过",)),))
    new_other = filed(world, form, choices=(("f1", ("合格",)),))
    assert offered(world, form) == {
        "判定": ["通过", "不通过", "合格", "让步接收"],
        "不良类别": ["外观", "尺寸", "性能"],
    }
    assert ids(register(world, form, GOOD)) == {old_good, new_good}
    assert ids(register(world, form, BAD)) == {old_bad}
    assert ids(register(world, form, ("f1", "o4"))) == {new_other}
    assert ids(register(world, form, GOOD, ("f1", "o4"))) == {old_good, new_good, new_other}
    assert said(world, old_good, new_good) == [
        [("检验结论", ("合格",))],
        [("判定", ("通过",))],
    ]


def test_v_3_a_field_is_offered_from_the_day_of_its_revision(world: World) -> None:
    form = asking(world)
    world.clock.forward(days=1)
    draft = defined(world, revised(world, form), wanted("判定", "通过=o1", "不通过=o2", key="f1"))
    assert "检验结论" in offered(world, form)  # a draft names nothing
    world.issued(draft)
    assert "判定" in offered(world, form)


def test_x_3_who_may_not_know_a_form_is_offered_nothing_of_it(world: World) -> None:
    form = asking(world)
    hidden = answer(world, form, "合格", who="zhang")
    assert ids(register(world, form, GOOD)) == set()
    assert ids(register(world, form, GOOD, who="zhang")) == {hidden}
    assert offered(world, None) == {}
    assert offered(world, hidden) == {}  # no form has this id


@pytest.mark.parametrize("status", ["destroying", "stopped", "destroyed"])
def test_r_7_what_is_going_says_nothing(world: World, status: str) -> None:
    form = asking(world)
    gone, kept = answer(world, form, "合格", "外观"), answer(world, form, "合格")
    steps = ("accepted", "on_list", "destroying", *((status,) if status != "destroying" else ()))
    force(world, gone, *steps)
    assert ids(register(world, form, GOOD)) == {kept}
    assert ids(register(world, form)) == {gone, kept}
    assert said(world, gone, kept) == [[], [("检验结论", ("合格",))]]


def test_f_17_a_voided_record_is_still_read(world: World) -> None:
    form = asking(world)
    record = answer(world, form, "合格")
    voided(world, record)
    assert ids(register(world, form, GOOD)) == {record}


def test_s_3_a_list_has_the_answers_of_each_row_in_the_order_of_the_form(world: World) -> None:
    form, plain = asking(world), asking(world, wanted("班次", "早", "晚"), number="QR-02", title="班次表")
    one = answer(world, form, "不合格", "性能", "外观")
    two = filed(world, plain, choices=())
    corrected(world, one, field="choice:f1", new="让步接收")
    assert said(world, one, two) == [[("检验结论", ("让步接收",)), ("不良类别", ("外观", "性能"))], []]
    with world.house.uow.read() as session:
        found = with_answers(
            session,
            record_register(
                session,
                world.by("wang").actor,
                RecordFilter(),
                today=world.house.today(),
                zone=world.house.zone,
            ),
        )
    assert {row.record_id: len(row.answers) for row in found.rows} == {one: 2, two: 0}


def test_s_1_no_row_is_asked_for_by_itself(world: World) -> None:
    form = asking(world)
    records = [answer(world, form, "合格", "外观") for _ in range(2)]

    def asked() -> tuple[int, int]:
        with counted(world) as narrowed:
            register(world, form, GOOD, LOOKS)
        with counted(world) as listed:
            said(world, *records)
        return len(narrowed), len(listed)

    few = asked()
    records += [answer(world, form, "合格", "外观") for _ in range(5)]
    assert asked() == few
