"""Reviews of documents as people meet them: planned, asked for, decided, carried out (D-5, D-9, X-3)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from docctl.domain.normal_form import normal
from docctl.domain.outside import Outside
from docctl.domain.validity import Validity
from docctl.jobs.due import work_due
from docctl.models.base import new_id
from docctl.models.citations import Citation
from docctl.models.documents import Document
from docctl.models.reviews import DocumentReview
from docctl.models.trail import EventRow
from docctl.services.documents.create import CreateDocument, create_document
from tests import handing
from tests.web.browser import Browser, words_of
from tests.web.test_record_export import cells
from tests.world import World

REVIEWS = "/documents/reviews"


@pytest.fixture
def issued(world: World) -> UUID:
    """Return a procedure in force, of the unit that 欧阳雪 heads."""
    return world.issued(world.draft())


def number(world: World, revision_id: UUID) -> str:
    return world.document_of(revision_id).number


def of_document(world: World, revision_id: UUID) -> str:
    return f"/documents/{world.document_of(revision_id).id}/reviews"


def rows(world: World, revision_id: UUID) -> list[DocumentReview]:
    with world.house.uow.read() as session:
        found = session.scalars(
            select(DocumentReview)
            .where(DocumentReview.document_id == world.document_of(revision_id).id)
            .order_by(DocumentReview.opened_at, DocumentReview.id)
        )
        return list(found)


def planned(client: Browser, world: World, revision_id: UUID, *, months: int = 12, ahead: int = 40) -> None:
    client.sign_in("chen")
    day = world.house.today() + timedelta(days=ahead)
    typed = {"months": str(months), "next_on": day.isoformat()}
    assert client.submit(of_document(world, revision_id), typed).status_code == 303


def asked(client: Browser, world: World, revision_id: UUID, cause: str = "law") -> str:
    """Ask for a review, return where it is decided."""
    client.sign_in("chen")
    typed = {
        "numbers": number(world, revision_id),
        "cause": cause,
        "reason": "新安全生产法实施",
        "due_on": (world.house.today() + timedelta(days=10)).isoformat(),
    }
    assert client.submit(f"{REVIEWS}/new", typed).status_code == 303
    return f"{REVIEWS}/{rows(world, revision_id)[-1].id}"


def events(world: World, action: str) -> list[EventRow]:
    with world.house.uow.read() as session:
        return list(session.scalars(select(EventRow).where(EventRow.action == action)))


def test_d_5_a_planned_review_comes_to_the_owner_thirty_days_before(
    client: Browser, world: World, issued: UUID
) -> None:
    planned(client, world, issued, ahead=31)
    client.sign_in("ouyang")
    assert "评审文件" not in client.page("/").text_content()
    assert "已计划" in client.page(REVIEWS).text_content()
    world.clock.forward(days=1)
    client.sign_in("ouyang")
    inbox = client.page("/").text_content()
    assert "评审文件" in inbox
    assert number(world, issued) in inbox
    client.sign_in("chen")  # not late, and it has an owner
    assert "评审文件" not in client.page("/").text_content()
    world.clock.forward(days=31)
    client.sign_in("chen")
    assert "评审文件" in client.page("/").text_content()
    assert "逾期 1 天" in client.page("/").text_content()
    client.sign_in("wang")
    assert "评审文件" not in client.page("/").text_content()


def test_d_5_a_confirmed_document_is_reviewed_again_after_the_interval(
    client: Browser, world: World, issued: UUID
) -> None:
    planned(client, world, issued, ahead=20)
    client.sign_in("ouyang")
    here = f"{REVIEWS}/{rows(world, issued)[0].id}"
    assert client.submit(here, {"outcome": "confirm", "note": " "}).status_code == 422
    assert client.submit(here, {"outcome": "confirm", "note": "与现行做法一致"}).status_code == 303
    first, second = rows(world, issued)
    assert (first.outcome, first.note, first.revision_id) == ("confirm", "与现行做法一致", issued)
    assert (second.due_on, second.outcome) == (date(2027, 3, 2), None)
    again = client.post(here, data={**_token(client, here), "outcome": "confirm", "note": "再一次"})
    assert again.status_code == 422
    assert "别人改动了" in words_of(again)
    late = {**_token(client, here), "outcome": "confirm", "note": "再一次", "row_version": "2"}
    assert "已有结论" in words_of(client.post(here, data=late))
    assert "评审文件" not in client.page("/").text_content()
    (event,) = events(world, "review.decided")
    assert '"decision":"confirm"' in event.facts
    shown = client.page(of_document(world, issued)).text_content()
    assert "继续有效" in shown
    assert "每 12 个月评审一次" in shown


def _token(client: Browser, _url: str) -> dict[str, str]:
    field = client.forms("/account/password")[0].cssselect("input[name=csrf_token]")[0]
    return {"csrf_token": str(field.get("value"))}


def test_d_5_who_decides_to_revise_is_led_there_until_it_is_begun(
    client: Browser, world: World, issued: UUID
) -> None:
    here = asked(client, world, issued)
    client.sign_in("ouyang")
    assert client.submit(here, {"outcome": "revise", "note": "第 5 章要改"}).status_code == 303
    assert "落实评审结论" in client.page("/").text_content()
    assert "修订未开始" in client.page(REVIEWS).text_content()
    assert f"/documents/revisions/{issued}/revise" not in client.get(here).text  # she is no author
    client.sign_in("chen")
    assert "落实评审结论" in client.page("/").text_content()
    assert f"/documents/revisions/{issued}/revise" in client.get(here).text
    world.clock.forward(days=1)
    handing.followed(world, issued)
    client.sign_in("ouyang")
    assert "落实评审结论" not in client.page("/").text_content()
    assert "需修订" in client.page(REVIEWS).text_content()


def test_d_5_who_decides_to_withdraw_leaves_it_to_document_control(
    client: Browser, world: World, issued: UUID
) -> None:
    here = asked(client, world, issued, "audit")
    client.sign_in("ouyang")
    assert client.submit(here, {"outcome": "withdraw", "note": "已由新程序代替"}).status_code == 303
    client.sign_in("chen")
    assert "落实评审结论" in client.page("/").text_content()
    assert world.revision(issued).effective_until is None  # nothing is withdrawn by itself
    withdraw = f"/documents/revisions/{issued}/withdraw"
    assert client.submit(withdraw, {"reason": "评审结论"}).status_code == 303
    assert "落实评审结论" not in client.page("/").text_content()


def test_d_5_a_new_revision_moves_the_next_review(client: Browser, world: World, issued: UUID) -> None:
    planned(client, world, issued, months=24, ahead=20)
    asked(client, world, issued)  # due before it, and no part of the plan
    assert 'value="2026-03-22"' in client.get(of_document(world, issued)).text
    handing.followed(world, issued, on=date(2026, 3, 10))
    row, event = rows(world, issued)
    assert (row.due_on, event.due_on) == (date(2028, 3, 10), date(2026, 3, 12))


def test_d_5_what_cannot_be_planned_is_said_beside_its_field_and_kept(
    client: Browser, world: World, issued: UUID
) -> None:
    client.sign_in("chen")
    here = of_document(world, issued)
    answer = client.submit(here, {"months": "121", "next_on": "2026-09-01"})
    assert answer.status_code == 422
    assert "1 到 120 个月" in words_of(answer)
    assert 'value="121"' in answer.text
    answer = client.submit(here, {"months": "12", "next_on": "2026-03-01"})
    assert "不能早于今天" in words_of(answer)
    assert rows(world, issued) == []
    planned(client, world, issued)
    assert client.submit(here, {"months": "", "next_on": ""}).status_code == 303
    assert rows(world, issued) == []  # it asked nobody yet
    assert world.document_of(issued).review_months is None
    assert len(events(world, "review.planned")) == 2


def test_d_5_an_event_names_every_document_or_none(client: Browser, world: World, issued: UUID) -> None:
    client.sign_in("chen")
    draft = world.draft("还没发布", number="QP-77")
    typed = {"cause": "law", "reason": "新法规", "due_on": "2026-04-01"}
    for numbers, said in (
        (f"{number(world, issued)}\nXX-99", "XX-99"),
        (f"{number(world, issued)}\nQP-77", "没有现行版本"),
        (" \n ", "请填写此项"),
    ):
        answer = client.submit(f"{REVIEWS}/new", {**typed, "numbers": numbers})
        assert answer.status_code == 422
        assert said in words_of(answer)
        assert rows(world, issued) == rows(world, draft) == []
    asked(client, world, issued)
    again = client.submit(f"{REVIEWS}/new", {**typed, "numbers": number(world, issued)})
    assert "没有结论" in words_of(again)
    assert (
        client.submit(
            f"{REVIEWS}/new", {**typed, "cause": "accident", "numbers": number(world, issued)}
        ).status_code
        == 303
    )


def test_x_3_reviews_are_seen_by_their_owner_and_insiders_alone(
    client: Browser, world: World, issued: UUID
) -> None:
    here = asked(client, world, issued)
    client.sign_in("wang")  # of another unit: reads the document, not what is thought of it
    assert "没有" in client.page(REVIEWS).text_content()
    assert client.get(here).status_code == 404
    assert client.get(of_document(world, issued)).status_code == 404
    assert client.get(f"{REVIEWS}/new").status_code == 403
    client.sign_in("qian")  # an auditor sees, and decides nothing
    shown = client.page(here).text_content()
    assert "新安全生产法实施" in shown
    answer = client.post(here, data={**_token(client, here), "outcome": "confirm", "note": "好"})
    assert answer.status_code == 422
    assert "X-1" in words_of(answer)
    assert rows(world, issued)[0].outcome is None


def test_d_5_documents_of_a_unit_without_a_head_come_to_document_control(
    client: Browser, world: World, issued: UUID
) -> None:
    asked(client, world, issued)
    assert "评审文件" not in client.page("/").text_content()
    world.let_head(None)
    assert "评审文件" in client.page("/").text_content()


def external(world: World, *, cited_by: UUID) -> UUID:
    """Return an external document in force that a revision cites."""
    revision_id = world.issued(world.draft("质量管理体系 要求", number="WL-01"))
    found = world.document_of(revision_id)

    def outside(session):  # type: ignore[no-untyped-def]
        session.get_one(Document, found.id).is_external = True

    world.house.uow.write(outside)
    cite(world, cited_by)
    return revision_id


def cite(world: World, cited_by: UUID) -> None:
    """Let a revision cite WL-01."""

    def work(session):  # type: ignore[no-untyped-def]
        session.execute(
            insert(Citation).values(
                id=new_id(),
                revision_id=cited_by,
                ordinal=1,
                kind="outside",
                name="",
                number="WL-01",
                normal=normal("WL-01"),
                normal_name="",
                times=1,
                chapter="documents",
                clause="5.2",
            )
        )

    world.house.uow.write(work)


def test_d_9_what_cites_an_external_document_is_reviewed_when_that_is_replaced(
    client: Browser, world: World, issued: UUID
) -> None:
    source = external(world, cited_by=issued)
    assert rows(world, issued) == []
    world.clock.forward(days=1)
    handing.followed(world, source)
    (row,) = rows(world, issued)
    assert (row.cause, row.source_id, row.opened_by) == (
        "external",
        world.document_of(source).id,
        world.people["chen"],
    )
    assert row.due_on == world.house.today() + timedelta(days=30)
    client.sign_in("ouyang")
    shown = client.page(f"{REVIEWS}/{row.id}").text_content()
    assert "外来文件变化" in shown
    assert "WL-01" in shown
    world.clock.forward(days=1)
    handing.followed(world, source)  # not asked twice while it is open
    assert len(rows(world, issued)) == 1


def test_d_9_what_cites_an_external_document_is_reviewed_when_that_is_withdrawn(
    client: Browser, world: World, issued: UUID
) -> None:
    source = external(world, cited_by=issued)
    client.sign_in("chen")
    typed = {"reason": "已由 2026 版代替"}
    assert client.submit(f"/documents/revisions/{source}/withdraw", typed).status_code == 303
    assert [one.cause for one in rows(world, issued)] == ["external"]
    own = world.issued(world.draft("自己的", number="QP-60"))
    client.submit(f"/documents/revisions/{own}/withdraw", typed)
    assert len(rows(world, issued)) == 1


def test_d_9_what_cites_an_external_document_is_reviewed_when_its_validity_nears_its_end(
    world: World, issued: UUID
) -> None:
    cmd = CreateDocument(
        world.types["procedure"],
        "供方质量协议",
        world.units["PZ"],
        (world.upload("chen"),),
        number="WL-01",
        outside=Outside(True, "华远电器", "HY-SQA"),
        validity=Validity(world.house.today() + timedelta(days=60)),
    )
    source = world.issued(create_document(cmd, by=world.by("chen"), house=world.house))
    cite(world, issued)
    world.clock.forward(days=29)
    work_due(world.house)
    assert rows(world, issued) == []
    world.clock.forward(days=2)
    work_due(world.house)
    (row,) = rows(world, issued)
    assert (row.cause, row.source_id, row.opened_by) == ("external", world.document_of(source).id, None)


def test_d_7_the_register_is_exported_and_shows_a_past_day(
    client: Browser, world: World, issued: UUID
) -> None:
    here = asked(client, world, issued)
    world.clock.forward(days=2)
    client.sign_in("ouyang")
    client.submit(here, {"outcome": "confirm", "note": "仍适用"})
    yesterday = (world.house.today() - timedelta(days=1)).isoformat()
    assert "待评审" in client.page(f"{REVIEWS}?as_of={yesterday}&state=open").text_content()
    assert "没有符合条件" in client.page(f"{REVIEWS}?state=open").text_content()
    sent = cells(client.get(f"{REVIEWS}/export?state=confirm").data)
    assert "仍适用" in sent
    assert number(world, issued) in sent
    assert client.get(f"{REVIEWS}/export?format=docx").status_code == 200
    before = (world.house.today() - timedelta(days=3)).isoformat()
    assert number(world, issued) not in client.page(f"{REVIEWS}?as_of={before}").text_content()


def test_d_5_what_has_no_plan_is_listed_until_it_has(client: Browser, world: World, issued: UUID) -> None:
    client.sign_in("chen")
    assert number(world, issued) in client.page(f"{REVIEWS}/unplanned").text_content()
    planned(client, world, issued)
    assert number(world, issued) not in client.page(f"{REVIEWS}/unplanned").text_content()


def test_d_5_the_calendar_shows_each_month_what_falls_due(
    client: Browser, world: World, issued: UUID
) -> None:
    planned(client, world, issued, ahead=40)  # 11 April
    later = world.approved(world.draft("另一份", number="QP-61"))
    client.sign_in("chen")
    client.submit(f"/documents/revisions/{later}/issue", {"effective_on": "2026-04-20"})
    waiting = world.submitted(world.draft("在签的", number="QP-62"))
    april = client.page("/documents/due?month=2026-04").text_content()
    assert "2026-04-11" in april
    assert "评审到期" in april
    assert "2026-04-20" in april
    assert "开始实施" in april
    march = client.page("/documents/due").text_content()
    assert "签署到期" in march
    assert "QP-62" in march
    assert str(waiting) in client.get("/documents/due?month=2026-03&kind=step").text
    assert "QP-61" not in client.page("/documents/due?month=2026-04&kind=review").text_content()
    assert "没有到期事项" in client.page("/documents/due?month=2026-05").text_content()
    client.sign_in("wang")
    assert "QP-61" not in client.page("/documents/due?month=2026-04").text_content()
    for nonsense in ("2026-13", "9999-01", "x", "２０２６-０４"):
        assert client.get(f"/documents/due?month={nonsense}").status_code == 200


def test_d_5_reviews_wait_for_no_job(world: World, issued: UUID) -> None:
    assert not work_due(world.house)
    assert issued
