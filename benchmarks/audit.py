"""How long the whole check of a trail takes, and how much memory: python benchmarks/audit.py [EVENTS].

Makes a trail of its own in a temporary folder (EVENTS, usually 1,000,000, with details, and a signed
head each 100 events), then runs `docctl audit verify`, `docctl audit export` and the verifier on it.
"""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from docctl import wiring
from docctl.config import Settings
from docctl.domain.events import GENESIS, Link, detail_digest, wire
from docctl.domain.heads import Head
from docctl.domain.merkle import Frontier, leaf_hash
from docctl.domain.roles import Role
from docctl.services.audit.keys import SigningKey
from docctl.services.caller import the_system
from docctl.services.schema import migrate
from docctl.services.setup import FirstPerson, FoundCompany, found_company

BATCH = 5000
EACH = 100
DOCCTL = str(Path(sys.executable).with_name("docctl"))
COLUMNS = ", ".join([*(one.name for one in fields(Link)), "hash"])
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
        key = house.audit_keys.make()[0]
    finally:
        house.close()
    with sqlite3.connect(data / "docctl.db") as raw:
        fill(raw, key, wanted)
    raw.close()


def fill(raw: sqlite3.Connection, key: SigningKey, wanted: int) -> None:
    """Write events as SQLite keeps them: SQLAlchemy would take most of the time."""
    for one in ("t_1_event_gap", "t_2_seal_back"):
        raw.execute(f"DROP TRIGGER {one}")
    (entity,) = raw.execute("SELECT id FROM legal_entity").fetchone()
    origin, tree, before = f"docctl:{UUID(entity)}", Frontier(), None
    prev, at = GENESIS, START
    for (prev,) in raw.execute("SELECT hash FROM event ORDER BY seq"):
        tree.append(leaf_hash(bytes.fromhex(prev)))
    raw.execute("INSERT INTO audit_key VALUES (?, ?, ?, '', '')", (key.key_id, key.public, kept(START)))
    while tree.size < wanted:
        events, details, heads = [], [], []
        for _ in range(min(BATCH, wanted - tree.size)):
            seq, at = tree.size + 1, at + timedelta(seconds=7)
            salt, detail = os.urandom(16), f'{{"new":"另一个值","old":"值 {seq}"}}'.encode()
            number = f"QR-1101-{seq // 4:07d}"
            facts = f'{{"form":"QR-1101","hashes":["{"0" * 64}"],"number":"{number}"}}'
            actor, subject = f"{seq % 3000 + 1:032x}", f"{seq // 4 + 1:032x}"
            row = (
                *(seq, kept(at), kept(at), actor, "陈静", None, "web", "", "record.filed", "record"),
                *(subject, "", facts, detail_digest(salt, detail), prev),
            )
            prev, below = wire(row).digest(), tree.hashes
            tree.append(leaf_hash(bytes.fromhex(prev)))
            events.append((*row, prev))
            details.append((seq, salt, detail))
            if seq % EACH == 0:
                last = before.digest if before else GENESIS
                before = Head(origin, seq, tree.root().hex(), at, last, key.key_id)
                hexes = " ".join(one.hex() for one in below)
                heads.append((seq, last, before.body, key.sign(before.signed), hexes))
        raw.executemany(f"INSERT INTO event ({COLUMNS}) VALUES ({', '.join('?' * 16)})", events)
        raw.executemany("INSERT INTO event_detail (seq, salt, bytes) VALUES (?, ?, ?)", details)
        raw.executemany(
            "INSERT INTO audit_tree_head (size, prev, body, signature, frontier) VALUES (?, ?, ?, ?, ?)",
            heads,
        )
    raw.execute("UPDATE audit_head SET seq = ?, recorded_at = ?, hash = ?", (tree.size, kept(at), prev))


def kept(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(" ", "microseconds")


if __name__ == "__main__":
    print(json.dumps({"python": sys.version.split()[0], "cores": os.cpu_count()}))
    main()
