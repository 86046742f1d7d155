"""The graph of citations around a document and over a department (D-6, X-3)."""

from __future__ import annotations

from uuid import UUID

import pytest

from docctl.jobs.wait import settle
from docctl.queries.citation_graph import Graph, around, over
from tests.beginnings import outcome_of, settings_after
from tests.world import World


def procedure(world: World, title: str, number: str, *cites: str, **more: object) -> UUID:
    """Take a procedure into force that cites others by name or number."""
    text = "\n".join(f"按《{one}》进行。" for one in cites) or "正文"
    return world.issued(world.draft(title, number=number, text=text, **more))  # type: ignore[arg-type]


def graph(world: World, revision: UUID, who: str = "chen", **how: object) -> Graph:
    with world.house.uow.read() as session:
        return around(
            session,
            world.by(who).actor,
            world.document_of(revision).id,
            revision,
            at=world.clock(),
            **how,  # type: ignore[arg-type]
        )


def told(found: Graph) -> dict[str, tuple[str, int]]:
    return {one.number or one.title: (one.standing, one.step) for one in found.nodes}


def lines(found: Graph) -> set[tuple[str, str, str]]:
    names = {one.key: one.number or one.title for one in found.nodes}
    return {(names[one.source], names[one.target], one.kind) for one in found.edges}


def chained(world: World) -> dict[str, UUID]:
    """Make A → B → C → D, a form of B, and what is not there."""
    found = {
        "D": procedure(world, "归档程序", "QP-94"),
        "C": procedure(world, "交接程序", "QP-93", "归档程序"),
        "B": procedure(world, "检查程序", "QP-92", "交接程序", "没有的程序", "作业指导书"),
        "A": procedure(world, "采购程序", "QP-91", "QP-92"),
    }
    parent = world.document_of(found["B"]).id
    found["form"] = world.draft("检查记录表", kind="form", number="QR-92-01", parent=parent)
    settle(world.house)
    return found


chain = outcome_of(chained)
settings = settings_after(chain=chained)


def test_d_6_a_step_shows_what_is_cited_and_who_cites_with_forms_and_what_is_missing(
    world: World, chain: dict[str, UUID]
) -> None:
    found = graph(world, chain["B"])
    assert told(found) == {
        "QP-92": ("in_force", 0),
        "QP-93": ("in_force", 1),
        "QR-92-01": ("coming", 1),
        "没有的程序": ("missing", 1),
        "QP-91": ("in_force", -1),
    }
    assert lines(found) == {
        ("QP-91", "QP-92", "cites"),
        ("QP-92", "QP-93", "cites"),
        ("QP-92", "没有的程序", "cites"),
        ("QP-92", "QR-92-01", "form"),
    }
    assert (found.left_out, found.is_more) == (0, False)


@pytest.mark.parametrize(
    ("steps", "way", "expected"),
    [
        (1, "cites", {"QP-91", "QP-92"}),
        (2, "cites", {"QP-91", "QP-92", "QP-93", "没有的程序", "QR-92-01"}),
        (3, "cites", {"QP-91", "QP-92", "QP-93", "没有的程序", "QR-92-01", "QP-94"}),
        (3, "cited_by", {"QP-91"}),
    ],
)
def test_d_6_a_graph_reaches_as_many_steps_as_asked(
    world: World, chain: dict[str, UUID], steps: int, way: str, expected: set[str]
) -> None:
    assert told(graph(world, chain["A"], steps=steps, way=way)).keys() == expected


def test_d_6_who_cites_is_traced_over_steps(world: World, chain: dict[str, UUID]) -> None:
    found = graph(world, chain["D"], steps=3)
    assert told(found) == {
        "QP-94": ("in_force", 0),
        "QP-93": ("in_force", -1),
        "QP-92": ("in_force", -2),
        "QP-91": ("in_force", -3),
    }


def test_d_6_what_has_no_room_is_counted(world: World, chain: dict[str, UUID]) -> None:
    found = graph(world, chain["B"], most=3)
    assert len(found.nodes) == 3
    assert found.left_out == 2
    assert all({one.source, one.target} <= {node.key for node in found.nodes} for one in found.edges)


def test_x_3_a_hidden_document_is_words_without_a_link_and_is_not_followed(
    world: World, chain: dict[str, UUID]
) -> None:
    revision = procedure(world, "销售程序", "QP-95", "检查记录表", "没有的程序")
    settle(world.house)
    found = graph(world, revision, who="zhang")
    assert {one.title: (one.standing, one.document_id) for one in found.nodes if one.step == 1} == {
        "检查记录表": ("hidden", None),
        "没有的程序": ("missing", None),
    }
    around_b = graph(world, chain["B"], who="zhang")
    assert "QR-92-01" not in told(around_b)


def test_d_6_a_department_shows_its_documents_in_force_and_those_that_stand_alone_are_counted(
    world: World, chain: dict[str, UUID]
) -> None:
    procedure(world, "独立程序", "QP-96")
    settle(world.house)
    with world.house.uow.read() as session:
        actor = world.by("chen").actor
        found = over(session, actor, at=world.clock(), unit_id=world.units["PZ"])
        few = over(session, actor, at=world.clock(), unit_id=world.units["PZ"], most=2)
        none = over(session, actor, at=world.clock(), unit_id=world.units["KF"])
    assert told(found).keys() == {"QP-91", "QP-92", "QP-93", "QP-94", "没有的程序", "QR-92-01"}
    assert (found.alone, found.left_out) == (1, 0)
    assert (few.left_out, none.nodes) == (5, ())
