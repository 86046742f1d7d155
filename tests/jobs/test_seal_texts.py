"""Texts that were read lie in the database encrypted with their item's key, and die with it (R-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from docctl.jobs import seal_texts as seal_texts_job
from docctl.jobs import waiting_texts
from docctl.jobs.comparison import compare
from docctl.jobs.projection import follow, lag, rebuild
from docctl.jobs.seal_texts import seal_plain_texts
from docctl.jobs.wait import settle
from docctl.models.content import FileReading
from docctl.queries.search import Asked, search
from docctl.queries.search_texts import texts_of
from docctl.services.content.texts import INFO, Texts
from docctl.services.readings import SealTexts, seal_texts
from storage.api import StoreUnavailable
from storage.keyring import KeyRing
from tests import filing
from tests.world import World, as_owner


def record(world: World, form: UUID, text: str) -> UUID:
    made = filing.filed(world, form, uploads=(filing.upload(world, "wang", text),))
    settle(world.house)
    return made


def snippets(world: World, text: str) -> list[str]:
    with world.house.uow.read() as session:
        actor = world.by("wang").actor
        asked, house = Asked(text=text, kind="record"), world.house
        page = search(session, actor, asked, engine=house.search, at=house.clock(), zone=house.zone)
        return [str(hit.snippet) for hit in page.hits]


def reading(world: World, record_id: UUID) -> Any:
    (file,) = filing.files(world, record_id)
    with world.house.uow.read() as session:
        return session.get_one(FileReading, file.id)


class Watched:
    """A key store that counts the questions, may be out of reach, and may lack keys."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring, self.asked, self.is_away = ring, 0, False
        self.lacks: set[UUID] = set()

    def get_many(self, item_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        self.asked += 1
        if self.is_away:
            raise StoreUnavailable("away")
        return self.ring.get_many([one for one in item_ids if one not in self.lacks])

    def destroyed_among(self, item_ids: Sequence[UUID]) -> set[UUID]:
        return self.ring.destroyed_among(item_ids)


@pytest.fixture
def watched(world: World) -> Watched:
    assert world.house.keys is not None
    ring = Watched(world.house.keys)
    world.house.uow.carried[INFO] = Texts(ring)  # type: ignore[arg-type]
    return ring


def test_r_7_a_text_lies_sealed_in_the_database_and_is_found_and_shown(world: World, form: UUID) -> None:
    record_id = record(world, form, "轴承磨损需更换")
    row = reading(world, record_id)
    assert (row.text, row.html) == ("", None)
    assert row.sealed_text.startswith(b"\x01")
    assert "轴承".encode() not in row.sealed_text
    (shown,) = snippets(world, "轴承磨损")
    assert "轴承磨损" in shown
    rebuild(world.house)
    assert snippets(world, "轴承磨损") == [shown]


def test_r_7_the_text_cannot_be_read_once_the_key_is_destroyed(world: World, form: UUID) -> None:
    record_id, other = record(world, form, "轴承磨损需更换"), record(world, form, "轴承完好无损")
    assert world.house.keys is not None
    world.house.keys.destroy([record_id])  # as it is where an older database was put back
    with world.house.uow.read() as session:
        texts = texts_of(session, [record_id, other])
    assert "轴承" not in texts.get(record_id, "")
    assert "轴承完好" in texts[other]


def test_s_3_a_page_of_hits_asks_the_key_store_once(world: World, form: UUID, watched: Watched) -> None:
    for number in range(5):
        record(world, form, f"轴承第{number}次磨损")
    watched.asked = 0
    assert len(snippets(world, "轴承")) == 5
    assert watched.asked == 1


def test_s_3_hits_are_shown_without_texts_while_the_key_store_is_away_but_no_index_is_made(
    world: World, form: UUID, watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    record(world, form, "轴承磨损需更换")
    watched.is_away = True
    (shown,) = snippets(world, "轴承磨损")
    assert "轴承磨损" not in shown
    assert "texts cannot be read" in caplog.text
    with pytest.raises(StoreUnavailable):
        rebuild(world.house)
    watched.is_away = False
    (shown,) = snippets(world, "轴承磨损")
    assert "轴承磨损" in shown


def test_s_4_a_text_whose_key_is_away_comes_into_the_index_by_itself_once_it_is_back(
    world: World, form: UUID, watched: Watched
) -> None:
    one, other = record(world, form, "轴承磨损需更换"), record(world, form, "轴承完好无损")
    watched.lacks = {one}
    world.house.search.purge(list, position=0)  # the index is lost meanwhile, and made again
    assert settle(world.house)
    assert found(world, "轴承") == {other}
    assert world.house.here.waiting() == {one}
    unreadable = compare(world.house)
    assert (unreadable.ok, [one.problem for one in unreadable.differences]) == (False, ["unreadable"])
    assert not follow(world.house)  # nothing to do while it is away
    watched.lacks = set()
    assert follow(world.house)
    assert found(world, "轴承") == {one, other}
    assert world.house.here.waiting() == frozenset()
    assert compare(world.house).ok
    assert not follow(world.house)


def test_s_4_what_changes_while_its_key_is_away_comes_back_too(
    world: World, form: UUID, watched: Watched
) -> None:
    one = record(world, form, "轴承磨损需更换")
    watched.lacks = {one}
    filing.corrected(world, one, field="title", new="下盖")
    assert settle(world.house)
    assert (found(world, "下盖"), found(world, "轴承")) == ({one}, set())
    watched.lacks = set()
    assert settle(world.house)
    assert found(world, "轴承") == {one}


def test_s_4_a_text_whose_key_was_destroyed_is_not_waited_for(
    world: World, form: UUID, watched: Watched
) -> None:
    one = record(world, form, "轴承磨损需更换")
    watched.lacks = {one}
    rebuild(world.house)
    assert world.house.here.waiting() == {one}
    watched.ring.destroy([one])
    watched.lacks = set()
    assert settle(world.house)
    assert world.house.here.waiting() == frozenset()
    rebuild(world.house)
    assert world.house.here.waiting() == frozenset()


def test_s_4_the_index_waits_for_a_key_store_and_holds_up_nothing_else(
    world: World, form: UUID, watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    one = record(world, form, "轴承磨损需更换")
    filing.corrected(world, one, field="title", new="下盖")
    watched.is_away = True
    assert not follow(world.house)
    assert lag(world.house) > 0
    assert "the index waits" in caplog.text
    watched.is_away = False
    assert settle(world.house)
    assert found(world, "下盖 轴承") == {one}


def test_t_3_a_text_in_the_place_of_another_is_not_served_and_holds_up_no_other(
    world: World, form: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = record(world, form, "轴承磨损需更换"), record(world, form, "轴承完好无损")
    taken, file_id = reading(world, one).sealed_text, reading(world, two).file_id
    change = update(FileReading).where(FileReading.file_id == file_id).values(sealed_text=taken)
    as_owner(world.house).write(lambda session: session.execute(change))
    with world.house.uow.read() as session:
        assert "轴承" not in texts_of(session, [two]).get(two, "")
    assert "a text is damaged" in caplog.text
    assert len(snippets(world, "轴承")) == 2
    three = record(world, form, "轴承第三次磨损")
    rebuild(world.house)
    assert found(world, "轴承") == {one, three}


def test_r_7_plain_texts_of_destroyed_keys_hold_up_no_other(
    world: World, form: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [record(world, form, f"轴承第{number}次") for number in range(3)]
    files = sorted(reading(world, one).file_id for one in made)
    plain = (
        update(FileReading)
        .where(FileReading.file_id.in_(files))
        .values(text="从前的正文", sealed_text=None, sealed_html=None, sealed_outline=None)
    )
    as_owner(world.house).write(lambda session: session.execute(plain))
    by_file = {reading(world, one).file_id: one for one in made}
    assert world.house.keys is not None
    world.house.keys.destroy([by_file[files[0]], by_file[files[1]]])
    monkeypatch.setattr(seal_texts_job, "TOGETHER", 2)
    monkeypatch.setattr(waiting_texts, "_ASKED", 1)
    assert seal_plain_texts(world.house)
    assert not seal_plain_texts(world.house)
    assert reading(world, by_file[files[2]]).sealed_text
    assert reading(world, by_file[files[0]]).sealed_text is None


def found(world: World, text: str) -> set[UUID]:
    with world.house.uow.read() as session:
        actor, house = world.by("wang").actor, world.house
        page = search(
            session,
            actor,
            Asked(text=text, kind="record"),
            engine=house.search,
            at=house.clock(),
            zone=house.zone,
        )
        return {one.id for one in page.hits}


def test_r_7_without_a_key_store_texts_stay_plain(world: World, form: UUID) -> None:
    bare = replace(world.house, keys=None)
    row = reading(world, record(world, form, "轴承磨损需更换"))
    kept = Texts(None).kept(form, row.file_id, "原样", "<p>原样</p>")
    assert (kept.text, kept.html, kept.sealed_text, kept.sealed_html) == ("原样", "<p>原样</p>", None, None)
    assert not seal_plain_texts(bare)


@pytest.mark.parametrize("longest", [0, 1, 5, 6, 7, 100, None])
def test_a_text_is_cut_between_characters(world: World, longest: int | None) -> None:
    from storage.short import open_text, seal_text

    text = "轴a承𠀀bc"
    sealed = seal_text(b"k" * 32, b"here", text)
    assert open_text(b"k" * 32, b"here", sealed, longest=longest) == text[:longest]


def test_r_7_a_text_that_was_read_again_meanwhile_is_not_replaced(world: World, form: UUID) -> None:
    record_id = record(world, form, "轴承磨损需更换")
    row = reading(world, record_id)
    old = Texts(world.house.keys).kept(record_id, row.file_id, "过时", None)
    cmd = SealTexts(((row.file_id, row.read_at, old),))
    assert seal_texts(cmd, by=world.system(), house=world.house) == 0
    assert reading(world, record_id).sealed_text == row.sealed_text
    with world.house.uow.read() as session:
        plain = select(FileReading.file_id).where(FileReading.sealed_text.is_(None))
        assert session.scalars(plain).all() == []
