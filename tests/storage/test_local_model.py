"""The local store behaves like a dictionary with locks, whatever the order of calls (R-4, R-5)."""

import io
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from storage.api import (
    AlreadyStored,
    Area,
    FixityState,
    HoldActive,
    Key,
    ObjectMissing,
    RetentionActive,
    RetentionShortened,
)
from storage.local import LocalStore

START = datetime(2026, 3, 31, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)
ITEMS = [UUID(int=1), UUID(int=2)]
KEYS = [Key.new(Area.RECORDS, "record", item, ordinal) for item in ITEMS for ordinal in (1, 2)]
keys = st.sampled_from(KEYS)
hours = st.one_of(st.none(), st.integers(-2, 5))


@dataclass
class Expected:
    version: str
    content: bytes
    until: datetime | None
    held: bool = False


class LocalAgainstModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.at = START
        self.model: dict[Key, Expected] = {}
        self.gone: list[tuple[Key, str]] = []
        self.reopen()

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule()
    def reopen(self) -> None:
        self.store = LocalStore(Path(self.folder.name) / "objects", clock=lambda: self.at)

    @rule(by=st.integers(-3, 6))
    def move_the_clock(self, by: int) -> None:
        self.at += by * HOUR

    @rule(key=keys, content=st.binary(max_size=20), until=hours)
    def put(self, key: Key, content: bytes, until: int | None) -> None:
        instant = None if until is None else self.at + until * HOUR
        if key in self.model:
            with pytest.raises(AlreadyStored):
                self.store.put(key, io.BytesIO(content), retain_until=instant)
        else:
            stored = self.store.put(key, io.BytesIO(content), retain_until=instant)
            self.model[key] = Expected(stored.version, content, instant)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), by=st.integers(-2, 5))
    def retain(self, data: st.DataObject, by: int) -> None:
        key, expected = self.one(data)
        until = self.at + by * HOUR
        if expected.until is not None and until < expected.until:
            with pytest.raises(RetentionShortened):
                self.store.retain(key, expected.version, until=until)
        else:
            self.store.retain(key, expected.version, until=until)
            expected.until = until

    @precondition(lambda self: self.model)
    @rule(data=st.data(), on=st.booleans())
    def hold(self, data: st.DataObject, on: bool) -> None:
        key, expected = self.one(data)
        self.store.hold(key, expected.version, on=on)
        expected.held = on

    @rule(key=keys)
    def destroy(self, key: Key) -> None:
        expected = self.model.get(key)
        if expected is None:
            assert self.store.destroy(key).versions == ()
        elif expected.held:
            with pytest.raises(HoldActive):
                self.store.destroy(key)
        elif expected.until is not None and self.at < expected.until:
            with pytest.raises(RetentionActive):
                self.store.destroy(key)
        else:
            assert self.store.destroy(key).versions == (expected.version,)
            self.gone.append((key, expected.version))
            del self.model[key]

    @rule()
    def sweep(self) -> None:
        assert self.store.sweep_temp(older_than=timedelta(0)).files == 0

    @invariant()
    def listing_is_the_model(self) -> None:
        listed = [(one.key, one.version, one.size) for one in self.store.list(Area.RECORDS)]
        assert listed == [
            (key, self.model[key].version, len(self.model[key].content))
            for key in sorted(self.model, key=lambda key: key.path)
        ]

    @invariant()
    def each_reads_back(self) -> None:
        for key, expected in self.model.items():
            with self.store.open(key, expected.version) as stream:
                assert stream.read() == expected.content
            stat = self.store.stat(key, expected.version)
            assert (stat.retain_until, stat.held) == (expected.until, expected.held)
            assert self.store.verify(key, expected.version).state is FixityState.OK

    @invariant()
    def what_is_gone_stays_gone(self) -> None:
        for key, version in self.gone:
            with pytest.raises(ObjectMissing):
                self.store.open(key, version)

    def one(self, data: st.DataObject) -> tuple[Key, Expected]:
        key = data.draw(st.sampled_from(sorted(self.model, key=str)))
        return key, self.model[key]


LocalAgainstModel.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestLocalAgainstModel = LocalAgainstModel.TestCase
