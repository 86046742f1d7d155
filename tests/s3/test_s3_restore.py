"""An older state comes back on PostgreSQL and S3 with shared keys, from backup to acceptance (R-7)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl import wiring
from docctl.config import Settings
from docctl.domain.lifecycle import RecordStatus
from docctl.models.records import Record
from docctl.services.house import House
from storage.api import KeyDestroyed
from tests import filing, postgres
from tests.lists import accepted
from tests.s3.hosts import Host
from tests.s3.site import Installation, installation
from tests.world import World, build_house

pytestmark = [pytest.mark.s3, pytest.mark.sqlite_only, pytest.mark.timeout(600)]

MARK = "独角兽密文"


@dataclass
class Site:
    """The company years after two records were accepted; one of them is due to go."""

    of: Installation
    folder: Path
    form: str
    kept: UUID
    gone: UUID

    @property
    def host(self) -> Host:
        return Host("first", self.folder / "first", self.of.shared)

    def number(self, record_id: UUID) -> str:
        return filing.row(self.of.world, record_id).number

    def records(self) -> dict[str, UUID]:
        with self.of.world.house.uow.read() as session:
            return {one.number: one.id for one in session.scalars(select(Record))}

    def new_database(self, name: str, owner: str) -> str:
        """Make an empty database; return its name."""
        folder = str(self.of.database.folder)
        postgres.execute(folder, f"CREATE DATABASE {name} OWNER {owner} TEMPLATE template0")
        return name

    def addresses(self, company: str, keys: str) -> dict[str, str]:
        folder = str(self.of.database.folder)
        return {
            "DOCCTL_DATABASE_URL": postgres.address(folder, postgres.APPLICATION, company),
            "DOCCTL_MIGRATION_URL": postgres.address(folder, postgres.OWNER, company),
            "DOCCTL_KEYS_DATABASE_URL": postgres.address(folder, postgres.APPLICATION, keys),
        }


@contextmanager
def opened(host: Host, folder: Path) -> Iterator[House]:
    """Open databases and keys of a host; its store has another clock."""
    settings = Settings.from_env({**host.environment, "DOCCTL_DATA": str(folder / "look")}, folder=folder)
    house = build_house(settings, wiring.system_clock)
    try:
        yield house
    finally:
        house.close()


@pytest.fixture
def site(tmp_path: Path, socket_enabled: None) -> Iterator[Site]:
    with ExitStack() as at_the_end:
        made = at_the_end.enter_context(installation(tmp_path))
        world = made.world
        form = filing.a_form(world)
        texts = (f"{MARK} 一", f"{MARK} 二")
        uploads = [filing.upload(world, "wang", text) for text in texts]
        kept, gone = (accepted(world, filing.filed(world, form, uploads=(one,))) for one in uploads)
        found = Site(made, tmp_path, "QR-1102", kept, gone)
        (tmp_path / "first").mkdir()
        found.host.docctl.ok("worker", "--once")  # the only host: no index of another is waited for
        made.shift.forward(days=5 * 366)
        yield found


def file(site: Site, host: Host, title: str) -> str:
    """File a record by command; return its number."""
    paper = site.folder / f"{title}.txt"
    paper.write_text(f"{title} {datetime.now(UTC)}")
    occurred = f"{site.of.shift.now - timedelta(days=1):%Y-%m-%d %H:%M}"
    words = ("records", "file", paper, "--form", site.form, "--title", title, "--occurred", occurred)
    return str(host.docctl.ok(*words, user="wang")["number"])


@pytest.mark.parametrize("keys", ["there", "lost"])
def test_r_7_an_older_state_on_s3_with_shared_keys(site: Site, tmp_path: Path, keys: str) -> None:
    old, backup, key_backup = site.host, tmp_path / "backup", tmp_path / "key-backup"
    docctl = old.docctl
    docctl.ok("audit", "seal", "--trust-clock")
    made = docctl.ok("backup", backup)
    assert (made["storage"], made["problems"]) == ("s3", [])
    docctl.ok("keys", "backup", key_backup)

    # After the backup a record is filed and another one destroyed.
    lost = file(site, old, "备份之后")
    lost_id = site.records()[lost]
    propose = ("disposal", "propose", site.number(site.gone), "--title", "到期")
    number = docctl.ok(*propose, user="zhou")["number"]
    docctl.ok("disposal", "check", number, "--opinion", "agree", user="li")
    docctl.ok("disposal", "approve", number, user="zhao")
    docctl.ok("disposal", "execute", number, user="zhang")
    docctl.ok("disposal", "witness", number, user="ouyang")
    assert docctl.ok("disposal", "show", number, user="zhou")["state"] == "executed"
    assert site.of.objects(site.gone) == []
    before = site.of.objects(site.kept), site.of.objects(lost_id)
    docctl.ok("audit", "seal")
    site.of.world.house.close()

    # The database is lost, and perhaps the keys with it: both are made anew on the same server.
    shutil.rmtree(tmp_path / "first" / "data")
    company = site.new_database("company2", postgres.OWNER)
    ring = "keys" if keys == "there" else site.new_database("keys2", postgres.APPLICATION)
    new = Host("first", tmp_path / "first", {**site.of.shared, **site.addresses(company, ring)})
    docctl = new.docctl
    given = ("--keys", key_backup) if keys == "lost" else ()
    if keys == "lost":
        assert docctl.refused("restore", backup) == (3, "restore.keys_missing")
    done = docctl.ok("restore", backup, *given)
    assert (done["epoch"], done["lost_events"] > 0, done["destroyed_again"]) == (1, True, 1)
    assert {"store", "witness"} <= set(done["sources"])
    assert done["without_row"] == 2  # the lost record, and the certificate of the lost destruction

    # Until two people have accepted what was lost, people only read.
    (epoch,) = docctl.ok("epoch", "show", user="zhao")["epochs"]
    assert (epoch["waits"], epoch["content"]["object_count"], epoch["content"]["destroyed_count"]) == (
        True,
        2,
        1,
    )
    assert docctl.ok("epoch", "accept", user="zhao")["people"] == 1
    words = ("hold", "place", site.number(site.kept), "--name", "x", "--reason", "x")
    assert docctl.refused(*words, user="zhou") == (3, "T-2.epoch_open")
    assert docctl.ok("epoch", "accept", user="zhou")["people"] == 2

    # What was destroyed stays so: no row tells of it, no key opens it, the store has nothing of it.
    gone = docctl.ok("records", "show", site.number(site.gone), user="li")
    assert (gone["state"], gone["facts"], gone["files"]) == ("destroyed", [], [])
    assert docctl.ok("search", MARK, user="li")["total"] == 1
    assert site.of.objects(site.gone) == []
    with opened(new, tmp_path) as house:
        assert house.keys is not None
        assert site.gone in set(house.keys.tombstones())
        with pytest.raises(KeyDestroyed):
            house.keys.get(site.gone)
        world = World.of(house, wiring.system_clock)  # type: ignore[arg-type]  # only read
        assert filing.row(world, site.gone).status is RecordStatus.DESTROYED
        (paper,) = filing.files(world, site.kept)
    # What was there can be read; what was filed later is kept and listed, also by a sweep days later.
    new.serve(with_worker=False)
    try:
        page = new.browser("li").get(f"/records/{site.kept}/files/{paper.id}/download")
        assert (page.status_code, page.data.decode()) == (200, f"{MARK} 一")
    finally:
        new.close()
    site.of.shift.forward(days=2)
    docctl.ok("objects", "sweep")
    assert (site.of.objects(site.kept), site.of.objects(lost_id)) == before
    if keys == "there":
        with opened(new, tmp_path) as house:
            assert house.keys is not None
            assert house.keys.get(lost_id)  # no sweep takes the key of a file that is kept
    found = json.loads(docctl.run("objects", "verify", "--json").stdout)
    assert sorted(one.split("/")[1] for one in found["without_row"]) == ["disposal_list", "record"]
    assert file(site, new, "恢复之后") > lost  # no number is given twice
    assert docctl.ok("audit", "verify")["ok"] is True
