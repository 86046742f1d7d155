"""Every move there is and none else; what follows from dates (F-17, R-4, R-6, V-3, V-4, V-6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from docctl.domain.lifecycle import (
    LIST_MOVES,
    RECORD_MOVES,
    REVISION_MOVES,
    Computed,
    ListAction,
    ListStatus,
    RecordAction,
    RecordStatus,
    RevisionAction,
    RevisionDates,
    RevisionStatus,
    in_force,
    is_obsolete,
    may_move_list,
    may_move_record,
    may_move_revision,
    record_state,
    revision_state,
)
from docctl.domain.lifecycle_table import as_markdown
from docctl.domain.verdicts import Refused, Verdict

TICK = timedelta(microseconds=1)
FROM = datetime(2026, 3, 1, 16, tzinfo=UTC)
UNTIL = FROM + timedelta(days=30)
TODAY = date(2026, 3, 2)

Move = Callable[[Any, Any], Verdict]

#: Written out a second time on purpose: a move that is added by mistake shows here.
KNOWN: Mapping[type[StrEnum], set[str]] = {
    RevisionStatus: {
        "draft submit in_review",
        "draft discard discarded",
        "in_review form_check in_review",
        "in_review review in_review",
        "in_review return draft",
        "in_review approve approved",
        "approved return draft",
        "approved issue issued",
        "issued suspend issued",
        "issued resume issued",
        "issued withdraw withdrawn",
    },
    RecordStatus: {
        "completed accept accepted",
        "completed void voided",
        "accepted list on_list",
        "on_list take_out accepted",
        "on_list start destroying",
        "destroying finish destroyed",
        "destroying stop stopped",
        "stopped resume destroying",
    },
    ListStatus: {
        "checking check checking",
        "checking complete_checks checked",
        "checking reject rejected",
        "checked reject rejected",
        "checked approve approved",
        "approved reject rejected",
        "approved execute ordered",
        "ordered reject rejected",
        "ordered witness executing",
        "executing stop stopped",
        "stopped resume executing",
        "executing finish executed",
    },
}

MACHINES = (
    pytest.param(RevisionStatus, RevisionAction, REVISION_MOVES, may_move_revision, "V-6", id="revision"),
    pytest.param(RecordStatus, RecordAction, RECORD_MOVES, may_move_record, "F-17", id="record"),
    pytest.param(ListStatus, ListAction, LIST_MOVES, may_move_list, "R-6", id="list"),
)


@pytest.mark.parametrize(("statuses", "actions", "moves", "may_move", "rule"), MACHINES)
def test_v_6_f_17_r_6_nothing_moves_but_by_the_table(
    statuses: type[StrEnum], actions: type[StrEnum], moves: Mapping[Any, StrEnum], may_move: Move, rule: str
) -> None:
    written = {f"{old} {action} {new}" for (old, action), new in moves.items()}
    assert written == KNOWN[statuses]
    for status, action in product(statuses, actions):
        verdict = may_move(status, action)
        assert bool(verdict) is ((status, action) in moves), (status, action)
        if isinstance(verdict, Refused):
            assert verdict.key == f"{rule}.no_such_move"
            assert verdict.params == {"state": status.value, "action": action.value}


@pytest.mark.parametrize(
    ("moves", "start", "final"),
    [
        (REVISION_MOVES, RevisionStatus.DRAFT, {RevisionStatus.WITHDRAWN, RevisionStatus.DISCARDED}),
        (RECORD_MOVES, RecordStatus.COMPLETED, {RecordStatus.VOIDED, RecordStatus.DESTROYED}),
        (LIST_MOVES, ListStatus.CHECKING, {ListStatus.REJECTED, ListStatus.EXECUTED}),
    ],
    ids=["revision", "record", "list"],
)
def test_v_6_every_state_is_reached_and_final_states_are_left_by_nothing(
    moves: Mapping[Any, StrEnum], start: StrEnum, final: set[StrEnum]
) -> None:
    reached = {start}
    while more := {new for (old, _), new in moves.items() if old in reached} - reached:
        reached |= more
    assert reached == set(type(start))
    assert {one for one in reached if not any(old is one for old, _ in moves)} == final


def test_r_7_a_record_being_destroyed_never_comes_back() -> None:
    after = {RecordStatus.DESTROYING, RecordStatus.STOPPED, RecordStatus.DESTROYED}
    assert {new for (old, _), new in RECORD_MOVES.items() if old in after} <= after


ISSUED = RevisionDates(RevisionStatus.ISSUED, FROM, UNTIL)


@pytest.mark.parametrize(
    ("at", "state"),
    [
        pytest.param(FROM - TICK, Computed.WAITING, id="just before it takes effect"),
        pytest.param(FROM, Computed.IN_FORCE, id="the first instant"),
        pytest.param(UNTIL - TICK, Computed.IN_FORCE, id="the last instant"),
        pytest.param(UNTIL, Computed.SUPERSEDED, id="the first instant of the next one"),
    ],
)
def test_v_3_in_force_is_a_half_open_interval(at: datetime, state: Computed) -> None:
    assert revision_state(ISSUED, at) is state
    assert in_force(ISSUED, at) is (state is Computed.IN_FORCE)


def test_v_3_without_an_end_it_stays_in_force() -> None:
    assert in_force(RevisionDates(RevisionStatus.ISSUED, FROM, None), FROM + timedelta(days=9999))


@pytest.mark.parametrize("status", set(RevisionStatus) - {RevisionStatus.ISSUED, RevisionStatus.WITHDRAWN})
def test_v_6_what_was_never_issued_is_never_in_force(status: RevisionStatus) -> None:
    dates = RevisionDates(status, None, None)
    assert not in_force(dates, FROM)
    assert revision_state(dates, FROM) is status


def test_v_6_a_withdrawn_revision_was_in_force_until_then() -> None:
    dates = RevisionDates(RevisionStatus.WITHDRAWN, FROM, UNTIL)
    assert revision_state(dates, UNTIL - TICK) is Computed.IN_FORCE
    assert revision_state(dates, UNTIL) is RevisionStatus.WITHDRAWN


def test_v_6_a_revision_withdrawn_before_its_date_never_was_in_force() -> None:
    dates = RevisionDates(RevisionStatus.WITHDRAWN, FROM, FROM)
    for at in (FROM - TICK, FROM, FROM + TICK):
        assert revision_state(dates, at) is RevisionStatus.WITHDRAWN


def test_v_4_superseded_and_withdrawn_are_obsolete_and_nothing_else() -> None:
    obsolete = {one for one in (*RevisionStatus, *Computed) if is_obsolete(one)}
    assert obsolete == {Computed.SUPERSEDED, RevisionStatus.WITHDRAWN}


@pytest.mark.parametrize(
    ("keep_until", "state"),
    [
        pytest.param(TODAY + timedelta(days=1), RecordStatus.ACCEPTED, id="kept until tomorrow"),
        pytest.param(TODAY, RecordStatus.ACCEPTED, id="kept to the end of today"),
        pytest.param(TODAY - timedelta(days=1), Computed.DUE, id="kept until yesterday"),
        pytest.param(None, RecordStatus.ACCEPTED, id="for ever, or the event is open"),
    ],
)
def test_r_4_a_record_is_due_from_the_day_after_its_last_day(
    keep_until: date | None, state: RecordStatus | Computed
) -> None:
    assert record_state(RecordStatus.ACCEPTED, keep_until, TODAY) is state


@pytest.mark.parametrize("status", set(RecordStatus) - {RecordStatus.ACCEPTED})
def test_r_4_only_accepted_records_fall_due(status: RecordStatus) -> None:
    assert record_state(status, TODAY - timedelta(days=1), TODAY) is status


def test_v_6_the_states_are_printed_as_they_are() -> None:
    printed = Path(__file__).resolve().parents[2] / "docs" / "states.md"
    assert printed.read_text("utf-8") == as_markdown(), "print it again; the page says how"
