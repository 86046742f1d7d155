"""Whose address it is: nothing goes there but one link, until its person has used that (A-4, A-15)."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import select, text

from docctl.domain.mailing import MOST_ASKED, may_be_address
from docctl.domain.verdicts import RuleRefused
from docctl.models.mailing import MailAddress
from docctl.models.trail import EventRow
from docctl.models.work import Delivery
from docctl.queries.mailing import post_of
from docctl.services.mailing.address import (
    AskCode,
    ConfirmAddress,
    SetAddressOf,
    ask_code,
    confirm_address,
    set_address_of,
)
from tests.cli.terminal import Terminal
from tests.mailing.conftest import Mailing, text_of
from tests.web.browser import Browser, words_of


def state(mailing: Mailing, username: str = "ouyang") -> str:
    with mailing.world.house.uow.read() as session:
        return post_of(session, mailing.world.people[username]).state


def confirm(mailing: Mailing, code: str, username: str = "ouyang") -> None:
    confirm_address(ConfirmAddress(code), by=mailing.world.by(username), house=mailing.world.house)


@pytest.mark.parametrize(
    "address",
    [
        *("a@b", "first.last+tag@sub.example.com", "x" * 64 + "@example.com"),
    ],
)
def test_plain_addresses_are_taken(address: str) -> None:
    assert may_be_address(address)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("a", id="no domain"),
        pytest.param("@example.com", id="nobody"),
        pytest.param("a@", id="nowhere"),
        pytest.param("a@b@c", id="two ats"),
        pytest.param("a@example.com, b@example.com", id="two"),
        pytest.param("A <a@example.com>", id="a name"),
        pytest.param("a@example.com\r\nBcc: b@example.com", id="a header"),
        pytest.param("a@example.com\n", id="a line"),
        pytest.param("a b@example.com", id="a space"),
        pytest.param(".a@example.com", id="a dot first"),
        pytest.param("-oQ@-example.com", id="an option"),
        pytest.param("用户@example.com", id="not ASCII"),
        pytest.param("x" * 65 + "@example.com", id="too long before"),
        pytest.param("x@" + "y" * 200 + ".com", id="too long"),
    ],
)
def test_all_else_is_refused(address: str) -> None:
    assert not may_be_address(address)


def test_a_4_until_it_is_confirmed_only_the_link_goes_there(mailing: Mailing) -> None:
    world = mailing.world
    mailing.set("ouyang")
    world.submitted(world.draft())
    (mail,) = mailing.sent()
    assert mail["Subject"] == "示例精密科技有限公司：确认邮箱地址"
    assert "记录控制程序" not in text_of(mail)
    assert "欧阳雪" not in text_of(mail)
    (code,) = re.findall(r"/account/mail/confirm/(\S+)", text_of(mail))
    assert state(mailing) == "unconfirmed"
    confirm(mailing, code)
    assert state(mailing) == "confirmed"
    (mail,) = mailing.sent()
    assert "记录控制程序" in text_of(mail)


@pytest.mark.parametrize(("minutes", "works"), [(24 * 60 - 1, True), (24 * 60, False)])
def test_a_4_the_link_works_for_a_day_and_once(mailing: Mailing, minutes: int, works: bool) -> None:
    code = mailing.set("ouyang")
    mailing.world.clock.forward(minutes=minutes)
    if works:
        confirm(mailing, code)
    for _ in range(2):
        with pytest.raises(RuleRefused) as error:
            confirm(mailing, code)
        assert error.value.refused.key == "mail.code_over"
    assert state(mailing) == ("confirmed" if works else "unconfirmed")


def test_a_4_nobody_confirms_for_another(mailing: Mailing) -> None:
    code = mailing.set("ouyang", "wang@example.com")  # 王强 gets the link, and is signed in
    with pytest.raises(RuleRefused):
        confirm(mailing, code, "wang")
    assert (state(mailing), state(mailing, "wang")) == ("unconfirmed", "none")


def test_a_4_an_older_link_is_over_and_so_is_one_of_another_address(mailing: Mailing) -> None:
    first = mailing.set("ouyang")
    ask_code(AskCode("second"), by=mailing.world.by("ouyang"), house=mailing.world.house)
    with pytest.raises(RuleRefused):
        confirm(mailing, first)
    assert len(mailing.sent()) == 1  # the first one is not even sent any more
    mailing.set("ouyang", "other@example.com")
    with pytest.raises(RuleRefused):
        confirm(mailing, "second")


def test_a_4_another_address_is_confirmed_anew(mailing: Mailing) -> None:
    mailing.confirmed("ouyang")
    mailing.set("ouyang", "new@example.com")
    mailing.world.submitted(mailing.world.draft())
    assert [one["To"] for one in mailing.sent()] == ["new@example.com"]  # the link
    assert state(mailing) == "unconfirmed"


def test_a_4_the_administrator_types_it_and_the_person_confirms(mailing: Mailing) -> None:
    world = mailing.world
    cmd = SetAddressOf(world.people["ouyang"], "ouyang@example.com", "a-code")
    set_address_of(cmd, by=world.by("admin"), house=world.house)
    with pytest.raises(RuleRefused):
        confirm(mailing, "a-code", "admin")
    confirm(mailing, "a-code")
    assert state(mailing) == "confirmed"
    with pytest.raises(RuleRefused) as error:
        set_address_of(cmd, by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "X-1.not_permitted"


def test_a_4_few_links_a_day_go_out_for_one_account(mailing: Mailing) -> None:
    world = mailing.world
    mailing.set("ouyang", "0@example.com")
    for one in range(1, MOST_ASKED):
        mailing.set("ouyang", f"{one}@example.com")
    with pytest.raises(RuleRefused) as error:
        mailing.set("ouyang", "one-more@example.com")
    assert error.value.refused.key == "mail.asked_too_often"
    world.clock.forward(days=1, seconds=-1)
    with pytest.raises(RuleRefused):
        ask_code(AskCode("x"), by=world.by("ouyang"), house=world.house)
    world.clock.forward(seconds=1)
    ask_code(AskCode("x"), by=world.by("ouyang"), house=world.house)


def test_the_code_is_kept_nowhere_once_it_was_sent(mailing: Mailing) -> None:
    code = mailing.set("ouyang")
    with mailing.world.house.uow.read() as session:
        assert session.get_one(MailAddress, mailing.world.people["ouyang"]).code_hash != code
    mailing.run()
    with mailing.world.house.uow.read() as session:
        payloads = [json.dumps(one) for one in session.scalars(select(Delivery.payload))]
        events = session.scalars(select(EventRow.facts)).all()
        details = session.execute(text("SELECT bytes FROM event_detail")).scalars().all()
    assert code not in "".join(payloads) + "".join(events)
    assert code.encode() not in b"".join(details)


def test_a_4_an_address_that_was_refused_is_confirmed_again(mailing: Mailing) -> None:
    mailing.confirmed("ouyang")
    mailing.post.to_receiver["ouyang@example.com"] = "550 no"
    mailing.world.submitted(mailing.world.draft())
    mailing.run()
    assert state(mailing) == "refused"
    mailing.post.to_receiver.clear()
    ask_code(AskCode("again"), by=mailing.world.by("ouyang"), house=mailing.world.house)
    assert len(mailing.sent()) == 1
    confirm(mailing, "again")
    assert state(mailing) == "confirmed"


def test_a_4_a_refused_address_that_is_put_there_again_is_confirmed_anew(mailing: Mailing) -> None:
    mailing.confirmed("ouyang")
    mailing.post.to_receiver["ouyang@example.com"] = "550 no"
    mailing.world.submitted(mailing.world.draft())
    mailing.run()
    assert state(mailing) == "refused"
    mailing.post.to_receiver.clear()
    code = mailing.set("ouyang")
    assert [one["Subject"] for one in mailing.sent()] == ["示例精密科技有限公司：确认邮箱地址"]
    assert state(mailing) == "unconfirmed"
    confirm(mailing, code)
    assert state(mailing) == "confirmed"


def test_a_4_no_link_goes_to_what_is_no_address(mailing: Mailing) -> None:
    unfit = "UPDATE person SET email = 'Ouyang <a@example.com>' WHERE username = 'ouyang'"
    mailing.world.house.uow.write(lambda session: session.execute(text(unfit)))
    with pytest.raises(RuleRefused) as error:
        ask_code(AskCode("x"), by=mailing.world.by("ouyang"), house=mailing.world.house)
    assert error.value.refused.key == "mail.address_unfit"
    assert mailing.sent() == []


def test_a_4_on_the_page_the_whole_way(client: Browser, mailing: Mailing) -> None:
    client.sign_in("ouyang")
    assert client.page("/account").cssselect("main a[href='/account/mail']")
    refused = client.submit("/account/mail/address", {"address": "nobody"})
    assert refused.status_code == 422
    assert 'value="nobody"' in refused.text
    assert "邮箱地址" in words_of(refused)
    sent = client.submit("/account/mail/address", {"address": "ouyang@example.com"})
    assert sent.status_code == 303
    assert "尚未确认" in words_of(client.get("/account/mail"))
    (mail,) = mailing.sent()
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/account/mail/confirm/\S+)", text_of(mail))
    client.sign_out()
    away = client.get(path)
    assert away.status_code == 303  # sign in first
    assert away.headers["Location"].startswith("/sign-in?next=")
    client.sign_in("wang")
    assert client.submit(path).status_code == 422
    client.sign_in("ouyang")
    assert client.get(path).status_code == 200
    assert state(mailing) == "unconfirmed"  # looking at it confirms nothing
    assert client.submit(path).status_code == 303
    assert state(mailing) == "confirmed"
    assert client.submit(path).status_code == 422


def test_a_4_on_the_page_one_chooses(client: Browser, mailing: Mailing) -> None:
    client.sign_in("ouyang")
    answer = client.submit("/account/mail", {"told_sign": "daily", "told_late": "none", "hour": "7"})
    assert answer.status_code == 303
    with mailing.world.house.uow.read() as session:
        post = post_of(session, mailing.world.people["ouyang"])
    assert ({kind: str(one) for kind, one in post.chosen.items()}, post.hour) == (
        {"sign": "daily", "late": "none"},
        7,
    )
    bad = client.submit("/account/mail", {"told_sign": "none", "hour": "24"})
    assert bad.status_code == 422
    assert "0 至 23" in words_of(bad)
    assert (
        client.submit(
            "/account/mail", {"told_sign": "usual", "told_late": "usual", "hour": "usual"}
        ).status_code
        == 303
    )
    with mailing.world.house.uow.read() as session:
        assert post_of(session, mailing.world.people["ouyang"]).chosen == {}


def test_a_4_the_administrator_sees_what_failed_tries_again_and_gives_up(
    client: Browser, mailing: Mailing
) -> None:
    world = mailing.world
    mailing.confirmed("ouyang")
    mailing.post.to_receiver["ouyang@example.com"] = "451 later"
    world.submitted(world.draft("机密标题"))
    mailing.run()
    client.sign_in("admin")
    page = client.get("/trail/mail")
    assert "451 later" in page.text
    assert "机密标题" not in page.text
    (row,) = [one for one in mailing.rows() if one.done_at is None]
    action = f"/trail/mail/{row.id}/retry"
    assert client.submit("/trail/mail", action=action).status_code == 303
    mailing.post.to_receiver.clear()
    assert len(mailing.sent()) == 1
    mailing.post.to_receiver["ouyang@example.com"] = "451 later"
    world.submitted(world.draft("又一份"))
    mailing.run()
    (row,) = [one for one in mailing.rows() if one.done_at is None]
    assert client.submit("/trail/mail", action=f"/trail/mail/{row.id}/give-up").status_code == 303
    world.clock.forward(hours=2)
    mailing.post.to_receiver.clear()
    assert mailing.sent() == []
    assert "已放弃" in client.get("/trail/mail").text
    client.sign_in("ouyang")
    assert "被放弃" in client.get("/account/mail").text
    client.sign_in("chen")
    assert client.get("/trail/mail").status_code == 403


def test_a_4_by_command_the_same(mailing: Mailing, terminal: Terminal) -> None:
    world = mailing.world
    assert terminal.ok("mail", "show", user="ouyang")["state"] == "none"
    assert terminal.refused("mail", "address", "nobody", user="ouyang") == (3, "mail.address_unfit")
    terminal.ok("mail", "address", "ouyang@example.com", user="ouyang")
    (mail,) = mailing.sent()
    (link,) = re.findall(r"http://\S+/account/mail/confirm/\S+", text_of(mail))
    assert terminal.refused("mail", "confirm", link, user="wang") == (3, "mail.code_over")
    terminal.ok("mail", "confirm", link, user="ouyang")
    assert terminal.refused("mail", "code", user="ouyang") == (3, "mail.already_confirmed")
    terminal.ok("mail", "choose", "sign=daily", "late=none", "--hour", "6", user="ouyang")
    shown = terminal.ok("mail", "show", user="ouyang")
    assert (shown["told"]["sign"], shown["told"]["late"], shown["hour"]) == ("daily", "none", 6)
    assert terminal.refused("mail", "choose", "poetry=daily", user="ouyang")[0] == 2
    terminal.ok("mail", "choose", "sign=at_once", user="ouyang")
    assert terminal.ok("mail", "show", user="ouyang")["hour"] == 6
    mailing.post.to_receiver["ouyang@example.com"] = "451 later"
    world.submitted(world.draft())
    mailing.run()
    listed = terminal.ok("mail", "list")
    assert [(one["person"], one["state"], one["reason"]) for one in listed["mails"]] == [
        ("欧阳雪", "failing", "451 later")
    ]
    terminal.ok("mail", "retry", listed["mails"][0]["id"], user="admin")
    terminal.ok("mail", "give-up", listed["mails"][0]["id"], user="admin")
    assert terminal.refused("mail", "give-up", listed["mails"][0]["id"], user="admin")[0] == 4
    assert terminal.refused("mail", "list", user="chen")[0] == 4
    terminal.ok("user", "address", "wang", "wang@example.com", user="admin")
    assert state(mailing, "wang") == "unconfirmed"


def test_a_test_mail_tells_what_the_server_says(mailing: Mailing, terminal: Terminal) -> None:
    assert terminal.ok("mail", "test", "a@example.com")["address"] == "a@example.com"
    assert mailing.post.taken[-1]["To"] == "a@example.com"
    mailing.post.to_receiver["a@example.com"] = "550 no such user"
    code, key = terminal.refused("mail", "test", "a@example.com")
    assert (code, key) == (1, "mail.failed")
    assert terminal.refused("mail", "test", "a") == (3, "mail.address_unfit")


def test_a_person_is_added_with_an_address_that_is_one(mailing: Mailing, terminal: Terminal) -> None:
    words = ("user", "add", "sun", "--name", "孙悟", "--unit", "ZH", "--email")
    assert terminal.refused(*words, "nobody", user="admin") == (3, "mail.address_unfit")
    terminal.ok(*words, "sun@example.com", user="admin")
    assert mailing.sent() == []  # the person asks for the link
