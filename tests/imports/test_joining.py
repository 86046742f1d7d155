"""Files that become revisions of documents that are there: next, earlier, refused (I-4, V-2, V-3, V-6)."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from docctl.domain.imports import Choice
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import RuleRefused
from docctl.queries.history import revision_history
from docctl.services.imports.change import (
    ChangeImport,
    UndoImportChange,
    change_import,
    undo_import_change,
)
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests.imports.making import Run, text_of, write
from tests.world import World

NUMBER = "JL-QP-07"


def paper(folder: Path, name: str, label: str, day: str, number: str = NUMBER) -> None:
    facts = {"number": number, "label": label, "effective": day}
    write(folder, name, text_of("记录控制程序", **facts))


@pytest.fixture
def there(world: World, tmp_path: Path) -> UUID:
    """Return a document in force as B/0 since 2022."""
    made = tmp_path / "first"
    paper(made, "now.txt", "B/0", "2022-01-01")
    document_id = Run.of(world, made).read().imported()["now.txt"].document_id
    assert document_id is not None
    return document_id


def join(world: World, run: Run) -> int:
    cmd = ChangeImport(run.id, [row.id for row in run.files().values()], joins_by_number=True)
    return change_import(cmd, by=world.by("chen"), house=world.house)


def history(world: World, document_id: UUID) -> list[tuple[str, str]]:
    with world.house.uow.read() as session:
        found = revision_history(
            session, world.by("chen").actor, document_id, at=world.clock(), zone=world.house.zone
        )
    return [(one.label, one.state) for one in found.lines]


def test_i_4_older_and_newer_papers_stand_on_both_sides_of_what_is_there(
    world: World, there: UUID, folder: Path
) -> None:
    for name, label, day in (
        ("1.txt", "A/0", "2018-01-01"),
        ("2.txt", "A/1", "2019-01-01"),
        ("3.txt", "A/2", "2021-12-31"),
        ("5.txt", "B/1", "2023-01-01"),
        ("6.txt", "C/0", "2024-01-01"),
    ):
        paper(folder, name, label, day)
    run = Run.of(world, folder).read()
    assert join(world, run) == 5
    done = run.imported()
    assert [done[name].outcome for name in sorted(done)] == [*["superseded"] * 3, "in_force", "in_force"]
    assert history(world, there) == [
        ("A/0", "superseded"),
        ("A/1", "superseded"),
        ("A/2", "superseded"),
        ("B/0", "superseded"),
        ("B/1", "superseded"),
        ("C/0", "in_force"),
    ]
    first, second = world.revision(_revision(done["1.txt"])), world.revision(_revision(done["2.txt"]))
    assert first.effective_until == second.effective_from
    assert first.manifest_sha256
    assert world.document_of(first.id).title == "记录控制程序"


def _revision(row: object) -> UUID:
    found = row.revision_id  # type: ignore[attr-defined]
    assert isinstance(found, UUID)
    return found


def test_i_4_in_bulk_only_what_can_join_does_and_it_is_taken_back_whole(
    world: World, there: UUID, folder: Path
) -> None:
    paper(folder, "next.txt", "B/1", "2023-01-01")
    paper(folder, "back.txt", "A/0", "2023-01-01")
    paper(folder, "other.txt", "A/0", "2023-01-01", number="JL-QP-08")
    run = Run.of(world, folder).read()
    assert join(world, run) == 1
    chosen = {name: run.content(name).chosen.get("document_id") for name in run.files()}
    assert chosen == {"next.txt": str(there), "back.txt": None, "other.txt": None}
    undo_import_change(UndoImportChange(run.id), by=world.by("chen"), house=world.house)
    assert not any(run.content(name).chosen.get("document_id") for name in run.files())
    done = run.imported()
    assert (done["next.txt"].outcome, done["next.txt"].code) == ("failed", "taken")


def test_v_1_a_label_that_does_not_follow_is_refused_at_once_unless_left_out(
    world: World, there: UUID, folder: Path
) -> None:
    paper(folder, "a.txt", "A/9", "2023-01-01")
    run = Run.of(world, folder).read()
    row = run.files()["a.txt"]
    before = run.content("a.txt").chosen
    cmd = ChangeImport(run.id, [row.id], {"document_id": str(there)})
    with pytest.raises(RuleRefused) as error:
        change_import(cmd, by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "V-1.label_not_after"
    assert run.content("a.txt").chosen == before
    left = ChangeImport(run.id, [row.id], {"document_id": str(there)}, "leave_out")
    assert change_import(left, by=world.by("chen"), house=world.house) == 1
    assert run.files()["a.txt"].choice is Choice.LEAVE_OUT


def test_v_6_a_withdrawn_document_takes_a_draft_only(world: World, there: UUID, folder: Path) -> None:
    paper(folder, "a.txt", "C/0", "2023-01-01")
    run = Run.of(world, folder).read()
    assert join(world, run) == 1
    with world.house.uow.read() as session:
        lines = revision_history(
            session, world.by("chen").actor, there, at=world.clock(), zone=world.house.zone
        ).lines
    version = world.revision(lines[0].revision_id).row_version
    withdraw_revision(
        WithdrawRevision(lines[0].revision_id, version, "不再使用"), by=world.by("chen"), house=world.house
    )
    row = run.files()["a.txt"]
    same = ChangeImport(run.id, [row.id], {"document_id": str(there)})
    with pytest.raises(RuleRefused) as error:
        change_import(same, by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "V-6.withdrawn_before"
    draft = ChangeImport(run.id, [row.id], {"document_id": str(there)}, "draft")
    change_import(draft, by=world.by("chen"), house=world.house)
    done = run.imported()["a.txt"]
    assert (done.outcome, done.document_id) == ("new", there)
    assert world.revision(_revision(done)).status is RevisionStatus.DRAFT


def test_v_2_a_draft_without_a_label_gets_the_next_one(world: World, there: UUID, folder: Path) -> None:
    paper(folder, "a.txt", "", "2023-01-01")
    run = Run.of(world, folder).read()
    assert join(world, run) == 1
    assert world.revision(_revision(run.imported()["a.txt"])).label == "B/1"


def test_n_9_a_file_joins_by_another_name_of_the_document(world: World, there: UUID, folder: Path) -> None:
    from docctl.services.numbers.take import add_alias

    world.house.uow.write(
        lambda session: add_alias(
            session, kind="former", item_kind="document", item_id=there, text="QP-老-07"
        )
    )
    paper(folder, "a.txt", "B/1", "2023-01-01", number="QP-老-07")
    run = Run.of(world, folder).read()
    row = run.files()["a.txt"]
    if not run.content("a.txt").chosen.get("number"):
        change_import(
            ChangeImport(run.id, [row.id], {"number": "QP-老-07"}), by=world.by("chen"), house=world.house
        )
    assert join(world, run) == 1
    assert run.imported()["a.txt"].document_id == there
