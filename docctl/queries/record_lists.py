"""Columns of lists of records for what they say in the fields of their forms (S-3, F-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docctl.domain.form_definition import Definition
from docctl.i18n import Translator
from docctl.printing.columns import Column
from docctl.queries.record_choices import Answer

#: The narrowest and the widest a field's own column is, in characters.
_WIDTHS = (8, 24)


@dataclass(frozen=True, slots=True)
class AnswerColumns:
    """Of one form a column for each of its fields; of several forms one column that names the fields.

    What was corrected stands there as it is now, as everything in a list; the record has what was struck.
    """

    words: Translator
    #: The one form's fields; None where records of several forms are listed.
    asked: Definition | None = None

    def columns(self) -> list[Column]:
        """Return the columns; none for a form that asks nothing."""
        if self.asked is None:
            return [Column(self.words.t("records.answers"), 40)]
        least, most = _WIDTHS
        return [Column(one.name, min(max(2 * len(one.name), least), most)) for one in self.asked.fields]

    def cells(self, answers: Sequence[Answer]) -> tuple[str, ...]:
        """Return what stands in the columns for a record."""
        t = self.words.t
        said = {one.key: t("search.list_comma").join(one.chosen) for one in answers}
        if self.asked is not None:
            return tuple(said.get(one.key, "") for one in self.asked.fields)
        named = (t("records.answer", field=one.field, value=said[one.key]) for one in answers)
        return (t("records.answers_between").join(named),)
