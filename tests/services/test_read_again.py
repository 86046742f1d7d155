"""Files that gave no text are read once more at a word; what was read is left alone (S-1, F-3)."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select, update

from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.jobs.wait import settle
from docctl.models.content import FileReading
from docctl.services.caller import the_system
from docctl.services.objects.read_again import read_unread
from tests import filing
from tests.world import World, as_owner


def set_problem(world: World, file_id: UUID, problem: str | None) -> None:
    row = update(FileReading).where(FileReading.file_id == file_id).values(problem=problem)
    as_owner(world.house).write(lambda session: session.execute(row))


def problem_of(world: World, file_id: UUID) -> str | None:
    with world.house.uow.read() as session:
        return session.scalars(select(FileReading.problem).where(FileReading.file_id == file_id)).one()


@pytest.mark.parametrize(
    ("name", "content", "problem", "is_read"),
    [
        ("a.txt", b"words of a text", "no_program", True),
        ("a.txt", b"words of a text", "no_text", True),
        ("a.txt", b"words of a text", "timeout", True),
        ("a.txt", b"words of a text", None, False),
        ("a.txt", b"words of a text", "encrypted", False),
        ("a.txt", b"words of a text", "macros", False),
        ("a.txt", b"words of a text", "bomb", False),
        ("a.bin", bytes(range(200)), None, True),
        ("a.gif", b"GIF89a" + bytes(50), None, True),
    ],
)
def test_s_1_only_what_may_give_a_text_now_is_read_again(
    world: World, name: str, content: bytes, problem: str | None, is_read: bool
) -> None:
    made = filing.filed(world, filing.a_form(world), uploads=(world.upload("wang", content, name=name),))
    settle(world.house)
    (file,) = filing.files(world, made)
    set_problem(world, file.id, problem)
    world.clock.forward(minutes=1)
    assert read_unread(by=the_system(world.clock()), house=world.house) == int(is_read)
    settle(world.house)
    assert problem_of(world, file.id) == (None if is_read else problem)  # the file itself is sound
    with world.house.uow.read() as session:
        assert (session.get_one(FileReading, file.id).read_at == world.clock()) is is_read


def test_a_stranger_has_nothing_read(world: World) -> None:
    with pytest.raises((NotFound, RuleRefused)):
        read_unread(by=world.by("wang"), house=world.house)
