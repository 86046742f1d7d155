"""What a revised class does to records that are on a list to be destroyed (R-3, R-6)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from docctl.config import Settings
from docctl.domain.lifecycle import ListStatus, RecordStatus
from docctl.domain.verdicts import RuleRefused
from docctl.models.retention import ItemStatus
from tests.keeping import Keeping, with_form
from tests.places import Place
from tests.services.test_classes import events, followed, kept, revised, years
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


def test_r_3_what_is_being_destroyed_is_over_the_point_of_no_return(keeping: Keeping) -> None:
    (record,) = keeping.records()
    list_id = keeping.executing([record])
    keeping.start(list_id)
    revised(keeping.world, other=years(5))
    followed(keeping.world)
    assert keeping.record(record).status is RecordStatus.DESTROYING
    assert kept(keeping.world, record)[2] == 1
