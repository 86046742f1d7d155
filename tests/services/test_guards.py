"""What the database itself forbids to whoever holds its file, and what it lets through (style 9).

Each guard is met once where it refuses and once where the same statement is allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from docctl.domain.verdicts import RuleRefused
from docctl.jobs.sealer import seal
from docctl.models.documents import Revision
from docctl.models.guards import GUARDS
from docctl.models.organisation import LegalEntity
from docctl.services.numbers.reserve import ReserveNumber, reserve_number
from docctl.services.people.entities import RenameEntity, rename_entity
from docctl.services.people.unit_changes import ChangeUnit, NameUnit, change_unit, name_unit
from docctl.services.revisions.revise import ReviseDocument, revise_document
from tests.beginnings import settings_after
from tests.keeping import FORM, Keeping
from tests.world import World, as_owner


@dataclass(frozen=True)
class Try:
    """A statement that the guard refuses and one beside it that is allowed (empty: nothing is)."""

    guard: str
    refused: str
    allowed: str = ""


DOCUMENTS = (
    Try(
        "o_1_demo_for_ever",
        "UPDATE legal_entity SET is_demo = FALSE",
        "UPDATE legal_entity SET is_demo = TRUE",
    ),
    Try("o_1_entity_delete", "DELETE FROM legal_entity"),
    Try("o_2_entity_name_change", "UPDATE legal_entity_name SET name = 'x'"),
    Try("o_2_entity_name_delete", "DELETE FROM legal_entity_name"),
    Try("o_2_unit_name_change", "UPDATE unit_name SET name = 'x'"),
    Try(
        "o_2_unit_name_delete",
        "DELETE FROM unit_name WHERE until_on IS NOT NULL",
        "DELETE FROM unit_name WHERE until_on IS NULL",
    ),
    Try("t_1_event_update", "UPDATE event SET facts = facts"),
    Try("t_1_event_delete", "DELETE FROM event WHERE seq = 1"),
    Try("t_1_detail_update", "UPDATE event_detail SET salt = salt"),
    Try("t_1_detail_delete", "DELETE FROM event_detail WHERE seq = 1"),
    Try("t_1_head_delete", "DELETE FROM audit_head"),
    Try("t_1_head_back", "UPDATE audit_head SET seq = seq - 1", "UPDATE audit_head SET seq = seq + 1"),
    Try("t_2_seal_update", "UPDATE audit_tree_head SET body = body"),
    Try("t_2_seal_delete", "DELETE FROM audit_tree_head"),
    Try("t_2_key_update", "UPDATE audit_key SET since = since"),
    Try("t_2_key_delete", "DELETE FROM audit_key"),
    Try("a_3_signature_update", "UPDATE signature SET comment = 'x'"),
    Try("a_3_signature_delete", "DELETE FROM signature"),
    Try("v_2_revision_delete", "DELETE FROM revision"),
    Try("v_2_document_delete", "DELETE FROM document"),
    Try(
        "v_2_revision_content",
        "UPDATE revision SET title = 'x' WHERE status = 'issued'",
        "UPDATE revision SET title = 'x' WHERE status = 'draft'",
    ),
    Try(
        "v_2_revision_dates",
        "UPDATE revision SET approved_by = NULL WHERE status = 'issued'",
        "UPDATE revision SET approved_by = NULL WHERE status = 'draft'",
    ),
    Try(
        "v_6_imported",
        "UPDATE revision SET imported_at = approved_at WHERE status = 'issued'",
        "UPDATE revision SET imported_at = imported_at WHERE status = 'issued'",
    ),
    Try(
        "v_6_revision_moves",
        "UPDATE revision SET status = 'draft' WHERE status = 'issued'",
        "UPDATE revision SET status = 'discarded' WHERE status = 'draft'",
    ),
    Try(
        "v_3_overlap_update",
        "UPDATE revision SET effective_until = NULL WHERE ordinal = 1",
        "UPDATE revision SET effective_until = effective_from WHERE ordinal = 1",
    ),
    Try(
        "v_2_file_delete",
        "DELETE FROM item_file WHERE owner_id IN (SELECT id FROM revision WHERE status = 'issued')",
        "DELETE FROM item_file WHERE owner_id IN (SELECT id FROM revision WHERE status = 'draft')",
    ),
    Try("f_3_file_content", "UPDATE item_file SET size = size + 1", "UPDATE item_file SET size = size"),
    Try(
        "f_3_file_content",
        "UPDATE item_file SET stored_sha256 = 'of other bytes'",
        "UPDATE item_file SET checked_at = NULL",
    ),
    Try("n_3_reservation_change", "UPDATE number_reservation SET reason = 'x'"),
    Try("n_3_reservation_delete", "DELETE FROM number_reservation"),
    Try("n_1_number_delete", "DELETE FROM number_entry"),
    Try("n_1_number_change", "UPDATE number_entry SET shown = 'x'", "UPDATE number_entry SET shown = shown"),
    Try(
        "n_1_number_back",
        "UPDATE number_entry SET state = 'reserved'",
        "UPDATE number_entry SET state = 'voided', reason = 'x'",
    ),
    Try("n_1_counter_back", "UPDATE counter SET value = value - 1", "UPDATE counter SET value = value + 1"),
    Try(
        "r_3_class_update",
        "UPDATE retention_class SET data = '{}'",
        "UPDATE retention_class SET data = data",
    ),
    Try("r_3_class_update", "UPDATE retention_class SET is_closed = TRUE"),
    Try(
        "r_3_class_withdrawn",
        "UPDATE retention_class SET withdrawn_at = '2026-01-01 00:00:00.000000'",
        "UPDATE retention_class SET withdrawn_at = withdrawn_at",
    ),
    Try("r_3_class_delete", "DELETE FROM retention_class"),
)

EVENT = """INSERT INTO event SELECT {seq}, recorded_at, occurred_at, actor_id, actor_name, on_behalf_of,
    channel, system_user, action, subject_kind, subject_id, subject_version, facts, detail_digest,
    {prev}, 'new' FROM event ORDER BY seq DESC LIMIT 1"""
FILE = """INSERT INTO item_file (id, owner_kind, owner_id, role, ordinal, name, media_type, sha256, size,
    object_key, object_version, stored_sha256, stored_size, added_at)
    SELECT 'aaaaaaaaaaaa4aaa8aaaaaaaaaaaaaaa', 'revision', id, 'annex', 9, 'x', 'x', 'x', 1,
        'x', 'x', 'x', 1, created_at
    FROM revision WHERE status = '{status}' LIMIT 1"""
COPY = """INSERT INTO revision ({names}) SELECT {columns} FROM revision
    WHERE ordinal = 1 AND status = 'issued'"""

SEAL = """INSERT INTO audit_tree_head SELECT {size}, 'other', body, signature, frontier
    FROM audit_tree_head LIMIT 1"""

#: An epoch that nobody accepted, as a restore begins one.
EPOCH = """INSERT INTO epoch (id, number, started_at, backup_at, end_seq, floor, content, content_sha256,
    first_by, first_at) SELECT 'aaaaaaaaaaaa4aaa8aaaaaaaaaaaaaaa', 1, recorded_at, recorded_at, seq,
    0, '{{}}', 'x', {first}, recorded_at FROM audit_head"""

INSERTS = (
    Try("t_2_seal_back", SEAL.format(size="size"), SEAL.format(size="(SELECT seq FROM audit_head)")),
    Try("t_2_seal_back", SEAL.format(size="size - 1")),
    Try("t_2_seal_back", SEAL.format(size="1 + (SELECT seq FROM audit_head)")),
    Try(
        "t_1_event_gap",
        EVENT.format(seq="seq + 2", prev="hash"),
        EVENT.format(seq="seq + 1", prev="hash"),
    ),
    Try("t_1_event_gap", EVENT.format(seq="seq + 1", prev="'other'")),
    Try("v_2_file_insert", FILE.format(status="issued"), FILE.format(status="draft")),
)


@pytest.fixture
def keeping(world: World) -> Keeping:
    world.issued(world.draft("顾客反馈登记表", kind="form", number=FORM))
    return Keeping.of(world)


def statement(world: World, sql: str, **values: object) -> None:
    as_owner(world.house).write(lambda session: session.execute(text(sql), values))


def guard_of(act: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        act()
    assert error.value.refused.key == "guard.refused"
    return str(error.value.refused.params["guard"])


def with_revisions(world: World) -> None:
    """A document with two issued revisions, the second of them waiting, a draft, a reserved number."""
    first = world.issued(world.draft())
    cmd = ReviseDocument(world.document_of(first).id, "什么", "为何", (world.upload("chen"),))
    second = revise_document(cmd, by=world.by("chen"), house=world.house)
    world.issued(second, on=world.house.today() + timedelta(days=9))
    seal(world.house)
    world.draft("培训管理程序")
    unit_id, today = world.units["SC"], world.house.today()
    renamed = ChangeUnit(unit_id, 1, "制造部", "department", world.units["ZH"], today, "机构调整")
    change_unit(renamed, by=world.by("admin"), house=world.house)
    with world.house.uow.read() as session:
        entity_id = session.scalars(select(LegalEntity.id)).one()
    named = RenameEntity(entity_id, "示例公司", today, "工商变更")
    rename_entity(named, by=world.by("admin"), house=world.house)
    name_unit(NameUnit(unit_id, "制造"), by=world.by("admin"), house=world.house)
    reserve_number(ReserveNumber(world.types["procedure"], "新工厂"), by=world.by("chen"), house=world.house)


settings = settings_after(lively=with_revisions)


@pytest.fixture
def lively(world: World) -> World:
    """Return the company in which `with_revisions` was done."""
    return world


@pytest.mark.parametrize("one", [*DOCUMENTS, *INSERTS], ids=lambda one: one.guard)
def test_a_guard_refuses_and_lets_through(lively: World, one: Try) -> None:
    if one.guard == "o_1_demo_for_ever":
        statement(lively, one.allowed)
    assert guard_of(lambda: statement(lively, one.refused)) == one.guard
    if one.allowed:
        statement(lively, one.allowed)


PERSON = "'bbbbbbbbbbbb4bbb8bbbbbbbbbbbbbbb'"
OTHER = "'cccccccccccc4ccc8ccccccccccccccc'"


@pytest.mark.parametrize(
    "one",
    [
        Try("t_2_epoch_delete", "DELETE FROM epoch"),
        Try("t_2_epoch_content", "UPDATE epoch SET content = 'other'"),
        Try("t_2_epoch_content", "UPDATE epoch SET floor = floor + 1"),
        Try(
            "t_2_epoch_first",
            f"UPDATE epoch SET first_by = {OTHER}",
            f"UPDATE epoch SET second_by = {OTHER}, second_at = started_at",
        ),
        Try("t_2_epoch_first", "UPDATE epoch SET first_by = NULL"),
    ],
    ids=lambda one: one.guard,
)
def test_t_2_what_people_accepted_stays(world: World, one: Try) -> None:
    statement(world, EPOCH.format(first=PERSON))
    assert guard_of(lambda: statement(world, one.refused)) == one.guard
    if one.allowed:
        statement(world, one.allowed)
        back = "UPDATE epoch SET second_by = NULL, second_at = NULL"
        assert guard_of(lambda: statement(world, back)) == "t_2_epoch_second"


def test_t_2_one_person_is_not_two(world: World) -> None:
    statement(world, EPOCH.format(first=PERSON))
    with pytest.raises(IntegrityError, match="two_people"):
        statement(world, f"UPDATE epoch SET second_by = {PERSON}, second_at = started_at")


def test_v_3_a_row_that_overlaps_is_not_let_in(lively: World) -> None:
    def copy(session: Session, start: str) -> None:
        names = [column.name for column in Revision.__table__.columns]
        given = {
            "id": "'aaaaaaaaaaaa4aaa8aaaaaaaaaaaaaaa'",
            "ordinal": "9",
            "effective_from": start,
            "effective_until": "NULL",
        }
        columns = ", ".join(given.get(name, name) for name in names)
        session.execute(text(COPY.format(names=", ".join(names), columns=columns)))

    uow = lively.house.uow
    last = "(SELECT max(effective_until) FROM revision)"
    assert guard_of(lambda: uow.write(lambda s: copy(s, "effective_from"))) == "v_3_overlap_insert"
    statement(lively, "UPDATE revision SET effective_until = '2030-01-01 00:00:00.000000' WHERE ordinal = 2")
    uow.write(lambda session: copy(session, last))


def test_r_5_and_c_1_guards_of_records(keeping: Keeping) -> None:
    world = keeping.world
    held, free = keeping.records(2)
    keeping.hold([held])
    world.house.uow.write(lambda s: s.execute(text("UPDATE record SET status = 'on_list'")))
    statement(
        world, "INSERT INTO record_fact SELECT id, 'title', 0, 'x', NULL, filed_at, NULL, id FROM record"
    )
    going = "UPDATE record SET status = 'destroying' WHERE id = :id"
    statement(
        world,
        """INSERT INTO correction (id, record_id, field, old_value, new_value, reason, reason_text, status,
            content_sha256, entered_by, entered_at, decision_comment, row_version)
        SELECT id, id, 'title', 'x', 'y', 'slip', '', 'effective', 'x', filed_by, filed_at, '', 1
        FROM record""",
    )
    statement(world, "UPDATE correction SET status = 'refused'")
    tries = {
        "c_1_correction_content": "UPDATE correction SET new_value = 'z'",
        "c_1_correction_delete": "DELETE FROM correction",
        "c_1_record_delete": "DELETE FROM record",
        "c_1_record_identity": "UPDATE record SET number = number || 'x'",
        "c_1_fact_update": "UPDATE record_fact SET value = 'x'",
        "c_1_fact_delete": "DELETE FROM record_fact",
        "r_5_hold_item_delete": "DELETE FROM hold_item",
    }
    for name, sql in tries.items():
        assert guard_of(lambda sql=sql: statement(world, sql)) == name
    assert guard_of(lambda: statement(world, going, id=held.hex)) == "r_5_held"
    statement(world, "UPDATE record SET keep_until = NULL WHERE id = :id", id=free.hex)
    assert guard_of(lambda: statement(world, going, id=free.hex)) == "r_4_no_end_date"
    statement(world, "UPDATE record SET keep_until = '2020-01-01' WHERE id = :id", id=free.hex)
    statement(world, going, id=free.hex)
    for table in ("record_fact", "correction"):  # what is being destroyed loses them
        statement(world, f"DELETE FROM {table} WHERE record_id = :id", id=free.hex)
    late = "INSERT INTO hold_item SELECT hold_id, :id, 'record', NULL FROM hold_item LIMIT 1"
    assert guard_of(lambda: statement(world, late, id=free.hex)) == "r_5_hold_too_late"
    statement(world, "UPDATE record SET status = 'destroyed' WHERE id = :id", id=free.hex)
    back = "UPDATE record SET status = 'accepted' WHERE id = :id"
    assert guard_of(lambda: statement(world, back, id=free.hex)) == "f_17_final_states"


def test_r_5_s_7_guards_of_what_a_key_holds(keeping: Keeping) -> None:
    world = keeping.world
    held, free = keeping.records(2, keys=[("order", "HT 2024-17")])
    statement(world, "UPDATE record SET status = 'on_list'")
    going = "UPDATE record SET status = 'destroying' WHERE id = :id"
    statement(world, f"{going.replace(' WHERE', ', destroying_since = filed_at WHERE')}", id=free.hex)
    keeping.hold([], ("order", "ht２０２４-17"))
    statement(world, "DELETE FROM record_key WHERE record_id = :id", id=free.hex)
    assert guard_of(lambda: statement(world, going, id=held.hex)) == "r_5_held"
    tries = {
        "r_5_hold_key_update": "UPDATE hold_key SET value = 'x'",
        "r_5_hold_key_delete": "DELETE FROM hold_key",
        "r_5_hold_item_update": "UPDATE hold_item SET item_id = hold_id",
    }
    for name, sql in tries.items():
        assert guard_of(lambda sql=sql: statement(world, sql)) == name
    statement(world, "UPDATE hold SET lifted_at = placed_at, lifted_by = placed_by")
    statement(world, going, id=held.hex)


def test_r_6_guards_of_an_approved_list(keeping: Keeping) -> None:
    world = keeping.world
    list_id = keeping.executing(keeping.records(2))
    tries = {
        "r_6_list_delete": "DELETE FROM disposal_list",
        "r_6_list_approved": "UPDATE disposal_list SET manifest = 'x'",
        "r_6_item_delete": "DELETE FROM disposal_item",
        "r_7_list_purge": "UPDATE disposal_list SET purge_from = 6",
        "r_7_copy_delete": "DELETE FROM index_copy",
    }
    statement(world, "UPDATE disposal_list SET purge_from = 5")
    statement(
        world,
        """INSERT INTO index_copy (id, host, state, generation, made_from, position, entries,
            joined_at, seen_at)
        SELECT id, 'one', 'ready', '', 0, 0, 0, proposed_at, proposed_at FROM disposal_list""",
    )
    statement(world, "UPDATE index_copy SET made_from = 5")
    for name, sql in tries.items():
        assert guard_of(lambda sql=sql: statement(world, sql)) == name
    statement(world, "UPDATE disposal_list SET status = 'executed' WHERE id = :id", id=list_id.hex)
    back = "UPDATE disposal_list SET status = 'checking' WHERE id = :id"
    assert guard_of(lambda: statement(world, back, id=list_id.hex)) == "r_6_final_states"


def test_every_guard_has_a_test() -> None:
    texts = "".join(one.read_text("utf-8") for one in Path(__file__).parent.glob("test_*.py"))
    assert [guard.name for guard in GUARDS if guard.name not in texts] == []


def test_every_guard_has_a_name_and_a_rule_of_its_own() -> None:
    assert len({guard.name for guard in GUARDS}) == len(GUARDS)
    assert all(guard.name.startswith(guard.rule.lower().replace("-", "_")) for guard in GUARDS)
