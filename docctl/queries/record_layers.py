"""A record's registered facts with every value they have had, now or at an earlier instant (C-1, C-2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Final
from uuid import UUID

from docctl.domain.correction import FIELDS, FILE, Layer, initials
from docctl.domain.form_definition import NOTHING, Definition, FormField
from docctl.domain.lifecycle import CorrectionStatus
from docctl.models.records import Correction, RecordFact
from docctl.queries.document_actions import Offered

NOBODY: Final = ""


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """One correction; `number` counts in the order of entry (C-2)."""

    id: UUID
    row_version: int
    number: int
    field: str
    kind: str
    old: str
    new: str
    reason: str
    reason_text: str
    status: str
    by: str
    initials: str
    entered_at: datetime
    decided_by: str
    decided_at: datetime | None
    comment: str
    sheet_id: UUID | None
    content_sha256: str
    decide: Offered | None = None
    #: What its form calls the field; "" for facts of every record.
    label: str = ""


@dataclass(frozen=True, slots=True)
class FactLine:
    """A registered fact: all its values, the last one present; `beside` are notes and what waits (C-3)."""

    field: str
    kind: str
    layers: tuple[Layer, ...]
    beside: tuple[CorrectionLine, ...]
    #: The field of the form, where it is the value of one (F-2).
    of_form: FormField | None = None

    @property
    def label(self) -> str:
        """What its form calls it; "" for facts of every record."""
        return self.of_form.name if self.of_form else ""

    @property
    def value(self) -> str:
        """The present value."""
        return self.layers[-1].value if self.layers else ""

    @property
    def corrections(self) -> tuple[tuple[str, Layer], ...]:
        """Pairs of a struck value and the layer that took its place, in order."""
        return tuple((old.value, new) for old, new in zip(self.layers, self.layers[1:], strict=False))


def correction_lines(
    rows: Sequence[Correction],
    names: Mapping[UUID | None, str],
    zone: tzinfo,
    asked: Definition = NOTHING,
) -> tuple[CorrectionLine, ...]:
    """Return corrections in the order in which they were entered, times in `zone` (C-2)."""
    return tuple(
        CorrectionLine(
            id=one.id,
            row_version=one.row_version,
            number=number,
            field=one.field,
            kind=_kind(one.field, asked),
            old=one.old_value,
            new=one.new_value,
            reason=one.reason,
            reason_text=one.reason_text,
            status=one.status.value,
            by=names.get(one.entered_by, NOBODY),
            initials=initials(names.get(one.entered_by, NOBODY)),
            entered_at=one.entered_at.astimezone(zone),
            decided_by=names.get(one.decided_by, NOBODY),
            decided_at=one.decided_at.astimezone(zone) if one.decided_at else None,
            comment=one.decision_comment,
            sheet_id=one.sheet_file_id,
            content_sha256=one.content_sha256,
            label=_label(one.field, asked),
        )
        for number, one in enumerate(rows, start=1)
    )


def fact_lines(
    values: Sequence[RecordFact],
    corrections: Sequence[CorrectionLine],
    names: Mapping[UUID | None, str],
    zone: tzinfo,
    asked: Definition = NOTHING,
) -> tuple[FactLine, ...]:
    """Return every registered fact, with the original first; what the form asks behind the times (C-1)."""
    by_field: dict[str, list[RecordFact]] = defaultdict(list)
    for one in values:
        by_field[one.field].append(one)
    entered = {one.id: one for one in corrections}
    waiting = {CorrectionStatus.PENDING.value, CorrectionStatus.NOTED.value}
    return tuple(
        FactLine(
            field=name,
            kind=_kind(name, asked),
            layers=_layers(by_field[name], entered, names, zone),
            beside=tuple(one for one in corrections if one.field == name and one.status in waiting),
            of_form=asked.of_fact(name),
        )
        for name in _order(asked)
    )


def _order(asked: Definition) -> list[str]:
    names = list(FIELDS)
    behind = names.index("received_at") + 1
    return [*names[:behind], *(one.fact for one in asked.fields), *names[behind:]]


def _kind(name: str, asked: Definition) -> str:
    field = asked.of_fact(name)
    return field.type.value if field else FIELDS.get(name, "file")


def _label(name: str, asked: Definition) -> str:
    field = asked.of_fact(name)
    return field.name if field else ""


def _layers(
    values: Sequence[RecordFact],
    entered: Mapping[UUID, CorrectionLine],
    names: Mapping[UUID | None, str],
    zone: tzinfo,
) -> tuple[Layer, ...]:
    ordered = sorted(values, key=lambda one: one.ordinal)
    layers = []
    for one in ordered:
        who = names.get(one.set_by, NOBODY)
        why = entered.get(one.correction_id) if one.correction_id else None
        layers.append(
            Layer(
                value=one.value,
                struck=one is not ordered[-1],
                at=why.entered_at if why else one.set_at.astimezone(zone),
                by=who,
                initials=initials(who),
                reason=why.reason if why else "",
                reason_text=why.reason_text if why else "",
            )
        )
    return tuple(layers)


def as_it_stood(
    values: Sequence[RecordFact], corrections: Sequence[Correction], at: datetime
) -> tuple[list[RecordFact], dict[UUID, CorrectionStatus]]:
    """Return the values set by `at`, and what each correction entered by then was at that instant (C-2)."""
    kept = [one for one in values if one.set_at <= at]
    effective = {one.correction_id for one in kept}
    states = {
        one.id: _status_then(one, at, effective=one.id in effective)
        for one in corrections
        if one.entered_at <= at
    }
    return kept, states


def _status_then(one: Correction, at: datetime, *, effective: bool) -> CorrectionStatus:
    if one.decided_at is not None:
        if one.decided_at <= at:
            return one.status
    elif effective or (one.field == FILE and one.status is CorrectionStatus.EFFECTIVE):
        return one.status  # a sheet adds no value: entered by the filer, it counted at once
    # A note and a waiting correction look alike afterwards: neither had struck anything yet.
    return CorrectionStatus.NOTED if one.status is CorrectionStatus.NOTED else CorrectionStatus.PENDING


def with_states(
    lines: Sequence[CorrectionLine], states: Mapping[UUID, CorrectionStatus]
) -> tuple[CorrectionLine, ...]:
    """Return the corrections that had been entered, with their states of that instant (C-2)."""
    return tuple(replace(one, status=states[one.id].value) for one in lines if one.id in states)
