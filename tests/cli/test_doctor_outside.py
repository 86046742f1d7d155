"""The checks of what several hosts share, each on both sides of its line; what machines are told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from docctl.checks.check import Bench, Finding, Grade, find
from docctl.checks.doctor import CHECKS
from docctl.checks.figures import metrics
from docctl.checks.ready import PARTS
from docctl.config import Settings
from docctl.domain.index_copies import SILENT
from docctl.i18n import LANGUAGES, translator
from docctl.jobs.sealer import TAIL_BOUND, seal
from docctl.models.seals import AuditWatch
from docctl.models.work import IndexCopy
from docctl.services.house import House
from docctl.services.keys.backup import back_up
from storage.probe import Check, judged
from storage.probe import Finding as Tried
from tests.cli.terminal import Terminal
from tests.jobs.hosts import Host, hosts
from tests.world import World

BY_NAME = {one.name: one for one in CHECKS}


@pytest.fixture
def look(world: World, settings: Settings) -> Callable[..., Finding]:
    """Return how one check is made, of this house or another; its sentences are formatted in passing."""

    def made(name: str, house: House | None = None, **changed: Any) -> Finding:
        found = find(BY_NAME[name], Bench(house or world.house, replace(settings, **changed)))
        for language in LANGUAGES:
            words = translator(language, world.house.zone)
            assert words.t(f"doctor.says.{name}.{found.code}", default=None, **found.params)
            if found.grade is not Grade.OK:
                assert words.t(f"doctor.todo.{name}.{found.code}", default=None, **found.params)
        return found

    return made


@pytest.fixture
def pair(world: World, tmp_path: Path) -> Iterator[list[Host]]:
    with hosts(world.house, tmp_path / "hosts", "one", "two") as found:
        yield found


def test_the_database_is_told_with_its_version(look: Callable[..., Finding]) -> None:
    found = look("server")
    assert (found.code, found.params["name"]) == ("ok", "SQLite")
    assert found.params["version"].startswith("3.")


def test_s_4_one_host_alone_has_no_copies_to_look_at(look: Callable[..., Finding]) -> None:
    assert look("copies").code == "alone"


@pytest.mark.parametrize(("over", "code"), [(timedelta(0), "ok"), (timedelta(microseconds=1), "silent")])
def test_s_4_a_silent_host_is_told(
    look: Callable[..., Finding], world: World, pair: list[Host], over: timedelta, code: str
) -> None:
    one = pair[0].house
    assert look("copies", one).code == "none"
    for host in pair:
        host.catch_up()
    world.clock.now += SILENT + over
    pair[0].catch_up()
    found = look("copies", one)
    assert found.code == code
    assert found.params["host"] == ("two" if code == "silent" else found.params["host"])


def test_r_7_a_silent_host_that_a_list_waits_for_is_wrong(
    look: Callable[..., Finding], world: World, pair: list[Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    for host in pair:
        host.catch_up()
    world.clock.now += SILENT + timedelta(seconds=1)
    monkeypatch.setattr("docctl.queries.copies.is_purged", lambda *_: False)
    assert look("copies", pair[0].house).grade is Grade.WRONG


@pytest.mark.parametrize(("short", "code"), [(0, "ok"), (1, "behind")])
def test_s_4_a_host_far_behind_is_told(
    look: Callable[..., Finding],
    world: World,
    pair: list[Host],
    monkeypatch: pytest.MonkeyPatch,
    short: int,
    code: str,
) -> None:
    for host in pair:
        host.catch_up()
    world.draft()
    pair[0].catch_up()
    behind = look("copies", pair[0].house).params["behind"]
    assert behind > 0
    monkeypatch.setattr("docctl.checks.outside.FAR", behind - short)
    found = look("copies", pair[0].house)
    assert (found.code, found.params["host"]) == (code, "two")


@pytest.mark.parametrize(("passed", "code"), [(True, "ok"), (False, "weak")])
def test_r_4_the_verdict_on_the_store_is_told(
    look: Callable[..., Finding], world: World, passed: bool, code: str
) -> None:
    probe = judged([Tried(one, passed) for one in Check], at=world.clock())
    house = replace(world.house, probe=lambda _: probe)
    assert look("locks", house).code == "folder"
    assert look("locks", house, storage="s3").code == code


@pytest.mark.parametrize(("over", "code"), [(timedelta(0), "none"), (timedelta(microseconds=1), "late")])
def test_t_2_events_that_wait_long_for_their_seal_are_told(
    look: Callable[..., Finding], world: World, over: timedelta, code: str
) -> None:
    with world.house.uow.read() as session:
        first = session.execute(text("SELECT count(*) FROM event")).scalar_one()
    assert first
    world.clock.now += TAIL_BOUND + over
    assert look("heads").code == code
    seal(world.house)
    assert look("heads").code == "ok"
    world.house.uow.write(
        lambda s: s.execute(update(AuditWatch).values(alarm="recomputed", alarm_at=world.clock()))
    )
    assert look("heads").grade is Grade.WRONG


def test_r_7_the_backup_of_the_keys_is_told(
    look: Callable[..., Finding], world: World, tmp_path: Path
) -> None:
    assert look("keys", replace(world.house, keys=None)).code == "none"
    assert look("keys").code == "ok"
    world.draft()
    assert look("keys").code == "overdue"
    back_up(tmp_path / "safe", by=world.system(), house=world.house)
    assert look("keys").code == "ok"
    world.clock.forward(days=35)
    assert look("keys").code == "ok"
    world.clock.forward(days=1)
    assert look("keys").code == "overdue"


def test_s_4_figures_tell_the_lag_of_each_host(world: World, pair: list[Host]) -> None:
    assert b"docctl_index_copy" not in metrics(world.house)
    for host in pair:
        host.catch_up()
    world.draft()
    pair[0].catch_up()
    world.clock.forward(seconds=50)
    said = metrics(pair[0].house).decode()
    assert 'docctl_index_copy_lag_events{host="one"} 0.0' in said
    assert 'docctl_index_copy_lag_events{host="two"} 0.0' not in said
    assert 'docctl_index_copy_lag_seconds{host="two"} 50.0' in said
    assert 'docctl_index_copy_seen_seconds{host="two"} 50.0' in said
    assert "docctl_projection_lag_seconds 0.0" in said
    assert "docctl_trail_unsealed_oldest_seconds 50.0" in said
    assert "docctl_trail_sealed_age_seconds 0.0" in said
    said = metrics(pair[1].house).decode()
    assert "docctl_projection_lag_seconds 50.0" in said


def test_s_4_a_host_with_a_broken_index_is_ready_while_its_follower_lives(
    world: World, pair: list[Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = pair[0]
    one.catch_up()
    monkeypatch.setattr(type(one.house.search), "state", "damaged")
    world.clock.now += SILENT
    assert PARTS["search"](one.house)
    world.clock.now += timedelta(microseconds=1)
    assert not PARTS["search"](one.house)


def test_r_7_copies_are_listed_and_forgotten_by_command(
    terminal: Terminal, world: World, pair: list[Host]
) -> None:
    assert "copies" not in terminal.ok("index", "status")
    for host in pair:
        host.catch_up()
    assert [one["host"] for one in terminal.ok("index", "status")["copies"]] == ["one", "two"]
    assert terminal.refused("index", "forget", "two") == (3, "R-7.copy_seen_lately")
    assert terminal.refused("index", "forget", "three")[0] == 4
    world.clock.forward(days=1)
    pair[0].catch_up()
    assert terminal.ok("index", "forget", "two")["host"] == "two"
    assert "已除名" in terminal.run("index", "status").output
    world.house.uow.write(lambda s: s.execute(update(IndexCopy).values(host="one", forgotten_at=None)))
    assert terminal.refused("index", "forget", "one")[0] == 2
