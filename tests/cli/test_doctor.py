"""One page of state: each check on both sides of its line, in both languages, and none stops another."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, text, update

from docctl.checks import machine
from docctl.checks.check import Bench, Check, Finding, Grade, find
from docctl.checks.doctor import CHECKS, findings
from docctl.config import Settings
from docctl.domain.imports import Watched
from docctl.domain.verdicts import Refused
from docctl.i18n import LANGUAGES, sentences
from docctl.jobs import lease
from docctl.jobs.due import work_due
from docctl.jobs.projection import follow
from docctl.jobs.seal_texts import seal_plain_texts
from docctl.jobs.wait import settle
from docctl.models.base import new_id
from docctl.models.content import FileReading, ItemFile, Upload
from docctl.models.work import Delivery
from docctl.services.imports.watched import note_room
from docctl.services.jobs import due as put_due
from docctl.services.jobs import want
from tests.cli.terminal import Terminal
from tests.world import World, as_owner

BY_NAME = {one.name: one for one in CHECKS}


@pytest.fixture
def look(world: World, settings: Settings) -> Callable[..., Finding]:
    """Return how one check is made, with other settings where these are given."""

    def made(name: str, **changed: Any) -> Finding:
        return find(BY_NAME[name], Bench(world.house, replace(settings, **changed)))

    return made


def test_an_installation_in_order_is_well(terminal: Terminal, world: World) -> None:
    lease.take(world.house, "one")
    told = terminal.ok("doctor")
    assert told["ok"] is True
    assert [one["name"] for one in told["checks"]] == list(BY_NAME)
    assert {one["grade"] for one in told["checks"]} == {"ok"}


def test_each_finding_that_is_not_well_says_what_to_do(terminal: Terminal, world: World) -> None:
    (world.house.scratch.parent).chmod(0o755)
    result = terminal.run("doctor")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    wrong = [number for number, line in enumerate(lines) if line.startswith("有误")]
    assert [lines[number + 1].strip() for number in wrong] == [f"→ chmod 700 {world.house.scratch.parent}"]
    told = json.loads(terminal.run("doctor", "--json").stdout)
    assert not told["ok"]


def test_warnings_alone_are_no_failure(terminal: Terminal) -> None:
    told = terminal.ok("doctor")  # no worker is at work
    assert {one["name"] for one in told["checks"] if one["grade"] == "warning"} == {"worker"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_has_its_sentence_and_every_bad_one_its_remedy(language: str) -> None:
    there = sentences(language)
    for check in CHECKS:
        assert f"doctor.name.{check.name}" in there
        for code, grade in check.answers.items():
            assert f"doctor.says.{check.name}.{code}" in there
            assert (f"doctor.todo.{check.name}.{code}" in there) == (grade is not Grade.OK)
    told = {key for key in there if re.match(r"doctor\.(says|todo)\.", key)}
    assert {".".join(key.split(".")[2:]) for key in told} == {
        f"{check.name}.{code}" for check in CHECKS for code in check.answers
    }


def test_names_of_checks_are_their_own() -> None:
    assert len(BY_NAME) == len(CHECKS)


def test_a_check_that_breaks_is_a_finding_and_stops_no_other(world: World, settings: Settings) -> None:
    def breaks(_: Bench) -> tuple[str, Mapping[str, Any]]:
        raise OSError("a secret path")

    found = findings(
        Bench(world.house, settings),
        (Check("one", breaks, {}), Check("two", lambda _: ("ok", {}), {"ok": Grade.OK})),
    )
    assert [(one.code, one.grade) for one in found] == [("failed", Grade.WRONG), ("ok", Grade.OK)]
    assert found[0].params == {"error": "OSError"}


def test_a_database_without_tables_is_told_on_a_whole_page(tmp_path: Path) -> None:
    import docctl.wiring

    settings = Settings(data=tmp_path / "new", secret_key="x" * 40)
    house = docctl.wiring.build(settings)
    try:
        result = Terminal(house, settings).run("doctor")
    finally:
        house.close()
    assert result.exit_code == 1
    assert "docctl migrate" in result.stdout
    assert sum(not line.startswith(" ") for line in result.stdout.splitlines()) == len(CHECKS)


@pytest.mark.parametrize(
    ("url", "proxies", "code"),
    [
        ("http://127.0.0.1:8000", 0, "ok"),
        ("http://docs.example", 1, "no_https"),
        ("https://docs.example", 0, "no_proxy"),
        ("https://docs.example", 1, "ok"),
    ],
)
def test_settings_are_weighed_together(
    look: Callable[..., Finding], url: str, proxies: int, code: str
) -> None:
    assert look("settings", public_url=url, trusted_proxies=proxies).code == code


@pytest.mark.parametrize(("mode", "code"), [(0o700, "ok"), (0o750, "open"), (0o701, "open")])
def test_the_data_folder_is_for_its_owner(
    look: Callable[..., Finding], settings: Settings, mode: int, code: str
) -> None:
    settings.data.chmod(mode)
    assert look("folder").code == code


@pytest.mark.parametrize(
    ("free", "code"),
    [
        (machine.LOW, "ok"),
        (machine.LOW - 1, "low"),
        (machine.FULL, "low"),
        (machine.FULL - 1, "full"),
    ],
)
def test_room_is_told_before_it_ends(
    look: Callable[..., Finding], monkeypatch: pytest.MonkeyPatch, free: int, code: str
) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert look("space").code == code


@pytest.mark.parametrize(("seconds", "code"), [(60, "ok"), (61, "behind")])
def test_t_1_a_clock_behind_the_newest_event_is_wrong(
    look: Callable[..., Finding], world: World, seconds: int, code: str
) -> None:
    world.draft()
    world.clock.forward(seconds=-seconds)
    assert look("clock").code == code
    world.clock.forward(days=40)
    assert look("clock").code == "ok"


@pytest.mark.parametrize(("mode", "code"), [(0o600, "ok"), (0o640, "open"), (0o604, "open")])
def test_the_secret_key_is_for_its_owner(
    look: Callable[..., Finding], settings: Settings, mode: int, code: str
) -> None:
    path = settings.data / "secret.key"
    path.write_text("a secret of the data folder of 40 letters")
    path.chmod(mode)
    assert look("secret", secret_key=path.read_text()).code == code


@pytest.mark.parametrize(("length", "code"), [(32, "given"), (31, "short")])
def test_a_secret_key_that_was_given_is_long(look: Callable[..., Finding], length: int, code: str) -> None:
    found = look("secret", secret_key="k" * length)
    assert found.code == code
    assert not found.params  # the key itself is told nowhere


def test_the_schema_and_its_guards_are_compared(look: Callable[..., Finding], world: World) -> None:
    assert look("schema").code == "ok"
    place = "" if world.house.uow.engine.dialect.name == "sqlite" else " ON event"
    owner = as_owner(world.house)
    owner.write(lambda session: session.execute(text(f"DROP TRIGGER t_1_event_delete{place}")))
    found = look("schema")
    assert (found.code, found.params["first"]) == ("no_guards", "t_1_event_delete")
    owner.write(lambda session: session.execute(text("UPDATE alembic_version SET version_num = '0000'")))
    assert look("schema").code == "other"


def test_the_store_is_tried_and_left_as_it_was(look: Callable[..., Finding], settings: Settings) -> None:
    assert look("store").code == "ok"
    assert not [one for one in (settings.data / "objects" / "derived").rglob("*") if one.is_file()]
    (settings.data / "objects").rename(settings.data / "elsewhere")
    assert (look("store").code, look("store").grade) == ("failed", Grade.WRONG)


def test_s_4_the_index_is_told_with_its_lag(look: Callable[..., Finding], world: World) -> None:
    world.issued(world.draft())
    assert look("index").params["behind"] > 0
    follow(world.house)
    assert look("index").params == {"count": 1, "behind": 0}
    for path in (world.house.scratch.parent / "index").rglob("*"):
        if path.is_file() and path.suffix in {".json", ".store", ".idx", ".term"}:
            path.write_bytes(b"not an index")
    assert look("index").code == "damaged"


def test_the_worker_is_told_with_when_it_was_seen(look: Callable[..., Finding], world: World) -> None:
    assert look("worker").code == "none"
    lease.take(world.house, "one")
    assert (look("worker").code, look("worker").params["at"]) == ("ok", world.clock())
    world.clock.forward(seconds=31)
    assert look("worker").code == "gone"
    lease.release(world.house, "one")
    assert look("worker").code == "none"


@pytest.mark.parametrize(("hours", "code"), [(24, "failing"), (24.01, "stuck")])
def test_a_delivery_that_fails_for_a_day_is_stuck(
    look: Callable[..., Finding], world: World, hours: float, code: str
) -> None:
    world.house.uow.write(lambda s: want(s, "unknown", key="x", payload={}, at=world.clock()))
    assert look("deliveries").params == {"count": 1}

    def failed(session: Any) -> None:
        session.scalars(select(Delivery)).one().tries = 1

    world.house.uow.write(failed)
    world.clock.forward(hours=hours)
    assert look("deliveries").code == code


@pytest.mark.parametrize(
    ("late", "code"),
    [(timedelta(minutes=4), "ok"), (timedelta(minutes=5), "late"), (timedelta(days=1, minutes=1), "stuck")],
)
def test_a_4_what_fell_due_and_was_not_done_is_told(
    look: Callable[..., Finding], world: World, late: timedelta, code: str
) -> None:
    world.house.uow.write(lambda s: put_due(s, "step.escalate", subject_id=new_id(), at=world.clock()))
    world.clock.now += late
    assert look("due").code == code


@pytest.mark.parametrize(
    ("late", "code"), [(timedelta(days=1), "failing"), (timedelta(days=1, microseconds=1), "failing_long")]
)
def test_a_4_a_due_job_that_fails_is_told(
    look: Callable[..., Finding], world: World, late: timedelta, code: str
) -> None:
    world.house.uow.write(lambda s: put_due(s, "unknown", subject_id=new_id(), at=world.clock()))
    work_due(world.house)
    world.clock.now += late
    found = look("due")
    assert (found.code, found.params["count"]) == (code, 1)


def test_t_3_unsound_and_late_files_are_told(look: Callable[..., Finding], world: World) -> None:
    assert look("files").code == "none"
    world.draft()
    assert look("files").code == "ok"
    world.clock.forward(days=91)
    assert look("files").code == "late"

    def harm(session: Any) -> None:
        session.scalars(select(ItemFile)).one().problem = "missing"

    world.house.uow.write(harm)
    assert (look("files").code, look("files").grade) == ("unsound", Grade.WRONG)


@pytest.mark.parametrize(("hours", "code"), [(25.9, "ok"), (26, "over")])
def test_f_3_uploads_that_nobody_cleared_are_told(
    look: Callable[..., Finding], world: World, hours: float, code: str
) -> None:
    world.upload("chen")
    with world.house.uow.read() as session:
        assert session.scalars(select(Upload)).one().expires_at == world.clock() + timedelta(hours=24)
    world.clock.forward(hours=hours)
    assert look("uploads").code == code


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_show_only_what_their_check_brings(language: str, world: World, settings: Settings) -> None:
    there = sentences(language)
    for one in findings(Bench(world.house, settings)):
        said = there[f"doctor.says.{one.name}.{one.code}"]
        for form in (said,) if isinstance(said, str) else said.values():
            names = {name for _, name, _, _ in string.Formatter().parse(form) if name}
            assert names <= one.params.keys()


def test_r_7_the_key_store_is_told_with_its_backup_and_its_master_key(
    look: Callable[..., Finding], terminal: Terminal, world: World, tmp_path: Path
) -> None:
    assert look("keys").code == "ok"  # nothing to back up yet
    world.draft()
    assert look("keys").code == "overdue"
    terminal.ok("keys", "backup", str(tmp_path / "safe"))
    assert look("keys").code == "ok"
    terminal.ok("keys", "rotate", "--prepare")
    assert look("keys").code == "prepared"
    terminal.ok("keys", "rotate")
    assert look("keys").code == "overdue"  # the new master key does not open that backup
    terminal.ok("keys", "backup", str(tmp_path / "safe"))
    world.clock.forward(days=35)
    assert look("keys").code == "ok"
    world.clock.forward(days=1)
    assert look("keys").code == "overdue"
    assert find(BY_NAME["keys"], Bench(replace(world.house, keys=None), terminal.settings)).code == "none"


def test_r_7_texts_that_lie_plain_are_told(look: Callable[..., Finding], world: World) -> None:
    world.draft()
    settle(world.house)
    assert look("texts").code == "ok"
    plain = update(FileReading).values(text="从前", sealed_text=None)
    as_owner(world.house).write(lambda session: session.execute(plain))
    assert (look("texts").code, look("texts").params) == ("plain", {"count": 1})
    assert seal_plain_texts(world.house)
    assert look("texts").code == "ok"


@pytest.mark.parametrize(
    ("unit", "kind", "code"),
    [
        ("PZ", "procedure", "ok"),
        ("品质部", "程序文件", "ok"),
        ("QA", "procedure", "no_unit"),
        ("PZ", "memo", "no_type"),
    ],
)
def test_i_1_a_watched_folder_is_told_with_where_its_files_go(
    world: World, settings: Settings, tmp_path: Path, unit: str, kind: str, code: str
) -> None:
    assert find(BY_NAME["watched"], Bench(world.house, settings)).code == "none"
    watched = Watched(tmp_path, unit, kind)
    bench = Bench(replace(world.house, watched=(watched,)), settings)
    assert find(BY_NAME["watched"], bench).code == code
    if code == "ok":
        (world.house.data / "imports" / "watched").mkdir(parents=True)
        note_room(world.house, watched, Refused("I-1", "no_room", {"needed": 2, "free": 1}))
        assert find(BY_NAME["watched"], bench).code == "no_room"
    gone = replace(world.house, watched=(replace(watched, path=tmp_path / "gone"),))
    assert find(BY_NAME["watched"], Bench(gone, settings)).code == ("gone" if code == "ok" else code)
