"""A document gets other names, each finds it, each but its numbers can end (N-1, N-9, X-3)."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.models.citations import Citation
from docctl.models.names import name_key
from docctl.models.numbers import Alias
from docctl.models.trail import EventRow
from docctl.queries.citations import cited, cited_by
from docctl.queries.documents import RegisterFilter, document_register
from docctl.queries.number_found import find_number
from docctl.services.documents.names import AddName, EndName, add_name, end_name
from docctl.services.numbers.reserve import ReserveNumber, reserve_number
from tests.services.test_number_following import issue, manual, revised
from tests.world import World


def add(world: World, revision_id: UUID, text: str, kind: str = "former", who: str = "chen") -> UUID:
    cmd = AddName(world.document_of(revision_id).id, text, kind)
    return add_name(cmd, by=world.by(who), house=world.house)


def end(world: World, revision_id: UUID, alias_id: UUID, reason: str = "误加", who: str = "chen") -> None:
    cmd = EndName(world.document_of(revision_id).id, alias_id, reason)
    end_name(cmd, by=world.by(who), house=world.house)


def found(world: World, text: str, who: str = "chen") -> list[tuple[str, str]]:
    with world.house.uow.read() as session:
        hits = find_number(session, world.by(who).actor, text, at=world.clock())
    return [(one.number, one.former) for one in hits]


@pytest.mark.parametrize("text", ["採購控制程序", "采购控制程序", "采 购 控 制 程 序"])
def test_n_9_a_name_finds_the_document_in_any_script_and_says_that_it_is_another_name(
    world: World, text: str
) -> None:
    revision = world.issued(world.draft("供方管理程序"))
    add(world, revision, "採購控制程序")
    assert found(world, text) == [("QP-01", "採購控制程序")]
    assert found(world, text, "wang") == [("QP-01", "採購控制程序")]
    with world.house.uow.read() as session:
        wanted = RegisterFilter(text=text)
        page = document_register(
            session, world.by("wang").actor, wanted, at=world.clock(), zone=world.house.zone
        )
        event = session.scalars(select(EventRow).where(EventRow.action == "document.named")).one()
    assert [one.number for one in page.rows] == ["QP-01"]
    assert json.loads(event.facts) == {"kind": "former", "number": "QP-01"}


def test_n_9_a_citation_by_another_name_is_resolved_and_reported_so(world: World) -> None:
    revision, citing = world.issued(world.draft("供方管理程序")), world.issued(world.draft("生产控制程序"))
    add(world, revision, "採購控制程序", "script")

    def cite(session):
        key = name_key("采购控制程序")
        session.add(Citation(revision_id=citing, ordinal=1, kind="document", name="采购控制程序", normal=key))

    world.house.uow.write(cite)
    actor = world.by("chen").actor
    with world.house.uow.read() as session:
        (one,) = cited(session, actor, citing, at=world.clock())
        by = cited_by(session, actor, world.document_of(revision), at=world.clock())
    assert (one.shown_number, one.is_other_name, one.standing) == ("QP-01", True, "in_force")
    assert [each.number for each in by] == ["QP-02"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("qp－01", "own_name"),
        ("供 方管理程序", "own_name"),
        ("旧称", "own_name"),
        ("QP-02", "held_as_number"),
        ("qp-03", "held_as_number"),  # reserved: a number all the same
        ("生產控制程序", "held_as_title"),
        ("生产程序", "held_as_other_name"),
        (" ", "name_needed"),
    ],
)
def test_n_9_n_10_a_name_that_leads_elsewhere_is_refused_with_who_has_it(
    world: World, text: str, code: str
) -> None:
    one, other = world.draft("供方管理程序"), world.draft("生产控制程序")
    reserve_number(ReserveNumber(world.types["procedure"], "x"), by=world.by("chen"), house=world.house)
    add(world, one, "旧称")
    add(world, other, "生产程序", "short")
    with pytest.raises(RuleRefused) as error:
        add(world, one, text)
    assert error.value.refused.key == f"N-9.{code}"
    if code.startswith("held"):
        holder = "QP-03" if text == "qp-03" else "QP-02"
        assert error.value.refused.params["holder"] == holder


def test_x_3_a_hidden_document_is_not_named_in_a_clash(world: World) -> None:
    world.draft("机密程序")
    mine = world.draft("生产日报", author="li", unit="SC")
    assert add(world, mine, "机密程序", who="li")
    with pytest.raises(RuleRefused):
        add(world, mine, "机密程序", who="chen")


def test_n_9_a_name_ends_with_a_reason_and_finds_nothing_any_more(world: World) -> None:
    revision = world.draft("供方管理程序")
    alias = add(world, revision, "采购程序", "short")
    with pytest.raises(RuleRefused) as error:
        end(world, revision, alias, " ")
    assert error.value.refused.key == "N-9.reason_needed"
    with pytest.raises(NotFound):
        end(world, world.draft("别的"), alias)
    end(world, revision, alias)
    with pytest.raises(NotFound):
        found(world, "采购程序")
    with world.house.uow.read() as session:
        assert session.scalars(select(EventRow).where(EventRow.action == "document.name_ended")).one()
    assert add(world, revision, "采购程序", "former")


def test_n_1_n_7_a_number_that_it_bore_never_ends(world: World) -> None:
    first = manual(world)
    issue(world, world.approved(revised(world, first)))
    with world.house.uow.read() as session:
        alias = session.scalars(select(Alias)).one()
    with pytest.raises(RuleRefused) as error:
        end(world, first, alias.id)
    assert error.value.refused.key == "N-9.number_stays"


@pytest.mark.parametrize(("who", "may"), [("chen", True), ("li", False), ("wang", False)])
def test_x_1_names_are_given_by_control_and_authors_of_the_unit(world: World, who: str, may: bool) -> None:
    revision = world.issued(world.draft("供方管理程序"))
    if may:
        assert add(world, revision, "采购程序", who=who)
    else:
        with pytest.raises(RuleRefused) as error:
            add(world, revision, "采购程序", who=who)
        assert error.value.refused.key == "X-1.not_permitted"
