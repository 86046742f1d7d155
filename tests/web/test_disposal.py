"""The pages of disposal lists, from the due register to the certificate (R-4, R-6, R-7, X-3, A-3)."""

from __future__ import annotations

import io
from pathlib import Path
from uuid import UUID

import pytest
from docx import Document as Docx
from lxml import html

from docctl.config import Settings
from docctl.domain.lifecycle import ListStatus, RecordStatus
from docctl.jobs.effects import Postponed
from tests.jobs.hosts import hosts
from tests.keeping import Keeping, with_form
from tests.through import run_disposal
from tests.web.conftest import Browser, words_of
from tests.world import PASSWORD, World


@pytest.fixture
def settings(tmp_path: Path, founded: Path) -> Settings:
    return with_form(founded, tmp_path)


@pytest.fixture
def keeping(world: World) -> Keeping:
    return Keeping.of(world)


def test_r_7_the_page_of_a_list_names_the_hosts_that_it_waits_for(
    client: Browser, keeping: Keeping, tmp_path: Path
) -> None:
    list_id = keeping.executing(keeping.records())
    client.sign_in("zhou")
    assert "等待以下主机" not in client.page(at(list_id)).text_content()
    with hosts(keeping.world.house, tmp_path / "hosts", "host-one", "host-two") as (one, two):
        one.catch_up()
        two.catch_up()
        with pytest.raises(Postponed):
            run_disposal(one.house, list_id)
        assert "等待以下主机重建检索索引后出具证明：host-two。" in client.page(at(list_id)).text_content()
        two.catch_up()
        assert "等待以下主机" not in client.page(at(list_id)).text_content()
        run_disposal(one.house, list_id)
    assert keeping.list(list_id).status is ListStatus.EXECUTED


def at(list_id: UUID, step: str = "") -> str:
    return f"/retention/lists/{list_id}" + (f"/{step}" if step else "")


def test_r_6_a_list_goes_from_the_due_register_to_its_certificate(client: Browser, keeping: Keeping) -> None:
    records = keeping.records(3)
    (held,) = keeping.records()
    keeping.hold([held])

    client.sign_in("zhou")
    due = client.page("/retention/due")
    assert len(due.cssselect("tbody tr")) == 4
    chosen = client.submit(
        "/retention/due", {"ids": [str(one) for one in records]}, action="/retention/due/propose"
    )
    assert chosen.status_code == 303
    made = client.submit(chosen.headers["Location"], {"title": "2026年第一批"})
    assert made.status_code == 303, words_of(made)
    list_id = UUID(made.headers["Location"].rsplit("/", 1)[1])
    assert len(keeping.items(list_id)) == 3

    client.sign_in("li")
    check = at(list_id, f"check/{keeping.world.units['SC']}")
    refused = client.submit(check, {"opinion": "agree", "password": "wrong"})
    assert refused.status_code == 422
    signed = client.submit(check, {"opinion": "agree", "password": PASSWORD})
    assert signed.status_code == 303, words_of(signed)

    for username, step in (("zhao", "approve"), ("zhang", "execute"), ("chen", "witness")):
        client.sign_in(username)
        link = client.page(at(list_id)).cssselect(".head-actions a.btn-primary")
        assert [one.get("href") for one in link] == [at(list_id, step)]
        answer = client.submit(at(list_id, step), {"password": PASSWORD})
        assert answer.status_code == 303, words_of(answer)

    assert client.page(at(list_id)).cssselect("[data-poll-url]")
    told = client.get(at(list_id, "progress")).json
    assert (told["done"], told["percent"]) == (False, 0)
    run_disposal(keeping.world.house, list_id)
    told = client.get(at(list_id, "progress")).json
    assert (told["done"], told["percent"], told["next"]) == (True, 100, at(list_id))

    client.sign_in("zhou")
    got = client.get(at(list_id, "certificate"))
    assert got.status_code == 200
    assert "XC-2026-001" in got.headers["Content-Disposition"]
    assert Docx(io.BytesIO(got.data)).tables
    assert {keeping.record(one).status for one in records} == {RecordStatus.DESTROYED}
    assert keeping.record(held).status is RecordStatus.ACCEPTED


def test_s_7_an_item_says_by_which_key_it_is_held_to_who_may_know_it(
    client: Browser, keeping: Keeping
) -> None:
    (one,) = keeping.records(keys=[("order", "HT 2024-17")])
    list_id = keeping.approved([one])
    hold_id = keeping.hold([], ("order", "HT 2024-17"))
    client.sign_in("zhou")
    (link,) = client.page(at(list_id)).cssselect(f'a[href="/retention/holds/{hold_id}"]')
    assert link.text == keeping.hold_row(hold_id).number
    assert "订单号 HT 2024-17" in words_of(client.get(at(list_id)))
    client.sign_in("li")
    told = words_of(client.get(at(list_id)))
    assert "已冻结" in told
    assert "HT 2024-17" not in told


def test_r_6_a_refused_proposal_keeps_what_was_chosen(client: Browser, keeping: Keeping) -> None:
    first, second = keeping.records(2)
    client.sign_in("zhou")
    url = f"/retention/lists/new?ids={first.hex},{second.hex}"
    answer = client.submit(url, {"title": "", "ids": [str(first)]})
    assert answer.status_code == 422
    from lxml import html

    page = html.fromstring(answer.text)
    ticked = [one.get("value") for one in page.cssselect("input[name=ids][checked]")]
    assert ticked == [str(first)]
    assert len(page.cssselect("input[name=ids]")) == 2


def test_r_6_an_objection_is_shown_and_blocks_the_leader_with_the_reason(
    client: Browser, keeping: Keeping
) -> None:
    list_id = keeping.propose(keeping.records())
    client.sign_in("li")
    check = at(list_id, f"check/{keeping.world.units['SC']}")
    refused = client.submit(check, {"opinion": "object", "password": PASSWORD})
    assert refused.status_code == 422
    assert "理由" in words_of(refused)
    client.submit(check, {"opinion": "object", "comment": "仍在质保期", "password": PASSWORD})
    client.sign_in("zhao")
    page = client.page(at(list_id))
    assert "仍在质保期" in page.text_content()
    off = page.cssselect(".head-actions .btn-off")
    assert len(off) == 1
    assert "R-6" in page.cssselect(".head-actions .why")[0].text_content()


def test_r_6_taking_out_and_prolonging(client: Browser, keeping: Keeping) -> None:
    first, second = keeping.records(2)
    list_id = keeping.propose([first, second])
    client.sign_in("zhou")
    url = at(list_id, f"take-out/{first}")
    short = client.submit(url, {"reason": "客户来函", "prolonged_until": "2026-03-02"})
    assert short.status_code == 422
    assert "客户来函" in short.text
    assert client.submit(url, {"reason": "客户来函", "prolonged_until": "2030-01-01"}).status_code == 303
    assert keeping.record(first).keep_until.isoformat() == "2030-01-01"
    assert client.submit(at(list_id, f"take-out/{second}"), {"reason": "x"}).status_code == 303
    assert client.get(at(list_id, f"take-out/{second}")).status_code in {200, 404}


def test_r_6_rejecting_needs_a_reason(client: Browser, keeping: Keeping) -> None:
    (one,) = keeping.records()
    list_id = keeping.propose([one])
    client.sign_in("zhao")
    assert client.submit(at(list_id, "reject"), {"reason": ""}).status_code == 422
    assert client.submit(at(list_id, "reject"), {"reason": "理由不足"}).status_code == 303
    assert keeping.list(list_id).status is ListStatus.REJECTED
    assert "理由不足" in client.get(at(list_id)).text


def test_r_4_a_stopped_list_raises_the_alarm_and_is_resumed(client: Browser, keeping: Keeping) -> None:
    from docctl.services.disposal.destroy import StopItem, stop_item

    list_id = keeping.executing(keeping.records())
    world = keeping.world
    item_id = keeping.start(list_id)
    assert item_id is not None
    stop_item(StopItem(list_id, item_id, "RetentionActive"), by=world.system(), house=world.house)
    for language in ("zh_Hans", "en"):
        client.sign_in("zhou")
        client.set_cookie("language", language)
        page = client.page(at(list_id))
        assert page.cssselect(".n-refused[role=alert] .rule")
    answer = client.submit(at(list_id), action=at(list_id, "resume"))
    assert answer.status_code == 303
    assert keeping.list(list_id).status is ListStatus.EXECUTING


def test_x_3_a_witness_sees_hidden_items_as_numbers_only(client: Browser, keeping: Keeping) -> None:
    records = keeping.records(2)
    list_id = keeping.executing(records)
    client.sign_in("zhang")  # of another unit
    page = client.page(at(list_id))
    text = page.text_content()
    for one in keeping.items(list_id):
        assert one.number in text
        assert one.title not in text
    run_disposal(keeping.world.house, list_id)
    assert client.get(at(list_id, "certificate")).status_code in {403, 422}
    client.sign_in("zhou")
    assert client.get(at(list_id, "certificate")).status_code == 200


def test_x_1_who_has_no_part_in_retention_finds_nothing(client: Browser, keeping: Keeping) -> None:
    list_id = keeping.propose(keeping.records())
    client.sign_in("wang")
    for url in ("/retention", "/retention/due", "/retention/lists", "/retention/holds", at(list_id)):
        assert client.get(url).status_code in {403, 404}, url


def test_r_6_lists_and_due_records_may_be_none(client: Browser, keeping: Keeping) -> None:
    client.sign_in("zhou")
    assert client.get("/retention").headers["Location"].endswith("/retention/due")
    for url in ("/retention/due", "/retention/lists", "/retention/lists/new", "/retention/holds"):
        page = client.page(url)
        assert page.cssselect(".empty"), url
    client.sign_in("li")
    assert client.get("/retention").headers["Location"].endswith("/retention/lists")


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_3_a_password_that_is_missing_or_wrong_is_told_beside_its_field(
    client: Browser, keeping: Keeping, password: str
) -> None:
    list_id = keeping.propose(keeping.records(1))
    client.sign_in("li")
    check = at(list_id, f"check/{keeping.world.units['SC']}")
    refused = client.submit(check, {"opinion": "agree", "password": password})
    page = html.fromstring(refused.text)
    assert refused.status_code == 422
    assert page.cssselect("#f-password")[0].get("aria-invalid") == "true"
    assert page.cssselect(".error-summary a[href='#f-password']")
    (title,) = page.cssselect("main h1")
    assert title.text_content() == client.page(at(list_id)).cssselect("main h1")[0].text_content()
