"""The chain of events holds only whole, unchanged and in order (R-7, T-1, T-2)."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.canonical import canonical
from docctl.domain.events import GENESIS, Break, Checked, Link, detail_digest, first_break, wire

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
WHO = uuid4()


def chain(length: int) -> list[Checked]:
    events, prev = [], GENESIS
    for seq in range(1, length + 1):
        detail = (b"salt%d" % seq, b"{}")
        link = Link(
            seq=seq,
            recorded_at=AT,
            occurred_at=AT,
            actor_id=WHO,
            actor_name="陈静",
            on_behalf_of=None,
            channel="web",
            system_user="",
            action="revision.issued",
            subject_kind="document",
            subject_id=WHO,
            subject_version="",
            facts="{}",
            detail_digest=detail_digest(*detail),
            prev_hash=prev,
        )
        prev = link.digest()
        events.append(Checked(link, prev, detail))
    return events


def check(events: list[Checked], *, seq: int = 5, head: str | None = None) -> Break | int:
    return first_break(iter(events), head_seq=seq, head_hash=head or chain(seq)[-1].hash)


def test_t_2_a_whole_chain_holds() -> None:
    assert check(chain(5)) == 5
    assert first_break(iter([]), head_seq=0, head_hash=GENESIS) == 0


OTHER: dict[str, object] = {
    "seq": 9,
    "recorded_at": AT + timedelta(seconds=1),
    "occurred_at": AT - timedelta(seconds=1),
    "actor_id": None,
    "on_behalf_of": UUID(int=1),
    "subject_id": None,
}


@pytest.mark.parametrize("name", [one.name for one in fields(Link)])
def test_t_2_every_fact_of_an_event_is_under_its_hash(name: str) -> None:
    link = chain(1)[0].link
    changed = replace(link, **{name: OTHER.get(name, "other")})  # type: ignore[arg-type]
    assert changed.digest() != link.digest()


def test_t_2_an_edited_event_is_named() -> None:
    events = chain(5)
    events[2] = replace(events[2], link=replace(events[2].link, facts='{"a":1}'))
    assert check(events) == Break(3, "changed")


def test_t_2_an_edited_event_with_a_new_hash_breaks_the_next_one() -> None:
    events = chain(5)
    forged = replace(events[2].link, facts='{"a":1}')
    events[2] = replace(events[2], link=forged, hash=forged.digest())
    assert check(events) == Break(4, "order")


def test_t_2_a_chain_forged_to_its_end_does_not_fit_the_head() -> None:
    other = chain(5)
    forged = replace(other[4].link, facts='{"a":1}')
    other[4] = replace(other[4], link=forged, hash=forged.digest())
    assert check(other) == Break(5, "head")


@pytest.mark.parametrize("gone", range(1, 6))
def test_t_1_a_missing_event_is_named(gone: int) -> None:
    events = [one for one in chain(5) if one.link.seq != gone]
    assert check(events) == Break(gone, "missing")


def test_t_1_an_event_more_than_the_head_knows_is_named() -> None:
    assert check(chain(6), head=chain(5)[-1].hash) == Break(6, "head")


def test_t_1_swapped_events_are_named() -> None:
    events = chain(5)
    events[1], events[2] = events[2], events[1]
    assert check(events) == Break(2, "missing")


def test_t_1_an_event_told_twice_is_named() -> None:
    events = chain(5)
    events.insert(2, events[1])
    found = check(events)
    assert isinstance(found, Break)
    assert (found.seq, found.reason) == (2, "missing")


def test_r_7_a_detail_may_be_gone_only_where_its_subject_was_destroyed() -> None:
    events = chain(5)
    events[1] = replace(events[1], detail=None)
    assert check(events) == Break(2, "detail_missing")
    events[1] = replace(events[1], may_be_erased=True)
    assert check(events) == 5


@pytest.mark.parametrize("detail", [(b"salt2", b'{"a":1}'), (b"other", b"{}")])
def test_r_7_a_detail_that_is_there_must_fit_even_if_it_may_be_erased(detail: tuple[bytes, bytes]) -> None:
    events = chain(5)
    events[1] = replace(events[1], detail=detail, may_be_erased=True)
    assert check(events) == Break(2, "detail_changed")


INSTANTS = st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year >= 1000)
IDS = st.none() | st.uuids()
LINKS = st.builds(
    Link,
    seq=st.integers(1, 2**62),
    recorded_at=INSTANTS,
    occurred_at=INSTANTS,
    actor_id=IDS,
    on_behalf_of=IDS,
    subject_id=IDS,
    **{
        name: st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
        for name in ("actor_name", "channel", "system_user", "action", "subject_kind", "subject_version")
    },
    facts=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    detail_digest=st.text("0123456789abcdef", max_size=64),
    prev_hash=st.text("0123456789abcdef", max_size=64),
)


@given(LINKS)
def test_t_2_an_event_s_text_is_its_canonical_json(link: Link) -> None:
    assert link.text() == canonical(
        {
            "v": 1,
            "seq": link.seq,
            "recorded_at": link.recorded_at,
            "occurred_at": link.occurred_at,
            "actor": link.actor_id,
            "actor_name": link.actor_name,
            "on_behalf_of": link.on_behalf_of,
            "channel": link.channel,
            "system_user": link.system_user,
            "action": link.action,
            "subject": [link.subject_kind, link.subject_id, link.subject_version],
            "facts": link.facts,
            "detail": link.detail_digest,
            "prev": link.prev_hash,
        }
    )


@given(LINKS)
def test_t_2_an_event_hashes_the_same_as_the_database_keeps_it(link: Link) -> None:
    row = [getattr(link, one.name) for one in fields(Link)]
    kept = [
        one.hex
        if isinstance(one, UUID)
        else one.replace(tzinfo=None).isoformat(" ", "microseconds")
        if isinstance(one, datetime)
        else one
        for one in row
    ]
    assert wire(kept).digest() == wire(row).digest() == link.digest()
