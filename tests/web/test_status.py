"""The state of the system: who sees it, what it tells, and a failed task that is tried again (T-1, X-1)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.i18n import LANGUAGES, sentences
from docctl.jobs import lease
from docctl.jobs.deliveries import HANDLERS, deliver, due_deliveries
from docctl.jobs.due import work_due
from docctl.jobs.projection import follow
from docctl.models.trail import EventRow
from docctl.models.work import Delivery
from docctl.services.deliveries.retry import RetryDelivery, retry_delivery
from docctl.services.jobs import due as put_due
from docctl.services.jobs import want
from tests.jobs.hosts import hosts
from tests.web.conftest import Browser
from tests.world import World


@pytest.fixture
def failed(world: World) -> UUID:
    """Return a delivery that has failed once."""
    world.house.uow.write(lambda s: want(s, "unknown", key="x", payload={"a": "秘密"}, at=world.clock()))
    deliver(world.house)
    with world.house.uow.read() as session:
        return session.scalars(select(Delivery.id)).one()


@pytest.mark.parametrize(
    ("who", "status"), [("admin", 200), ("zhou", 200), ("qian", 200), ("wang", 403), ("chen", 403)]
)
def test_x_1_the_state_is_for_those_who_look_after_the_system(client: Browser, who: str, status: int) -> None:
    client.sign_in(who)
    assert client.get("/trail/status").status_code == status


def test_the_way_there_leads_from_the_trail(client: Browser) -> None:
    client.sign_in("admin")
    assert client.page("/trail").cssselect("main a[href='/trail/status']")


def test_a_system_in_order_says_so_and_one_without_worker_says_that(client: Browser, world: World) -> None:
    client.sign_in("admin")
    assert "后台没有运行" in client.page("/trail/status").text_content()
    lease.take(world.house, "one")
    text = client.page("/trail/status").text_content()
    assert "一切正常" in text
    assert "后台没有运行" not in text


def test_s_4_the_lag_of_the_index_is_told(client: Browser, world: World) -> None:
    world.issued(world.draft())
    client.sign_in("admin")
    assert "落后 0 个事件" not in client.page("/trail/status").text_content()
    while follow(world.house):
        pass
    assert "落后 0 个事件" in client.page("/trail/status").text_content()


def test_s_4_the_lag_of_each_host_is_told(client: Browser, world: World, tmp_path: Path) -> None:
    client.sign_in("admin")
    assert "各主机的检索索引" not in client.page("/trail/status").text_content()
    with hosts(world.house, tmp_path / "hosts", "host-one", "host-two") as (one, two):
        one.catch_up()
        two.catch_up()
        lease.take(world.house, "one")
        assert "一切正常" in client.page("/trail/status").text_content()
        world.clock.forward(minutes=6)
        one.catch_up()
        lease.take(world.house, "one")
    page = client.page("/trail/status")
    rows = {row.cssselect("td, th")[0].text_content().strip(): row for row in page.cssselect("tr[data-row]")}
    assert "长时间无响应" in rows["host-two"].text_content()
    assert "长时间无响应" not in rows["host-one"].text_content()
    assert "一切正常" not in page.text_content()


def test_a_4_a_due_job_that_fails_is_told_with_its_tries(client: Browser, world: World) -> None:
    world.house.uow.write(lambda s: put_due(s, "unknown", subject_id=UUID(int=9), at=world.clock()))
    client.sign_in("admin")
    assert "失败的到期事项" not in client.page("/trail/status").text_content()
    work_due(world.house)
    (row,) = client.page("/trail/status").cssselect("tr[data-row]")
    assert "KeyError" in row.text_content()


def test_a_failing_task_is_told_with_its_fault_and_without_content(
    client: Browser, world: World, failed: UUID
) -> None:
    client.sign_in("admin")
    page = client.page("/trail/status")
    (row,) = page.cssselect("tr[data-row]")
    assert "KeyError" in row.text_content()
    assert "秘密" not in page.text_content()


def test_t_1_a_failing_task_is_tried_again_at_a_persons_word(
    client: Browser, world: World, failed: UUID
) -> None:
    client.sign_in("admin")
    assert not due_deliveries(world.house)
    address = f"/trail/status/deliveries/{failed}/retry"
    assert client.submit("/trail/status", action=address).status_code == 303
    assert [one.id for one in due_deliveries(world.house)] == [failed]
    with world.house.uow.read() as session:
        event = session.scalars(select(EventRow).where(EventRow.action == "delivery.retried")).one()
    assert event.actor_name == "孙丽"
    assert "秘密" not in event.facts
    assert "重试失败的后台任务" in client.page("/trail").text_content()


def test_x_1_an_auditor_sees_but_does_not_touch(client: Browser, world: World, failed: UUID) -> None:
    client.sign_in("qian")
    assert not client.page("/trail/status").cssselect("main form[action$='/retry']")
    with pytest.raises(RuleRefused):
        retry_delivery(RetryDelivery(failed), by=world.by("qian"), house=world.house)


def test_only_what_failed_is_tried_again(world: World, failed: UUID) -> None:
    world.house.uow.write(lambda s: want(s, "unknown", key="y", payload={}, at=world.clock()))
    with world.house.uow.read() as session:
        fresh = session.scalars(select(Delivery.id).where(Delivery.tries == 0)).one()
    for one in (fresh, UUID(int=7)):
        with pytest.raises(NotFound):
            retry_delivery(RetryDelivery(one), by=world.by("admin"), house=world.house)

    def done(session):  # type: ignore[no-untyped-def]
        session.get_one(Delivery, failed).done_at = world.clock()

    world.house.uow.write(done)
    with pytest.raises(NotFound):
        retry_delivery(RetryDelivery(failed), by=world.by("admin"), house=world.house)


def test_a_try_that_is_due_already_is_not_put_off(world: World, failed: UUID) -> None:
    with world.house.uow.read() as session:
        due_at = session.get_one(Delivery, failed).next_at
    world.clock.now = due_at + timedelta(hours=1)
    retry_delivery(RetryDelivery(failed), by=world.by("admin"), house=world.house)
    with world.house.uow.read() as session:
        assert session.get_one(Delivery, failed).next_at == due_at


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_task_has_its_word(language: str) -> None:
    assert [one for one in HANDLERS if f"trail.delivery.{one}" not in sentences(language)] == []
