"""What encryption promises beyond the contract: nothing plain, none exchanged, little memory (R-7, T-3)."""

import hashlib
import io
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from storage.api import Area, Damaged, FixityState, Key, KeyDestroyed, KeyMissing, Stored
from storage.encrypted import EncryptedStore
from storage.keyring_sqlite import SqliteKeyRing
from storage.local import LocalStore
from storage.master import MasterFile
from storage.memory import MemoryStore
from storage.sealing import MARK, SEGMENT, primitive, sealed_size

NOW = datetime(2026, 3, 31, 16, tzinfo=UTC)
FIRST = SEGMENT - 40 - 16  # what the first segment holds of the content
FURTHER = SEGMENT - 16


@pytest.fixture
def keys(tmp_path: Path) -> SqliteKeyRing:
    master = MasterFile(tmp_path / "master.key")
    return SqliteKeyRing(tmp_path / "keys" / "keys.db", master=master, clock=lambda: NOW)


@pytest.fixture
def inner() -> MemoryStore:
    return MemoryStore(clock=lambda: NOW)


@pytest.fixture
def store(inner: MemoryStore, keys: SqliteKeyRing) -> EncryptedStore:
    return EncryptedStore(inner, keys)


def a_key(item: UUID | None = None, *, ordinal: int = 1) -> Key:
    return Key.new(Area.RECORDS, "record", item or uuid4(), ordinal)


def put(store: EncryptedStore | MemoryStore, key: Key, content: bytes) -> Stored:
    return store.put(key, io.BytesIO(content), retain_until=None)


def read(store: EncryptedStore, stored: Stored, key: Key | None = None) -> bytes:
    with store.open(key or stored.key, stored.version) as stream:
        return stream.read()


def raw(inner: MemoryStore, stored: Stored) -> bytes:
    return inner._objects[stored.key].content


def replace(inner: MemoryStore, key: Key, content: bytes) -> Stored:
    """Put other bytes below, as somebody would who writes into the store and its notes."""
    inner.destroy(key)
    return put(inner, key, content)


@pytest.mark.parametrize(
    "size", [0, 1, FIRST - 1, FIRST, FIRST + 1, FIRST + FURTHER, FIRST + FURTHER + 1, 5 << 20]
)
def test_the_size_of_what_is_stored_is_known_before(
    store: EncryptedStore, inner: MemoryStore, size: int
) -> None:
    content = bytes(size)
    stored = store.put(a_key(), io.BytesIO(content), retain_until=None, size=size)
    assert (stored.size, stored.stored_size) == (size, sealed_size(size))
    assert (stored.sha256, stored.stored_sha256) == (
        hashlib.sha256(content).hexdigest(),
        hashlib.sha256(raw(inner, stored)).hexdigest(),
    )
    with store.open(stored.key, stored.version) as stream:
        assert stream.seek(0, io.SEEK_END) == size
        assert stream.seek(0) == 0
        assert stream.read() == content


def test_r_7_nothing_below_is_plain_and_the_same_content_never_looks_the_same(
    store: EncryptedStore, inner: MemoryStore
) -> None:
    item, content = uuid4(), b"the customer's name" * 50
    one, two = put(store, a_key(item), content), put(store, a_key(item, ordinal=2), content)
    for stored in (one, two):
        assert raw(inner, stored).startswith(MARK)
        assert content[:19] not in raw(inner, stored)
    assert raw(inner, one)[len(MARK) :] != raw(inner, two)[len(MARK) :]


@pytest.mark.parametrize("at", [0, len(MARK), len(MARK) + 39, len(MARK) + 40, SEGMENT + len(MARK) + 7, -1])
def test_t_3_a_flipped_bit_is_never_served(store: EncryptedStore, inner: MemoryStore, at: int) -> None:
    stored = put(store, a_key(), b"x" * (2 * SEGMENT))
    changed = bytearray(raw(inner, stored))
    changed[at] ^= 1
    found = replace(inner, stored.key, bytes(changed))
    with pytest.raises(Damaged):
        read(store, found)


def segments(content: bytes) -> tuple[bytes, list[bytes]]:
    """Return the mark and the segments behind it."""
    rest = content[len(MARK) :]
    return content[: len(MARK)], [rest[i : i + SEGMENT] for i in range(0, len(rest), SEGMENT)]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda parts: parts[:-1], id="the last segment cut off"),
        pytest.param(lambda parts: [*parts[:-1], parts[-1][:-1]], id="the last byte cut off"),
        pytest.param(lambda parts: [parts[0], parts[2], parts[1], parts[3]], id="two exchanged"),
        pytest.param(lambda parts: [parts[0], parts[1], *parts[1:]], id="one twice"),
        pytest.param(lambda parts: [parts[0], *parts[2:]], id="one left out"),
        pytest.param(lambda parts: [*parts, parts[-1]], id="one more behind the end"),
        pytest.param(lambda parts: [], id="nothing but the mark"),
    ],
)
def test_t_3_segments_are_neither_cut_off_nor_exchanged(
    store: EncryptedStore, inner: MemoryStore, change: object
) -> None:
    stored = put(store, a_key(), bytes(range(256)) * (3 * SEGMENT // 256 + 1000))
    mark, parts = segments(raw(inner, stored))
    assert len(parts) == 4
    found = replace(inner, stored.key, mark + b"".join(change(parts)))  # type: ignore[operator]
    with pytest.raises(Damaged):
        read(store, found)


@pytest.mark.parametrize("what", ["item", "ordinal", "version"])
def test_t_3_bytes_of_one_object_do_not_stand_in_for_another(
    store: EncryptedStore, inner: MemoryStore, what: str
) -> None:
    mine = put(store, a_key(), b"mine")
    item = uuid4() if what == "item" else mine.key.item_id
    other = put(store, a_key(item, ordinal=2 if what == "ordinal" else 1), b"other")
    found = replace(inner, mine.key, raw(inner, other))
    with pytest.raises(Damaged):
        read(store, found)


def test_t_3_fixity_needs_no_keys(store: EncryptedStore, keys: SqliteKeyRing) -> None:
    stored = put(store, a_key(), b"signed")
    keys.destroy([stored.key.item_id])
    fixity = store.verify(stored.key, stored.version)
    assert (fixity.state, fixity.found) == (FixityState.OK, stored.stored_sha256)


def test_r_7_without_its_key_an_object_is_noise(store: EncryptedStore, keys: SqliteKeyRing) -> None:
    item = uuid4()
    stored, neighbour = put(store, a_key(item), b"secret"), put(store, a_key(), b"stays")
    keys.destroy([item])
    with pytest.raises(KeyDestroyed) as gone:
        read(store, stored)
    assert (gone.value.item_id, gone.value.at) == (item, NOW)
    with pytest.raises(KeyDestroyed):
        put(store, a_key(item, ordinal=2), b"again")
    assert read(store, neighbour) == b"stays"


def test_a_key_store_that_knows_nothing_of_an_item_reads_nothing(
    store: EncryptedStore, inner: MemoryStore, tmp_path: Path
) -> None:
    stored = put(store, a_key(), b"secret")
    master = MasterFile(tmp_path / "other.key")
    other = SqliteKeyRing(tmp_path / "other" / "keys.db", master=master, clock=lambda: NOW)
    with pytest.raises(KeyMissing):
        read(EncryptedStore(inner, other), stored)


def test_what_was_stored_before_there_were_keys_is_read_as_it_is(inner: MemoryStore, tmp_path: Path) -> None:
    before = put(inner, a_key(), b"as it was" * 9)
    time.sleep(0.002)  # keys that began in the same millisecond would be older than what was stored
    keys = SqliteKeyRing(tmp_path / "keys.db", master=MasterFile(tmp_path / "m.key"), clock=lambda: NOW)
    store = EncryptedStore(inner, keys)
    assert read(store, before) == b"as it was" * 9
    # The same item's next file is encrypted, and the first one is still read.
    after = put(store, a_key(before.key.item_id, ordinal=2), b"later")
    assert (read(store, before), read(store, after)) == (b"as it was" * 9, b"later")


def test_t_3_plain_bytes_put_later_past_the_encryption_are_not_served(
    store: EncryptedStore, inner: MemoryStore
) -> None:
    forged = put(inner, a_key(), b"forged")
    with pytest.raises(Damaged):
        store.open(forged.key, forged.version)
    mine = put(store, a_key(), b"mine")
    with pytest.raises(Damaged):
        store.open(mine.key, replace(inner, mine.key, b"forged").version)


def test_a_failure_below_comes_through_as_it_is(
    tmp_path: Path, keys: SqliteKeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = LocalStore(tmp_path / "objects", clock=lambda: NOW)
    store = EncryptedStore(local, keys)
    stored = put(store, a_key(), b"x" * (3 << 20))
    (path,) = [p for p in (tmp_path / "objects").rglob(f"*.{stored.version}") if p.is_file()]
    path.chmod(0o600)
    with path.open("rb+") as file:
        file.seek(2 << 20)
        file.write(b"!")
    with store.open(stored.key, stored.version) as stream:
        assert stream.read(1000) == b"x" * 1000
        with pytest.raises(Damaged) as found:
            stream.read()
    assert found.value.expected != "what was encrypted for it"  # the store's own words: a block's hash


def test_the_form_is_tinks_own(keys: SqliteKeyRing, store: EncryptedStore, inner: MemoryStore) -> None:
    """Whoever has the key reads a file with Tink alone: no form of our own is in between."""
    stored = put(store, a_key(), b"readable for decades")
    bound = b"docctl object 1\0" + str(stored.key).encode()
    source = io.BytesIO(raw(inner, stored)[len(MARK) :])
    with primitive(keys.get(stored.key.item_id)).new_decrypting_stream(source, bound) as stream:
        assert stream.read() == b"readable for decades"


WHOLE = """
import hashlib, io, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4
from storage.api import Area, Key
from storage.encrypted import EncryptedStore
from storage.keyring_sqlite import SqliteKeyRing
from storage.local import LocalStore
from storage.master import MasterFile

class Long(io.RawIOBase):
    left = 200 << 20
    def readable(self): return True
    def read(self, size=-1):
        size = min(size, self.left)
        self.left -= size
        return bytes(size)

folder, clock = Path(sys.argv[1]), lambda: datetime.now(UTC)
keys = SqliteKeyRing(folder / "keys.db", master=MasterFile(folder / "m.key"), clock=clock)
store = EncryptedStore(LocalStore(folder / "objects", clock=clock), keys)
small = store.put(Key.new(Area.RECORDS, "record", uuid4(), 1), io.BytesIO(b"x"), retain_until=None)
with store.open(small.key, small.version) as stream:
    assert stream.read() == b"x"  # everything is loaded now
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
stored = store.put(Key.new(Area.RECORDS, "record", uuid4(), 1), Long(), retain_until=None)
found = hashlib.sha256()
with store.open(stored.key, stored.version) as stream:
    while piece := stream.read(1 << 20):
        found.update(piece)
assert found.hexdigest() == stored.sha256
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_large_file_passes_in_little_memory(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", WHOLE, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert int(ran.stdout) < 64 << 10  # KiB


def test_a_large_file_seeks_without_a_plain_copy(tmp_path: Path, keys: SqliteKeyRing) -> None:
    store = EncryptedStore(LocalStore(tmp_path / "objects", clock=lambda: NOW), keys)
    content = b"".join(n.to_bytes(4, "big") for n in range(2 << 20))
    stored = put(store, a_key(), content)
    with store.open(stored.key, stored.version) as stream:
        for start in (7_000_000, 12, len(content) - 5, 3 << 20):
            stream.seek(start)
            assert stream.read(5) == content[start : start + 5]
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or content[4096:4160] not in path.read_bytes()


def test_locks_pass_through(tmp_path: Path, store: EncryptedStore) -> None:
    stored = store.put(a_key(), io.BytesIO(b"x"), retain_until=NOW + timedelta(days=1))
    assert store.stat(stored.key, stored.version).retain_until == NOW + timedelta(days=1)


def test_t_2_what_outsiders_read_without_us_stays_plain(inner: MemoryStore, keys: SqliteKeyRing) -> None:
    store = EncryptedStore(inner, keys, plain=("audit_head",))
    key = Key.new(Area.RECORDS, "audit_head", uuid4(), 1)
    stored = store.put(key, io.BytesIO(b"a signed head"), retain_until=None)
    assert (stored.sha256, stored.size) == (stored.stored_sha256, stored.stored_size)
    for one in (inner, store):
        with one.open(key, stored.version) as source:
            assert source.read() == b"a signed head"
    with pytest.raises(KeyMissing):  # no key was made for it
        keys.get(key.item_id)
