"""All settings: `DOCCTL_*` variables and `.env`, read once into one frozen object.

Each is documented in `docs/operations.md`; a wrong value stops the start with one clear line.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values

PREFIX: Final = "DOCCTL_"
LANGUAGES: Final = ("zh_Hans", "en")
STORAGES: Final = ("local", "s3")
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


class WrongSetting(ValueError):
    """A setting that cannot be used; the message is one line."""


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
    worker: bool = field(
        default=True, metadata={"help": "run the worker as a thread of the server: on or off"}
    )
    scrub_days: int = field(
        default=90, metadata={"help": "every stored file is read again within so many days, 1 to 3650"}
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
    audit_key: str = field(
        default="audit.key", metadata={"help": "file of the keys that sign the trail; relative: data folder"}
    )
    witness: str = field(
        default="none", metadata={"help": "folder elsewhere that gets every signed head, or none"}
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
    master_key_file: Path | None = field(
        default_factory=lambda: None,  # which file it is without this, the data folder decides
        metadata={"help": "file of the master key, outside the data folder"},
    )
    key_backup_days: int = field(
        default=35, metadata={"help": "days until a backup of the key store has expired, 1 to 366"}
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
            _server(one, given.get(one) or None) for one in ("database_url", "migration_url")
        )
        if migration and database and urlsplit(migration).username == urlsplit(database).username:
            raise WrongSetting(f"{PREFIX}MIGRATION_URL: must be another role than {PREFIX}DATABASE_URL has")
        return cls(
            data=data,
            database_url=database,
            migration_url=migration,
            secret_key=given.get("secret_key") or _kept_secret(data),
            public_url=_url(given.get("public_url") or str(usual["public_url"])),
            time_zone=_zone(given.get("time_zone") or str(usual["time_zone"])),
            language=_one_of("language", given.get("language") or str(usual["language"]), LANGUAGES),
            upload_limit_mb=_number("upload_limit_mb", given.get("upload_limit_mb", "200"), 1, 4096),
            worker=_one_of("worker", given.get("worker", "on"), ("on", "off")) == "on",
            scrub_days=_number("scrub_days", given.get("scrub_days", "90"), 1, 3650),
            trusted_proxies=_number("trusted_proxies", given.get("trusted_proxies", "0"), 0, 9),
            metrics_token=_token("metrics_token", given.get("metrics_token", "")),
            readers=_number("readers", given.get("readers", "2"), 1, 16),
            audit_key=_key_file(data, given.get("audit_key") or str(usual["audit_key"])),
            witness=_witness(data, given.get("witness") or str(usual["witness"])),
            **_storage(given),
            master_key_file=_outside(data, given.get("master_key_file", "")),
            key_backup_days=_number("key_backup_days", given.get("key_backup_days", "35"), 1, 366),
        )


def _storage(given: Mapping[str, str]) -> dict[str, Any]:
    """Read where files are kept; S3 needs all its settings, and two different credentials (R-5)."""
    storage = _one_of("storage", given.get("storage") or "local", STORAGES)
    found: dict[str, Any] = {
        "storage": storage,
        "s3_region": given.get("s3_region") or "us-east-1",
        "s3_grace_days": _number("s3_grace_days", given.get("s3_grace_days", "2"), 2, 30),
        "s3_require": _one_of("s3_require", given.get("s3_require") or "worm", VERDICTS),
        **{name: given.get(name) or None for name in _S3_NEEDS},
    }
    if storage != "s3":
        return found
    for name in _S3_NEEDS:
        if found[name] is None:
            raise WrongSetting(f"{PREFIX}{name.upper()}: needed for {PREFIX}STORAGE=s3")
    found["s3_endpoint"] = _endpoint(found["s3_endpoint"])
    for name in ("s3_records_bucket", "s3_derived_bucket"):
        if not _BUCKET.fullmatch(found[name]):
            raise WrongSetting(f"{PREFIX}{name.upper()}: {found[name]!r} is no name of a bucket")
    if found["s3_records_bucket"] == found["s3_derived_bucket"]:
        raise WrongSetting(f"{PREFIX}S3_DERIVED_BUCKET: another one than {PREFIX}S3_RECORDS_BUCKET")
    if found["s3_access_key"] == found["s3_hold_access_key"]:
        raise WrongSetting(f"{PREFIX}S3_HOLD_ACCESS_KEY: another one than {PREFIX}S3_ACCESS_KEY")
    return found


def _endpoint(value: str) -> str:
    parts = urlsplit(value)
    usable = parts.scheme in {"http", "https"} and parts.hostname and not parts.path.strip("/")
    if not usable or parts.username is not None or parts.query or parts.fragment:
        raise WrongSetting(f"{PREFIX}S3_ENDPOINT: no address such as https://host:port")
    return value.rstrip("/")


def _dotenv(folder: Path) -> dict[str, str]:
    return {key: value or "" for key, value in dotenv_values(folder / ".env").items()}


def _kept_secret(data: Path) -> str:
    """Return the installation's own secret, making it at the first start (no default password)."""
    path = data / "secret.key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = secrets.token_urlsafe(48)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was first
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as target:
            target.write(fresh)
        return fresh
    except OSError as error:
        raise WrongSetting(f"{PREFIX}DATA: {path} cannot be read: {error.strerror}") from error


def _outside(data: Path, value: str) -> Path | None:
    """Return a path that a copy of the data folder does not take along."""
    if not value:
        return None
    path = Path(value).expanduser().absolute()
    if path.resolve().is_relative_to(data.resolve()):
        raise WrongSetting(f"{PREFIX}MASTER_KEY_FILE: {path} lies in the data folder")
    return path


def _key_file(data: Path, value: str) -> str:
    """Return the path; its folder must be there, the file itself is made at the first start (T-2)."""
    path = data / Path(value).expanduser()
    if path.is_dir() or not (path.parent == data or path.parent.is_dir()):
        raise WrongSetting(f"{PREFIX}AUDIT_KEY: {value!r} is no file in a folder that exists")
    return value


def _witness(data: Path, value: str) -> str:
    """Return the folder; it may be out of reach for a while, but never lies in the data folder (T-2)."""
    if value == "none":
        return value
    path = Path(value).expanduser().absolute()
    if path.resolve().is_relative_to(data.resolve()):
        raise WrongSetting(f"{PREFIX}WITNESS: {value!r} lies in the data folder: that is no witness")
    if path.exists() and not path.is_dir():
        raise WrongSetting(f"{PREFIX}WITNESS: {value!r} is no folder")
    return str(path)


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise WrongSetting(f"{PREFIX}PUBLIC_URL: {value!r} is no http address")
    return value.rstrip("/")


def _server(name: str, value: str | None) -> str | None:
    """Check an address of a PostgreSQL database without ever repeating it: it may hold a password."""
    if value is None:
        return None
    wrong = WrongSetting(f"{PREFIX}{name.upper()}: is no postgresql://ROLE@HOST/DATABASE address")
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in {"postgresql", "postgres"} or not parts.username or not parts.path.strip("/"):
        raise wrong
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise WrongSetting(f"{PREFIX}TIME_ZONE: {value!r} is no time zone") from error
    return value


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise WrongSetting(f"{PREFIX}{name.upper()}: {value!r} is not one of {', '.join(choices)}")
    return value


def _token(name: str, value: str) -> str:
    """Return a secret that others send us; its value stands in no message."""
    if value and (len(value) < 16 or not value.isascii() or not value.isprintable() or " " in value):
        raise WrongSetting(f"{PREFIX}{name.upper()}: at least 16 visible ASCII characters without spaces")
    return value


def _number(name: str, value: str, least: int, most: int) -> int:
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise WrongSetting(f"{PREFIX}{name.upper()}: {value!r} is no whole number from {least} to {most}")
    return int(value)
