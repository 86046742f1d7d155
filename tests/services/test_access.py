"""Access sets: who appears to whom (A-11, X-1, X-3); a record keeps its unit as it was (O-2)."""

from __future__ import annotations

from sqlalchemy import update

from docctl.domain.correction import initials
from docctl.domain.labels import read
from docctl.models.organisation import Unit
from docctl.models.records import Record
from docctl.services.access import intern_set, sees
from tests.lists import filed
from tests.world import World


def test_a_11_a_denied_person_never_sees_whatever_tokens_they_bear(world: World) -> None:
    open_set = world.house.uow.write(lambda session: intern_set(session, {"staff"}))
    without = world.house.uow.write(
        lambda session: intern_set(session, {"staff"}, denied=[world.people["wang"]])
    )
    with world.house.uow.read() as session:
        wang, zhang = world.by("wang").actor, world.by("zhang").actor
        assert sees(session, wang, open_set)
        assert not sees(session, wang, without)
        assert sees(session, zhang, without)


def test_x_1_the_same_readers_share_one_set(world: World) -> None:
    first = world.house.uow.write(lambda session: intern_set(session, {"unit:1", "staff"}))
    again = world.house.uow.write(lambda session: intern_set(session, ["staff", "unit:1", "staff"]))
    other = world.house.uow.write(lambda session: intern_set(session, {"unit:1"}))
    assert first == again
    assert first != other


def test_o_2_a_record_keeps_the_name_its_unit_had(world: World) -> None:
    record_id = filed(world)
    world.house.uow.write(
        lambda session: session.execute(
            update(Unit).where(Unit.id == world.units["SC"]).values(name="制造部")
        )
    )
    with world.house.uow.read() as session:
        assert session.get_one(Record, record_id).unit_name == "生产部"


def test_c_5_initials_are_the_whole_name_in_chinese_and_first_letters_else() -> None:
    assert initials("欧阳雪") == "欧阳雪"
    assert initials("Mary Ann Smith") == "MAS"


def test_i_5_a_placeholder_is_no_label() -> None:
    assert read("XX") is None
    assert read("B") is not None
