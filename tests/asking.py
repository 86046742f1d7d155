"""Short ways to forms that ask for choices, for tests (F-2)."""

from __future__ import annotations

from uuid import UUID

from docctl.domain.form_keys import WantedField, WantedOption
from docctl.services.forms.define import DefineForm, define_form
from docctl.services.revisions.revise import ReviseDocument, revise_document
from tests.world import World


def wanted(
    name: str, *options: str, key: str = "", several: bool = False, required: bool = False
) -> WantedField:
    """Return a field as somebody wants it; an option may be said with its key: `合格=o1`."""
    named = (one.partition("=") for one in options)
    return WantedField(name, tuple(WantedOption(text, of) for text, _, of in named), several, required, key)


CONCLUSION = wanted("检验结论", "合格", "不合格", "让步接收", required=True)
DEFECTS = wanted("不良类别", "外观", "尺寸", "性能", several=True)


def defined(world: World, revision_id: UUID, *fields: WantedField, who: str = "chen") -> UUID:
    """Give a draft its fields."""
    cmd = DefineForm(revision_id, world.revision(revision_id).row_version, fields)
    return define_form(cmd, by=world.by(who), house=world.house)


def asking(world: World, *fields: WantedField, number: str = "QR-01", title: str = "检验单") -> UUID:
    """Return the document id of a form in force that asks for choices."""
    draft = world.draft(title, kind="form", number=number)
    return world.document_of(world.issued(defined(world, draft, *(fields or (CONCLUSION, DEFECTS))))).id


def revised(world: World, form_id: UUID) -> UUID:
    """Start the next revision of a form; return the draft's id."""
    cmd = ReviseDocument(form_id, "选项", "便于统计", (world.upload("chen", name=f"{world.clock()}.docx"),))
    return revise_document(cmd, by=world.by("chen"), house=world.house)
