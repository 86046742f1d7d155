"""A timeline in words: verbs from the translations, notes and changes from facts and details (T-1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import request

from docctl.domain.step_limits import revision_of_calendar
from docctl.i18n import Translator
from docctl.queries.timeline import Entry, Timeline, timeline
from docctl.web.context import house, words
from docctl.web.registers import flag

#: What an event says besides its verb, in this order.
_NOTED: Final = (
    "label",
    "cause",
    "decision",
    "revision",
    "due",
    "old_due",
    "calendar",
    "effective_from",
    "supersedes",
    "copy",
    "blanks",
    "holder",
    "role",
    "post",
    "person",
    "from",
    "until",
    "functions",
    "items",
    "what",
    "called",
    "reason",
    "comment",
    "times",
    "to_mend",
    "done_items",
    "undone_items",
    "witness",
    "source",
    "into",
    "hours",
    "shift",
    "next",
    "note",
    "told",
    "remark",
    "late_reason",
    "reminder",
)

#: Of these the ones that are codes, with what their words begin with.
_CODED: Final = {
    "role": "roles",
    "functions": "functions",
    "cause": "reviews.cause",
    "decision": "reviews.state",
}

#: Of these those that are lists, with what stands between their parts; and numbers.
_LISTS: Final = {
    **dict.fromkeys(("into", "told"), "people.comma"),
    **dict.fromkeys(("to_mend", "done_items", "undone_items"), "returns.between"),
}
_COUNTED: Final = frozenset({"items", "times"})


@dataclass(frozen=True, slots=True)
class Told:
    """An event as the macro `timeline` shows it."""

    id: int
    who: str
    verb: str
    at: datetime
    signed: bool
    on_behalf_of: str | None
    note: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """A stretch of an item's timeline on its page; `older` is where the next one begins.

    `is_earlier`: it does not begin with the newest event.
    """

    events: list[Told]
    older: int | None
    with_routine: bool
    is_earlier: bool = False


def happened(item_id: UUID, *, names_holds: bool = True, with_detail: bool = True) -> Happened:
    """Return the stretch that the address asks for; whoever calls saw to it that it may be seen (T-1)."""
    asked = request.args.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
    routine = flag(request.args.get("reads"))
    with house().uow.read() as session:
        found = timeline(
            session,
            item_id,
            zone=house().zone,
            before=before,
            reads=routine,
            names_holds=names_holds,
            with_detail=with_detail,
        )
    return Happened(told(found, words()), found.older, routine, is_earlier=before is not None)


def told(found: Timeline, words: Translator) -> list[Told]:
    """Return the entries in words, newest first."""
    return [
        Told(
            id=one.id,
            who=one.who or words.t("events.system"),
            verb=words.t(f"events.{one.action}"),
            at=one.at,
            signed=one.signed,
            on_behalf_of=one.on_behalf_of,
            note="　".join(_notes(one, words)),
            changes=tuple(_changes(one, words)),
        )
        for one in found.entries
    ]


def _notes(one: Entry, words: Translator) -> Iterator[str]:
    said = {**one.facts, **one.detail}
    for name in _NOTED:
        value = said.get(name)
        if name in _CODED and value:
            codes = value if isinstance(value, list) else [value]
            found = words.t("people.comma").join(words.t(f"{_CODED[name]}.{one}") for one in codes)
            yield words.t(f"events.note.{name}", value=found)
        elif name == "revision" and isinstance(value, int):
            yield words.t("events.note.label", value=value)
        elif name == "calendar":
            if revision := revision_of_calendar(str(value or "")):
                yield words.t("clocks.by_calendar", revision=revision)
        elif name in _LISTS and isinstance(value, list) and value:
            yield words.t(f"events.note.{name}", value=words.t(_LISTS[name]).join(map(str, value)))
        elif name in _COUNTED and isinstance(value, int):
            yield words.t(f"events.note.{name}", value=value, count=value)
        elif isinstance(value, str) and value:
            coded = f"trail.fault.{value}"  # a reason of ours is a code
            shown = (
                words.t(coded) if one.action == "audit.alarm" and words.has(coded) else _shown(value, words)
            )
            yield words.t(f"events.note.{name}", value=shown)


def _changes(one: Entry, words: Translator) -> Iterator[tuple[str, str, str]]:
    """Yield what was before and after: of a correction one field, of an edit those that differ."""
    detail = one.detail
    if "old" in detail and "new" in detail:
        field = str(detail.get("field") or one.facts.get("field") or "value")
        yield _field(field, words), _shown(detail["old"], words), _shown(detail["new"], words)
    before, after = detail.get("before"), detail.get("after")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in after:
            if before.get(name) != after[name]:
                yield _field(name, words), _shown(before.get(name), words), _shown(after[name], words)


def _field(name: str, words: Translator) -> str:
    keys = (f"events.field.{name}", f"fields.{name}")
    return next((words.t(key) for key in keys if words.has(key)), name)


def _shown(value: Any, words: Translator) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return words.t("people.comma").join(_shown(one, words) for one in value)
    text = str(value)
    if len(text) > 18 and text[10] == "T":  # an instant, as the trail writes it
        try:
            return words.instant(datetime.fromisoformat(text))
        except ValueError:
            return text
    return text
