"""Retention classes change by approved revisions; what runs is never kept shorter (R-1, R-3, R-10)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from docctl.domain.verdicts import RuleRefused
from docctl.jobs.claims import finish
from docctl.jobs.classes import class_steps
from docctl.jobs.deliveries import HANDLERS, due_deliveries
from docctl.jobs.due import work_due
from docctl.jobs.effects import Postponed
from docctl.models.records import Record, RecordClass
from docctl.models.retention import RetentionClassRow
from docctl.models.trail import EventRow
from docctl.models.work import Delivery, DueJob
from docctl.queries.by_name import class_named
from docctl.services.records import prolong
from docctl.services.records.following import CLASSES, still_following
from docctl.services.records.keep import promised_until
from docctl.services.records.prolong import ProlongRecords, prolong_records
from docctl.services.settings.decide import DecideSetting, withdraw_setting
from tests import rules
from tests.filing import a_form, filed, row
from tests.world import World


def content(world: World, **changes: dict[str, Any] | None) -> dict[str, Any]:
    """Return the classes in force with some changed, added, or (None) left out."""
    lines = {one["code"]: one for one in rules.page(world, kind="classes").content["classes"]}
    for code, more in changes.items():
        if more is None:
            del lines[code]
        else:
            lines[code] = {**lines.get(code, lines["quality"] | {"code": code}), **more}
    return {"classes": list(lines.values())}


def years(amount: int) -> dict[str, Any]:
    """Return a change of the period."""
    return {"period": {"amount": amount, "unit": "years"}}


PERMANENT = {"period": {"amount": 0, "unit": "permanent"}}


def revised(world: World, **changes: dict[str, Any] | None) -> int:
    """Take changed classes into force; the job has not followed yet."""
    return rules.approved(world, json.dumps(content(world, **changes)), kind="classes", reason="修订")


def followed(world: World) -> None:
    """Let the worker do what has fallen due, and records follow their classes; nothing else."""
    while work_due(world.house):
        pass
    for one in due_deliveries(world.house, 1000):
        if one.kind == CLASSES:
            assert all(step is None for step in class_steps(world.house, one.payload))
            finish(world.house, one.id)


def classes(world: World, code: str) -> list[RetentionClassRow]:
    """Return the rows of a class, oldest first."""
    query = select(RetentionClassRow).where(RetentionClassRow.code == code)
    with world.house.uow.read() as session:
        return list(session.scalars(query.order_by(RetentionClassRow.revision)))


def events(world: World, action: str) -> list[dict[str, Any]]:
    """Return what the events of an action say, in order."""
    with world.house.uow.read() as session:
        query = select(EventRow.facts).where(EventRow.action == action).order_by(EventRow.seq)
        return [dict(json.loads(one) if isinstance(one, str) else one) for one in session.scalars(query)]


def kept(world: World, record_id: UUID) -> tuple[date | None, bool, int]:
    """Return until when a record is kept, whether for ever, and by which revision of its class."""
    found = row(world, record_id)
    with world.house.uow.read() as session:
        return (
            found.keep_until,
            found.is_permanent,
            session.get_one(RetentionClassRow, found.class_id).revision,
        )


def test_r_3_a_record_is_filed_under_the_revision_in_force_and_keeps_it(world: World) -> None:
    form = a_form(world)
    first = filed(world, form)
    ordinal = revised(world, other=years(3))
    second = filed(world, form)
    old, new = kept(world, first), kept(world, second)
    assert (old[2], new[2]) == (1, 2)
    assert (old[0], new[0]) == (date(2030, 3, 1), date(2029, 3, 1))
    told = events(world, "record.filed")
    assert [(one["class"], one["class_revision"], one["schedule"]) for one in told] == [
        ("other", 1, 1),
        ("other", 2, ordinal),
    ]
    before, after = classes(world, "other")
    assert (before.data["period"]["amount"], after.data["period"]["amount"]) == (4, 3)
    assert len(classes(world, "quality")) == 1  # what was not changed has no further revision


def test_r_3_a_revision_that_waits_is_taken_by_nobody_before_its_instant(world: World) -> None:
    form = a_form(world)
    begins = world.clock() + timedelta(days=2)
    text = json.dumps(content(world, other=years(9)))
    rules.approved(world, text, kind="classes", wanted_from=begins)
    followed(world)
    world.clock.now = begins - timedelta(microseconds=1)
    early = filed(world, form)
    world.clock.now = begins
    late = filed(world, form)
    assert (kept(world, early)[2], kept(world, late)[2]) == (1, 2)
    followed(world)
    assert kept(world, early)[2] == 2


def test_r_3_a_revision_withdrawn_before_it_begins_never_was(world: World) -> None:
    form = a_form(world)
    begins = world.clock() + timedelta(days=2)
    two = rules.approved(
        world, json.dumps(content(world, other=years(9))), kind="classes", wanted_from=begins
    )
    later = begins + timedelta(days=2)
    nine_too = json.dumps(content(world, other=years(9), quality=years(6)))
    rules.approved(world, nine_too, kind="classes", wanted_from=later)
    shown = rules.page(world, "zhao", two, "classes")
    cmd = DecideSetting("classes", two, shown.row_version, "不改了")
    withdraw_setting(cmd, by=world.by("zhao"), house=world.house)
    world.clock.now = begins
    followed(world)
    assert kept(world, filed(world, form))[2] == 1
    world.clock.now = later  # what waited behind it says so itself
    assert kept(world, filed(world, form))[2] == 3
    assert [one.withdrawn_at is not None for one in classes(world, "other")] == [False, True, False]


def test_r_10_the_catch_all_moves_to_another_class(world: World) -> None:
    form = a_form(world)
    revised(world, other={"use": "open"}, quality={"use": "catch_all"})
    record = row(world, filed(world, form))
    with world.house.uow.read() as session:
        assert session.get_one(RetentionClassRow, record.class_id).code == "quality"
    revised(world, other={"use": "catch_all"}, quality={"use": "open"})
    record = row(world, filed(world, form))
    with world.house.uow.read() as session:
        assert session.get_one(RetentionClassRow, record.class_id).code == "other"


@pytest.mark.parametrize(
    ("change", "longer", "until"),
    [
        (years(5), True, date(2031, 3, 1)),
        ({"period": {"amount": 49, "unit": "months"}}, True, date(2030, 4, 1)),
        ({"period": {"amount": 48, "unit": "months"}}, False, date(2030, 3, 1)),
        (years(3), False, date(2030, 3, 1)),
        ({"is_law": True}, True, date(2030, 3, 1)),
        (years(3) | {"is_law": True}, False, date(2030, 3, 1)),
        (PERMANENT, True, None),
        ({"trigger": {"kind": "end_of_calendar_year", "event": "", "month": 12}}, True, date(2030, 12, 31)),
        ({"name": "其余记录"}, False, date(2030, 3, 1)),
    ],
)
def test_r_3_what_runs_is_kept_longer_and_never_shorter(
    world: World, change: dict[str, Any], longer: bool, until: date | None
) -> None:
    record = filed(world, a_form(world))
    ordinal = revised(world, other=change)
    assert kept(world, record)[2] == 1  # the job has yet to come
    followed(world)
    found = kept(world, record)
    assert found == (until, change == PERMANENT, 2 if longer else 1)
    told = events(world, "record.kept_longer")
    assert len(told) == longer
    with world.house.uow.read() as session:
        links = session.scalars(select(RecordClass).where(RecordClass.record_id == record)).all()
        assert [(one.class_id, one.governs) for one in links] == [(row(world, record).class_id, True)]
        locks = [one for one in session.scalars(select(Delivery.key)) if f"lock:{record}:" in one]
    if longer:
        facts = ("class", "class_revision", "schedule", "before", "keep_until", "permanent")
        assert [told[0][name] for name in facts] == [
            "other",
            2,
            ordinal,
            "2030-03-01",
            until.isoformat() if until else None,
            change == PERMANENT,
        ]
    assert any(str(row(world, record).class_id) in one for one in locks) is longer  # so is it in the store
    world.clock.forward(minutes=6)
    followed(world)  # it looks once more, and does nothing twice
    assert len(events(world, "record.kept_longer")) == longer


def test_r_2_what_waits_for_its_event_is_kept_by_both_revisions(world: World) -> None:
    waits = {"trigger": {"kind": "event", "event": "contract_end", "month": 12}}
    form = a_form(world)
    revised(world, other=waits)
    record = filed(world, form)
    assert kept(world, record) == (None, False, 2)
    revised(world, other=years(3))
    followed(world)
    assert kept(world, record) == (None, False, 2)
    with world.house.uow.read() as session:
        links = session.scalars(select(RecordClass).where(RecordClass.record_id == record)).all()
    assert sorted(one.governs for one in links) == [False, True]
    assert events(world, "record.kept_longer") == []  # nobody knows yet whether it is
    (told,) = events(world, "record.kept_by_both")
    assert (told["class_revision"], told["keep_until"]) == (3, None)


def test_r_3_what_shall_wait_for_an_event_from_now_on_ends_no_earlier_than_before(world: World) -> None:
    record = filed(world, a_form(world))
    revised(world, other={"trigger": {"kind": "event", "event": "contract_end", "month": 12}})
    followed(world)
    assert kept(world, record) == (None, False, 2)
    with world.house.uow.read() as session:
        links = session.scalars(select(RecordClass).where(RecordClass.record_id == record)).all()
    # Its old class applies on: once the event is entered the longer of both governs.
    assert sorted(one.governs for one in links) == [False, True]


def test_r_3_a_day_given_to_one_record_outlives_that_its_class_waits_for_an_event(world: World) -> None:
    record = filed(world, a_form(world))
    day = date(2060, 1, 1)
    reason = [
        *row(world, record).keep_because,
        {"code": "prolonged", "params": {"until": str(day), "list": "1"}},
    ]
    longer = update(Record).values(keep_until=day, keep_because=reason)
    world.house.uow.write(lambda session: session.execute(longer))
    revised(world, other={"trigger": {"kind": "event", "event": "contract_end", "month": 12}})
    followed(world)
    after = row(world, record)
    assert (after.keep_until, promised_until(after)) == (None, day)
    assert {"event_open", "prolonged"} <= {one["code"] for one in after.keep_because}


def test_r_1_a_class_that_is_named_is_its_revision_in_force(world: World) -> None:
    begins = world.clock() + timedelta(days=2)
    waits = json.dumps(content(world, other=years(9), fresh=years(2)))
    two = rules.approved(world, waits, kind="classes", wanted_from=begins)

    def named(code: str) -> tuple[int, bool]:
        with world.house.uow.read() as session:
            found = class_named(session, code, at=world.clock())
            return found.revision, found.withdrawn_at is None

    assert named("other") == (1, True)
    assert named("fresh") == (1, True)  # there is no other yet: who chooses it is told that it has not begun
    world.clock.now = begins
    assert named("other") == (2, True)
    later = begins + timedelta(days=2)
    longer = json.dumps(content(world, other=years(11)))
    three = rules.approved(world, longer, kind="classes", wanted_from=later)
    assert three > two
    shown = rules.page(world, "zhao", three, "classes")
    cmd = DecideSetting("classes", three, shown.row_version, "不改了")
    withdraw_setting(cmd, by=world.by("zhao"), house=world.house)
    world.clock.now = later
    assert named("other") == (2, True)


def test_r_3_a_closed_class_goes_on_where_it_is_named_and_is_chosen_no_longer(world: World) -> None:
    class_id = classes(world, "quality")[0].id
    named = world.issued(world.draft("检验记录", kind="form", number="QR-7", class_id=class_id))
    revised(world, quality=years(7) | {"use": "closed"})
    record = filed(world, world.document_of(named).id)
    assert kept(world, record) == (date(2033, 3, 1), False, 2)
    with pytest.raises(RuleRefused) as refused:
        world.draft("检验记录", kind="form", number="QR-8", class_id=class_id)
    assert refused.value.refused.key == "R-3.class_closed"


def test_r_3_two_revisions_that_begin_before_the_worker_came_both_count(world: World) -> None:
    form = a_form(world)
    record = filed(world, form)
    revised(world, other=years(9))
    world.clock.forward(hours=1)
    between = filed(world, form)
    revised(world, other=years(2))
    world.clock.forward(hours=1)
    last = filed(world, form)
    followed(world)
    assert kept(world, record) == (date(2035, 3, 1), False, 2)
    assert (kept(world, between)[2], kept(world, last)[2]) == (2, 3)
    assert kept(world, last)[0] == date(2028, 3, 1)


def test_r_3_the_records_follow_in_pieces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prolong, "TOGETHER", 2)
    form = a_form(world)
    records = [filed(world, form) for _ in range(5)]
    revised(world, other=years(6))
    followed(world)
    assert {kept(world, one)[2] for one in records} == {2}
    assert len(events(world, "record.kept_longer")) == 5


def wanted(world: World) -> list[dict[str, Any]]:
    """Return what waits to be followed, in the order of its instant."""
    query = select(Delivery).where(Delivery.kind == CLASSES, Delivery.done_at.is_(None))
    with world.house.uow.read() as session:
        return [dict(one.payload) for one in session.scalars(query.order_by(Delivery.next_at))]


def test_s_4_each_step_takes_some_records_and_lets_others_have_their_turn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prolong, "TOGETHER", 2)
    form = a_form(world)
    records = [filed(world, form) for _ in range(5)]
    revised(world, other=years(6))
    assert not work_due(world.house)  # what falls due holds nobody up with it
    assert sum(kept(world, one)[2] == 2 for one in records) == 0
    payload = wanted(world)[0]
    steps = HANDLERS[CLASSES](world.house, payload)
    assert steps is not None
    next(steps)
    assert sum(kept(world, one)[2] == 2 for one in records) == 2
    assert len(list(steps)) == 2
    assert sum(kept(world, one)[2] == 2 for one in records) == 5


def test_r_3_a_revision_is_followed_after_those_that_began_before_it(world: World) -> None:
    record = filed(world, a_form(world))
    revised(world, other=years(9))
    world.clock.forward(hours=1)
    revised(world, other=years(5))
    with pytest.raises(Postponed):
        list(class_steps(world.house, wanted(world)[-1]))
    assert kept(world, record)[2] == 1
    followed(world)
    assert kept(world, record) == (date(2035, 3, 1), False, 2)


@pytest.mark.parametrize(("change", "walks"), [({"name": "其余记录"}, False), (years(3), True)])
def test_s_4_records_for_which_nothing_can_change_are_not_looked_at(
    world: World, change: dict[str, Any], walks: bool
) -> None:
    filed(world, a_form(world))
    revised(world, other=change)
    cmd = ProlongRecords(UUID(wanted(world)[0]["revision_id"]))
    assert (prolong_records(cmd, by=world.system(), house=world.house) is not None) is walks


def test_r_3_what_an_earlier_version_let_fall_due_is_followed(world: World) -> None:
    record = filed(world, a_form(world))
    revised(world, other=years(9))
    revision_id = UUID(wanted(world)[0]["revision_id"])

    def as_before(session: Session) -> None:
        session.execute(delete(Delivery).where(Delivery.kind == CLASSES))
        session.add(DueJob(kind=CLASSES, subject_id=revision_id, due_at=world.clock()))

    world.house.uow.write(as_before)
    with world.house.uow.read() as session:
        assert still_following(session, world.clock())
    followed(world)
    assert kept(world, record)[2] == 2
    with world.house.uow.read() as session:
        assert not still_following(session, world.clock())


def test_r_3_a_class_in_use_is_closed_and_never_left_out(world: World) -> None:
    filed(world, a_form(world))
    lines = content(world)["classes"]
    lines[2]["use"] = "catch_all"
    gone = json.dumps({"classes": lines[1:]})
    with pytest.raises(RuleRefused) as refused:
        rules.submitted(world, gone, kind="classes")
    assert (refused.value.refused.key, refused.value.refused.params["class"]) == ("R-3.class_in_use", "other")
    revised(world, training=None)  # nobody has ever used it
    assert [one.is_closed for one in classes(world, "training")] == [False, True]
    revised(world, training={"name": "培训"})
    assert [one.is_closed for one in classes(world, "training")] == [False, True, False]
