"""Which language the command line speaks, and the sentence behind a key."""

from __future__ import annotations

import os
from datetime import UTC, tzinfo
from functools import cache
from pathlib import Path

from docctl.i18n import Translator, translator


@cache
def usual_language() -> str:
    """Return the language of the installation; the settings are checked later, when they are used."""
    from dotenv import dotenv_values

    found = os.environ.get("DOCCTL_LANGUAGE") or dotenv_values(Path.cwd() / ".env").get("DOCCTL_LANGUAGE")
    return found or ""


def words(language: str = "", zone: tzinfo = UTC) -> Translator:
    """Return the words of a language, by default those of the installation."""
    return translator(language or usual_language(), zone)


def t(key: str, fallback: str = "") -> str:
    """Return a help sentence, or the fallback where none stands under the key."""
    speaker = words()
    return speaker.t(key) if speaker.has(key) else fallback
