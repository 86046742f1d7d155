"""Numbers are taken, reserved, brought along and voided; none twice, no gap (N-1, N-3, N-6)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.models.numbers import NumberEntry, NumberState
from docctl.queries.number_gaps import number_gaps
from docctl.services.documents.create import CreateDocument, create_document
from docctl.services.numbers.reserve import ReserveNumber, reserve_number
from docctl.services.numbers.void import VoidNumber, void_number
from docctl.services.revisions.revise import DiscardRevision, discard_revision
from tests.world import World, as_owner


def create(world: World, number: str = "", *, title: str = "文件", author: str = "chen", unit: str = "PZ"):
    return create_document(
        CreateDocument(
            type_id=world.types["procedure"],
            title=title,
            unit_id=world.units[unit],
            uploads=(world.upload(author),),
            number=number,
        ),
        by=world.by(author),
        house=world.house,
    )


def reserve(world: World) -> str:
    return reserve_number(
        ReserveNumber(world.types["procedure"], "新工厂"), by=world.by("chen"), house=world.house
    )


def entry(world: World, shown: str) -> NumberEntry:
    with world.house.uow.read() as session:
        return session.scalars(select(NumberEntry).where(NumberEntry.shown == shown)).one()


def test_n_3_thirty_two_at_once_get_consecutive_numbers(world: World) -> None:
    with ThreadPoolExecutor(32) as pool:
        shown = list(pool.map(lambda _: reserve(world), range(32)))
    assert sorted(shown) == [f"QP-{number:02d}" for number in range(1, 33)]


def test_n_3_a_refused_document_leaves_no_hole(world: World) -> None:
    with pytest.raises(RuleRefused):
        create(world, title=" ")
    assert world.document_of(create(world)).number == "QP-01"


def test_n_3_a_reserved_number_is_used_by_who_brings_it(world: World) -> None:
    assert reserve(world) == "QP-01"
    assert world.document_of(create(world)).number == "QP-02"
    document = world.document_of(create(world, "qp－01"))
    assert document.number == "QP-01"
    assert entry(world, "QP-01").state is NumberState.USED


@pytest.mark.parametrize("typed", ["QP-01", "qp-01", "ＱＰ－０１", "QP 01".replace(" ", "—")])
def test_n_6_a_number_in_any_way_of_writing_it_clashes_and_both_are_named(world: World, typed: str) -> None:
    create(world)
    with pytest.raises(RuleRefused) as error:
        create(world, typed)
    assert error.value.refused.key == "N-6.taken"
    assert error.value.refused.params == {"number": typed, "holder": "QP-01"}


def test_n_6_the_counter_moves_past_a_number_from_before(world: World) -> None:
    create(world, "QP-07")
    assert world.document_of(create(world)).number == "QP-08"


def test_n_1_the_number_of_a_discarded_document_is_void_and_never_given_again(world: World) -> None:
    revision_id = create(world)
    discard_revision(
        DiscardRevision(revision_id, world.revision(revision_id).row_version, "重复"),
        by=world.by("chen"),
        house=world.house,
    )
    assert entry(world, "QP-01").state is NumberState.VOIDED
    with pytest.raises(RuleRefused):
        create(world, "QP-01")
    assert world.document_of(create(world)).number == "QP-02"


def test_n_3_only_a_reserved_number_is_voided_and_with_a_reason(world: World) -> None:
    reserve(world)
    create(world)
    for number, reason, code in (("QP-01", " ", "reason_needed"), ("QP-02", "x", "not_reserved")):
        with pytest.raises(RuleRefused) as error:
            void_number(VoidNumber(number, reason), by=world.by("chen"), house=world.house)
        assert error.value.refused.code == code
    void_number(VoidNumber("QP-01", "工厂不建了"), by=world.by("chen"), house=world.house)
    assert entry(world, "QP-01").state is NumberState.VOIDED


@pytest.mark.parametrize(("length", "fits"), [(100, True), (101, False)])
def test_n_1_a_number_has_at_most_a_hundred_characters(world: World, length: int, fits: bool) -> None:
    typed = "Q" * length
    if fits:
        assert world.document_of(create(world, typed)).number == typed
    else:
        with pytest.raises(RuleRefused):
            create(world, typed)


def gaps(world: World, kind: str = "") -> list[tuple[str, str, int, str]]:
    with world.house.uow.read() as session:
        found = number_gaps(session, at=world.clock(), kind=kind)
    assert found.missing == sum(one.count for one in found.rows)
    return [(one.first, one.last, one.count, one.unit) for one in found.rows]


def void(world: World, number: str, reason: str = "废页") -> str:
    return void_number(VoidNumber(number, reason), by=world.by("chen"), house=world.house)


def test_n_5_what_a_series_passed_over_is_a_gap_of_the_department_after_it(world: World) -> None:
    create(world, "QP-01")
    assert gaps(world) == []
    create(world, "QP-02")
    assert gaps(world) == []
    create(world, "QP-05")
    create(world, "QP-07")
    assert gaps(world) == [("QP-03", "QP-04", 2, "品质部"), ("QP-06", "QP-06", 1, "品质部")]
    assert gaps(world, "document") == gaps(world)
    assert gaps(world, "record") == []


def test_n_5_numbers_of_another_kind_in_a_series_are_no_gaps(world: World) -> None:
    for number in ("QP-01", "QP-02", "QP-04"):
        create(world, number)
    change = (
        "UPDATE number_entry SET kind = 'record' WHERE shown IN ('QP-02', 'QP-04')"  # one scheme for both
    )
    as_owner(world.house).write(lambda session: session.execute(text(change)))
    assert gaps(world, "record") == gaps(world) == [("QP-03", "QP-03", 1, "品质部")]
    assert gaps(world, "document") == []


def test_n_5_an_explained_gap_keeps_its_explanation_and_is_never_given(world: World) -> None:
    create(world, "QP-03")
    assert void(world, "qp－01") == "QP-01"
    assert gaps(world) == [("QP-02", "QP-02", 1, "品质部")]
    found = entry(world, "QP-01")
    assert (found.state, found.reason, found.sequence, found.kind) == (
        NumberState.VOIDED,
        "废页",
        1,
        "document",
    )
    with pytest.raises(RuleRefused) as error:
        void(world, "QP-01")
    assert error.value.refused.code == "not_reserved"
    with pytest.raises(RuleRefused):
        create(world, "QP-01")


@pytest.mark.parametrize("number", ["QP-03", "QP-04", "XX", "QM/XX-A-2009"])
def test_n_5_a_number_that_is_still_to_come_or_none_is_no_gap(world: World, number: str) -> None:
    create(world, "QP-02")
    with pytest.raises(NotFound):
        void(world, number)
    void(world, "QP-01")
