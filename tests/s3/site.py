"""The settings of an installation on a PostgreSQL server of the tests and a store of theirs."""

from __future__ import annotations

from collections.abc import Sequence

from tests import postgres


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
