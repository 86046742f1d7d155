"""The two kinds of transaction: what reads may not, what writes repeat and refuse (T-1; style 10)."""

from __future__ import annotations

import sqlite3
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from docctl.domain.verdicts import Conflict, RuleRefused
from docctl.models.organisation import Unit
from docctl.models.trail import AuditHead, EventRow
from docctl.queries.inbox import inbox_count
from docctl.services.caller import the_system
from docctl.services.gate import FairGate, GateBusy
from docctl.services.house import House
from docctl.services.locks import LockOrderBroken, Rank, lock
from docctl.services.trail import Subject, record
from docctl.services.uow import UnitOfWork
from tests.world import START, World, as_owner


def refused(error: pytest.ExceptionInfo[RuleRefused]) -> str:
    return error.value.refused.key


def seq(house: House) -> int:
    with house.uow.read() as session:
        return session.execute(select(AuditHead.seq)).scalar_one()


def test_a_read_cannot_write(house: House) -> None:
    with house.uow.read() as session, pytest.raises(DBAPIError, match=r"read-?only"):
        session.execute(text("UPDATE unit SET name = 'x'"))
    house.uow.write(lambda session: session.execute(text("UPDATE unit SET name = 'y' WHERE code = 'PZ'")))


def test_a_connection_without_a_use_cannot_write_whatever_it_did_before(house: House) -> None:
    house.uow.write(lambda session: session.execute(text("UPDATE unit SET name = 'y' WHERE code = 'PZ'")))
    if house.uow.engine.dialect.name == "sqlite":
        with house.uow.engine.connect() as connection, pytest.raises(DBAPIError, match="readonly"):
            connection.execute(text("UPDATE unit SET name = 'x'"))
    house.uow.write(lambda session: session.execute(text("UPDATE unit SET name = 'z' WHERE code = 'PZ'")))
    test_a_read_cannot_write(house)


@pytest.mark.sqlite_only
def test_what_is_prepared_stays_so_while_reads_and_writes_take_turns(world: World) -> None:
    """SQLite asks an authorizer when it prepares a statement, and only then."""
    uow, asked = world.house.uow, []

    def note(action: int, *what: object) -> int:
        if action != sqlite3.SQLITE_TRANSACTION:  # the driver prepares their ends each time
            asked.append(what)
        return sqlite3.SQLITE_OK

    def watch(session: Session) -> None:
        raw = session.connection().connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.set_authorizer(note)  # itself lets go of all that was prepared

    def change(session: Session) -> None:
        session.execute(text("UPDATE unit SET name = 'later' WHERE code = 'PZ'"))

    def turn() -> None:
        with uow.read() as session:
            session.scalars(select(Unit.name)).all()
            actor = world.by("chen").actor
            inbox_count(session, actor, at=world.clock(), zone=world.house.zone)
        uow.write(change)

    turn()
    with uow.read() as session:
        watch(session)
    uow.write(watch)
    turn()
    assert asked
    asked.clear()
    turn()
    assert asked == []


def test_a_read_stands_on_one_state(world: World) -> None:
    query = select(Unit.name).where(Unit.id == world.units["PZ"])
    with world.house.uow.read() as session:
        before = session.scalar(query)
        world.house.uow.write(lambda other: other.execute(text("UPDATE unit SET name = 'later'")))
        assert session.scalar(query) == before
    with world.house.uow.read() as session:
        assert session.scalar(query) == "later"


def test_what_fails_leaves_nothing_and_no_event(house: House) -> None:
    before = seq(house)

    def work(session: Session) -> None:
        session.execute(text("UPDATE unit SET name = 'x'"))
        record(session, the_system(START), "unit.added", Subject("unit", None))
        session.flush()
        raise KeyError

    with pytest.raises(KeyError):
        house.uow.write(work)
    assert seq(house) == before
    with house.uow.read() as session:
        assert "x" not in set(session.scalars(select(Unit.name)))


@pytest.mark.parametrize(("failures", "stands"), [(0, True), (3, True), (4, False)])
def test_a_stale_row_is_tried_three_more_times(
    house: House, monkeypatch: pytest.MonkeyPatch, failures: int, stands: bool
) -> None:
    monkeypatch.setattr("docctl.services.uow.time.sleep", lambda _: None)
    tries = []

    def work(session: Session) -> int:
        tries.append(session)
        if len(tries) <= failures:
            raise StaleDataError
        return len(tries)

    if stands:
        assert house.uow.write(work) == failures + 1
    else:
        with pytest.raises(Conflict) as error:
            house.uow.write(work)
        assert refused(error) == "request.changed_meanwhile"
    assert len(set(map(id, tries))) == len(tries)  # a session of its own each time


def test_a_locked_database_ends_as_busy(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docctl.services.uow.time.sleep", lambda _: None)

    def work(_: Session) -> None:
        raise OperationalError("x", {}, Exception("database is locked"))

    with pytest.raises(Conflict) as error:
        house.uow.write(work)
    assert refused(error) == "request.busy"


def test_a_fault_is_not_repeated_and_not_hidden(house: House) -> None:
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        session.execute(text("SELECT * FROM nowhere"))

    with pytest.raises(DBAPIError, match="nowhere"):
        house.uow.write(work)
    assert len(tries) == 1


def test_a_guard_is_answered_with_its_rule(house: House) -> None:
    with pytest.raises(RuleRefused) as error:
        as_owner(house).write(lambda session: session.execute(text("DELETE FROM event")))
    assert refused(error) == "guard.refused"
    assert error.value.refused.params == {"rule": "T-1", "guard": "t_1_event_delete"}


@pytest.mark.sqlite_only
def test_a_full_disk_is_told_and_nothing_is_half_done(house: House) -> None:
    def work(session: Session) -> None:
        session.execute(text("UPDATE unit SET name = 'half'"))
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
        session.execute(text("CREATE TABLE big (data)"))
        session.execute(text("INSERT INTO big VALUES (zeroblob(10000000))"))

    with pytest.raises(RuleRefused) as error:
        house.uow.write(work)
    assert refused(error) == "request.disk_full"
    with house.uow.read() as session:
        assert "half" not in set(session.scalars(select(Unit.name)))
        session.execute(text("PRAGMA max_page_count = 1000000"))


def test_a_fault_in_the_log_tells_no_content(house: House) -> None:
    def work(session: Session) -> None:
        session.execute(text("INSERT INTO unit (code) VALUES (:secret)"), {"secret": "hidden"})

    with pytest.raises(Exception, match="parameters hidden") as error:
        house.uow.write(work)
    assert "hidden'" not in str(error.value)


def test_locks_are_taken_in_one_order(house: House) -> None:
    units, heads = select(Unit), select(AuditHead)

    def right(session: Session) -> int:
        lock(session, Rank.PEOPLE, units)
        lock(session, Rank.ITEMS, units)
        return len(lock(session, Rank.ITEMS, units))

    def wrong(session: Session) -> None:
        lock(session, Rank.HEAD, heads)
        lock(session, Rank.COUNTERS, units)

    assert house.uow.write(right) == 4
    with pytest.raises(LockOrderBroken, match="COUNTERS after HEAD"):
        house.uow.write(wrong)


def test_listeners_hear_of_events_and_of_nothing_else(house: House) -> None:
    heard: list[int] = []
    house.uow.on_commit(heard.append)
    house.uow.write(lambda session: session.execute(text("UPDATE unit SET name = 'x'")))
    assert heard == []
    house.uow.write(lambda session: record(session, the_system(START), "x.y", Subject("unit", None)))
    assert heard == [seq(house)]


def test_t_1_events_are_gapless_whoever_writes_at_once(house: House) -> None:
    first = seq(house)

    def write(number: int) -> None:
        for _ in range(4):
            house.uow.write(
                lambda session: record(session, the_system(START), f"made.by{number}", Subject("unit", None))
            )

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with house.uow.read() as session:
        rows = session.execute(
            select(EventRow.seq, EventRow.prev_hash, EventRow.hash).order_by(EventRow.seq)
        ).all()
    assert [row.seq for row in rows] == list(range(1, first + 65))
    assert all(after.prev_hash == before.hash for before, after in pairwise(rows))


def test_t_1_time_in_the_trail_never_goes_back(world: World) -> None:
    world.draft()
    world.clock.forward(days=-40)
    world.draft("文件控制程序")
    with world.house.uow.read() as session:
        found = session.scalars(select(EventRow.recorded_at).order_by(EventRow.seq)).all()
        newest = session.execute(select(EventRow).order_by(EventRow.seq.desc()).limit(1)).scalar_one()
    assert found == sorted(found)
    assert newest.occurred_at == START  # what the use case took for now, either


def test_the_gate_serves_threads_as_they_came(tmp_path: Path) -> None:
    gate, served = FairGate(tmp_path / "gate"), []
    threads = []

    def pass_through(number: int) -> None:
        with gate():
            served.append(number)

    with gate():
        for number in range(12):
            thread = threading.Thread(target=pass_through, args=(number,))
            thread.start()
            threads.append(thread)
            while len(gate._queue) <= number:
                pass
    for thread in threads:
        thread.join()
    assert served == list(range(12))
    assert gate.longest_wait > 0


def test_the_gate_lets_one_process_in(tmp_path: Path) -> None:
    one = FairGate(tmp_path / "gate", patience=0.02)
    other = FairGate(tmp_path / "gate", patience=0.02)  # as another process has it
    with one(), pytest.raises(GateBusy), other():
        pass
    with other():  # neither the file nor the turn stayed locked
        pass
    with one():
        pass


def test_who_gives_up_waiting_does_not_hold_up_the_next(tmp_path: Path) -> None:
    gate = FairGate(tmp_path / "gate", patience=0.02)
    answers: list[str] = []

    def impatient() -> None:
        try:
            with gate():
                answers.append("in")
        except GateBusy:
            answers.append("busy")

    with gate():
        thread = threading.Thread(target=impatient)
        thread.start()
        thread.join()
    assert answers == ["busy"]
    with gate():
        pass


def test_a_busy_gate_is_answered_and_nothing_changed(house: House, tmp_path: Path) -> None:
    path = tmp_path / "gate"
    uow = UnitOfWork(house.uow.engine, clock=house.clock, gate=FairGate(path, patience=0.02))
    with FairGate(path)(), pytest.raises(Conflict) as error:
        uow.write(lambda session: session.execute(text("UPDATE unit SET name = 'x'")))
    assert refused(error) == "request.busy"
    uow.write(lambda session: session.execute(text("UPDATE unit SET name = 'x'")))
