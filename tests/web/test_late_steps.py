"""The pages that sign ask why before the click where the time is over (A-13)."""

from __future__ import annotations

import pytest

from tests.services.test_late_steps import TICK, late, overdue
from tests.web.browser import Browser
from tests.web.conftest import words_of
from tests.world import PASSWORD, World


@pytest.mark.parametrize("act", ["review", "return"])
def test_a_13_the_field_stands_there_once_the_time_is_over(client: Browser, world: World, act: str) -> None:
    revision = overdue(world, by=-TICK)
    place = f"/documents/revisions/{revision}/{act}"
    client.sign_in("ouyang")
    assert not client.page(place).cssselect("textarea[name=late_reason]")
    world.clock.forward(minutes=1)
    assert client.page(place).cssselect("textarea[name=late_reason]")
    typed = {"password": PASSWORD} if act == "review" else {"reason": "缺少职责"}
    answer = client.submit(place, {**typed, "late_reason": " "})
    assert answer.status_code == 422
    assert "请写明逾期原因" in words_of(answer)
    assert client.submit(place, {**typed, "late_reason": "等附表"}).status_code == 303
    assert [one.reason for one in late(world, revision)] == ["等附表"]
    client.sign_in("chen")
    words = words_of(client.get(f"/documents/revisions/{revision}"))
    assert "逾期办结" in words
    assert "逾期原因：等附表" in words


def test_a_13_who_has_no_step_sees_no_field(client: Browser, world: World) -> None:
    revision = overdue(world)
    client.sign_in("chen")
    assert not client.page(f"/documents/revisions/{revision}/return").cssselect("[name=late_reason]")
