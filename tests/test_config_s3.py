"""Settings of the store: all or none, two credentials, no secret shown (R-5)."""

from __future__ import annotations

from pathlib import Path

import pytest

from docctl.config import Settings, WrongSetting

S3 = {
    "DOCCTL_SECRET_KEY": "x" * 40,
    "DOCCTL_STORAGE": "s3",
    "DOCCTL_S3_ENDPOINT": "https://s3.example.com/",
    "DOCCTL_S3_ACCESS_KEY": "app",
    "DOCCTL_S3_SECRET_KEY": "hidden-one",
    "DOCCTL_S3_HOLD_ACCESS_KEY": "hold",
    "DOCCTL_S3_HOLD_SECRET_KEY": "hidden-two",
    "DOCCTL_S3_RECORDS_BUCKET": "records",
    "DOCCTL_S3_DERIVED_BUCKET": "derived",
    "DOCCTL_KEYS_DATABASE_URL": "postgresql://keeper:hidden-three@db/keys",
}


def read(tmp_path: Path, **changed: str) -> Settings:
    return Settings.from_env(
        {**S3, **{f"DOCCTL_{k.upper()}": v for k, v in changed.items()}}, folder=tmp_path
    )


def test_settings_of_s3_are_read(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert (found.storage, found.s3_endpoint, found.s3_region) == (
        "s3",
        "https://s3.example.com",
        "us-east-1",
    )
    assert (found.s3_grace_days, found.s3_require) == (2, "worm")


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    assert "hidden" not in repr(read(tmp_path))


@pytest.mark.parametrize("name", sorted(set(S3) - {"DOCCTL_SECRET_KEY", "DOCCTL_STORAGE"}))
def test_each_of_them_is_needed(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongSetting, match=f"^{name}: needed"):
        read(tmp_path, **{name.removeprefix("DOCCTL_").lower(): ""})


@pytest.mark.parametrize(
    "change",
    [
        {"storage": "tape"},
        {"s3_endpoint": "s3.example.com"},
        {"s3_endpoint": "ftp://host"},
        {"s3_endpoint": "https://user:hidden@host"},
        {"s3_endpoint": "https://host/bucket"},
        {"s3_records_bucket": "Records"},
        {"s3_records_bucket": "a"},
        {"s3_derived_bucket": "records"},
        {"s3_hold_access_key": "app"},
        {"s3_grace_days": "1"},
        {"s3_grace_days": "31"},
        {"s3_require": "maybe"},
        {"s3_encryption": "maybe"},
        {"keys_database_url": "mysql://keeper:hidden@db/keys"},
    ],
    ids=str,
)
def test_r_5_what_cannot_be_used_stops_the_start_without_showing_a_secret(
    tmp_path: Path, change: dict[str, str]
) -> None:
    with pytest.raises(WrongSetting) as refused:
        read(tmp_path, **change)
    assert "hidden" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_r_7_files_in_s3_are_unencrypted_only_by_explicit_word(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="needs DOCCTL_S3_ENCRYPTION=off"):
        read(tmp_path, keys_database_url="")
    assert read(tmp_path).s3_encryption
    assert not read(tmp_path, keys_database_url="", s3_encryption="off").s3_encryption
    with pytest.raises(WrongSetting, match=r"^DOCCTL_S3_ENCRYPTION: off, but"):
        read(tmp_path, s3_encryption="off")


@pytest.mark.parametrize(
    ("database", "usable"),
    [
        pytest.param("postgresql://app:hidden@db/keys", False, id="the same"),
        pytest.param("postgres://other@DB:5432/keys", False, id="the same, written in another way"),
        pytest.param("postgresql://app:hidden@db/docctl", True, id="beside it"),
        pytest.param("postgresql://app:hidden@db2/keys", True, id="on another server"),
    ],
)
def test_r_7_the_keys_never_lie_in_the_database_of_everything_else(
    tmp_path: Path, database: str, usable: bool
) -> None:
    if usable:
        assert read(tmp_path, database_url=database).keys_database_url == S3["DOCCTL_KEYS_DATABASE_URL"]
    else:
        with pytest.raises(WrongSetting, match=r"^DOCCTL_KEYS_DATABASE_URL: must be another database"):
            read(tmp_path, database_url=database)


def test_without_s3_nothing_of_it_is_needed(tmp_path: Path) -> None:
    found = Settings.from_env({"DOCCTL_SECRET_KEY": "x" * 40}, folder=tmp_path)
    assert (found.storage, found.s3_endpoint) == ("local", None)
