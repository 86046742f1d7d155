"""Holds by a key: what bears it now and what is filed with it later, until it is lifted (R-5, S-7)."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import func, select

from docctl.config import Settings
from docctl.domain.holds import MOST
from docctl.domain.lifecycle import RecordStatus
from docctl.domain.normal_form import normal
from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.i18n import translator
from docctl.jobs.deliveries import deliver
from docctl.models.content import ItemFile
from docctl.models.records import Correction, CorrectionStatus, Record, RecordKey
from docctl.models.retention import DisposalItem, HoldItem, ItemStatus
from docctl.models.trail import EventDetail, EventRow
from docctl.queries.disposal import disposal_page
from docctl.queries.explanation import explain_record_id
from docctl.queries.held_keys import preview
from docctl.queries.hold_page import hold_page
from docctl.queries.holds import hold_list
from docctl.queries.record_filter import is_held
from docctl.queries.retention import DueFilter, due_list
from docctl.services.disposal.destroy import StopItem, stop_item
from docctl.services.disposal.execute import ResumeDisposal, resume_disposal
from docctl.services.disposal.start import StartItems, start_items
from docctl.services.holds.cover import FollowHold, follow_hold
from docctl.services.holds.place import PlaceHold, place_hold
from docctl.services.records.load import holds_among, holds_on
from storage.api import Key as ObjectKey
from tests import filing
from tests.keeping import Keeping, with_form
from tests.pacing import Pace
from tests.places import Place
from tests.through import run_disposal
from tests.world import World

ORDER = ("order", "HT 2024-17")


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


def filed(keeping: Keeping, *keys: tuple[str, str], who: str = "wang") -> UUID:
    """File a real record with keys."""
    return filing.filed(keeping.world, keeping.form, who, keys=keys)


def holds(keeping: Keeping, record_id: UUID) -> int:
    with keeping.world.house.uow.read() as session:
        return holds_on(session, record_id)


def noted(keeping: Keeping, hold_id: UUID) -> set[UUID]:
    with keeping.world.house.uow.read() as session:
        return set(session.scalars(select(HoldItem.item_id).where(HoldItem.hold_id == hold_id)))


def said(keeping: Keeping, action: str) -> list[EventRow]:
    with keeping.world.house.uow.read() as session:
        return list(session.scalars(select(EventRow).where(EventRow.action == action).order_by(EventRow.seq)))


def work(keeping: Keeping) -> None:
    while deliver(keeping.world.house):
        pass


def test_r_5_s_7_a_key_covers_what_bears_it_and_what_is_filed_with_it_later(keeping: Keeping) -> None:
    (there,) = keeping.records(keys=[ORDER])
    (other,) = keeping.records(keys=[("order", "HT-2024-18")])
    (of_kind,) = keeping.records(keys=[("batch", ORDER[1])])
    hold_id = keeping.hold([], ("order", "ht２０２４－17"))
    later = filed(keeping, ("batch", "B1"), ORDER)
    beside = filed(keeping, ("batch", "B1"))
    assert [holds(keeping, one) for one in (there, later)] == [1, 1]
    assert [holds(keeping, one) for one in (other, of_kind, beside)] == [0, 0, 0]
    assert noted(keeping, hold_id) == {there, later}
    events = said(keeping, "record.held")
    assert [one.subject_id for one in events] == [there, later]
    assert {json.loads(one.facts)["key"] for one in events} == {"order"}
    keeping.lift(hold_id)
    after = filed(keeping, ORDER)
    assert [holds(keeping, one) for one in (there, later, after)] == [0, 0, 0]
    assert [one.subject_id for one in said(keeping, "record.released")] == sorted([there, later])


def test_r_7_the_value_of_a_key_is_no_fact_of_the_trail(keeping: Keeping) -> None:
    keeping.records(keys=[("customer", "张三丰")])
    keeping.hold([], ("customer", "张三丰"))
    filed(keeping, ("customer", "张三丰"))
    with keeping.world.house.uow.read() as session:
        assert not [one for one in session.scalars(select(EventRow.facts)) if "张三丰" in one]
        (event,) = said(keeping, "hold.placed")
        assert json.loads(event.facts)["keys"] == ["customer"]
        detail = session.scalars(select(EventDetail).where(EventDetail.seq == event.seq)).one()
    assert "张三丰" in bytes(detail.bytes).decode()


def test_r_5_a_key_that_nobody_bears_is_held_only_where_that_is_meant(keeping: Keeping) -> None:
    (hidden,) = keeping.records(keys=[("order", "X-9")], readers=frozenset({"role:leader"}))
    assert refused(lambda: keeping.hold([], ORDER)) == "R-5.no_record_bears"
    assert refused(lambda: keeping.hold([], ("order", "X-9"))) == "R-5.no_record_bears"  # as if none
    keeping.hold([], ORDER, none_yet=True)
    assert holds(keeping, filed(keeping, ORDER)) == 1
    keeping.hold([], ("order", "X-9"), none_yet=True)
    assert holds(keeping, hidden) == 1  # all that bears it is covered, whoever sees it
    keeping.hold([], ("order", "ｘ－9"), by="zhao")  # who sees it need not say so
    assert holds(keeping, hidden) == 2
    assert refused(lambda: keeping.hold([], ("colour", "red"))) == "F-3.no_such_key"


def test_r_5_only_manager_and_leader_hold_a_key(keeping: Keeping) -> None:
    keeping.records(keys=[ORDER])
    for username in sorted(set(keeping.world.people) - {"zhou", "zhao"}):
        assert refused(lambda n=username: keeping.hold([], ORDER, by=n)) == "X-1.not_permitted"


def test_r_5_records_and_keys_make_one_hold_and_each_record_counts_once(keeping: Keeping) -> None:
    both, keyed = keeping.records(2, keys=[ORDER, ("batch", "B1")])
    (alone,) = keeping.records()
    hold_id = keeping.hold([both, alone], ORDER, ("batch", "b1"))
    assert [holds(keeping, one) for one in (both, keyed, alone)] == [1, 1, 1]
    (placed,) = said(keeping, "hold.placed")
    assert json.loads(placed.facts)["items"] == 3
    assert len(said(keeping, "record.held")) == 3
    with keeping.world.house.uow.read() as session:
        assert hold_page(session, keeping.world.by("zhou").actor, hold_id).total == 3


def test_r_5_a_hold_by_key_before_the_start_wins(keeping: Keeping) -> None:
    first, second = keeping.records(2)
    keyed = keeping.records(1, keys=[ORDER])
    list_id = keeping.executing([first, second, *keyed])
    keeping.hold([], ORDER)
    start = StartItems(list_id, keeping.world.clock(), most=3)
    start_items(start, by=keeping.world.system(), house=keeping.world.house)
    assert keeping.record(keyed[0]).status is RecordStatus.ACCEPTED
    assert {keeping.record(one).status for one in (first, second)} == {RecordStatus.DESTROYING}
    spared = [one for one in keeping.items(list_id) if one.status is ItemStatus.TAKEN_OUT]
    assert [(one.record_id, one.reason) for one in spared] == [(keyed[0], "R-5.held")]


def test_r_5_what_is_being_destroyed_is_not_covered_and_its_trail_says_so(keeping: Keeping) -> None:
    going, staying = keeping.records(2, keys=[ORDER])
    list_id = keeping.executing([going])
    item_id = keeping.start(list_id)
    hold_id = keeping.hold([], ORDER)
    assert [holds(keeping, one) for one in (going, staying)] == [0, 1]
    assert noted(keeping, hold_id) == {staying}
    (late,) = said(keeping, "record.hold_came_late")
    assert (late.subject_id, json.loads(late.facts)["hold"]) == (going, "DJ-2026-001")
    with keeping.world.house.uow.read() as session:
        page = hold_page(session, keeping.world.by("zhou").actor, hold_id)
        shown = preview(session, keeping.world.by("zhou").actor, *ORDER)
    assert (page.total, page.too_late) == (1, 1)
    assert ([one.record_id for one in shown.too_late], shown.covered) == ([going], 1)
    assert item_id is not None
    # What stopped is over the point of no return too: it goes on, hold or not.
    stop = StopItem(list_id, item_id, "RetentionActive")
    stop_item(stop, by=keeping.world.system(), house=keeping.world.house)
    resume = ResumeDisposal(list_id, keeping.list(list_id).row_version)
    resume_disposal(resume, by=keeping.world.by("zhou"), house=keeping.world.house)
    assert keeping.start(list_id) == item_id
    assert keeping.record(going).status is RecordStatus.DESTROYING


def test_r_5_the_register_counts_by_each_hold_what_that_one_covers(keeping: Keeping) -> None:
    keeping.records(3, keys=[ORDER])
    lifted = keeping.hold([], ORDER)
    other = keeping.hold(keeping.records(1), name="别的")
    keeping.lift(lifted)
    keeping.records(2, keys=[ORDER])  # filed when nothing holds what bears the key any more
    with keeping.world.house.uow.read() as session:
        assert {one.hold_id: one.records for one in hold_list(session).rows} == {other: 1}
    again = keeping.hold([], ORDER, name="再次")
    with keeping.world.house.uow.read() as session:
        assert {one.hold_id: one.records for one in hold_list(session).rows} == {other: 1, again: 5}


def test_r_5_more_records_than_a_transaction_takes_are_held_at_once_and_told_after(keeping: Keeping) -> None:
    many = keeping.records(MOST + 3, keys=[ORDER])
    hold_id = keeping.hold([], ORDER)
    house, at = keeping.world.house, keeping.world.clock().date()
    zhou = keeping.world.by("zhou").actor
    with house.uow.read() as session:
        assert len(holds_among(session, many)) == MOST + 3  # before anybody was told
        assert session.scalar(select(func.count()).select_from(Record).where(is_held())) == MOST + 3
        assert due_list(session, zhou, DueFilter(at)).held == MOST + 3
        assert hold_list(session).rows[0].records == MOST + 3
        page = hold_page(session, zhou, hold_id, page=11)
    assert (page.total, len(page.rows)) == (MOST + 3, 3)
    assert len(noted(keeping, hold_id)) == MOST
    work(keeping)
    assert noted(keeping, hold_id) == set(many)
    assert len(said(keeping, "record.held")) == MOST + 3
    keeping.lift(hold_id)
    assert len(said(keeping, "record.released")) == MOST
    with house.uow.read() as session:
        assert holds_among(session, many) == {}  # nor does it wait for that
    work(keeping)
    assert len(said(keeping, "record.released")) == MOST + 3
    (lifted,) = said(keeping, "hold.lifted")
    assert json.loads(lifted.facts)["items"] == MOST + 3


def test_r_5_a_hold_lifted_before_all_were_told_releases_those_that_were(keeping: Keeping) -> None:
    keeping.records(MOST + 3, keys=[ORDER])
    hold_id = keeping.hold([], ORDER)
    keeping.lift(hold_id)
    work(keeping)
    held, released = said(keeping, "record.held"), said(keeping, "record.released")
    assert {one.subject_id for one in held} == {one.subject_id for one in released}
    assert len(released) == MOST


def test_r_5_only_the_worker_tells_the_records_of_a_hold(keeping: Keeping) -> None:
    keeping.records(keys=[ORDER])
    told = FollowHold(keeping.hold([], ORDER))
    for username in keeping.world.people:
        by = keeping.world.by(username)
        assert (
            refused(lambda by=by: follow_hold(told, by=by, house=keeping.world.house)) == "X-1.not_permitted"
        )
    assert follow_hold(told, by=keeping.world.system(), house=keeping.world.house) == 0
    with pytest.raises(NotFound):
        follow_hold(FollowHold(UUID(int=1)), by=keeping.world.system(), house=keeping.world.house)


def test_c_3_notes_of_records_that_nobody_told_yet_are_settled_when_the_hold_ends(keeping: Keeping) -> None:
    many = keeping.records(MOST + 1, keys=[ORDER])
    hold_id = keeping.hold([], ORDER)
    (last,) = set(many) - noted(keeping, hold_id)
    row = Correction(
        record_id=last,
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
    keeping.lift(hold_id)
    with keeping.world.house.uow.read() as session:
        assert session.scalars(select(Correction.status)).one() is CorrectionStatus.PENDING


def test_r_5_the_store_holds_what_is_filed_with_a_held_key(keeping: Keeping) -> None:
    before = filed(keeping, ORDER)
    hold_id = keeping.hold([], ORDER)
    later = filed(keeping, ORDER)

    def held() -> list[bool]:
        work(keeping)
        with keeping.world.house.uow.read() as session:
            query = select(ItemFile).where(ItemFile.owner_id.in_([before, later])).order_by(ItemFile.owner_id)
            files = session.scalars(query).all()
        objects = keeping.world.house.objects
        return [objects.stat(ObjectKey.parse(one.object_key), one.object_version).held for one in files]

    assert held() == [True, True]
    keeping.lift(hold_id)
    assert held() == [False, False]


def test_r_5_the_reason_of_the_hold_is_told_to_who_may_know_it(keeping: Keeping) -> None:
    (one,) = keeping.records(keys=[ORDER])
    keeping.hold([], ORDER)
    words = translator("en")
    with keeping.world.house.uow.read() as session:
        known = explain_record_id(session, keeping.world.by("zhou").actor, one).sentences(words)[-1]
        others = explain_record_id(session, keeping.world.by("wang").actor, one).sentences(words)[-1]
    assert "because of Order HT 2024-17" in known
    assert "DJ-2026-001" in known
    assert ("HT 2024-17" in others, "DJ-2026" in others) == (False, False)
    assert "hold" in others


def race(
    first: Callable[[int], None], second: Callable[[int], None], rounds: int, pace: Callable[[], None]
) -> None:
    """Let two threads go through the rounds at once; raise what either raised."""
    faults: list[BaseException] = []
    barrier = threading.Barrier(2, pace)

    def runs(act: Callable[[int], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                for number in range(rounds):
                    barrier.wait(timeout=30)
                    act(number)
            except BaseException as error:  # noqa: BLE001
                faults.append(error)
                barrier.abort()

        return run

    threads = [threading.Thread(target=runs(one)) for one in (first, second)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    assert not faults, faults


def test_r_5_s_7_a_hold_against_a_filing_leaves_no_record_untold(keeping: Keeping) -> None:
    """A key is held while a record with it is filed: it is held and told once, whoever is first."""
    rounds, world = 40, keeping.world
    by, keys = world.by("zhou"), [("batch", f"R{number:03d}") for number in range(rounds)]
    commands = [filing.command(world, keeping.form, keys=(key,)) for key in keys]
    record_ids: list[UUID] = []
    hold_ids: list[UUID] = []
    pace = Pace(Random(7))
    pauses: list[tuple[float, float]] = []
    first_held: list[bool] = []

    def line_up() -> None:
        if pauses:
            with world.house.uow.read() as session:
                seqs = dict(
                    session.execute(
                        select(EventRow.subject_id, func.min(EventRow.seq))
                        .where(EventRow.subject_id.in_([record_ids[-1], hold_ids[-1]]))
                        .group_by(EventRow.subject_id)
                    ).all()
                )
            first_held.append(seqs[hold_ids[-1]] < seqs[record_ids[-1]])
            pace.won(first=first_held[-1])
        pauses.append(pace.pauses())

    def holding(number: int) -> None:
        time.sleep(pauses[-1][0])
        cmd = PlaceHold("争议", "起诉", keys=(keys[number],), none_yet_is_meant=True)
        hold_ids.append(place_hold(cmd, by=by, house=world.house))

    def filing_one(number: int) -> None:
        time.sleep(pauses[-1][1])
        record_ids.append(filing.file_record(commands[number], by=world.by("wang"), house=world.house))

    race(holding, filing_one, rounds, line_up)
    for record_id, hold_id in zip(record_ids, hold_ids, strict=True):
        assert noted(keeping, hold_id) == {record_id}
    assert sorted(one.subject_id for one in said(keeping, "record.held")) == sorted(record_ids)
    assert 0 < sum(first_held) < len(first_held), first_held  # both won, or it was no race


def test_r_5_a_hold_by_key_against_the_start_never_ends_held_and_destroying(keeping: Keeping) -> None:
    rounds, world = 60, keeping.world
    records = keeping.records(rounds)
    list_id = keeping.executing(records)
    order = [one.record_id for one in keeping.items(list_id)]
    key_of = {one: ("batch", f"R{place:03d}") for place, one in enumerate(order)}

    def bear(session) -> None:
        for record_id, (kind, value) in key_of.items():
            session.add(RecordKey(record_id=record_id, kind=kind, value=value, normal=normal(value)))

    world.house.uow.write(bear)
    by, system, wall, pace = world.by("zhou"), world.system(), world.clock(), Pace(Random(5))
    pauses: list[tuple[float, float]] = []

    def statuses(of: Sequence[UUID]) -> list[RecordStatus]:
        with world.house.uow.read() as session:
            rows = dict(session.execute(select(Record.id, Record.status).where(Record.id.in_(of))).all())
        return [rows[one] for one in of]

    def line_up() -> None:
        if pauses:
            (status,) = statuses([order[len(pauses) - 1]])
            pace.won(first=status is RecordStatus.ACCEPTED)
        pauses.append(pace.pauses())

    def holding(number: int) -> None:
        time.sleep(pauses[-1][0])
        place_hold(PlaceHold("争议", "起诉", keys=(key_of[order[number]],)), by=by, house=world.house)

    def starting(_number: int) -> None:
        time.sleep(pauses[-1][1])
        (item_id,) = start_items(StartItems(list_id, wall, most=1), by=system, house=world.house)

        def settle(session) -> None:
            item = session.get_one(DisposalItem, item_id)
            if item.status is ItemStatus.DESTROYING:
                item.status = ItemStatus.DESTROYED

        world.house.uow.write(settle)

    race(holding, starting, rounds, line_up)
    with world.house.uow.read() as session:
        covered = holds_among(session, order)
        late = {one.subject_id for one in said(keeping, "record.hold_came_late")}
    found = dict(zip(order, statuses(order), strict=True))
    for record_id in order:
        is_gone = found[record_id] is RecordStatus.DESTROYING
        assert (record_id in covered, record_id in late) == (not is_gone, is_gone), record_id
    assert rounds / 10 <= len(covered) <= rounds - rounds / 10, len(covered)


def test_s_7_a_proposal_names_the_record_the_hold_and_the_key_that_lets_it(keeping: Keeping) -> None:
    (free, one) = (*keeping.records(), *keeping.records(keys=[ORDER]))
    hold_id = keeping.hold([], ORDER)
    with pytest.raises(RuleRefused) as error:
        keeping.propose([free, one])
    number, hold = keeping.record(one).number, keeping.hold_row(hold_id).number
    sentence = translator("zh_Hans", strict=True).refusal(error.value.refused).sentence
    assert sentence == f"{number} 因订单号“{ORDER[1]}”被 {hold} 冻结，解除前不能销毁。"
    keeping.lift(hold_id)
    keeping.propose([free, one])


def test_s_7_a_list_names_the_key_of_the_hold_on_an_item_to_who_may_know_it(keeping: Keeping) -> None:
    (gone, one) = (*keeping.records(), *keeping.records(keys=[ORDER]))
    list_id = keeping.approved([gone, one])
    hold_id = keeping.hold([], ORDER)
    number = keeping.hold_row(hold_id).number

    def told(who: str) -> list[tuple[str, tuple[str, str] | None]]:
        with keeping.world.house.uow.read() as session:
            page = disposal_page(session, keeping.world.by(who).actor, list_id)
        (item,) = [line for line in page.items if line.record_id == one]
        assert not [line for line in page.items if line.holds and line.record_id != one]
        return [(line.number, line.key) for line in item.holds]

    assert told("zhou") == told("zhao") == [(number, ORDER)]
    assert told("li") == []  # asked for an opinion; holds are not hers to read
    keeping.order(list_id)
    keeping.witness(list_id)
    run_disposal(keeping.world.house, list_id)
    keeping.lift(hold_id)
    assert keeping.record(one).status is RecordStatus.ACCEPTED
    assert told("zhou") == [(number, ORDER)]  # why it was spared then
    assert told("li") == []
