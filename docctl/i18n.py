"""Decides which sentence a person reads: `translations/<language>/*.toml`, loaded once."""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Final

from docctl.domain.verdicts import Refused

FOLDER: Final = Path(__file__).parent / "translations"
LANGUAGES: Final = ("zh_Hans", "en")

#: Forms of one sentence for one and for several; a language without plurals has the sentence alone.
_PLURALS: Final = frozenset({"one", "other"})
_SLUG: Final = re.compile(r"[a-z][a-z0-9_.]*")
_SLUGS: Final = re.compile(rf"{_SLUG.pattern}(?:, {_SLUG.pattern})+")
_RULE: Final = re.compile(r"[A-Z]-\d+")

_log = logging.getLogger("docctl.i18n")

Forms = str | Mapping[str, str]


class UnknownKey(KeyError):
    """No sentence stands under this key."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A refusal in words: the sentence, and the rule shown beside it ("" for none)."""

    sentence: str
    rule: str = ""

    def __str__(self) -> str:
        return self.sentence


class Translator:
    """The words of one language; `zone` is where instants are shown, `strict` raises for unknown keys."""

    def __init__(self, language: str, *, zone: tzinfo = UTC, strict: bool = False) -> None:
        self.language = language
        self._zone = zone
        self._strict = strict
        self._table = sentences(language)

    def has(self, key: str) -> bool:
        """Say whether a sentence stands under the key."""
        return key in self._table

    def t(self, key: str, *, default: str | None = None, **params: object) -> str:
        """Return the sentence with its values; the plural follows `count` or `n`.

        `default` stands in for names that a company gave itself and no translation knows.
        """
        if default is not None and key not in self._table:
            return default
        return self._said(key, params)

    def _said(self, key: str, params: Mapping[str, object]) -> str:
        forms = self._table.get(key)
        if forms is None:
            if self._strict:
                raise UnknownKey(f"{self.language}: {key}")
            _log.error("no sentence under %s in %s", key, self.language)
            return key
        if not isinstance(forms, str):
            forms = forms["one" if params.get("count", params.get("n")) == 1 else "other"]
        return forms.format_map({name: self._shown(name, value) for name, value in params.items()})

    def refusal(self, refused: Refused) -> Explained:
        """Return a refusal's sentence and rule."""
        rule = refused.rule if _RULE.fullmatch(refused.rule) else ""
        return Explained(self._said(refused.key, refused.params), rule)

    def day(self, value: date | None) -> str:
        """Return a day as people write it, or a dash."""
        return value.isoformat() if value else "—"

    def instant(self, value: datetime | None) -> str:
        """Return a point in time in the company's zone, or a dash."""
        return value.astimezone(self._zone).strftime("%Y-%m-%d %H:%M") if value else "—"

    def _shown(self, name: str, value: object) -> object:
        if isinstance(value, datetime):
            return self.instant(value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, str) and _SLUG.fullmatch(value):
            return self._word(name, value)
        if isinstance(value, str) and _SLUGS.fullmatch(value):
            keys = [f"words.{name}.{one}" for one in value.split(", ")]
            if all(map(self.has, keys)):
                return self.t("people.comma").join(map(self.t, keys))
        return value

    def _word(self, name: str, value: str) -> str:
        """Return the word for a state, an action, a field, a role; other values stand as they are."""
        if self.has(f"words.{name}.{value}"):
            return self.t(f"words.{name}.{value}")
        places = (f"shell.{name}.{value}", f"{name}s.{value}", f"{name}.{value}")
        return next((self.t(key) for key in places if self.has(key)), value)


@cache
def sentences(language: str) -> Mapping[str, Forms]:
    """Return every key of a language: `<file>.<path>`, refusals bare as `rule.code`."""
    found: dict[str, Forms] = {}
    for path in sorted((FOLDER / language).glob("*.toml")):
        before = "" if path.stem.startswith("refusals") else path.stem
        found.update(_flat(tomllib.loads(path.read_text("utf-8")), before))
    return found


@cache
def translator(language: str, zone: tzinfo = UTC, *, strict: bool = False) -> Translator:
    """Return the words of a language; one of no language we have gets the first."""
    return Translator(language if language in LANGUAGES else LANGUAGES[0], zone=zone, strict=strict)


def _flat(table: Mapping[str, object], before: str) -> Iterator[tuple[str, Forms]]:
    for name, value in table.items():
        key = f"{before}.{name}" if before else name
        if isinstance(value, dict):
            if value.keys() == _PLURALS:
                yield key, value
            else:
                yield from _flat(value, key)
        else:
            yield key, str(value)
