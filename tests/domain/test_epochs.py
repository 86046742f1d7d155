"""Epochs: which heads they account for, who accepts, what may go on meanwhile (T-2, N-1)."""

from __future__ import annotations

from uuid import UUID

import pytest

from docctl.domain.epochs import (
    ACCEPTED,
    STARTED,
    AcceptFacts,
    Epoch,
    Place,
    epoch_at,
    epochs_told,
    may_accept,
    may_go_on,
    place_of,
    seen_bound,
)
from docctl.domain.permissions import PERMISSIONS
from docctl.domain.verdicts import Allowed, Refused

ANNA, BERT = UUID(int=1), UUID(int=2)
FIRST = Epoch(1, 100, ((0, 120),), (ANNA, BERT))
#: From a backup of epoch 0 again: epoch 1 is not in this trail.
AFRESH = Epoch(2, 50, ((0, 120), (1, 140)), (ANNA, BERT))


@pytest.mark.parametrize(
    ("epochs", "epoch", "size", "place"),
    [
        ((), 0, 1, Place.HERE),
        ((), 1, 1, Place.UNKNOWN),
        ((FIRST,), 0, 100, Place.HERE),
        ((FIRST,), 0, 101, Place.LOST),
        ((FIRST,), 0, 120, Place.LOST),
        ((FIRST,), 0, 121, Place.UNKNOWN),
        ((FIRST,), 1, 100, Place.UNKNOWN),
        ((FIRST,), 1, 101, Place.HERE),
        ((FIRST,), 2, 130, Place.UNKNOWN),
        ((AFRESH,), 0, 50, Place.HERE),
        ((AFRESH,), 0, 51, Place.LOST),
        ((AFRESH,), 1, 140, Place.LOST),
        ((AFRESH,), 1, 141, Place.UNKNOWN),
        ((AFRESH,), 2, 51, Place.HERE),
        ((Epoch(1, 100, ((0, 120),), (ANNA,)),), 0, 101, Place.UNKNOWN),
        ((Epoch(1, 100, ((0, 120),), (ANNA, ANNA)),), 0, 101, Place.UNKNOWN),
    ],
)
def test_t_2_a_head_is_here_or_lost_as_far_as_two_people_accepted_or_an_alarm(
    epochs: tuple[Epoch, ...], epoch: int, size: int, place: Place
) -> None:
    assert place_of(epoch, size, epochs) is place


def test_t_2_an_event_is_of_the_epoch_that_began_before_it() -> None:
    assert [epoch_at(size, (FIRST,)) for size in (1, 100, 101)] == [0, 0, 1]


def test_t_2_epochs_are_what_the_events_tell() -> None:
    told = epochs_told(
        [
            (STARTED, {"epoch": 1, "end": 100, "lost": [[0, 120]]}, None),
            (ACCEPTED, {"epoch": 1}, ANNA),
            (ACCEPTED, {"epoch": 2}, ANNA),
            (ACCEPTED, {"epoch": 1}, BERT),
        ]
    )
    assert told == (FIRST,)


def test_t_2_two_different_people_accept_and_a_leader_is_among_them() -> None:
    assert may_accept(AcceptFacts(), by=ANNA) == Allowed()
    assert may_accept(AcceptFacts((ANNA,), with_leader=True), by=BERT) == Allowed()
    assert may_accept(AcceptFacts((ANNA,)), by=BERT) == Refused("T-2", "epoch_leader_needed")
    assert may_accept(AcceptFacts((ANNA,), with_leader=True), by=ANNA) == Refused(
        "T-2", "epoch_second_person"
    )
    done = AcceptFacts((ANNA, BERT), with_leader=True)
    assert may_accept(done, by=UUID(int=3)) == Refused("T-2", "epoch_accepted")


def test_t_2_meanwhile_people_read_and_nothing_is_destroyed() -> None:
    for permission in PERMISSIONS:
        assert may_go_on(permission, waits=False, is_person=True) == Allowed()
    open_to_people = {one for one in PERMISSIONS if may_go_on(one, waits=True, is_person=True)}
    assert open_to_people == {
        "account.own",
        "audit.export",
        "audit.verify",
        "disposal.view",
        "epoch.accept",
        "objects.check",
        "record.read",
        "revision.read",
    }
    closed = {one for one in PERMISSIONS if not may_go_on(one, waits=True, is_person=False)}
    assert closed == {"disposal.run"}


def test_n_1_no_more_numbers_can_have_been_given_than_events_and_records_were_lost() -> None:
    assert seen_bound(end=100, lost=((0, 120), (1, 90)), nameless=3) == 23
    assert seen_bound(end=100, lost=(), nameless=0) == 0
