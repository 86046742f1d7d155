"""A series begins after what the register holds; its gaps are explained whatever its scheme became (N-5)."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from docctl.domain.number_content import read_numbers, write_numbers
from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.models.numbers import Counter, NumberEntry, NumberState
from docctl.models.trail import EventRow
from docctl.queries.number_gaps import number_gaps
from docctl.queries.number_tester import NumberQuestion, next_number
from docctl.queries.rules_in_force import number_rules_at
from docctl.services.numbers.explain import MOST_EXPLAINED, ExplainNumbers, explain_numbers
from docctl.services.numbers.reserve import ReserveNumber, reserve_number
from docctl.services.numbers.void import VoidNumber, void_number
from tests import rules
from tests.world import World


def put(world: World, code: str, pattern: str, *, instead_of: str = "procedure") -> None:
    """Let procedures be numbered by a scheme that comes in the place of another one."""
    texts = write_numbers(rules.page(world, kind="numbers").content)
    schemes = [one for one in texts["schemes"].split("\n") if one.split(" ", 1)[0] != instead_of]
    types = [one for one in texts["types"].split("\n") if not one.startswith("procedure ")]
    content = read_numbers(
        {
            "schemes": "\n".join([*schemes, f"{code} = {pattern}"]),
            "types": "\n".join([*types, f"procedure = {code}"]),
        }
    )
    rules.approved(world, json.dumps(content), kind="numbers")
    world.clock.forward(minutes=1)


def gaps(world: World) -> list[tuple[str, str, str]]:
    with world.house.uow.read() as session:
        found = number_gaps(session, at=world.clock())
    assert found.total == len(found.rows)
    assert found.missing == sum(one.count for one in found.rows)
    return [(one.first, one.last, one.unit) for one in found.rows]


def drafted(world: World, number: str = "", *, kind: str = "procedure", unit: str = "PZ") -> str:
    return world.document_of(world.draft(number=number, kind=kind, unit=unit)).number


def explain(world: World, number: str, last: str = "", *, who: str = "chen", reason: str = "废页"):
    return explain_numbers(ExplainNumbers(number, reason, last), by=world.by(who), house=world.house)


def entry(world: World, shown: str) -> NumberEntry:
    with world.house.uow.read() as session:
        return session.scalars(select(NumberEntry).where(NumberEntry.shown == shown)).one()


def test_n_5_a_renamed_scheme_goes_on_and_what_the_old_one_gave_is_no_gap(world: World) -> None:
    for _ in range(3):
        drafted(world)
    put(world, "quality", "QP-{seq:2}")
    assert drafted(world) == "QP-04"
    assert gaps(world) == []
    drafted(world, "QP-07")
    assert gaps(world) == [("QP-05", "QP-06", "品质部")]


def test_n_5_a_scheme_counted_otherwise_goes_on_after_what_reads_so(world: World) -> None:
    year = world.clock().year
    put(world, "yearly", "QP-{year}-{seq:2}")
    assert [drafted(world) for _ in range(2)] == [f"QP-{year}-01", f"QP-{year}-02"]
    put(world, "yearly", "QP-{year}-{seq:2 per year}", instead_of="yearly")
    assert drafted(world) == f"QP-{year}-03"
    assert gaps(world) == []
    put(world, "yearly", "QP-{year}-{seq:2}", instead_of="yearly")  # and back, to the count that stood
    assert drafted(world) == f"QP-{year}-04"
    assert gaps(world) == []


def test_n_3_a_renamed_scheme_counts_nothing_anew(world: World) -> None:
    drafted(world, "QP-90")
    put(world, "quality", "QP-{seq:2}")
    with world.house.uow.read() as session:
        rules_now = number_rules_at(session, world.clock()).rules
        said = next_number(session, rules_now, NumberQuestion("procedure"), today=world.clock().date())
    assert said.shown == drafted(world) == "QP-91"
    with world.house.uow.read() as session:
        counter = session.scalars(select(Counter).where(Counter.scope.endswith(":quality"))).one()
        assert (counter.value, counter.begins_after) == (91, 90)
        assert session.scalar(select(func.count()).select_from(NumberEntry)) == 2


def test_n_6_a_number_brought_for_another_type_stands_in_its_series(world: World) -> None:
    drafted(world)
    assert drafted(world, "QP-02", kind="instruction") == "QP-02"
    assert drafted(world) == "QP-03"
    assert gaps(world) == []
    assert entry(world, "QP-02").sequence == 2


def test_n_5_a_number_of_an_old_gap_brought_after_the_renaming_fills_it(world: World) -> None:
    drafted(world, "QP-05")
    put(world, "quality", "QP-{seq:2}")
    drafted(world, "QP-03")
    assert drafted(world) == "QP-06"
    assert gaps(world) == [("QP-01", "QP-02", "品质部"), ("QP-04", "QP-04", "品质部")]
    assert explain(world, "QP-04") == ("QP-04",)
    assert gaps(world) == [("QP-01", "QP-02", "品质部")]
    assert explain(world, "QP-01", "QP-02") == ("QP-01", "QP-02")
    assert gaps(world) == []


@pytest.mark.parametrize(
    ("code", "pattern"), [("quality", "CX-{seq:3}"), ("procedure", "CX-{seq:3}"), ("procedure", "QP-{seq:3}")]
)
def test_n_5_a_gap_of_a_dropped_or_changed_scheme_is_listed_and_explained(
    world: World, code: str, pattern: str
) -> None:
    drafted(world)
    drafted(world, "QP-04")
    put(world, code, pattern)
    drafted(world)
    assert gaps(world) == [("QP-02", "QP-03", "品质部")]
    assert explain(world, "qp－02") == ("QP-02",)
    assert gaps(world) == [("QP-03", "QP-03", "品质部")]
    found = entry(world, "QP-02")
    assert (found.state, found.reason, found.scheme_code) == (NumberState.VOIDED, "废页", "procedure")
    assert void_number(VoidNumber("QP-03", "撕毁"), by=world.by("chen"), house=world.house) == "QP-03"
    assert gaps(world) == []


def test_n_5_an_explained_gap_keeps_its_explanation_when_the_scheme_changes(world: World) -> None:
    drafted(world, "QP-03")
    explain(world, "QP-01", "QP-02", reason="旧台账撕页")
    put(world, "quality", "QP-{seq:2}")
    assert drafted(world) == "QP-04"
    assert gaps(world) == []
    assert entry(world, "QP-01").reason == entry(world, "QP-02").reason == "旧台账撕页"


@pytest.mark.parametrize(
    ("who", "answer"), [("chen", ""), ("li", ""), ("ouyang", "X-3"), ("wang", "X-1.not_permitted")]
)
def test_n_5_a_gap_is_explained_by_control_or_the_keeper_of_the_unit_after_it(
    world: World, who: str, answer: str
) -> None:
    drafted(world, "QP-02", unit="SC")
    assert gaps(world) == [("QP-01", "QP-01", "生产部")]
    if not answer:
        assert explain(world, "QP-01", who=who) == ("QP-01",)
        with world.house.uow.read() as session:
            event = session.scalars(select(EventRow).where(EventRow.action == "number.explained")).one()
            assert json.loads(event.facts)["number"] == "QP-01"
    else:
        with pytest.raises((RuleRefused, NotFound)) as error:
            explain(world, "QP-01", who=who)
        assert answer == ("X-3" if isinstance(error.value, NotFound) else error.value.refused.key)
        assert gaps(world) == [("QP-01", "QP-01", "生产部")]


@pytest.mark.parametrize(
    ("number", "last", "key"),
    [
        ("QP-01", "QP-05", "N-5.not_one_gap"),  # it stands in the register
        ("QP-03", "QP-01", "N-5.not_one_gap"),
        ("QP-01", "WI-PZ-001", "N-5.not_one_gap"),
        ("QP-01", "x", "N-5.not_one_gap"),
    ],
)
def test_n_5_several_are_explained_only_within_one_gap(
    world: World, number: str, last: str, key: str
) -> None:
    drafted(world, "QP-05")
    with pytest.raises(RuleRefused) as error:
        explain(world, number, last)
    assert error.value.refused.key == key
    assert explain(world, "QP-01", "QP-04") == ("QP-01", "QP-02", "QP-03", "QP-04")


@pytest.mark.parametrize("number", ["QP-05", "QP-06", "XX", "QM/XX-A-2009"])
def test_n_5_what_stands_there_or_is_to_come_is_not_explained(world: World, number: str) -> None:
    drafted(world, "QP-05")
    with pytest.raises(NotFound):
        explain(world, number)


@pytest.mark.parametrize(("count", "fits"), [(MOST_EXPLAINED, True), (MOST_EXPLAINED + 1, False)])
def test_n_5_so_many_are_explained_at_once(world: World, count: int, fits: bool) -> None:
    put(world, "quality", "QP-{seq:4}")
    drafted(world, "QP-0900")
    if fits:
        assert len(explain(world, "QP-0001", f"QP-{count:04}")) == count
    else:
        with pytest.raises(RuleRefused) as error:
            explain(world, "QP-0001", f"QP-{count:04}")
        assert error.value.refused.key == "N-5.too_many"


def test_n_5_an_explanation_has_a_reason(world: World) -> None:
    drafted(world, "QP-05")
    with pytest.raises(RuleRefused) as error:
        explain(world, "QP-01", reason=" ")
    assert error.value.refused.key == "N-3.reason_needed"


def test_n_3_a_reservation_goes_on_where_another_scheme_gave_numbers(world: World) -> None:
    drafted(world)
    put(world, "quality", "QP-{seq:2}")
    cmd = ReserveNumber(world.types["procedure"], "新工厂")
    assert reserve_number(cmd, by=world.by("chen"), house=world.house) == "QP-02"
