"""What the certificate of destruction (销毁清册) says of a list: items, proof, people (R-6, R-7)."""

from __future__ import annotations

from datetime import tzinfo
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.disposal import DESTROYED_BEFORE
from docctl.i18n import Translator, translator
from docctl.models.content import Signature
from docctl.models.organisation import LegalEntity, Person, Unit
from docctl.models.records import Record
from docctl.models.retention import DisposalCheck, DisposalItem, DisposalList, ItemStatus
from docctl.printing.certificate import CertificateData
from docctl.printing.columns import Column, Row
from docctl.queries.copies import copies_proof
from docctl.queries.disposal_items import refusal_of
from docctl.queries.keys import backups_end

#: Columns with their width in characters.
COLUMNS = (
    ("ordinal", 5),
    ("number", 20),
    ("title", 34),
    ("occurred_on", 11),
    ("unit", 12),
    ("class", 16),
    ("basis", 20),
    ("keep_until", 11),
    ("destroyed_on", 11),
    ("sha256", 34),
)


def certificate_of(session: Session, list_id: UUID, *, zone: tzinfo, language: str) -> CertificateData:
    """Return the certificate's content, in the company's language and time zone."""
    words = translator(language, zone)
    row = session.get_one(DisposalList, list_id)
    of_records = select(Record.entity_id).join(DisposalItem, DisposalItem.record_id == Record.id)
    entities = session.scalars(
        select(LegalEntity)
        .where(LegalEntity.id.in_(of_records.where(DisposalItem.list_id == list_id)))
        .order_by(LegalEntity.name)
    ).all()
    proposer = session.get_one(Person, row.proposed_by)
    items = list(
        session.scalars(
            select(DisposalItem).where(DisposalItem.list_id == list_id).order_by(DisposalItem.ordinal)
        )
    )
    gone = [one for one in items if one.status is ItemStatus.DESTROYED]
    spared = [one for one in items if one.status is ItemStatus.TAKEN_OUT]
    return CertificateData(
        title=words.t("certificate.title"),
        company="、".join(one.name for one in entities),
        facts=(
            (words.t("certificate.number"), row.certificate_number),
            (words.t("certificate.list"), f"{row.number}  {row.title}"),
            (words.t("certificate.as_of"), words.day(row.as_of)),
            (words.t("certificate.proposed"), f"{proposer.name}  {words.instant(row.proposed_at)}"),
            (words.t("certificate.items"), str(len(gone))),
            (words.t("certificate.manifest"), row.approved_sha256 or ""),
        ),
        columns=tuple(Column(words.t(f"certificate.column_{name}"), width) for name, width in COLUMNS),
        rows=[_row(one, words, zone) for one in gone],
        statements=_statements(session, row, gone, spared, words),
        signatures=_signatures(session, list_id, words),
        footer=f"{row.certificate_number}  {words.t('certificate.page', page='{page}', pages='{pages}')}",
        demo_mark=words.t("certificate.demo") if any(one.is_demo for one in entities) else None,
    )


def _row(one: DisposalItem, words: Translator, zone: tzinfo) -> Row:
    destroyed = one.destroyed_at.astimezone(zone).date() if one.destroyed_at else None
    return (
        str(one.ordinal),
        one.number,
        one.title,
        words.day(one.occurred_on),
        one.unit_name,
        one.class_name,
        one.basis,
        words.day(one.keep_until),
        words.day(destroyed),
        " ".join(one.hashes),
    )


def _statements(
    session: Session,
    row: DisposalList,
    gone: list[DisposalItem],
    spared: list[DisposalItem],
    words: Translator,
) -> tuple[str, ...]:
    """Say what was looked at and what is not claimed: nothing that was not seen (R-7)."""
    looked = sorted({place for one in gone for place in one.proof.get("looked_at", [])})
    unclaimed = sorted({place for one in gone for place in one.proof.get("not_claimed", [])})
    versions = sum(int(one.proof.get("versions", 0)) for one in gone)
    before = sum(int(one.proof.get("gone_before", 0)) for one in gone)
    lines = [
        words.t("certificate.destroyed_versions", versions=versions),
        *([words.t("certificate.gone_before", n=before)] if before else []),
        *_of_rows(session, words),
        *_of_copies(session, row.id, words),
        words.t("certificate.trail_stays"),
        *(words.t(f"certificate.looked_{place}") for place in looked),
        *(words.t(f"certificate.unclaimed_{place}") for place in unclaimed),
        *_of_keys(session, gone, words),
        words.t("certificate.unclaimed_backups"),
        words.t("certificate.unclaimed_sources"),
        words.t("certificate.unclaimed_paper"),
    ]
    for one in spared:
        if one.reason == DESTROYED_BEFORE.key:
            lines.append(words.t("certificate.destroyed_before", number=one.number))
        else:
            lines.append(words.t("certificate.spared", number=one.number, reason=_reason(one, words)))
    checks = session.execute(
        select(DisposalCheck, Unit.name)
        .join(Unit, Unit.id == DisposalCheck.unit_id)
        .where(DisposalCheck.list_id == row.id)
        .order_by(Unit.name)
    ).all()
    lines += [
        words.t(
            "certificate.opinion",
            unit=unit,
            opinion=words.t(f"certificate.opinion_{check.opinion.value}"),
            comment=check.comment or "—",
        )
        for check, unit in checks
        if check.opinion is not None
    ]
    return tuple(lines)


def _of_rows(session: Session, words: Translator) -> list[str]:
    """Say what became of the rows: a database server keeps what was deleted for a while (R-7)."""
    if session.get_bind().dialect.name == "sqlite":
        return [words.t("certificate.erased_rows")]
    return [words.t("certificate.erased_rows_server"), words.t("certificate.unclaimed_server_rows")]


def _of_copies(session: Session, list_id: UUID, words: Translator) -> list[str]:
    """Say on which hosts the index was made anew, and which copy nobody looked at (R-7)."""
    proof = copies_proof(session, list_id)
    lines = [words.t("certificate.index_remade")]
    if proof.anew:
        lines = [words.t("certificate.index_copies", hosts=", ".join(proof.anew), n=len(proof.anew))]
    return lines + [
        words.t(
            "certificate.unclaimed_copy",
            host=host,
            seen=words.instant(seen),
            forgotten=words.instant(forgotten),
        )
        for host, seen, forgotten in proof.forgotten
    ]


def _of_keys(session: Session, gone: list[DisposalItem], words: Translator) -> list[str]:
    """Say what became of the keys, and until when an earlier backup of them may exist (R-7).

    Of a key store nothing is said where there is none.
    """
    lines = []
    if any("keys" in one.proof for one in gone):
        lines.append(
            words.t("certificate.destroyed_keys", n=sum(int(one.proof.get("keys", 0)) for one in gone))
        )
        ends = [one.destroyed_at for one in gone if one.destroyed_at]
        expires = backups_end(session, before=max(ends)) if ends else None
        if expires:
            lines.append(words.t("certificate.backups_end", day=words.day(expires)))
        else:
            lines.append(words.t("certificate.no_backup"))
    if plain := sum(int(one.proof.get("plain", 0)) for one in gone):
        lines.append(words.t("certificate.plain_files", n=plain))
    return lines


def _reason(one: DisposalItem, words: Translator) -> str:
    if one.proof.get("left_after_approval"):
        # Of holds how many there were, and no name or key: this paper goes to people who may not know them.
        because = words.refusal(refusal_of(one.proof["because"]))
        return words.t("certificate.rule_spoke", rule=because.rule, sentence=because.sentence)
    return one.reason


def _signatures(session: Session, list_id: UUID, words: Translator) -> tuple[tuple[str, str, str, str], ...]:
    rows = session.scalars(
        select(Signature).where(Signature.subject_id == list_id).order_by(Signature.signed_at)
    )
    return tuple(
        (
            words.t(f"meanings.{one.meaning.value}"),
            one.printed_name,
            words.instant(one.signed_at),
            one.content_sha256,
        )
        for one in rows
    )
