"""What people call units, types, states and each other, where a search names them as field:value (S-1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.i18n import LANGUAGES, Translator, translator
from docctl.models.documents import DocumentType
from docctl.models.organisation import Person, Unit, UnitName
from docctl.models.retention import RetentionClassRow
from search.language import fields_in

Names = Mapping[str, frozenset[str]]

_KINDS: Final = ("document", "record")
_STATES: Final = ("suspended", "draft", "in_review", "approved", "completed", "accepted", "on_list")


def names_in(session: Session, text: str, fields: frozenset[str] = frozenset()) -> dict[str, Names]:
    """Return the names of values of those fields that a search names; the index knows codes and ids.

    `fields` are those of forms that it names.
    """
    return {field: _BY_FIELD[field](session) for field in fields_in(text, fields) & set(_BY_FIELD)}


def _units(session: Session) -> Names:
    """Names of today and of before, other names: each is the unit's code in the index (O-2)."""
    now = session.execute(select(Unit.code, Unit.name)).all()
    others = session.execute(select(Unit.code, UnitName.name).join(UnitName, UnitName.unit_id == Unit.id))
    return _joined((name, code) for code, name in (*now, *others))


def _types(session: Session) -> Names:
    rows = session.execute(select(DocumentType.code, DocumentType.name, DocumentType.name_en))
    return _joined((name, code) for code, *names in rows for name in names)


def _classes(session: Session) -> Names:
    rows = session.execute(select(RetentionClassRow.code, RetentionClassRow.name))
    return _joined((name, code) for code, name in rows)


def _people(session: Session) -> Names:
    rows = session.execute(select(Person.id, Person.username, Person.name, Person.name_en))
    return _joined((name, str(person)) for person, *names in rows for name in names)


def _states(session: Session) -> Names:  # noqa: ARG001  # as all of them are called
    return _joined((words.t(f"search.state.{one}"), one) for one in _STATES for words in _languages())


def _kinds(session: Session) -> Names:  # noqa: ARG001
    return _joined((words.t(f"search.kind.{one}"), one) for one in _KINDS for words in _languages())


def _late(session: Session) -> Names:  # noqa: ARG001
    return _joined((words.t(f"search.late.{one}"), one) for one in ("yes", "no") for words in _languages())


def _languages() -> Iterator[Translator]:
    """Yield the words of every language: a search is understood whichever the person reads."""
    return map(translator, LANGUAGES)


def _joined(pairs: Iterable[tuple[str, str]]) -> Names:
    found: dict[str, set[str]] = {}
    for name, value in pairs:
        if name:
            found.setdefault(name, set()).add(value)
    return {name: frozenset(values) for name, values in found.items()}


_BY_FIELD: Final[Mapping[str, Callable[[Session], Names]]] = {
    "unit": _units,
    "type": _types,
    "retention": _classes,
    "filer": _people,
    "state": _states,
    "kind": _kinds,
    "late": _late,
}
