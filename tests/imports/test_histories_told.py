"""What the revision history tells of a document from before: its paper, and the table on it (V-2, I-10)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from docctl.queries.history import EarlierLine, History, revision_history
from tests.imports.making import BODY, Run, text_of, write
from tests.world import World

TABLE = (
    "修订记录\n序号\t版本\t修订内容\t修订人\t日期\n"
    "1\tA/0\t首次发布\t林晓\t2018-03-01\n2\tB/0\t换版\t林晓\t2020-01-05\n3\tB/1\t第四章\t林晓\t2021-04-20\n"
)


def told(world: World, folder: Path, body: str = BODY) -> History:
    text = text_of(
        "记录控制程序", number="JL-QP-07", label="B/1", effective="2021-05-01", issued="2021-04-20", body=body
    )
    write(folder, "a.txt", text)
    revision_id = Run.of(world, folder).read().imported()["a.txt"].revision_id
    assert revision_id is not None
    with world.house.uow.read() as session:
        return revision_history(
            session,
            world.by("chen").actor,
            world.document_of(revision_id).id,
            at=world.clock(),
            zone=world.house.zone,
        )


def test_v_2_who_signed_on_paper_stands_in_the_history_as_such(world: World, folder: Path) -> None:
    (line,) = told(world, folder).lines
    assert (line.line, line.label, line.is_imported) == (0, "B/1", True)
    assert (line.prepared_by, line.reviewed_by, line.approved_by) == ("林晓", "何平", "沈立新")
    assert (line.issued_on, line.effective_on) == (date(2021, 4, 20), date(2021, 5, 1))


def test_v_2_what_the_paper_tells_of_before_is_told_once(world: World, folder: Path) -> None:
    found = told(world, folder, TABLE + BODY)
    assert found.earlier == (
        EarlierLine("A/0", "首次发布", "林晓", "2018-03-01"),
        EarlierLine("B/0", "换版", "林晓", "2020-01-05"),
    )
    assert [one.label for one in found.lines] == ["B/1"]
