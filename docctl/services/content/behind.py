"""What is printed behind a file of a revision: signatures, history, temporary changes (A-3, D-3, V-14)."""

from __future__ import annotations

from typing import Final

from docctl.i18n import Translator
from docctl.printing.behind import Behind, Listed
from docctl.printing.characters import cut
from docctl.queries.copy_steps import CopyLine
from docctl.queries.external_signatures import ExternalLine
from docctl.queries.history import HistoryLine
from docctl.queries.paper import PaperSigner
from docctl.queries.revision_files import FileLine
from docctl.queries.revision_views import SignatureLine
from docctl.queries.signature_sheet import SignatureSheet
from docctl.services.content.open import Content

#: So much of what a revision changed is printed, in Chinese characters; the page of its history has all.
_LONGEST_CHANGE: Final = 500

Rows = tuple[tuple[str, ...], ...]


def behind_of(content: Content, header: Rows, words: Translator) -> list[Behind]:
    """Return the pages behind a file, in their order; none for what has neither (A-3, V-2, V-14).

    `header` is the company's own block above the signatures, () as shipped (D-14).
    """
    pages = []
    if content.changes:
        pages.append(_changes(content, words))
    if content.sheet:
        pages.append(_signed(content, content.sheet, header, words))
    return pages


def _changes(content: Content, words: Translator) -> Behind:
    t = words.t
    lines: list[str] = []
    for one in content.changes:
        lines += [
            t("changes.print.line", n=one.ordinal, place=one.place),
            t("changes.print.days", first=one.first_day, last=one.last_day),
            *one.text.split("\n"),
            f"{t('changes.column.reason')}: {one.reason}",
            t("changes.print.signed", name=one.approver, day=one.approved_on),
            "",
        ]
    return Behind(t("changes.print.head"), lines=tuple(lines[:-1]))


def _signed(content: Content, sheet: SignatureSheet, header: Rows, words: Translator) -> Behind:
    t = words.t
    tables: list[Listed] = []
    if sheet.signatures:
        tables.append(
            Listed(
                t("documents.sheet.signatures"),
                (
                    (t("documents.sheet.meaning"), 12),
                    (t("documents.sheet.name"), 20),
                    (t("documents.sheet.unit"), 18),
                    (t("documents.sheet.at"), 22),
                    (t("documents.sheet.remark"), 28),
                ),
                tuple(_signature(one, words) for one in sheet.signatures),
            )
        )
    if sheet.paper and sheet.paper.signers:
        columns = (
            (t("documents.sheet.meaning"), 12),
            (t("documents.sheet.name"), 20),
            (t("documents.sheet.at"), 22),
        )
        rows = tuple(_on_paper(one, words) for one in sheet.paper.signers)
        tables.append(Listed(t("documents.sheet.paper"), columns, rows))
    if sheet.external:
        tables.append(
            Listed(
                t("documents.sheet.external"),
                (
                    (t("documents.sheet.meaning"), 12),
                    (t("documents.sheet.name"), 24),
                    (t("documents.sheet.at"), 14),
                    (t("documents.sheet.how"), 16),
                    (t("documents.sheet.vouched"), 26),
                ),
                tuple(_external(one, words) for one in sheet.external),
            )
        )
    if sheet.copies:
        tables.append(
            Listed(
                t("documents.sheet.copies"),
                (
                    (t("informing.step"), 14),
                    (t("informing.to"), 22),
                    (t("informing.since"), 18),
                    (t("informing.known"), 22),
                    (t("informing.remark"), 24),
                ),
                tuple(_copy(one, words) for one in sheet.copies),
            )
        )
    if sheet.files:
        columns = (
            (t("documents.sheet.file"), 12),
            (t("documents.sheet.called"), 40),
            ("SHA-256", 48),
        )
        tables.append(
            Listed(t("documents.sheet.files"), columns, tuple(_file(one, words) for one in sheet.files))
        )
    if sheet.history:
        tables.append(
            Listed(
                t("documents.history.title"),
                (
                    (t("documents.sheet.label"), 10),
                    (t("documents.history.what"), 38),
                    (t("documents.page.prepared"), 14),
                    (t("documents.page.approved"), 14),
                    (t("documents.page.effective"), 14),
                ),
                tuple(_line(one, words) for one in sheet.history),
            )
        )
    shipped = ((sheet.company,), (content.number, content.label, content.title))
    return Behind(t("documents.sheet.title"), header or shipped, tables=tuple(tables))


def _signature(one: SignatureLine, words: Translator) -> tuple[str, ...]:
    said = [one.comment] if one.comment else []
    if one.after_reset:
        said.append(words.t("documents.page.after_reset"))
    if one.round > 1:
        said.append(words.t("documents.page.round", round=one.round))
    meaning = words.t(f"meanings.{one.meaning}")
    at = words.t("documents.header.at", at=one.at)
    return meaning, one.shown, one.unit, at, "\n".join(said)


def _on_paper(one: PaperSigner, words: Translator) -> tuple[str, ...]:
    return words.t(f"fields.{one.role}"), one.name, one.signed_on


def _file(one: FileLine, words: Translator) -> tuple[str, ...]:
    which = words.t("documents.annex", n=one.annex) if one.annex else words.t("documents.sheet.main")
    return which, one.title or one.name, one.sha256


def _external(one: ExternalLine, words: Translator) -> tuple[str, ...]:
    at = words.t("documents.header.at", at=one.vouched_at)
    return (
        words.t(f"documents.external.meaning.{one.meaning}"),
        f"{one.name}\n{one.organisation}",
        one.signed_on.isoformat(),
        words.t(f"documents.external.how.{one.how}"),
        f"{one.vouched_by}\n{at}",
    )


def _copy(one: CopyLine, words: Translator) -> tuple[str, ...]:
    since = one.opened_at.date().isoformat() if one.opened_at else ""
    known = words.t("documents.header.at", at=one.acknowledged_at) if one.acknowledged_at else ""
    return one.name or words.t("meanings.inform"), one.person, since, known, one.remark


def _line(one: HistoryLine, words: Translator) -> tuple[str, ...]:
    first = words.t("documents.history.first") if one.line == 0 else ""
    day = one.effective_on or one.issued_on
    return (
        one.label,
        cut(one.what, _LONGEST_CHANGE) or first,
        one.prepared_by,
        one.approved_by,
        day.isoformat() if day else "",
    )
