"""A retention class that is revised or closed while files of an import name it (R-3, I-1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from docctl.domain.verdicts import RuleRefused
from docctl.queries.document_choices import retention_classes
from docctl.services.imports.change import ChangeImport, change_import
from tests.imports.making import Run, text_of, write
from tests.services.test_classes import classes, revised, years
from tests.world import World

WHOLE = {"number": "QP-71", "label": "A/0", "effective": "2022-01-01"}


def test_r_3_what_a_file_chose_before_its_class_was_closed_stays_and_is_chosen_no_more(
    world: World, tmp_path: Path
) -> None:
    for name in ("a.txt", "b.txt"):
        write(tmp_path, name, text_of("程序", **WHOLE))
    run = Run.of(world, tmp_path).read()
    files, chosen = run.files(), classes(world, "quality")[0].id

    def change(name: str, **more: str) -> int:
        cmd = ChangeImport(run.id, [files[name].id], {"class_id": str(chosen), **more})
        return change_import(cmd, by=world.by("chen"), house=world.house)

    assert change("a.txt") == 1
    revised(world, quality=years(7) | {"use": "closed"})
    assert change("a.txt", title="别的程序") == 1
    assert run.content("a.txt").chosen["class_id"] == str(chosen)
    with pytest.raises(RuleRefused) as refused:
        change("b.txt")
    assert refused.value.refused.key == "R-3.class_closed"
    with world.house.uow.read() as session:
        offered = {one.id for one in retention_classes(session, world.clock())}
        kept = {one.id for one in retention_classes(session, world.clock(), chosen=chosen)}
    assert kept - offered == {chosen}
