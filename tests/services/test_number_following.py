"""A number follows the reissue of its document; every number ever shown finds it (N-1, N-7)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from uuid import UUID

import docx
import pytest
from sqlalchemy import select

from docctl.domain.normal_form import normal
from docctl.domain.verdicts import RuleRefused
from docctl.i18n import translator
from docctl.jobs.due import work_due
from docctl.models.citations import Citation
from docctl.models.numbers import Alias, NumberEntry
from docctl.models.trail import EventRow
from docctl.queries.citations import cited
from docctl.queries.document_page import document_page
from docctl.queries.documents import RegisterFilter, document_register
from docctl.queries.next_label import next_label
from docctl.queries.number_found import find_number
from docctl.queries.number_gaps import number_gaps
from docctl.services.content.copies import StampedCopy, take_copy
from docctl.services.distribution.mark import read_mark
from docctl.services.distribution.print import print_copy
from docctl.services.documents.create import CreateDocument, create_document
from docctl.services.numbers.reserve import ReserveNumber, reserve_number
from docctl.services.revisions.issue import IssueRevision, issue_revision
from docctl.services.revisions.revise import ReviseDocument, revise_document
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests import handing as h
from tests.services.test_number_rules import put
from tests.world import World

FOLLOWS = "QM/{company:2-4}-{edition follows}-{year follows}"


def manual(world: World, pattern: str = FOLLOWS, label: str = "B/0", number: str = "") -> UUID:
    """Issue a manual whose number follows; return its revision."""
    fixed = " company=XX" if "{company" in pattern else ""
    put(world, types=f"procedure = manual{fixed}", manual=pattern)
    world.clock.forward(minutes=1)
    return world.issued(made(world, "质量手册", label, number))


def made(world: World, title: str, label: str = "", number: str = "") -> UUID:
    cmd = CreateDocument(
        type_id=world.types["procedure"],
        title=title,
        unit_id=world.units["PZ"],
        uploads=(world.upload("chen"),),
        label=label,
        number=number,
    )
    return create_document(cmd, by=world.by("chen"), house=world.house)


def revised(world: World, revision_id: UUID, *, reissue: bool = True, days: float = 0) -> UUID:
    world.clock.forward(days=days, minutes=1)
    document_id = world.document_of(revision_id).id
    cmd = ReviseDocument(document_id, "换版", "标准换版", (world.upload("chen"),), reissue=reissue)
    return revise_document(cmd, by=world.by("chen"), house=world.house)


def issue(world: World, revision_id: UUID, on: date | None = None) -> None:
    cmd = IssueRevision(revision_id, world.revision(revision_id).row_version, on or world.house.today())
    issue_revision(cmd, by=world.by("chen"), house=world.house)


def coming(world: World, revision_id: UUID):
    with world.house.uow.read() as session:
        return document_page(
            session, world.by("chen").actor, at=world.clock(), zone=world.house.zone, revision_id=revision_id
        )


def found(world: World, text: str) -> list[tuple[str, str]]:
    with world.house.uow.read() as session:
        hits = find_number(session, world.by("chen").actor, text, at=world.clock())
    return [(one.number, one.former) for one in hits]


def test_n_7_on_the_issue_of_a_reissue_the_number_changes_and_the_old_one_still_finds_it(
    world: World,
) -> None:
    first = manual(world)
    assert world.document_of(first).number == "QM/XX-B-2026"
    second = world.approved(revised(world, first, days=365))
    document = world.document_of(first)
    assert document.number == "QM/XX-B-2026"
    said = coming(world, second).number_coming
    assert said is not None
    assert (said.before, said.after, said.refused) == ("QM/XX-B-2026", "QM/XX-C-2027", None)
    issue(world, second)
    assert world.document_of(first).number == "QM/XX-C-2027"
    assert [world.revision(one).number for one in (first, second)] == ["QM/XX-B-2026", "QM/XX-C-2027"]
    with world.house.uow.read() as session:
        entries = session.scalars(select(NumberEntry).where(NumberEntry.item_id == document.id)).all()
        aliases = session.scalars(select(Alias).where(Alias.item_id == document.id)).all()
        events = {
            one.action: json.loads(one.facts)
            for one in session.scalars(
                select(EventRow).where(EventRow.action.in_(("revision.issued", "document.renumbered")))
            )
        }
    assert {one.shown for one in entries} == {"QM/XX-B-2026", "QM/XX-C-2027"}
    assert [(one.kind, one.text) for one in aliases] == [("former", "QM/XX-B-2026")]
    assert events["document.renumbered"]["before"] == "QM/XX-B-2026"
    assert events["document.renumbered"]["number"] == "QM/XX-C-2027"
    assert events["revision.issued"]["number_becomes"] == "QM/XX-C-2027"
    assert found(world, "qm/xx－b－2026") == [("QM/XX-C-2027", "QM/XX-B-2026")]
    assert found(world, "QM/XX-C-2027") == [("QM/XX-C-2027", "")]
    assert found(world, "B-2026") == [("QM/XX-C-2027", "QM/XX-B-2026")]


def stamped(world: World, copy: StampedCopy) -> str:
    """Return what the stamp of a docx says."""
    try:
        header = docx.Document(str(copy.path)).sections[0].header
    finally:
        copy.discard()
    return "".join(one.text or "" for one in header.part.element.iter())


def test_n_7_the_stamp_and_the_mark_of_a_copy_say_the_number_that_its_revision_bears(world: World) -> None:
    words, house = translator("zh_Hans", world.house.zone), world.house
    put(world, types="procedure = manual company=XX", manual=FOLLOWS)
    world.clock.forward(minutes=1)
    first = world.issued(h.listed(world, made(world, "质量手册", "B/0"), h.to_unit(world)))

    def printed(revision_id: UUID) -> tuple[str, str]:
        (copy,) = h.copies(world, revision_id)
        made = print_copy(copy.id, by=world.by("chen"), house=house, words=words)
        return stamped(world, made), str(h.copy_row(world, copy.id).mark)

    text, mark = printed(first)
    assert "QM/XX-B-2026" in text
    second = world.approved(revised(world, first, days=365))
    issue(world, second, on=house.today() + timedelta(days=2))
    early, coming_mark = printed(second)  # handed out before its day, with the number of that day
    assert "QM/XX-C-2027" in early
    assert world.document_of(first).number == "QM/XX-B-2026"
    world.clock.forward(days=2)
    while work_due(house):
        pass
    assert world.document_of(first).number == "QM/XX-C-2027"
    marks = [read_mark(house, one, address="10.0.0.1") for one in (mark, coming_mark)]
    assert [(one.number, one.worth) for one in marks] == [
        ("QM/XX-B-2026", "obsolete"),
        ("QM/XX-C-2027", "in_force"),
    ]
    taken = [take_copy(one, by=world.by("chen"), house=house, words=words) for one in (first, second)]
    assert [one.name.split()[0] for one in taken] == ["QM_XX-B-2026", "QM_XX-C-2027"]
    assert ["QM/XX-B-2026" in stamped(world, one) for one in taken] == [True, False]


def test_n_7_a_citation_of_the_old_number_leads_on_as_another_name(world: World) -> None:
    first = manual(world)
    issue(world, world.approved(revised(world, first, days=365)))
    citing = world.draft(number="QP-77")

    def cite(session):
        session.add(
            Citation(
                revision_id=citing,
                ordinal=1,
                kind="document",
                number="QM/XX-B-2026",
                normal=normal("QM/XX-B-2026"),
            )
        )

    world.house.uow.write(cite)
    with world.house.uow.read() as session:
        (one,) = cited(session, world.by("chen").actor, citing, at=world.clock())
    assert (one.shown_number, one.is_other_name, one.standing) == ("QM/XX-C-2027", True, "in_force")


@pytest.mark.parametrize(
    ("pattern", "reissue", "after"),
    [
        (FOLLOWS, False, "QM/XX-B-2026"),
        ("QM/{company:2-4}-{edition follows}-{year follows amendments}", False, "QM/XX-B-2027"),
        ("QM/{company:2-4}-{edition}-{year}", True, "QM/XX-B-2026"),
    ],
)
def test_n_7_an_amendment_changes_only_what_says_so_and_frozen_is_the_default(
    world: World, pattern: str, reissue: bool, after: str
) -> None:
    first = manual(world, pattern)
    second = world.approved(revised(world, first, reissue=reissue, days=365))
    stays = coming(world, second).number_coming is None
    assert stays is (after == "QM/XX-B-2026")
    issue(world, second)
    assert world.document_of(first).number == world.revision(second).number == after


def test_n_7_an_issue_for_a_later_day_takes_the_number_now_and_shows_it_then(world: World) -> None:
    first = manual(world)
    second = world.approved(revised(world, first, days=1))
    day = world.house.today() + timedelta(days=20)
    issue(world, second, day)
    assert world.document_of(first).number == "QM/XX-B-2026"
    assert found(world, "QM/XX-C-2026")
    with pytest.raises(RuleRefused):
        made(world, "另一本", "A/0", "QM/XX-C-2026")
    world.clock.forward(days=20)
    assert work_due(world.house)
    assert world.document_of(first).number == "QM/XX-C-2026"


def test_n_7_d_7_a_list_of_a_past_day_shows_the_number_of_then(world: World) -> None:
    first = manual(world)
    world.clock.forward(days=2)
    then = world.house.today()
    issue(world, world.approved(revised(world, first, days=365)))

    def numbers(as_of: date | None) -> list[str]:
        with world.house.uow.read() as session:
            page = document_register(
                session,
                world.by("chen").actor,
                RegisterFilter(as_of=as_of),
                at=world.clock(),
                zone=world.house.zone,
            )
        return [one.number for one in page.rows]

    assert (numbers(then), numbers(None)) == (["QM/XX-B-2026"], ["QM/XX-C-2027"])


@pytest.mark.parametrize("how", ["document", "reserved"])
def test_n_7_a_clash_is_refused_with_both_holders_and_nothing_is_half_done(world: World, how: str) -> None:
    first = manual(world)
    second = world.approved(revised(world, first, days=1))
    if how == "document":
        made(world, "另一本", number="QM/XX-C-2026")
    else:
        cmd = ReserveNumber(world.types["procedure"], "备用", number_values="edition=C")
        assert reserve_number(cmd, by=world.by("chen"), house=world.house) == "QM/XX-C-2026"
    page = coming(world, second)
    assert page.action("issue").refused.key == "N-7.number_taken"
    with pytest.raises(RuleRefused) as error:
        issue(world, second)
    assert error.value.refused.params == {
        "before": "QM/XX-B-2026",
        "number": "QM/XX-C-2026",
        "holder": "QM/XX-C-2026",
    }
    assert world.revision(second).number == ""
    assert world.document_of(first).number == "QM/XX-B-2026"


def test_n_7_a_number_that_it_bore_before_is_its_own(world: World) -> None:
    first = manual(world, "QM/{company:2-4}-{edition follows}")
    second = world.approved(revised(world, first, days=1))
    issue(world, second, world.house.today() + timedelta(days=20))  # it has the number C, and is withdrawn
    cmd = WithdrawRevision(second, world.revision(second).row_version, "不换版了")
    withdraw_revision(cmd, by=world.by("chen"), house=world.house)
    assert found(world, "QM/XX-C") == [("QM/XX-B", "QM/XX-C")]
    third = world.approved(revised(world, first, reissue=False, days=1))
    assert world.revision(third).label == "C/1"
    issue(world, third)
    assert world.document_of(first).number == "QM/XX-C"
    with world.house.uow.read() as session:
        aliases = session.scalars(select(Alias.text).where(Alias.kind == "former")).all()
    assert aliases == ["QM/XX-B"]


def test_n_5_n_7_a_followed_number_stands_at_the_same_place_of_its_series(world: World) -> None:
    first = manual(world, "QM-{seq:2}{edition follows}", number="QM-03B")
    issue(world, world.approved(revised(world, first, days=1)))
    assert world.document_of(first).number == "QM-03C"
    with world.house.uow.read() as session:
        gaps = number_gaps(session, at=world.clock())
    assert [(one.first, one.last, one.count) for one in gaps.rows] == [("QM-01B", "QM-02B", 2)]
    assert world.document_of(made(world, "下一本")).number == "QM-04A"


def test_n_7_who_revises_sees_what_the_number_will_be(world: World) -> None:
    first = manual(world)
    with world.house.uow.read() as session:
        found = next_label(session, world.document_of(first).id, world.clock(), world.house.today())
    assert (found.number_amended, found.number_reissued) == ("", "QM/XX-C-2026")
