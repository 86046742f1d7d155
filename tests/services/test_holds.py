"""Legal holds: who places and lifts them, what they stop, and who wins a race (R-5, C-3, X-3)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select, update

from docctl.config import Settings
from docctl.domain.lifecycle import RecordStatus
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.models.records import Correction, CorrectionStatus, Record
from docctl.models.retention import DisposalItem, Hold, HoldItem, ItemStatus
from docctl.models.trail import EventRow
from docctl.models.work import Delivery
from docctl.services.disposal.start import StartItems, start_items
from docctl.services.holds.place import (
    LONGEST_NAME,
    MOST,
    LiftHold,
    PlaceHold,
    lift_hold,
    place_hold,
)
from tests.keeping import Keeping, with_form
from tests.pacing import Pace
from tests.places import Place
from tests.world import World


@pytest.fixture
def settings(tmp_path: Path, founded: Place) -> Settings:
    return with_form(founded, tmp_path)


@pytest.fixture
def keeping(world: World) -> Keeping:
    return Keeping.of(world)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        call()
    return error.value.refused.key


def place(keeping: Keeping, *, by: str = "zhou", **fields) -> UUID:
    cmd = PlaceHold(**{"name": "张某投诉", "reason": "法院已受理", "record_ids": (), **fields})
    return place_hold(cmd, by=keeping.world.by(by), house=keeping.world.house)


def test_r_5_a_hold_is_named_with_its_reason_and_covers_something(keeping: Keeping) -> None:
    one = tuple(keeping.records())
    assert refused(lambda: place(keeping, name=" ", record_ids=one)) == "R-5.name_and_reason"
    assert refused(lambda: place(keeping, reason="\n", record_ids=one)) == "R-5.name_and_reason"
    assert refused(lambda: place(keeping)) == "R-5.nothing_to_hold"
    assert refused(lambda: place(keeping, name="一" * (LONGEST_NAME + 1), record_ids=one)) == "C-6.too_long"
    many = tuple(keeping.records(MOST + 1))
    assert refused(lambda: place(keeping, record_ids=many)) == "R-5.too_many"
    row = keeping.hold_row(place(keeping, name="一" * LONGEST_NAME, record_ids=(*one, *one)))
    assert (row.number, row.owner_role) == ("DJ-2026-001", "records_manager")
    with keeping.world.house.uow.read() as session:
        assert len(session.scalars(select(HoldItem)).all()) == 1
        said = session.scalars(select(EventRow.action).order_by(EventRow.seq.desc()).limit(2)).all()
    assert said == ["record.held", "hold.placed"]


def test_r_5_only_manager_and_leader_place_holds(keeping: Keeping) -> None:
    one = tuple(keeping.records())
    for username in sorted(set(keeping.world.people) - {"zhou", "zhao"}):
        assert refused(lambda n=username: place(keeping, by=n, record_ids=one)) == "X-1.not_permitted"
    place(keeping, by="zhou", record_ids=one)
    place(keeping, by="zhao", record_ids=one)


def test_r_5_only_the_owners_role_lifts(keeping: Keeping) -> None:
    records = keeping.records()
    ours, leaders = keeping.hold(records), keeping.hold(records, by="zhao")
    assert refused(lambda: keeping.lift(leaders, by="zhou")) == "R-5.owners_role_lifts"
    assert refused(lambda: keeping.lift(ours, by="zhao")) == "R-5.owners_role_lifts"
    assert refused(lambda: keeping.lift(ours, by="li")) == "X-1.not_permitted"
    assert refused(lambda: keeping.lift(ours, reason=" ")) == "R-5.reason_needed"
    keeping.lift(ours, by="zhou")
    keeping.lift(leaders, by="zhao")
    assert refused(lambda: keeping.lift(ours)) == "R-5.already_lifted"
    with pytest.raises(NotFound):
        lift_hold(LiftHold(records[0], 1, "x"), by=keeping.world.by("zhou"), house=keeping.world.house)


def test_a_hold_that_changed_since_the_page_is_not_lifted(keeping: Keeping) -> None:
    hold_id = keeping.hold(keeping.records())
    with pytest.raises(Conflict):
        lift_hold(LiftHold(hold_id, 7, "x"), by=keeping.world.by("zhou"), house=keeping.world.house)


def test_x_3_a_hidden_record_is_not_found_even_beside_one_that_is_refused(keeping: Keeping) -> None:
    (gone,) = keeping.records()
    (hidden,) = keeping.records(readers=frozenset({"role:leader"}))
    keeping.world.house.uow.write(
        lambda session: session.execute(
            update(Record).where(Record.id == gone).values(status=RecordStatus.DESTROYED)
        )
    )
    assert refused(lambda: place(keeping, record_ids=(gone,))) == "R-5.destroyed"
    for records in ((hidden,), (gone, hidden), (hidden, gone)):
        with pytest.raises(NotFound):
            place(keeping, record_ids=records)
    place(keeping, by="zhao", record_ids=(hidden,))


def test_r_5_a_hold_before_the_start_wins_and_the_record_stays(keeping: Keeping) -> None:
    first, second = keeping.records(2)
    list_id = keeping.executing([first, second])
    keeping.hold([first])
    keeping.start(list_id)
    keeping.start(list_id)
    assert keeping.record(first).status is RecordStatus.ACCEPTED
    assert keeping.record(second).status is RecordStatus.DESTROYING
    left, going = keeping.items(list_id)
    assert (left.status, left.reason) == (ItemStatus.TAKEN_OUT, "R-5.held")
    assert left.proof["because"] == {"rule": "R-5", "code": "held", "params": {"holds": 1}}
    assert going.status is ItemStatus.DESTROYING


def test_r_5_a_hold_lifted_before_the_start_stops_nothing(keeping: Keeping) -> None:
    (one,) = keeping.records()
    list_id = keeping.executing([one])
    keeping.lift(keeping.hold([one]))
    keeping.start(list_id)
    assert keeping.record(one).status is RecordStatus.DESTROYING


def test_r_5_a_hold_after_the_start_is_refused_and_says_since_when(keeping: Keeping) -> None:
    first, second = keeping.records(2)
    keeping.start(keeping.executing([first, second]))
    since = keeping.world.clock()
    keeping.world.clock.forward(minutes=3)
    with pytest.raises(RuleRefused) as error:
        place(keeping, record_ids=(second, first))
    assert error.value.refused.key == "R-5.destroying_since"
    assert error.value.refused.params == {"since": since}
    with keeping.world.house.uow.read() as session:
        assert session.scalars(select(Hold)).all() == []  # all or nothing
    place(keeping, record_ids=(second,))


def test_r_5_store_wishes_are_written_for_each_hold_placed_and_lifted(keeping: Keeping) -> None:
    (one,) = keeping.records()
    first, second = keeping.hold([one]), keeping.hold([one])
    keeping.lift(first)
    with keeping.world.house.uow.read() as session:
        keys = set(session.scalars(select(Delivery.key).where(Delivery.kind == "lock")))
    assert {f"lock:{one}:hold:{first}:on", f"lock:{one}:hold:{second}:on"} <= keys
    assert f"lock:{one}:hold:{first}:off" in keys
    assert f"lock:{one}:hold:{second}:off" not in keys


def test_c_3_noted_corrections_wait_until_the_last_hold_is_lifted(keeping: Keeping) -> None:
    (one,) = keeping.records()
    row = Correction(
        record_id=one,
        field="title",
        old_value="a",
        new_value="b",
        reason="typing_error",
        status=CorrectionStatus.NOTED,
        content_sha256="0" * 64,
        entered_by=keeping.world.people["wang"],
        entered_at=keeping.world.clock(),
    )
    keeping.world.house.uow.write(lambda session: session.add(row))

    def status() -> CorrectionStatus:
        with keeping.world.house.uow.read() as session:
            return session.scalars(select(Correction.status)).one()

    first, second = keeping.hold([one]), keeping.hold([one])
    keeping.lift(first)
    assert status() is CorrectionStatus.NOTED
    keeping.lift(second)
    assert status() is CorrectionStatus.PENDING


@pytest.mark.parametrize("rounds", [60, pytest.param(200, marks=pytest.mark.long)])
def test_r_5_hold_against_start_never_ends_held_and_destroying(keeping: Keeping, rounds: int) -> None:
    """Many records, each with a hold and the worker at once: one of the two wins, never both."""
    world = keeping.world
    records = keeping.records(rounds)
    list_id = keeping.executing(records)
    by, system = world.by("zhou"), world.system()
    order = [one.record_id for one in keeping.items(list_id)]
    wall, pace = world.clock(), Pace(Random(5))
    held: set[UUID] = set()
    pauses: list[tuple[float, float]] = []
    faults: list[BaseException] = []

    def line_up() -> None:
        """Both have run the round before: say when they set out for the next, so that both win at times."""
        if pauses:
            pace.won(first=order[len(pauses) - 1] in held)
        pauses.append(pace.pauses())

    barrier = threading.Barrier(2, line_up)

    def holding() -> None:
        try:
            for record_id in order:
                barrier.wait(timeout=30)
                time.sleep(pauses[-1][0])
                try:
                    place_hold(PlaceHold("争议", "起诉", (record_id,)), by=by, house=world.house)
                    held.add(record_id)
                except RuleRefused as error:
                    assert error.refused.key == "R-5.destroying_since"  # noqa: PT017
        except BaseException as error:  # noqa: BLE001
            faults.append(error)
            barrier.abort()

    def starting() -> None:
        try:
            for _ in order:
                barrier.wait(timeout=30)
                time.sleep(pauses[-1][1])
                (item_id,) = start_items(StartItems(list_id, wall, most=1), by=system, house=world.house)
                assert item_id is not None
                settle(item_id)
        except BaseException as error:  # noqa: BLE001
            faults.append(error)
            barrier.abort()

    def settle(item_id: UUID) -> None:
        """Let the next start take the next item, as if this one's bytes were gone."""

        def work(session) -> None:
            item = session.get_one(DisposalItem, item_id)
            if item.status is ItemStatus.DESTROYING:
                item.status = ItemStatus.DESTROYED

        world.house.uow.write(work)

    threads = [threading.Thread(target=one) for one in (holding, starting)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    assert not faults, faults
    with world.house.uow.read() as session:
        status = {one.id: one.status for one in session.scalars(select(Record))}
    for record_id in order:
        assert status[record_id] is (
            RecordStatus.ACCEPTED if record_id in held else RecordStatus.DESTROYING
        ), record_id
    assert rounds / 10 <= len(held) <= rounds - rounds / 10, len(held)  # both won, or it was no race
