"""Prints bear the header block of the issuing entity, and events name its revision (D-3, D-14, O-4)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import docx
import pytest
from sqlalchemy import select

from docctl.domain.header_content import read_headers
from docctl.domain.verdicts import RuleRefused
from docctl.i18n import translator
from docctl.models.trail import EventRow
from docctl.queries.header_blocks import previews
from docctl.services.content.copies import take_copy
from tests import rules
from tests.world import World

BLOCK = """# copy
{company} | 文件编号 {number} | {issue} | {amendment}
拟文 {drafting} | 归口 {unit} | 体系 {systems}
foot: {number} 第{page}页 共{pages}页"""


def headers(world: World, text: str = BLOCK) -> int:
    return rules.approved(world, json.dumps(read_headers({"blocks": text})), kind="headers")


def taken(world: World, revision_id: UUID, folder: Path, who: str = "wang") -> str:
    """Return the text of a stamped copy, head and foot."""
    words = translator("zh_Hans", world.house.zone)
    copy = take_copy(revision_id, by=world.by(who), house=world.house, words=words)
    path = copy.write_to(folder / "copy.docx")
    section = docx.Document(str(path)).sections[0]
    parts = (section.header, section.footer)
    return "\n".join(one.text for part in parts for one in part.paragraphs)


def copied(world: World) -> dict[str, Any]:
    query = select(EventRow).where(EventRow.action == "revision.copied").order_by(EventRow.seq.desc())
    with world.house.uow.read() as session:
        row = session.scalars(query).first()
        assert row is not None
        return dict(json.loads(row.facts))


def test_d_14_without_a_block_a_copy_is_stamped_as_shipped(world: World, tmp_path: Path) -> None:
    revision_id = world.issued(world.draft())
    text = taken(world, revision_id, tmp_path)
    assert "QP-01 A/0" in text
    assert "示例精密科技" not in text
    assert "headers" not in copied(world)


def test_d_14_a_copy_bears_the_block_and_still_says_who_took_it_when(world: World, tmp_path: Path) -> None:
    revision_id = world.issued(world.draft())
    headers(world)
    text = taken(world, revision_id, tmp_path)
    for said in (
        "示例精密科技有限公司 | 文件编号 QP-01 | A | 0",
        "拟文 品质部 | 归口 品质部",
        "王强",
        "受控",
    ):
        assert said in text, said
    assert "体系" not in text  # it belongs to none: the cell stays empty
    assert "共" in text
    assert copied(world)["headers"].startswith("headers 2 ")


def test_d_3_a_block_that_names_holder_and_time_says_them_once(world: World, tmp_path: Path) -> None:
    revision_id = world.issued(world.draft())
    headers(world, "# copy\n{number} {label} | {holder} | {printed}")
    text = taken(world, revision_id, tmp_path)
    assert text.count("王强") == 1
    assert "2026-03-02 09:01" in text


def test_d_3_a_row_too_wide_for_the_stamp_loses_nothing(world: World, tmp_path: Path) -> None:
    revision_id = world.issued(world.draft("很长的名称" * 7))
    headers(world, "# copy\n{title} | 编号 {number} {label} | {company}")
    text = taken(world, revision_id, tmp_path)
    assert "编号 QP-01 A/0" in text
    assert "示例精密科技有限公司" in text


def test_o_4_the_block_of_another_entity_is_not_used_and_one_unknown_is_refused(
    world: World, tmp_path: Path
) -> None:
    with pytest.raises(RuleRefused) as error:
        headers(world, "# copy NB\n{number} {label}")
    assert error.value.refused.key == "D-14.header_entity_unknown"
    headers(world, "# copy SLJM\n本公司 {number} {label}\n\n# copy\n别的 {number} {label}")
    assert "本公司 QP-01" in taken(world, world.issued(world.draft()), tmp_path)


def test_d_14_the_preview_says_what_would_be_printed(world: World) -> None:
    world.issued(world.draft())
    content = read_headers({"blocks": BLOCK + "\n# list\n{company} | {title}"})
    with world.house.uow.read() as session:
        found = previews(
            session,
            world.by("wang").actor,
            content,
            "qp-01",
            {"holder": "王强"},
            at=world.clock(),
            zone=world.house.zone,
        )
    assert [one.use for one in found] == ["copy", "list", "slip"]
    assert found[0].rows[0] == ("示例精密科技有限公司", "文件编号 QP-01", "A", "0")
    assert found[0].foot == "QP-01 第1页 共1页"
    assert found[1].rows == (("示例精密科技有限公司", "记录控制程序"),)
    assert found[2].rows == ()
