"""What a restore needs built for it, before there is a house: given by who wires the parts together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine

from docctl.config import Settings
from docctl.services.house import House
from storage.api import ObjectStore
from storage.keyring import KeyRing


@dataclass(frozen=True, slots=True)
class Tools:
    """`build` makes a house of settings, `open_keys` their key store, `open_store` reads a folder of copies.

    `open_file` opens a database of SQLite.
    """

    build: Callable[[Settings], House]
    open_keys: Callable[[Settings], KeyRing]
    open_store: Callable[[Path, KeyRing | None], ObjectStore]
    open_file: Callable[[Path], Engine]
    clock: Callable[[], datetime]

    def today(self, settings: Settings) -> date:
        """Return the day that it is for the company."""
        return self.clock().astimezone(settings.zone).date()
