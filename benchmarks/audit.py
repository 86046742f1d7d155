"""How long the whole check of a trail takes, and how much memory: python benchmarks/audit.py [EVENTS].

Makes a trail of its own in a temporary folder (EVENTS, usually 1,000,000, with details, and a signed
head each 100 events), then runs `docctl audit verify`, `docctl audit export` and the verifier on it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from docctl import wiring
from docctl.config import Settings
from docctl.domain.canonical import canonical
from docctl.domain.events import GENESIS, Link, detail_digest
from docctl.domain.heads import Head, KeyRow
from docctl.domain.merkle import Frontier, leaf_hash
from docctl.domain.roles import Role
from docctl.models.organisation import LegalEntity
from docctl.models.seals import AuditKey, AuditTreeHead
from docctl.models.trail import AuditHead, EventDetail, EventRow
from docctl.services.caller import the_system
from docctl.services.schema import migrate
from docctl.services.setup import FirstPerson, FoundCompany, found_company

BATCH = 5000
EACH = 100
DOCCTL = str(Path(sys.executable).with_name("docctl"))
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="docctl-audit-") as folder:
        data = Path(folder) / "data"
        began = time.perf_counter()
        make(data, wanted)
        print(f"made {wanted:,} events in {time.perf_counter() - began:.0f} s")
        env = {**os.environ, "DOCCTL_DATA": str(data)}
        package = Path(folder) / "package"
        run("audit verify", [DOCCTL, "audit", "verify", "--json"], env)
        run("audit export", [DOCCTL, "audit", "export", str(package), "--json"], env)
        size = sum(one.stat().st_size for one in package.iterdir())
        print(f"package: {size / 1e6:.0f} MB")
        run("verifier", [sys.executable, "-I", str(package / "docctl_verify.py"), str(package)], {})


def run(name: str, command: list[str], env: dict[str, str]) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    line = f"{name}: exit {done.returncode}, {seconds:.1f} s ({cpu:.1f} s of processor)"
    print(f"{line}, most memory of any so far {after.ru_maxrss / 1024:.0f} MB")
    print((done.stdout or done.stderr).strip()[-600:])


def make(data: Path, wanted: int) -> None:
    house = wiring.build(Settings(data=data, secret_key="x" * 40), clock=lambda: START)
    try:
        migrate(house.uow.engine)
        found_company(
            FoundCompany(
                code="BM",
                name="示例公司",
                unit_code="ZH",
                unit_name="办公室",
                first=FirstPerson("admin", "孙丽", Role.ADMINISTRATOR),
                second=FirstPerson("zhao", "赵敏", Role.LEADER),
            ),
            by=the_system(START, channel="cli"),
            house=house,
        )
        house.uow.write(lambda session: fill(session, house.audit_keys.make()[0], wanted))
    finally:
        house.close()


def fill(session: Session, key: object, wanted: int) -> None:
    for one in ("t_1_event_gap", "t_2_seal_back"):
        session.execute(text(f"DROP TRIGGER {one}"))
    entity = session.query(LegalEntity).one()
    tree, last_head = Frontier(), None
    prev, at = GENESIS, START
    for row in session.query(EventRow).order_by(EventRow.seq):
        tree.append(leaf_hash(bytes.fromhex(row.hash)))
        prev = row.hash
    session.add(AuditKey(**vars_of(KeyRow(key.key_id, key.public, START, "", ""))))
    while tree.size < wanted:
        events, details, heads = [], [], []
        for _ in range(min(BATCH, wanted - tree.size)):
            seq, at = tree.size + 1, at + timedelta(seconds=7)
            salt, detail = os.urandom(16), canonical({"old": f"值 {seq}", "new": "另一个值"}).encode()
            link = Link(
                seq=seq,
                recorded_at=at,
                occurred_at=at,
                actor_id=UUID(int=seq % 3000 + 1),
                actor_name="陈静",
                on_behalf_of=None,
                channel="web",
                system_user="",
                action="record.filed",
                subject_kind="record",
                subject_id=UUID(int=seq // 4 + 1),
                subject_version="",
                facts=canonical(
                    {"number": f"QR-1101-{seq // 4:07d}", "form": "QR-1101", "hashes": ["0" * 64]}
                ),
                detail_digest=detail_digest(salt, detail),
                prev_hash=prev,
            )
            below = tree.hashes
            prev = link.digest()
            tree.append(leaf_hash(bytes.fromhex(prev)))
            events.append({**vars_of(link), "hash": prev})
            details.append({"seq": seq, "salt": salt, "bytes": detail})
            if seq % EACH == 0:
                head = Head(
                    origin=f"docctl:{entity.id}",
                    size=seq,
                    root=tree.root().hex(),
                    at=at,
                    prev=last_head.digest if last_head else GENESIS,
                    key_id=key.key_id,
                )
                last_head = head
                hexes = " ".join(one.hex() for one in below)
                heads.append(
                    {
                        "size": seq,
                        "prev": head.prev,
                        "body": head.body,
                        "signature": key.sign(head.signed),
                        "frontier": hexes,
                    }
                )
        session.execute(insert(EventRow), events)
        session.execute(insert(EventDetail), details)
        if heads:
            session.execute(insert(AuditTreeHead), heads)
    row = session.query(AuditHead).one()
    row.seq, row.recorded_at, row.hash = tree.size, at, prev


def vars_of(value: object) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__slots__}


if __name__ == "__main__":
    print(json.dumps({"python": sys.version.split()[0], "cores": os.cpu_count()}))
    main()
