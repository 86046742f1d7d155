"""Where an installation of a test lives: a data folder, and on PostgreSQL a database beside it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from docctl.config import Settings
from tests import postgres

SECRET_KEY = "x" * 40

_numbers = count()
_made: list[str] = []


@dataclass(frozen=True)
class Place:
    """An installation; others are made as copies of it while nobody is connected."""

    folder: Path
    database: str = ""

    @property
    def settings(self) -> Settings:
        """The settings of an installation at this place."""
        urls: dict[str, str] = {}
        if self.database:
            server = os.environ[postgres.SERVER]
            urls["database_url"] = postgres.address(server, postgres.APPLICATION, self.database)
            urls["migration_url"] = postgres.address(server, postgres.OWNER, self.database)
        return Settings(data=self.folder, secret_key=SECRET_KEY, **urls)

    def copy(self, folder: Path) -> Place:
        """Make an installation with the same content."""
        shutil.copytree(self.folder, folder)
        place = Place(folder, _create(self.database) if self.database else "")
        shutil.copy2(self.settings.master_key, place.settings.master_key)
        return place


def database_of(settings: Settings) -> str:
    """Return the name of the database in an address that `Place` made."""
    return urlsplit(settings.database_url or "").path.strip("/")


def new_place(folder: Path) -> Place:
    """Make a place in which nothing was set up."""
    return Place(
        folder, _create("template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'") if postgres.wanted() else ""
    )


def drop_databases() -> None:
    """Remove the databases made since the last time, whoever is still connected."""
    if _made:
        postgres.execute(os.environ[postgres.SERVER], *(f"DROP DATABASE {one} WITH (FORCE)" for one in _made))
    _made.clear()


def keep(place: Place) -> Place:
    """Keep a place for later tests of this process."""
    if place.database:
        _made.remove(place.database)
    return place


def _create(template: str) -> str:
    name = f"d{os.getpid()}_{next(_numbers)}"
    server = os.environ[postgres.SERVER]
    postgres.execute(server, f"CREATE DATABASE {name} OWNER {postgres.OWNER} TEMPLATE {template}")
    _made.append(name)
    return name
