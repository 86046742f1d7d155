"""A number is one document's in its legal entity; what another has under it is free here (N-6, O-4)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import event, select

from docctl.domain.imports import RunState, Watched
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.imports.rehearsal import rehearse
from docctl.jobs.imports.watch import take_watched
from docctl.jobs.imports.work import receive, step, work_imports
from docctl.models.documents import Document
from docctl.models.imports import ImportRun, RunSource
from docctl.models.records import Record
from docctl.queries.import_review import review_page
from docctl.queries.number_found import find_number
from docctl.reading.sources import folder_files
from docctl.services.imports.change import ChangeImport, UndoImportChange, change_import, undo_import_change
from docctl.services.imports.commit import CommitImport, commit_import
from docctl.services.imports.start import StartImport, start_import
from docctl.services.imports.watched import not_taken_from
from docctl.services.numbers.take import add_alias
from tests.entities import second_entity
from tests.imports.making import Run, text_of, write
from tests.imports.test_records import filed, table
from tests.imports.test_watch import rest
from tests.world import World

NUMBER = "JL-QP-07"
WHOLE = {"number": NUMBER, "label": "A/0", "effective": "2022-01-01"}


@pytest.fixture
def units(world: World) -> dict[str, UUID]:
    return second_entity(world)


def there(world: World, tmp_path: Path) -> UUID:
    """Return a document of the first entity that has the number."""
    made = tmp_path / "first"
    write(made, "now.txt", text_of("记录控制程序", **WHOLE))
    document_id = Run.of(world, made).read().imported()["now.txt"].document_id
    assert document_id is not None
    return document_id


def run_of(world: World, folder: Path, unit_id: UUID) -> Run:
    """Start a run that goes to a unit, and read it."""
    cmd = StartImport("旧文件", "folder", unit_id, world.types["procedure"])
    run = Run(world, start_import(cmd, by=world.by("chen"), house=world.house))
    receive(world.house, run.id, folder_files(folder))
    return run.read()


def become(world: World, run: Run) -> dict[str, tuple[str, str]]:
    """Return what each file of the review would become, and why not."""
    with world.house.uow.read() as session:
        page = review_page(
            session,
            world.by("chen").actor,
            run.id,
            view="all",
            text="",
            page=1,
            at=world.clock(),
            zone=world.house.zone,
        )
    return {one.path: (one.outcome, one.refused.key if one.refused is not None else "") for one in page.rows}


def move(world: World, run: Run, name: str, unit_id: UUID) -> None:
    cmd = ChangeImport(run.id, [run.files()[name].id], {"unit_id": str(unit_id)})
    change_import(cmd, by=world.by("chen"), house=world.house)


@pytest.mark.parametrize(
    ("unit", "told", "done"),
    [
        pytest.param("", ("failed", "N-6.in_use"), ("failed", "N-6.taken"), id="the entity that has it"),
        pytest.param("YF", ("in_force", ""), ("in_force", "."), id="another entity"),
    ],
)
def test_n_6_a_number_is_taken_in_its_entity_alone(
    world: World,
    units: dict[str, UUID],
    folder: Path,
    tmp_path: Path,
    unit: str,
    told: tuple[str, str],
    done: tuple[str, str],
) -> None:
    first = there(world, tmp_path)
    write(folder, "b.txt", text_of("记录管理程序", **WHOLE))
    run = run_of(world, folder, units[unit] if unit else world.units["PZ"])
    assert become(world, run) == {"b.txt": told}
    row = run.imported()["b.txt"]
    assert (row.outcome, f"{row.rule}.{row.code}") == done
    if unit:
        with world.house.uow.read() as session:
            found = find_number(session, world.by("chen").actor, NUMBER, at=world.clock())
        assert {one.item_id for one in found} == {first, row.document_id}


def test_n_6_a_file_that_moves_to_another_entity_meets_the_numbers_there(
    world: World, units: dict[str, UUID], folder: Path, tmp_path: Path
) -> None:
    there(world, tmp_path)
    write(folder, "b.txt", text_of("记录管理程序", **WHOLE))
    run = run_of(world, folder, world.units["PZ"])
    move(world, run, "b.txt", units["YF"])
    assert become(world, run)["b.txt"] == ("in_force", "")
    undo_import_change(UndoImportChange(run.id), by=world.by("chen"), house=world.house)
    assert become(world, run)["b.txt"] == ("failed", "N-6.in_use")


def test_i_4_in_bulk_a_file_joins_what_has_its_number_in_its_own_entity(
    world: World, units: dict[str, UUID], folder: Path, tmp_path: Path
) -> None:
    first = there(world, tmp_path)
    world.house.uow.write(
        lambda session: add_alias(
            session, kind="former", item_kind="document", item_id=first, text="QP-旧-07"
        )
    )
    later = WHOLE | {"label": "B/0", "effective": "2023-01-01"}
    write(folder, "here.txt", text_of("记录管理程序", **later))
    write(folder, "there.txt", text_of("别处的程序", **later))
    write(folder, "alias.txt", text_of("再一个程序", **later | {"number": "QP-9"}))
    run = run_of(world, folder, world.units["PZ"])
    for name, unit in (("there.txt", "YF"), ("alias.txt", "YF")):
        move(world, run, name, units[unit])
    alias = ChangeImport(run.id, [run.files()["alias.txt"].id], {"number": "QP-旧-07"})
    change_import(alias, by=world.by("chen"), house=world.house)
    every = ChangeImport(run.id, [one.id for one in run.files().values()], joins_by_number=True)
    assert change_import(every, by=world.by("chen"), house=world.house) == 1
    assert run.content("here.txt").chosen["document_id"] == str(first)
    done = run.imported()
    assert {name: row.outcome for name, row in done.items()} == dict.fromkeys(done, "in_force")
    assert done["here.txt"].document_id == first
    assert len({row.document_id for row in done.values()}) == 3


def test_i_1_one_number_of_two_entities_in_one_run_is_no_history(
    world: World, units: dict[str, UUID], folder: Path
) -> None:
    write(folder, "a.txt", text_of("记录控制程序", **WHOLE))
    write(folder, "b.txt", text_of("记录管理程序", **WHOLE, unit="研发部"))
    run = run_of(world, folder, world.units["PZ"])
    assert become(world, run) == {"a.txt": ("in_force", ""), "b.txt": ("in_force", "")}
    move(world, run, "b.txt", world.units["SC"])
    assert become(world, run)["b.txt"] == ("failed", "V-3.same_day")
    move(world, run, "b.txt", units["YF"])
    done = run.imported()
    assert {row.outcome for row in done.values()} == {"in_force"}
    with world.house.uow.read() as session:
        rows = session.scalars(select(Document).where(Document.number == NUMBER)).all()
    assert len({one.entity_id for one in rows}) == 2


def test_o_4_a_department_that_both_have_is_the_one_of_the_run(
    world: World, units: dict[str, UUID], folder: Path
) -> None:
    write(folder, "a.txt", text_of("记录控制程序", **WHOLE, unit="生产部"))
    for unit_id, expected in ((world.units["PZ"], world.units["SC"]), (units["YF"], units["SC"])):
        assert run_of(world, folder, unit_id).content("a.txt").chosen["unit_id"] == str(expected)


def test_i_1_the_same_file_may_be_a_document_of_each_entity(
    world: World, units: dict[str, UUID], tmp_path: Path
) -> None:
    there(world, tmp_path)
    again = run_of(world, tmp_path / "first", world.units["PZ"])
    assert become(world, again)["now.txt"] == ("duplicate", "I-1.already_there")
    other = run_of(world, tmp_path / "first", units["YF"])
    assert other.imported()["now.txt"].outcome == "in_force"


@pytest.mark.parametrize(
    ("unit", "outcome"), [pytest.param("", "failed", id="own"), pytest.param("YF", "in_force", id="other")]
)
def test_i_1_a_dry_run_compares_in_the_entity_that_the_import_would(
    world: World, units: dict[str, UUID], folder: Path, tmp_path: Path, unit: str, outcome: str
) -> None:
    there(world, tmp_path)
    write(folder, "b.txt", text_of("记录管理程序", **WHOLE))
    unit_id = units[unit] if unit else world.units["PZ"]
    (line,) = rehearse(world.house, folder_files(folder), unit_id)
    assert line.status == outcome
    (row,) = run_of(world, folder, unit_id).imported().values()
    assert (row.outcome, row.code) == (line.status, line.code)


def test_o_4_a_dry_run_for_nobody_asks_for_the_unit_where_there_are_several_entities(
    world: World, folder: Path
) -> None:
    write(folder, "b.txt", text_of("记录管理程序", **WHOLE))
    assert [one.status for one in rehearse(world.house, folder_files(folder))] == ["in_force"]
    second_entity(world)
    with pytest.raises(RuleRefused) as error:
        rehearse(world.house, folder_files(folder))
    assert error.value.refused.key == "O-4.unit_needed"


def test_n_6_files_of_a_watched_folder_go_to_the_entity_of_its_unit(
    world: World, units: dict[str, UUID], folder: Path, tmp_path: Path
) -> None:
    there(world, tmp_path)
    write(folder, "b.txt", text_of("记录管理程序", **WHOLE))
    rest(folder)
    both = Watched(folder, "PZ", "procedure")
    assert not take_watched(world.house, both)
    object.__setattr__(world.house, "watched", (both,))
    with world.house.uow.read() as session:
        (why,) = not_taken_from(session, world.house)
    assert isinstance(why, Refused)
    assert (why.key, why.params["candidates"]) == ("I-1.watched_units", "NB:PZ, SLJM:PZ")
    assert take_watched(world.house, Watched(folder, "NB:PZ", "procedure"))
    while work_imports(world.house):
        pass
    with world.house.uow.read() as session:
        run_id = session.scalars(select(ImportRun.id).where(ImportRun.source == RunSource.WATCHED)).one()
    run = Run(world, run_id)
    assert run.row.unit_id == units["PZ"]
    assert become(world, run)["b.txt"] == ("in_force", "")
    commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    while step(world.house, run.id, RunState.IMPORTING):
        pass
    assert run.files()["b.txt"].outcome == "in_force"


def test_n_6_a_page_of_files_asks_once_for_all_their_numbers(
    world: World, units: dict[str, UUID], folder: Path
) -> None:
    def asked(count: int) -> int:
        for place in range(count):
            text = text_of(f"第{place}号程序", **WHOLE | {"number": f"JL-QP-{count}{place:02}"})
            write(folder / str(count), f"{place}.txt", text)
        run = run_of(world, folder / str(count), units["YF"])
        with counted(world) as statements:
            become(world, run)
        return len(statements)

    assert asked(2) == asked(12)


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """Note the statements that are sent meanwhile."""
    sent: list[str] = []

    def note(*given: object) -> None:
        sent.append(str(given[2]))

    event.listen(world.house.uow.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(world.house.uow.engine, "before_cursor_execute", note)


@pytest.fixture
def forms(world: World, units: dict[str, UUID]) -> tuple[UUID, UUID]:
    """Return the forms of one number in both entities, in force."""
    world.units["YF"] = units["YF"]
    drafts = [
        world.draft(f"检验记录 {unit}", kind="form", number="JL-QR-01", unit=unit) for unit in ("PZ", "YF")
    ]
    first, second = (world.document_of(world.issued(one)).id for one in drafts)
    return first, second


def test_n_6_rows_of_a_table_are_compared_in_the_entity_of_their_form(
    world: World, forms: tuple[UUID, UUID], folder: Path
) -> None:
    for form in forms:
        for name in ("a", "b"):
            (folder / f"{name}.txt").write_text(f"{name} {form}")
        path = table(folder, "JL-1,首件检验,2019-03-05,,,a.txt,")
        changed = table(folder, "JL-1,首件检验,2019-03-05,,,b.txt,", name="另一个.csv")
        assert [one.status for one in filed(world, path, form, dry_run=True)] == ["ready"]
        assert [(one.status, one.code) for one in filed(world, path, form)] == [("filed", "")]
        for dry_run in (True, False):
            assert [one.status for one in filed(world, path, form, dry_run=dry_run)] == ["duplicate"]
            (clash,) = filed(world, changed, form, dry_run=dry_run)
            assert (clash.status, f"{clash.rule}.{clash.code}") == ("failed", "N-6.taken")
    with world.house.uow.read() as session:
        rows = session.scalars(select(Record).where(Record.number == "JL-1")).all()
    assert len({one.entity_id for one in rows}) == len(rows) == 2
