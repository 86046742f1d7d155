"""The house on S3: set up by `init`, filed, locked, held, destroyed; too weak a store stops the start."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from minio.commonconfig import COMPLIANCE
from minio.objectlockconfig import DAYS, ObjectLockConfig
from sqlalchemy import select

from docctl import wiring
from docctl.config import Settings, WrongSetting
from docctl.demo.seed import seed
from docctl.jobs.wait import settle
from docctl.models.content import ItemFile
from docctl.services.house import House
from docctl.services.setup import is_sample
from storage.api import Area, Key, StoreUnavailable
from storage.s3.buckets import WronglySetUp, default_lock, prepare
from tests.cli.terminal import Terminal
from tests.lists import accepted, filed
from tests.s3.between import error, standing_between
from tests.s3.serving import Server
from tests.storage.key_places import keys_database
from tests.world import Clock, World, build_house, found

pytestmark = pytest.mark.s3

DAY = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


def s3_settings(data: Path, server: Server, *, buckets: dict[Area, str], **more: object) -> Settings:
    return Settings(
        data=data,
        secret_key="x" * 40,
        storage="s3",
        s3_endpoint=server.url,
        s3_access_key="app",
        s3_secret_key="app-secret",
        s3_hold_access_key="hold",
        s3_hold_secret_key="hold-secret",
        s3_records_bucket=buckets[Area.RECORDS],
        s3_derived_bucket=buckets[Area.DERIVED],
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def settings(tmp_path: Path, s3_server: Server, socket_enabled: None) -> Settings:
    made = s3_server.buckets(grace=2 * DAY)
    names = {area: bucket.name for area, bucket in made.items()}
    return s3_settings(tmp_path / "data", s3_server, buckets=names, s3_encryption=False)


@pytest.fixture
def clock() -> Clock:
    return Clock(now())


@pytest.fixture
def house(settings: Settings, clock: Clock) -> Iterator[House]:
    wiring.prepare_store(settings)
    built = build_house(settings, clock)
    found(built)
    yield built
    built.close()


def test_r_4_a_filed_record_is_locked_for_the_grace_and_an_accepted_one_to_its_end(world: World) -> None:
    record_id = filed(world)
    with world.house.uow.read() as session:
        row = session.scalars(select(ItemFile).where(ItemFile.owner_id == record_id)).one()
    key = Key.parse(row.object_key)
    short = world.house.objects.stat(key, row.object_version).retain_until
    assert short is not None
    assert 2 * DAY - timedelta(minutes=1) <= short - now() <= 2 * DAY
    accepted(world, record_id)
    settle(world.house)
    full = world.house.objects.stat(key, row.object_version).retain_until
    assert full is not None
    assert full > now() + 300 * DAY


def test_t_3_objects_in_s3_are_verified_against_their_rows(world: World, settings: Settings) -> None:
    filed(world)
    settle(world.house)
    result = Terminal(world.house, settings).run("objects", "verify", "--json")
    assert (result.exit_code, json.loads(result.stdout)["ok"]) == (0, True)


def test_r_7_files_in_s3_are_stored_without_encryption_and_without_a_key_store(
    world: World, settings: Settings
) -> None:
    terminal = Terminal(world.house, settings)
    filed(world)
    settle(world.house)
    assert not settings.master_key.exists()
    assert not (settings.data / "keys").exists()
    found = terminal.ok("objects", "verify")
    assert found["objects"] == found["plain"] > 0
    assert terminal.refused("keys", "status") == (3, "keys.no_store")
    world.clock.forward(days=3)
    assert terminal.ok("objects", "sweep")["keys"] == 0


@pytest.fixture
def shared(settings: Settings, key_server: str, clock: Clock) -> Iterator[tuple[Settings, House]]:
    """Return a house on S3 whose keys lie in a database for several hosts."""
    shared = replace(settings, s3_encryption=True, keys_database_url=keys_database(key_server))
    wiring.prepare_store(shared)
    built = build_house(shared, clock)
    found(built)
    yield shared, built
    built.close()


def test_r_7_files_in_s3_are_encrypted_where_several_hosts_share_the_keys(
    shared: tuple[Settings, House], clock: Clock, s3_server: Server, tmp_path: Path
) -> None:
    settings, house = shared
    world, terminal = World.of(house, clock), Terminal(house, settings)
    record_id = filed(world)
    settle(house)
    with house.uow.read() as session:
        row = session.scalars(select(ItemFile).where(ItemFile.owner_id == record_id)).one()
    key = Key.parse(row.object_key)
    with house.objects.open(key, row.object_version) as stream:
        content = stream.read()
    client, bucket = s3_server.client("app"), settings.s3_records_bucket
    assert bucket is not None
    answer = client.get_object(bucket, key.path, version_id=row.object_version)
    assert content[:200] not in answer.read()
    answer.close()
    assert hashlib.sha256(content).hexdigest() == row.sha256 != row.stored_sha256
    checked = terminal.ok("objects", "verify")
    assert (checked["ok"], checked["plain"]) == (True, 0)
    assert not (settings.data / "keys").exists()
    assert terminal.ok("keys", "status")["shared"] is True
    assert terminal.refused("keys", "rotate") == (3, "keys.not_prepared")
    # A second host: with a copy of the master key it reads, without one it does not start.
    second = replace(settings, data=tmp_path / "second")
    with pytest.raises(WrongSetting, match=r"second\.master\.key is missing"):
        wiring.build(second)
    shutil.copy2(settings.master_key, second.master_key)
    ring = wiring.open_keys(second, clock)
    assert ring.get(record_id) == house.keys.get(record_id)
    new = terminal.ok("keys", "rotate", "--prepare")["new"]
    shutil.copy2(settings.master_key, second.master_key)
    assert terminal.ok("keys", "rotate")["new"] == new
    assert ring.get(record_id) == house.keys.get(record_id)
    made = terminal.ok("keys", "backup", str(tmp_path / "safe"))
    assert made["keys"] == house.keys.status().keys
    assert terminal.ok("keys", "restore", str(tmp_path / "safe"))["keys"] == 0
    ring.close()


def test_r_7_encrypted_files_in_s3_do_not_become_unreadable_by_a_setting(
    shared: tuple[Settings, House], clock: Clock
) -> None:
    settings, house = shared
    filed(World.of(house, clock))
    with pytest.raises(WrongSetting, match=r"^DOCCTL_S3_ENCRYPTION: off, but files are encrypted"):
        wiring.build(replace(settings, s3_encryption=False, keys_database_url=None))


def test_r_4_the_probe_by_command(house: House, settings: Settings) -> None:
    result = Terminal(house, settings).run("objects", "probe", "--json")
    data = json.loads(result.stdout)
    assert result.exit_code == 0, result.stderr
    assert (data["verdict"], data["required"], data["enough"], data["reasons"]) == ("worm", "worm", True, [])


@pytest.fixture
def weak(house: House, settings: Settings, s3_server: Server) -> Settings:
    """Return settings whose bucket has lost its policy: the application can lift its own holds."""
    s3_server.client("owner").delete_bucket_policy(settings.s3_records_bucket)
    return replace(
        settings,
        s3_access_key="owner",
        s3_secret_key="owner-secret",
        s3_hold_access_key="owner",
        s3_hold_secret_key="owner-secret",
    )


@pytest.mark.parametrize(("required", "code"), [("worm", 3), ("locks", 0), ("protected", 0)])
def test_r_4_a_store_weaker_than_required_exits_with_3(weak: Settings, required: str, code: int) -> None:
    settings = replace(weak, s3_require=required)
    house = wiring.build(settings)
    try:
        result = Terminal(house, settings).run("objects", "probe", "--json")
        assert result.exit_code == code
        assert json.loads(result.stdout)["reasons"] == ["hold_apart"]
    finally:
        house.close()


def test_r_4_a_worker_does_not_start_on_a_store_too_weak(
    weak: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    house = wiring.build(weak)
    try:
        with caplog.at_level(logging.WARNING):
            result = Terminal(house, weak).run("worker")
    finally:
        house.close()
    assert result.exit_code == 3
    assert "store_too_weak" in result.stderr
    assert "hold_apart" in caplog.text
    assert "-secret" not in caplog.text + result.stderr + result.stdout


def test_a_start_does_not_wait_for_a_store_that_is_down(settings: Settings, s3_server: Server) -> None:
    with standing_between(s3_server.url) as between:
        down = replace(settings, s3_endpoint=between.url)
    wiring.build(down).close()


# --- init


def test_r_4_init_makes_the_buckets_it_needs(s3_server: Server, socket_enabled: None) -> None:
    owner, name = s3_server.client("owner"), f"t{uuid4().hex[:20]}"
    for _ in range(2):
        prepare(owner, records=f"{name}-r", derived=f"{name}-d", grace=2 * DAY)
    assert default_lock(owner, f"{name}-r") == 2 * DAY
    assert owner.get_bucket_versioning(f"{name}-d").status == "Enabled"


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        pytest.param("plain", "no_versions", id="no versions"),
        pytest.param("versions", "no_object_lock", id="no Object Lock"),
        pytest.param("other", "other_default_lock", id="another default lock"),
        pytest.param("weak", "other_default_lock", id="a default lock that can be taken away"),
    ],
)
def test_r_4_init_refuses_buckets_that_are_set_up_otherwise(
    s3_server: Server, socket_enabled: None, spoil: str, what: str
) -> None:
    from minio.versioningconfig import VersioningConfig

    owner, name = s3_server.client("owner"), f"t{uuid4().hex[:20]}"
    records = f"{name}-r"
    owner.make_bucket(records, object_lock=spoil in {"other", "weak"})
    if spoil == "versions":
        owner.set_bucket_versioning(records, VersioningConfig("Enabled"))
    if spoil == "other":
        owner.set_object_lock_config(records, ObjectLockConfig(COMPLIANCE, 9, DAYS))
    if spoil == "weak":
        owner.set_object_lock_config(records, ObjectLockConfig("GOVERNANCE", 2, DAYS))
    with pytest.raises(WronglySetUp) as refused:
        prepare(owner, records=records, derived=f"{name}-d", grace=None if spoil == "plain" else 2 * DAY)
    assert (refused.value.bucket, refused.value.what) == (records, what)


# --- the sample company


def test_o_1_the_sample_company_refuses_s3(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(WrongSetting, match="sample company"):
        seed(settings)
    assert not settings.data.exists()


def test_o_1_a_sample_company_is_never_opened_on_s3(house: House, settings: Settings) -> None:
    from docctl.models.organisation import LegalEntity

    assert not is_sample(house.uow.engine)

    def mark(session: object) -> None:
        session.scalars(select(LegalEntity)).one().is_demo = True  # type: ignore[attr-defined]

    house.uow.write(mark)
    with pytest.raises(WrongSetting, match="sample company"):
        wiring.build(settings)


def test_r_4_an_installed_docctl_asks_the_store_for_its_time(settings: Settings) -> None:
    with standing_between(settings.s3_endpoint or "") as between:
        house = wiring.build(replace(settings, s3_endpoint=between.url))
        assert set(house.clocks) == {"store"}
        assert abs(house.clocks["store"]() - now()) < timedelta(minutes=1)
        between.before = lambda _: error(503, "SlowDown")  # has a date as well, but whose?
        with pytest.raises(StoreUnavailable):
            house.clocks["store"]()
    try:
        with pytest.raises(StoreUnavailable):
            house.clocks["store"]()
    finally:
        house.close()
