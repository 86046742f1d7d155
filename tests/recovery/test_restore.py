"""Backup, rehearsal, restore: nothing acknowledged is lost, nothing destroyed comes back (T-2, R-7)."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from docctl.domain.lifecycle import RecordStatus
from docctl.domain.verdicts import RuleRefused
from docctl.jobs import lease
from docctl.jobs.backup.make import back_up
from docctl.jobs.proof import verify_trail
from docctl.jobs.sealer import keep_head, seal_round
from docctl.jobs.wait import settle
from docctl.models.content import ItemFile
from docctl.models.numbers import Counter, NumberEntry, NumberState
from docctl.models.records import Record, RecordFact
from docctl.models.seals import AuditWatch
from docctl.models.trail import EventRow
from docctl.services.objects.sweep import sweep
from docctl.verifier import docctl_verify
from storage.api import Area
from tests import filing
from tests.cli.terminal import Terminal
from tests.lists import MARKER, finish, list_row, proposed_list, witnessed_list
from tests.recovery.recovering import Recovery, accept, contents
from tests.world import World

pytestmark = pytest.mark.sqlite_only


def lose(world: World, recovery: Recovery) -> None:
    """Lose the data folder, as a disk does; master key and witness are elsewhere."""
    world.house.close()
    shutil.rmtree(recovery.settings.data)
    recovery.settings.data.mkdir()


def alarm(world: World) -> str:
    seal_round(world.house)
    with world.house.uow.read() as session:
        return session.execute(select(AuditWatch.alarm)).scalar_one()


def test_t_3_n_1_what_was_filed_before_a_backup_is_back_and_no_number_is_given_twice(
    terminal: Terminal, world: World, place: Path, recovery: Recovery
) -> None:
    form = filing.a_form(world)
    kept = [filing.filed(world, form) for _ in range(3)]
    made = terminal.ok("backup", place)
    assert (made["objects"], made["problems"]) == (made["copied"], [])
    before = contents(world.house)
    lost = filing.filed(world, form)
    lost_number = filing.row(world, lost).number
    world.house.close()
    assert recovery.refused("restore", place) == "restore.occupied"
    assert recovery.refused("restore", place, "--over", "OTHER") == "restore.occupied"
    done = recovery.ok("restore", place, "--over", "SLJM")
    assert (done["epoch"], done["lost_events"] > 0, done["numbers"], done["without_row"]) == (1, True, 1, 1)
    assert (Path(done["aside"]) / "docctl.db").exists()
    with recovery.reopened() as again:
        assert contents(again.house) == before
        assert {filing.row(again, one).status for one in kept} == {RecordStatus.COMPLETED}
        with again.house.uow.read() as session:
            assert session.get(Record, lost) is None
            voided = session.scalars(select(NumberEntry).where(NumberEntry.shown == lost_number)).one()
        assert voided.state is NumberState.VOIDED
        for people in ((), ("zhao",)):
            accept(again, *people)
            with pytest.raises(RuleRefused, match=r"T-2\.epoch_open"):
                filing.filed(again, form)
        with pytest.raises(RuleRefused, match=r"T-2\.epoch_second_person"):
            accept(again, "zhao")
        accept(again, "zhou")
        assert filing.row(again, filing.filed(again, form)).number > lost_number


def test_n_1_without_the_old_system_counters_pass_all_that_may_have_been_given(
    terminal: Terminal, world: World, place: Path, recovery: Recovery
) -> None:
    form = filing.a_form(world)
    filing.filed(world, form)
    terminal.ok("keys", "backup", place.with_name("keys"))
    terminal.ok("backup", place)
    given = [filing.row(world, filing.filed(world, form)).number for _ in range(3)]
    other = filing.row(world, filing.filed(world, filing.a_form(world, number="QR-1103", title="另"))).number
    keep_head(world.house)
    lose(world, recovery)
    assert recovery.refused("restore", place) == "restore.no_keys"
    done = recovery.ok("restore", place, "--keys", place.with_name("keys"))
    assert done["sources"] == ["backup", "witness"] or done["sources"] == ["witness"]
    with recovery.reopened() as again:
        accept(again, "zhao", "admin")
        assert contents(again.house)
        assert filing.row(again, filing.filed(again, form)).number not in given
        fresh = filing.a_form(again, number="QR-1103", title="另")
        assert filing.row(again, filing.filed(again, fresh)).number != other


def test_r_7_a_key_store_that_lacks_keys_is_refused_unless_the_operator_says_so(
    terminal: Terminal, world: World, place: Path, recovery: Recovery
) -> None:
    form = filing.a_form(world)
    terminal.ok("keys", "backup", place.with_name("keys"))
    record_id = filing.filed(world, form)
    terminal.ok("backup", place)
    lose(world, recovery)
    keys = ("--keys", place.with_name("keys"))
    assert recovery.refused("restore", place, *keys) == "restore.keys_missing"
    assert not (recovery.settings.data / "docctl.db").exists()
    recovery.ok("restore", place, *keys, "--without-keys")
    with recovery.reopened() as again:
        assert filing.row(again, record_id).status is RecordStatus.COMPLETED


def test_t_2_a_rehearsal_changes_nothing_and_finds_what_is_missing(
    terminal: Terminal, world: World, place: Path, recovery: Recovery
) -> None:
    filing.filed(world, filing.a_form(world))
    keep_head(world.house)
    terminal.ok("backup", place)
    filing.filed(world, filing.a_form(world, number="QR-1103", title="另"))

    def seen() -> list[tuple[str, int]]:
        folders = (place, recovery.settings.data / "objects", recovery.settings.data / "keys")
        return [(str(one), one.stat().st_mtime_ns) for top in folders for one in sorted(top.rglob("*"))]

    before = [one for one in seen() if not one[0].endswith(("-wal", "-shm"))]
    found = recovery.ok("restore", place, "--check", "--every-file")
    assert [one for one in seen() if not one[0].endswith(("-wal", "-shm"))] == before
    assert (found["keys"], found["opened"]) == (found["items"], found["rows"])
    assert found["would_lose"]["events"] > 0
    victim = next(one for one in (place / "objects" / "records").rglob("*.*") if one.suffix != ".state")
    victim.chmod(0o600)
    victim.write_bytes(b"x" * victim.stat().st_size)
    code, found, _ = recovery.run("restore", place, "--check")
    assert (code, found["problems"][0]["code"]) == (1, "object_changed")
    (next((place / "runs").iterdir()) / "heads.jsonl").unlink()
    assert recovery.run("restore", place, "--check")[1]["problems"][0]["code"] == "file_missing"
    (place / "manifest.json").unlink()
    assert recovery.refused("restore", place, "--check") == "backup.unfinished"
    assert recovery.refused("restore", place.parent, "--check") == "backup.no_backup"


@pytest.mark.parametrize("ahead", [0, 40], ids=["at work", "by a clock 40 days ahead"])
def test_t_2_a_system_at_work_is_not_restored_over(
    terminal: Terminal, world: World, place: Path, recovery: Recovery, ahead: int
) -> None:
    terminal.ok("backup", place)
    world.clock.forward(days=ahead)
    assert lease.take(world.house, "killed before it gave the lease back")
    world.clock.forward(days=-ahead)
    world.house.close()
    if ahead:
        recovery.ok("restore", place, "--over", "SLJM")
    else:
        assert recovery.refused("restore", place, "--over", "SLJM") == "restore.running"


@pytest.mark.parametrize("known_by", ["database", "witness", "register", "nobody"])
def test_r_7_what_was_destroyed_after_a_backup_stays_destroyed(
    terminal: Terminal, world: World, place: Path, recovery: Recovery, known_by: str
) -> None:
    list_id, records = proposed_list(world)
    terminal.ok("keys", "backup", place.with_name("keys"))
    terminal.ok("backup", place)
    finish(world, list_id)
    assert list_row(world, list_id).status.value == "executed"
    register = place.with_name("register.jsonl")
    assert terminal.ok("disposal", "register", register)["records"] == len(records)
    keys = ("--keys", place.with_name("keys"))
    if known_by == "database":
        world.house.close()
        done = recovery.ok("restore", place, "--over", "SLJM")
    else:
        lose(world, recovery)
        if known_by != "witness":
            for one in (place.parent / "witness").iterdir():
                one.unlink()
        more = ("--register", register) if known_by == "register" else ()
        done = recovery.ok("restore", place, *keys, *more)
    assert done["destroyed_again"] == (0 if known_by == "nobody" else len(records))
    with recovery.reopened() as again, again.house.uow.read() as session:
        status = set(session.scalars(select(Record.status).where(Record.id.in_(records))))
        facts = session.scalar(select(func.count()).where(RecordFact.record_id.in_(records)))
        files = session.scalars(select(ItemFile).where(ItemFile.owner_id.in_(records))).all()
        if known_by == "nobody":  # nobody remembers: what a register is for
            assert status == {RecordStatus.ON_LIST}
            return
        assert (status, facts, files) == ({RecordStatus.DESTROYED}, 0, [])
        assert again.house.keys is not None
        assert set(records) <= set(again.house.keys.tombstones())
        kept = {one.key.item_id for one in again.house.objects.list(Area.RECORDS)}
        assert not kept & set(records)
    for path in recovery.settings.data.rglob("*"):
        if path.is_file():
            assert MARKER.encode() not in path.read_bytes(), path
    with recovery.reopened() as again:
        accept(again, "zhao", "zhou")
        assert verify_trail(again.house).ok


def test_t_2_the_alarm_of_the_witness_ends_with_the_accepted_epoch_and_outsiders_are_told(
    terminal: Terminal, world: World, place: Path, recovery: Recovery, tmp_path: Path
) -> None:
    form = filing.a_form(world)
    keep_head(world.house)
    terminal.ok("backup", place)
    filing.filed(world, form)
    keep_head(world.house)
    world.house.close()
    recovery.ok("restore", place, "--over", "SLJM")
    with recovery.reopened() as again:
        again.clock.forward(minutes=6)
        assert alarm(again) == "witness_ahead"
        assert verify_trail(again.house).reason == "truncated"
        accept(again, "zhou", "zhao")
        again.clock.forward(minutes=6)
        assert alarm(again) == ""
        report = verify_trail(again.house)
        assert (report.ok, report.reason) == (True, None)
        filing.filed(again, form)
        keep_head(again.house)
        assert verify_trail(again.house).ok
        terminal = Terminal(again.house, recovery.settings)
        assert [one["accepted"] for one in terminal.ok("audit", "verify")["epochs"]] == [True]
        assert "已由两个人接受" in terminal.run("audit", "verify").output
        terminal.ok("audit", "export", tmp_path / "package")
    said: list[str] = []
    witness = tmp_path / "witness"
    code = docctl_verify.main([str(tmp_path / "package"), "--witness", str(witness)], said.append)
    text = "\n".join(said)
    assert code == 0, text
    assert "epoch 1: an older state restored" in text
    assert "accepted by 周明, 赵敏" in text
    assert "what an accepted restore has lost" in text
    head = max(witness.glob("head-0*.json"))
    head.rename(head.with_name("head-000000099999.json"))  # beyond what was accepted as lost
    assert docctl_verify.main([str(tmp_path / "package"), "--witness", str(witness)], said.append) == 1


def test_t_3_people_file_while_a_backup_is_made_and_all_that_was_acknowledged_before_is_in_it(
    world: World, place: Path, recovery: Recovery
) -> None:
    form = filing.a_form(world)
    stop, told, failed = threading.Event(), [], []

    def file_on() -> None:
        try:
            while not stop.is_set():
                told.append(filing.filed(world, form))
        except Exception as error:  # noqa: BLE001  # shown below
            failed.append(error)

    threads = [threading.Thread(target=file_on) for _ in range(4)]
    for one in threads:
        one.start()
    while len(told) < 8 and not failed:
        pass
    before = list(told)
    made = back_up(place, by=world.system(), house=world.house)
    stop.set()
    for one in threads:
        one.join()
    assert (failed, made.problems) == ([], ())
    world.house.close()
    assert recovery.ok("restore", place, "--check", "--every-file")["ok"]
    recovery.ok("restore", place, "--over", "SLJM")
    with recovery.reopened() as again:
        assert {filing.row(again, one).status for one in before} == {RecordStatus.COMPLETED}
        with again.house.uow.read() as session:
            owners = set(session.scalars(select(ItemFile.owner_id)))
        assert set(before) <= owners
        assert len(contents(again.house)) >= len(before)


def test_r_7_a_later_run_drops_copies_of_what_was_destroyed_and_keeps_no_keys_or_sessions(
    terminal: Terminal, world: World, place: Path
) -> None:
    list_id, _ = witnessed_list(world)
    terminal.ok("backup", place)
    count = terminal.ok("backup", place)
    assert count["copied"] == 0
    settle(world.house)
    assert list_row(world, list_id).status.value == "executed"
    again = terminal.ok("backup", place)
    assert again["removed"] == 2
    assert len(list((place / "runs").iterdir())) == 1
    secrets = [world.house.audit_keys.read()[0].seed.encode(), b"dctlkey1", MARKER.encode()]
    for path in place.rglob("*"):
        if path.is_file():
            assert not any(one in path.read_bytes() for one in secrets), path
    made = _events(world, "backup.made")
    assert (made[-1]["place"], len(made)) == ("backup", 3)


def _events(world: World, action: str) -> list[dict[str, object]]:
    with world.house.uow.read() as session:
        query = select(EventRow.facts).where(EventRow.action == action).order_by(EventRow.seq)
        return [json.loads(one) for one in session.scalars(query)]


def test_t_2_nothing_is_destroyed_or_swept_before_the_restore_is_accepted(
    terminal: Terminal, world: World, place: Path, recovery: Recovery
) -> None:
    list_id, _ = witnessed_list(world)
    terminal.ok("backup", place)
    lost = filing.filed(world, filing.a_form(world))
    world.house.close()
    done = recovery.ok("restore", place, "--over", "SLJM")
    assert done["without_row"] >= 1
    with recovery.reopened() as again:
        settle(again.house)
        assert list_row(again, list_id).status.value == "executing"
        again.clock.forward(days=3)
        assert sweep(again.house, by=again.system()).objects == ()
        assert lost in {one.key.item_id for one in again.house.objects.list(Area.RECORDS)}
        accept(again, "zhao", "zhou")
        settle(again.house)
        assert list_row(again, list_id).status.value in {"executed", "stopped"}


def test_n_1_a_counter_that_is_new_after_a_restore_begins_behind_what_was_lost(world: World) -> None:
    from docctl.services.numbers.count import lock_counter

    assert world.house.uow.write(lambda session: lock_counter(session, "new").value) == 0
    with world.house.uow.read() as session:
        assert session.scalar(select(func.count()).select_from(Counter)) is not None
