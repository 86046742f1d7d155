"""Who is told by e-mail of what, when, and what the mail may say (A-4, X-3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update

from docctl.domain.mailing import KINDS, Known, When, is_untold, news_of
from docctl.domain.permissions import Actor
from docctl.domain.roles import Role
from docctl.jobs.due import work_due
from docctl.jobs.housekeeping import tidy
from docctl.jobs.mailing.look import look_at
from docctl.jobs.outward import Outward
from docctl.jobs.scrub import scrub
from docctl.models.work import Step
from docctl.queries.inbox import VERBS, work_of
from docctl.services.revisions.sign import ReturnRevision, return_revision, review_revision
from tests import filing
from tests import handing as h
from tests.damage import flip
from tests.mailing.conftest import Mailing, html_of, text_of


def test_every_kind_of_work_is_of_one_kind_that_people_choose_for() -> None:
    verbs = [verb for one in KINDS.values() for verb in one]
    assert sorted(verbs) == sorted(VERBS)


def test_a_4_a_step_is_told_at_once_and_once(mailing: Mailing) -> None:
    mailing.confirmed("ouyang", "zhao", "wang")
    revision = mailing.world.submitted(mailing.world.draft())
    (mail,) = mailing.sent()
    assert mail["To"] == "ouyang@example.com"
    assert mail["Subject"] == "示例精密科技有限公司：审核 QP-01"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(mail["Date"]) == mailing.world.clock()
    link = f"http://127.0.0.1:8000/documents/revisions/{revision}"
    for said in (text_of(mail), html_of(mail)):
        assert "记录控制程序" in said
        assert link in said
        assert "http://127.0.0.1:8000/account/mail" in said
    assert mailing.post.envelopes == [("docctl@example.com", ["ouyang@example.com"])]
    assert mailing.sent() == []


def test_a_4_the_mail_is_in_the_language_of_its_reader(mailing: Mailing) -> None:
    mailing.confirmed("ouyang")
    mailing.world.house.uow.write(
        lambda s: s.execute(text("UPDATE person SET language = 'en' WHERE username = 'ouyang'"))
    )
    mailing.world.submitted(mailing.world.draft())
    (mail,) = mailing.sent()
    assert mail["Subject"] == "示例精密科技有限公司: Review QP-01"
    assert "In all 1 task stands in your inbox" in text_of(mail)


def test_a_4_what_is_done_before_the_mail_goes_is_not_mailed(mailing: Mailing) -> None:
    world = mailing.world
    mailing.confirmed("ouyang")
    revision = world.submitted(world.draft())
    assert look_at(world.house, world.people["ouyang"])
    review_revision(world.signing(revision), by=world.by("ouyang"), house=world.house)
    assert mailing.sent() == []
    assert mailing.rows()[-1].outcome == "not_needed"


def test_x_3_who_may_no_longer_see_it_is_not_told_of_it(mailing: Mailing) -> None:
    world = mailing.world
    mailing.confirmed("ouyang")
    world.submitted(world.draft())
    assert look_at(world.house, world.people["ouyang"])
    role = "UPDATE role_grant SET revoked_at = proposed_at WHERE role = 'reviewer'"
    world.house.uow.write(lambda session: session.execute(text(role)))
    assert mailing.sent() == []


@pytest.mark.parametrize(("change", "arrives"), [("", True), ("disabled_at = created_at", False)])
def test_a_15_who_has_gone_is_told_nothing(mailing: Mailing, change: str, arrives: bool) -> None:
    world = mailing.world
    mailing.confirmed("ouyang")
    world.submitted(world.draft())
    assert look_at(world.house, world.people["ouyang"])
    if change:
        gone = f"UPDATE person SET {change} WHERE username = 'ouyang'"
        world.house.uow.write(lambda session: session.execute(text(gone)))
    assert bool(mailing.sent()) is arrives


def test_a_4_several_things_at_once_come_in_one_mail(mailing: Mailing) -> None:
    world = mailing.world
    mailing.confirmed("ouyang")
    for title in ("甲", "乙", "丙"):
        world.submitted(world.draft(title))
    (mail,) = mailing.sent()
    assert mail["Subject"] == "示例精密科技有限公司：有 3 项待办"
    assert [one in text_of(mail) for one in ("甲", "乙", "丙")] == [True] * 3


def test_a_4_work_that_comes_back_is_told_again(mailing: Mailing) -> None:
    world = mailing.world
    mailing.confirmed("ouyang")
    revision = world.submitted(world.draft())
    assert len(mailing.sent()) == 1
    back = ReturnRevision(revision, world.revision(revision).row_version, "缺少职责")
    return_revision(back, by=world.by("ouyang"), house=world.house)
    world.clock.forward(hours=1)
    world.submitted(revision)
    assert len(mailing.sent()) == 1


@pytest.mark.parametrize(
    ("when", "at_submission", "next_morning"),
    [("none", 0, 0), ("at_once", 1, 0), ("daily", 0, 1), ("", 1, 0)],
)
def test_a_4_each_chooses_for_each_kind(
    mailing: Mailing, when: str, at_submission: int, next_morning: int
) -> None:
    world = mailing.world
    mailing.confirmed("ouyang")
    mailing.choose("ouyang", sign=when)
    world.submitted(world.draft())
    assert len(mailing.sent()) == at_submission
    world.clock.forward(hours=22, minutes=59)  # 07:59 in Shanghai
    assert len(mailing.sent()) == 0
    world.clock.forward(minutes=1)
    found = mailing.sent()
    assert len(found) == next_morning
    if found:
        assert found[0]["Subject"] == "示例精密科技有限公司：今日汇总，1 项待办"
    world.clock.forward(hours=1)
    assert mailing.sent() == []


@pytest.mark.parametrize(("hour", "minutes"), [(9, 24 * 60), (15, 24 * 60 + 6 * 60), (0, 15 * 60)])
def test_a_4_the_digest_comes_at_the_hour_that_was_chosen(mailing: Mailing, hour: int, minutes: int) -> None:
    world = mailing.world
    mailing.confirmed("ouyang")
    mailing.choose("ouyang", hour, sign="daily")
    world.submitted(world.draft())
    world.clock.forward(minutes=minutes - 1)
    assert mailing.sent() == []
    world.clock.forward(minutes=1)
    assert len(mailing.sent()) == 1


def test_a_4_what_is_late_is_told_as_what_is_late(mailing: Mailing) -> None:
    world = mailing.world
    mailing.confirmed("ouyang")
    mailing.choose("ouyang", sign="none", late="at_once")
    world.submitted(world.draft())
    assert mailing.sent() == []
    world.clock.forward(days=30)
    work_due(world.house)
    (mail,) = mailing.sent()
    assert "逾期" in text_of(mail)
    assert mailing.sent() == []


def test_a_4_choosing_later_brings_what_is_new_from_then_on(mailing: Mailing) -> None:
    world = mailing.world
    mailing.confirmed("ouyang")
    mailing.choose("ouyang", sign="none")
    world.submitted(world.draft("旧"))
    assert mailing.sent() == []
    mailing.choose("ouyang", sign="at_once")
    world.clock.forward(minutes=1)
    assert mailing.sent() == []
    world.submitted(world.draft("新"))
    (mail,) = mailing.sent()
    assert "新" in text_of(mail)
    assert "旧" not in text_of(mail)


def test_a_4_what_falls_behind_the_most_that_is_looked_at_is_not_told_again(
    mailing: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = mailing.world
    monkeypatch.setattr("docctl.jobs.mailing.look.MOST", 1)
    mailing.confirmed("ouyang")
    first = world.submitted(world.draft("甲"))
    assert len(mailing.sent()) == 1
    later = update(Step).values(due_at=world.clock() + timedelta(days=30))
    world.house.uow.write(lambda session: session.execute(later))
    second = world.submitted(world.draft("乙"))  # due earlier
    (mail,) = mailing.sent()
    assert "乙" in text_of(mail)
    assert "2 项待办" in text_of(mail)  # the inbox as it is, also what is not looked at
    review_revision(world.signing(second), by=world.by("ouyang"), house=world.house)
    world.clock.forward(minutes=1)
    assert mailing.sent() == []
    back = ReturnRevision(first, world.revision(first).row_version, "缺少职责")
    return_revision(back, by=world.by("ouyang"), house=world.house)
    assert mailing.sent() == []
    world.submitted(first)
    assert len(mailing.sent()) == 1


def test_a_4_copies_to_collect_are_told_once_while_the_next_revision_is_still_to_come(
    mailing: Mailing,
) -> None:
    world = mailing.world
    mailing.confirmed("chen")
    mailing.choose("chen", copies="at_once", drafts="none")
    first = h.distributed(world, h.to_unit(world, copies=2))
    one, _ = h.copies(world, first)
    h.recalled(world, one.id)
    h.followed(world, first, on=world.house.today() + timedelta(days=2))
    told = []
    for _ in range(4):
        told.append(len(mailing.sent()))
        world.clock.forward(minutes=1)
    assert told == [1, 0, 0, 0]


def test_a_4_a_damaged_file_is_told_once_however_often_it_is_checked(mailing: Mailing) -> None:
    world = mailing.world
    record = filing.filed(world, filing.a_form(world))
    mailing.confirmed("qian")
    mailing.choose("qian", system="at_once")
    for item in (record, world.issued(world.draft())):
        flip(world, filing.files(world, item)[0])
    told = []
    for _ in range(3):
        world.clock.forward(seconds=world.house.scrub_every.total_seconds())
        scrub(world.house)
        told += [one["Subject"] for one in mailing.sent()]
    assert told == ["示例精密科技有限公司：有 2 项待办"]


@pytest.mark.parametrize(("minutes", "is_new"), [(-1, False), (0, False), (1, True), (2, True), (3, False)])
def test_a_4_what_came_back_since_it_was_told_is_new_and_what_is_to_come_is_not(
    minutes: int, is_new: bool
) -> None:
    told = datetime(2026, 3, 2, 8, tzinfo=UTC)
    task = Known("collect", UUID(int=1), None, told + timedelta(minutes=minutes), False, False)
    (news,) = news_of([task])
    assert is_untold(news, {news.key: told}, at=told + timedelta(minutes=2)) is is_new


#: Prints of blanks are collected from the day on which their revision ends.
BLANKS = ("give_back_blanks", "collect_blanks")


def test_a_4_every_kind_of_work_that_begins_with_a_planned_day_is_known() -> None:
    """What else began later than now would be told at every look; these say since when by the instant."""
    everybody = Actor(uuid4(), "x", roles=frozenset((role, None) for role in Role))
    planned = {"effective_from", "effective_until", "valid_until", "due_at", "withdrawn_at"}
    verbs = {
        verb
        for verb, query in work_of(everybody).items()
        if planned & set(re.findall(r"\w+", str(query.selected_columns.since)))
    }
    assert verbs == {"read", "give_back", "take_down", "collect", "chase_readers", *BLANKS}


def test_two_who_look_at_the_same_moment_want_one_mail(mailing: Mailing) -> None:
    world = mailing.world
    mailing.confirmed("ouyang")
    mailing.choose("ouyang", sign="daily")
    world.submitted(world.draft())
    world.clock.forward(days=1)
    before = len(mailing.rows())
    assert [look_at(world.house, world.people["ouyang"]) for _ in range(2)] == [True, False]
    assert len(mailing.rows()) == before + 1


def test_headers_hold_whatever_stands_in_names_and_titles(mailing: Mailing) -> None:
    world = mailing.world
    mailing.confirmed("ouyang")
    evil = "有限公司\r\nBcc: all@example.com\u2028<b>"
    world.house.uow.write(lambda s: s.execute(text("UPDATE legal_entity SET name = :name"), {"name": evil}))
    world.submitted(world.draft("<script>alert(1)</script>"))
    (mail,) = mailing.sent()
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("有限公司 Bcc: all@example.com")
    assert mailing.post.envelopes[0][1] == ["ouyang@example.com"]
    assert "<script>" not in html_of(mail)
    assert "&lt;script&gt;" in html_of(mail)


def test_without_a_server_nobody_is_looked_at(mailing: Mailing) -> None:
    from dataclasses import replace

    world = mailing.world
    mailing.confirmed("ouyang")
    world.submitted(world.draft())
    before = len(mailing.rows())
    assert not Outward(replace(world.house, mail=None))()
    assert len(mailing.rows()) == before


def test_a_4_the_usual_choice_is_the_installation_s(mailing: Mailing) -> None:
    from dataclasses import replace

    world = mailing.world
    mailing.confirmed("ouyang")
    world.submitted(world.draft())
    quiet = replace(world.house, mail_default=When.NONE)
    Outward(quiet)()
    world.clock.forward(days=1)
    Outward(quiet)()
    assert mailing.post.taken == []


def test_a_mail_is_named_alike_however_often_it_is_tried(mailing: Mailing) -> None:
    world = mailing.world
    mailing.confirmed("ouyang")
    world.submitted(world.draft())
    assert len(mailing.sent()) == 1
    row = mailing.rows()[-1]

    def died(session: object) -> None:
        """The mail was taken; the worker died before it could note that."""
        from docctl.models.work import Delivery

        mine = session.get(Delivery, row.id)  # type: ignore[attr-defined]
        mine.done_at, mine.tries = None, 0
        mine.next_at = world.clock() + timedelta(minutes=5)

    world.house.uow.write(died)
    assert mailing.sent() == []  # who claimed it may still be at it
    world.clock.forward(minutes=5)
    assert len(mailing.sent()) == 1
    first, second = mailing.post.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@example.com>")


@pytest.mark.parametrize(("days", "left"), [(90, 1), (91, 0)])
def test_what_was_sent_is_listed_for_ninety_days(mailing: Mailing, days: int, left: int) -> None:
    mailing.confirmed("ouyang")
    (row,) = mailing.rows()
    assert row.done_at is not None
    mailing.world.clock.forward(days=days)
    tidy(mailing.world.house)
    assert len(mailing.rows()) == left
