"""What S3 adds to the contract: parts, default locks, versions of others, the second credential."""

from __future__ import annotations

import io
import itertools
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from minio.commonconfig import GOVERNANCE
from minio.retention import Retention

from storage.api import (
    Area,
    Damaged,
    FixityState,
    HoldActive,
    Key,
    LockNotHonoured,
    ObjectMissing,
    RetentionActive,
    RetentionShortened,
    Stored,
    StoreFull,
    StoreUnavailable,
    StrayKind,
)
from storage.s3.bucket import Bucket, instant, whole_second
from storage.s3.connection import Credential, Endpoint, Noticing
from storage.s3.locks import LATEST
from storage.s3.spool import MOST_BLOCKS, Noted, block_size
from storage.s3.store import S3Store
from tests.s3.conftest import Made, Make, now
from tests.s3.serving import Server

pytestmark = pytest.mark.s3

DAY = timedelta(days=1)
MIB = 1 << 20
PART = 5 * MIB


def a_key(area: Area = Area.RECORDS) -> Key:
    return Key.new(area, "record", uuid4(), 1)


def put(made: Made, content: bytes = b"signed", *, until: datetime | None = None) -> Stored:
    return made.store.put(a_key(), io.BytesIO(content), retain_until=until)


def read(made: Made, stored: Stored) -> bytes:
    with made.store.open(stored.key, stored.version) as stream:
        return stream.read()


def seconds(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)


# --- parts


@pytest.mark.parametrize("default", [None, DAY], ids=["no default lock", "a default lock"])
@pytest.mark.parametrize(
    "size",
    [
        pytest.param(PART - 1, id="a byte less than a part"),
        pytest.param(PART, id="a part"),
        pytest.param(PART + 1, id="a byte more than a part"),
        pytest.param(100 * MIB, id="100 MiB"),
    ],
)
def test_r_4_uploads_of_any_size_are_locked(make: Make, size: int, default: timedelta | None) -> None:
    made, until = make(default=default), seconds(now() + 3 * DAY)
    stored = put(made, bytes(MIB) * (size // MIB) + b"x" * (size % MIB), until=until)
    assert made.store.stat(stored.key, stored.version).retain_until == until
    refused = made.records.remove(stored.key.path, [stored.version], bypass=True)
    assert list(refused) == [stored.version]
    assert made.store.verify(stored.key, stored.version).state is FixityState.OK


def test_v_2_a_large_object_is_read_in_checked_blocks(make: Make) -> None:
    made = make()
    content = b"".join(number.to_bytes(8, "big") * (MIB // 8) for number in range(40))
    stored = put(made, content)
    assert block_size(len(content)) == 2 * MIB
    with made.store.open(stored.key, stored.version) as stream:
        stream.seek(35 * MIB - 4)
        assert stream.read(8) == content[35 * MIB - 4 : 35 * MIB + 4]
        stream.seek(-3, io.SEEK_END)
        assert stream.read() == content[-3:]


@pytest.mark.parametrize("size", [0, 1, MIB, 32 * MIB, 32 * MIB + 1, 4 << 30])
def test_t_3_the_hashes_of_blocks_fit_beside_an_object(size: int) -> None:
    length = block_size(size)
    blocks = -(-size // length)
    assert blocks <= MOST_BLOCKS
    noted = Noted(size, "0" * 64, length, (b"h" * 32,) * blocks)
    written = noted.to_metadata()
    assert sum(len(key) + len(value) for key, value in written.items()) < 1800
    assert Noted.from_metadata(written) == noted


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "zz"},
        {"sha256": "00"},
        {"size": "-1"},
        {"size": "many"},
        {"block": "0"},
        {"blocks": ""},
        {"blocks": "%%"},
    ],
)
def test_t_3_hashes_that_are_not_as_we_write_them_are_none(change: dict[str, str]) -> None:
    noted = Noted(5, "0" * 64, MIB, (b"h" * 32,)).to_metadata()
    assert Noted.from_metadata({**noted, **change}) is None
    assert Noted.from_metadata({}) is None


# --- locks


def test_r_4_what_is_put_without_a_lock_has_that_of_the_bucket(make: Make) -> None:
    made = make(grace=2 * DAY, default=2 * DAY)
    before = now()
    stored = put(made)
    until = made.store.stat(stored.key, stored.version).retain_until
    assert until is not None
    assert before + 2 * DAY <= until <= now() + 2 * DAY
    with pytest.raises(RetentionActive):
        made.store.destroy(stored.key)
    derived = a_key(Area.DERIVED)
    made.store.put(derived, io.BytesIO(b"x"), retain_until=None)
    made.store.destroy(derived)


def test_r_4_a_bucket_that_has_lost_its_default_lock_is_made_up_for(make: Make) -> None:
    made, before = make(grace=2 * DAY), now()
    stored = put(made)
    until = made.store.stat(stored.key, stored.version).retain_until
    assert until is not None
    assert until >= before + 2 * DAY


def test_r_4_no_lock_reaches_beyond_2100(make: Make) -> None:
    made = make()
    stored = put(made)
    with pytest.raises(LockNotHonoured) as refused:
        made.store.retain(stored.key, stored.version, until=LATEST + timedelta(seconds=1))
    assert refused.value.found == LATEST
    assert made.store.stat(stored.key, stored.version).retain_until is None
    made.store.retain(stored.key, stored.version, until=LATEST)
    assert made.store.stat(stored.key, stored.version).retain_until == LATEST


def test_r_4_a_lock_that_can_be_taken_away_is_none_but_refuses_destruction(make: Make) -> None:
    made = make()
    stored = put(made)
    made.records.client.set_object_retention(
        made.records.name, stored.key.path, Retention(GOVERNANCE, now() + DAY), version_id=stored.version
    )
    assert made.store.stat(stored.key, stored.version).retain_until is None
    with pytest.raises(RetentionActive):
        made.store.destroy(stored.key)


def test_r_4_part_of_a_second_is_rounded_up_and_may_be_asked_for_again(make: Make) -> None:
    made, until = make(), seconds(now() + DAY) + timedelta(microseconds=1)
    stored = put(made, until=until)
    made.store.retain(stored.key, stored.version, until=until)
    found = made.store.stat(stored.key, stored.version).retain_until
    assert found == seconds(until) + timedelta(seconds=1)


def test_r_4_after_a_lock_is_over_an_instant_that_has_passed_locks_nothing(make: Make) -> None:
    made = make()
    stored = put(made, until=now() + timedelta(seconds=1))
    end = made.store.stat(stored.key, stored.version).retain_until
    assert end is not None
    time.sleep((end - now()).total_seconds() + 1.1)
    made.store.retain(stored.key, stored.version, until=end + timedelta(seconds=1))
    assert made.store.stat(stored.key, stored.version).retain_until == end
    made.store.hold(stored.key, stored.version, on=True)
    with pytest.raises(RetentionShortened):
        made.store.retain(stored.key, stored.version, until=end - DAY)


@pytest.mark.parametrize("days", [-40, 40])
def test_r_4_with_our_clock_40_days_off_nothing_goes_early(make: Make, days: int) -> None:
    made = make()
    stored = put(made, until=now() + 30 * DAY)
    off = S3Store(made.buckets, clock=lambda: now() + days * DAY)
    with pytest.raises(RetentionActive):
        off.destroy(stored.key)
    assert read(made, stored) == b"signed"


def test_r_4_dates_of_nine_digits_are_read_and_never_early() -> None:
    assert instant("2026-12-01T01:15:45.776457913Z") == datetime(2026, 12, 1, 1, 15, 45, 776458, UTC)
    assert instant("2026-12-01T01:15:45Z") == datetime(2026, 12, 1, 1, 15, 45, tzinfo=UTC)
    assert whole_second(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2026, 1, 1, tzinfo=UTC)
    for wrong in ("", "2026-12-01", "2026-12-01T01:15:45", "Tue, 01 Dec 2026"):
        with pytest.raises(ValueError):
            instant(wrong)


# --- the second credential


def test_r_5_only_the_credential_for_holds_lifts_one(make: Make) -> None:
    made = make()
    stored = put(made)
    made.store.hold(stored.key, stored.version, on=True)
    records = made.records
    without = S3Store({**made.buckets, Area.RECORDS: replace(records, holder=records.client)}, clock=now)
    with pytest.raises(StoreUnavailable, match="refused"):
        without.hold(stored.key, stored.version, on=False)
    assert made.store.stat(stored.key, stored.version).held
    with pytest.raises(HoldActive):
        made.store.destroy(stored.key)
    made.store.hold(stored.key, stored.version, on=False)
    made.store.destroy(stored.key)


def test_x_3_secrets_are_in_no_text(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = make()
    read(made, put(made))
    credential = Credential("app", "app-secret")
    shown = f"{credential!r} {credential} {made.store!r} {made.records!r} {caplog.text}"
    assert "-secret" not in shown


# --- versions and markers of others


def test_t_3_newer_versions_and_markers_change_nothing_and_go_with_the_object(make: Make) -> None:
    made = make()
    stored = put(made)
    owner, name = made.server.client("owner"), stored.key.path
    owner.put_object(made.records.name, name, io.BytesIO(b"forged"), 6)
    owner.remove_object(made.records.name, name)
    assert read(made, stored) == b"signed"
    assert [one.version for one in made.store.list(Area.RECORDS)][-1] == stored.version
    proof = made.store.destroy(stored.key)
    assert stored.version in proof.versions
    assert len(proof.versions) == 2
    assert made.records.entries(name) == []


def test_r_4_a_locked_newer_version_keeps_the_whole_key(make: Make) -> None:
    made = make()
    stored = put(made)
    owner = made.server.client("owner")
    owner.put_object(
        made.records.name,
        stored.key.path,
        io.BytesIO(b"forged"),
        6,
        retention=Retention("COMPLIANCE", now() + DAY),
        metadata={"x-amz-sdk-checksum-algorithm": "SHA256"},
    )
    with pytest.raises(RetentionActive):
        made.store.destroy(stored.key)
    assert read(made, stored) == b"signed"


def test_t_3_a_version_without_our_hash_is_damaged_not_served(make: Make) -> None:
    made, key = make(), a_key()
    made.server.client("owner").put_object(made.records.name, key.path, io.BytesIO(b"x"), 1)
    (one,) = made.store.list(Area.RECORDS)
    for call in (made.store.open, made.store.stat):
        with pytest.raises(Damaged):
            call(key, one.version)
    fixity = made.store.verify(key, one.version)
    assert (fixity.state, fixity.expected) == (FixityState.DAMAGED, None)


def test_t_3_a_version_taken_away_is_missing(make: Make) -> None:
    made = make()
    stored = put(made)
    owner = made.server.client("owner")
    owner.remove_object(made.records.name, stored.key.path, version_id=stored.version)
    with pytest.raises(ObjectMissing):
        made.store.open(stored.key, stored.version)
    assert made.store.verify(stored.key, stored.version).state is FixityState.MISSING


def test_t_3_names_that_are_no_keys_are_not_listed(make: Make) -> None:
    made = make()
    stored = put(made)
    for name in ("readme", "record/x", "probe/1", stored.key.path + "x"):
        made.server.client("owner").put_object(made.records.name, name, io.BytesIO(b""), 0)
    assert [one.key for one in made.store.list(Area.RECORDS)] == [stored.key]


def test_t_3_a_listing_of_many_pages_is_whole_and_in_order(make: Make) -> None:
    made = make()
    app, bucket = made.records.client, made.records.name
    keys = [a_key() for _ in range(1050)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: app.put_object(bucket, key.path, io.BytesIO(b""), 0), keys))
    listed = [one.key.path for one in made.store.list(Area.RECORDS)]
    assert listed == sorted(key.path for key in keys)
    half = sorted(keys, key=lambda key: key.path)[524]
    behind = [one.key.path for one in itertools.islice(made.store.list(Area.RECORDS, after=half), 3)]
    assert behind == listed[525:528]


# --- what destruction leaves


def test_r_7_an_upload_in_parts_that_never_ended_is_ended_too(make: Make) -> None:
    made = make()
    stored = put(made)
    client, bucket, name = made.records.client, made.records.name, stored.key.path
    upload = client._create_multipart_upload(bucket, name, {})
    client._upload_part(bucket, name, b"secret" * MIB, None, upload, 1)
    made.store.destroy(stored.key)
    assert client._list_multipart_uploads(bucket, prefix=name).uploads == []


# --- rights and room


def test_a_store_that_is_full_says_so_and_keeps_nothing(s3_server: Server, socket_enabled: None) -> None:
    client = s3_server.client("full")
    name = f"t{uuid4().hex[:20]}"
    client.make_bucket(name, object_lock=True)
    bucket = Bucket(name, client, client)
    store = S3Store({Area.RECORDS: bucket}, clock=now)
    key = a_key()
    with pytest.raises(StoreFull) as refused:
        store.put(key, io.BytesIO(bytes(2 * MIB)), retain_until=None)
    assert refused.value.reason == "QuotaExceeded"
    assert bucket.entries(key.path) == []
    small = store.put(key, io.BytesIO(b"x"), retain_until=None)
    assert store.stat(key, small.version).size == 1


def test_a_missing_bucket_is_not_missing_objects(make: Make) -> None:
    made = make()
    stored = put(made)
    nowhere = S3Store({Area.RECORDS: replace(made.records, name="nowhere-at-all")}, clock=now)
    for call in (
        lambda: nowhere.stat(stored.key, stored.version),
        lambda: nowhere.open(stored.key, stored.version),
        lambda: nowhere.verify(stored.key, stored.version),
        lambda: nowhere.retain(stored.key, stored.version, until=now() + DAY),
        lambda: nowhere.destroy(stored.key),
        lambda: list(nowhere.list(Area.RECORDS)),
        lambda: nowhere.put(a_key(), io.BytesIO(b""), retain_until=None),
    ):
        with pytest.raises(StoreUnavailable):
            call()


@pytest.mark.parametrize(
    "url",
    ["", "host:9000", "ftp://host", "http://", "http://user:secret@host", "http://host/path", "http://h?x=1"],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        Endpoint(url)


def test_t_3_what_others_have_put_is_named_and_left_alone(make: Make) -> None:
    made = make()
    stored, plain = put(made), put(made)
    owner, bucket, name = made.server.client("owner"), made.records.name, stored.key.path
    newer = owner.put_object(bucket, name, io.BytesIO(b"forged"), 6).version_id
    owner.remove_object(bucket, plain.key.path)
    for other in ("readme", "probe/1"):
        owner.put_object(bucket, other, io.BytesIO(b""), 0)
    found = [(one.kind, one.name) for one in made.store.strays(Area.RECORDS)]
    assert sorted(found) == [
        (StrayKind.DELETE_MARKER, plain.key.path),
        (StrayKind.NEWER_VERSION, name),
        (StrayKind.NO_KEY, "readme"),
    ]
    versions = {one.name: one.version for one in made.store.strays(Area.RECORDS)}
    assert versions[name] == newer
    assert read(made, stored) == read(made, plain) == b"signed"


# --- what a put asks of the server


def asked(made: Made, monkeypatch: pytest.MonkeyPatch, key: Key) -> list[str]:
    """Put an object; return the methods of the requests."""
    methods = []
    send = Noticing.urlopen

    def noted(self: Noticing, method: str, url: str, **options: Any) -> Any:
        methods.append(method)
        return send(self, method, url, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Noticing, "urlopen", noted)
        made.store.put(key, io.BytesIO(b"signed"), retain_until=None)
    return methods


def test_t_3_a_new_key_is_put_and_read_back_and_only_an_old_one_is_asked_for_before(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make()
    assert asked(made, monkeypatch, a_key()) == ["PUT", "HEAD"]
    assert asked(made, monkeypatch, Key.parse(str(a_key()))) == ["HEAD", "HEAD", "PUT", "HEAD"]


def test_t_3_the_server_refuses_other_bytes_than_were_hashed(make: Make) -> None:
    made, name = make(), a_key().path
    with pytest.raises(StoreUnavailable):
        made.records.put(name, io.BytesIO(b"signed"), 6, {"sha256": "0" * 64})
    assert made.records.entries(name) == []
