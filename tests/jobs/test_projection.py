"""The index follows the events in batches, may be dropped at any time, and is rebuilt while in use (S-4)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from docctl.jobs import projection
from docctl.jobs.entries import all_entries
from docctl.jobs.projection import follow, lag, rebuild
from docctl.jobs.wait import settle
from docctl.models.documents import Revision
from docctl.services.house import House
from docctl.services.revisions.revise import DiscardRevision, discard_revision
from search.errors import CursorMoved, IndexBusy
from tests.filing import a_form, filed, voided
from tests.world import World


def ids(house: House) -> set[str]:
    return set(house.search.ids())


def expected(house: House) -> set[str]:
    with house.uow.read() as session:
        return {one.id for one in all_entries(session, house.zone)}


def catch_up(house: House) -> int:
    rounds = 0
    while follow(house):
        rounds += 1
        assert rounds < 100
    return rounds


def test_s_4_following_ends_where_the_events_end(world: World) -> None:
    world.issued(world.draft())
    assert lag(world.house) > 0
    assert catch_up(world.house) > 0
    assert lag(world.house) == 0
    assert ids(world.house) == expected(world.house)
    assert not follow(world.house)


@pytest.mark.parametrize("batch", [1, 2, 3, 7])
def test_s_4_any_size_of_batch_ends_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    catch_up(world.house)
    monkeypatch.setattr(projection, "BATCH", batch)
    form = a_form(world)
    kept, gone = filed(world, form), filed(world, form)
    voided(world, gone)
    catch_up(world.house)
    assert ids(world.house) == expected(world.house)
    assert f"record:{kept}" in ids(world.house)
    assert f"record:{gone}" not in ids(world.house)


def test_s_4_an_index_far_behind_is_made_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "BATCH", 2)
    world.issued(world.draft())
    assert world.house.search.position() == 0
    assert follow(world.house)
    assert lag(world.house) == 0
    assert ids(world.house) == expected(world.house)


def test_s_4_a_voided_record_and_a_discarded_draft_leave_the_index(world: World) -> None:
    record = filed(world, a_form(world))
    draft = world.draft("不用的草稿")
    catch_up(world.house)
    assert {f"record:{record}", f"revision:{draft}"} <= ids(world.house)
    voided(world, record)
    version = world.revision(draft).row_version
    discard_revision(DiscardRevision(draft, version, "重复"), by=world.by("chen"), house=world.house)
    catch_up(world.house)
    assert not {f"record:{record}", f"revision:{draft}"} & ids(world.house)


def test_s_4_a_rebuild_holds_what_following_holds(world: World) -> None:
    filed(world, a_form(world))
    catch_up(world.house)
    before = ids(world.house)
    assert rebuild(world.house) == len(before)
    assert ids(world.house) == before
    assert lag(world.house) == 0


def test_r_7_a_purge_keeps_what_is_there(world: World) -> None:
    filed(world, a_form(world))
    catch_up(world.house)
    before = ids(world.house)
    rebuild(world.house)
    assert ids(world.house) == before
    assert lag(world.house) == 0


@pytest.mark.parametrize("error", [CursorMoved(3), IndexBusy("busy")])
def test_s_4_a_batch_that_comes_second_is_dropped_and_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    catch_up(world.house)
    world.draft()
    real = type(world.house.search).apply
    calls = []

    def second(self, *args: object, **more: object) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise error
        real(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(type(world.house.search), "apply", second)
    assert follow(world.house)
    catch_up(world.house)
    assert len(calls) >= 2
    assert lag(world.house) == 0


def test_s_4_the_text_of_a_file_is_indexed_once_it_is_read(world: World) -> None:
    world.issued(world.draft("记录控制程序", text="冷却液渗漏的处理"))
    assert settle(world.house)
    with world.house.uow.read() as session:
        (revision,) = session.scalars(select(Revision.id)).all()
        entries = {one.id: one.body for one in all_entries(session, world.house.zone)}
    assert "冷却液渗漏的处理" in entries[f"revision:{revision}"]
