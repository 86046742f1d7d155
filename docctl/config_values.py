"""What a setting may be: each value is checked, and refused in one line that never shows a secret."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from docctl.domain.imports import Watched

PREFIX: Final = "DOCCTL_"


class WrongSetting(ValueError):
    """A setting that cannot be used; the message is one line."""


def endpoint(value: str) -> str:
    """Return the address of an S3 server, without a path."""
    parts = urlsplit(value)
    usable = parts.scheme in {"http", "https"} and parts.hostname and not parts.path.strip("/")
    if not usable or parts.username is not None or parts.query or parts.fragment:
        raise WrongSetting(f"{PREFIX}S3_ENDPOINT: no address such as https://host:port")
    return value.rstrip("/")


def kept_secret(data: Path) -> str:
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


def outside(data: Path, value: str) -> Path | None:
    """Return a path that a copy of the data folder does not take along."""
    if not value:
        return None
    path = Path(value).expanduser().absolute()
    if path.resolve().is_relative_to(data.resolve()):
        raise WrongSetting(f"{PREFIX}MASTER_KEY_FILE: {path} lies in the data folder")
    return path


def key_file(data: Path, value: str) -> str:
    """Return the path; its folder must be there, the file itself is made at the first start (T-2)."""
    path = data / Path(value).expanduser()
    if path.is_dir() or not (path.parent == data or path.parent.is_dir()):
        raise WrongSetting(f"{PREFIX}AUDIT_KEY: {value!r} is no file in a folder that exists")
    return value


def witness(data: Path, value: str) -> str:
    """Return the folder; it may be out of reach for a while, but never lies in the data folder (T-2)."""
    if value == "none":
        return value
    path = Path(value).expanduser().absolute()
    if path.resolve().is_relative_to(data.resolve()):
        raise WrongSetting(f"{PREFIX}WITNESS: {value!r} lies in the data folder: that is no witness")
    if path.exists() and not path.is_dir():
        raise WrongSetting(f"{PREFIX}WITNESS: {value!r} is no folder")
    return str(path)


def url(value: str) -> str:
    """Return an http address."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise WrongSetting(f"{PREFIX}PUBLIC_URL: {value!r} is no http address")
    return value.rstrip("/")


def server(name: str, value: str | None) -> str | None:
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


def time_zone(value: str) -> str:
    """Return the name of a time zone that exists."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise WrongSetting(f"{PREFIX}TIME_ZONE: {value!r} is no time zone") from error
    return value


def one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    """Return a word out of some."""
    if value not in choices:
        raise WrongSetting(f"{PREFIX}{name.upper()}: {value!r} is not one of {', '.join(choices)}")
    return value


def on_or_off(name: str, value: str) -> bool:
    """Return whether it is on."""
    return one_of(name, value, ("on", "off")) == "on"


def host(value: str) -> str:
    """Return a name that stands for a machine."""
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,100}", value):
        raise WrongSetting(f"{PREFIX}HOST: {value!r} is no name of a host")
    return value


def token(name: str, value: str) -> str:
    """Return a secret that others send us; its value stands in no message."""
    if value and (len(value) < 16 or not value.isascii() or not value.isprintable() or " " in value):
        raise WrongSetting(f"{PREFIX}{name.upper()}: at least 16 visible ASCII characters without spaces")
    return value


def number(name: str, value: str, least: int, most: int) -> int:
    """Return a whole number within bounds, both included."""
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise WrongSetting(f"{PREFIX}{name.upper()}: {value!r} is no whole number from {least} to {most}")
    return int(value)


def watched(data: Path, value: str) -> tuple[Watched, ...]:
    """Return the folders whose files become imports: PATH=DEPARTMENT/TYPE, parted by ";" (I-1).

    Each is there, apart from the data folder and from the others.
    """
    found: list[Watched] = []
    for entry in filter(None, (one.strip() for one in value.split(";"))):
        folder, _, goes_to = entry.rpartition("=")
        unit, _, kind = (one.strip() for one in goes_to.partition("/"))
        if not folder or not unit or not kind:
            raise WrongSetting(
                f"{PREFIX}IMPORT_FOLDER: {entry!r} says no department and type; write PATH=DEPARTMENT/TYPE, "
                "such as /srv/scans=QA/procedure"
            )
        path = Path(folder.strip()).expanduser().absolute()
        if not path.is_dir():
            raise WrongSetting(f"{PREFIX}IMPORT_FOLDER: {folder!r} is no folder")
        if _within(path, data):
            raise WrongSetting(f"{PREFIX}IMPORT_FOLDER: {folder!r} and the data folder lie in each other")
        if any(_within(path, one.path) for one in found):
            raise WrongSetting(f"{PREFIX}IMPORT_FOLDER: {folder!r} and another one lie in each other")
        found.append(Watched(path, unit, kind))
    return tuple(found)


def _within(one: Path, other: Path) -> bool:
    first, second = one.resolve(), other.resolve()
    return first.is_relative_to(second) or second.is_relative_to(first)
