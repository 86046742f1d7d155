"""Copies of an external document come back when its validity ends, those of one's own stay (D-9, V-8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from docctl.domain.copy_states import Medium
from docctl.domain.distribution import Reconciled
from docctl.domain.leaving import OpenKind
from docctl.domain.outside import OWN, Outside
from docctl.domain.validity import Validity
from docctl.domain.verdicts import RuleRefused
from docctl.i18n import translator
from docctl.services.distribution.change import AddRecipient, add_recipient
from docctl.services.distribution.mark import read_mark
from docctl.services.distribution.print import print_copy
from docctl.services.documents.create import CreateDocument, create_document
from tests import handing as h
from tests.queries.test_distribution import copy, listed, page, waiting
from tests.services.test_leaving import found
from tests.world import World

LAST = date(2026, 6, 30)
LAW = Outside(True, "国务院", "国务院令第291号")


def registered(world: World, outside: Outside, last: date | None = LAST) -> UUID:
    """Return a document in force with a last day, with a copy of a unit and one of a person."""
    cmd = CreateDocument(
        world.types["procedure"],
        "电信条例",
        world.units["PZ"],
        (world.upload("chen"),),
        outside=outside,
        validity=Validity(last),
    )
    draft = create_document(cmd, by=world.by("chen"), house=world.house)
    return world.issued(h.listed(world, draft, h.to_unit(world), h.to_person(world, medium=Medium.PAPER)))


def to(world: World, day: date, *, before: bool = False) -> None:
    """Set the clock to the first instant of a day, or a second before."""
    at = datetime.combine(day, datetime.min.time(), world.house.zone) - timedelta(seconds=before)
    world.clock.forward(seconds=(at - world.clock()).total_seconds())


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        act()
    return error.value.refused.key


def printed(world: World, copy_id: UUID) -> str:
    words = translator("zh_Hans", world.house.zone)
    print_copy(copy_id, by=world.by("chen"), house=world.house, words=words).discard()
    return str(h.copy_row(world, copy_id).mark)


def added(world: World, revision_id: UUID) -> None:
    cmd = AddRecipient(revision_id, h.to_unit(world, "KF"), "新增")
    add_recipient(cmd, by=world.by("chen"), house=world.house)


def test_d_9_copies_of_an_external_document_come_back_from_the_day_after_its_last(world: World) -> None:
    law = registered(world, LAW)
    one, two = (each.id for each in h.copies(world, law))
    mark = printed(world, one)
    to(world, LAST + timedelta(days=1), before=True)
    assert {state for _, state in listed(world, revision_id=law)} == {"issued"}
    assert "give_back" not in waiting(world, "li")
    assert read_mark(world.house, mark, address="10.0.0.1").worth == "in_force"
    assert [each.kind for each in found(world, "wang").items] == [OpenKind.COPY]
    world.clock.forward(seconds=1)
    assert {state for _, state in listed(world, revision_id=law)} == {"recalled"}
    assert waiting(world, "li")["give_back"] == waiting(world, "chen")["collect"] == 1
    shown = copy(world, one)
    assert (shown.state, shown.recalled_since and shown.recalled_since.date()) == (
        "recalled",
        LAST + timedelta(days=1),
    )
    assert page(world, law).here == Reconciled(2, 0, 0, 0, 2, 2)
    assert read_mark(world.house, mark, address="10.0.0.1").worth == "recalled"
    assert refused(lambda: printed(world, one)) == "D-3.copy_recalled"
    assert refused(lambda: added(world, law)) == "D-8.over"
    change = page(world, law).change
    assert change is not None
    assert change.refused is not None
    assert change.refused.key == "D-8.over"
    assert (found(world, "wang").items, found(world, "wang").to_collect) == ((), 1)
    h.returned(world, one)  # without a reason: it was called back
    h.destroyed(world, two)
    assert page(world, law).here.is_settled
    assert [state for _, state in listed(world, recalls=True)] == ["returned", "destroyed"]
    assert {state for _, state in listed(world, as_of=LAST, revision_id=law)} == {"issued"}


def test_v_8_copies_of_one_s_own_document_stay_and_say_that_it_ended(world: World) -> None:
    own = registered(world, OWN)
    one, _ = (each.id for each in h.copies(world, own))
    mark = printed(world, one)
    to(world, LAST + timedelta(days=1))
    assert {state for _, state in listed(world, revision_id=own)} == {"issued"}
    assert "collect" not in waiting(world, "chen")
    assert read_mark(world.house, mark, address="10.0.0.1").worth == "expired"
    added(world, own)
    assert page(world, own).here == Reconciled(3, 0, 0, 0, 3, 0)


def test_d_9_copies_of_what_has_no_end_stay_until_it_is_replaced(world: World) -> None:
    law = registered(world, LAW, None)
    to(world, LAST + timedelta(days=1))
    assert {state for _, state in listed(world, revision_id=law)} == {"issued"}
    h.followed(world, law)
    assert {state for _, state in listed(world, revision_id=law)} == {"recalled"}
    assert waiting(world, "li")["give_back"] == 1
