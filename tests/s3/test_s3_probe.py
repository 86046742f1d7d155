"""The probe tells what a server keeps to, and each weakness by its name (R-4, R-5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.api import Area, StoreUnavailable
from storage.probe import Check, Finding, Verdict, judged, unlocked
from storage.s3.bucket import Bucket
from storage.s3.probing import FOLDER, probe
from tests.s3.between import Answer, Asked, Between, Reset, error
from tests.s3.conftest import Make, now
from tests.s3.serving import Server

pytestmark = pytest.mark.s3

DAY = timedelta(days=1)
LOCKING = [
    Check.OBJECT_LOCK,
    Check.READ_BACK,
    Check.LOCK_KEPT,
    Check.DELETE_REFUSED,
    Check.PARTS_LOCKED,
]


def test_r_4_a_real_server_with_our_policy_is_worm(make: Make) -> None:
    found = probe(make(default=2 * DAY).records, clock=now, grace=2 * DAY)
    assert found.reasons == ()
    assert found.verdict is Verdict.WORM
    tried = {one.check for one in found.findings if one.passed}
    assert tried == set(Check) - {Check.LATEST_DATE, Check.DATE_WRAPS}


def test_r_4_the_far_dates_are_tried_when_asked_for(make: Make) -> None:
    records = make().records
    for _ in range(2):  # the second looks at what the first has locked
        found = probe(records, clock=now, grace=None, far=True)
        # This server reads dates from 2106 on as 1970; no lock is ever asked for that long.
        assert found.reasons == (Check.DATE_WRAPS,)
        assert found.verdict is Verdict.WORM
    assert len(records.entries(f"{FOLDER}latest")) == 1


def test_r_4_a_probe_is_no_object_and_is_cleared_away(make: Make) -> None:
    made = make()
    probe(made.records, clock=now, grace=None)
    assert list(made.store.list(Area.RECORDS)) == []
    assert {one.name.split("/")[0] for one in made.records.walk()} == {"probe"}


def test_r_5_a_hold_that_the_application_can_lift_is_not_worm(make: Make) -> None:
    records = make().records
    found = probe(replace(records, client=records.client, holder=records.client), clock=now, grace=None)
    assert Check.HOLD_KEPT in found.reasons  # our policy gives this right to the other credential only
    assert found.verdict is Verdict.LOCKS


def test_r_5_one_credential_for_all_is_not_worm(s3_server: Server, socket_enabled: None) -> None:
    owner = s3_server.client("owner")
    name = next(iter(s3_server.buckets().values())).name
    owner.delete_bucket_policy(name)
    found = probe(Bucket(name, owner, owner), clock=now, grace=None)
    assert found.reasons == (Check.HOLD_APART,)
    assert found.verdict is Verdict.LOCKS


def test_r_4_a_bucket_without_object_lock_only_protects(s3_server: Server, socket_enabled: None) -> None:
    derived = s3_server.buckets()[Area.DERIVED]
    found = probe(derived, clock=now, grace=None)
    assert found.verdict is Verdict.PROTECTED
    assert {Check.OBJECT_LOCK, Check.LOCK_KEPT, Check.DELETE_REFUSED} <= set(found.reasons)


def test_r_4_a_missing_default_lock_is_named(make: Make) -> None:
    found = probe(make().records, clock=now, grace=2 * DAY)
    assert (found.reasons, found.verdict) == ((Check.DEFAULT_LOCK,), Verdict.LOCKS)


@pytest.mark.parametrize("days", [-40, 40])
def test_r_4_a_server_whose_clock_is_elsewhere_is_named(make: Make, days: int) -> None:
    records = make().records
    found = probe(records, clock=lambda: now() + days * DAY, grace=None, sleep=lambda _: None)
    assert Check.CLOCK in found.reasons
    assert found.verdict is not Verdict.WORM


def _ignores_retention(asked: Asked) -> Answer | None:
    return Answer(200) if "retention" in asked.query else None


def test_r_4_a_server_that_ignores_locks_only_protects(make: Make, between: Between) -> None:
    records = make(url=between.url).records
    between.before = _ignores_retention
    found = probe(records, clock=now, grace=None)
    assert found.verdict is Verdict.PROTECTED
    assert {Check.LOCK_KEPT, Check.PARTS_LOCKED, Check.DELETE_REFUSED} <= set(found.reasons)


def _shows(change: Callable[[str, str], str]) -> Callable[[Asked, Answer], Answer]:
    def after(asked: Asked, answer: Answer) -> Answer:
        answer.headers = [(name, change(name.lower(), value)) for name, value in answer.headers]
        return answer

    return after


def test_r_4_locks_of_the_weaker_mode_only_protect(make: Make, between: Between) -> None:
    records = make(url=between.url).records
    between.after = _shows(lambda name, value: "GOVERNANCE" if name.endswith("lock-mode") else value)
    assert probe(records, clock=now, grace=None).verdict is Verdict.PROTECTED


def test_r_4_parts_without_a_lock_only_protect(make: Make, between: Between) -> None:
    records = make(url=between.url).records

    def before(asked: Asked) -> Answer | None:
        return Answer(200) if "retention" in asked.query and asked.path.endswith("parts") else None

    between.before = before
    found = probe(records, clock=now, grace=None)
    assert (found.reasons, found.verdict) == ((Check.PARTS_LOCKED,), Verdict.PROTECTED)


@pytest.mark.parametrize("right", ["versions", "delete"])
def test_a_server_that_refuses_what_the_store_does_all_day_gets_no_verdict(
    make: Make, between: Between, right: str
) -> None:
    records = make(url=between.url).records
    between.before = lambda asked: error(403, "AccessDenied") if right in asked.query else None
    with pytest.raises(StoreUnavailable):
        probe(records, clock=now, grace=None)


def test_a_server_that_does_not_answer_has_no_verdict(make: Make, between: Between) -> None:
    records = make(url=between.url).records

    def before(_: Asked) -> Answer | None:
        raise Reset

    between.before = before
    with pytest.raises(StoreUnavailable):
        probe(records, clock=now, grace=None)


# --- the verdict alone


@pytest.mark.parametrize("check", list(Check))
@pytest.mark.parametrize("passed", [False, None])
def test_r_4_whatever_is_not_passed_lowers_the_verdict(check: Check, passed: bool | None) -> None:
    found = judged([Finding(one, passed if one is check else True) for one in Check], at=now())
    if check is Check.DATE_WRAPS:
        assert found.verdict is Verdict.WORM
    else:
        assert found.verdict is (Verdict.PROTECTED if check in LOCKING else Verdict.LOCKS)
    assert found.reasons == (() if passed is None else (check,))


def test_r_4_a_folder_is_protected() -> None:
    found = unlocked(at=now())
    assert (found.verdict, found.reasons) == (Verdict.PROTECTED, (Check.OBJECT_LOCK,))


@pytest.mark.parametrize("one", list(Verdict))
@pytest.mark.parametrize("other", list(Verdict))
def test_verdicts_have_an_order(one: Verdict, other: Verdict) -> None:
    order = [Verdict.WORM, Verdict.LOCKS, Verdict.PROTECTED]
    assert one.is_at_least(other) is (order.index(one) <= order.index(other))
