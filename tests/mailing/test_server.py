"""How mail is handed in: TLS that is checked, refusals for good, pauses, and nobody who waits (A-4)."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import text

from docctl.checks.check import Bench, Finding
from docctl.checks.doctor import findings
from docctl.checks.figures import metrics
from docctl.config import Settings
from docctl.jobs import outward
from docctl.jobs.mailing.look import look_at
from docctl.jobs.outward import Outward
from docctl.jobs.worker import Worker
from docctl.queries.mailing import post_of, undelivered
from docctl.services.deliveries.give_up import MailOf, retry_mail
from docctl.services.mailing.server import MailFailed, MailRefused, MailServer
from tests.mailing.conftest import SENDER, Mailing, server_at
from tests.mailing.post import SECRET, USER, certificate, listening
from tests.world import World


@pytest.fixture
def waiting(mailing: Mailing) -> Mailing:
    """Let one mail wait for 欧阳雪."""
    mailing.confirmed("ouyang")
    mailing.world.submitted(mailing.world.draft())
    return mailing


def sent_by(mailing: Mailing, server: MailServer) -> None:
    house = replace(mailing.world.house, mail=server)
    turn = Outward(house)
    while turn():
        pass


def secure(port: int, security: str, ca: Path | None, login: tuple[str, str] | None = None) -> MailServer:
    return MailServer("127.0.0.1", port, security, SENDER, "docctl.example.com", login, ca, 30.0)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "not trusted"])
def test_mail_goes_only_to_a_server_that_is_trusted(
    waiting: Mailing, tmp_path: Path, security: str, trusted: bool
) -> None:
    ca, context = certificate(tmp_path)
    more = {"tls_context": context} if security == "starttls" else {"ssl_context": context}
    with listening(waiting.post, **more) as port:
        sent_by(waiting, secure(port, security, ca if trusted else None))
    assert len(waiting.post.taken) == int(trusted)
    if not trusted:
        assert waiting.rows()[-1].last_error.startswith("certificate not trusted")


def test_a_server_without_starttls_gets_nothing(waiting: Mailing, port: int) -> None:
    sent_by(waiting, secure(port, "starttls", None))
    assert waiting.post.taken == []
    assert "STARTTLS" in waiting.rows()[-1].last_error


@pytest.mark.parametrize("password", [SECRET, "wrong"])
def test_the_password_signs_in_and_stands_nowhere(
    waiting: Mailing, tmp_path: Path, password: str, caplog: pytest.LogCaptureFixture
) -> None:
    ca, context = certificate(tmp_path)
    more = {"tls_context": context, "authenticator": waiting.post.sign_in, "auth_required": True}
    with listening(waiting.post, **more) as port:
        server = secure(port, "starttls", ca, (USER, password))
        sent_by(waiting, server)
    assert len(waiting.post.taken) == int(password == SECRET)
    row = waiting.rows()[-1]
    assert row.last_error.startswith("" if password == SECRET else "sign-in refused (535)")
    assert password == SECRET or not row.done_at
    assert row.outcome == ""  # our account there, not this mail: it is tried again
    assert password not in repr(server)
    assert password not in caplog.text


def test_a_4_a_refused_address_ends_it_and_its_person_is_shown_why(waiting: Mailing) -> None:
    world = waiting.world
    waiting.post.to_receiver["ouyang@example.com"] = "550 no such user\r\n"
    assert waiting.sent() == []
    row = waiting.rows()[-1]
    assert (row.outcome, row.last_error) == ("refused", "550 no such user")
    with world.house.uow.read() as session:
        post = post_of(session, world.people["ouyang"])
        (missed,) = undelivered(session, world.people["ouyang"], at=world.clock())
    assert (post.state, post.problem) == ("refused", "550 no such user")
    assert missed.outcome == "refused"
    waiting.post.to_receiver.clear()
    world.submitted(world.draft("又一份"))
    assert waiting.sent() == []  # until the address is confirmed again


@pytest.mark.parametrize(
    ("answer", "outcome", "state"),
    [
        ("550 5.1.1 no such user", "refused", "refused"),
        ("550 5.2.1 mailbox disabled", "refused", "refused"),
        ("554 5.1.10 not found", "refused", "refused"),
        ("550 no such user", "refused", "refused"),
        ("551 user not local", "refused", "refused"),
        ("553 mailbox name not allowed", "refused", "refused"),
        ("550 5.1.8 sender's domain not found", "", "confirmed"),
        ("550 5.7.1 relaying denied", "", "confirmed"),
        ("553 5.7.1 sender not owned by user", "", "confirmed"),
        ("530 5.7.0 sign in first", "", "confirmed"),
        ("530 sign in first", "", "confirmed"),
        ("535 sign in first", "", "confirmed"),
        ("554 relay access denied", "", "confirmed"),
        ("552 5.3.4 too big", "", "confirmed"),
    ],
)
def test_a_4_only_what_is_about_the_address_is_held_against_it(
    waiting: Mailing, answer: str, outcome: str, state: str
) -> None:
    world = waiting.world
    waiting.post.to_receiver["ouyang@example.com"] = answer
    assert waiting.sent() == []
    row = waiting.rows()[-1]
    assert (row.outcome, row.last_error) == (outcome, answer)
    with world.house.uow.read() as session:
        assert post_of(session, world.people["ouyang"]).state == state
    waiting.post.to_receiver.clear()
    world.clock.forward(hours=2)
    assert len(waiting.sent()) == int(not outcome)


@pytest.mark.parametrize(
    ("answer", "is_server"),
    [("550 5.7.1 no relay", True), ("530 sign in", True), ("554 no", True), ("552 full", False)],
)
def test_what_every_address_would_be_answered_keeps_off_the_server(answer: str, is_server: bool) -> None:
    from docctl.services.mailing.server import _receiver_not_taken

    code, _, said = answer.partition(" ")
    found = _receiver_not_taken(int(code), said.encode())
    assert isinstance(found, MailFailed)
    assert found.is_server is is_server


def test_a_4_what_is_tried_again_by_hand_holds_nothing_against_the_address(waiting: Mailing) -> None:
    world = waiting.world
    waiting.post.to_receiver["ouyang@example.com"] = "550 5.1.1 no such user"
    assert waiting.sent() == []
    again = MailOf(waiting.rows()[-1].id)
    retry_mail(again, by=world.by("admin"), house=world.house)
    assert waiting.sent() == []
    assert waiting.rows()[-1].outcome == "refused"  # the server says so still
    waiting.post.to_receiver.clear()
    retry_mail(again, by=world.by("admin"), house=world.house)
    assert len(waiting.sent()) == 1
    with world.house.uow.read() as session:
        assert post_of(session, world.people["ouyang"]).state == "confirmed"


def test_a_4_an_address_put_there_meanwhile_is_not_held_for_the_one_before(waiting: Mailing) -> None:
    world = waiting.world

    class Slow(MailServer):
        """A server that refuses when another address stands on the account already."""

        def send(self, message: EmailMessage) -> None:
            if message["To"] == "ouyang@example.com":
                waiting.set("ouyang", "other@example.com")
                raise MailRefused("550 no such user", is_address=True)

    here = server_at(1)
    sent_by(waiting, Slow(here.host, here.port, here.security, here.sender, here.here))
    with world.house.uow.read() as session:
        post = post_of(session, world.people["ouyang"])
    assert (post.address, post.state, post.problem) == ("other@example.com", "unconfirmed", "")


def test_a_4_a_refused_message_ends_it_alone(waiting: Mailing) -> None:
    world = waiting.world
    waiting.post.to_message = "554 5.7.1 looks like spam"
    assert waiting.sent() == []
    assert waiting.rows()[-1].outcome == "refused"
    waiting.post.to_message = ""
    world.submitted(world.draft("又一份"))
    assert len(waiting.sent()) == 1


def test_what_is_not_taken_now_is_tried_after_pauses_that_grow_and_given_up_in_the_end(
    waiting: Mailing,
) -> None:
    world = waiting.world
    waiting.post.to_receiver["ouyang@example.com"] = "451 try later"
    pauses = []
    for _ in range(4):
        assert waiting.sent() == []
        row = waiting.rows()[-1]
        assert (row.done_at, row.last_error) == (None, "451 try later")
        pauses.append(row.next_at - world.clock())
        world.clock.now = row.next_at - timedelta(seconds=1)
        tries = row.tries
        assert waiting.sent() == []
        assert waiting.rows()[-1].tries == tries
        world.clock.forward(seconds=1)
    assert pauses == [timedelta(minutes=one) for one in (1, 2, 4, 8)]
    while waiting.rows()[-1].done_at is None:
        waiting.run()
        world.clock.forward(hours=2)
    row = waiting.rows()[-1]
    assert (row.outcome, row.last_error) == ("expired", "451 try later")
    assert world.clock() - row.created_at > timedelta(days=3)


def test_a_server_that_is_not_there_is_left_alone_for_a_while(waiting: Mailing) -> None:
    world = waiting.world
    turn = Outward(replace(world.house, mail=server_at(1)))
    turn()
    assert [one.tries for one in waiting.rows() if one.done_at is None] == [1]
    waiting.world.submitted(world.draft("又一份"))
    world.clock.forward(hours=1)
    assert not turn()  # nobody is asked: a server that hangs would cost its patience each time
    assert [one.tries for one in waiting.rows() if one.done_at is None] == [1]


def test_a_server_that_says_nothing_holds_up_neither_the_worker_nor_filing(
    waiting: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    world = waiting.world
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        house = replace(world.house, mail=server_at(silent.getsockname()[1], patience=20.0))
        worker = Worker(house)
        worker.start()
        try:
            until = time.monotonic() + 10
            while time.monotonic() < until and not _is_claimed(waiting):
                time.sleep(0.02)
            assert _is_claimed(waiting)
            began = time.monotonic()
            document = world.draft("文件控制程序")
            while house.search.position() < _newest(world) and time.monotonic() < until:
                time.sleep(0.02)
            assert house.search.position() >= _newest(world)
            assert time.monotonic() - began < 15  # the server may take its patience all the same
            assert document
        finally:
            silent.close()
            worker.stop()


def _is_claimed(mailing: Mailing) -> bool:
    row = mailing.rows()[-1]
    return row.done_at is None and row.next_at > row.created_at


def _newest(world: World) -> int:
    with world.house.uow.read() as session:
        return int(session.execute(text("SELECT seq FROM audit_head")).scalar_one())


def test_two_workers_send_a_mail_once(waiting: Mailing) -> None:
    world = waiting.world
    assert look_at(world.house, world.people["ouyang"])
    due = outward._due(world.house)
    assert len(due) == 1
    turns = [Outward(world.house) for _ in range(4)]
    threads = [threading.Thread(target=one._mail, args=(due[0],)) for one in turns]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(waiting.post.taken) == 1


def test_a_reason_is_one_short_line_without_what_a_terminal_would_obey() -> None:
    from docctl.services.mailing.server import _line

    said = _line(550, b"no\r\n\x1b[31m" + b"x" * 400)
    assert "\x1b" not in said
    assert "\n" not in said
    assert len(said) < 220


def test_nobody_there_is_told_in_words(socket_enabled: None) -> None:
    from docctl.jobs.mailing.message import Envelope, Letter, written

    server = server_at(1)
    from datetime import UTC, datetime

    letter, envelope = (
        Letter("x", ["y"], (), ()),
        Envelope("a@example.com", "z", "k", datetime.now(UTC), "en"),
    )
    with pytest.raises(MailFailed) as error:
        server.send(written(letter, envelope, server))
    assert error.value.reason == "Connection refused"


def test_doctor_tells_of_mail_that_fails_and_of_links_that_lead_nowhere(
    waiting: Mailing, settings: Settings
) -> None:
    def look(server: MailServer | None) -> Finding:
        house = replace(waiting.world.house, mail=server)
        (found,) = [one for one in findings(Bench(house, settings)) if one.name == "mail"]
        return found

    assert look(None).code == "none"
    assert look(waiting.world.house.mail).code == "ok"
    assert look(MailServer("mail.example.com", 587, "starttls", SENDER, "x")).code == "links"
    waiting.post.to_receiver["ouyang@example.com"] = "451 later"
    waiting.run()
    assert (look(waiting.world.house.mail).code, look(waiting.world.house.mail).params["count"]) == (
        "failing",
        1,
    )


@pytest.mark.parametrize(("minutes", "code"), [(15, "ok"), (16, "late")])
def test_doctor_and_figures_tell_of_mail_that_nobody_sends(
    waiting: Mailing, settings: Settings, minutes: int, code: str
) -> None:
    world = waiting.world
    assert look_at(world.house, world.people["ouyang"])
    world.clock.forward(minutes=minutes)
    (found,) = [one for one in findings(Bench(world.house, settings)) if one.name == "mail"]
    assert found.code == code
    said = metrics(world.house).decode()
    assert "docctl_mails_waiting 1.0" in said
    assert f"docctl_mails_waiting_oldest_seconds {minutes * 60}.0" in said
    sent_by(waiting, server_at(1))
    world.clock.forward(minutes=1)
    (found,) = [one for one in findings(Bench(world.house, settings)) if one.name == "mail"]
    assert found.code == "failing"
    said = metrics(world.house).decode()
    assert "docctl_mails_failing 1.0" in said
    assert f"docctl_mails_failing_oldest_seconds {minutes * 60 + 60}.0" in said
