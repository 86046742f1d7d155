"""Texts that were read lie in the database encrypted with their item's key, and die with it (R-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from docctl.jobs.projection import rebuild
from docctl.jobs.seal_texts import seal_plain_texts
from docctl.jobs.wait import settle
from docctl.models.content import FileReading
from docctl.queries.search import Asked, search
from docctl.queries.search_texts import texts_of
from docctl.services.content.texts import INFO, Texts
from docctl.services.readings import SealTexts, seal_texts
from storage.api import StoreUnavailable
from storage.errors import TextDamaged
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
    """A key store that counts the questions, and may be out of reach."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring, self.asked, self.is_away = ring, 0, False

    def get_many(self, item_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        self.asked += 1
        if self.is_away:
            raise StoreUnavailable("away")
        return self.ring.get_many(item_ids)


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


def test_t_3_a_text_in_the_place_of_another_is_not_served(world: World, form: UUID) -> None:
    one, two = record(world, form, "轴承磨损需更换"), record(world, form, "轴承完好无损")
    taken, file_id = reading(world, one).sealed_text, reading(world, two).file_id
    change = update(FileReading).where(FileReading.file_id == file_id).values(sealed_text=taken)
    as_owner(world.house).write(lambda session: session.execute(change))
    with world.house.uow.read() as session, pytest.raises(TextDamaged):
        texts_of(session, [two])
    assert len(snippets(world, "轴承")) == 2


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
