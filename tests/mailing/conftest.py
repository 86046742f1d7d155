"""Fixtures: a company with a mail server on loopback, and people whose addresses are confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage

import pytest

from docctl.config import Settings
from docctl.domain.mailing import When
from docctl.jobs.outward import Outward
from docctl.models.work import Delivery
from docctl.services.house import House
from docctl.services.mailing.address import ConfirmAddress, SetAddress, confirm_address, set_own_address
from docctl.services.mailing.choose import ChooseMail, choose_mail
from docctl.services.mailing.server import MailServer
from tests.cli.terminal import Terminal
from tests.mailing.post import Post, listening
from tests.web.conftest import app, client
from tests.world import Clock, World, build_house

SENDER = "docctl@example.com"


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def port(socket_enabled: None, post: Post) -> Iterator[int]:
    with listening(post) as found:
        yield found


def server_at(port: int, *, patience: float = 30.0) -> MailServer:
    return MailServer("127.0.0.1", port, "none", SENDER, "docctl.example.com", patience=patience)


@pytest.fixture
def house(settings: Settings, clock: Clock, port: int) -> Iterator[House]:
    """Return the house of the small company, with a mail server."""
    built = build_house(settings, clock)
    yield replace(built, mail=server_at(port), mail_default=When.AT_ONCE)
    built.close()


@dataclass
class Mailing:
    """The small company as its notices see it."""

    world: World
    post: Post

    def run(self) -> None:
        """Look at everybody and send what is due, to the end."""
        outward = Outward(self.world.house)
        while outward():
            pass

    def sent(self) -> list[EmailMessage]:
        """Run, and return what came since the last time."""
        before = len(self.post.taken)
        self.run()
        return self.post.taken[before:]

    def set(self, username: str, address: str = "") -> str:
        """Put an address on somebody's own account; return the code that goes there."""
        code = f"code-of-{username}-{len(self.post.taken)}"
        cmd = SetAddress(address or f"{username}@example.com", code)
        set_own_address(cmd, by=self.world.by(username), house=self.world.house)
        return code

    def confirmed(self, *usernames: str) -> None:
        """Give people addresses that they have confirmed; the mails of that are forgotten."""
        for username in usernames:
            code = self.set(username)
            confirm_address(ConfirmAddress(code), by=self.world.by(username), house=self.world.house)
        self.run()
        self.post.taken.clear()
        self.post.envelopes.clear()

    def choose(self, username: str, hour: int | None = None, **chosen: str) -> None:
        """Let somebody choose."""
        choose_mail(ChooseMail(chosen, hour), by=self.world.by(username), house=self.world.house)

    def rows(self) -> list[Delivery]:
        """Return the rows of all mails, oldest first."""
        from sqlalchemy import select

        with self.world.house.uow.read() as session:
            query = select(Delivery).where(Delivery.kind == "mail").order_by(Delivery.created_at, Delivery.id)
            return list(session.scalars(query))


@pytest.fixture
def mailing(world: World, post: Post) -> Mailing:
    return Mailing(world, post)


@pytest.fixture
def terminal(world: World, settings: Settings) -> Terminal:
    return Terminal(world.house, settings, no_wait=True)


def text_of(message: EmailMessage) -> str:
    """Return the plain text of a mail."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(message: EmailMessage) -> str:
    """Return the HTML of a mail."""
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


__all__ = ["Mailing", "app", "client", "html_of", "server_at", "text_of"]
