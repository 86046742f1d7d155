"""The settings of an installation on a PostgreSQL server of the tests and a store of theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from docctl import wiring
from docctl.config import Settings
from tests import postgres
from tests.places import SECRET_KEY
from tests.s3.shifted import Shift, ask, clock_file, gateway
from tests.world import Clock, World, build_house, found

BUCKETS = """
import json, sys
from datetime import timedelta
from tests.s3.serving import Server
made = Server(sys.argv[2], sys.argv[1]).buckets(grace=timedelta(days=2))
print(json.dumps([one.name for one in made.values()]))
"""

#: Every version of every object, with what of these words is in it.
VERSIONS = """
import json, sys
from tests.s3.serving import Server
client, words, found = Server(sys.argv[2], sys.argv[1]).client("app"), json.loads(sys.argv[4]), []
for bucket in json.loads(sys.argv[3]):
    for one in client.list_objects(bucket, recursive=True, include_version=True):
        data = b"" if one.is_delete_marker else client.get_object(
            bucket, one.object_name, version_id=one.version_id).read()
        found.append([one.object_name, [word for word in words if word.encode() in data]])
print(json.dumps(found))
"""


def make_databases(server: postgres.Server) -> None:
    """Make the database of a company, and the one of its keys."""
    for name, owner in (("company", postgres.OWNER), ("keys", postgres.APPLICATION)):
        postgres.execute(str(server.folder), f"CREATE DATABASE {name} OWNER {owner} TEMPLATE template0")


def environment(server: postgres.Server, store: str, buckets: Sequence[str], data: object) -> dict[str, str]:
    """Return the `DOCCTL_*` variables; `buckets` are those of records and of what is derived."""
    folder = str(server.folder)
    return {
        "DOCCTL_DATA": str(data),
        "DOCCTL_DATABASE_URL": postgres.address(folder, postgres.APPLICATION, "company"),
        "DOCCTL_MIGRATION_URL": postgres.address(folder, postgres.OWNER, "company"),
        "DOCCTL_KEYS_DATABASE_URL": postgres.address(folder, postgres.APPLICATION, "keys"),
        "DOCCTL_STORAGE": "s3",
        "DOCCTL_S3_ENDPOINT": store,
        "DOCCTL_S3_ACCESS_KEY": "app",
        "DOCCTL_S3_SECRET_KEY": "app-secret",
        "DOCCTL_S3_HOLD_ACCESS_KEY": "hold",
        "DOCCTL_S3_HOLD_SECRET_KEY": "hold-secret",
        "DOCCTL_S3_RECORDS_BUCKET": buckets[0],
        "DOCCTL_S3_DERIVED_BUCKET": buckets[1],
    }


@dataclass
class Installation:
    """The small company on PostgreSQL, S3 and a database of keys; all that hosts have in common.

    Store and programs see one clock, at first the right one; `world` works by the right one for ever.
    """

    shared: dict[str, str]
    world: World
    shift: Shift
    store: list[str]
    buckets: list[str]
    database: postgres.Server

    def objects(self, item_id: UUID) -> list[str]:
        """Return what the store has of an item, every version."""
        names = json.loads(ask(self.shift, VERSIONS, *self.store, json.dumps(self.buckets), "[]"))
        return [name for name, _ in names if str(item_id) in name]


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """Set up the small company; keys, trail and witness lie where every host finds them."""
    now = datetime.now(UTC)
    (folder / "witness").mkdir()
    with ExitStack() as at_the_end:
        file = at_the_end.enter_context(clock_file())
        shift = Shift(file, start=now)
        database = postgres.Server(environment=shift.environment)
        at_the_end.callback(database.stop)
        make_databases(database)
        store = at_the_end.enter_context(gateway(shift, file))
        buckets = json.loads(ask(shift, BUCKETS, *store))
        shared = environment(database, store[1], buckets, folder / "set-up") | {
            "DOCCTL_SECRET_KEY": SECRET_KEY,
            "DOCCTL_MASTER_KEY_FILE": str(folder / "master.key"),
            "DOCCTL_AUDIT_KEY": str(folder / "audit.key"),
            "DOCCTL_WITNESS": str(folder / "witness"),
        }
        settings = Settings.from_env(shared, folder=folder)
        wiring.prepare_store(settings)
        house = build_house(settings, Clock(now))
        at_the_end.callback(house.close)
        found(house)
        world = World.of(house, Clock(now))
        yield Installation(shared | shift.environment, world, shift, store, buckets, database)
