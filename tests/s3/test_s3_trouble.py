"""A store that is down, slow, cut off, refusing, full or lying: bounded, clear, nothing half done (T-3)."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from storage.api import (
    Area,
    Damaged,
    FixityState,
    Key,
    LockNotHonoured,
    Stored,
    StoreFull,
    StoreUnavailable,
)
from tests.s3.between import Answer, Asked, Between, Reset, Silence, error
from tests.s3.conftest import Made, Make, now

pytestmark = pytest.mark.s3

DAY = timedelta(days=1)
MIB = 1 << 20
#: Above every wait of the tests' own patience together, far below that of a person.
BOUND = 30.0


@pytest.fixture
def made(make: Make, between: Between) -> Made:
    """Return a store that is reached through what stands between."""
    return make(url=between.url)


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    since = time.monotonic()
    yield
    assert time.monotonic() - since < 2 * BOUND


def a_key() -> Key:
    return Key.new(Area.RECORDS, "record", uuid4(), 1)


def put(made: Made, content: bytes = b"signed", **more: object) -> Stored:
    return made.store.put(a_key(), io.BytesIO(content), retain_until=None, **more)  # type: ignore[arg-type]


def read(made: Made, stored: Stored) -> bytes:
    with made.store.open(stored.key, stored.version) as stream:
        return stream.read()


def is_upload(asked: Asked) -> bool:
    return asked.method == "PUT" and not asked.query


def is_content(asked: Asked) -> bool:
    return asked.method == "GET" and "versionId" in asked.query


def left(made: Made, key: Key) -> int:
    """Return how many versions there really are, past what stands between."""
    owner = made.server.client("owner")
    found = owner.list_objects(made.records.name, prefix=key.path, recursive=True, include_version=True)
    return len(list(found))


def verified(made: Made, stored: Stored) -> None:
    """Turn a report of damage into an error, so that it can be told from silence."""
    found = made.store.verify(stored.key, stored.version)
    if found.state is not FixityState.OK:
        raise Damaged(stored.key, stored.version, str(found.expected), str(found.found))


def every_call(made: Made, stored: Stored) -> list[Callable[[], object]]:
    key, version = stored.key, stored.version
    return [
        lambda: made.store.put(a_key(), io.BytesIO(b"x"), retain_until=None),
        lambda: read(made, stored),
        lambda: made.store.stat(key, version),
        lambda: made.store.retain(key, version, until=now() + DAY),
        lambda: made.store.hold(key, version, on=True),
        lambda: verified(made, stored),
        lambda: list(made.store.list(Area.RECORDS)),
        lambda: made.store.destroy(key),
    ]


def fail(problem: Exception | Answer) -> Callable[[Asked], Answer]:
    def before(_: Asked) -> Answer:
        if isinstance(problem, Exception):
            raise problem
        return problem

    return before


HTML = Answer(404, b"<html>nothing here</html>", [("Content-Type", "text/html")])
TROUBLES = {
    "reset": Reset(),
    "silence": Silence(3),
    "403": error(403, "AccessDenied"),
    "403 of a proxy": Answer(403, b"no", [("Content-Type", "text/plain")]),
    "404 of a proxy": HTML,
    "500": error(500, "InternalError"),
    "503": error(503, "SlowDown"),
    "a moved server": Answer(301, b"", [("Location", "http://127.0.0.1:9/")]),
    "not XML": Answer(200, b"ok", [("Content-Type", "application/xml")]),
    "clock": error(403, "RequestTimeTooSkewed"),
    "wait an hour": replace(error(503, "SlowDown"), headers=[("Retry-After", "3600")]),
}
#: What nonsense may mean, said without an error.
LIES = (StoreUnavailable, Damaged, LockNotHonoured)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_is_named_for_each_call_and_heals(made: Made, between: Between, trouble: str) -> None:
    stored = put(made)
    between.before = fail(TROUBLES[trouble])
    for call in every_call(made, stored):
        since = time.monotonic()
        with pytest.raises(LIES if trouble == "not XML" else StoreUnavailable):
            call()
        assert time.monotonic() - since < BOUND
    between.honest()
    assert read(made, stored) == b"signed"
    assert made.store.stat(stored.key, stored.version).held is False
    assert read(made, put(made, b"again")) == b"again"


def test_a_server_that_is_down_is_named_and_found_again(made: Made, between: Between) -> None:
    stored = put(made)
    between.stop()
    for call in every_call(made, stored):
        with pytest.raises(StoreUnavailable):
            call()
    between.start()
    assert read(made, stored) == b"signed"
    assert made.store.destroy(stored.key).versions == (stored.version,)


@pytest.mark.parametrize("problem", [Reset(), error(507, "InsufficientStorage"), error(403, "QuotaExceeded")])
@pytest.mark.parametrize("size", [100, 6 * MIB])
def test_a_put_that_fails_leaves_nothing_visible(
    made: Made, between: Between, problem: Exception | Answer, size: int
) -> None:
    between.before = lambda asked: fail(problem)(asked) if asked.method == "PUT" else None
    key = a_key()
    expected = StoreUnavailable if isinstance(problem, Reset) else StoreFull
    with pytest.raises(expected):
        made.store.put(key, io.BytesIO(bytes(size)), retain_until=None)
    between.honest()
    assert left(made, key) == 0
    assert made.records.end_uploads(key.path) == 0
    assert made.store.put(key, io.BytesIO(b"x"), retain_until=None).size == 1


def test_full_without_a_word_of_xml_is_full_as_well(made: Made, between: Between) -> None:
    between.before = lambda asked: Answer(507, b"full") if is_upload(asked) else None
    with pytest.raises(StoreFull):
        put(made)


def test_v_2_a_put_whose_answer_is_lost_gives_one_object(made: Made, between: Between) -> None:
    lost: list[Asked] = []

    def after(asked: Asked, answer: Answer) -> Answer:
        if is_upload(asked):  # the server has it; nobody hears of it, at the repetitions neither
            lost.append(asked)
            raise Reset
        return answer

    between.after = after
    stored = put(made)
    assert len(lost) == 2
    between.honest()
    assert left(made, stored.key) == 1
    assert read(made, stored) == b"signed"
    assert [one.version for one in made.store.list(Area.RECORDS)] == [stored.version]


def test_v_2_parts_whose_end_is_not_confirmed_give_one_object(made: Made, between: Between) -> None:
    def after(asked: Asked, answer: Answer) -> Answer:
        if asked.method == "POST" and "uploadId" in asked.query:
            raise Reset
        return answer

    between.after = after
    content = bytes(6 * MIB)
    stored = put(made, content)
    between.honest()
    assert left(made, stored.key) == 1
    assert read(made, stored) == content


# --- locks that are dropped


def test_r_4_a_server_that_ignores_locks_is_refused(made: Made, between: Between) -> None:
    between.before = lambda asked: Answer(200) if "retention" in asked.query else None
    key = a_key()
    with pytest.raises(LockNotHonoured) as refused:
        made.store.put(key, io.BytesIO(b"signed"), retain_until=now() + DAY)
    assert refused.value.found is None
    assert left(made, key) == 0
    stored = put(made)
    with pytest.raises(LockNotHonoured):
        made.store.retain(stored.key, stored.version, until=now() + DAY)


def test_r_4_a_server_that_keeps_another_date_is_refused(made: Made, between: Between) -> None:
    stored = put(made)

    def after(asked: Asked, answer: Answer) -> Answer:
        answer.headers = [
            (name, "1970-01-01T00:00:00Z" if name.endswith("retain-until-date") else value)
            for name, value in answer.headers
        ]
        return answer

    between.after = after
    with pytest.raises(LockNotHonoured) as refused:
        made.store.retain(stored.key, stored.version, until=now() + DAY)
    assert str(refused.value.found).startswith("1970")


@pytest.mark.parametrize("shown", ["tomorrow", "", "2026-12-01"])
def test_r_4_a_lock_whose_date_cannot_be_read_destroys_nothing(
    made: Made, between: Between, shown: str
) -> None:
    stored = put(made)
    made.store.retain(stored.key, stored.version, until=now() + DAY)

    def after(asked: Asked, answer: Answer) -> Answer:
        answer.headers = [
            (name, shown if name.endswith("retain-until-date") else value) for name, value in answer.headers
        ]
        return answer

    between.after = after
    with pytest.raises(Damaged):
        made.store.destroy(stored.key)
    assert made.store.verify(stored.key, stored.version).state is FixityState.DAMAGED
    between.honest()
    assert left(made, stored.key) == 1


def test_r_5_a_server_that_ignores_holds_is_refused(made: Made, between: Between) -> None:
    between.before = lambda asked: Answer(200) if "legal-hold" in asked.query else None
    stored = put(made)
    with pytest.raises(LockNotHonoured):
        made.store.hold(stored.key, stored.version, on=True)


def test_r_7_a_server_that_only_says_it_has_removed_is_found_out(made: Made, between: Between) -> None:
    stored = put(made)
    done = b'<?xml version="1.0"?><DeleteResult></DeleteResult>'
    answer = Answer(200, done, [("Content-Type", "application/xml")])
    between.before = lambda asked: answer if "delete" in asked.query else None
    with pytest.raises(StoreUnavailable, match="something is left"):
        made.store.destroy(stored.key)
    between.honest()
    assert read(made, stored) == b"signed"


# --- bytes


def test_t_3_a_flipped_bit_is_never_served(made: Made, between: Between) -> None:
    content = bytes(range(256)) * 8192
    stored = put(made, content)

    def after(asked: Asked, answer: Answer) -> Answer:
        if is_content(asked) and answer.status in {200, 206}:
            answer.body = answer.body[:-1] + bytes([answer.body[-1] ^ 1])
        return answer

    between.after = after
    with made.store.open(stored.key, stored.version) as stream, pytest.raises(Damaged):
        stream.read(1)
    assert made.store.verify(stored.key, stored.version).state is FixityState.DAMAGED
    between.honest()
    assert read(made, stored) == content


def test_t_3_bytes_that_the_way_has_spoiled_are_fetched_again(made: Made, between: Between) -> None:
    stored, spoiled = put(made), []

    def after(asked: Asked, answer: Answer) -> Answer:
        if is_content(asked) and not spoiled:
            spoiled.append(asked)
            answer.body = b"Signed"
        return answer

    between.after = after
    assert read(made, stored) == b"signed"
    assert spoiled


def test_t_3_a_body_that_is_cut_is_asked_for_again(made: Made, between: Between) -> None:
    content = bytes(range(256)) * 8192
    stored, cut = put(made, content), []

    def after(asked: Asked, answer: Answer) -> Answer:
        if is_content(asked) and len(cut) < 2:
            cut.append(asked)
            answer.cut_at = 1000
        return answer

    between.after = after
    assert read(made, stored) == content
    assert len(cut) == 2


def test_a_body_that_is_always_cut_is_a_failure_not_damage(made: Made, between: Between) -> None:
    stored = put(made, bytes(MIB))

    def after(asked: Asked, answer: Answer) -> Answer:
        if is_content(asked):
            answer.cut_at = 1000
        return answer

    between.after = after
    with pytest.raises(StoreUnavailable):
        read(made, stored)
    with pytest.raises(StoreUnavailable):
        made.store.verify(stored.key, stored.version)


def test_t_3_a_version_of_another_length_is_damaged_at_once(made: Made, between: Between) -> None:
    stored = put(made)

    def after(asked: Asked, answer: Answer) -> Answer:
        if asked.method == "HEAD":
            answer.headers = [(n, "5" if n == "Content-Length" else v) for n, v in answer.headers]
        return answer

    between.after = after
    with pytest.raises(Damaged):
        made.store.open(stored.key, stored.version)


@pytest.mark.parametrize("what", ["retention", "legal-hold"])
def test_r_4_a_lock_that_a_server_calls_impossible_is_not_a_lost_object(
    made: Made, between: Between, what: str
) -> None:
    stored = put(made)
    between.before = lambda asked: error(400, "InvalidArgument") if what in asked.query else None
    ask = {
        "retention": lambda: made.store.retain(stored.key, stored.version, until=now() + DAY),
        "legal-hold": lambda: made.store.hold(stored.key, stored.version, on=True),
    }
    with pytest.raises(StoreUnavailable):
        ask[what]()
