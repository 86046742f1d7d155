"""A system with its files in S3: the backup lists them, a restore finds what is newer there (T-2, T-3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from docctl import wiring
from docctl.config import Settings
from docctl.domain.lifecycle import RecordStatus
from docctl.jobs.proof import verify_trail
from docctl.jobs.sealer import keep_head
from docctl.services.house import House
from storage.api import Area
from tests import filing
from tests.cli.terminal import Terminal
from tests.recovery.recovering import Recovery, accept, contents
from tests.s3.serving import Server
from tests.s3.test_s3_house import s3_settings
from tests.world import Clock, World, build_house, found

pytestmark = [pytest.mark.s3, pytest.mark.sqlite_only]


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC))


@pytest.fixture
def settings(tmp_path: Path, s3_server: Server, socket_enabled: None) -> Settings:
    made = s3_server.buckets(grace=timedelta(days=2))
    names = {area: bucket.name for area, bucket in made.items()}
    return s3_settings(tmp_path / "data", s3_server, buckets=names, s3_encryption=False)


@pytest.fixture
def house(settings: Settings, clock: Clock) -> Iterator[House]:
    wiring.prepare_store(settings)
    built = build_house(settings, clock)
    found(built)
    yield built
    built.close()


def test_t_2_files_stay_in_s3_and_its_heads_tell_what_was_lost(
    world: World, settings: Settings, clock: Clock, tmp_path: Path
) -> None:
    form = filing.a_form(world)
    kept = filing.filed(world, form)
    keep_head(world.house)
    before = contents(world.house)
    made = Terminal(world.house, settings).ok("backup", tmp_path / "backup")
    assert (made["storage"], made["objects"], made["copied"]) == ("s3", len(before), 0)
    assert not (tmp_path / "backup" / "objects").exists()
    lost = filing.filed(world, form)
    given = filing.row(world, lost).number
    keep_head(world.house)
    world.house.close()
    recovery = Recovery(settings, clock)
    shown = recovery.ok("restore", tmp_path / "backup", "--check")
    assert [one["code"] for one in shown["notes"]] == ["objects_in_s3"]
    settings.data.rename(tmp_path / "lost")  # the database is gone, the buckets are not
    settings.data.mkdir()
    done = recovery.ok("restore", tmp_path / "backup")
    assert (done["sources"], done["lost_events"] > 0, done["without_row"]) == (["store"], True, 1)
    with recovery.reopened() as again:
        assert contents(again.house) == before
        assert filing.row(again, kept).status is RecordStatus.COMPLETED
        assert lost in {one.key.item_id for one in again.house.objects.list(Area.RECORDS)}
        assert verify_trail(again.house).reason == "truncated"
        accept(again, "zhao", "zhou")
        assert filing.row(again, filing.filed(again, form)).number != given
        keep_head(again.house)
        assert verify_trail(again.house).ok
