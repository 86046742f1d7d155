"""A copy of the index on each host: followed apart, told of, awaited by lists, forgotten (R-7, S-4)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from docctl.config import Settings
from docctl.domain.index_copies import FORGETTABLE, SILENT, UNTOLD
from docctl.domain.lifecycle import ListStatus, RecordStatus
from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.jobs.copies import Teller, tell
from docctl.jobs.deliveries import deliver
from docctl.jobs.projection import follow, lag, rebuild, renew
from docctl.models.retention import DisposalList
from docctl.models.trail import EventRow
from docctl.models.work import IndexCopy
from docctl.queries.copies import CopyState, copies, copies_awaited
from docctl.queries.search import Asked, search
from docctl.services.index.copies import ForgetCopy, forget_copy
from search.tantivy import TantivyEngine
from tests.jobs.hosts import Host, hosts
from tests.keeping import Keeping, with_form
from tests.lists import certificate
from tests.places import Place
from tests.tampering import past_the_guards
from tests.world import World


@pytest.fixture
def settings(tmp_path: Path, founded: Place) -> Settings:
    return with_form(founded, tmp_path)


@pytest.fixture
def keeping(world: World) -> Keeping:
    return Keeping.of(world)


@pytest.fixture
def pair(world: World, tmp_path: Path) -> Iterator[list[Host]]:
    """Return two hosts that have caught up."""
    with hosts(world.house, tmp_path / "hosts", "one", "two") as found:
        for one in found:
            one.catch_up()
        yield found


def told(world: World) -> dict[str, CopyState]:
    with world.house.uow.read() as session:
        return {one.host: one for one in copies(session, at=world.clock())}


def events(world: World, action: str) -> list[dict[str, object]]:
    with world.house.uow.read() as session:
        rows = session.scalars(select(EventRow.facts).where(EventRow.action == action).order_by(EventRow.seq))
        return [json.loads(one) for one in rows]


def found(host: Host, world: World, words: str, *, who: str = "li") -> int:
    with host.house.uow.read() as session:
        page = search(
            session,
            world.by(who).actor,
            Asked(text=words),
            engine=host.house.search,
            at=world.clock(),
            zone=host.house.zone,
        )
    assert page.total == len(page.hits)
    return page.total


def going(keeping: Keeping, pair: list[Host]) -> tuple[UUID, UUID]:
    """Bring a record that both hosts know onto a witnessed list; return list and record."""
    record_id = keeping.records()[0]
    list_id = keeping.executing([record_id])
    for one in pair:
        rebuild(one.house)
        one.catch_up()
    return list_id, record_id


def work(host: Host) -> None:
    """Let the worker of a host deliver what is due, again and again for a while."""
    for _ in range(3):
        deliver(host.house)
        host.house.clock.forward(seconds=5)  # type: ignore[attr-defined]


def test_s_4_each_host_follows_by_itself(world: World, pair: list[Host]) -> None:
    one, two = pair
    world.draft()
    one.catch_up()
    assert lag(one.house) == 0 < lag(two.house)
    states = told(world)
    assert (states["one"].behind, states["two"].behind > 0) == (0, True)
    world.clock.forward(seconds=40)
    assert told(world)["two"].lag(world.clock()) >= 40
    two.catch_up()
    assert one.house.search.position() == two.house.search.position()
    assert sorted(one.house.search.ids()) == sorted(two.house.search.ids())
    assert told(world)["two"].lag(world.clock()) == 0


def test_s_4_one_host_alone_keeps_no_list_of_copies(world: World) -> None:
    if world.house.is_shared:
        pytest.skip("about a database that no other host can reach")
    before = events(world, "index.copy_joined")
    while follow(world.house):
        pass
    tell(world.house)
    assert told(world) == {}
    assert events(world, "index.copy_joined") == before == []


def test_r_7_a_host_is_on_the_list_before_its_first_file_is_written(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("full")

    with hosts(world.house, tmp_path, "new") as (new,):
        with monkeypatch.context() as patch:
            patch.setattr(TantivyEngine, "apply", full)
            with pytest.raises(OSError, match="full"):
                follow(new.house)
        assert new.house.search.state == "empty"
        assert told(world)["new"].entries == 0
        assert found(new, world, "记录") == 0
        new.catch_up()
    assert told(world)["new"].entries == 2
    assert [one["host"] for one in events(world, "index.copy_joined")] == ["new"]


def test_s_4_of_two_followers_on_one_host_one_follows(world: World, pair: list[Host]) -> None:
    world.draft()
    with pair[0].house.search.alone():
        assert not follow(pair[0].house)
    assert follow(pair[0].house)


def test_s_4_a_folder_copied_to_another_host_is_another_copy(
    world: World, pair: list[Host], tmp_path: Path
) -> None:
    shutil.copytree(pair[0].folder, tmp_path / "again" / "three")
    with hosts(world.house, tmp_path / "again", "three") as (three,):
        three.catch_up()
    assert set(told(world)) == {"one", "two", "three"}


def test_s_4_a_rebuild_on_one_host_leaves_the_others_alone(world: World, pair: list[Host]) -> None:
    one, two = pair
    before = (two.house.search.generation(), two.house.search.position())
    with one.house.search.alone(), one.house.search.rebuild(position=1):
        world.draft("另一个程序")
        two.catch_up()
        assert found(two, world, "另一个程序", who="chen") == 1
    assert two.house.search.generation() == before[0]
    assert two.house.search.position() > before[1]


def test_s_4_a_copy_ahead_of_a_restored_database_is_made_anew(world: World, pair: list[Host]) -> None:
    """Also after the trail has grown past the copy: the event it followed is another one then."""
    one, two = pair
    world.draft("后来丢失的程序")
    for host in pair:
        host.catch_up()
    at = one.house.search.position()

    with world.house.uow.read() as session:
        before = session.get_one(EventRow, at - 1)
    with past_the_guards(world.house) as raw:
        raw.execute("DELETE FROM event_detail WHERE seq >= ?", (at,))
        raw.execute("DELETE FROM event WHERE seq >= ?", (at,))
        raw.execute("UPDATE audit_head SET seq = ?, hash = ?", (before.seq, before.hash))
    made = [host.house.search.generation() for host in pair]
    assert lag(one.house) < 0
    one.catch_up()
    assert one.house.search.generation() != made[0]
    assert one.house.search.position() == at - 1
    for _ in range(3):
        world.draft("恢复之后的程序")
    assert lag(two.house) > 0  # by the number alone nothing is wrong
    two.catch_up()
    assert two.house.search.generation() != made[1]
    one.catch_up()
    assert sorted(one.house.search.ids()) == sorted(two.house.search.ids())


def test_r_7_files_made_from_another_trail_do_not_count_as_made_anew(world: World, pair: list[Host]) -> None:
    """They were made from what was lost, whatever the number of their event: words of it are in them."""
    one, two = pair
    for turn in range(3):
        world.draft(f"后来丢失的程序 {turn}")
    for host in pair:
        rebuild(host.house)
    at = one.house.search.position()
    with world.house.uow.read() as session:
        before = session.get_one(EventRow, at - 3)
    with past_the_guards(world.house) as raw:
        raw.execute("DELETE FROM event_detail WHERE seq > ?", (before.seq,))
        raw.execute("DELETE FROM event WHERE seq > ?", (before.seq,))
        raw.execute("UPDATE audit_head SET seq = ?, hash = ?", (before.seq, before.hash))
    assert tell(two.house).made_from == 0
    made = one.house.search.generation()
    renew(one.house)
    assert one.house.search.generation() != made
    assert tell(one.house).made_from == before.seq


def test_r_7_a_list_is_proved_only_when_every_copy_was_made_anew(keeping: Keeping, pair: list[Host]) -> None:
    world, (one, two) = keeping.world, pair
    list_id, record_id = going(keeping, pair)
    assert found(two, world, "顾客反馈登记 1") == 1
    work(one)
    assert keeping.record(record_id).status is RecordStatus.DESTROYED
    assert keeping.list(list_id).status is ListStatus.EXECUTING
    with world.house.uow.read() as session:
        assert copies_awaited(session, list_id) == ["two"]
    assert (told(world)["one"].is_awaited, told(world)["two"].is_awaited) == (False, True)
    assert found(two, world, "顾客反馈登记 1") == 0  # the lagging copy shows nothing all the same
    assert f"record:{record_id}" in set(two.house.search.ids())
    assert [one["hosts"] for one in events(world, "disposal.copies_awaited")] == [["one", "two"]]
    two.catch_up()
    assert f"record:{record_id}" not in set(two.house.search.ids())
    work(one)
    assert keeping.list(list_id).status is ListStatus.EXECUTED
    said = certificate(keeping.world.house, list_id)
    assert "检索索引已在全部 2 台主机上重建，旧索引文件已删除：one, two。" in said
    assert "除名" not in said


def forget(world: World, host: str) -> None:
    forget_copy(ForgetCopy(told(world)[host].id, world.clock()), by=world.system(), house=world.house)


@pytest.mark.parametrize(("short", "refused"), [(timedelta(microseconds=1), True), (timedelta(0), False)])
def test_r_7_a_copy_is_forgotten_only_after_a_day(
    world: World, pair: list[Host], short: timedelta, refused: bool
) -> None:
    world.clock.now += FORGETTABLE - short
    if refused:
        with pytest.raises(RuleRefused) as error:
            forget(world, "two")
        assert error.value.refused.key == "R-7.copy_seen_lately"
        assert told(world)["two"].forgotten_at is None
        return
    forget(world, "two")
    assert told(world)["two"].forgotten_at == world.clock()
    (event,) = events(world, "index.copy_forgotten")
    assert event["host"] == "two"
    with pytest.raises(NotFound):
        forget(world, "two")


@pytest.mark.parametrize(("over", "silent"), [(timedelta(0), False), (timedelta(microseconds=1), True)])
def test_s_4_a_copy_that_tells_nothing_for_minutes_is_silent(
    world: World, pair: list[Host], over: timedelta, silent: bool
) -> None:
    world.clock.now += SILENT + over
    assert told(world)["two"].is_silent is silent
    assert told(world)["two"].note == ("silent" if silent else "")


def test_r_7_a_list_goes_on_after_a_host_was_forgotten_and_says_so(
    keeping: Keeping, pair: list[Host]
) -> None:
    world, (one, two) = keeping.world, pair
    list_id, record_id = going(keeping, pair)
    work(one)
    assert keeping.list(list_id).status is ListStatus.EXECUTING
    world.clock.forward(days=2)
    one.catch_up()
    forget(world, "two")
    work(one)
    assert keeping.list(list_id).status is ListStatus.EXECUTED
    said = certificate(keeping.world.house, list_id)
    assert "检索索引已在全部 1 台主机上重建，旧索引文件已删除：one。" in said
    assert "主机 two 上的检索索引副本" in said
    # The host comes back: it is on the list again, and clears its files before anything else.
    assert f"record:{record_id}" in set(two.house.search.ids())
    two.catch_up()
    assert f"record:{record_id}" not in set(two.house.search.ids())
    assert told(world)["two"].forgotten_at is None
    assert [one["host"] for one in events(world, "index.copy_returned")] == ["two"]


@pytest.mark.parametrize(("before", "named"), [(timedelta(0), True), (timedelta(microseconds=1), False)])
def test_r_7_a_copy_forgotten_before_an_item_was_filed_is_not_named(
    keeping: Keeping, pair: list[Host], before: timedelta, named: bool
) -> None:
    world, (one, _) = keeping.world, pair
    (record_id,) = keeping.records()
    seen_at = keeping.record(record_id).filed_at - UNTOLD - before
    world.house.uow.write(
        lambda s: s.execute(update(IndexCopy).where(IndexCopy.host == "two").values(seen_at=seen_at))
    )
    forget(world, "two")
    list_id = keeping.executing([record_id])
    work(one)
    assert keeping.list(list_id).status is ListStatus.EXECUTED
    assert ("主机 two 上的检索索引副本" in certificate(keeping.world.house, list_id)) is named


def test_r_7_files_of_an_earlier_making_that_stay_count_as_not_made_anew(
    world: World, pair: list[Host]
) -> None:
    one = pair[0]
    rebuild(one.house)
    assert one.house.search.generation().is_alone
    (one.folder / "index" / "generations" / "left").mkdir()
    assert not one.house.search.generation().is_alone
    assert tell(one.house).made_from == 0
    one.catch_up()
    assert tell(one.house).made_from > 0


def test_s_4_a_host_tells_at_once_of_a_new_making_and_else_now_and_then(
    world: World, pair: list[Host]
) -> None:
    one = pair[0]
    teller = Teller(one.house)

    def seen() -> tuple[object, ...]:
        with world.house.uow.read() as session:
            row = session.scalars(select(IndexCopy).where(IndexCopy.host == "one")).one()
            return row.seen_at, row.generation

    teller()
    first = seen()
    world.clock.forward(seconds=1)
    teller()
    assert seen() == first
    with one.house.search.alone(), one.house.search.rebuild(position=one.house.search.position()):
        pass
    teller()
    assert seen()[0] == world.clock()


def test_r_7_a_list_asks_from_its_last_destruction_on(keeping: Keeping, pair: list[Host]) -> None:
    world = keeping.world
    list_id, _ = going(keeping, pair)
    work(pair[0])
    with world.house.uow.read() as session:
        row = session.get_one(DisposalList, list_id)
        last = session.scalar(
            select(EventRow.seq).where(EventRow.action == "record.destroyed").order_by(EventRow.seq.desc())
        )
        assert row.purge_from is not None
        assert row.purge_from >= last
