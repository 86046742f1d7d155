"""All settings: `DOCCTL_*` variables and `.env`, read once into one frozen object.

Each is documented in `docs/operations.md`; a wrong value stops the start with one clear line.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from docctl import config_values as values
from docctl.config_mail import mail, networks
from docctl.config_values import PREFIX, WrongSetting
from docctl.domain.imports import Watched
from docctl.domain.webhooks import Network

__all__ = ["LANGUAGES", "PREFIX", "Settings", "WrongSetting"]

LANGUAGES: Final = ("zh_Hans", "en")
STORAGES: Final = ("local", "s3")
ENGINES: Final = ("tantivy", "whoosh")
VERDICTS: Final = ("worm", "locks", "protected")
#: What S3 cannot do without.
_S3_NEEDS: Final = (
    "s3_endpoint",
    "s3_access_key",
    "s3_secret_key",
    "s3_hold_access_key",
    "s3_hold_secret_key",
    "s3_records_bucket",
    "s3_derived_bucket",
)
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation decides; sizes in bytes."""

    data: Path = field(metadata={"help": "data folder: database, objects, index, keys"})
    secret_key: str = field(repr=False, metadata={"help": "signs forms; made in the data folder"})
    database_url: str | None = field(
        default=None, repr=False, metadata={"help": "PostgreSQL as the application's role; none: SQLite"}
    )
    migration_url: str | None = field(
        default=None, repr=False, metadata={"help": "PostgreSQL as the role that owns the tables"}
    )
    public_url: str = field(default="http://127.0.0.1:8000", metadata={"help": "address that people type"})
    time_zone: str = field(
        default="Asia/Shanghai", metadata={"help": "company time zone: days begin at its 00:00"}
    )
    language: str = field(default="zh_Hans", metadata={"help": "default language: zh_Hans or en"})
    upload_limit_mb: int = field(default=200, metadata={"help": "largest upload, in MiB"})
    worker: bool = field(default=True, metadata={"help": "worker as a thread of the server: on or off"})
    scrub_days: int = field(
        default=90, metadata={"help": "every stored file is read again within so many days, 1 to 3650"}
    )
    host: str = field(
        default_factory=socket.gethostname, metadata={"help": "name of this host among several"}
    )
    trusted_proxies: int = field(
        default=0, metadata={"help": "proxies in front that name the client in X-Forwarded-*, 0 to 9"}
    )
    metrics_token: str = field(
        default_factory=str,
        repr=False,
        metadata={"help": "bearer token of GET /metrics, which is not there without it"},
    )
    readers: int = field(default=2, metadata={"help": "child processes that read uploads, 1 to 16"})
    office: bool = field(
        default=True, metadata={"help": "read old office files with LibreOffice where installed: on or off"}
    )
    ocr: bool = field(
        default=True, metadata={"help": "read scans and pictures with Tesseract where installed: on or off"}
    )
    import_folder: tuple[Watched, ...] = field(
        default=(),
        metadata={"help": "PATH=DEPARTMENT/TYPE: files put there become imports; several parted by ;"},
    )
    import_days: int = field(
        default=90, metadata={"help": "days without any change until an import ends, 28 to 3650"}
    )
    audit_key: str = field(
        default="audit.key", metadata={"help": "file of the keys that sign the trail; relative: data folder"}
    )
    witness: str = field(
        default="none", metadata={"help": "folder elsewhere that gets every signed head, or none"}
    )
    search_engine: str = field(
        default="tantivy", metadata={"help": "search engine: tantivy, or whoosh for up to 10,000 items"}
    )
    storage: str = field(default="local", metadata={"help": "where files are kept: local or s3"})
    s3_endpoint: str | None = field(default=None, metadata={"help": "address of the S3 server"})
    s3_region: str = field(default="us-east-1", metadata={"help": "region of the S3 server"})
    s3_access_key: str | None = field(default=None, metadata={"help": "credential for all but holds"})
    s3_secret_key: str | None = field(default=None, repr=False, metadata={"help": "its secret"})
    s3_hold_access_key: str | None = field(default=None, metadata={"help": "credential for holds alone"})
    s3_hold_secret_key: str | None = field(default=None, repr=False, metadata={"help": "its secret"})
    s3_records_bucket: str | None = field(default=None, metadata={"help": "bucket with Object Lock"})
    s3_derived_bucket: str | None = field(default=None, metadata={"help": "bucket of what can be made again"})
    s3_grace_days: int = field(default=2, metadata={"help": "default lock of the records bucket, 2 to 30"})
    s3_require: str = field(
        default="worm", metadata={"help": "weakest verdict to start with: worm, locks or protected"}
    )
    s3_encryption: bool = field(
        default=True, metadata={"help": "encrypt files before they go to S3: on or off"}
    )
    keys_database_url: str | None = field(
        default=None, repr=False, metadata={"help": "PostgreSQL of the key store alone, for several hosts"}
    )
    master_key_file: Path | None = field(
        default_factory=lambda: None,  # which file it is without this, the data folder decides
        metadata={"help": "file of the master key, outside the data folder"},
    )
    key_backup_days: int = field(
        default=35, metadata={"help": "days until a backup of the key store has expired, 1 to 366"}
    )

    smtp_host: str | None = field(
        default=None, metadata={"help": "server that takes e-mail; none: no e-mail"}
    )
    smtp_port: int = field(default=587, metadata={"help": "its port; tls: 465, none: 25"})
    smtp_security: str = field(
        default="starttls", metadata={"help": "starttls, tls, or none for a server on this machine"}
    )
    smtp_user: str | None = field(default=None, metadata={"help": "user at the server; none: no sign-in"})
    smtp_password: str | None = field(default=None, repr=False, metadata={"help": "its password"})
    smtp_password_file: Path | None = field(
        default=None, metadata={"help": "file with the password, in place of it"}
    )
    smtp_ca_file: Path | None = field(
        default=None, metadata={"help": "certificates to trust besides those of the system"}
    )
    smtp_from: str | None = field(default=None, metadata={"help": "address of the sender"})
    mail_default: str = field(
        default="daily", metadata={"help": "when people are told who chose nothing: none, at_once or daily"}
    )
    mail_hour: int = field(default=8, metadata={"help": "hour of the daily e-mail, 0 to 23"})

    webhook_networks: tuple[Network, ...] = field(
        default=(),
        metadata={"help": "networks besides the public ones where webhooks may go, such as 10.1.0.0/16"},
    )

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def master_key(self) -> Path:
        """The file of the master key: beside the data folder, unless another place is set."""
        return self.master_key_file or self.data.with_name(f"{self.data.name}.master.key")

    @property
    def audit_key_file(self) -> Path:
        """Where the keys lie that sign the trail."""
        return self.data / Path(self.audit_key).expanduser()

    @property
    def witness_folder(self) -> Path | None:
        """The folder of the witness, where there is one."""
        return None if self.witness == "none" else Path(self.witness)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, *, folder: Path | None = None) -> Settings:
        """Read the settings; raise WrongSetting with one clear line for what cannot be used."""
        usual = {one.name: one.default for one in fields(cls)}
        env = {**_dotenv(folder or Path.cwd()), **(os.environ if environ is None else environ)}
        given = {key[len(PREFIX) :].lower(): env[key] for key in env if key.startswith(PREFIX)}
        unknown = set(given) - {one.name for one in fields(cls)}
        if unknown:
            raise WrongSetting(f"unknown setting: {PREFIX}{min(unknown).upper()}")
        data = Path(given.get("data") or "data").expanduser().absolute()
        database, migration = (
            values.server(one, given.get(one) or None) for one in ("database_url", "migration_url")
        )
        if migration and database and urlsplit(migration).username == urlsplit(database).username:
            raise WrongSetting(f"{PREFIX}MIGRATION_URL: must be another role than {PREFIX}DATABASE_URL has")
        return cls(
            data=data,
            database_url=database,
            migration_url=migration,
            secret_key=given.get("secret_key") or values.kept_secret(data),
            public_url=values.url(given.get("public_url") or str(usual["public_url"])),
            time_zone=values.time_zone(given.get("time_zone") or str(usual["time_zone"])),
            language=values.one_of("language", given.get("language") or str(usual["language"]), LANGUAGES),
            upload_limit_mb=values.number("upload_limit_mb", given.get("upload_limit_mb", "200"), 1, 4096),
            worker=values.on_or_off("worker", given.get("worker", "on")),
            scrub_days=values.number("scrub_days", given.get("scrub_days", "90"), 1, 3650),
            host=values.host(given.get("host") or socket.gethostname()),
            trusted_proxies=values.number("trusted_proxies", given.get("trusted_proxies", "0"), 0, 9),
            metrics_token=values.token("metrics_token", given.get("metrics_token", "")),
            readers=values.number("readers", given.get("readers", "2"), 1, 16),
            office=values.on_or_off("office", given.get("office", "on")),
            ocr=values.on_or_off("ocr", given.get("ocr", "on")),
            import_folder=values.watched(data, given.get("import_folder", "")),
            import_days=values.number("import_days", given.get("import_days", "90"), 28, 3650),
            audit_key=values.key_file(data, given.get("audit_key") or str(usual["audit_key"])),
            witness=values.witness(data, given.get("witness") or str(usual["witness"])),
            search_engine=values.one_of("search_engine", given.get("search_engine") or "tantivy", ENGINES),
            **_storage(given),
            keys_database_url=_keys_database(given, database),
            master_key_file=values.outside(data, given.get("master_key_file", "")),
            key_backup_days=values.number("key_backup_days", given.get("key_backup_days", "35"), 1, 366),
            **mail(given),
            webhook_networks=networks(given.get("webhook_networks", "")),
        )


def _storage(given: Mapping[str, str]) -> dict[str, Any]:
    """Read where files are kept; S3 needs all its settings, and two different credentials (R-5)."""
    storage = values.one_of("storage", given.get("storage") or "local", STORAGES)
    found: dict[str, Any] = {
        "storage": storage,
        "s3_region": given.get("s3_region") or "us-east-1",
        "s3_grace_days": values.number("s3_grace_days", given.get("s3_grace_days", "2"), 2, 30),
        "s3_require": values.one_of("s3_require", given.get("s3_require") or "worm", VERDICTS),
        "s3_encryption": values.on_or_off("s3_encryption", given.get("s3_encryption", "on")),
        **{name: given.get(name) or None for name in _S3_NEEDS},
    }
    if storage != "s3":
        return found
    for name in _S3_NEEDS:
        if found[name] is None:
            raise WrongSetting(f"{PREFIX}{name.upper()}: needed for {PREFIX}STORAGE=s3")
    found["s3_endpoint"] = values.endpoint(found["s3_endpoint"])
    for name in ("s3_records_bucket", "s3_derived_bucket"):
        if not _BUCKET.fullmatch(found[name]):
            raise WrongSetting(f"{PREFIX}{name.upper()}: {found[name]!r} is no name of a bucket")
    if found["s3_records_bucket"] == found["s3_derived_bucket"]:
        raise WrongSetting(f"{PREFIX}S3_DERIVED_BUCKET: another one than {PREFIX}S3_RECORDS_BUCKET")
    if found["s3_encryption"] and not given.get("keys_database_url"):
        raise WrongSetting(
            f"{PREFIX}KEYS_DATABASE_URL: needed for {PREFIX}STORAGE=s3, since several hosts share its files;"
            f" without it files lie there unencrypted, which needs {PREFIX}S3_ENCRYPTION=off"
        )
    if not found["s3_encryption"] and given.get("keys_database_url"):
        raise WrongSetting(f"{PREFIX}S3_ENCRYPTION: off, but {PREFIX}KEYS_DATABASE_URL names a key store")
    if found["s3_access_key"] == found["s3_hold_access_key"]:
        raise WrongSetting(f"{PREFIX}S3_HOLD_ACCESS_KEY: another one than {PREFIX}S3_ACCESS_KEY")
    return found


def _dotenv(folder: Path) -> dict[str, str]:
    return {key: value or "" for key, value in dotenv_values(folder / ".env").items()}


def _keys_database(given: Mapping[str, str], database: str | None) -> str | None:
    """Return the address of the key store; the database of everything else is none (R-7)."""
    keys = values.server("keys_database_url", given.get("keys_database_url") or None)
    if keys and database and _place_of(keys) == _place_of(database):
        raise WrongSetting(f"{PREFIX}KEYS_DATABASE_URL: must be another database than {PREFIX}DATABASE_URL")
    return keys


def _place_of(url: str) -> tuple[str, str, str, str]:
    """Return the server and the database of an address, however the role is written."""
    parts = urlsplit(url)
    return parts.hostname or "", str(parts.port or 5432), parts.path.strip("/"), parts.query
