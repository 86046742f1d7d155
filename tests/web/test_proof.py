"""The page of the proof tells how far the trail is sealed, to those who may verify it (T-2)."""

from __future__ import annotations

import pytest

from docctl.jobs.sealer import seal, seal_round
from tests.web.conftest import Browser, words_of
from tests.world import World


@pytest.mark.parametrize(
    ("who", "status"), [("qian", 200), ("zhou", 200), ("admin", 403), ("wang", 403), ("zhao", 403)]
)
def test_t_2_the_proof_is_for_those_who_verify(client: Browser, who: str, status: int) -> None:
    client.sign_in(who)
    assert client.get("/trail/proof").status_code == status
    if who in {"qian", "admin"}:
        assert bool(client.page("/trail").cssselect("a[href='/trail/proof']")) is (status == 200)


def test_t_2_the_page_tells_the_newest_head_and_what_waits(client: Browser, world: World) -> None:
    client.sign_in("qian")
    assert "还没有签名树头" in words_of(client.get("/trail/proof"))
    world.draft()
    size = seal(world.house).size
    key = world.house.audit_keys.read()[0].key_id
    page = client.page("/trail/proof")
    said = " ".join(page.text_content().split())
    for part in ("审计链已封存", f"已封存事件{size}", "尚未封存无", "见证方未设置", "尚未进行"):
        assert part in said.replace(" ", "") or part in said, part
    assert page.cssselect(f"code[title='{key}']")
    world.draft("另一份")
    world.draft("又一份")
    assert "2 条" in words_of(client.get("/trail/proof"))


def test_t_2_the_page_shows_the_alarm_and_the_last_check(client: Browser, world: World) -> None:
    seal_round(world.house)
    world.house.audit_keys.path.unlink()
    world.draft()
    seal_round(world.house)
    client.sign_in("qian")
    assert "找不到密钥文件" in words_of(client.get("/trail/proof"))
    answer = client.submit("/trail/proof", action="/trail/verify", follow_redirects=True)
    assert "全部成立" in words_of(answer)
