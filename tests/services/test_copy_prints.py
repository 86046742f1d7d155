"""Printing controlled copies, and what their marks say from outside (D-3, X-3)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import docx
import pytest
from sqlalchemy import select

from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.i18n import translator
from docctl.models.trail import EventRow
from docctl.queries.copy_page import copy_page
from docctl.reading.errors import ReadingFailed
from docctl.services.distribution.mark import read_mark
from docctl.services.distribution.print import print_copy
from docctl.services.people.throttle import FREE
from docctl.services.revisions.suspend import SuspendRevision, suspend_revision
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests import handing as h
from tests.beginnings import outcome_of, settings_after
from tests.world import World


def handed(world: World) -> UUID:
    return h.distributed(world, h.to_unit(world, copies=2), h.to_wall(world), h.to_person(world))


first = outcome_of(handed)
settings = settings_after(first=handed)


def copy_of(world: World, revision_id: UUID, number: str = "001") -> UUID:
    return next(one.id for one in h.copies(world, revision_id) if one.number == number)


def printed(world: World, copy_id: UUID, who: str = "chen") -> Any:
    """Print a copy; return the docx."""
    words = translator("zh_Hans", world.house.zone)
    made = print_copy(copy_id, by=world.by(who), house=world.house, words=words)
    try:
        return docx.Document(io.BytesIO(made.path.read_bytes()))
    finally:
        made.discard()


def mark(world: World, copy_id: UUID) -> str:
    found = h.copy_row(world, copy_id).mark
    assert found is not None
    return found


def worth(world: World, copy_id: UUID) -> str:
    return read_mark(world.house, mark(world, copy_id), address="10.0.0.1").worth


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        act()
    return error.value.refused.key


def header(document: Any) -> str:
    return "".join(one.text or "" for one in document.sections[0].header.part.element.iter() if one.text)


def test_d_3_a_print_says_number_holder_who_printed_it_and_bears_one_mark_for_ever(
    world: World, first: UUID
) -> None:
    copy_id = copy_of(world, first)
    text = header(printed(world, copy_id))
    for part in ("受控", "分发号 001", "持有 生产部", "陈静", "A/0"):
        assert part in text
    before = mark(world, copy_id)
    assert len(before) == 22
    printed(world, copy_id)
    assert mark(world, copy_id) == before
    other = copy_of(world, first, "002")
    printed(world, other)
    assert mark(world, other) != before
    assert h.actions(world, first).count("copy.printed") == 3
    with world.house.uow.read() as session:
        facts = session.scalars(select(EventRow.facts).where(EventRow.action == "copy.printed")).all()
    assert [json.loads(one)["copy"] for one in facts] == ["001", "001", "002"]
    assert not [one for one in facts if before in one]  # the trail may be read by more people than the paper


@dataclass
class Meanwhile:
    """The pool of children, while something else happens."""

    pool: Any
    act: Callable[[], object]

    def run(self, job: str, **arguments: Any) -> Any:
        answer = self.pool.run(job, **arguments)
        self.act()
        return answer


def left_over(world: World) -> list[str]:
    return [one.name for one in world.house.scratch.glob("copy-*")]


@pytest.mark.parametrize(("code", "said"), [("timeout", "D-3.not_stamped"), ("busy", "D-3.busy")])
def test_x_2_what_could_not_be_stamped_is_no_print_and_gives_no_mark(
    world: World, first: UUID, code: str, said: str
) -> None:
    def fail() -> None:
        raise ReadingFailed(code)

    copy_id, house = copy_of(world, first), world.house
    world.house = replace(house, pool=Meanwhile(house.pool, fail))
    assert refused(lambda: printed(world, copy_id)) == said
    assert "copy.printed" not in h.actions(world, first)
    assert h.copy_row(world, copy_id).mark is None
    assert left_over(world) == []
    world.house = house
    printed(world, copy_id)
    assert h.actions(world, first).count("copy.printed") == 1


def test_x_2_a_copy_called_back_while_it_is_printed_is_not_handed_out(world: World, first: UUID) -> None:
    copy_id, house = copy_of(world, first), world.house
    world.house = replace(house, pool=Meanwhile(house.pool, lambda: h.recalled(world, copy_id)))
    assert refused(lambda: printed(world, copy_id)) == "D-3.copy_recalled"
    assert "copy.printed" not in h.actions(world, first)
    assert h.copy_row(world, copy_id).mark is None
    assert left_over(world) == []


def test_d_3_of_two_first_prints_at_once_one_is_handed_out(world: World, first: UUID) -> None:
    copy_id, house = copy_of(world, first), world.house
    marks = []

    def another() -> None:
        world.house = house
        printed(world, copy_id)
        marks.append(mark(world, copy_id))

    world.house = replace(house, pool=Meanwhile(house.pool, another))
    with pytest.raises(Conflict):
        printed(world, copy_id)
    assert h.actions(world, first).count("copy.printed") == 1
    printed(world, copy_id)
    assert marks == [mark(world, copy_id)]
    assert left_over(world) == []


def test_d_3_a_copy_printed_before_its_day_bears_the_day_and_no_word_across(world: World) -> None:
    later = world.house.today() + timedelta(days=3)
    first = h.distributed(world, h.to_unit(world), on=later)
    copy_id = copy_of(world, first)
    document = printed(world, copy_id)
    assert "受控" in header(document)
    assert f"{later} 起实施" in header(document)
    assert not document.sections[0].header.part.element.xpath(".//w:pict")
    assert worth(world, copy_id) == "waiting"
    world.clock.forward(days=3)
    assert worth(world, copy_id) == "in_force"


def test_d_3_only_what_is_on_paper_out_and_not_called_back_is_printed(world: World, first: UUID) -> None:
    screen, gone, called = (copy_of(world, first, one) for one in ("004", "001", "002"))
    assert refused(lambda: printed(world, screen)) == "D-3.screen_copy"
    h.returned(world, gone, reason="不再需要")
    assert refused(lambda: printed(world, gone)) == "D-2.already_closed"
    h.recalled(world, called)
    assert refused(lambda: printed(world, called)) == "D-3.copy_recalled"
    assert h.copy_row(world, called).mark is None
    printed(world, copy_of(world, first, "003"))  # posted


@pytest.mark.parametrize(("who", "error"), [("li", RuleRefused), ("zhang", NotFound)])
def test_x_1_only_control_prints_a_controlled_copy(
    world: World, first: UUID, who: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        printed(world, copy_of(world, first), who)


def test_d_3_the_page_offers_the_print_or_says_why_not(world: World, first: UUID) -> None:
    def offered(number: str, who: str = "chen") -> str:
        with world.house.uow.read() as session:
            actor, copy_id = world.by(who).actor, copy_of(world, first, number)
            page = copy_page(session, actor, copy_id, at=world.clock(), zone=world.house.zone)
        if page.print is None:
            return "-"
        return "print" if page.print.refused is None else page.print.refused.key

    h.recalled(world, copy_of(world, first, "002"))
    assert [offered(one) for one in ("001", "002", "003", "004")] == [
        "print",
        "D-3.copy_recalled",
        "print",
        "-",
    ]
    assert offered("001", "li") == "-"


def test_d_3_a_mark_says_what_the_copy_is_worth_now(world: World, first: UUID) -> None:
    kept, back, called = (copy_of(world, first, one) for one in ("001", "002", "003"))
    for one in (kept, back, called):
        printed(world, one)
    found = read_mark(world.house, mark(world, kept), address="10.0.0.1")
    assert (found.number, found.label, found.copy, found.may_be_used) == (
        world.document_of(first).number,
        "A/0",
        "001",
        True,
    )
    h.returned(world, back, reason="不再需要")
    h.recalled(world, called)
    assert [worth(world, one) for one in (kept, back, called)] == ["in_force", "closed", "recalled"]
    cmd = SuspendRevision(first, world.revision(first).row_version, "事故")
    suspend_revision(cmd, by=world.by("chen"), house=world.house)
    assert worth(world, kept) == "suspended"
    world.clock.forward(days=1)
    h.followed(world, first)
    assert [worth(world, one) for one in (kept, back, called)] == ["obsolete"] * 3


def test_d_3_a_withdrawn_revision_makes_its_copies_obsolete(world: World, first: UUID) -> None:
    copy_id = copy_of(world, first)
    printed(world, copy_id)
    cmd = WithdrawRevision(first, world.revision(first).row_version, "不再使用")
    withdraw_revision(cmd, by=world.by("chen"), house=world.house)
    assert worth(world, copy_id) == "obsolete"


@pytest.mark.parametrize("wrong", ["", "x", "A" * 21, "A" * 22, "A" * 5000, "../etc", "％００"])
def test_x_3_what_is_no_mark_says_nothing(world: World, first: UUID, wrong: str) -> None:
    with pytest.raises(NotFound):
        read_mark(world.house, wrong, address="10.0.0.1")


def test_d_3_who_guesses_marks_has_to_wait_and_who_reads_right_ones_never(world: World, first: UUID) -> None:
    copy_id = copy_of(world, first)
    printed(world, copy_id)
    right = mark(world, copy_id)
    for _ in range(FREE["mark"] + 5):
        read_mark(world.house, right, address="10.0.0.1")
    for _ in range(FREE["mark"]):
        with pytest.raises(NotFound):
            read_mark(world.house, "A" * 22, address="10.0.0.2")
    assert refused(lambda: read_mark(world.house, right, address="10.0.0.2")) == "A-3.too_many_tries"
    assert read_mark(world.house, right, address="10.0.0.1").may_be_used  # another address
    world.clock.forward(minutes=16)
    assert read_mark(world.house, right, address="10.0.0.2").may_be_used
