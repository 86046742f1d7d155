"""What the settings of e-mail and webhooks may be: a server that is trusted, a sender, networks."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from docctl import config_values as values
from docctl.config_values import PREFIX, WrongSetting
from docctl.domain.mailing import When, may_be_address
from docctl.domain.webhooks import Network, is_loopback

SECURITY: Final = ("starttls", "tls", "none")
#: The usual port of each way.
PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}


def mail(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings of e-mail; without a server nothing is sent.

    Raises WrongSetting in one line that never shows the password.
    """
    host = given.get("smtp_host", "").strip()
    security = values.one_of("smtp_security", given.get("smtp_security") or "starttls", SECURITY)
    port = given.get("smtp_port") or str(PORTS[security])
    found: dict[str, Any] = {
        "smtp_host": host or None,
        "smtp_security": security,
        "smtp_port": values.number("smtp_port", port, 1, 65535),
        "smtp_from": _sender(given.get("smtp_from", "").strip()),
        "smtp_user": given.get("smtp_user") or None,
        "smtp_password": _password(given),
        "smtp_password_file": Path(given["smtp_password_file"]) if given.get("smtp_password_file") else None,
        "smtp_ca_file": _ca_file(given.get("smtp_ca_file", "")),
        "mail_default": values.one_of(
            "mail_default", given.get("mail_default") or "daily", tuple(one.value for one in When)
        ),
        "mail_hour": values.number("mail_hour", given.get("mail_hour") or "8", 0, 23),
    }
    if host:
        _check(found)
    return found


def networks(value: str) -> tuple[Network, ...]:
    """Return the networks in which webhooks may go to addresses that are not public; parted by commas."""
    found: list[Network] = []
    for one in filter(None, (part.strip() for part in value.split(","))):
        try:
            found.append(ipaddress.ip_network(one))
        except ValueError as error:
            raise WrongSetting(
                f"{PREFIX}WEBHOOK_NETWORKS: {one!r} is no network such as 10.1.0.0/16 or fd00::/8"
            ) from error
    return tuple(found)


def _check(found: Mapping[str, Any]) -> None:
    host = found["smtp_host"]
    if not host.isascii() or not host.isprintable() or any(one in host for one in " /@"):
        raise WrongSetting(f"{PREFIX}SMTP_HOST: {host!r} is no name or address of a server")
    if found["smtp_from"] is None:
        raise WrongSetting(f"{PREFIX}SMTP_FROM: needed with {PREFIX}SMTP_HOST, such as docctl@example.com")
    if found["smtp_security"] == "none" and not is_loopback(host):
        raise WrongSetting(
            f"{PREFIX}SMTP_SECURITY: none is for a server on this machine (127.0.0.1, localhost); "
            f"use starttls or tls for {host}"
        )
    if (found["smtp_user"] is None) != (found["smtp_password"] is None):
        raise WrongSetting(f"{PREFIX}SMTP_USER: user and password go together")
    for name in ("smtp_user", "smtp_password"):  # what signs in goes in ASCII, or each mail would fail
        if not (found[name] or "").isascii():
            raise WrongSetting(f"{PREFIX}{name.upper()}: must be of ASCII characters")


def _sender(value: str) -> str | None:
    if value and not may_be_address(value):
        raise WrongSetting(f"{PREFIX}SMTP_FROM: {value!r} is no plain e-mail address")
    return value or None


def _password(given: Mapping[str, str]) -> str | None:
    path = given.get("smtp_password_file")
    if path and given.get("smtp_password"):
        raise WrongSetting(f"{PREFIX}SMTP_PASSWORD_FILE: not together with {PREFIX}SMTP_PASSWORD")
    if not path:
        return given.get("smtp_password") or None
    try:
        found = Path(path).expanduser().read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSetting(f"{PREFIX}SMTP_PASSWORD_FILE: {path} cannot be read") from error
    if not found:
        raise WrongSetting(f"{PREFIX}SMTP_PASSWORD_FILE: {path} is empty")
    return found


def _ca_file(value: str) -> Path | None:
    if not value:
        return None
    path = Path(value).expanduser().absolute()
    if not path.is_file():
        raise WrongSetting(f"{PREFIX}SMTP_CA_FILE: {path} is no file")
    return path
