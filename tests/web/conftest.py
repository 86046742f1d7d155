"""What tests of pages share: the application on the small company, and a browser for it."""

from __future__ import annotations

import pytest
from flask import Flask
from jinja2 import BytecodeCache, FileSystemBytecodeCache

from docctl.app import create_app
from docctl.config import Settings
from docctl.services.house import House
from tests.web.browser import Browser, browser, filled, words_of
from tests.world import World


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Return where templates are kept once they are compiled: every test makes its own application."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings: Settings, house: House, compiled: BytecodeCache) -> Flask:
    """Return the application on the small company."""
    made = create_app(settings, house)
    made.jinja_env.bytecode_cache = compiled
    return made


@pytest.fixture
def client(app: Flask, world: World) -> Browser:
    """Return a browser in which nobody has signed in."""
    return browser(app)


__all__ = ["Browser", "app", "client", "compiled", "filled", "words_of"]
