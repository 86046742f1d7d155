"""Printed blanks and bound books: each number goes out once, ends once, and none closes silently (D-10)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from docctl.domain.blanks import Tally
from docctl.domain.leaving import OpenKind
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.models.trail import EventRow
from docctl.queries.blank_register import BlankFilter, BlankRegister, blank_register
from docctl.queries.inbox import inbox
from docctl.queries.number_gaps import number_gaps
from docctl.queries.open_work import open_work
from docctl.services.blanks.issue import ReceiveBlanks, receive_blanks
from docctl.services.blanks.register import RegisterBlanks, register_blanks
from docctl.services.numbers.explain import ExplainNumbers, explain_numbers
from docctl.services.people.hand_over import Handed, HandOver, hand_over
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests import printed as p
from tests.filing import filed, row
from tests.handing import followed
from tests.world import World


def code(error: pytest.ExceptionInfo[RuleRefused]) -> str:
    return error.value.refused.key


def waiting(world: World, who: str) -> dict[str, int]:
    with world.house.uow.read() as session:
        actor = world.by(who).actor
        counts = inbox(session, actor, at=world.clock(), zone=world.house.zone).counts
        return {verb: count for verb, count in counts.items() if "blanks" in verb}


def actions(world: World) -> list[str]:
    with world.house.uow.read() as session:
        found = session.scalars(select(EventRow.action).order_by(EventRow.seq))
        return [one for one in found if one.startswith("blank.")]


def test_d_10_every_number_is_somewhere_and_all_add_up(world: World) -> None:
    print_id = p.printed(world, p.form_revision(world))
    issue = p.out(world, print_id, "XJ-0001", "XJ-0050")
    p.received(world, issue)
    p.ended(world, "use", print_id, "1", "20", who="li", reason="")
    p.ended(world, "void", print_id, "XJ-0021", who="li")
    p.ended(world, "lose", print_id, "22", "23", who="li")
    p.ended(world, "return", print_id, "24", "30")
    p.ended(world, "destroy", print_id, "31")
    p.ended(world, "destroy", print_id, "91", "100")
    found = p.page(world, print_id)
    one = found.tally
    assert (one.printed, one.store, one.out) == (100, 40, 19)
    assert (one.used, one.void, one.returned, one.destroyed, one.lost) == (20, 1, 7, 11, 2)
    assert one.adds_up
    assert found.store == ("XJ-0051 – XJ-0090",)
    assert found.issues[0].open == ("XJ-0032 – XJ-0050",)
    assert actions(world) == [
        *("blank.printed", "blank.issued", "blank.received", "blank.used", "blank.voided", "blank.lost"),
        *("blank.returned", "blank.destroyed", "blank.destroyed"),
    ]


def test_d_10_numbers_of_a_form_never_overlap_and_both_prints_are_named(world: World) -> None:
    revision = p.form_revision(world)
    p.printed(world, revision, "XJ-0001", "XJ-0100")
    with pytest.raises(RuleRefused) as error:
        p.printed(world, revision, "XJ-0100", "XJ-0150")
    assert code(error) == "D-10.overlaps"
    assert error.value.refused.params["numbers"] == "XJ-0100 – XJ-0150"
    assert "XJ-0001 – XJ-0100" in str(error.value.refused.params["others"])
    p.printed(world, revision, "XJ-0101", "XJ-0150")
    with pytest.raises(RuleRefused) as error:  # one number, typed otherwise (N-10)
        p.printed(world, revision, "xj—0100", "xj—0150")
    assert code(error) == "D-10.overlaps"
    p.printed(world, revision, "XK-0001", "XK-0100")  # numbers otherwise
    other = p.form_revision(world, "另一表", number="QR-3302")
    p.printed(world, other, "XJ-0001", "XJ-0100")
    world.clock.forward(days=1)
    after = followed(world, revision)
    with pytest.raises(RuleRefused) as error:  # the next revision counts on
        p.printed(world, after, "XJ-0150", "XJ-0160")
    assert code(error) == "D-10.overlaps"


def test_d_10_only_an_issued_form_has_blanks_and_only_control_registers_them(world: World) -> None:
    with pytest.raises(RuleRefused) as error:
        p.printed(world, world.issued(world.draft()))
    assert code(error) == "D-10.not_a_form"
    with pytest.raises(RuleRefused) as error:
        p.printed(world, world.draft("新表", kind="form", number="QR-3303"))
    assert code(error) == "D-10.not_issued"
    revision = p.form_revision(world)
    with pytest.raises(RuleRefused) as error:
        p.printed(world, revision, on=world.house.today() + timedelta(days=1))
    assert code(error) == "D-10.printed_later"
    for who in ("li", "zhou"):
        with pytest.raises((RuleRefused, NotFound)):
            p.printed(world, revision, who=who)


def test_d_10_before_its_day_blanks_are_printed_and_stay_in_store(world: World) -> None:
    day = world.house.today() + timedelta(days=7)
    revision = world.issued(world.draft("新表", kind="form", number="QR-3303"), on=day)
    print_id = p.printed(world, revision)
    with pytest.raises(RuleRefused) as error:
        p.out(world, print_id)
    assert code(error) == "D-10.not_in_force"
    world.clock.forward(days=7)
    p.out(world, print_id)


def test_d_10_books_go_out_whole(world: World) -> None:
    print_id = p.printed(world, p.form_revision(world), book_size=25)
    with pytest.raises(RuleRefused) as error:
        p.out(world, print_id, "26", "60")
    assert code(error) == "D-10.book_whole"
    p.out(world, print_id, "26", "75")
    assert p.tally(world, print_id).out == 50


def test_d_10_the_unit_receives_once_and_who_else_has_nothing_to_say(world: World) -> None:
    print_id = p.printed(world, p.form_revision(world))
    issue = p.out(world, print_id)
    assert waiting(world, "li") == {"receive_blanks": 1}
    with pytest.raises(NotFound):
        p.received(world, issue, who="zhang")
    with pytest.raises(Conflict):
        receive_blanks(ReceiveBlanks(issue, 99, world.house.today()), by=world.by("chen"), house=world.house)
    p.received(world, issue, who="chen", receiver=" 王 强 ")
    assert p.issue(world, issue).receiver == "王 强"
    with pytest.raises(RuleRefused) as error:
        p.received(world, issue)
    assert code(error) == "D-10.received_before"
    assert waiting(world, "li") == {}


def test_d_10_a_unit_notes_its_own_numbers_and_no_others(world: World) -> None:
    print_id = p.printed(world, p.form_revision(world))
    p.out(world, print_id, "1", "10")
    p.out(world, print_id, "11", "20", unit="KF")
    p.ended(world, "use", print_id, "1", who="li")
    for first in ("11", "60"):
        with pytest.raises((RuleRefused, NotFound)):
            p.ended(world, "void", print_id, first, who="li")
    with pytest.raises(RuleRefused) as error:
        p.ended(world, "use", print_id, "5", "15", who="chen")
    assert code(error) == "D-10.not_one_holder"
    with pytest.raises(RuleRefused) as error:
        p.ended(world, "return", print_id, "2", who="li")
    assert code(error) == "D-10.control_takes_back"
    with pytest.raises(NotFound):
        p.ended(world, "use", print_id, "1", who="zhou")
    mine = p.page(world, print_id, "li")
    assert [one.numbers for one in mine.issues] == ["XJ-0001 – XJ-0010"]
    assert mine.store == ()
    with pytest.raises(NotFound):
        p.page(world, print_id, "zhou")


def test_x_3_who_is_no_insider_is_told_of_their_own_numbers_alone(world: World) -> None:
    revision = p.form_revision(world)
    cmd = RegisterBlanks(revision, "XJ-0001", "XJ-0100", world.house.today(), note="秘密用途")
    print_id = register_blanks(cmd, by=world.by("chen"), house=world.house)
    p.out(world, print_id, "1", "50")
    p.out(world, print_id, "51", "60", unit="KF")
    p.ended(world, "lose", print_id, "1", "3")
    p.ended(world, "void", print_id, "51", "52")
    form = world.document_of(revision).id

    def register(who: str, **wanted: object) -> BlankRegister:
        with world.house.uow.read() as session:
            asked = BlankFilter(**wanted)  # type: ignore[arg-type]
            return blank_register(session, world.by(who).actor, asked, at=world.clock())

    own = Tally(printed=10, out=8, void=2)
    (row,) = register("zhang", document_id=form).rows
    assert (row.tally, p.page(world, print_id, "zhang").tally, own.adds_up) == (own, own, True)
    assert register("zhang", document_id=form).whole is None
    (row,) = register("chen", document_id=form).rows
    assert row.tally == register("chen", document_id=form).whole == p.tally(world, print_id)
    assert (row.tally.printed, row.tally.lost) == (100, 3)
    for wanted, count in (({"unit_id": world.units["SC"]}, 0), ({"unit_id": world.units["KF"]}, 1)):
        assert (register("zhang", **wanted).total, register("chen", **wanted).total) == (count, 1)
    assert (register("zhang", text="秘密").total, register("chen", text="秘密").total) == (0, 1)


@pytest.mark.parametrize("how", ["superseded", "withdrawn"])
def test_d_10_at_the_end_of_a_revision_every_stock_is_recalled_and_counted_to_zero(
    world: World, how: str
) -> None:
    revision = p.form_revision(world)
    print_id = p.printed(world, revision, "XJ-0001", "XJ-0020")
    p.received(world, p.out(world, print_id, "1", "10"))
    assert waiting(world, "li") == waiting(world, "chen") == {}
    world.clock.forward(days=1)
    if how == "superseded":
        followed(world, revision)
    else:
        cmd = WithdrawRevision(revision, world.revision(revision).row_version, "停用")
        withdraw_revision(cmd, by=world.by("chen"), house=world.house)
    assert waiting(world, "li") == {"give_back_blanks": 1}
    assert waiting(world, "chen") == {"collect_blanks": 1}
    assert p.page(world, print_id).state == "recalled"
    with pytest.raises(RuleRefused) as error:
        p.out(world, print_id, "11", "12")
    assert code(error) == "D-10.revision_over"
    p.ended(world, "use", print_id, "1", "9", who="li")
    p.ended(world, "return", print_id, "10", reason="")
    assert waiting(world, "li") == {}
    assert waiting(world, "chen") == {"collect_blanks": 1}  # what lies in store is counted too
    p.ended(world, "destroy", print_id, "11", "19")
    assert waiting(world, "chen") == {"collect_blanks": 1}
    p.ended(world, "lose", print_id, "20")
    assert waiting(world, "chen") == {}
    assert p.page(world, print_id).state == "settled"
    assert p.tally(world, print_id).adds_up


def test_d_10_what_was_lost_and_is_found_ends_once_more_and_still_adds_up(world: World) -> None:
    print_id = p.printed(world, p.form_revision(world))
    p.out(world, print_id)
    p.ended(world, "lose", print_id, "5", "9")
    with pytest.raises(RuleRefused) as error:
        p.ended(world, "lose", print_id, "5")
    assert code(error) == "D-10.already_ended"
    p.ended(world, "use", print_id, "5")
    p.ended(world, "return", print_id, "6", "7")
    with pytest.raises(RuleRefused) as error:
        p.ended(world, "destroy", print_id, "5")
    assert code(error) == "D-10.already_ended"
    with pytest.raises(RuleRefused) as error:
        p.ended(world, "return", print_id, "7", "8")
    assert code(error) == "D-10.not_alike"
    one = p.tally(world, print_id)
    assert (one.lost, one.used, one.returned, one.out) == (2, 1, 2, 45)
    assert one.adds_up


def test_d_10_a_used_number_leads_to_the_record_that_has_it(world: World) -> None:
    revision = p.form_revision(world)
    form = world.document_of(revision).id
    print_id = p.printed(world, revision)
    p.out(world, print_id)
    on_paper = filed(world, form, outside_number="XJ-0002")
    p.ended(world, "use", print_id, "1", "2")
    first, second = p.page(world, print_id, "ouyang").ends.rows
    assert (first.record_id, first.record) == (None, "")
    assert (second.record_id, second.record) == (None, row(world, on_paper).number)  # of another unit


def gaps(world: World) -> list[tuple[str, str, int, str]]:
    with world.house.uow.read() as session:
        rows = number_gaps(session, at=world.clock(), kind="record").rows
        return [(one.first, one.last, one.count, one.unit) for one in rows]


def test_n_5_numbers_of_the_records_series_are_kept_for_a_print_and_are_no_gaps(world: World) -> None:
    revision = p.form_revision(world)
    form = world.document_of(revision).id
    first = row(world, filed(world, form)).number
    head, digits = first[:-4], len(first[-4:])
    assert digits == 4

    def number(value: int) -> str:
        return f"{head}{value:04d}"

    at = int(first[-4:])
    with pytest.raises(RuleRefused) as error:
        p.printed(world, revision, number(at), number(at + 9))
    assert code(error) == "D-10.number_given"
    print_id = p.printed(world, revision, number(at + 3), number(at + 12))
    assert p.page(world, print_id).in_series
    after = filed(world, form)
    assert row(world, after).number == number(at + 13)  # the counter has moved past them
    assert gaps(world) == [(number(at + 1), number(at + 2), 2, "生产部")]
    p.out(world, print_id, str(at + 3), str(at + 8))
    p.ended(world, "void", print_id, str(at + 3))
    p.ended(world, "use", print_id, str(at + 4), str(at + 5))
    filed(world, form, number=number(at + 4))
    assert gaps(world) == [  # used, and filed nowhere
        (number(at + 1), number(at + 2), 2, "生产部"),
        (number(at + 5), number(at + 5), 1, "生产部"),
    ]
    assert p.page(world, print_id).ends.rows[1].record == number(at + 4)
    by, house = world.by("chen"), world.house
    for still_out in (at + 3, at + 7, at + 12):
        with pytest.raises(NotFound):
            explain_numbers(ExplainNumbers(number(still_out), "无此号"), by=by, house=house)
    whole = ExplainNumbers(number(at + 1), "跳号", number(at + 2))
    assert len(explain_numbers(whole, by=by, house=house)) == 2
    used = ExplainNumbers(number(at + 5), "原件遗失")
    assert len(explain_numbers(used, by=world.by("li"), house=house)) == 1
    assert gaps(world) == []


def test_n_5_a_used_number_whose_record_has_it_as_the_papers_number_is_no_gap(world: World) -> None:
    revision = p.form_revision(world)
    form = world.document_of(revision).id
    first = row(world, filed(world, form)).number
    head, at = first[:-4], int(first[-4:])
    print_id = p.printed(world, revision, f"{head}{at + 1:04d}", f"{head}{at + 5:04d}")
    p.out(world, print_id, str(at + 1), str(at + 5))
    p.ended(world, "use", print_id, str(at + 1), str(at + 2))
    filed(world, form, outside_number=f"{head}{at + 1:04d}")
    other = p.form_revision(world, "另一表", number="QR-3302")
    filed(world, world.document_of(other).id, outside_number=f"{head}{at + 2:04d}")
    second = f"{head}{at + 2:04d}"
    assert gaps(world) == [(second, second, 1, "生产部")]
    by, house = world.by("li"), world.house
    with pytest.raises(NotFound):
        explain_numbers(ExplainNumbers(f"{head}{at + 1:04d}", "无此号"), by=by, house=house)
    explain_numbers(ExplainNumbers(second, "原件遗失"), by=by, house=house)
    assert gaps(world) == []


def test_n_5_a_print_leaves_a_gap_before_it_though_nothing_was_filed_after_it(world: World) -> None:
    revision = p.form_revision(world)
    form = world.document_of(revision).id
    first = row(world, filed(world, form)).number
    head, at = first[:-4], int(first[-4:])
    p.printed(world, revision, f"{head}{at + 2:04d}", f"{head}{at + 5:04d}")
    assert [one[:3] for one in gaps(world)] == [(f"{head}{at + 1:04d}", f"{head}{at + 1:04d}", 1)]
    cmd = ExplainNumbers(f"{head}{at + 1:04d}", "跳号")
    explain_numbers(cmd, by=world.by("chen"), house=world.house)
    assert gaps(world) == []


def test_a_16_who_goes_hands_over_the_blanks_they_look_after(world: World) -> None:
    print_id = p.printed(world, p.form_revision(world))
    issue = p.out(world, print_id, person="wang")
    assert waiting(world, "wang") == {"receive_blanks": 1}
    p.ended(world, "use", print_id, "1", who="wang")

    def open_with(who: str) -> list[tuple[str, str]]:
        with world.house.uow.read() as session:
            found = open_work(
                session,
                world.by("admin").actor,
                world.people[who],
                at=world.clock(),
                today=world.house.today(),
            )
            return [(one.what, one.number) for one in found.items if one.kind is OpenKind.BLANKS]

    assert len(open_with("wang")) == 1
    to = Handed(OpenKind.BLANKS, issue, world.people["li"])
    give = HandOver(world.people["wang"], (to,), "调岗")
    hand_over(give, by=world.by("admin"), house=world.house)
    assert (open_with("wang"), len(open_with("li"))) == ([], 1)
    with pytest.raises(Conflict):
        hand_over(give, by=world.by("admin"), house=world.house)
    nobody = Handed(OpenKind.BLANKS, issue)
    hand_over(HandOver(world.people["li"], (nobody,), "调岗"), by=world.by("admin"), house=world.house)
    assert p.issue(world, issue).person_id is None
    assert waiting(world, "li") == {"receive_blanks": 1}  # still: keeper of the unit


def test_d_10_who_has_blanks_reads_before_the_click_that_control_takes_them_back(world: World) -> None:
    revision = p.form_revision(world)
    print_id = p.printed(world, revision)
    p.out(world, print_id)

    def returning(who: str) -> tuple[str, bool]:
        (one,) = (each for each in p.page(world, print_id, who).actions if each.name == "return")
        return "" if one.refused is None else one.refused.key, one.is_primary

    assert returning("li") == ("D-10.control_takes_back", False)
    assert returning("chen") == ("", False)
    world.clock.forward(days=1)
    followed(world, revision)
    assert returning("li") == ("D-10.control_takes_back", False)
    assert returning("chen") == ("", True)
