"""What a revised class does to records that are on a list to be destroyed (R-3, R-6)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from docctl.config import Settings
from docctl.domain.lifecycle import ListStatus, RecordStatus
from docctl.domain.verdicts import RuleRefused
from docctl.jobs.disposal import disposal_steps
from docctl.jobs.effects import Postponed
from docctl.models.retention import DisposalList, ItemStatus
from docctl.services.disposal.start import StillFollowing
from docctl.services.records import prolong
from tests import rules
from tests.keeping import Keeping, with_form
from tests.places import Place
from tests.services.test_classes import content, events, followed, kept, revised, years
from tests.world import World


@pytest.fixture
def settings(tmp_path: Path, founded: Place) -> Settings:
    return with_form(founded, tmp_path)


@pytest.fixture
def keeping(world: World) -> Keeping:
    return Keeping.of(world)


@pytest.mark.parametrize("is_checked", [False, True])
def test_r_3_what_gets_longer_leaves_a_list_that_is_being_decided_on(
    keeping: Keeping, is_checked: bool
) -> None:
    (going,) = keeping.records(code="other")
    (staying,) = keeping.records(code="document_superseded")
    list_id = keeping.propose([going, staying])
    before = keeping.list(list_id).manifest_sha256
    if is_checked:
        keeping.check(list_id)
    revised(keeping.world, other=years(5))
    followed(keeping.world)
    assert keeping.record(going).status is RecordStatus.ACCEPTED
    assert kept(keeping.world, going) == (date(2026, 5, 6), False, 2)
    assert keeping.record(staying).status is RecordStatus.ON_LIST
    items = {one.record_id: one for one in keeping.items(list_id)}
    assert (items[going].status, items[going].reason) == (ItemStatus.TAKEN_OUT, "R-3.kept_longer")
    assert items[going].prolonged_until == date(2026, 5, 6)
    assert items[staying].status is ItemStatus.INCLUDED
    assert keeping.list(list_id).manifest_sha256 != before
    assert [one["number"] for one in events(keeping.world, "disposal.taken_out")] == [items[going].number]
    with pytest.raises(RuleRefused) as refused:  # it is not due any more
        keeping.propose([going])
    assert refused.value.refused.key == "R-4.kept_until"


def test_r_3_what_gets_shorter_stays_on_its_list(keeping: Keeping) -> None:
    records = keeping.records(2)
    list_id = keeping.propose(records)
    before = keeping.list(list_id).manifest_sha256
    revised(keeping.world, other=years(2))
    followed(keeping.world)
    assert {keeping.record(one).status for one in records} == {RecordStatus.ON_LIST}
    assert keeping.list(list_id).manifest_sha256 == before


def test_r_3_an_approved_list_spares_what_got_longer(keeping: Keeping) -> None:
    (record,) = keeping.records()
    list_id = keeping.executing([record])
    revised(keeping.world, other=years(5))
    followed(keeping.world)
    assert keeping.record(record).status is RecordStatus.ON_LIST
    assert kept(keeping.world, record)[0] == date(2026, 5, 6)
    keeping.start(list_id)
    (item,) = keeping.items(list_id)
    assert (item.status, item.proof["because"]["code"]) == (ItemStatus.TAKEN_OUT, "kept_until")
    assert keeping.record(record).status is RecordStatus.ACCEPTED
    assert keeping.list(list_id).status is ListStatus.EXECUTING


def test_r_2_an_approved_list_spares_what_waits_for_its_event_and_names_it(keeping: Keeping) -> None:
    (record,) = keeping.records()
    list_id = keeping.executing([record])
    revised(keeping.world, other={"trigger": {"kind": "event", "event": "contract_end", "month": 12}})
    followed(keeping.world)
    keeping.start(list_id)
    (item,) = keeping.items(list_id)
    assert item.proof["because"] == {
        "rule": "R-2",
        "code": "event_open",
        "params": {"trigger": "event:contract_end"},
    }


def test_r_3_what_is_being_destroyed_is_over_the_point_of_no_return(keeping: Keeping) -> None:
    (record,) = keeping.records()
    list_id = keeping.executing([record])
    keeping.start(list_id)
    revised(keeping.world, other=years(5))
    followed(keeping.world)
    assert keeping.record(record).status is RecordStatus.DESTROYING
    assert kept(keeping.world, record)[2] == 1


def test_r_4_nothing_is_destroyed_before_records_have_followed_a_revision(keeping: Keeping) -> None:
    records = keeping.records(2)
    list_id = keeping.executing(records)
    revised(keeping.world, other=years(5))
    with pytest.raises(StillFollowing):
        keeping.start(list_id)
    with pytest.raises(Postponed):
        list(disposal_steps(keeping.world.house, {"list_id": str(list_id)}))
    assert {keeping.record(one).status for one in records} == {RecordStatus.ON_LIST}
    followed(keeping.world)
    assert keeping.start(list_id) == keeping.items(list_id)[0].id
    assert keeping.start(list_id) == keeping.items(list_id)[1].id
    assert {keeping.record(one).status for one in records} == {RecordStatus.ACCEPTED}


def test_r_4_it_waits_for_the_second_look_as_well(keeping: Keeping) -> None:
    list_id = keeping.executing(keeping.records(2))
    revised(keeping.world, other=years(2))
    followed(keeping.world)
    keeping.world.clock.forward(minutes=5)
    with pytest.raises(StillFollowing):
        keeping.start(list_id)
    followed(keeping.world)
    assert keeping.start(list_id) == keeping.items(list_id)[0].id
    assert keeping.items(list_id)[0].status is ItemStatus.DESTROYING


def test_r_4_a_revision_that_has_yet_to_begin_holds_nothing_up(keeping: Keeping) -> None:
    list_id = keeping.executing(keeping.records())
    begins = keeping.world.clock() + timedelta(days=2)
    text = json.dumps(content(keeping.world, other=years(5)))
    rules.approved(keeping.world, text, kind="classes", wanted_from=begins)
    keeping.start(list_id)
    assert keeping.items(list_id)[0].status is ItemStatus.DESTROYING


def test_r_7_what_is_over_the_point_of_no_return_goes_on_meanwhile(keeping: Keeping) -> None:
    list_id = keeping.executing(keeping.records(2))
    going = keeping.start(list_id)
    revised(keeping.world, other=years(5))
    assert keeping.start(list_id) == going


def test_r_3_by_law_to_the_same_day_is_still_due_and_stays_on_its_list(keeping: Keeping) -> None:
    (record,) = keeping.records(until=date(2025, 5, 6))
    list_id = keeping.propose([record])
    before = keeping.list(list_id).manifest_sha256
    revised(keeping.world, other={"is_law": True})
    followed(keeping.world)
    assert kept(keeping.world, record) == (date(2025, 5, 6), False, 2)
    assert keeping.record(record).status is RecordStatus.ON_LIST
    assert keeping.items(list_id)[0].status is ItemStatus.INCLUDED
    assert keeping.list(list_id).manifest_sha256 == before


@pytest.mark.parametrize("change", [{"period": {"amount": 0, "unit": "permanent"}}, years(5)])
def test_r_3_for_ever_or_to_a_later_day_is_off_the_list(keeping: Keeping, change: dict[str, Any]) -> None:
    (record,) = keeping.records(until=date(2025, 5, 6))
    list_id = keeping.propose([record])
    revised(keeping.world, other=change)
    followed(keeping.world)
    assert keeping.record(record).status is RecordStatus.ACCEPTED
    assert keeping.items(list_id)[0].status is ItemStatus.TAKEN_OUT


@pytest.mark.parametrize("place", [0, 1])
def test_r_3_what_is_put_on_a_list_after_the_lists_were_locked_is_taken_off_all_the_same(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    records = sorted(keeping.records(3))
    list_id = keeping.propose([records[place]])
    revised(keeping.world, other=years(5))
    real, asked = prolong._lists, []

    def just_before(session: Session, ids: Sequence[UUID]) -> dict[UUID, DisposalList]:
        asked.append(ids)
        return real(session, ids) if len(asked) > 1 else {}  # the list was not there yet

    monkeypatch.setattr(prolong, "_lists", just_before)
    followed(keeping.world)
    assert {kept(keeping.world, one) for one in records} == {(date(2026, 5, 6), False, 2)}
    assert {keeping.record(one).status for one in records} == {RecordStatus.ACCEPTED}
    (item,) = keeping.items(list_id)
    assert (item.status, item.reason) == (ItemStatus.TAKEN_OUT, "R-3.kept_longer")
    assert asked[1] == records[place:]
