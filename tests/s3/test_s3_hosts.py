"""Three hosts as processes on PostgreSQL and S3: pages, a leading worker, followers (R-7, S-4)."""

from __future__ import annotations

import io
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from docx import Document as Docx
from sqlalchemy import select

from docctl.domain.lifecycle import ListStatus, RecordStatus
from docctl.models.retention import DisposalList
from docctl.models.work import Delivery, Lease
from docctl.queries.copies import copies_awaited
from tests import filing
from tests.s3.hosts import Host, hits, until_found
from tests.s3.site import Installation, installation
from tests.serving.server import until
from tests.world import World

pytestmark = [pytest.mark.s3, pytest.mark.sqlite_only, pytest.mark.timeout(600)]

#: What one host has filed the others find within so many seconds, on a machine that does other things too.
BOUND = 20.0
MARK = "独角兽密文"
NAMES = ("first", "second", "third")


@dataclass
class Site:
    """Three hosts of one installation."""

    hosts: dict[str, Host]
    of: Installation
    form: UUID

    @property
    def world(self) -> World:
        return self.of.world

    def rows(self, wanted: type) -> list:
        with self.world.house.uow.read() as session:
            return list(session.scalars(select(wanted)))

    def leads(self, process: int) -> bool:
        return any(f":{process}:" in one.holder for one in self.rows(Lease))

    def file(self, host: str, words: str) -> UUID:
        """File a record through the pages of a host."""
        page = self.hosts[host].browser("wang")
        typed = {
            "title": "外壳划伤",
            "occurred_at": f"{datetime.now(self.world.house.zone) - timedelta(days=1):%Y-%m-%dT%H:%M}",
            "file": (io.BytesIO(words.encode()), "记录.txt"),
        }
        answer = page.submit(f"/records/new/{self.form}", typed, content_type="multipart/form-data")
        assert answer.status_code == 303, answer.text
        return UUID(answer.headers["Location"].split("?")[0].rsplit("/", 1)[1])

    def read(self, host: str, record_id: UUID) -> bytes:
        """Download the file of a record through the pages of a host."""
        (file,) = filing.files(self.world, record_id)
        answer = self.hosts[host].browser("li").get(f"/records/{record_id}/files/{file.id}/download")
        assert answer.status_code == 200, answer.text
        return answer.data

    def awaited(self, list_id: UUID) -> list[str]:
        with self.world.house.uow.read() as session:
            return copies_awaited(session, list_id)


@pytest.fixture
def site(tmp_path: Path, socket_enabled: None) -> Iterator[Site]:
    with ExitStack() as at_the_end:
        made = at_the_end.enter_context(installation(tmp_path))
        hosts = {one: Host(one, tmp_path / one, made.shared) for one in NAMES}
        for one in hosts.values():
            at_the_end.callback(one.close)
        yield Site(hosts, made, filing.a_form(made.world))


def test_three_hosts_share_database_keys_and_store(site: Site, tmp_path: Path) -> None:
    first, second, third = (site.hosts[one] for one in NAMES)
    leader = first.start("worker").pid
    until(lambda: site.leads(leader), 120)
    second.start("worker", "--index-only")
    first.serve(with_worker=False)
    second.serve_by_gunicorn()
    third.serve(with_worker=True)

    # Filed on one, found on another, read on the third.
    content = f"上盖侧边划伤 {MARK}"
    record = site.file("first", content)
    took = until_found(second.browser("li"), MARK, BOUND)
    assert site.read("third", record) == content.encode()
    print(f"found on another host after {took:.1f} s")

    # The leading worker is killed: another host takes over and goes on, here with the locks in the store.
    first.end("worker", signal.SIGKILL)
    killed = time.monotonic()
    other = site.file("first", "第二份 接手后登记")
    until(lambda: site.leads(third.running["serve"].pid), 60)
    print(f"the next one leads after {time.monotonic() - killed:.1f} s")
    for host in (second, third):
        until_found(host.browser("li"), "接手后登记", BOUND)
    keys = f"lock:{other}:filed", f"lock:{record}:filed"
    until(lambda: all(one.done_at for one in site.rows(Delivery) if one.key in keys), BOUND)
    first.start("worker")
    until_found(first.browser("li"), "接手后登记", BOUND)

    # Years later it is destroyed: its list waits for the host that is off.
    number = filing.row(site.world, record).number
    first.docctl.ok("records", "accept", number, user="li")
    second.end("worker")
    site.of.shift.forward(days=5 * 366)
    assert site.of.objects(record)
    first.docctl.ok("audit", "seal", "--trust-clock")
    made = first.docctl.ok("disposal", "propose", number, "--title", "到期", "--no-wait", user="zhou")[
        "number"
    ]
    third.docctl.ok("disposal", "check", made, "--opinion", "agree", "--no-wait", user="li")
    third.docctl.ok("disposal", "approve", made, "--no-wait", user="zhao")
    third.docctl.ok("disposal", "execute", made, "--no-wait", user="zhang")
    first.docctl.ok("disposal", "witness", made, "--no-wait", user="ouyang")
    (row,) = site.rows(DisposalList)
    until(lambda: site.awaited(row.id) == ["second"], 60)
    assert filing.row(site.world, record).status is RecordStatus.DESTROYED
    assert site.of.objects(record) == []
    assert site.rows(DisposalList)[0].status is ListStatus.EXECUTING

    second.start("worker", "--index-only")
    until(lambda: site.rows(DisposalList)[0].status is ListStatus.EXECUTED, 60)
    certificate = tmp_path / "certificate.docx"
    second.docctl.ok("disposal", "certificate", made, certificate, user="zhou")
    text = certificate_text(certificate)
    assert all(one in text for one in NAMES), text
    for host in site.hosts.values():
        page = host.browser("li")
        assert (len(hits(page, "接手后登记")), hits(page, MARK)) == (1, [])
        assert host.docctl.ok("audit", "verify")["ok"] is True
        words = b"".join(one.read_bytes() for one in (host.folder / "data").rglob("*") if one.is_file())
        assert MARK.encode() not in words


def certificate_text(path: Path) -> str:
    document = Docx(str(path))
    cells = [one.text for table in document.tables for row in table.rows for one in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])
