"""A correction touches the files that share a number or title with it, and no others (I-1, V-2, R-7)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from docctl.domain.import_plan import HISTORY_CODES, PlanFile, histories, series_of_files
from docctl.domain.imports import Choice, InSeries
from docctl.domain.verdicts import RuleRefused
from docctl.models.base import new_id
from docctl.queries.number_holders import documents_of
from docctl.services.content.texts import INFO, Texts
from docctl.services.imports import contents as contents_module
from docctl.services.imports.change import ChangeImport, UndoImportChange, change_import, undo_import_change
from docctl.services.imports.commit import CancelImport, CommitImport, cancel_import, commit_import
from docctl.services.imports.contents import Contents
from docctl.services.imports.grouping import JOINS
from docctl.services.imports.histories import follow_changes
from docctl.services.imports.joining import documents_units, revisions_of
from docctl.services.imports.propose import day
from docctl.services.imports.split import SplitFile, split_file
from tests import postgres
from tests.imports.making import Run, text_of, write
from tests.world import World


@pytest.fixture
def run(world: World, folder: Path) -> Run:
    """Return a run of nine files, three of them revisions of one document."""
    for place in range(9):
        number = "JL-QP-00" if place < 3 else f"JL-QP-{place:02}"
        facts = {"number": number, "label": f"{'ABCDEFGHI'[place]}/0", "effective": f"20{10 + place}-01-01"}
        write(folder, f"{place}.txt", text_of(f"程序{place}", **facts))
    return Run.of(world, folder).read()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> set[UUID]:
    """Collect the ids of files of which something that was read is opened."""
    seen: set[UUID] = set()
    open_text = contents_module.open_text

    def watched(secret: bytes, place: bytes, sealed: bytes) -> str:
        if b"changes" not in place:
            seen.add(UUID(bytes=place[-16:]))
        return open_text(secret, place, sealed)

    monkeypatch.setattr(contents_module, "open_text", watched)
    return seen


def change(run: Run, *paths: str, choice: str = "", **values: str) -> None:
    files = run.files()
    cmd = ChangeImport(run.id, [files[one].id for one in paths], values, choice)
    change_import(cmd, by=run.world.by("chen"), house=run.world.house)


def undo(run: Run) -> None:
    undo_import_change(UndoImportChange(run.id), by=run.world.by("chen"), house=run.world.house)


def paths(run: Run, ids: set[UUID]) -> list[str]:
    return sorted(path for path, one in run.files().items() if one.id in ids)


def test_i_1_a_correction_opens_the_files_of_its_old_and_new_number_alone(
    run: Run, opened: set[UUID]
) -> None:
    change(run, "5.txt", number="JL-QP-06")
    assert paths(run, opened) == ["5.txt", "6.txt"]
    opened.clear()
    change(run, "1.txt", number="JL-QP-77")
    assert paths(run, opened) == ["0.txt", "1.txt", "2.txt"]
    opened.clear()
    undo(run)
    assert paths(run, opened) == ["0.txt", "1.txt", "2.txt"]
    opened.clear()
    change(run, "8.txt", title="别的程序")
    assert paths(run, opened) == ["8.txt"]


def test_i_1_the_order_of_an_import_opens_those_that_join_documents_and_one_more(
    world: World, run: Run, opened: set[UUID]
) -> None:
    commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    assert len(opened) == 1


def as_compared_anew(run: Run) -> dict[str, tuple[str, int, list[dict[str, Any]]]]:
    """Return series, place and notes on histories as all files together give them."""
    files, rows = [], run.files()
    for path, row in rows.items():
        chosen = run.content(path).chosen
        if row.choice is Choice.LEAVE_OUT or chosen.get("document_id"):
            continue
        key, label = str(row.id), str(chosen.get("label", ""))
        place = InSeries(key, label, day(chosen.get("effective")))
        sha256 = key if row.piece_of else row.sha256
        number, title = str(chosen.get("number", "")), str(chosen.get("title", ""))
        files.append(PlanFile(key, path, sha256, number, title, label, place))
    series = series_of_files(files)
    notes: dict[str, list[dict[str, Any]]] = {}
    for one in histories(files):
        notes.setdefault(one.key, []).append(one.as_json())
    return {
        path: (
            series.get(str(row.id), ""),
            next(
                (one["params"]["place"] for one in notes.get(str(row.id), []) if one["code"] == "history"), 0
            ),
            notes.get(str(row.id), []),
        )
        for path, row in rows.items()
    }


def as_kept(run: Run) -> dict[str, tuple[str, int, list[dict[str, Any]]]]:
    return {
        path: (
            row.series,
            row.place,
            [dict(one) for one in run.content(path).notes if one["code"] in HISTORY_CODES],
        )
        for path, row in run.files().items()
    }


VALUES: dict[str, Sequence[str]] = {
    "number": ("", "JL-QP-00", "jl-qp-00", "JL-QP-07"),
    "title": ("程序0", "程序7", ""),
    "label": ("A/0", "B/0", ""),
    "effective": ("2011-01-01", "2015-01-01", ""),
}


@pytest.mark.parametrize("seed", range(4))
def test_i_1_whatever_is_corrected_the_histories_are_those_of_all_files_together(run: Run, seed: int) -> None:
    chance = Random(seed)
    names = sorted(run.files())
    for _ in range(14):
        some = chance.sample(names, chance.choice((1, 1, 2, 4)))
        what = chance.choice((*VALUES, "number", "choice", "undo"))
        if what == "undo":
            with suppress(RuleRefused):  # nothing is left to undo
                undo(run)
        elif what == "choice":
            change(run, *some, choice=chance.choice(("import", "leave_out", "draft")))
        else:
            change(run, *some, **{what: chance.choice(VALUES[what])})
        assert as_kept(run) == as_compared_anew(run)


def test_i_3_pieces_of_a_file_are_revisions_of_what_has_their_number(world: World, folder: Path) -> None:
    first = text_of("采购控制程序", number="JL-QP-11", label="A/0", effective="2020-01-01")
    second = text_of("检验控制程序", number="JL-QP-12", label="A/0", effective="2020-01-01")
    write(folder, "both.txt", first + "\n" + second)
    write(folder, "old.txt", text_of("检验控制程序", number="JL-QP-12", label="B/0", effective="2021-01-01"))
    run = Run.of(world, folder).read()
    pieces = [("采购控制程序", 0, len(first)), ("检验控制程序", len(first) + 1, len(first) + 1 + len(second))]
    split_file(SplitFile(run.id, run.files()["both.txt"].id, pieces), by=world.by("chen"), house=world.house)
    assert as_kept(run) == as_compared_anew(run)
    assert run.files()["both.txt #2"].series == run.files()["old.txt"].series != ""


def test_r_7_what_files_have_in_common_says_nothing_and_goes_with_the_run(
    world: World, run: Run, folder: Path
) -> None:
    other = Run.of(world, folder).read()
    one, two = run.files(), other.files()
    assert one["0.txt"].group_key == one["1.txt"].group_key != one["4.txt"].group_key
    assert not {row.group_key for row in one.values()} & {row.group_key for row in two.values()}
    cancel_import(CancelImport(run.id), by=world.by("chen"), house=world.house)
    assert {row.group_key for row in run.files().values()} == {""}
    other.imported()
    assert {row.group_key for row in other.files().values()} == {""}


def test_i_1_a_run_from_before_there_were_groups_gets_them_with_its_first_correction(
    world: World, run: Run, opened: set[UUID]
) -> None:
    def as_before(session: Session) -> None:
        session.execute(text("UPDATE import_file SET group_key = NULL"))

    world.house.uow.write(as_before)
    change(run, "5.txt", number="JL-QP-06")
    assert as_kept(run) == as_compared_anew(run)
    opened.clear()
    change(run, "5.txt", number="JL-QP-05")
    assert paths(run, opened) == ["5.txt", "6.txt"]
    assert as_kept(run) == as_compared_anew(run)


def test_r_7_histories_are_found_on_while_what_lay_plain_is_sealed(world: World, folder: Path) -> None:
    carried = world.house.uow.carried
    sealing = carried[INFO]
    carried[INFO] = Texts(None)
    for name, number in (("a.txt", "JL-QP-01"), ("b.txt", "JL-QP-02"), ("c.txt", "JL-QP-02")):
        write(folder, name, text_of(f"程序{name}", number=number, label=f"{name[0].upper()}/0"))
    try:
        run = Run.of(world, folder).read()
        change(run, "a.txt", number="JL-QP-02")
        assert as_kept(run) == as_compared_anew(run)
    finally:
        carried[INFO] = sealing  # a key store came
    for number in ("JL-QP-03", "JL-QP-02"):
        change(run, "a.txt", number=number)
        assert as_kept(run) == as_compared_anew(run)
    assert len({row.group_key for row in run.files().values()}) == 1


#: PostgreSQL takes 65,535 values in a statement, SQLite 32,766 where it was built to take no more.
MANY = 66_000 if postgres.wanted() else 33_000


def test_i_1_more_files_than_a_statement_takes_are_asked_for_in_pieces(world: World, run: Run) -> None:
    ids = [new_id() for _ in range(MANY)]
    by, house = world.by("chen"), world.house
    with pytest.raises(RuleRefused) as error:
        change_import(ChangeImport(run.id, ids, {"title": "程序"}), by=by, house=house)
    assert error.value.refused.key == "I-1.not_in_run"

    def follow(session: Session) -> None:
        group = run.files()["0.txt"].group_key
        changes = [(str(one), "number") for one in ids]
        follow_changes(session, run.id, changes, [group, *map(str, ids)], Contents(session, run.id))

    before = as_kept(run)
    house.uow.write(follow)
    assert as_kept(run) == before
    with house.uow.read() as session:
        assert documents_units(session, ids) == {}
        assert revisions_of(session, ids) == {}
        assert documents_of(session, ((one, str(one)) for one in ids)) == {}


def test_i_4_a_file_that_joins_a_document_is_in_no_history(world: World, run: Run, tmp_path: Path) -> None:
    write(
        tmp_path / "first", "now.txt", text_of("程序", number="JL-ZZ-01", label="A/0", effective="2009-01-01")
    )
    document = Run.of(world, tmp_path / "first").read().imported()["now.txt"].document_id
    change(run, "1.txt", document_id=str(document))
    assert run.files()["1.txt"].group_key == JOINS
    assert as_kept(run) == as_compared_anew(run)
    undo(run)
    assert as_kept(run) == as_compared_anew(run)
    assert run.files()["1.txt"].series != ""
