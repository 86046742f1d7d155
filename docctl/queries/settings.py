"""Settings as pages show them: number schemes, retention classes, document types, read-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.approval import WEIGHTS, Meaning, route_from_data
from docctl.domain.number_schemes import Literal, Month, Scheme, Sequence, Year, name_of, scheme_from_json
from docctl.domain.numbering import parse_number
from docctl.models.documents import DocumentType
from docctl.models.numbers import NumberScheme
from docctl.models.retention import RetentionClassRow


@dataclass(frozen=True, slots=True)
class SchemePart:
    """A part of a scheme for showing: fixed text, or the name of what stands there."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class SchemeRow:
    """A number scheme; `counts_by` names what its sequence counts per; `used_by` types of documents."""

    code: str
    parts: tuple[SchemePart, ...]
    counts_by: tuple[str, ...]
    used_by: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """How a scheme reads a number: name of each part and its value."""

    code: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A retention class: `unit` of its period is days, months, years or permanent."""

    code: str
    name: str
    basis: str
    revision: int
    amount: int
    unit: str
    trigger: str
    event: str
    month: int
    action: str
    is_law: bool
    is_catch_all: bool
    functions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeaningRow:
    """What a signature can say, how much it decides, and the types whose route asks for it (A-3)."""

    meaning: str
    weight: str
    used_by: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A type of documents: its schemes, its labels, its route."""

    code: str
    name: str
    name_en: str
    is_form: bool
    scheme: str
    record_scheme: str
    label_scheme: str
    reissue_after: int
    route: tuple[str, ...]


def schemes(session: Session) -> list[SchemeRow]:
    """Return all number schemes, those in use first."""
    users: dict[object, list[tuple[str, str]]] = {}
    for kind in session.scalars(select(DocumentType).order_by(DocumentType.ordinal)):
        for used in (kind.scheme_id, kind.record_scheme_id):
            users.setdefault(used, []).append((kind.name, kind.name_en))
    found = []
    for row in session.scalars(select(NumberScheme).order_by(NumberScheme.code)):
        scheme = scheme_from_json(row.parts)
        sequence = scheme.sequence
        found.append(
            SchemeRow(
                code=row.code,
                parts=tuple(_parts(scheme)),
                counts_by=sequence.scope if sequence else (),
                used_by=tuple(users.get(row.id, [])),
            )
        )
    return sorted(found, key=lambda one: (not one.used_by, one.code))


def read_number(session: Session, text: str) -> list[ReadNumber]:
    """Return how each scheme reads a number, those that cannot left out (N-2)."""
    found = []
    for row in session.scalars(select(NumberScheme).order_by(NumberScheme.code)):
        values: Mapping[str, str] | None = parse_number(scheme_from_json(row.parts), text)
        if values is not None:
            found.append(ReadNumber(row.code, tuple(values.items())))
    return found


def retention_classes(session: Session) -> list[ClassRow]:
    """Return the newest revision of each class, in the schedule's order (R-1)."""
    newest = (
        select(RetentionClassRow.code, func.max(RetentionClassRow.revision).label("revision"))
        .group_by(RetentionClassRow.code)
        .subquery()
    )
    rows = session.scalars(
        select(RetentionClassRow)
        .join(
            newest,
            (RetentionClassRow.code == newest.c.code) & (RetentionClassRow.revision == newest.c.revision),
        )
        .order_by(RetentionClassRow.ordinal)
    )
    return [
        ClassRow(
            code=row.code,
            name=row.name,
            basis=row.basis,
            revision=row.revision,
            amount=row.data["period"]["amount"],
            unit=row.data["period"]["unit"],
            trigger=row.data["trigger"]["kind"],
            event=row.data["trigger"]["event"],
            month=row.data["trigger"]["month"],
            action=row.data["action"],
            is_law=row.data["is_law"],
            is_catch_all=row.is_catch_all,
            functions=tuple(row.data["functions"]),
        )
        for row in rows
    ]


def document_types(session: Session) -> list[TypeRow]:
    """Return the types of documents, in their order (A-1, N-2, V-1)."""
    numbers, records = aliased(NumberScheme), aliased(NumberScheme)
    rows = session.execute(
        select(DocumentType, numbers.code, records.code)
        .join(numbers, numbers.id == DocumentType.scheme_id)
        .outerjoin(records, records.id == DocumentType.record_scheme_id)
        .order_by(DocumentType.ordinal)
    )
    return [
        TypeRow(
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            is_form=row.is_form,
            scheme=scheme,
            record_scheme=record_scheme or "",
            label_scheme=row.label_scheme,
            reissue_after=row.reissue_after,
            route=tuple(step.meaning.value for step in route_from_data(row.route)),
        )
        for row, scheme, record_scheme in rows
    ]


def signature_meanings(types: Iterable[TypeRow]) -> list[MeaningRow]:
    """Return every meaning of a signature with its weight (A-3)."""
    kinds = tuple(types)
    return [
        MeaningRow(
            meaning.value,
            WEIGHTS[meaning].value,
            tuple((one.name, one.name_en) for one in kinds if meaning.value in one.route),
        )
        for meaning in Meaning
    ]


def _parts(scheme: Scheme) -> list[SchemePart]:
    found = []
    for part in scheme.parts:
        match part:
            case Literal():
                found.append(SchemePart(part.text, ""))
            case Sequence():
                found.append(SchemePart("0" * (part.width - 1) + "1", "sequence"))
            case Year():
                found.append(SchemePart("2026"[-part.digits :], "year"))
            case Month():
                found.append(SchemePart("03", "month"))
            case _:
                found.append(SchemePart("", name_of(part)))
    return found
