"""The settings of e-mail are checked at the start, in one line that never shows the password (A-4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from docctl.config import Settings, WrongSetting


def read(tmp_path: Path, **more: str) -> Settings:
    given = {f"DOCCTL_{name.upper()}": value for name, value in more.items()}
    return Settings.from_env({"DOCCTL_DATA": str(tmp_path / "data"), **given}, folder=tmp_path)


def test_without_a_server_there_is_no_mail(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert (found.smtp_host, found.mail_default, found.mail_hour) == (None, "daily", 8)


@pytest.mark.parametrize(
    ("security", "port"), [("", 587), ("starttls", 587), ("tls", 465)], ids=["usual", "starttls", "tls"]
)
def test_the_usual_port_follows_the_way(tmp_path: Path, security: str, port: int) -> None:
    more = {"smtp_host": "mail.example.com", "smtp_from": "docctl@example.com", "smtp_security": security}
    assert read(tmp_path, **more).smtp_port == port


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_without_tls_only_to_this_machine(tmp_path: Path, host: str) -> None:
    more = {"smtp_from": "docctl@example.com", "smtp_security": "none"}
    assert read(tmp_path, smtp_host=host, **more).smtp_port == 25
    for other in ("mail.example.com", "10.0.0.1", "localhost.example.com"):
        with pytest.raises(WrongSetting, match="SMTP_SECURITY"):
            read(tmp_path, smtp_host=other, **more)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"smtp_from": ""}, "SMTP_FROM"),
        ({"smtp_from": "docctl"}, "SMTP_FROM"),
        ({"smtp_from": "Docctl <docctl@example.com>"}, "SMTP_FROM"),
        ({"smtp_host": "mail example"}, "SMTP_HOST"),
        ({"smtp_port": "0"}, "SMTP_PORT"),
        ({"smtp_port": "65536"}, "SMTP_PORT"),
        ({"smtp_security": "ssl"}, "SMTP_SECURITY"),
        ({"smtp_user": "docctl"}, "SMTP_USER"),
        ({"smtp_password": "hush hush"}, "SMTP_USER"),
        ({"smtp_user": "docctl", "smtp_password_file": "/nowhere"}, "SMTP_PASSWORD_FILE"),
        ({"smtp_user": "docctl", "smtp_password": "hush 密"}, "SMTP_PASSWORD"),
        ({"smtp_user": "文控", "smtp_password": "hush"}, "SMTP_USER"),
        ({"smtp_ca_file": "/nowhere"}, "SMTP_CA_FILE"),
        ({"mail_default": "hourly"}, "MAIL_DEFAULT"),
        ({"mail_hour": "24"}, "MAIL_HOUR"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(tmp_path: Path, more: dict[str, str], named: str) -> None:
    right = {"smtp_host": "mail.example.com", "smtp_from": "docctl@example.com"}
    with pytest.raises(WrongSetting, match=f"DOCCTL_{named}: ") as error:
        read(tmp_path, **{**right, **more})
    assert "\n" not in str(error.value)
    assert "hush" not in str(error.value)


def test_the_password_comes_from_a_file_or_the_environment_and_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("hush hush\n")
    right = {"smtp_host": "mail.example.com", "smtp_from": "docctl@example.com", "smtp_user": "docctl"}
    for more in ({"smtp_password_file": str(file)}, {"smtp_password": "hush hush"}):
        found = read(tmp_path, **right, **more)
        assert found.smtp_password == "hush hush"
        assert "hush" not in repr(found)
    with pytest.raises(WrongSetting, match="not together"):
        read(tmp_path, **right, smtp_password="x", smtp_password_file=str(file))
    file.write_text("\n")
    with pytest.raises(WrongSetting, match="is empty"):
        read(tmp_path, **right, smtp_password_file=str(file))
