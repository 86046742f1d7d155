"""The sealer signs what is there, notices what was changed, tells it, and never blocks work (T-2, R-4)."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

from docctl.config import Settings
from docctl.domain.heads import head_of, why_not_next
from docctl.domain.notes import HEAD_KIND, head_note
from docctl.domain.verdicts import RuleRefused
from docctl.jobs import sealer
from docctl.jobs.heads import hand_to_witness, store_head
from docctl.jobs.proof import verify_trail
from docctl.jobs.sealer import TAIL_BOUND, keep_head, seal, seal_round
from docctl.models.base import new_id
from docctl.models.seals import AuditTreeHead, AuditWatch, keys_in_order
from docctl.models.trail import EventRow
from docctl.queries.audit import AuditReport
from docctl.services.audit.faults import SealFault
from docctl.services.audit.keys import KeyFile
from docctl.services.audit.watch import NoteKey, TrustClock, note_key, trust_clock
from docctl.services.audit.witness import Witness
from docctl.services.house import House
from docctl.services.objects.sweep import sweep
from storage.api import Area, Key, RetentionActive, StoreUnavailable
from tests.places import Place
from tests.tampering import past_the_guards, put_the_guards_back
from tests.world import World

OTHER = "ab" * 32


@pytest.fixture
def settings(tmp_path: Path, founded: Place) -> Settings:
    """Return settings with a witness."""
    place = founded.copy(tmp_path / "data")
    (tmp_path / "witness").mkdir()
    return replace(place.settings, witness=str(tmp_path / "witness"))


def happens(world: World, times: int = 1) -> None:
    for turn in range(times):
        world.draft(f"文件 {turn}")


def sizes(house: House) -> list[int]:
    with house.uow.read() as session:
        return list(session.scalars(select(AuditTreeHead.size).order_by(AuditTreeHead.size)))


def newest(house: House) -> int:
    with house.uow.read() as session:
        return session.scalars(select(EventRow.seq).order_by(EventRow.seq.desc()).limit(1)).one()


def watch(house: House) -> AuditWatch:
    with house.uow.read() as session:
        return session.scalars(select(AuditWatch)).one()


def told(house: House, action: str) -> list[str]:
    with house.uow.read() as session:
        found = session.scalars(
            select(EventRow.facts).where(EventRow.action == action).order_by(EventRow.seq)
        )
        return [json.loads(one)["reason"] for one in found]


def on_the_server(statement: str) -> str:
    """Say in PostgreSQL's words how a root is put into the text of a head."""
    new_root = r"""regexp_replace(body, '"root":"[0-9a-f]+"', '"root":"\1"')"""
    return re.sub(r"json_set\(body, '\$\.root', '(\w+)'\)", new_root, statement)


def tamper(house: House, *statements: str) -> None:
    """Change the database as its administrator can; the guards of the trail are gone afterwards."""
    on_server = house.uow.engine.dialect.name != "sqlite"
    with past_the_guards(house) as raw:
        for one in statements:
            raw.execute(on_the_server(one) if on_server else one)
        if on_server:  # on SQLite those who pass the guards have dropped them
            raw.execute("ALTER TABLE event DISABLE TRIGGER USER")


def recompute(house: House, seq: int) -> None:
    """Change an event and compute the whole chain anew behind it, head and all."""
    tamper(house, f"UPDATE event SET actor_name = '别人' WHERE seq = {seq}")
    with house.uow.read() as session:
        links = [one.link() for one in session.scalars(select(EventRow).order_by(EventRow.seq))]
    prev, statements = links[0].prev_hash, []
    for link in links:
        prev_hash, prev = prev, replace(link, prev_hash=prev).digest()
        statements.append(
            f"UPDATE event SET prev_hash = '{prev_hash}', hash = '{prev}' WHERE seq = {link.seq}"
        )
    tamper(house, *statements, f"UPDATE audit_head SET hash = '{prev}'")


def fault(act: Callable[[], object]) -> str:
    with pytest.raises(SealFault) as error:
        act()
    return error.value.code


def report(house: House) -> AuditReport:
    return verify_trail(house)


def test_t_2_every_event_is_sealed_and_heads_follow_each_other(world: World, house: House) -> None:
    happens(world)
    first = seal(house)
    assert (first.size, first.is_new) == (newest(house), True)
    assert seal(house) == replace(first, is_new=False)
    happens(world, 2)
    world.clock.forward(minutes=1)
    second = seal(house)
    with house.uow.read() as session:
        before, after = (head_of(one) for one in session.scalars(select(AuditTreeHead.body)))
    assert (before.size, after.size) == (first.size, second.size)
    assert why_not_next(before, after) is None
    assert after.at - before.at == timedelta(minutes=1)
    found = report(house)
    assert (found.ok, found.heads) == (True, 2)


def test_t_2_a_head_is_never_older_than_the_one_before(world: World, house: House) -> None:
    happens(world)
    seal(house)
    world.clock.forward(days=-3)
    happens(world)
    seal(house)
    assert report(house).ok


def test_t_2_sealing_reads_the_new_events_and_not_the_old_ones(world: World, house: House) -> None:
    happens(world, 4)
    seal(house)
    happens(world)
    read: list[int] = []

    def seen(_connection: object, cursor: object, statement: str, *_rest: object) -> None:
        if "FROM event" in statement and "event.seq >" in statement:
            read.append(1)

    old, began = sizes(house)[-1], newest(house)
    with house.uow.read() as session:
        row = session.get_one(AuditTreeHead, old)
        assert len(row.frontier.split()) == (old - 1).bit_count()
    event.listen(house.uow.engine, "before_cursor_execute", seen)
    try:
        assert seal(house).size == began
    finally:
        event.remove(house.uow.engine, "before_cursor_execute", seen)
    assert len(read) == 1  # one batch, behind the old head


def test_t_2_a_trail_from_before_there_were_heads_is_sealed_whole(world: World, house: House) -> None:
    happens(world, 3)
    assert sizes(house) == []
    assert report(house).ok
    seal(house)
    assert sizes(house) == [newest(house)]


def test_t_2_sealers_at_once_make_one_line_of_heads(world: World, house: House) -> None:
    happens(world)
    seal(house)

    def work(_turn: int) -> list[int]:
        return [seal(house).size for _ in range(5)]

    with ThreadPoolExecutor(4) as pool:
        sealed = pool.map(work, range(4))
        happens(world, 5)
        assert all(one == sorted(one) for one in sealed)  # and none of them failed
    seal(house)
    assert sizes(house)[-1] == newest(house)
    assert report(house).ok


def test_t_2_a_chain_computed_anew_is_noticed_and_told_and_blocks_nothing(world: World, house: House) -> None:
    happens(world, 2)
    assert not seal_round(house)
    recompute(house, 2)
    assert report(house).reason == "recomputed"
    assert fault(lambda: seal(house)) == "recomputed"
    assert seal_round(house)
    assert not seal_round(house)  # one event for one alarm
    assert (watch(house).alarm, told(house, "audit.alarm")) == ("recomputed", ["recomputed"])
    happens(world)  # people work on


TAMPERED = {
    "a head was edited": (
        "UPDATE audit_tree_head SET body = replace(body, '\"size\"', '\"siz\"')",
        "head_forged",
    ),
    "a root was edited": (
        f"UPDATE audit_tree_head SET body = json_set(body, '$.root', '{OTHER}')",
        "head_forged",
    ),
    "a signature was edited": ("UPDATE audit_tree_head SET signature = '00'", "head_forged"),
    "the subtrees were edited": ("UPDATE audit_tree_head SET frontier = ''", "recomputed"),
    "the newest event was edited": (
        f"UPDATE event SET hash = '{OTHER}' WHERE seq = (SELECT max(seq) FROM event)",
        "recomputed",
    ),
    "the key was exchanged": (f"UPDATE audit_key SET public = '{OTHER}'", "head_forged"),
    "the keys were removed": ("DELETE FROM audit_key", "head_forged"),
    "the heads were removed": ("DELETE FROM audit_tree_head", "heads_lost"),
    "the end was cut off": (
        "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)",
        "truncated",
    ),
    "the head of the chain was edited": (f"UPDATE audit_head SET hash = '{OTHER}'", "head"),
}


@pytest.mark.parametrize("case", TAMPERED.values(), ids=TAMPERED.keys())
def test_t_2_what_was_done_to_the_seals_is_noticed(world: World, house: House, case: tuple[str, str]) -> None:
    happens(world, 2)
    seal_round(house)
    statement, code = case
    tamper(house, statement)
    assert fault(lambda: seal(house)) == code
    assert seal_round(house)
    assert watch(house).alarm == code
    assert report(house).ok is ("frontier" in statement)  # a help of the sealer, and no proof


NEW = {
    "an event behind the head is missing": ("DELETE FROM event WHERE seq = {old} + 1", "missing"),
    "an event behind the head was moved": (
        f"UPDATE event SET prev_hash = '{OTHER}' WHERE seq = {{old}} + 2",
        "order",
    ),
    "the newest event is missing": ("DELETE FROM event WHERE seq = {new}", "missing"),
}


@pytest.mark.parametrize("case", NEW.values(), ids=NEW.keys())
def test_t_2_a_broken_end_is_not_sealed(world: World, house: House, case: tuple[str, str]) -> None:
    happens(world)
    old = seal(house).size
    happens(world, 3)
    statement, code = case
    tamper(house, statement.format(old=old, new=newest(house)))
    assert fault(lambda: seal(house)) == code
    assert sizes(house) == [old]


@pytest.mark.parametrize("case", ["end_gone", "end_edited"])
def test_t_2_where_the_end_takes_no_event_the_alarm_is_seen_all_the_same(
    world: World, house: House, case: str
) -> None:
    """Who tampers with the end puts the guards back: then no event can follow, not even the alarm's."""
    happens(world)
    seal(house)
    happens(world, 2)
    new = newest(house)
    tamper(
        house,
        f"DELETE FROM event WHERE seq = {new}"
        if case == "end_gone"
        else f"UPDATE event SET hash = '{OTHER}' WHERE seq = {new}",
    )
    put_the_guards_back(house)
    with pytest.raises(Exception):  # noqa: B017  # whatever the database says
        happens(world)
    assert seal_round(house)
    assert watch(house).alarm
    assert watch(house).alarm_at == world.clock()
    assert not seal_round(house)  # told once


def test_t_2_the_key_file_is_made_once_and_for_its_owner_alone(world: World, house: House) -> None:
    happens(world)
    path = house.audit_keys.path
    assert not path.exists()
    seal(house)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.name == "data"
    kept = path.read_text()
    assert [one.key_id for one in house.audit_keys.make()] == [house.audit_keys.read()[0].key_id]
    assert path.read_text() == kept
    assert house.audit_keys.read()[0].seed not in repr(house.audit_keys.read())


def test_t_2_a_lost_key_is_never_replaced_in_silence(world: World, house: House) -> None:
    happens(world)
    seal(house)
    house.audit_keys.path.unlink()
    happens(world)
    assert fault(lambda: seal(house)) == "key_missing"
    assert not house.audit_keys.path.exists()
    house.audit_keys.make()
    assert fault(lambda: seal(house)) == "key_unknown"
    assert report(house).reason == "key_unknown"


@pytest.mark.parametrize(
    "text", ["docctl-audit-key-1 x y\n", "a b c d\n", "\xff", f"docctl-audit-key-1 {OTHER} {OTHER}\n"]
)
def test_t_2_a_key_file_that_says_something_else_is_unusable(tmp_path: Path, text: str) -> None:
    path = tmp_path / "audit.key"
    path.write_text(text, "latin-1")
    assert fault(KeyFile(path).read) == "key_unusable"
    assert fault(KeyFile(tmp_path / "nowhere" / "audit.key").make) == "key_unusable"


def test_t_2_a_new_key_is_signed_by_the_old_one(world: World, house: House) -> None:
    happens(world)
    seal(house)
    fresh = house.audit_keys.renew()
    note_key(NoteKey(fresh.key_id), by=world.system(), house=house)
    seal(house)
    with house.uow.read() as session:
        keys = keys_in_order(session)
        head = head_of(
            session.scalars(select(AuditTreeHead.body).order_by(AuditTreeHead.size.desc())).first()
        )
    assert [one.key_id for one in keys] == [one.key_id for one in house.audit_keys.read()]
    assert head.key_id == fresh.key_id
    assert report(house).ok
    tamper(house, "UPDATE audit_key SET signature = '00' WHERE prev <> ''")
    assert report(house).reason == "key_chain"


def stored(house: House) -> list[int]:
    return sorted(one.key.ordinal for one in house.objects.list(Area.RECORDS, "audit_head/"))


def test_t_2_a_head_is_stored_locked_at_most_once_an_hour(world: World, house: House) -> None:
    happens(world)
    first = seal(house).size
    store_head(house)
    happens(world)
    second = seal(house).size
    world.clock.forward(minutes=59, seconds=59)
    store_head(house)
    assert stored(house) == [first]
    world.clock.forward(seconds=1)
    store_head(house)
    store_head(house)
    assert stored(house) == [first, second]
    for one in house.objects.list(Area.RECORDS, "audit_head/"):
        with pytest.raises(RetentionActive):
            house.objects.destroy(one.key)
    assert report(house).stored == 2
    world.clock.forward(days=2)
    assert sweep(house, by=world.system()).objects == ()  # a head needs no row


def test_t_2_a_stored_head_that_differs_is_found(world: World, house: House) -> None:
    happens(world)
    seal(house)
    with house.uow.read() as session:
        row = session.scalars(select(AuditTreeHead)).one()
    head = head_of(row.body)
    other = replace(head, root=OTHER)
    (key,) = house.audit_keys.read()
    note = head_note(other.body, key.sign(other.signed), key.public)
    place = Key.new(Area.RECORDS, HEAD_KIND, new_id(), row.size)
    house.objects.put(place, io.BytesIO(note.encode()), retain_until=None)
    assert report(house).reason == "stored_differs"


def test_t_2_a_store_that_fails_is_no_alarm_before_its_time(
    world: World, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    happens(world)
    seal_round(house)

    def down(*_given: object, **_named: object) -> None:
        raise StoreUnavailable("down")

    monkeypatch.setattr(type(house.objects), "put", down)
    for minutes, alarm in ((60, ""), (15, ""), (1, "store_failed")):
        world.clock.forward(minutes=minutes)
        note_key(NoteKey("x"), by=world.system(), house=house)
        seal_round(house)
        assert watch(house).alarm == alarm


def test_t_2_the_witness_gets_each_head_whole_and_keeps_it(world: World, house: House) -> None:
    happens(world)
    size = seal(house).size
    hand_to_witness(house)
    assert house.witness is not None
    assert house.witness.places() == [(size, 0)]
    assert report(house).witness == 1
    path = house.witness.folder / f"head-{size:012d}.json"
    kept = path.read_bytes()
    house.witness.hand_over(size, kept.decode())
    assert fault(lambda: house.witness.hand_over(size, "other")) == "witness_differs"
    assert path.read_bytes() == kept
    assert [one.name for one in house.witness.folder.glob("head-*")] == [path.name]


def test_t_2_the_witness_works_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_given: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr("os.link", refuses)
    witness = Witness(tmp_path)
    witness.hand_over(7, "seven")
    witness.hand_over(7, "seven")
    assert (witness.places(), witness.read(7)) == ([(7, 0)], "seven")
    assert fault(lambda: witness.hand_over(7, "other")) == "witness_differs"


def test_t_2_a_witness_with_another_head_of_that_size_is_an_alarm(world: World, house: House) -> None:
    happens(world)
    size = seal(house).size
    assert house.witness is not None
    (house.witness.folder / f"head-{size:012d}.json").write_text("{}")
    assert seal_round(house)
    assert watch(house).alarm == "witness_differs"
    assert report(house).reason == "witness_differs"


def test_t_2_a_witness_that_is_ahead_is_an_alarm(world: World, house: House) -> None:
    happens(world)
    size = seal(house).size
    hand_to_witness(house)
    assert house.witness is not None
    kept = house.witness.folder / f"head-{size:012d}.json"
    kept.rename(kept.with_name(f"head-{size + 5:012d}.json"))
    world.clock.forward(minutes=5)
    assert seal_round(house)
    assert watch(house).alarm == "witness_ahead"


def test_t_2_two_views_show_at_the_witness_though_keys_and_heads_fit(world: World, house: House) -> None:
    # The system user holds the key too: only what lies elsewhere shows the trail that was given up.
    happens(world, 2)
    size = seal(house).size
    hand_to_witness(house)
    recompute(house, 2)
    tamper(house, "DELETE FROM audit_tree_head", "DELETE FROM audit_key")
    happens(world)
    seal(house)
    assert size not in sizes(house)
    found = report(house)
    assert (found.ok, found.reason) == (False, "witness_differs")
    world.clock.forward(minutes=6)
    assert fault(lambda: hand_to_witness(house)) == "witness_differs"


def test_t_2_a_witness_out_of_reach_is_an_alarm_after_a_while(world: World, house: House) -> None:
    happens(world)
    seal_round(house)
    assert house.witness is not None
    away = house.witness.folder.rename(house.witness.folder.with_name("away"))
    for minutes, alarm in ((20, ""), (1, "witness_unreachable")):
        world.clock.forward(minutes=minutes)
        seal_round(house)
        assert watch(house).alarm == alarm
    away.rename(house.witness.folder)
    assert seal_round(house)
    assert (watch(house).alarm, told(house, "audit.alarm_ended")) == ("", ["witness_unreachable"])
    assert report(house).ok


@pytest.mark.parametrize(("late", "alarm"), [(timedelta(0), ""), (timedelta(seconds=1), "tail_old")])
def test_t_2_an_end_that_waits_too_long_is_an_alarm(
    world: World, house: House, monkeypatch: pytest.MonkeyPatch, late: timedelta, alarm: str
) -> None:
    happens(world)
    monkeypatch.setattr(sealer, "seal", lambda _house: None)
    world.clock.now += TAIL_BOUND + late
    seal_round(house)
    assert watch(house).alarm == alarm


def test_t_2_a_sealer_that_fails_in_an_unknown_way_blocks_nothing(
    world: World, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    happens(world)

    def breaks(_house: House) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(sealer, "seal", breaks)
    assert not seal_round(house)
    keep_head(house)
    happens(world)
    world.clock.now += TAIL_BOUND + timedelta(seconds=1)
    assert seal_round(house)  # but it is told in the end
    assert watch(house).alarm == "tail_old"


@pytest.mark.parametrize(
    ("leap", "code"),
    [
        (timedelta(hours=72), ""),
        (timedelta(hours=72, seconds=1), "clock_leapt"),
        (timedelta(days=40), "clock_leapt"),
        (timedelta(minutes=-5), ""),
        (timedelta(minutes=-5, seconds=-1), "clock_behind"),
        (timedelta(days=-40), "clock_behind"),
    ],
    ids=["three days", "a second more", "40 days", "five minutes back", "a second more back", "40 days back"],
)
def test_r_4_a_clock_that_leaps_is_told_until_the_operator_speaks(
    world: World, house: House, leap: timedelta, code: str
) -> None:
    happens(world)
    seal_round(house)
    begin = watch(house).trusted_at
    world.clock.now += leap
    seal_round(house)
    assert watch(house).alarm == code
    if code == "clock_leapt":
        assert watch(house).trusted_at == begin
        trust_clock(TrustClock(world.clock()), by=world.system(), house=house)
        seal_round(house)
        assert watch(house).alarm == ""


@pytest.mark.parametrize("whose", ["database", "store"])
def test_r_4_a_clock_that_a_server_contradicts_is_told_and_not_trusted(
    world: World, house: House, whose: str
) -> None:
    happens(world)
    seal_round(house)
    begin = watch(house).trusted_at
    world.clock.forward(hours=1)
    apart = timedelta(minutes=5, seconds=1)
    seal_round(replace(house, clocks={whose: lambda: world.clock() - apart}))
    assert watch(house).alarm == f"{whose}_clock_differs"
    assert watch(house).trusted_at == begin

    def silent() -> datetime:
        raise StoreUnavailable("away")

    seal_round(replace(house, clocks={whose: silent}))  # says nothing against it
    assert (watch(house).alarm, watch(house).trusted_at) == ("", world.clock())


def test_r_4_only_the_operator_vouches_for_the_clock(world: World, house: House) -> None:
    with pytest.raises(RuleRefused):
        trust_clock(TrustClock(world.clock()), by=world.by("admin"), house=house)
