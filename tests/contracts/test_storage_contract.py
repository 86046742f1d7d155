"""What every object store keeps to; each backend runs this file (R-4, R-5, R-7, T-3)."""

import hashlib
import io
import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from storage.api import (
    AlreadyStored,
    Area,
    FixityState,
    HoldActive,
    Key,
    LockNotHonoured,
    ObjectMissing,
    ObjectStore,
    RetentionActive,
    RetentionShortened,
    StorageError,
    Stored,
    WrongSize,
)
from storage.encrypted import EncryptedStore
from storage.keyring_sqlite import SqliteKeyRing
from storage.local import LocalStore
from storage.master import MasterFile
from storage.memory import MemoryStore
from storage.s3.bucket import Bucket
from storage.s3.store import S3Store

NOW = datetime(2026, 3, 31, 16, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
NOBODY = "0" * 32


class FixedClock:
    """A clock that stands until it is told otherwise: the store goes by it alone.

    `now` is where it starts, `day` how long a lock of a test lasts, `tick` the least that differs.
    """

    now, day, tick = NOW, DAY, TICK
    keeps_what_has_passed = True

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def move_to(self, at: datetime) -> None:
        self.at = at

    def shows(self, instant: datetime) -> bool:
        return instant == self.at


class ServerClock:
    """The clock of a server, which nobody sets: locks of a few seconds, and real waits.

    Our own clock can be set back; it is the server that then has to refuse.
    """

    day, tick = timedelta(seconds=4), timedelta(seconds=2)
    keeps_what_has_passed = False  # a server takes no date that has passed

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
        self.behind = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) - self.behind

    def move_to(self, at: datetime) -> None:
        wait = (at - datetime.now(UTC)).total_seconds()
        if wait > 0:
            time.sleep(wait)
        else:
            self.behind = datetime.now(UTC) - at

    def shows(self, instant: datetime) -> bool:
        return abs(instant - self()) < timedelta(seconds=60)


@pytest.fixture(
    params=[
        "memory",
        "local",
        "encrypted memory",
        "encrypted local",
        pytest.param("s3", marks=pytest.mark.s3),
    ]
)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def buckets(request: pytest.FixtureRequest, backend: str) -> Mapping[Area, Bucket]:
    if backend != "s3":
        return {}
    request.getfixturevalue("socket_enabled")
    return request.getfixturevalue("s3_server").buckets()


@pytest.fixture
def clock(backend: str, buckets: Mapping[Area, Bucket]) -> FixedClock | ServerClock:
    return ServerClock() if backend == "s3" else FixedClock()


def encrypted(inner: ObjectStore, clock: FixedClock | ServerClock, folder: Path) -> ObjectStore:
    master = MasterFile(folder / "master.key")
    return EncryptedStore(inner, SqliteKeyRing(folder / "keys" / "keys.db", master=master, clock=clock))


@pytest.fixture
def store(
    backend: str, buckets: Mapping[Area, Bucket], clock: FixedClock | ServerClock, tmp_path: Path
) -> ObjectStore:
    made: dict[str, Callable[[], ObjectStore]] = {
        "memory": lambda: MemoryStore(clock=clock),
        "local": lambda: LocalStore(tmp_path / "objects", clock=clock),
        "encrypted memory": lambda: encrypted(MemoryStore(clock=clock), clock, tmp_path),
        "encrypted local": lambda: encrypted(LocalStore(tmp_path / "objects", clock=clock), clock, tmp_path),
        "s3": lambda: S3Store(buckets, clock=clock, scratch=tmp_path),
    }
    return made[backend]()


def a_key(area: Area = Area.RECORDS, *, kind: str = "record", item: UUID | None = None) -> Key:
    return Key.new(area, kind, item or uuid4(), 1)


def put(store: ObjectStore, key: Key, content: bytes = b"signed", *, until: datetime | None = None) -> Stored:
    return store.put(key, io.BytesIO(content), retain_until=until)


def read(store: ObjectStore, stored: Stored) -> bytes:
    with store.open(stored.key, stored.version) as stream:
        return stream.read()


def is_gone(store: ObjectStore, key: Key) -> bool:
    return store.destroy(key).versions == () and key not in {one.key for one in store.list(key.area)}


class Source(io.BytesIO):
    """Gives bytes in odd pieces, and may fail after some of them."""

    def __init__(self, content: bytes, *, piece: int, fails_at: int | None = None) -> None:
        super().__init__(content)
        self._piece, self._fails_at = piece, fails_at

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size > 0, "a store reads in pieces"
        if self._fails_at is not None and self.tell() >= self._fails_at:
            raise ConnectionResetError("the browser has gone")
        return super().read(min(size, self._piece))


# --- put and open


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(0, id="empty"),
        pytest.param(1, id="one byte"),
        pytest.param((1 << 20) - 1, id="one byte less than a block"),
        pytest.param(1 << 20, id="a block"),
        pytest.param((1 << 20) + 1, id="one byte more than a block"),
        pytest.param(5 * (1 << 20) + 1, id="just above 5 MiB"),
    ],
)
def test_v_2_what_was_stored_is_what_is_read(
    store: ObjectStore, clock: FixedClock | ServerClock, size: int
) -> None:
    content = (bytes(range(256)) * (size // 256 + 1))[:size]
    stored = put(store, a_key(), content, until=clock.now + DAY)
    digest = hashlib.sha256(content).hexdigest()
    assert (stored.sha256, stored.size) == (digest, size)
    if not isinstance(store, EncryptedStore):
        assert (stored.stored_sha256, stored.stored_size) == (digest, size)
    else:
        assert stored.stored_sha256 != digest
        assert stored.stored_size > size
    assert read(store, stored) == content
    stat = store.stat(stored.key, stored.version)
    assert (stat.size, stat.sha256, stat.held) == (stored.stored_size, stored.stored_sha256, False)
    assert stat.retain_until == clock.now + DAY


def test_v_2_a_key_is_written_once(store: ObjectStore, clock: FixedClock | ServerClock) -> None:
    stored = put(store, a_key(), b"first")
    with pytest.raises(AlreadyStored) as refused:
        put(store, stored.key, b"second", until=clock.now + DAY)
    assert refused.value.key == stored.key
    assert read(store, stored) == b"first"
    assert store.stat(stored.key, stored.version).retain_until is None


def test_v_2_a_second_put_is_refused_before_its_source_is_read(store: ObjectStore) -> None:
    stored = put(store, a_key())
    source = io.BytesIO(b"second")
    with pytest.raises(AlreadyStored):
        store.put(stored.key, source, retain_until=None)
    assert source.tell() == 0


def test_v_2_also_the_same_bytes_are_not_written_twice(store: ObjectStore) -> None:
    stored = put(store, a_key())
    with pytest.raises(AlreadyStored):
        put(store, stored.key)


@pytest.mark.parametrize("piece", [1, 7, 4096, 10_000_019])
def test_a_short_read_is_not_the_end(store: ObjectStore, piece: int) -> None:
    content = b"0123456789" * 17
    stored = store.put(a_key(), Source(content, piece=piece), retain_until=None)
    assert read(store, stored) == content


@pytest.mark.parametrize("fails_at", [0, 1, 99, 3 << 20])
def test_a_source_that_fails_leaves_nothing(
    store: ObjectStore, clock: FixedClock | ServerClock, fails_at: int
) -> None:
    key = a_key()
    source = Source(b"x" * (4 << 20), piece=1 << 16 if fails_at > 99 else 1, fails_at=fails_at)
    with pytest.raises(ConnectionResetError, match="the browser has gone"):
        store.put(key, source, retain_until=clock.now + DAY)
    assert is_gone(store, key)
    assert read(store, put(store, key, b"again")) == b"again"


@pytest.mark.parametrize(
    ("announced", "is_refused"),
    [
        pytest.param(5, True, id="goes on after the size"),
        pytest.param(6, False, id="the size"),
        pytest.param(7, True, id="ends before the size"),
    ],
)
def test_a_source_of_another_size_leaves_nothing(
    store: ObjectStore, announced: int, is_refused: bool
) -> None:
    key = a_key()
    if is_refused:
        with pytest.raises(WrongSize) as refused:
            store.put(key, io.BytesIO(b"signed"), retain_until=None, size=announced)
        assert (refused.value.expected, refused.value.found) == (announced, 6)
        assert is_gone(store, key)
    else:
        assert store.put(key, io.BytesIO(b"signed"), retain_until=None, size=announced).size == 6


def test_the_source_is_read_from_where_it_stands(store: ObjectStore) -> None:
    source = io.BytesIO(b"skipped kept")
    source.seek(8)
    assert read(store, store.put(a_key(), source, retain_until=None)) == b"kept"


def test_a_range_is_served(store: ObjectStore) -> None:
    content = bytes(range(256)) * 10_000
    stored = put(store, a_key(), content)
    with store.open(stored.key, stored.version) as stream:
        assert stream.seekable()
        for start, length in ((0, 5), (1_048_570, 20), (2_559_990, 50), (2_560_000, 5), (3, 0)):
            assert stream.seek(start) == start
            assert stream.read(length) == content[start : start + length]
        assert stream.seek(-4, io.SEEK_END) == len(content) - 4
        assert stream.read() == content[-4:]
        assert stream.seek(-10, io.SEEK_CUR) == len(content) - 10
        with pytest.raises(ValueError):
            stream.seek(-1)
    assert stream.closed


def test_two_versions_are_never_confused(store: ObjectStore, clock: FixedClock | ServerClock) -> None:
    key = a_key()
    first = put(store, key, b"first")
    other = put(store, a_key(item=key.item_id), b"other")
    store.destroy(key)
    second = put(store, key, b"second")
    assert len({first.version, second.version, other.version}) == 3
    assert read(store, second) == b"second"
    for wrong in (first.version, other.version, NOBODY, "", "state", "../x", "*"):
        for call in (
            lambda v: store.open(key, v),
            lambda v: store.stat(key, v),
            lambda v: store.retain(key, v, until=clock.now + DAY),
            lambda v: store.hold(key, v, on=True),
        ):
            with pytest.raises(ObjectMissing) as refused:
                call(wrong)
            assert (refused.value.key, refused.value.version) == (key, wrong)
        assert store.verify(key, wrong).state is FixityState.MISSING
    assert store.destroy(key).versions == (second.version,)


def test_v_2_of_eight_puts_at_once_exactly_one_wins(
    store: ObjectStore, clock: FixedClock | ServerClock
) -> None:
    for _ in range(5):
        key, start = a_key(), threading.Barrier(8)

        def attempt(number: int, key: Key = key, start: threading.Barrier = start) -> Stored | AlreadyStored:
            content = bytes([number]) * 100_000
            start.wait()
            try:
                return store.put(key, io.BytesIO(content), retain_until=clock.now + (number + 1) * DAY)
            except AlreadyStored as error:
                return error

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(attempt, range(8)))
        (winner,) = (answer for answer in answers if isinstance(answer, Stored))
        number = answers.index(winner)
        assert read(store, winner) == bytes([number]) * 100_000
        assert store.stat(key, winner.version).retain_until == clock.now + (number + 1) * DAY
        assert [one.version for one in store.list(Area.RECORDS, key.path)] == [winner.version]


# --- retention


@pytest.mark.parametrize(
    ("ticks", "is_refused"),
    [
        pytest.param(-1, True, id="one tick before"),
        pytest.param(0, False, id="the instant"),
        pytest.param(1, False, id="one tick after"),
    ],
)
@pytest.mark.parametrize("locked", ["when put", "later"])
def test_r_4_a_lock_ends_at_its_instant(
    store: ObjectStore, clock: FixedClock | ServerClock, ticks: int, is_refused: bool, locked: str
) -> None:
    key, until = a_key(), clock.now + clock.day
    stored = put(store, key, until=until if locked == "when put" else None)
    store.retain(key, stored.version, until=until)
    clock.move_to(until + ticks * clock.tick)
    if is_refused:
        with pytest.raises(RetentionActive) as refused:
            store.destroy(key)
        assert refused.value.until == until
        assert (refused.value.key, refused.value.version) == (key, stored.version)
        assert read(store, stored) == b"signed"
    else:
        assert store.destroy(key).versions == (stored.version,)
        assert is_gone(store, key)


@pytest.mark.parametrize(
    ("ticks", "is_refused"),
    [
        pytest.param(-1, True, id="one tick earlier"),
        pytest.param(0, False, id="the same"),
        pytest.param(1, False, id="one tick later"),
    ],
)
def test_r_4_a_lock_is_never_shortened(
    store: ObjectStore, clock: FixedClock | ServerClock, ticks: int, is_refused: bool
) -> None:
    until, change = clock.now + DAY, ticks * clock.tick
    stored = put(store, a_key(), until=until)
    if is_refused:
        with pytest.raises(RetentionShortened) as refused:
            store.retain(stored.key, stored.version, until=until + change)
        assert refused.value.current == until
        assert refused.value.asked == until + change
        assert store.stat(stored.key, stored.version).retain_until == until
    else:
        store.retain(stored.key, stored.version, until=until + change)
        assert store.stat(stored.key, stored.version).retain_until == until + change


def test_r_4_a_lock_that_has_ended_is_not_moved_back_either(
    store: ObjectStore, clock: FixedClock | ServerClock
) -> None:
    start, day = clock.now, clock.day
    stored = put(store, a_key(), until=start + day)
    clock.move_to(start + 2 * day)
    with pytest.raises(RetentionShortened):
        store.retain(stored.key, stored.version, until=start)
    store.retain(stored.key, stored.version, until=start + 3 * day)
    with pytest.raises(RetentionActive):
        store.destroy(stored.key)


def test_r_4_an_instant_that_has_passed_locks_nothing(
    store: ObjectStore, clock: FixedClock | ServerClock
) -> None:
    passed = clock.now - DAY
    stored = put(store, a_key(), until=passed)
    shown = passed if clock.keeps_what_has_passed else None
    assert store.stat(stored.key, stored.version).retain_until == shown
    assert store.destroy(stored.key).versions == (stored.version,)


def test_r_4_a_clock_set_back_does_not_unlock(store: ObjectStore, clock: FixedClock | ServerClock) -> None:
    stored = put(store, a_key(), until=clock.now + DAY)
    clock.move_to(clock.now - 40 * DAY)
    with pytest.raises(RetentionActive):
        store.destroy(stored.key)


def test_instants_are_aware_and_come_back_in_utc(store: ObjectStore) -> None:
    shanghai = timezone(timedelta(hours=8))
    midnight = datetime(2031, 1, 1, tzinfo=shanghai)
    key = a_key()
    with pytest.raises(ValueError, match="without a time zone"):
        put(store, key, until=midnight.replace(tzinfo=None))
    stored = put(store, key, until=midnight)
    until = store.stat(key, stored.version).retain_until
    assert until == midnight
    assert until is not None
    assert until.tzinfo is UTC
    with pytest.raises(ValueError, match="without a time zone"):
        store.retain(key, stored.version, until=midnight.replace(tzinfo=None))


def test_r_4_only_records_have_locks(store: ObjectStore, clock: FixedClock | ServerClock) -> None:
    key = a_key(Area.DERIVED)
    with pytest.raises(LockNotHonoured):
        put(store, key, until=clock.now + DAY)
    assert is_gone(store, key)
    stored = put(store, key)
    with pytest.raises(LockNotHonoured):
        store.retain(key, stored.version, until=clock.now + DAY)
    for on in (True, False):
        with pytest.raises(LockNotHonoured):
            store.hold(key, stored.version, on=on)
    assert store.destroy(key).versions == (stored.version,)


# --- holds


@pytest.mark.parametrize("days", [None, -1, 1])
def test_r_5_a_held_object_cannot_be_destroyed(
    store: ObjectStore, clock: FixedClock | ServerClock, days: int | None
) -> None:
    stored = put(store, a_key(), until=None if days is None else clock.now + days * DAY)
    store.hold(stored.key, stored.version, on=True)
    assert store.stat(stored.key, stored.version).held
    with pytest.raises(HoldActive) as refused:
        store.destroy(stored.key)
    assert (refused.value.key, refused.value.version) == (stored.key, stored.version)
    assert read(store, stored) == b"signed"


def test_r_5_lifting_a_hold_leaves_the_lock(store: ObjectStore, clock: FixedClock | ServerClock) -> None:
    until = clock.now + clock.day
    stored = put(store, a_key(), until=until)
    store.hold(stored.key, stored.version, on=True)
    store.hold(stored.key, stored.version, on=True)
    store.hold(stored.key, stored.version, on=False)
    store.hold(stored.key, stored.version, on=False)
    with pytest.raises(RetentionActive):
        store.destroy(stored.key)
    clock.move_to(until)
    assert store.destroy(stored.key).versions == (stored.version,)


def test_r_5_a_lock_changed_under_a_hold_keeps_the_hold(
    store: ObjectStore, clock: FixedClock | ServerClock
) -> None:
    start, day = clock.now, clock.day
    stored = put(store, a_key(), until=start + day)
    store.hold(stored.key, stored.version, on=True)
    store.retain(stored.key, stored.version, until=start + 2 * day)
    stat = store.stat(stored.key, stored.version)
    assert (stat.held, stat.retain_until) == (True, start + 2 * day)
    clock.move_to(start + 3 * day)
    with pytest.raises(HoldActive):
        store.destroy(stored.key)


def test_r_5_locks_and_holds_set_at_once_are_both_kept(
    store: ObjectStore, clock: FixedClock | ServerClock
) -> None:
    stored = put(store, a_key())
    key, version = stored.key, stored.version
    steps: list[Callable[[], None]] = [
        *(lambda n=n: store.retain(key, version, until=clock.now + n * DAY) for n in range(1, 8)),
        lambda: store.hold(key, version, on=True),
    ]

    def attempt(step: Callable[[], None]) -> None:
        try:
            step()
        except RetentionShortened:
            return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, steps))
    stat = store.stat(key, version)
    assert (stat.retain_until, stat.held) == (clock.now + 7 * DAY, True)


def test_r_5_a_hold_raced_against_destruction_never_ends_held_and_gone(store: ObjectStore) -> None:
    for _ in range(20):
        stored, start = put(store, a_key()), threading.Barrier(2)

        def hold(stored: Stored = stored, start: threading.Barrier = start) -> bool:
            start.wait()
            try:
                store.hold(stored.key, stored.version, on=True)
            except ObjectMissing:
                return False
            return True

        def destroy(stored: Stored = stored, start: threading.Barrier = start) -> bool:
            start.wait()
            try:
                return store.destroy(stored.key).versions == (stored.version,)
            except HoldActive:
                return False

        with ThreadPoolExecutor(2) as pool:
            is_held, is_destroyed = pool.submit(hold), pool.submit(destroy)
            assert is_held.result() is not is_destroyed.result()
        if is_held.result():
            assert read(store, stored) == b"signed"


# --- destroy


def test_r_7_destruction_is_proved_and_may_be_repeated(
    store: ObjectStore, clock: FixedClock | ServerClock
) -> None:
    stored = put(store, a_key())
    clock.move_to(clock.now + clock.tick)
    proof = store.destroy(stored.key)
    assert (proof.key, proof.versions) == (stored.key, (stored.version,))
    assert clock.shows(proof.at)
    assert proof.looked_at
    assert proof.not_claimed
    again = store.destroy(stored.key)
    assert (again.versions, again.looked_at) == ((), proof.looked_at)
    with pytest.raises(ObjectMissing):
        store.open(stored.key, stored.version)
    assert store.verify(stored.key, stored.version).state is FixityState.MISSING


def test_r_7_what_never_was_is_destroyed_at_once(store: ObjectStore) -> None:
    assert store.destroy(a_key(kind="never_seen")).versions == ()


def test_r_7_the_neighbours_of_a_destroyed_object_stay(store: ObjectStore) -> None:
    item = uuid4()
    keys = [
        Key.new(area, kind, item, ordinal)
        for area in Area
        for kind in ("record", "record_1")
        for ordinal in (1, 2, 11)
    ]
    stored = {key: put(store, key, str(key).encode()) for key in keys}
    store.destroy(keys[0])
    for key in keys[1:]:
        assert read(store, stored[key]) == str(key).encode()
    assert is_gone(store, keys[0])


def test_r_7_of_eight_destructions_at_once_one_names_the_version(store: ObjectStore) -> None:
    stored = put(store, a_key())
    with ThreadPoolExecutor(8) as pool:
        proofs = list(pool.map(store.destroy, [stored.key] * 8))
    assert sorted(proof.versions for proof in proofs) == [()] * 7 + [(stored.version,)]


def test_r_7_putting_and_destroying_at_once_keeps_every_acknowledged_lock(
    store: ObjectStore,
    clock: FixedClock | ServerClock,
) -> None:
    for _ in range(20):
        key, start = a_key(), threading.Barrier(2)

        def store_it(key: Key = key, start: threading.Barrier = start) -> Stored | None:
            start.wait()
            try:
                return put(store, key, b"x" * 5000, until=clock.now + DAY)
            except StorageError:
                return None

        def destroy(key: Key = key, start: threading.Barrier = start) -> None:
            start.wait()
            for _ in range(5):
                try:
                    store.destroy(key)
                except RetentionActive:
                    return

        with ThreadPoolExecutor(2) as pool:
            putting, destroying = pool.submit(store_it), pool.submit(destroy)
            destroying.result()
            stored = putting.result()
        if stored is not None:
            assert read(store, stored) == b"x" * 5000
        else:
            assert is_gone(store, key)


# --- verify and list


def test_t_3_a_check_reads_every_byte_again(store: ObjectStore, clock: FixedClock | ServerClock) -> None:
    stored = put(store, a_key(), b"x" * 3_000_000)
    fixity = store.verify(stored.key, stored.version)
    assert fixity.state is FixityState.OK
    assert clock.shows(fixity.at)
    assert fixity.expected == fixity.found == stored.stored_sha256
    missing = store.verify(a_key(), stored.version)
    assert (missing.state, missing.expected, missing.found) == (FixityState.MISSING, None, None)


def many(store: ObjectStore) -> list[Stored]:
    items = [uuid4() for _ in range(5)]
    keys = [
        Key.new(Area.RECORDS, kind, item, ordinal)
        for kind in ("record", "record2", "record_a", "a", "z")
        for item in items[: len(kind)]
        for ordinal in (1, 2, 10)
    ]
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda pair: put(store, pair[1], b"x" * pair[0]), enumerate(keys)))


def test_t_3_a_listing_is_ordered_and_each_comes_once(
    store: ObjectStore, clock: FixedClock | ServerClock
) -> None:
    stored = many(store)
    put(store, a_key(Area.DERIVED))
    listed = list(store.list(Area.RECORDS))
    assert [one.key.path for one in listed] == sorted(one.key.path for one in stored)
    by_key = {one.key: one for one in stored}
    for one in listed:
        assert one.version == by_key[one.key].version
        assert one.size == by_key[one.key].stored_size
        assert clock.shows(one.modified_at)


@pytest.mark.parametrize("page", [1, 2, 3, 7, 1000])
def test_t_3_a_listing_resumes_behind_any_key(store: ObjectStore, page: int) -> None:
    many(store)
    whole = list(store.list(Area.RECORDS))
    paged, after = [], None
    while part := list(itertools.islice(store.list(Area.RECORDS, after=after), page)):
        paged += part
        after = part[-1].key
    assert paged == whole


def test_t_3_a_listing_resumes_behind_a_key_that_has_gone(store: ObjectStore) -> None:
    many(store)
    whole = list(store.list(Area.RECORDS))
    store.destroy(whole[3].key)
    assert list(store.list(Area.RECORDS, after=whole[3].key)) == whole[4:]


def test_t_3_a_prefix_is_how_the_path_begins(store: ObjectStore) -> None:
    many(store)
    whole = list(store.list(Area.RECORDS))
    path = whole[20].key.path
    for length in range(len(path) + 1):
        expected = [one for one in whole if one.key.path.startswith(path[:length])]
        assert list(store.list(Area.RECORDS, path[:length])) == expected
    assert list(store.list(Area.RECORDS, path + "x")) == []
    assert list(store.list(Area.RECORDS, "..")) == []
    assert list(store.list(Area.DERIVED)) == []


def test_t_3_a_listing_bears_changes_meanwhile(store: ObjectStore) -> None:
    stored = many(store)

    def changing() -> Iterator[Key]:
        for one in store.list(Area.RECORDS):
            store.destroy(one.key)
            put(store, a_key(kind="zz"))
            yield one.key
            if one.key.kind == "zz":
                return

    assert {one.key for one in stored} <= set(changing())


def test_t_3_what_we_have_put_is_no_stray(store: ObjectStore) -> None:
    many(store)
    for area in Area:
        assert list(store.strays(area)) == []
