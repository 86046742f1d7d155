"""What tests of pages share: the application on the small company, and a browser for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from docctl.app import configure, create_app
from docctl.config import Settings
from docctl.services.house import House
from tests.web.browser import Browser, browser, filled, words_of
from tests.world import World


@pytest.fixture
def app(settings: Settings, house: House) -> Iterator[Flask]:
    """Return the application on the small company: made once in a process, fitted to each test's house."""
    made = _the_application(settings, house)
    kept, views = dict(made.extensions), dict(made.view_functions)
    configure(made, settings, house)
    yield made
    made.extensions = kept
    made.view_functions = views


@pytest.fixture
def client(app: Flask, world: World) -> Browser:
    """Return a browser in which nobody has signed in."""
    return browser(app)


__all__ = ["Browser", "app", "client", "filled", "words_of"]

_made: list[Flask] = []


def _the_application(settings: Settings, house: House) -> Flask:
    if not _made:
        _made.append(create_app(settings, house))
    return _made[0]
