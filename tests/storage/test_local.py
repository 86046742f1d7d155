"""What only a folder can show: modes, full and failing disks, damage, leftovers (R-4, R-7, T-3)."""

import errno
import io
import os
import shutil
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from storage.api import (
    AlreadyStored,
    Area,
    Damaged,
    FixityState,
    HoldActive,
    Key,
    LockNotHonoured,
    ObjectMissing,
    RetentionActive,
    Stored,
    StoreFull,
    StoreUnavailable,
    StrayKind,
)
from storage.disk import Temporary, exclusive
from storage.local import LocalStore
from storage.state import State

NOW = datetime(2026, 3, 31, 16, tzinfo=UTC)
DAY = timedelta(days=1)
NO_AGE = timedelta(0)
BLOCK = 1 << 20


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def store(root: Path) -> LocalStore:
    return LocalStore(root, clock=lambda: NOW)


def a_key(area: Area = Area.RECORDS) -> Key:
    return Key.new(area, "record", uuid4(), 1)


def put(store: LocalStore, key: Key | None = None, content: bytes = b"signed", until: Any = None) -> Stored:
    return store.put(key or a_key(), io.BytesIO(content), retain_until=until)


def files(root: Path) -> list[Path]:
    marker = root / "storage.format"
    return sorted(path for path in root.rglob("*") if path.is_file() and path != marker)


def content_file(root: Path, stored: Stored) -> Path:
    return root / f"{stored.key}.{stored.version}"


def state_file(root: Path, stored: Stored) -> Path:
    return root / f"{stored.key}.state"


def overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(content)


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    overwrite(path, bytes(content))


# --- files


def test_nobody_else_reads_the_store(root: Path, store: LocalStore) -> None:
    stored = put(store, until=NOW)
    store.hold(stored.key, stored.version, on=True)
    for path in (root, *root.rglob("*")):
        wanted = 0o700 if path.is_dir() else 0o400
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
    assert [path.name for path in files(root)] == [
        content_file(root, stored).name,
        state_file(root, stored).name,
    ]
    assert content_file(root, stored).stat().st_nlink == 1


def test_r_7_after_destruction_no_file_and_no_folder_of_the_item_is_left(
    root: Path, store: LocalStore
) -> None:
    stored = put(store)
    store.destroy(stored.key)
    assert files(root) == []
    assert list((root / "records" / "record").iterdir()) == []


def test_a_store_opens_again(root: Path, store: LocalStore) -> None:
    stored = put(store, until=NOW + DAY)
    store.hold(stored.key, stored.version, on=True)
    again = LocalStore(root, clock=lambda: NOW + 2 * DAY)
    with again.open(stored.key, stored.version) as stream:
        assert stream.read() == b"signed"
    with pytest.raises(HoldActive):
        again.destroy(stored.key)


def traced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note from now on what is written through and what is linked, in order."""
    steps: list[str] = []
    fsync, link = os.fsync, os.link

    def noted_fsync(fd: int) -> None:
        name = Path(f"/proc/self/fd/{fd}").readlink().name
        steps.append("fsync " + (name.rpartition(".")[0] if name.startswith(".tmp-") else name))
        fsync(fd)

    def noted_link(source: Path, target: Path) -> None:
        steps.append(f"link {target.name}")
        link(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "link", noted_link)
    return steps


def test_every_write_is_on_the_disk_before_the_next(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store)  # the first of its kind makes a folder more durable
    steps = traced(monkeypatch)
    before = store.fsyncs
    stored = put(store, until=NOW)
    item, leaf = str(stored.key.item_id), stored.key.leaf
    assert steps == [
        "fsync record",
        *(f"fsync .tmp-{leaf}", f"fsync .tmp-{leaf}"),
        *(f"link {leaf}.{stored.version}", f"fsync {item}"),
        *(f"link {leaf}.state", f"fsync {item}"),
    ]
    assert store.fsyncs - before == 5  # item's folder, bytes, state, and the name of each
    before = store.fsyncs
    store.retain(stored.key, stored.version, until=NOW)
    assert store.fsyncs - before == 1  # nothing new, but made sure
    store.hold(stored.key, stored.version, on=True)
    assert store.fsyncs - before == 3


def test_a_folder_of_other_things_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(StoreUnavailable):
        LocalStore(tmp_path, clock=lambda: NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_store_of_another_format_is_not_opened(root: Path, store: LocalStore) -> None:
    overwrite(root / "storage.format", b"docctl local store 2\n")
    with pytest.raises(StoreUnavailable, match="another format"):
        LocalStore(root, clock=lambda: NOW)


def test_a_store_half_made_is_completed(root: Path) -> None:
    (root / "records").mkdir(parents=True)
    (root / ".tmp-storage.format.00").touch()
    put(LocalStore(root, clock=lambda: NOW))


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda s, o: s.open(o.key, o.version), id="open"),
        pytest.param(lambda s, o: s.stat(o.key, o.version), id="stat"),
        pytest.param(lambda s, o: s.verify(o.key, o.version), id="verify"),
        pytest.param(lambda s, o: s.destroy(o.key), id="destroy"),
        pytest.param(lambda s, o: s.retain(o.key, o.version, until=NOW), id="retain"),
        pytest.param(lambda s, o: s.hold(o.key, o.version, on=True), id="hold"),
        pytest.param(lambda s, o: put(s, a_key()), id="put"),
        pytest.param(lambda s, o: list(s.list(Area.RECORDS)), id="list"),
        pytest.param(lambda s, o: s.sweep_temp(older_than=NO_AGE), id="sweep"),
    ],
)
def test_t_3_a_store_that_is_not_there_has_no_missing_objects(
    root: Path, store: LocalStore, call: Callable[[LocalStore, Stored], object]
) -> None:
    stored = put(store)
    shutil.rmtree(root)
    root.mkdir()
    with pytest.raises(StoreUnavailable):
        call(store, stored)


def test_a_symbolic_link_is_not_followed(root: Path, store: LocalStore, tmp_path: Path) -> None:
    stored = put(store)
    (tmp_path / "secret").write_bytes(b"secret")
    content_file(root, stored).unlink()
    content_file(root, stored).symlink_to(tmp_path / "secret")
    with pytest.raises(StoreUnavailable):
        store.open(stored.key, stored.version)


# --- a disk that is full or fails


def failing(monkeypatch: pytest.MonkeyPatch, name: str, *, after: int, code: int) -> Callable[[], int]:
    """Let `os.<name>` fail once it was called `after` times; return how often it was called."""
    real, calls = getattr(os, name), 0

    def fake(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > after:
            raise OSError(code, os.strerror(code))
        return real(*args, **kwargs)

    monkeypatch.setattr(os, name, fake)
    return lambda: calls


@pytest.mark.parametrize("after", range(6))
@pytest.mark.parametrize("name", ["write", "fsync", "link"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_put_that_fails_at_any_step_leaves_nothing(
    root: Path,
    store: LocalStore,
    monkeypatch: pytest.MonkeyPatch,
    after: int,
    name: str,
    code: int,
) -> None:
    put(store)
    before, key = files(root), a_key()
    with monkeypatch.context() as patch:
        calls = failing(patch, name, after=after, code=code)
        expected = StoreUnavailable if code == errno.EIO else StoreFull
        try:
            put(store, key, b"x" * 3 * BLOCK, until=NOW + DAY)
        except expected:
            assert calls() > after
        else:
            assert calls() <= after
            return
    assert files(root) == before
    again = LocalStore(root, clock=lambda: NOW)
    assert again.destroy(key).versions == ()
    put(again, key)


def test_a_write_taken_in_parts_is_completed(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data)[:1000]))
    stored = put(store, content=b"0123456789" * 1234)
    with store.open(stored.key, stored.version) as stream:
        assert stream.read() == b"0123456789" * 1234


@pytest.mark.parametrize(
    ("code", "is_fatal"), [(errno.EIO, True), (errno.ENOSPC, False), (errno.EDQUOT, False)]
)
def test_after_a_failed_fsync_nothing_is_written_until_the_store_is_opened_again(
    root: Path, store: LocalStore, monkeypatch: pytest.MonkeyPatch, code: int, is_fatal: bool
) -> None:
    stored = put(store)
    with monkeypatch.context() as patch:
        failing(patch, "fsync", after=0, code=code)
        with pytest.raises((StoreUnavailable, StoreFull)):
            store.hold(stored.key, stored.version, on=True)
    steps: list[Callable[[LocalStore], object]] = [
        put,
        lambda s: s.hold(stored.key, stored.version, on=True),
        lambda s: s.hold(stored.key, stored.version, on=False),
        lambda s: s.destroy(stored.key),
    ]
    for step in steps:
        if is_fatal:
            with pytest.raises(StoreUnavailable, match="fsync"):
                step(store)
        else:
            step(store)
    if is_fatal:
        with store.open(stored.key, stored.version) as stream:
            assert stream.read() == b"signed"
        for step in steps:
            step(LocalStore(root, clock=lambda: NOW))


@pytest.mark.parametrize("after", range(3))
@pytest.mark.parametrize("name", ["write", "fsync"])
def test_r_4_a_lock_that_cannot_be_written_leaves_the_old_one(
    root: Path, store: LocalStore, monkeypatch: pytest.MonkeyPatch, name: str, after: int
) -> None:
    stored = put(store, until=NOW + DAY)
    before = files(root)
    with monkeypatch.context() as patch:
        calls = failing(patch, name, after=after, code=errno.ENOSPC)
        try:
            store.retain(stored.key, stored.version, until=NOW + 2 * DAY)
        except StoreFull:
            assert calls() > after
    assert files(root) == before
    until = store.stat(stored.key, stored.version).retain_until
    assert until is not None
    assert until >= NOW + DAY
    with pytest.raises(RetentionActive):
        store.destroy(stored.key)


def test_r_4_a_lock_that_is_not_read_back_is_refused(
    root: Path, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = put(store)
    real = State.to_bytes
    monkeypatch.setattr(
        State,
        "to_bytes",
        lambda state: real(
            State(
                **{
                    **{name: getattr(state, name) for name in State.__dataclass_fields__},
                    "retain_until": None,
                    "held": False,
                }
            )
        ),
    )
    before = files(root)
    with pytest.raises(LockNotHonoured) as refused:
        put(store, until=NOW + DAY)
    assert (refused.value.asked, refused.value.found) == (NOW + DAY, None)
    assert files(root) == before
    with pytest.raises(LockNotHonoured):
        store.retain(stored.key, stored.version, until=NOW + DAY)
    with pytest.raises(LockNotHonoured):
        store.hold(stored.key, stored.version, on=True)


# --- damage


@pytest.mark.parametrize("at", [0, BLOCK - 1, BLOCK, 2 * BLOCK, 2 * BLOCK + 99])
def test_t_3_a_flipped_bit_is_found_and_never_served(root: Path, store: LocalStore, at: int) -> None:
    content = bytes(range(256)) * 8192 + b"x" * 100
    stored = put(store, content=content)
    flip(content_file(root, stored), at)
    fixity = store.verify(stored.key, stored.version)
    assert (fixity.state, fixity.expected) == (FixityState.DAMAGED, stored.stored_sha256)
    assert fixity.found not in {None, fixity.expected}
    with store.open(stored.key, stored.version) as stream:
        served = stream.read(at - at % BLOCK)
        assert served == content[: at - at % BLOCK]
        with pytest.raises(Damaged) as refused:
            stream.read(1)
        stream.seek(at)
        with pytest.raises(Damaged):
            stream.read(1)
    assert (refused.value.key, refused.value.version) == (stored.key, stored.version)
    assert content_file(root, stored).exists()


@pytest.mark.parametrize("change", [b"", b"signe", b"signed ", None])
def test_t_3_truncated_grown_or_lost_bytes_are_found(
    root: Path, store: LocalStore, change: bytes | None
) -> None:
    stored = put(store)
    path = content_file(root, stored)
    if change is None:
        path.unlink()
        assert store.verify(stored.key, stored.version).state is FixityState.MISSING
        with pytest.raises(ObjectMissing):
            store.stat(stored.key, stored.version)
        with pytest.raises(ObjectMissing):
            store.open(stored.key, stored.version)
    else:
        overwrite(path, change)
        assert store.verify(stored.key, stored.version).state is FixityState.DAMAGED
        with pytest.raises(Damaged):
            store.open(stored.key, stored.version)
    assert [one.version for one in store.list(Area.RECORDS)] == [stored.version]
    with pytest.raises(AlreadyStored):
        put(store, stored.key)


@pytest.mark.parametrize("at", [0, 63, 64, 100, -1])
def test_r_4_a_flipped_bit_in_the_state_unlocks_nothing(root: Path, store: LocalStore, at: int) -> None:
    stored = put(store, until=NOW + DAY)
    flip(state_file(root, stored), at)
    assert_closed(store, stored)


@pytest.mark.parametrize("content", [None, b"", b"\n", b"{}"])
def test_r_4_a_lost_state_unlocks_nothing(root: Path, store: LocalStore, content: bytes | None) -> None:
    stored = put(store, until=NOW + DAY)
    if content is None:
        state_file(root, stored).unlink()
    else:
        overwrite(state_file(root, stored), content)
    assert_closed(store, stored)


def test_r_4_the_state_of_another_object_unlocks_nothing(root: Path, store: LocalStore) -> None:
    stored, other = put(store, until=NOW + DAY), put(store)
    overwrite(state_file(root, stored), state_file(root, other).read_bytes())
    assert_closed(store, stored)


def assert_closed(store: LocalStore, stored: Stored) -> None:
    """Check that an object whose locks are not known is shown, kept, and not served."""
    key, version = stored.key, stored.version
    for call in (
        lambda: store.open(key, version),
        lambda: store.stat(key, version),
        lambda: store.retain(key, version, until=NOW),
        lambda: store.hold(key, version, on=False),
        lambda: store.destroy(key),
    ):
        with pytest.raises(Damaged):
            call()
    with pytest.raises(AlreadyStored):
        put(store, key)
    fixity = store.verify(key, version)
    assert (fixity.state, fixity.expected) == (FixityState.DAMAGED, None)
    assert fixity.found == stored.stored_sha256
    store.sweep_temp(older_than=NO_AGE)
    assert [one.version for one in store.list(Area.RECORDS, key.path)] == [version]


@pytest.mark.parametrize("is_lost", [True, False])
def test_r_7_what_can_be_made_again_goes_also_without_its_state(
    root: Path, store: LocalStore, is_lost: bool
) -> None:
    stored = put(store, a_key(Area.DERIVED))
    if is_lost:
        state_file(root, stored).unlink()
    else:
        flip(state_file(root, stored), 0)
    assert store.destroy(stored.key).versions == (stored.version,)
    assert files(root) == []


def test_t_3_two_objects_swapped_are_found(root: Path, store: LocalStore) -> None:
    first, second = put(store, content=b"first"), put(store, content=b"other")
    overwrite(content_file(root, first), b"other")
    overwrite(content_file(root, second), b"first")
    for stored in (first, second):
        assert store.verify(stored.key, stored.version).state is FixityState.DAMAGED
        with (
            store.open(stored.key, stored.version) as stream,
            pytest.raises(Damaged),
        ):
            stream.read()


def test_t_3_a_sector_that_cannot_be_read_is_damage(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = put(store)
    with store.open(stored.key, stored.version) as stream:
        with monkeypatch.context() as patch:
            failing(patch, "pread", after=0, code=errno.EIO)
            with pytest.raises(Damaged):
                stream.read()
        with monkeypatch.context() as patch:
            failing(patch, "pread", after=0, code=errno.ESTALE)
            with pytest.raises(StoreUnavailable):
                stream.read()


def test_t_3_a_listing_of_one_item_walks_past_no_other(
    root: Path, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = put(store), put(store)
    with monkeypatch.context() as patch:

        def scandir(folder: Path) -> None:
            raise AssertionError(f"{folder} was walked")

        patch.setattr(os, "scandir", scandir)
        for stored in (mine, other):
            prefix = f"record/{stored.key.item_id}/"
            assert [one.key for one in store.list(Area.RECORDS, prefix)] == [stored.key]
        for nowhere in ("../record/", "record/../", "record/./", "/", "//", f"other/{mine.key.item_id}/"):
            assert list(store.list(Area.RECORDS, nowhere)) == []


def test_t_3_a_listing_passes_over_what_is_not_ours(root: Path, store: LocalStore) -> None:
    stored = put(store)
    (content_file(root, stored).parent / "notes.txt").touch()
    (root / "records" / "lost+found").mkdir()
    (root / "records" / "readme").touch()
    (root / "records" / "record" / "readme").touch()
    assert [one.key for one in store.list(Area.RECORDS)] == [stored.key]
    store.sweep_temp(older_than=NO_AGE)
    assert len(files(root)) == 5


# --- leftovers


def leave(root: Path, key: Key, *, as_content: bool = False) -> list[Path]:
    """Leave what a process killed in `put` leaves; its locks have gone with it."""
    folder = (root / str(key)).parent
    folder.mkdir(exist_ok=True)
    temporary = Temporary(folder, key.leaf)
    temporary.write(b"half")
    os.close(temporary.fd)
    left = [temporary.path]
    if as_content:
        left.append(root / f"{key}.{uuid4().hex}")
        os.link(temporary.path, left[1])
    return left


@pytest.mark.parametrize("as_content", [False, True])
def test_leftovers_are_not_seen_and_are_swept(root: Path, store: LocalStore, as_content: bool) -> None:
    stored = put(store)
    key = a_key()
    left = leave(root, key, as_content=as_content)
    beside = leave(root, Key.new(key.area, key.kind, stored.key.item_id, 2))
    assert [one.key for one in store.list(Area.RECORDS)] == [stored.key]
    assert all(path.exists() for path in (*left, *beside))
    assert store.sweep_temp(older_than=timedelta(hours=1)).files == 0
    swept = store.sweep_temp(older_than=NO_AGE)
    assert (swept.files, swept.size) == (2, 8)
    assert files(root) == sorted([content_file(root, stored), state_file(root, stored)])
    assert not (root / str(key)).parent.exists()
    assert store.sweep_temp(older_than=NO_AGE).files == 0


@pytest.mark.parametrize("as_content", [False, True])
def test_r_7_leftovers_under_a_key_are_destroyed_with_it(
    root: Path, store: LocalStore, as_content: bool
) -> None:
    key = a_key()
    put(store)
    leave(root, key, as_content=as_content)
    put(store, key)
    leave(root, key, as_content=as_content)
    assert len(store.destroy(key).versions) == 1
    assert not (root / str(key)).parent.exists()


def test_a_sweep_takes_only_the_second_name_of_what_is_stored(root: Path, store: LocalStore) -> None:
    stored = put(store, until=NOW + DAY)
    path = content_file(root, stored)
    os.link(path, path.parent / f".tmp-{stored.key.leaf}.0123")
    assert store.sweep_temp(older_than=NO_AGE).files == 1
    with store.open(stored.key, stored.version) as stream:
        assert stream.read() == b"signed"


def test_a_sweep_spares_what_is_being_written(root: Path, store: LocalStore) -> None:
    class Swept(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            assert LocalStore(root, clock=lambda: NOW).sweep_temp(older_than=NO_AGE).files == 0
            return super().read(size)

    stored = store.put(a_key(), Swept(b"signed"), retain_until=None)
    with store.open(stored.key, stored.version) as stream:
        assert stream.read() == b"signed"


def test_sweeps_and_puts_at_once_do_not_disturb_each_other(root: Path, store: LocalStore) -> None:
    def write(number: int) -> list[Stored]:
        own = LocalStore(root, clock=lambda: NOW)
        return [put(own, content=b"%d" % number) for _ in range(20)]

    with ThreadPoolExecutor(3) as pool:
        writing = [pool.submit(write, number) for number in range(3)]
        while not all(one.done() for one in writing):
            assert store.sweep_temp(older_than=NO_AGE).files == 0
        stored = [one for done in writing for one in done.result()]
    assert len(list(store.list(Area.RECORDS))) == len(stored) == 60


def test_r_7_a_put_whose_key_is_destroyed_meanwhile_fails(root: Path, store: LocalStore) -> None:
    key = a_key()

    class Destroying(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            store.destroy(key)
            return super().read(size)

    with pytest.raises(StoreUnavailable):
        store.put(key, Destroying(b"signed"), retain_until=None)
    assert files(root) == []


def test_r_4_a_destruction_waits_for_an_object_that_is_appearing(
    root: Path, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = a_key()
    answers: list[object] = []

    def destroy() -> None:
        try:
            answers.append(store.destroy(key).versions)
        except RetentionActive as error:
            answers.append(error)

    destroying, link = threading.Thread(target=destroy), os.link

    def link_slowly(source: Path, target: Path) -> None:
        if target.name.endswith(".state"):  # the bytes have their name already
            destroying.start()
            destroying.join(0.05)
        link(source, target)

    monkeypatch.setattr(os, "link", link_slowly)
    stored = put(store, key, until=NOW + DAY)
    destroying.join()
    assert [type(answer) for answer in answers] == [RetentionActive]
    assert store.verify(key, stored.version).state is FixityState.OK


def test_r_7_destruction_is_not_claimed_while_something_is_left(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = put(store)
    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", lambda *args, **kwargs: None)
        with pytest.raises(StoreUnavailable, match="left"):
            store.destroy(stored.key)
    assert store.destroy(stored.key).versions == (stored.version,)


def test_a_lock_on_a_folder_that_was_made_anew_meanwhile_is_taken_anew(tmp_path: Path) -> None:
    folder, entered = tmp_path / "item", threading.Event()
    folder.mkdir()

    def enter() -> None:
        with exclusive(folder) as is_there:
            assert is_there
            entered.set()

    waiting = threading.Thread(target=enter)
    with exclusive(folder):
        waiting.start()
        entered.wait(0.05)
        folder.rename(tmp_path / "old")
        folder.mkdir()
        lock = exclusive(folder)
        lock.__enter__()
    assert not entered.wait(0.05)
    lock.__exit__(None, None, None)
    waiting.join()
    assert entered.is_set()


@pytest.mark.parametrize("after", range(6))
@pytest.mark.parametrize("name", ["unlink", "rmdir", "fsync"])
def test_r_7_a_destruction_that_was_interrupted_goes_on(
    root: Path, store: LocalStore, monkeypatch: pytest.MonkeyPatch, name: str, after: int
) -> None:
    stored = put(store)
    leave(root, stored.key, as_content=True)
    with monkeypatch.context() as patch:
        calls = failing(patch, name, after=after, code=errno.EIO)
        try:
            store.destroy(stored.key)
        except StoreUnavailable:
            assert calls() > after
        else:
            assert calls() <= after
    again = LocalStore(root, clock=lambda: NOW)
    assert again.destroy(stored.key).versions in {(), (stored.version,)}
    assert files(root) == []


def test_t_3_files_that_no_put_has_left_are_named(tmp_path: Path) -> None:
    root = tmp_path / "objects"
    store = LocalStore(root, clock=lambda: NOW)
    key = Key.new(Area.RECORDS, "record", uuid4(), 1)
    store.put(key, io.BytesIO(b"signed"), retain_until=None)
    item = root / "records" / "record" / str(key.item_id)
    for path in (item / "notes.txt", item.parent / "loose", root / "records" / "top"):
        path.write_bytes(b"")
    assert {(one.kind, one.name) for one in store.strays(Area.RECORDS)} == {
        (StrayKind.NO_KEY, "record/loose"),
        (StrayKind.NO_KEY, f"record/{key.item_id}/notes.txt"),
        (StrayKind.NO_KEY, "top"),
    }
    assert list(store.strays(Area.DERIVED)) == []
