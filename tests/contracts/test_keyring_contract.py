"""What every key store keeps to: durable keys, destroyed for ever, wrapped by a master key (R-7)."""

import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from storage.api import KeyDestroyed, KeyMissing, MasterKeyWrong, StoreUnavailable
from storage.master import MARK
from tests.storage.key_places import NOW, FilePlace, Place, ServerPlace


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        made: Place = FilePlace(tmp_path)
    else:
        made = ServerPlace(tmp_path, request.getfixturevalue("server"))
    yield made
    made.clear()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_each_item_has_one_key_of_its_own(place: Place) -> None:
    keys, one, two = place.open(), uuid4(), uuid4()
    assert keys.make(one) == keys.make(one) == keys.get(one)
    assert len({keys.make(one), keys.make(two)}) == 2
    assert len(keys.get(one)) == 32
    with pytest.raises(KeyMissing):
        keys.get(uuid4())
    assert keys.get_many([one, two, uuid4()]) == {one: keys.get(one), two: keys.get(two)}
    assert keys.get_many([]) == {}
    keys.destroy([one])
    assert set(keys.get_many([one, two])) == {two}
    assert keys.destroyed_among([one, two, uuid4()]) == {one}
    assert keys.destroyed_among([]) == set()
    assert (keys.status().keys, keys.status().destroyed) == (1, 1)


def test_keys_outlive_the_process_and_are_nowhere_plain(place: Place) -> None:
    item, keys = uuid4(), place.open()
    secret = keys.make(item)
    assert place.open().get(item) == secret
    assert not place.holds(secret)
    keys.close()
    assert place.open().get(item) == secret
    assert not place.holds(secret)


def test_r_7_of_a_destroyed_key_no_byte_is_left(place: Place) -> None:
    keys = place.open()
    items = [uuid4() for _ in range(300)]
    secrets = [keys.make(one) for one in items]
    wrapped = [place.wrapped(one) for one in items]
    assert all(place.holds(one) for one in wrapped)
    proof = keys.destroy(items[10:200:7])
    keys.purge()
    assert (proof.at, proof.looked_at, proof.not_claimed) == (NOW, place.looked_at, place.not_claimed)
    assert set(proof.items) == set(items[10:200:7])
    for number, item in enumerate(items):
        if item in proof.items:
            assert not place.holds(wrapped[number])
            with pytest.raises(KeyDestroyed) as gone:
                keys.get(item)
            assert (gone.value.item_id, gone.value.at) == (item, NOW)
        else:
            assert keys.get(item) == secrets[number]
    assert (keys.status().keys, keys.status().destroyed) == (300 - len(proof.items), len(proof.items))


def test_r_7_all_keys_destroyed_leave_only_tombstones(place: Place) -> None:
    keys = place.open()
    items = [uuid4() for _ in range(50)]
    for one in items:
        keys.make(one)
    keys.destroy(items)
    keys.purge()
    assert not place.holds(MARK)
    assert all(place.holds(one.bytes) for one in items)


def test_r_7_destruction_may_be_repeated_and_the_first_instant_stays(place: Place) -> None:
    keys, item = place.open(), uuid4()
    keys.make(item)
    assert keys.destroy([item, item]).items == (item,)
    place.now += timedelta(days=1)
    assert keys.destroy([item]).items == ()
    with pytest.raises(KeyDestroyed) as gone:
        place.open().make(item)
    assert gone.value.at == NOW


def test_r_7_an_item_that_never_had_a_key_gets_none_after_its_destruction(place: Place) -> None:
    keys, item = place.open(), uuid4()
    assert keys.destroy([item]).items == ()
    with pytest.raises(KeyDestroyed):
        keys.make(item)
    assert keys.status().destroyed == 1


def test_of_many_makers_at_once_all_get_the_same_key(place: Place) -> None:
    items = [uuid4() for _ in range(5)]
    rings = [place.open() for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        for item in items:
            assert len(set(pool.map(lambda n, item=item: rings[n % 4].make(item), range(8)))) == 1


def test_of_many_first_starts_at_once_all_get_one_key_store_and_one_master_key(place: Place) -> None:
    for turn in range(5):
        place, item = place.another(str(turn)), uuid4()
        with ThreadPoolExecutor(8) as pool:
            rings = list(pool.map(lambda _, place=place: place.open(), range(8)))
        assert len({ring.make(item) for ring in rings}) == 1
        assert len({(ring.status().master_id, ring.since) for ring in rings}) == 1


def test_r_7_a_key_made_and_destroyed_at_once_is_never_half(place: Place) -> None:
    one, two = place.open(), place.open()
    for _ in range(10):
        item = uuid4()
        with ThreadPoolExecutor(2) as pool:
            made, gone = pool.submit(one.make, item), pool.submit(two.destroy, [item])
            gone.result()
        assert made.exception() is None or isinstance(made.exception(), KeyDestroyed)
        with pytest.raises(KeyDestroyed):
            one.get(item)
    one.purge()
    assert not place.holds(MARK)


def test_a_wrapped_key_opens_for_its_own_item_only(place: Place) -> None:
    keys, one, two = place.open(), uuid4(), uuid4()
    keys.make(one)
    keys.make(two)
    place.put_for(two, place.wrapped(one))
    with pytest.raises(MasterKeyWrong, match="not intact"):
        keys.get(two)


@pytest.mark.parametrize(
    ("age", "found"),
    [
        pytest.param(timedelta(hours=1) - timedelta(microseconds=1), False, id="younger"),
        pytest.param(timedelta(hours=1), True, id="of the age"),
    ],
)
def test_keys_are_listed_by_age(place: Place, age: timedelta, found: bool) -> None:
    keys, item, gone = place.open(), uuid4(), uuid4()
    keys.make(item)
    keys.make(gone)
    keys.destroy([gone])
    place.now += age
    assert list(keys.made_before(place.now - timedelta(hours=1))) == [item] * found


def test_r_7_what_was_destroyed_is_told_and_what_lives_is_not(place: Place) -> None:
    keys, item, gone, never = place.open(), uuid4(), uuid4(), uuid4()
    assert list(keys.tombstones()) == []
    keys.make(item)
    keys.make(gone)
    keys.destroy([gone, never])
    assert set(keys.tombstones()) == {gone, never}
    assert set(place.open().tombstones()) == {gone, never}


# --- the master key


def corrupt(path: Path) -> None:
    path.write_text("docctl master key 1\nnot base64\n")


def short(path: Path) -> None:
    path.write_text("docctl master key 1\nAAAA\n")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda path: path.unlink(), "is missing", id="missing"),
        pytest.param(lambda path: path.chmod(0o640), "is open to others", id="its group may read it"),
        pytest.param(lambda path: path.chmod(0o604), "is open to others", id="all may read it"),
        pytest.param(lambda path: path.write_text(""), "holds no master key", id="empty"),
        pytest.param(corrupt, "holds no master key", id="no key"),
        pytest.param(short, "holds no master key", id="too short"),
        pytest.param(lambda path: (path.unlink(), path.mkdir(0o700)), "is no file", id="a folder"),
    ],
)
def test_a_master_key_that_cannot_be_used_stops_the_start(
    place: Place, change: Callable[[Path], object], said: str
) -> None:
    place.open().make(uuid4())
    change(place.master.path)
    with pytest.raises(MasterKeyWrong, match=said) as stopped:
        place.open()
    assert "\n" not in str(stopped.value)
    assert str(place.master.path) in str(stopped.value)


def test_another_master_key_stops_the_start(place: Place) -> None:
    place.open().make(uuid4())
    place.master.path.unlink()
    place.master.make()
    with pytest.raises(MasterKeyWrong, match="the key store needs"):
        place.open()


def test_a_master_key_that_is_there_is_used_for_a_new_key_store(place: Place) -> None:
    made = place.master.make()
    assert place.master.make().id == made.id
    assert place.open().status().master_id == made.id


def test_no_master_key_shows_in_an_error_or_a_repr(place: Place) -> None:
    key = place.master.make()
    assert key.line() not in repr(key)
    assert key.line() in place.master.path.read_text()


# --- rotation


def test_rotation_wraps_every_key_anew_and_closes_the_old_master_key(place: Place) -> None:
    keys = place.open()
    items = [uuid4() for _ in range(1203)]
    secrets = [keys.make(one) for one in items]
    keys.destroy(items[:3])
    before = [place.wrapped(one) for one in items[3:20]]
    old = place.folder / "old.key"
    old.write_bytes(place.master.path.read_bytes())
    old.chmod(0o600)
    old_id = keys.status().master_id
    done = keys.rotate()
    keys.drop_old_master()
    assert (done.old_id, done.keys) == (old_id, 1200)
    assert done.new_id == keys.status().master_id != old_id
    again = place.open()
    assert [again.get(one) for one in items[3:]] == secrets[3:]
    assert len(place.master.read()) == 1
    assert not any(place.holds(one) for one in before)
    with pytest.raises(MasterKeyWrong, match="the key store needs"):
        place.open(old)
    with pytest.raises(KeyDestroyed):
        keys.get(items[0])


def test_a_process_that_runs_through_a_rotation_goes_on(place: Place) -> None:
    other, item = place.open(), uuid4()
    secret = other.make(item)
    keys = place.open()
    keys.rotate()
    meanwhile = other.make(uuid4())
    keys.drop_old_master()
    assert other.get(item) == secret
    assert len({other.make(uuid4()), meanwhile}) == 2
    assert keys.status().behind == 0


def test_the_old_master_key_is_not_dropped_while_a_key_needs_it(place: Place) -> None:
    keys, item = place.open(), uuid4()
    keys.make(item)
    new, _old = place.master.renew()
    place.name_master(new.id)
    again = place.open()  # a rotation stopped here
    assert again.status().behind == 1
    with pytest.raises(StoreUnavailable, match="rotate again"):
        again.drop_old_master()
    assert again.get(item)
    assert again.rotate().new_id == new.id
    again.drop_old_master()
    assert place.open().get(item)


# --- copies


def test_a_copy_holds_wrapped_keys_for_its_owner_alone(place: Place) -> None:
    keys, item = place.open(), uuid4()
    secret, gone = keys.make(item), uuid4()
    keys.make(gone)
    keys.destroy([gone])
    copy = place.folder / "copy"
    assert keys.copy_to(copy, expires_on=date(2026, 5, 5)) == 1
    assert keys.expiry_of(copy) == date(2026, 5, 5)
    assert [path.name for path in place.folder.iterdir() if path.name.startswith("copy")] == ["copy"]
    assert mode(copy) == 0o600
    assert secret not in copy.read_bytes()
    assert copy.read_bytes().count(MARK) == 1
    with pytest.raises(FileExistsError):
        keys.copy_to(copy, expires_on=date(2026, 5, 5))


def test_r_7_keys_come_back_from_a_copy_but_no_destroyed_one(place: Place) -> None:
    keys = place.open()
    lost, kept, gone, here = (uuid4() for _ in range(4))
    secrets = {one: keys.make(one) for one in (lost, kept, gone)}
    keys.destroy([here])
    copy = place.folder / "copy"
    keys.copy_to(copy, expires_on=date(2026, 5, 5))
    keys.close()
    place.lose()
    fresh = place.open()  # the key store is lost, the master key is not
    fresh.destroy([gone])
    fresh.make(here)  # an item that the copy knows as destroyed
    assert fresh.take_from(copy) == 2
    assert {one: fresh.get(one) for one in (lost, kept)} == {one: secrets[one] for one in (lost, kept)}
    for one in (gone, here):
        with pytest.raises(KeyDestroyed):
            fresh.get(one)


def test_a_copy_of_another_master_key_gives_nothing(place: Place) -> None:
    keys, item = place.open(), uuid4()
    keys.make(item)
    copy = place.folder / "copy"
    keys.copy_to(copy, expires_on=date(2026, 5, 5))
    keys.rotate()
    keys.drop_old_master()
    with pytest.raises(MasterKeyWrong, match="the key store needs"):
        keys.take_from(copy)
    assert keys.status().keys == 1


@pytest.mark.parametrize("content", [b"", b"no copy" * 999])
def test_what_is_no_copy_gives_nothing(place: Place, content: bytes) -> None:
    keys, copy = place.open(), place.folder / "copy"
    copy.write_bytes(content)
    assert keys.expiry_of(copy) is None
    with pytest.raises(StoreUnavailable):
        keys.take_from(copy)
