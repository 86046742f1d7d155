"""Events go to programs elsewhere: which, in order, signed, at least once, and never anywhere else (T-1)."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from docctl.checks.check import Bench
from docctl.checks.doctor import findings
from docctl.config import Settings
from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.domain.webhooks import FACTS, MOST_FAILURES, may_be_url, may_reach, may_watch, wants
from docctl.jobs.webhooks import follow, http
from docctl.jobs.webhooks.follow import Follower
from docctl.jobs.webhooks.http import HookFailed, post
from docctl.jobs.webhooks.send import send_webhooks
from docctl.models.trail import AuditHead, EventDetail, EventRow
from docctl.models.webhooks import WebhookEndpoint
from docctl.models.work import Delivery
from docctl.queries.event_list import as_markdown
from docctl.queries.inbox import inbox
from docctl.services.numbers.reserve import ReserveNumber, reserve_number
from docctl.services.objects.keys import unneeded_keys
from docctl.services.webhooks.manage import (
    ChangeWebhook,
    Endpoint,
    RenewSecret,
    change_webhook,
    delete_webhook,
    pause_webhook,
    renew_secret,
    resume_webhook,
)
from docctl.services.webhooks.send import SendAgain, send_again, try_webhook
from tests.cli.terminal import Terminal
from tests.web.browser import Browser, words_of
from tests.webhooks.conftest import SECRET, Hooks
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]


def reserve(world: World, times: int = 1) -> None:
    for one in range(times):
        cmd = ReserveNumber(world.types["procedure"], f"备用 {one}")
        reserve_number(cmd, by=world.by("chen"), house=world.house)


@pytest.mark.parametrize(
    "url",
    ["https://example.com", "https://example.com:8443/a?b=c", "http://127.0.0.1:80/x", "http://[::1]/x"],
)
def test_where_a_webhook_may_go(url: str) -> None:
    assert may_be_url(url)


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.com", "ftp://example.com", "https://", "https://user:pw@example.com/", "https://@a/"),
        *("http://example.com", "http://10.0.0.1", "http://localhost.example.com", "https://a/#b"),
        *("https://a b", "https://a\r\nX: y", "https://例子.com", "https://a:0/", "https://a:99999/"),
        *("https://[::1", "https://a/" + "x" * 500, "file:///etc/passwd", "javascript:alert(1)"),
    ],
)
def test_where_it_may_not(url: str) -> None:
    assert not may_be_url(url)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_are_reached(address: str) -> None:
    assert may_reach(address, ())


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *(
            "::1",
            "::",
            "fe80::1",
            "fe80::1%eth0",
            "fd00::1",
            "ff02::1",
            "::ffff:10.1.2.3",
            "::ffff:127.0.0.1",
        ),
        *("64:ff9b::a01:203", "2002:a01:203::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    ],
)
def test_addresses_inside_are_not_reached_unless_their_network_is_allowed(address: str) -> None:
    assert not may_reach(address, ())
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    assert may_reach(address, everything)


def test_which_events_may_be_asked_for() -> None:
    known = {"revision.issued"}
    assert may_watch(["revision.issued", "record.*"], known)
    for wrong in ([], ["revision"], ["*"], ["*.*"], ["poetry.*"], ["revision.isued"], ["Revision.issued"]):
        assert not may_watch(wrong, known)
    assert wants(["record.*"], "record.filed")
    assert not wants(["record.*"], "record_import.ended")
    assert not wants(["revision.issued"], "revision.issued_again")


def test_t_1_an_event_goes_there_signed(hooks: Hooks) -> None:
    world = hooks.world
    reserve(world)  # before there was a webhook
    hooks.add("number.reserved")
    world.draft()
    reserve(world)
    hooks.run()
    (got,) = hooks.receiver.got
    assert got.path == "/hook?k=1"
    stamp = got.headers["x-docctl-timestamp"]
    assert int(stamp) == int(world.clock().timestamp())
    made = hmac.new(SECRET.encode(), stamp.encode() + b"." + got.body, hashlib.sha256).hexdigest()
    assert got.headers["x-docctl-signature"] == f"v1={made}"
    event = got.said["event"]
    with world.house.uow.read() as session:
        row = session.scalars(
            select(EventRow).where(EventRow.action == "number.reserved").order_by(EventRow.seq.desc())
        ).first()
    assert row is not None
    assert (event["seq"], event["action"], event["hash"]) == (row.seq, "number.reserved", row.hash)
    assert got.said["delivery"] == got.headers["x-docctl-delivery"] == str(hooks.rows()[0].id)
    hooks.run()
    assert len(hooks.receiver.got) == 1


def test_x_3_no_title_name_or_reason_goes_out(hooks: Hooks) -> None:
    world = hooks.world
    hooks.add("document.*", "revision.*", "person.*", "number.*", "session.*", "file.*")
    world.issued(world.draft("绝密标题", text="绝密正文"))
    reserve(world)
    hooks.run()
    said = b"".join(one.body for one in hooks.receiver.got).decode()
    assert len(hooks.receiver.got) > 5
    for hidden in ("绝密", "备用", "陈静", "欧阳雪", "chen", "a.docx"):
        assert hidden not in said
    for one in hooks.receiver.got:
        assert set(one.said["event"]["facts"]) <= FACTS


def test_t_1_the_order_is_that_of_the_trail_and_a_failure_holds_back_what_follows(hooks: Hooks) -> None:
    world = hooks.world
    endpoint = hooks.add()
    hooks.receiver.status = 500
    reserve(world, 3)
    hooks.run()
    assert len(hooks.receiver.got) == 1
    first = hooks.receiver.got[0]
    assert hooks.shown(endpoint).last_error == "answered 500"
    hooks.receiver.status = 204
    world.clock.forward(seconds=9)
    hooks.run()
    assert len(hooks.receiver.got) == 1
    world.clock.forward(seconds=1)
    hooks.run()
    numbers = [one.said["event"]["seq"] for one in hooks.receiver.got]
    assert numbers[0] == numbers[1]
    assert numbers[1:] == sorted(set(numbers))
    assert len(numbers) == 4
    assert hooks.receiver.got[1].body == first.body
    assert hooks.receiver.got[1].headers["x-docctl-timestamp"] != first.headers["x-docctl-timestamp"]
    assert (hooks.shown(endpoint).failures, hooks.shown(endpoint).last_error) == (0, "")


def test_one_endpoint_that_fails_keeps_no_other_from_its_events(hooks: Hooks) -> None:
    hooks.add(name="down", url="http://127.0.0.1:1/")
    hooks.add(name="up")
    reserve(hooks.world, 2)
    hooks.run()
    assert len(hooks.receiver.got) == 2


def test_a_4_after_many_failures_it_is_paused_and_administrators_have_it_in_their_inbox(
    hooks: Hooks, settings: Settings
) -> None:
    world = hooks.world
    endpoint = hooks.add()
    hooks.receiver.status = 503
    reserve(world)
    pauses = []
    for one in range(MOST_FAILURES):
        assert hooks.shown(endpoint).state == "on", one
        hooks.run()
        row = hooks.rows()[0]
        pauses.append(row.next_at - world.clock())
        world.clock.now = row.next_at
    assert pauses[:4] == [timedelta(seconds=one) for one in (10, 20, 40, 80)]
    assert max(pauses) <= timedelta(hours=1)
    assert hooks.shown(endpoint).state == "failing"
    hooks.run()
    assert len(hooks.receiver.got) == MOST_FAILURES
    for username, expected in (("admin", ["see_webhook"]), ("chen", [])):
        with world.house.uow.read() as session:
            actor = world.by(username).actor
            found = inbox(session, actor, at=world.clock(), zone=world.house.zone, verb="see_webhook")
        assert [one.verb for one in found.tasks if one.kind == "webhook"] == expected
    (found,) = [one for one in findings(Bench(world.house, settings)) if one.name == "webhooks"]
    assert (found.code, found.params) == ("paused", {"count": 1, "called": "ERP"})
    hooks.receiver.status = 200
    reserve(world)  # meanwhile
    hooks.run()
    resume_webhook(Endpoint(endpoint), by=world.by("admin"), house=world.house)
    hooks.run()
    assert hooks.shown(endpoint).state == "on"
    numbers = [one.said["event"]["seq"] for one in hooks.receiver.got[MOST_FAILURES:]]
    assert len(numbers) == 2
    assert numbers == sorted(numbers)
    with world.house.uow.read() as session:
        assert "webhook.paused" in session.scalars(select(EventRow.action)).all()


def test_what_was_sent_and_not_noted_comes_again_under_the_same_name(hooks: Hooks) -> None:
    world = hooks.world
    hooks.add()
    reserve(world)
    hooks.run()

    def died(session: object) -> None:
        row = session.scalars(select(Delivery).where(Delivery.kind == "webhook")).one()  # type: ignore[attr-defined]
        row.done_at, row.tries, row.next_at = None, 0, world.clock() + timedelta(minutes=5)

    world.house.uow.write(died)
    hooks.run()
    assert len(hooks.receiver.got) == 1  # who claimed it may still be at it
    world.clock.forward(minutes=5)
    hooks.run()
    first, second = hooks.receiver.got
    assert first.headers["x-docctl-delivery"] == second.headers["x-docctl-delivery"]
    assert first.body == second.body


def test_two_workers_follow_and_send_each_event_once(hooks: Hooks) -> None:
    hooks.add()
    reserve(hooks.world, 5)
    with hooks.world.house.uow.read() as session:
        row, head = (
            session.scalars(select(WebhookEndpoint)).one(),
            session.scalars(select(AuditHead.seq)).one(),
        )
    read = follow._At(row.id, row.cursor, tuple(row.events))
    for _ in range(2):  # both have read the same state
        Follower(hooks.world.house)._step(read, head)
    assert len(hooks.rows()) == 5
    threads = [threading.Thread(target=send_webhooks, args=(hooks.world.house,)) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    hooks.run()
    assert len(hooks.receiver.got) == 5


def test_a_follower_that_died_before_it_put_anything_misses_nothing(hooks: Hooks) -> None:
    hooks.add()
    hooks.world.draft()
    Follower(hooks.world.house)()
    reserve(hooks.world)
    hooks.run()  # another one, that knows nothing
    assert "number.reserved" in hooks.receiver.actions
    assert len(hooks.receiver.got) == len({one.said["event"]["seq"] for one in hooks.receiver.got})


def test_no_redirect_is_followed(hooks: Hooks) -> None:
    endpoint = hooks.add()
    hooks.receiver.status, hooks.receiver.location = 302, f"http://127.0.0.1:{hooks.receiver.port}/other"
    reserve(hooks.world)
    hooks.run()
    assert [one.path for one in hooks.receiver.got] == ["/hook?k=1"]
    assert hooks.shown(endpoint).last_error == "answered 302"


def test_a_private_address_is_not_even_connected_to(hooks: Hooks) -> None:
    endpoint = hooks.add()
    reserve(hooks.world)
    closed = replace(hooks.world.house, webhook_networks=())
    Follower(closed)()
    send_webhooks(closed)
    assert hooks.receiver.got == []
    assert hooks.shown(endpoint).last_error.startswith("address not allowed")


def test_a_name_is_judged_by_all_it_resolves_to_and_the_address_judged_is_the_one_used(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolved(*addresses: str) -> None:
        def found(host: str, port: int, *more: Any, **named: Any) -> Any:
            if host != "localhost":
                return real(host, port, *more, **named)
            asked.append(host)
            return [(2, 1, 6, "", (one, port)) for one in addresses]

        monkeypatch.setattr(http.socket, "getaddrinfo", found)

    url = f"http://localhost:{hooks.receiver.port}/"
    resolved("93.184.216.34", "10.0.0.1")
    with pytest.raises(HookFailed, match="not allowed"):
        post(url, b"{}", {}, allowed=())
    resolved("127.0.0.1")
    assert post(url, b"{}", {"X-Docctl-Event": "x"}, allowed=(ip_network("127.0.0.0/8"),)) == 204
    assert hooks.receiver.got[0].headers["host"] == f"localhost:{hooks.receiver.port}"
    assert asked.count("localhost") == 2  # once for each call: nobody may answer otherwise the second time


def test_a_server_that_drips_or_says_nothing_is_left(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STEP", 0.5)
    monkeypatch.setattr(http, "WHOLE", 1.0)
    stop = threading.Event()

    def drip(listener: socket.socket) -> None:
        channel, _ = listener.accept()
        with channel:
            channel.sendall(b"HTTP/1.1 2")
            while not stop.wait(0.1):
                try:
                    channel.sendall(b"x")
                except OSError:
                    return

    for serve in (drip, None):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            if serve:
                thread = threading.Thread(target=serve, args=(listener,), daemon=True)
                thread.start()
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            began = time.monotonic()
            with pytest.raises(HookFailed):
                post(url, b"{}", {}, allowed=(ip_network("127.0.0.0/8"),))
            assert time.monotonic() - began < 5
            stop.set()


def test_pausing_keeps_events_for_later_and_deleting_forgets_them(hooks: Hooks) -> None:
    world = hooks.world
    endpoint = hooks.add()
    pause_webhook(Endpoint(endpoint), by=world.by("admin"), house=world.house)
    reserve(world)
    hooks.run()
    assert hooks.receiver.got == []
    with pytest.raises(RuleRefused):
        try_webhook(Endpoint(endpoint), by=world.by("admin"), house=world.house)
    resume_webhook(Endpoint(endpoint), by=world.by("admin"), house=world.house)
    hooks.run()
    assert len(hooks.receiver.got) == 1
    hooks.receiver.status = 500
    reserve(world)
    hooks.run()
    delete_webhook(Endpoint(endpoint), by=world.by("admin"), house=world.house)
    hooks.receiver.status = 200
    world.clock.forward(days=1)
    hooks.run()
    assert len(hooks.receiver.got) == 2
    assert hooks.rows()[-1].outcome == "given_up"
    with pytest.raises(NotFound):
        resume_webhook(Endpoint(endpoint), by=world.by("admin"), house=world.house)


def test_r_7_the_secret_lies_sealed_and_goes_with_the_endpoint(hooks: Hooks) -> None:
    world = hooks.world
    endpoint = hooks.add()
    with world.house.uow.read() as session:
        row = session.get_one(WebhookEndpoint, endpoint)
        assert row.secret == ""
        assert row.sealed_secret is not None
        assert SECRET.encode() not in row.sealed_secret
        tables = session.execute(text("SELECT answer FROM answered_request")).scalars().all()
        facts = session.scalars(select(EventRow.facts)).all()
        details = session.scalars(select(EventDetail.bytes)).all()
    assert SECRET not in json.dumps([*tables, *facts])
    assert not any(SECRET.encode() in one or b"hook" in one.split(b'"events"')[0] for one in details)
    world.clock.forward(days=2)
    with world.house.uow.read() as session:
        assert endpoint not in unneeded_keys(world.house, session, world.system())
    renew_secret(RenewSecret(endpoint, "another"), by=world.by("admin"), house=world.house)
    reserve(world)
    hooks.run()
    got = hooks.receiver.got[-1]
    stamp = got.headers["x-docctl-timestamp"].encode()
    made = hmac.new(b"another", stamp + b"." + got.body, hashlib.sha256).hexdigest()
    assert got.headers["x-docctl-signature"] == f"v1={made}"
    delete_webhook(Endpoint(endpoint), by=world.by("admin"), house=world.house)
    with world.house.uow.read() as session:
        row = session.get_one(WebhookEndpoint, endpoint)
        assert (row.secret, row.sealed_secret) == ("", None)
        assert endpoint in unneeded_keys(world.house, session, world.system())


def test_a_test_and_an_event_once_more(hooks: Hooks) -> None:
    world = hooks.world
    endpoint = hooks.add()
    try_webhook(Endpoint(endpoint), by=world.by("admin"), house=world.house)
    hooks.run()
    assert hooks.receiver.got[0].said["test"] is True
    assert "event" not in hooks.receiver.got[0].said
    reserve(world)
    hooks.run()
    sent = hooks.rows()[-1]
    send_again(SendAgain(endpoint, sent.id), by=world.by("admin"), house=world.house)
    hooks.run()
    first, second = hooks.receiver.got[1:]
    assert first.body == second.body
    assert first.headers["x-docctl-delivery"] == second.headers["x-docctl-delivery"]


def test_what_changed_meanwhile_is_not_overwritten(hooks: Hooks) -> None:
    world = hooks.world
    endpoint = hooks.add()
    version = hooks.shown(endpoint).row_version
    cmd = ChangeWebhook(endpoint, version, "ERP 2", hooks.receiver.url, ("record.*",))
    change_webhook(cmd, by=world.by("admin"), house=world.house)
    with pytest.raises(RuleRefused) as error:
        change_webhook(cmd, by=world.by("admin"), house=world.house)
    assert error.value.refused.key == "request.changed_meanwhile"
    with pytest.raises(RuleRefused) as error:
        hooks.add(name="ERP 2")
    assert error.value.refused.key == "webhook.name_taken"


def test_x_1_only_administrators_manage_them(hooks: Hooks, client: Browser) -> None:
    endpoint = hooks.add()
    for username in ("chen", "zhou", "wang"):
        client.sign_in(username)
        assert client.get("/settings/webhooks").status_code == 403
        assert client.get(f"/settings/webhooks/{endpoint}").status_code in {403, 404}
        assert not client.page("/settings").cssselect("a[href='/settings/webhooks']")
    client.sign_in("admin")
    assert client.page("/settings").cssselect("a[href='/settings/webhooks']")


def test_on_the_pages_the_whole_way(hooks: Hooks, client: Browser) -> None:
    client.sign_in("admin")
    assert "没有外部程序" in words_of(client.get("/settings/webhooks"))
    wrong = client.submit("/settings/webhooks/new", {"name": "ERP", "url": "http://example.com"})
    assert wrong.status_code == 422
    assert "请使用 https" in words_of(wrong)
    assert 'value="http://example.com"' in wrong.text
    values = {"name": "ERP", "url": hooks.receiver.url, "nouns": ["number"], "single": "revision.issued"}
    made = client.submit("/settings/webhooks/new", values)
    assert made.status_code == 200
    assert "之后不再显示" in words_of(made)
    with hooks.world.house.uow.read() as session:
        endpoint = session.scalars(select(WebhookEndpoint.id)).one()
    assert hooks.shown(endpoint).events == ("number.*", "revision.issued")
    place = f"/settings/webhooks/{endpoint}"
    assert client.submit(place, action=f"{place}/test").status_code == 303
    reserve(hooks.world)
    hooks.run()
    assert hooks.receiver.actions == ["webhook.test", "number.reserved"]
    page = words_of(client.get(place))
    assert "已接收" in page
    assert "number.reserved" in page
    sent = hooks.rows()[-1]
    assert client.submit(place, action=f"{place}/deliveries/{sent.id}/again").status_code == 303
    assert client.submit(place, action=f"{place}/pause").status_code == 303
    assert "请先恢复" in client.get(place).text
    assert client.submit(place, action=f"{place}/resume").status_code == 303
    hooks.run()
    assert len(hooks.receiver.got) == 3
    assert (
        client.submit(f"{place}/edit", {"name": "MES", "nouns": ["record"], "single": ""}).status_code == 303
    )
    assert hooks.shown(endpoint).events == ("record.*",)
    assert client.submit(f"{place}/secret").status_code == 200
    assert client.submit(f"{place}/delete").status_code == 303
    assert client.get(place).status_code == 404


def test_by_command_the_same(hooks: Hooks, terminal: Terminal) -> None:
    words = ("webhooks", "add", "ERP", hooks.receiver.url, "--event")
    assert terminal.refused(*words, "poetry.*", user="admin") == (3, "webhook.event_unknown")
    assert len(terminal.ok(*words, "number.*", user="admin")["secret"]) > 40
    terminal.ok("webhooks", "test", "ERP", user="admin")
    reserve(hooks.world)
    hooks.run()
    shown = terminal.ok("webhooks", "show", "ERP", user="admin")
    assert [(one["event"], one["state"]) for one in shown["deliveries"]] == [
        ("number.reserved", "sent"),
        ("", "sent"),
    ]
    terminal.ok("webhooks", "again", "ERP", shown["deliveries"][0]["id"], user="admin")
    terminal.ok("webhooks", "pause", "ERP", user="admin")
    assert terminal.refused("webhooks", "pause", "ERP", user="admin") == (3, "webhook.paused_already")
    terminal.ok("webhooks", "resume", "ERP", user="admin")
    terminal.ok("webhooks", "change", "ERP", "--name", "MES", user="admin")
    assert [one["name"] for one in terminal.ok("webhooks", "list")["webhooks"]] == ["MES"]
    terminal.ok("webhooks", "secret", "MES")
    terminal.ok("webhooks", "delete", "MES", user="admin")
    assert terminal.refused("webhooks", "show", "MES", user="admin")[0] == 4


def test_the_list_of_events_is_whole() -> None:
    again = "python -m docctl.queries.event_list > docs/events.md"
    assert (ROOT / "docs" / "events.md").read_text("utf-8") == as_markdown(), again
