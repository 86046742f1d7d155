"""A restored state on the pages: everybody reads, two people accept, then people write again (T-2, A-3)."""

from __future__ import annotations

import pytest

from docctl.services.epochs.start import StartEpoch, start_epoch
from tests.cli.terminal import Terminal
from tests.recovery.recovering import accept
from tests.web.conftest import Browser, words_of
from tests.world import PASSWORD, World

BANNER = "在两个人接受之前，所有人只能查看"


@pytest.fixture
def restored(world: World) -> World:
    """Return the company after a restore."""
    lost = ((0, 900),)
    cmd = StartEpoch("b" * 64, world.clock(), 2, "a" * 64, lost, counters={}, objects=("records/record/x",))
    start_epoch(cmd, by=world.system(), house=world.house)
    return world


def test_t_2_every_page_says_that_people_only_read_and_a_form_says_why(
    client: Browser, restored: World
) -> None:
    client.sign_in("chen")
    assert BANNER in words_of(client.get("/documents"))
    assert not client.page("/documents").cssselect("a[href='/trail/epochs']")  # for those who look after it
    answer = client.submit("/numbers/new", {"reason": "预留"}) if _has(client, "/numbers/new") else None
    assert answer is None or (answer.status_code == 422 and BANNER in words_of(answer))
    accept(restored, "zhao", "zhou")
    assert BANNER not in words_of(client.get("/documents"))


def _has(client: Browser, url: str) -> bool:
    return client.get(url).status_code == 200


@pytest.mark.parametrize(
    ("who", "sees", "accepts"),
    [
        ("zhao", 200, 200),
        ("zhou", 200, 200),
        ("admin", 200, 200),
        ("qian", 200, 403),
        ("wang", 403, 403),
        ("chen", 403, 403),
    ],
)
def test_t_2_who_sees_what_was_lost_and_who_may_accept_it(
    client: Browser, restored: World, who: str, sees: int, accepts: int
) -> None:
    assert restored.house
    client.sign_in(who)
    assert client.get("/trail/epochs").status_code == sees
    assert client.get("/trail/epochs/1/accept").status_code == accepts
    if sees == 200:
        said = words_of(client.get("/trail/epochs"))
        assert "第 1 纪元" in said
        assert "898" in said
        assert "records/record/x" in said


def test_a_3_two_people_sign_what_was_lost_with_their_passwords(client: Browser, restored: World) -> None:
    client.sign_in("zhou")
    answer = client.submit("/trail/epochs/1/accept", {"password": "wrong"})
    assert answer.status_code == 422
    assert "密码" in words_of(answer)
    answer = client.submit("/trail/epochs/1/accept", {"password": PASSWORD}, follow_redirects=True)
    assert "还需要第二个人" in words_of(answer)
    assert not client.page("/trail/epochs").cssselect("a[href='/trail/epochs/1/accept']")
    assert "您已接受，还需要第二个人" in words_of(client.get("/trail/epochs/1/accept"))
    assert not client.page("/trail/epochs/1/accept").cssselect("input[type=password]")
    client.sign_in("admin")  # two of whom none leads
    assert "须有一位主管领导" in words_of(client.get("/trail/epochs/1/accept"))
    assert not client.page("/trail/epochs/1/accept").cssselect("input[type=password]")
    client.sign_in("zhao")
    answer = client.submit("/trail/epochs/1/accept", {"password": PASSWORD}, follow_redirects=True)
    assert "可以恢复填写" in words_of(answer)
    assert BANNER not in words_of(answer)
    restored.draft()
    client.sign_in("qian")
    said = words_of(client.get("/trail"))
    assert len(client.page("/trail").cssselect("td a[href='/trail/epochs']")) == 3  # begun, accepted twice
    assert "恢复了旧状态" in said
    assert "接受了恢复的状态" in said


def test_t_2_the_same_from_the_command_line(restored: World) -> None:
    terminal = Terminal(restored.house)
    assert terminal.refused("epoch", "accept", user="wang") == (4, "X-1.not_permitted")
    assert terminal.refused("epoch", "accept", user="zhao", password="wrong") == (3, "A-3.wrong_password")
    assert terminal.ok("epoch", "accept", user="zhao")["people"] == 1
    assert terminal.refused("epoch", "accept", user="zhao") == (3, "T-2.epoch_second_person")
    (shown,) = terminal.ok("epoch", "show", user="qian")["epochs"]
    assert (shown["waits"], [one["name"] for one in shown["accepted"]]) == (True, ["赵敏"])
    assert "等待两个人接受" in terminal.run("epoch", "show").output
    assert terminal.ok("epoch", "accept", user="admin")["people"] == 2
    assert terminal.refused("epoch", "accept", user="zhou")[0] == 4
