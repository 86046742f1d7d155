"""The pages of what is due and of legal holds (R-4, R-5, X-3)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from docctl.config import Settings
from tests.keeping import Keeping, with_form
from tests.places import Place
from tests.web.conftest import Browser, words_of
from tests.world import World


@pytest.fixture
def settings(tmp_path: Path, founded: Place) -> Settings:
    return with_form(founded, tmp_path)


@pytest.fixture
def keeping(world: World) -> Keeping:
    return Keeping.of(world)


def test_r_4_the_due_register_shows_a_day_to_come_and_never_one_gone(
    client: Browser, keeping: Keeping
) -> None:
    keeping.records(until=date(2026, 3, 1))
    keeping.records(until=date(2026, 3, 2))
    client.sign_in("zhou")
    assert len(client.page("/retention/due").cssselect("tbody tr")) == 1
    assert len(client.page("/retention/due?on=2026-03-03").cssselect("tbody tr")) == 2
    assert len(client.page("/retention/due?on=2020-01-01").cssselect("tbody tr")) == 1
    assert client.get("/retention/due?on=nonsense&page=x&unit=y").status_code == 200


def test_r_4_the_due_register_is_narrowed_by_class_and_unit(client: Browser, keeping: Keeping) -> None:
    keeping.records(2, code="quality")
    keeping.records(3, unit="KF")
    client.sign_in("zhou")
    assert len(client.page("/retention/due").cssselect("tbody tr")) == 5
    assert len(client.page("/retention/due?class=quality").cssselect("tbody tr")) == 2
    unit = keeping.world.units["KF"]
    assert len(client.page(f"/retention/due?unit={unit}").cssselect("tbody tr")) == 3
    assert client.page(f"/retention/due?class=quality&unit={unit}").cssselect(".empty a")


def test_r_4_selecting_nothing_says_so(client: Browser, keeping: Keeping) -> None:
    keeping.records()
    client.sign_in("zhou")
    answer = client.submit("/retention/due", action="/retention/due/propose", follow_redirects=True)
    assert "请先选择记录" in answer.text


def test_x_3_the_due_register_counts_only_what_one_may_see(client: Browser, keeping: Keeping) -> None:
    keeping.records(2)
    keeping.records(readers=frozenset({"role:leader"}))
    client.sign_in("zhou")
    assert len(client.page("/retention/due").cssselect("tbody tr")) == 2
    client.sign_in("zhao")
    assert len(client.page("/retention/due").cssselect("tbody tr")) == 3


def test_r_5_a_hold_is_placed_by_numbers_and_lifted_by_its_owners_role(
    client: Browser, keeping: Keeping
) -> None:
    first, second = keeping.records(2)
    numbers = [keeping.record(one).number for one in (first, second)]
    client.sign_in("zhou")
    typed = {"name": "张某投诉", "reason": "法院已受理", "numbers": f"{numbers[0].lower()}，{numbers[1]}\n"}
    missing = client.submit("/retention/holds/new", {**typed, "numbers": f"{numbers[0]}\nQQ-1"})
    assert missing.status_code == 422
    assert "QQ-1" in words_of(missing)
    assert "法院已受理" in missing.text
    placed = client.submit("/retention/holds/new", typed)
    assert placed.status_code == 303, words_of(placed)
    hold_id = UUID(placed.headers["Location"].rsplit("/", 1)[1])
    page = client.page(f"/retention/holds/{hold_id}")
    assert all(one in page.text_content() for one in numbers)

    client.sign_in("zhao")
    off = client.page(f"/retention/holds/{hold_id}").cssselect(".head-actions .why")
    assert "R-5" in off[0].text_content()
    refused = client.submit(f"/retention/holds/{hold_id}/lift", {"reason": "已结案"})
    assert refused.status_code == 422

    client.sign_in("zhou")
    assert client.submit(f"/retention/holds/{hold_id}/lift", {"reason": ""}).status_code == 422
    assert client.submit(f"/retention/holds/{hold_id}/lift", {"reason": "已结案"}).status_code == 303
    assert keeping.hold_row(hold_id).lifted_at is not None
    assert client.page("/retention/holds").cssselect(".empty")
    assert len(client.page("/retention/holds?lifted=1").cssselect("tbody tr")) == 1


def test_x_3_a_hidden_record_is_not_found_by_its_number(client: Browser, keeping: Keeping) -> None:
    (hidden,) = keeping.records(readers=frozenset({"role:leader"}))
    number = keeping.record(hidden).number
    client.sign_in("zhou")
    typed = {"name": "争议", "reason": "起诉", "numbers": number}
    answer = client.submit("/retention/holds/new", typed)
    assert answer.status_code == 422
    client.sign_in("zhao")
    placed = client.submit("/retention/holds/new", typed)
    client.sign_in("zhou")
    page = client.page(placed.headers["Location"])
    assert number in page.text_content()
    assert keeping.record(hidden).title not in page.text_content()


def test_r_5_records_selected_as_due_come_to_the_hold_with_their_numbers(
    client: Browser, keeping: Keeping
) -> None:
    records = keeping.records(2)
    client.sign_in("zhou")
    chosen = client.submit(
        "/retention/due", {"ids": [str(one) for one in records]}, action="/retention/due/propose"
    )
    url = chosen.headers["Location"].replace("lists", "holds")
    field = client.page(url).cssselect("textarea[name=numbers]")[0]
    assert [one for one in field.text.split() if one] == [keeping.record(one).number for one in records]


def told(answer: TestResponse, field: str) -> bool:
    """Say whether something is said beside a field."""
    return f'id="e-{field}"' in answer.text


def test_r_5_s_7_a_hold_is_placed_by_a_key_after_a_look_at_what_it_covers(
    client: Browser, keeping: Keeping
) -> None:
    first, second = keeping.records(2, keys=[("order", "HT 2024-17")])
    numbers = [keeping.record(one).number for one in (first, second)]
    keeping.records()
    client.sign_in("zhou")
    (link,) = [
        one
        for one in client.page("/records?key=order:HT 2024-17").cssselect(".head-actions a")
        if "/retention/holds/new" in one.get("href")
    ]
    page = client.page(link.get("href"))
    assert page.cssselect("#f-key_value")[0].get("value") == "HT 2024-17"
    assert "涵盖 2 份" in words_of(client.get(link.get("href")))
    assert [one.text_content() for one in page.cssselect(".would .rels a")] == numbers
    typed = {"name": "合同纠纷", "reason": "法院来函", "key_kind": "order", "key_value": "ht 2024-18"}
    looked = client.submit("/retention/holds/new", {**typed, "look": "1"})
    assert (looked.status_code, "没有订单号 ht 2024-18" in looked.text) == (200, True)
    assert "法院来函" in looked.text  # nothing typed is lost
    missing = client.submit("/retention/holds/new", typed)
    assert missing.status_code == 422
    assert told(missing, "none_yet_is_meant")
    kindless = client.submit("/retention/holds/new", {**typed, "key_kind": ""})
    assert told(kindless, "key_kind")
    placed = client.submit("/retention/holds/new", {**typed, "key_value": "ht 2024-17"})
    where = placed.headers["Location"]
    shown = client.page(where)
    assert [one.text_content() for one in shown.cssselect("tbody .row-link")] == numbers
    assert "订单号 ht 2024-17" in words_of(client.get(where))
    assert "合同纠纷" in words_of(client.get("/records?key=order:HT 2024-17"))
    record = words_of(client.get(f"/records/{first}"))
    assert "因订单号 ht 2024-17" in record
    assert "因订单号 ht 2024-17" in words_of(client.get(f"/records/{first}/why"))
    assert "订单号 ht 2024-17" in words_of(client.get("/retention/holds"))


def test_r_5_a_key_without_records_is_held_once_that_is_said(client: Browser, keeping: Keeping) -> None:
    client.sign_in("zhou")
    typed = {"name": "新合同", "reason": "监管要求", "key_kind": "customer", "key_value": "华远电器"}
    placed = client.submit("/retention/holds/new", {**typed, "none_yet_is_meant": "1"})
    page = client.page(placed.headers["Location"])
    assert page.cssselect(".empty")
    assert keeping.hold_row(UUID(placed.headers["Location"].rsplit("/", 1)[1])).number == "DJ-2026-001"
    long = client.submit("/retention/holds/new", {**typed, "key_value": "长" * 201})
    assert told(long, "key_value")


def test_x_3_who_may_not_know_holds_is_offered_none_on_a_key(client: Browser, keeping: Keeping) -> None:
    (one,) = keeping.records(keys=[("order", "HT 2024-17")])
    keeping.hold([], ("order", "HT 2024-17"), name="华远诉讼")
    client.sign_in("wang")
    for path in ("/records?key=order:HT 2024-17", f"/records/{one}", f"/records/{one}/why"):
        text = client.get(path).text
        assert ("华远诉讼" in text, "DJ-2026" in text, "/retention/holds" in text) == (False, False, False)
