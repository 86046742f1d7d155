"""Whatever is done to the trail past our code, the check names the first bad event (T-1, T-2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from docctl.domain.canonical import canonical
from docctl.domain.events import detail_digest
from docctl.models.trail import EventRow
from docctl.queries.audit import AuditReport, verify
from tests.beginnings import begun, settings_after
from tests.places import Place
from tests.tampering import Raw, past_the_guards
from tests.world import World

Tamper = Callable[[Raw], object]


def lived(world: World) -> int:
    """Let some things happen; return the number of the newest event."""
    world.issued(world.draft())
    world.issued(world.draft("培训管理程序"))
    found = check(world)
    assert (found.ok, found.first_bad, found.reason, found.is_complete) == (True, None, None, True)
    assert found.events > 8
    return found.events


settings = settings_after(newest=lived)


@pytest.fixture
def newest(world: World, founded: Place) -> int:
    """Return the number of the newest event of a company in which some things have happened."""
    return begun(founded, lived)[1]


def check(world: World) -> AuditReport:
    with world.house.uow.read() as session:
        return verify(session)


def tampered(world: World, tamper: Tamper) -> AuditReport:
    """Change the database as its administrator can, and check."""
    with past_the_guards(world.house) as raw:
        tamper(raw)
    return check(world)


EDITS = {
    "facts": "facts = '{}'",
    "actor": "actor_name = '别人'",
    "actor id": "actor_id = NULL",
    "time": "recorded_at = '2026-03-02 02:00:00.000000'",
    "occurred": "occurred_at = '2026-03-01 01:00:00.000000'",
    "action": "action = 'nothing'",
    "subject": "subject_id = NULL",
    "version": "subject_version = 'x'",
    "channel": "channel = 'cli'",
    "digest of the detail": f"detail_digest = '{'0' * 64}'",
    "hash": f"hash = '{'0' * 64}'",
}


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS.keys())
def test_t_2_an_edited_event_is_named(world: World, newest: int, change: str) -> None:
    found = tampered(world, lambda raw: raw.execute(f"UPDATE event SET {change} WHERE seq = 7"))
    assert (found.ok, found.first_bad, found.reason) == (False, 7, "changed")


def test_t_2_an_edited_event_with_its_hash_made_to_fit_breaks_at_the_next(world: World, newest: int) -> None:
    def tamper(raw: Raw) -> None:
        rehash(world, raw, 7)

    found = tampered(world, tamper)
    assert (found.first_bad, found.reason) == (8, "order")


def test_t_2_a_newest_event_made_to_fit_does_not_agree_with_the_head(world: World, newest: int) -> None:
    found = tampered(world, lambda raw: rehash(world, raw, newest))
    assert (found.first_bad, found.reason) == (newest, "head")


@pytest.mark.parametrize("seq", [1, 5])
def test_t_2_a_deleted_event_is_named(world: World, newest: int, seq: int) -> None:
    found = tampered(world, lambda raw: raw.execute(f"DELETE FROM event WHERE seq = {seq}"))
    assert (found.ok, found.first_bad, found.reason) == (False, seq, "missing")


def test_t_2_a_truncated_tail_is_found_by_the_head(world: World, newest: int) -> None:
    found = tampered(world, lambda raw: raw.execute(f"DELETE FROM event WHERE seq > {newest - 2}"))
    assert (found.first_bad, found.reason) == (newest - 1, "missing")


def test_t_2_a_tail_cut_off_with_its_head_number_is_found_by_the_hash(world: World, newest: int) -> None:
    def tamper(raw: Raw) -> None:
        raw.execute(f"DELETE FROM event WHERE seq > {newest - 1}")
        raw.execute(f"UPDATE audit_head SET seq = {newest - 1}")

    found = tampered(world, tamper)
    assert (found.first_bad, found.reason) == (newest - 1, "head")


@pytest.mark.parametrize("change", [f"hash = '{'0' * 64}'", "seq = seq + 1", "seq = seq - 1"])
def test_t_2_an_edited_head_is_found(world: World, newest: int, change: str) -> None:
    found = tampered(world, lambda raw: raw.execute(f"UPDATE audit_head SET {change}"))
    assert not found.ok
    assert found.first_bad in {newest, newest + 1}


def test_t_2_an_inserted_event_is_found(world: World, newest: int) -> None:
    def tamper(raw: Raw) -> None:
        raw.execute(f"UPDATE event SET seq = -seq WHERE seq > {newest - 3}")
        raw.execute("UPDATE event SET seq = -seq + 1 WHERE seq < 0")
        copy(raw, newest - 4, newest - 2)

    assert tampered(world, tamper).first_bad == newest - 2


@pytest.mark.parametrize("seq", [0, -1])
def test_t_2_an_event_before_the_first_is_found(world: World, newest: int, seq: int) -> None:
    found = tampered(world, lambda raw: copy(raw, 1, seq))
    assert (found.ok, found.first_bad) == (False, seq)


def test_t_2_an_event_after_the_head_is_found(world: World, newest: int) -> None:
    def tamper(raw: Raw) -> None:
        copy(raw, newest, newest + 1)
        (last,) = raw.execute(f"SELECT hash FROM event WHERE seq = {newest}").fetchone()
        raw.execute(f"UPDATE event SET prev_hash = '{last}' WHERE seq = {newest + 1}")
        copy_detail(raw, newest, newest + 1)
        rehash(world, raw, newest + 1, change=False)

    found = tampered(world, tamper)
    assert (found.ok, found.first_bad, found.reason) == (False, newest + 1, "head")


def test_t_2_two_events_that_changed_places_are_found(world: World, newest: int) -> None:
    def tamper(raw: Raw) -> None:
        raw.execute("UPDATE event SET seq = -1 WHERE seq = 5")
        raw.execute("UPDATE event SET seq = 5 WHERE seq = 6")
        raw.execute("UPDATE event SET seq = 6 WHERE seq = -1")

    found = tampered(world, tamper)
    assert (found.first_bad, found.reason) == (5, "order")


def test_t_2_a_detail_without_a_destroyed_event_must_be_there(world: World, newest: int) -> None:
    found = tampered(world, lambda raw: raw.execute("DELETE FROM event_detail WHERE seq = 6"))
    assert (found.first_bad, found.reason) == (6, "detail_missing")


@pytest.mark.parametrize("change", ["bytes = x'7b7d20'", "salt = x'00'", "salt = x''"])
def test_t_2_an_edited_detail_is_named(world: World, newest: int, change: str) -> None:
    found = tampered(world, lambda raw: raw.execute(f"UPDATE event_detail SET {change} WHERE seq = 6"))
    assert (found.ok, found.first_bad, found.reason) == (False, 6, "detail_changed")


def test_t_2_a_check_that_runs_out_of_time_says_how_far_it_came(world: World, newest: int) -> None:
    with world.house.uow.read() as session:
        found = verify(session, patience=-1)
    assert (found.ok, found.is_complete, found.events) == (True, False, 0)


def copy(raw: Raw, seq: int, to: int) -> None:
    columns = ", ".join(one.name for one in EventRow.__table__.columns if one.name != "seq")
    raw.execute(f"INSERT INTO event (seq, {columns}) SELECT {to}, {columns} FROM event WHERE seq = {seq}")


def copy_detail(raw: Raw, seq: int, to: int) -> None:
    raw.execute(f"INSERT INTO event_detail SELECT {to}, salt, bytes FROM event_detail WHERE seq = {seq}")


def rehash(world: World, raw: Raw, seq: int, *, change: bool = True) -> None:
    """Change an event and make its own hash fit again."""
    if change:
        salt, detail = b"0" * 16, canonical({"comment": "别的"}).encode()
        raw.execute("UPDATE event_detail SET salt = ?, bytes = ? WHERE seq = ?", (salt, detail, seq))
        raw.execute("UPDATE event SET detail_digest = ? WHERE seq = ?", (detail_digest(salt, detail), seq))
    raw.commit()
    with world.house.uow.read() as session:
        digest = session.get_one(EventRow, seq).link().digest()
    raw.execute("UPDATE event SET hash = ? WHERE seq = ?", (digest, seq))
