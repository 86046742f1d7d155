"""Which files a document may have: its main file is shown and stamped, others are whatever opens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from docctl.domain.verdicts import RuleRefused
from docctl.models.content import FileRole
from docctl.services.documents.create import CreateDocument, create_document
from tests import filing
from tests.world import World, docx_bytes

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


def created(world: World, role: FileRole, content: bytes, name: str) -> None:
    main = world.upload("chen", docx_bytes("记录控制程序", "正文"))
    other = replace(world.upload("chen", content, name=name), role=role)
    command = CreateDocument(
        type_id=world.types["procedure"],
        title="记录控制程序",
        unit_id=world.units["PZ"],
        uploads=(main, other),
    )
    revision = create_document(command, by=world.by("chen"), house=world.house)
    assert [one.name for one in filing.files(world, revision)][1] == name


@pytest.mark.parametrize("role", [FileRole.ANNEX, FileRole.SOURCE])
def test_an_annex_or_source_may_be_anything_that_opens(world: World, role: FileRole) -> None:
    created(world, role, PNG, "流程图.png")


@pytest.mark.parametrize("role", [FileRole.ANNEX, FileRole.SOURCE])
def test_an_annex_that_is_not_what_its_name_says_is_refused(world: World, role: FileRole) -> None:
    with pytest.raises(RuleRefused, match="misnamed"):
        created(world, role, PNG, "流程图.docx")


def test_a_main_file_must_be_one_that_is_stamped(world: World) -> None:
    with pytest.raises(RuleRefused, match="kind_not_allowed"):
        created(world, FileRole.MAIN, PNG, "流程图.png")
