"""How passwords are guessed: at the door and at a signature, each with a limit of its own (A-3)."""

from __future__ import annotations

import pytest

from docctl.domain.verdicts import RuleRefused
from docctl.services.people.accounts import ResetPassword, new_link, reset_password
from docctl.services.people.own import set_password
from docctl.services.people.sign_in import sign_in
from docctl.services.people.throttle import FREE
from tests.web.browser import Browser, words_of
from tests.world import PASSWORD, World

ATTACKER = "203.0.113.66"
OFFICE = "198.51.100.7"


def enter(world: World, name: str, password: str = PASSWORD, address: str = OFFICE) -> str:
    """Try to sign in; return the key of the answer, or "in"."""
    try:
        sign_in(world.house, username=name, password=password, address=address)
    except RuleRefused as error:
        return error.refused.key
    return "in"


def test_a_3_wrong_sign_ins_from_elsewhere_keep_nobody_out(world: World) -> None:
    for _ in range(FREE["pair"]):
        assert enter(world, "ouyang", "wrong", ATTACKER) == "A-3.sign_in_refused"
    assert enter(world, "ouyang", PASSWORD, ATTACKER) == "A-3.too_many_tries"
    assert enter(world, "ouyang") == "in"


def test_a_3_one_address_has_thirty_tries_under_any_names(world: World) -> None:
    for number in range(FREE["address"]):
        assert enter(world, f"name{number}", "wrong") == "A-3.sign_in_refused"
    assert enter(world, "ouyang") == "A-3.too_many_tries"
    assert enter(world, "ouyang", address=ATTACKER) == "in"


def test_a_3_tries_under_a_clock_that_was_far_ahead_keep_nobody_out_for_longer(world: World) -> None:
    world.clock.forward(days=40)
    for _ in range(FREE["address"]):
        enter(world, "ouyang", "wrong")
    assert enter(world, "ouyang") == "A-3.too_many_tries"
    world.clock.forward(days=-40)
    assert enter(world, "ouyang") == "in"
    for _ in range(FREE["pair"]):
        assert enter(world, "ouyang", "wrong") == "A-3.sign_in_refused"  # counted anew
    assert enter(world, "ouyang") == "A-3.too_many_tries"


def test_a_3_a_name_has_a_hundred_tries_from_all_addresses(world: World) -> None:
    for number in range(FREE["name"] - 1):
        assert enter(world, "ouyang", "wrong", f"203.0.113.{number}") == "A-3.sign_in_refused"
    assert enter(world, "wang") == "in"
    assert enter(world, "ouyang", "wrong", "203.0.113.200") == "A-3.sign_in_refused"  # the hundredth
    assert enter(world, "ouyang") == "A-3.too_many_tries"


def test_a_3_the_right_password_begins_the_count_of_a_name_anew(world: World) -> None:
    for number in range(FREE["name"] - 1):
        enter(world, "ouyang", "wrong", f"203.0.113.{number}")
    assert enter(world, "ouyang") == "in"
    assert enter(world, "ouyang", "wrong", "203.0.113.200") == "A-3.sign_in_refused"
    assert enter(world, "ouyang") == "in"


@pytest.mark.parametrize(
    ("other", "answer"),
    [
        pytest.param("2001:db8:0:1::2", "A-3.too_many_tries", id="the same network of version 6"),
        pytest.param("2001:db8:0:2::1", "in", id="the next network"),
    ],
)
def test_a_3_a_network_of_version_6_is_one_client(world: World, other: str, answer: str) -> None:
    for _ in range(FREE["pair"]):
        enter(world, "ouyang", "wrong", "2001:db8:0:1::1")
    assert enter(world, "ouyang", address=other) == answer


def test_a_3_an_address_of_version_4_is_the_same_inside_version_6(world: World) -> None:
    for _ in range(FREE["pair"]):
        enter(world, "ouyang", "wrong", f"::ffff:{OFFICE}")
    assert enter(world, "ouyang") == "A-3.too_many_tries"


@pytest.mark.parametrize("name", ["", "x" * 500, "欧阳", "a:b", "%", "_" * 6])
def test_a_3_names_that_nobody_has_are_counted_too(world: World, name: str) -> None:
    for _ in range(FREE["pair"]):
        assert enter(world, name, "wrong") == "A-3.sign_in_refused"
    assert enter(world, name, "wrong") == "A-3.too_many_tries"
    assert enter(world, "ouyang") == "in"


def test_a_15_a_new_password_opens_the_door_again(world: World) -> None:
    for _ in range(FREE["pair"]):
        enter(world, "ouyang", "wrong")
        enter(world, "li", "wrong")
    token, kept = new_link()
    reset_password(ResetPassword(world.people["ouyang"], kept), by=world.by("admin"), house=world.house)
    set_password(world.house, token=token, password="a new one 4711")
    assert enter(world, "ouyang", "a new one 4711") == "in"
    assert enter(world, "li") == "A-3.too_many_tries"


def signing(client: Browser, revision: object, password: str) -> str:
    """Try to sign a review; return what the page says, or where it leads."""
    answer = client.submit(f"/documents/revisions/{revision}/review", {"password": password})
    return answer.headers.get("Location", "") or words_of(answer)


def test_a_3_wrong_sign_ins_do_not_stop_a_signature(client: Browser, world: World) -> None:
    revision = world.submitted(world.draft())
    client.sign_in("ouyang")
    for number in range(FREE["name"] + 5):
        enter(world, "ouyang", "wrong", f"203.0.113.{number}")
    for _ in range(FREE["address"]):
        enter(world, "ouyang", "wrong", "127.0.0.1")  # the address of the person's own browser
    assert enter(world, "ouyang") == "A-3.too_many_tries"
    assert signing(client, revision, PASSWORD).startswith("/documents/")


def test_a_3_wrong_signatures_close_signing_in_this_session_only(client: Browser, world: World) -> None:
    revision = world.submitted(world.draft())
    client.sign_in("ouyang")
    for _ in range(FREE["sign"]):
        assert "密码不正确" in signing(client, revision, "wrong")
    assert "错误次数太多" in signing(client, revision, PASSWORD)
    assert world.revision(revision).reviewed_by is None
    assert client.sign_in("ouyang").status_code == 303  # who knows the password comes in again
    assert signing(client, revision, PASSWORD).startswith("/documents/")


def test_a_3_the_right_signature_begins_the_count_of_its_session_anew(client: Browser, world: World) -> None:
    revision = world.submitted(world.draft())
    client.sign_in("ouyang")
    for _ in range(FREE["sign"] - 1):
        signing(client, revision, "wrong")
    assert signing(client, revision, PASSWORD).startswith("/documents/")  # the fifth try, and the right one
    again = world.submitted(world.draft("文件控制程序"))
    for _ in range(FREE["sign"] - 1):
        assert "密码不正确" in signing(client, again, "wrong")  # counted anew
    assert signing(client, again, PASSWORD).startswith("/documents/")
