"""What a change touches, and which citations in force miss their document (D-6, D-2, D-4, X-3)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from docctl.domain.validity import Validity
from docctl.jobs.wait import settle
from docctl.queries.citation_faults import FaultFilter, Faults, citation_faults
from docctl.queries.citations import cited as cites
from docctl.queries.impact import Impact, impact
from docctl.services.documents.create import CreateDocument, create_document
from docctl.services.revisions.suspend import (
    ResumeRevision,
    SuspendRevision,
    resume_revision,
    suspend_revision,
)
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests import handing
from tests.beginnings import outcome_of, settings_after
from tests.world import World


def touched(world: World, revision: UUID, who: str = "chen", **more: int) -> Impact:
    with world.house.uow.read() as session:
        return impact(
            session,
            world.by(who).actor,
            world.document_of(revision).id,
            at=world.clock(),
            zone=world.house.zone,
            **more,
        )


def missed(world: World, who: str = "chen", size: int = 50, **wanted: object) -> Faults:
    with world.house.uow.read() as session:
        return citation_faults(
            session,
            world.by(who).actor,
            FaultFilter(**wanted),  # type: ignore[arg-type]
            at=world.clock(),
            page_size=size,
        )


def withdraw(world: World, revision: UUID) -> None:
    cmd = WithdrawRevision(revision, world.revision(revision).row_version, "不再需要")
    withdraw_revision(cmd, by=world.by("chen"), house=world.house)
    world.clock.forward(minutes=1)


def citing(world: World) -> UUID:
    """Return a procedure with a form, a copy out and two that cite it."""
    revision = world.draft("归档程序", number="QP-94")
    world.issued(handing.listed(world, revision, handing.to_unit(world)))
    parent = world.document_of(revision).id
    world.draft("归档登记表", kind="form", number="QR-94-01", parent=parent)
    for number, words in (
        ("QP-91", "1 目的\n规范。\n2 程序\n2.1 归档\n按《归档程序》归档。"),
        ("QP-92", "见 QP-94。"),
    ):
        world.issued(world.draft(f"程序{number}", number=number, text=words))
    settle(world.house)
    return revision


cited = outcome_of(citing)
settings = settings_after(cited=citing)


def test_d_6_a_change_tells_who_cites_it_with_the_clause_its_forms_and_copies(
    world: World, cited: UUID
) -> None:
    found = touched(world, cited)
    assert [(one.number, one.clause) for one in found.cited_by] == [("QP-91", "2.1"), ("QP-92", "")]
    assert found.citing == 2
    assert [one.number for one in found.forms] == ["QR-94-01"]
    assert [one.number for one in found.copies] == ["001"]
    assert (found.copies_out, found.records, found.is_empty) == (1, 0, False)


def test_d_6_lists_end_and_counts_do_not(world: World, cited: UUID) -> None:
    found = touched(world, cited, most=1)
    assert (len(found.cited_by), found.citing) == (1, 2)


def test_x_3_who_is_outside_sees_neither_copies_nor_drafts_of_forms(world: World, cited: UUID) -> None:
    found = touched(world, cited, who="zhang")
    assert (found.copies, found.copies_out, found.readers, found.forms) == ((), 0, (), ())
    assert found.citing == 2


def test_d_6_a_document_on_which_nothing_hangs_says_so(world: World) -> None:
    assert touched(world, world.issued(world.draft("独立程序", number="QP-99"))).is_empty


def test_d_6_what_is_withdrawn_or_missing_is_listed_and_what_is_found_is_not(
    world: World, cited: UUID
) -> None:
    text = "按《归档程序》、《没有的程序》、《中华人民共和国档案法》和《归档登记表》进行。"
    world.issued(world.draft("交接程序", number="QP-93", text=text))
    settle(world.house)
    assert [(one.number, one.cited, one.fault) for one in missed(world).rows] == [
        ("QP-93", "没有的程序", "missing"),
        ("QP-93", "归档登记表", "coming"),
    ]
    withdraw(world, cited)
    found = missed(world, fault="obsolete")
    assert [(one.number, one.fault, one.target_number) for one in found.rows] == [
        ("QP-91", "obsolete", "QP-94"),
        ("QP-92", "obsolete", "QP-94"),
        ("QP-93", "obsolete", "QP-94"),
    ]
    assert missed(world).total == 5


def test_v_6_a_citation_of_what_is_suspended_is_listed_until_it_is_resumed(world: World, cited: UUID) -> None:
    suspend = SuspendRevision(cited, world.revision(cited).row_version, "条款有误")
    suspend_revision(suspend, by=world.by("chen"), house=world.house)
    world.clock.forward(minutes=1)
    found = missed(world, fault="suspended")
    assert [(one.number, one.fault) for one in found.rows] == [("QP-91", "suspended"), ("QP-92", "suspended")]
    resume = ResumeRevision(cited, world.revision(cited).row_version, "已查明")
    resume_revision(resume, by=world.by("chen"), house=world.house)
    world.clock.forward(minutes=1)
    assert missed(world).total == 0


def test_v_8_a_citation_of_what_has_expired_is_listed_from_that_moment(world: World) -> None:
    trial = create_document(
        CreateDocument(
            type_id=world.types["procedure"],
            title="试行程序",
            unit_id=world.units["PZ"],
            uploads=(world.upload("chen"),),
            number="QP-90",
            validity=Validity(world.house.today() + timedelta(days=1), is_trial=True),
        ),
        by=world.by("chen"),
        house=world.house,
    )
    world.issued(trial)
    citing = world.issued(world.draft("交接程序", number="QP-93", text="按《试行程序》进行。"))
    settle(world.house)

    def note() -> list[str]:
        with world.house.uow.read() as session:
            rows = cites(session, world.by("chen").actor, citing, at=world.clock())
        return [one.standing for one in rows]

    end = world.revision(trial).valid_until
    assert end is not None
    world.clock.forward(seconds=(end - world.clock()).total_seconds() - 1)
    assert (missed(world).total, note()) == (0, ["in_force"])
    world.clock.forward(seconds=1)
    assert [(one.number, one.fault) for one in missed(world, fault="expired").rows] == [("QP-93", "expired")]
    assert note() == ["expired"]


def test_d_6_a_tail_that_several_numbers_end_with_is_unclear(world: World) -> None:
    for number in ("T/NDF/TSP01", "T/NDG/TSP01"):
        world.issued(world.draft(f"程序 {number}", number=number))
    world.issued(world.draft("交接程序", number="QP-93", text="按《TSP01》进行。"))
    settle(world.house)
    assert [(one.cited, one.fault) for one in missed(world).rows] == [("TSP01", "ambiguous")]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [({"text": "没有"}, 2), ({"text": "QP-93"}, 1), ({"text": "QP-93 甲"}, 0), ({"fault": "coming"}, 0)],
)
def test_d_6_the_list_is_filtered(world: World, wanted: dict[str, str], count: int) -> None:
    for number, name in (("QP-93", "没有的程序"), ("QP-94", "没有的办法")):
        world.issued(world.draft(f"程序{number}", number=number, text=f"按《{name}》进行。"))
    settle(world.house)
    assert missed(world, **wanted).total == count
    assert missed(world, unit_id=world.units["KF"]).total == 0
    assert missed(world, unit_id=world.units["PZ"], type_id=world.types["procedure"]).total == 2


def test_d_6_pages_of_the_list_go_on_where_the_one_before_ended(world: World) -> None:
    for place in range(3):
        text = f"按《没有的{'甲乙丙'[place]}程序》进行。"
        world.issued(world.draft(f"程序{place}", number=f"QP-9{place}", text=text))
    settle(world.house)
    assert [one.number for one in missed(world, size=2).rows] == ["QP-90", "QP-91"]
    assert [one.number for one in missed(world, size=2, page=2).rows] == ["QP-92"]
    assert missed(world, size=2, page=99).page == 2


def test_x_3_the_citations_of_what_one_may_not_read_are_not_counted(world: World) -> None:
    world.draft("交接程序", number="QP-93", text="按《没有的程序》进行。")
    settle(world.house)
    assert missed(world).total == 0  # a draft is nothing in force
    hidden = world.draft("归档登记表", kind="form", number="QR-94-01")
    world.issued(world.draft("归档程序", number="QP-94", text="按《归档登记表》进行。"))
    settle(world.house)
    assert missed(world).rows[0].target_id == world.document_of(hidden).id
    row = missed(world, who="zhang").rows[0]
    assert (row.target_id, row.target_number, row.target_title) == (None, "", "")
