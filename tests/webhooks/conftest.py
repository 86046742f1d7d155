"""Fixtures: a company whose webhooks may go to this machine, and a program that receives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_network
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.config import Settings
from docctl.jobs.outward import Outward
from docctl.models.work import Delivery
from docctl.queries.webhooks import Endpoint as Shown
from docctl.queries.webhooks import endpoint_page
from docctl.services.house import House
from docctl.services.webhooks.manage import AddWebhook, add_webhook
from tests.cli.terminal import Terminal
from tests.web.conftest import app, client
from tests.webhooks.receiving import Receiver, receiving
from tests.world import Clock, World, build_house

SECRET = "a secret that was made by us, once"


@pytest.fixture
def receiver(socket_enabled: None) -> Iterator[Receiver]:
    with receiving(Receiver()) as found:
        yield found


@pytest.fixture
def house(settings: Settings, clock: Clock) -> Iterator[House]:
    """Return the house of the small company, whose webhooks may go to this machine."""
    built = build_house(settings, clock)
    yield replace(built, webhook_networks=(ip_network("127.0.0.0/8"),))
    built.close()


@dataclass
class Hooks:
    """The small company as its webhooks see it."""

    world: World
    receiver: Receiver

    def add(self, *events: str, name: str = "ERP", url: str = "") -> UUID:
        cmd = AddWebhook(name, url or self.receiver.url, events or ("number.*",), SECRET)
        return add_webhook(cmd, by=self.world.by("admin"), house=self.world.house)

    def run(self) -> None:
        outward = Outward(self.world.house)
        while outward():
            pass

    def shown(self, endpoint_id: UUID) -> Shown:
        with self.world.house.uow.read() as session:
            return endpoint_page(session, endpoint_id)

    def rows(self) -> list[Delivery]:
        with self.world.house.uow.read() as session:
            query = select(Delivery).where(Delivery.kind == "webhook")
            return list(session.scalars(query.order_by(Delivery.key)))


@pytest.fixture
def hooks(world: World, receiver: Receiver) -> Hooks:
    return Hooks(world, receiver)


@pytest.fixture
def terminal(world: World, settings: Settings) -> Terminal:
    return Terminal(world.house, settings, no_wait=True)


__all__ = ["SECRET", "Hooks", "app", "client"]
