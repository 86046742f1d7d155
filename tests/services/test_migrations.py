"""The database gets its present shape forward only, with every guard (T-1; style 9, 25)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Uuid, bindparam, inspect, select, text
from sqlalchemy.orm import Session

from docctl.config import Settings
from docctl.domain.calendar_content import shipped_calendar
from docctl.domain.events import GENESIS
from docctl.domain.lifecycle import Computed, revision_state
from docctl.domain.number_content import shipped_numbers
from docctl.domain.number_patterns import INSTRUCTION, PATTERNS
from docctl.domain.number_schemes import scheme_to_json
from docctl.domain.reviews import ReviewPlan
from docctl.domain.verdicts import Conflict
from docctl.jobs.cite_texts import cite_texts
from docctl.jobs.due import work_due
from docctl.jobs.imports.work import work_imports
from docctl.jobs.proof import verify_trail
from docctl.jobs.seal_texts import seal_plain_texts
from docctl.jobs.sealer import seal
from docctl.jobs.wait import settle
from docctl.jobs.worker import Worker
from docctl.models import Base
from docctl.models.base import new_id
from docctl.models.citations import Citation
from docctl.models.content import FileReading
from docctl.models.documents import Document, DocumentType
from docctl.models.guarding import declared, install, live
from docctl.models.guards import GUARDS
from docctl.models.imports import ImportChange, ImportFile
from docctl.models.records import ORDERED
from docctl.models.retention import Hold, HoldItem
from docctl.models.trail import AuditHead, EventRow
from docctl.models.work import DueJob, Step
from docctl.queries.audit import verify
from docctl.queries.citations import cited
from docctl.queries.controlled import setting_at
from docctl.queries.file_html import html_of
from docctl.queries.number_gaps import number_gaps
from docctl.queries.outlines import outlines_of
from docctl.queries.review_pages import document_reviews
from docctl.queries.rules_in_force import label_rules_at, number_rules_at
from docctl.queries.search_texts import texts_of
from docctl.services.distribution.print import PrintCopy, note_print
from docctl.services.house import House
from docctl.services.imports.change import ChangeImport, change_import
from docctl.services.imports.commit import CommitImport, commit_import
from docctl.services.imports.contents import Content, Contents
from docctl.services.numbers.reserve import ReserveNumber, reserve_number
from docctl.services.records.load import holds_on
from docctl.services.reviews.plan import PlanReview, plan_review
from docctl.services.revisions.revise import ReviseDocument, revise_document
from docctl.services.revisions.sign import review_revision
from docctl.services.revisions.suspend import SuspendRevision, suspend_revision
from docctl.services.schema import migrate, schema_state
from tests import filing, handing, rules
from tests.imports.making import Run, text_of, write
from tests.keeping import FORM, Keeping
from tests.services.test_migration_of_units import before_unit_names
from tests.tampering import past_the_guards
from tests.world import START, Clock, World, as_owner, build_house


@pytest.fixture
def bare(empty: Settings) -> Iterator[House]:
    house = build_house(empty, Clock(START))
    yield house
    house.close()


def test_an_empty_database_is_migrated_once(bare: House) -> None:
    owner = bare.uow.owner
    before = schema_state(owner)
    assert (before.current, before.is_ready) == (None, False)
    assert set(before.missing_guards) >= {guard.name for guard in GUARDS}
    after = migrate(owner)
    assert after.is_ready
    assert migrate(owner) == after == schema_state(bare.uow.engine)
    with bare.uow.engine.connect() as connection:
        heads = connection.execute(select(AuditHead.id, AuditHead.seq, AuditHead.hash)).all()
    assert heads == [(1, 0, GENESIS)]


def test_the_migrations_make_what_the_models_say(bare: House) -> None:
    migrate(bare.uow.owner)
    with bare.uow.owner.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_database_with_rows_is_migrated_again_and_keeps_them(world: World) -> None:
    world.issued(world.draft())
    uow = world.house.uow
    with uow.read() as session:
        before = session.execute(text("SELECT count(*) FROM event")).scalar_one()
    assert migrate(uow.owner).is_ready
    with uow.read() as session:
        assert session.execute(text("SELECT count(*) FROM event")).scalar_one() == before
        assert verify(session).ok


#: What came with controlled settings.
SETTINGS = tuple(f"DROP TABLE IF EXISTS {name}" for name in ("setting_revision", "controlled_setting"))


#: What came with distribution.
DISTRIBUTION = tuple(
    f"DROP TABLE IF EXISTS {name}" for name in ("read_task", "controlled_copy", "distribution_entry")
)


def test_d_1_what_was_issued_before_distribution_has_no_copies_and_the_next_one_has(world: World) -> None:
    first = world.issued(world.draft())
    signed = world.revision(first).manifest_sha256
    uow = world.house.uow

    def as_before(session: Session) -> None:
        before_the_routes(session)
        for statement in DISTRIBUTION:
            session.execute(text(statement))
        session.execute(text("UPDATE alembic_version SET version_num = '0020'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert not schema_state(uow.engine).is_ready
    assert migrate(uow.owner).is_ready
    assert handing.copies(world, first) == []
    assert world.revision(first).manifest_sha256 == signed
    world.clock.forward(days=1)
    cmd = ReviseDocument(world.document_of(first).id, "条款", "改正", (world.upload("chen"),))
    second = revise_document(cmd, by=world.by("chen"), house=world.house)
    world.issued(handing.listed(world, second, handing.to_unit(world)))
    assert [one.number for one in handing.copies(world, second)] == ["001"]


def test_d_5_documents_from_before_reviews_have_none_and_can_be_planned(world: World) -> None:
    document = world.document_of(world.issued(world.draft()))
    uow = world.house.uow

    def as_before(session: Session) -> None:
        before_reviews(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0025'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert not schema_state(uow.engine).is_ready
    assert migrate(uow.owner).is_ready
    at, zone = world.house.clock(), world.house.zone
    with uow.read() as session:
        page = document_reviews(session, world.by("chen").actor, document.id, at=at, zone=zone)
    assert (page.months, page.next_on, page.found.total) == (None, None, 0)
    plan = ReviewPlan(12, world.house.today())
    plan_review(PlanReview(document.id, None, plan), by=world.by("chen"), house=world.house)
    with uow.read() as session:
        page = document_reviews(session, world.by("chen").actor, document.id, at=at, zone=zone)
    assert (page.months, page.next_on, page.found.total) == (12, world.house.today(), 1)


#: The route that each type of documents had, before routes were a setting.
OLD_ROUTE = [
    {"meaning": "prepare", "days": 0, "separate_from": []},
    {"meaning": "review", "days": 3, "separate_from": ["prepare"]},
    {"meaning": "approve", "days": 3, "separate_from": ["prepare", "review"]},
]


def before_the_routes(session: Session) -> None:
    """Let routes be as they were when each type of documents had its own."""
    before_validity(session)
    found = inspect(session.connection())
    if "stage" not in {one["name"] for one in found.get_columns("step")}:
        return
    for name in ("stage", "name", "is_separate"):
        session.execute(text(f"ALTER TABLE step DROP COLUMN {name}"))
    session.execute(text("ALTER TABLE document_type ADD COLUMN route JSON DEFAULT '[]' NOT NULL"))
    session.execute(text("UPDATE document_type SET route = :route"), {"route": json.dumps(OLD_ROUTE)})
    sqlite = session.get_bind().dialect.name == "sqlite"
    for name, table in (
        ("v_2_setting_revision_delete", "setting_revision"),
        ("v_2_setting_delete", "controlled_setting"),
    ):
        session.execute(text(f"DROP TRIGGER IF EXISTS {name}" + ("" if sqlite else f" ON {table}")))
    of_routes = "(SELECT id FROM controlled_setting WHERE kind = 'routes')"
    session.execute(text(f"DELETE FROM setting_revision WHERE setting_id IN {of_routes}"))
    session.execute(text("DELETE FROM controlled_setting WHERE kind = 'routes'"))


#: What came with holds by key.
HOLDS = ("DROP TABLE hold_key", "ALTER TABLE hold_item DROP COLUMN released_at")


def before_days_for_reading(session: Session) -> None:
    """Let readings be as they were when they had no last day."""
    before_the_groups(session)
    found = inspect(session.connection())
    there = found.get_columns("read_task") if found.has_table("read_task") else []
    on = "" if session.get_bind().dialect.name == "sqlite" else " ON read_task"
    for name in sorted({one["name"] for one in there} & {"due_at", "reminded_at"}):
        session.execute(text(f"DROP TRIGGER IF EXISTS d_4_read_asked{on}"))
        session.execute(text(f"ALTER TABLE read_task DROP COLUMN {name}"))


def before_marks(session: Session) -> None:
    """Let copies be as they were when their prints bore no mark."""
    before_days_for_reading(session)
    connection = session.connection()
    found = inspect(connection)
    there = found.has_table("controlled_copy")
    if not there or "mark" not in {one["name"] for one in found.get_columns("controlled_copy")}:
        return
    on = "" if session.get_bind().dialect.name == "sqlite" else " ON controlled_copy"
    session.execute(text(f"DROP TRIGGER IF EXISTS d_3_copy_mark{on}"))
    with Operations(MigrationContext.configure(connection)).batch_alter_table("controlled_copy") as table:
        table.drop_constraint("uq_controlled_copy_mark", type_="unique")
        table.drop_column("mark")


def test_d_3_copies_from_before_marks_are_printed_with_one(world: World) -> None:
    first = handing.distributed(world, handing.to_unit(world, reads=True))
    (copy,) = handing.copies(world, first)
    uow = world.house.uow

    def as_before(session: Session) -> None:
        before_steps_knew_whom(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0026'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert not schema_state(uow.engine).is_ready
    assert migrate(uow.owner).is_ready
    assert handing.copies(world, first)[0].mark is None
    assert handing.readers(world, first) == {world.people[one]: False for one in ("li", "wang")}
    note_print(PrintCopy(copy.id, "A" * 22), by=world.by("chen"), house=world.house)
    assert handing.copies(world, first)[0].mark == "A" * 22
    with pytest.raises(Conflict):
        note_print(PrintCopy(copy.id, "B" * 22), by=world.by("chen"), house=world.house)
    assert handing.copies(world, first)[0].mark == "A" * 22  # what is on paper stays


def before_steps_knew_whom(session: Session) -> None:
    """Let steps be as they were when they did not keep whom the route wanted, and readings never ended."""
    before_marks(session)
    connection = session.connection()
    found = inspect(connection)
    if "who" not in {one["name"] for one in found.get_columns("step")}:
        return
    for name in ("who", "who_of"):
        session.execute(text(f"ALTER TABLE step DROP COLUMN {name}"))
    if not found.has_table("read_task"):
        return
    on = "" if session.get_bind().dialect.name == "sqlite" else " ON read_task"
    session.execute(text(f"DROP TRIGGER IF EXISTS d_4_read_ended{on}"))
    with Operations(MigrationContext.configure(connection)).batch_alter_table("read_task") as table:
        for name in ("whole", "unread"):
            table.drop_constraint(f"ck_read_task_ended_{name}", type_="check")
        for name in ("at", "by", "reason"):
            table.drop_column(f"ended_{name}")


def before_reviews(session: Session) -> None:
    """Let documents be as they were when none was reviewed."""
    before_steps_knew_whom(session)
    session.execute(text("DROP TABLE IF EXISTS document_review"))
    if "review_months" in {one["name"] for one in inspect(session.connection()).get_columns("document")}:
        session.execute(text("ALTER TABLE document DROP COLUMN review_months"))


def before_tails(session: Session) -> None:
    """Let numbers be as they were when their tails were looked for among all of them."""
    before_reviews(session)
    session.execute(text("DROP TABLE IF EXISTS number_tail"))
    session.execute(text("DROP INDEX IF EXISTS ix_number_entry_normal"))


def before_partly_imported(session: Session) -> None:
    """Let runs be as they were when all files of one went in together."""
    before_revisions_had_numbers(session)
    session.execute(text("DROP TABLE IF EXISTS import_notice"))
    there = inspect(session.connection())
    columns = there.get_columns("import_run") if there.has_table("import_run") else []
    for name in sorted({one["name"] for one in columns} & {"only_checked", "ordered", "uploads"}):
        session.execute(text(f"ALTER TABLE import_run DROP COLUMN {name}"))


#: The indexes of files of imports that came with their groups.
GROUPS = ("ix_import_file_group", "ix_import_file_series", "ix_import_file_state")


def before_the_groups(session: Session) -> None:
    """Let files of imports be as they were when nothing said what they have in common."""
    before_partly_imported(session)
    there = inspect(session.connection())
    columns = there.get_columns("import_file") if there.has_table("import_file") else []
    if "group_key" not in {one["name"] for one in columns}:
        return
    for name in GROUPS:
        session.execute(text(f"DROP INDEX {name}"))
    session.execute(text("CREATE INDEX ix_import_file_state ON import_file (run_id, state)"))
    session.execute(text("ALTER TABLE import_file DROP COLUMN group_key"))


def before_validity(session: Session) -> None:
    """Let revisions be as they were when none had an end of its validity."""
    before_series_began(session)
    on = "" if session.get_bind().dialect.name == "sqlite" else " ON revision"
    session.execute(text(f"DROP TRIGGER IF EXISTS v_2_revision_content{on}"))  # it names them
    there = {one["name"] for one in inspect(session.connection()).get_columns("revision")}
    for column in sorted(there & {"valid_until", "is_trial", "validity_asked_at"}):
        session.execute(text(f"ALTER TABLE revision DROP COLUMN {column}"))


def before_series_began(session: Session) -> None:
    """Let every series of numbers begin at nothing, as they did."""
    before_tails(session)
    for table in ("counter", "number_entry"):
        if "begins_after" in {one["name"] for one in inspect(session.connection()).get_columns(table)}:
            session.execute(text(f"ALTER TABLE {table} DROP COLUMN begins_after"))


def before_revisions_had_numbers(session: Session) -> None:
    """Let revisions be as they were when the number of a document never changed."""
    before_reservations(session)
    if "number" not in {one["name"] for one in inspect(session.connection()).get_columns("revision")}:
        return
    on = "" if session.get_bind().dialect.name == "sqlite" else " ON revision"
    session.execute(text(f"DROP TRIGGER IF EXISTS v_2_revision_dates{on}"))  # it names the column
    session.execute(text("ALTER TABLE revision DROP COLUMN number"))


def before_reservations(session: Session) -> None:
    """Let numbers be as they were when each was reserved by itself."""
    before_unit_names(session)
    session.execute(text("DROP TABLE IF EXISTS number_reservation"))
    session.execute(text("DROP INDEX IF EXISTS ix_number_entry_reservation"))
    if "reservation_id" in {one["name"] for one in inspect(session.connection()).get_columns("number_entry")}:
        session.execute(text("ALTER TABLE number_entry DROP COLUMN reservation_id"))


def test_n_3_a_number_reserved_before_reservations_is_still_used_by_whoever_brings_it(world: World) -> None:
    cmd = ReserveNumber(world.types["procedure"], "新工厂")
    shown = reserve_number(cmd, by=world.by("chen"), house=world.house)

    def as_before(session: Session) -> None:
        before_reservations(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0033'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert migrate(world.house.uow.owner).is_ready
    assert world.document_of(world.draft(number=shown, author="li", unit="SC")).number == shown


def test_n_7_what_was_issued_before_was_issued_under_the_number_it_has(world: World) -> None:
    issued, draft = world.issued(world.draft()), world.draft()

    def as_before(session: Session) -> None:
        before_revisions_had_numbers(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0032'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert migrate(world.house.uow.owner).is_ready
    assert [world.revision(one).number for one in (issued, draft)] == ["QP-01", ""]


def test_n_5_numbers_from_before_series_began_somewhere_keep_their_gaps(world: World) -> None:
    world.draft(number="QP-03")

    def as_before(session: Session) -> None:
        before_series_began(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0023'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert migrate(world.house.uow.owner).is_ready
    with world.house.uow.read() as session:
        found = number_gaps(session, at=world.clock())
    assert [(one.first, one.last) for one in found.rows] == [("QP-01", "QP-02")]
    assert world.document_of(world.draft()).number == "QP-04"


def before_holds_by_key(session: Session) -> None:
    """Let the holds be as they were when they covered records by number alone."""
    before_the_routes(session)
    for statement in DISTRIBUTION:
        session.execute(text(statement))
    if not inspect(session.connection()).has_table("hold_key"):  # somebody went further back already
        return
    on = "" if session.get_bind().dialect.name == "sqlite" else " ON record"
    for statement in (f"DROP TRIGGER IF EXISTS r_5_held{on}", *HOLDS):
        session.execute(text(statement))


#: What steps got with their clocks, and what the revisions of settings got.
CLOCKS = {
    "step": ("due_at", "limit_amount", "limit_unit", "reminded_at", "is_provisional"),
    "setting_revision": ("due_at", "due_on", "calendar", "is_provisional"),
}


def before_the_clocks(session: Session) -> None:
    """Let steps and settings be as they were when nothing ran by the working calendar."""
    before_holds_by_key(session)
    session.execute(text("DROP INDEX IF EXISTS ix_step_running"))
    found = inspect(session.connection())
    for table, columns in CLOCKS.items():
        there = {one["name"] for one in found.get_columns(table)} if found.has_table(table) else set()
        for name in columns:
            if name in there:
                session.execute(text(f"ALTER TABLE {table} DROP COLUMN {name}"))


def before_the_copies_of_imports(session: Session) -> None:
    """Let imports be as they were when their copies lay plain and nothing said that they end."""
    before_the_clocks(session)
    there = inspect(session.connection())
    if not there.has_table("record_import"):  # somebody went further back already
        return
    for table in ("import_run", "record_import"):
        for name in ("touched_at", "ends_on"):
            session.execute(text(f"ALTER TABLE {table} DROP COLUMN {name}"))
    session.execute(text("ALTER TABLE record_import DROP COLUMN key_destroyed_at"))


def before_the_number_rules(session: Session) -> None:
    """Let schemes of numbers and labels stand in tables, as they did."""
    if "number_scheme" in inspect(session.connection()).get_table_names():
        return
    uuid = "CHAR(32)" if session.get_bind().dialect.name == "sqlite" else "UUID"
    schemes = {**PATTERNS, INSTRUCTION.code: INSTRUCTION}
    session.execute(
        text(
            "CREATE TABLE number_scheme (code VARCHAR(40) NOT NULL, name VARCHAR(200) NOT NULL,"
            f" parts JSON NOT NULL, id {uuid} NOT NULL, CONSTRAINT pk_number_scheme PRIMARY KEY (id),"
            " CONSTRAINT uq_number_scheme_code UNIQUE (code))"
        )
    )
    insert = text("INSERT INTO number_scheme (id, code, name, parts) VALUES (:id, :code, :code, :parts)")
    ids = {code: new_id() for code in schemes}
    for code, scheme in schemes.items():
        parts = json.dumps(scheme_to_json(scheme), ensure_ascii=False)
        session.execute(
            insert.bindparams(bindparam("id", type_=Uuid())), {"id": ids[code], "code": code, "parts": parts}
        )
    for name in ("scheme_id", "record_scheme_id"):
        session.execute(
            text(f"ALTER TABLE document_type ADD COLUMN {name} {uuid} REFERENCES number_scheme (id)")
        )
    session.execute(
        text("ALTER TABLE document_type ADD COLUMN label_scheme VARCHAR(40) DEFAULT 'letter_slash'")
    )
    session.execute(text("ALTER TABLE document_type ADD COLUMN reissue_after INTEGER NOT NULL DEFAULT 5"))
    for kind, (documents, records) in {
        "procedure": ("procedure", None),
        "instruction": ("instruction", None),
        "form": ("chapter_form", "record"),
    }.items():
        update = text("UPDATE document_type SET scheme_id = :one, record_scheme_id = :two WHERE code = :code")
        session.execute(
            update.bindparams(bindparam("one", type_=Uuid()), bindparam("two", type_=Uuid())),
            {"one": ids[documents], "two": ids[records] if records else None, "code": kind},
        )


def before_the_settings(session: Session) -> None:
    before_the_copies_of_imports(session)
    before_the_number_rules(session)
    for statement in SETTINGS:
        session.execute(text(statement))


def test_w_2_a_company_from_before_controlled_settings_gets_the_shipped_calendar(world: World) -> None:
    world.issued(world.draft())
    uow = world.house.uow

    def as_before(session: Session) -> None:
        before_the_settings(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0015'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert not schema_state(uow.engine).is_ready
    assert migrate(uow.owner).is_ready
    with uow.read() as session:
        found = setting_at(session, "calendar", datetime.now(UTC))
    assert (found.ordinal, found.content) == (1, shipped_calendar())
    world.clock.now = datetime.now(UTC) + timedelta(minutes=1)
    assert rules.approved(world) == 2


def test_r_7_imports_from_before_their_copies_were_encrypted_have_their_whole_time(
    world: World, tmp_path: Path
) -> None:
    write(tmp_path / "old", "a.txt", text_of("程序", number="JL-QP-07", label="A/0"))
    run = Run.of(world, tmp_path / "old").read()
    revision = world.issued(world.draft("接待办法", text="1 目的\n接待。\n2 程序\n按《归档办法》归档。"))
    settle(world.house)
    uow = world.house.uow

    def as_before(session: Session) -> None:
        before_the_settings(session)
        session.execute(text("UPDATE citation SET clause = ''"))
        session.execute(text("UPDATE alembic_version SET version_num = '0015'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    began = datetime.now(UTC)
    assert migrate(uow.owner).is_ready
    assert began <= run.row.touched_at <= datetime.now(UTC)
    assert run.row.ends_on is None
    while cite_texts(world.house):
        pass
    with uow.read() as session:
        clauses = session.scalars(select(Citation.clause).where(Citation.revision_id == revision)).all()
    assert clauses == ["2"]


def test_a_4_an_open_step_from_before_clocks_keeps_the_day_it_had(world: World) -> None:
    open_id = world.submitted(world.draft())
    done_id = world.submitted(world.draft("文件控制程序"))
    review_revision(world.signing(done_id), by=world.by("ouyang"), house=world.house)
    uow = world.house.uow

    def steps() -> dict[tuple[UUID, str], Step]:
        with uow.read() as session:
            return {(one.revision_id, one.meaning.value): one for one in session.scalars(select(Step))}

    def as_before(session: Session) -> None:
        before_the_clocks(session)
        before_the_number_rules(session)
        session.execute(text("UPDATE step SET calendar = 'natural'"))
        session.execute(text("UPDATE alembic_version SET version_num = '0017'"))

    before = steps()
    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert migrate(uow.owner).is_ready
    after = steps()
    assert {key: (one.status, one.due_on) for key, one in after.items()} == {
        key: (one.status, one.due_on) for key, one in before.items()
    }
    review = after[open_id, "review"]
    assert (review.due_at, review.calendar) == (before[open_id, "review"].due_at, "natural")
    assert after[done_id, "review"].due_at is None
    rules.approved(world, rules.changed("2026-03-04"))
    while work_due(world.house):
        pass
    assert steps()[open_id, "review"].due_on == review.due_on  # natural days ask no calendar
    assert rules.page(world).shown.due_on is None


def test_n_10_numbers_from_before_are_cited_by_their_tails_and_names_as_written(world: World) -> None:
    target = world.document_of(world.draft("出库程序", number="T/NDF/TSP01")).id
    revision = world.draft("入库程序", text="按《TSP01》和《記錄辦法》进行。")
    settle(world.house)

    def as_before(session: Session) -> None:
        before_tails(session)
        session.execute(text("UPDATE citation SET normal_name = ''"))
        session.execute(text("UPDATE alembic_version SET version_num = '0024'"))

    as_owner(world.house).write(as_before)
    assert migrate(world.house.uow.owner).is_ready
    with world.house.uow.read() as session:
        rows = session.execute(select(Citation.normal, Citation.normal_name).order_by(Citation.ordinal)).all()
        found = cited(session, world.by("chen").actor, revision, at=world.clock())
    assert [tuple(one) for one in rows] == [("tsp01", ""), ("记录办法", "記錄辦法")]
    assert [one.document_id for one in found] == [target, None]


def test_v_8_revisions_from_before_validity_have_no_end(world: World) -> None:
    issued = world.issued(world.draft())

    def as_before(session: Session) -> None:
        before_validity(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0022'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    row = world.revision(issued)
    assert (row.valid_until, row.is_trial, row.validity_asked_at) == (None, False, None)
    assert revision_state(row.dates(), world.clock()) is Computed.IN_FORCE


def test_i_1_files_of_imports_from_before_groups_follow_corrections(world: World, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        write(tmp_path / "old", name, text_of(f"程序{name}", number="JL-QP-07", label=f"{name[0]}/0"))
    run = Run.of(world, tmp_path / "old").read()

    def as_before(session: Session) -> None:
        before_the_groups(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0029'"))

    as_owner(world.house).write(as_before)
    assert migrate(world.house.uow.owner).is_ready
    assert {one.group_key for one in run.files().values()} == {None}
    change = ChangeImport(run.id, [run.files()["a.txt"].id], {"number": "JL-QP-08"})
    change_import(change, by=world.by("chen"), house=world.house)
    assert {(one.series, one.place) for one in run.files().values()} == {("", 0)}
    assert len({one.group_key for one in run.files().values()}) == 2


def test_i_1_a_run_that_was_being_imported_goes_on_with_all_its_files(world: World, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        write(tmp_path / "old", name, text_of(f"程序{name}", number=f"JL-QP-{name[0]}", label="A/0"))
    run = Run.of(world, tmp_path / "old").read()
    commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)

    def as_before(session: Session) -> None:
        before_partly_imported(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0030'"))

    as_owner(world.house).write(as_before)
    assert migrate(world.house.uow.owner).is_ready
    assert (run.row.only_checked, run.row.ordered, run.row.uploads) == (False, 2, [])
    while work_imports(world.house):
        pass
    assert {one.outcome for one in run.files().values()} == {"new"}


def test_r_5_holds_from_before_keys_stand_as_they_did(world: World) -> None:
    world.issued(world.draft("顾客反馈登记表", kind="form", number=FORM))
    keeping = Keeping.of(world)
    one, two = keeping.records(2)
    standing, lifted = keeping.hold([one]), keeping.hold([two])
    keeping.lift(lifted)
    house = keeping.world.house

    def as_before(session: Session) -> None:
        before_holds_by_key(session)
        before_the_number_rules(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0018'"))

    with past_the_guards(house):
        as_owner(house).write(as_before)
    assert not schema_state(house.uow.engine).is_ready
    assert migrate(house.uow.owner).is_ready
    with house.uow.read() as session:
        items = {row.hold_id: row.released_at for row in session.scalars(select(HoldItem))}
        assert items == {standing: None, lifted: session.get_one(Hold, lifted).lifted_at}
        assert (holds_on(session, one), holds_on(session, two)) == (1, 0)
    keeping.hold([], ("batch", "B1"), none_yet=True)
    keeping.lift(standing)
    with house.uow.read() as session:
        assert None not in set(session.scalars(select(HoldItem.released_at)))


def test_n_2_v_1_schemes_from_before_rules_were_controlled_are_their_first_revision(world: World) -> None:
    """Documents and types stay, and the next number follows the last one by the same scheme."""
    world.issued(world.draft())
    uow = world.house.uow

    def as_before(session: Session) -> None:
        before_the_settings(session)
        session.execute(text("UPDATE document_type SET reissue_after = 7 WHERE code = 'form'"))
        session.execute(text("UPDATE alembic_version SET version_num = '0015'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert not schema_state(uow.engine).is_ready
    assert migrate(uow.owner).is_ready
    with uow.read() as session:
        numbers = setting_at(session, "numbers", world.clock())
        assert (numbers.ordinal, numbers.content) == (1, shipped_numbers())
        labels = label_rules_at(session, world.clock()).rules
        assert {code: one.reissue_after for code, one in labels.types.items()} == {
            "procedure": 5,
            "instruction": 5,
            "form": 7,
        }
        assert number_rules_at(session, world.clock()).rules.of_documents("form").code == "chapter_form"
        assert session.scalars(select(DocumentType.code).order_by(DocumentType.ordinal)).all() == [
            "procedure",
            "instruction",
            "form",
        ]
    assert world.document_of(world.draft()).number == "QP-02"


def test_a_1_the_route_of_the_types_becomes_the_first_revision_of_the_routes(world: World) -> None:
    open_id = world.submitted(world.draft())
    uow = world.house.uow

    def as_before(session: Session) -> None:
        before_the_routes(session)
        session.execute(
            text("UPDATE step SET limit_amount = NULL, limit_unit = NULL WHERE status = 'waiting'")
        )
        session.execute(text("UPDATE alembic_version SET version_num = '0021'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert migrate(uow.owner).is_ready
    world.clock.now = datetime.now(UTC)
    (route,) = rules.page(world, kind="routes").content["routes"]
    assert [one["limit"] for one in route["steps"]] == [{"amount": 3, "unit": "days"}] * 2
    review_revision(world.signing(open_id), by=world.by("ouyang"), house=world.house)
    with uow.read() as session:
        approve = session.scalars(select(Step).where(Step.meaning == "approve")).one()
    assert (approve.limit_amount, approve.limit_unit, approve.calendar) == (3, "days", "natural")
    assert approve.due_on == world.house.today() + timedelta(days=3)
    world.issued(world.draft("文件控制程序"))
    with uow.owner.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []


_WAS_READ = {
    "facts": {"number": {"value": "JL-QP-07"}},
    "chosen": {"number": "JL-QP-07", "title": "记录控制程序"},
    "notes": [{"rule": "I-1", "code": "history", "params": {"place": 1, "of": 1}}],
    "sketch": [1, 2, 3],
    "text": "规范公司记录控制程序的要求",
}


def before_the_seals_of_imports(session: Session) -> None:
    """Let the import tables be as they were when everything lay plain in them."""
    before_the_settings(session)
    for name in ("record_import_row", "record_import"):  # which came after that
        session.execute(text(f"DROP TABLE {name}"))
    for name, was in _WAS_READ.items():
        kind = "TEXT" if name == "text" else "JSON"
        session.execute(text(f"ALTER TABLE import_file DROP COLUMN sealed_{name}"))
        session.execute(text(f"ALTER TABLE import_file ADD COLUMN {name} {kind}"))
        value = was if name == "text" else json.dumps(was, ensure_ascii=False)
        session.execute(text(f"UPDATE import_file SET {name} = :value"), {"value": value})
    for name in ("parts", "pages"):
        session.execute(text(f"ALTER TABLE import_file ADD COLUMN {name} JSON"))
    session.execute(text("UPDATE import_file SET series = 'n:JLQP07'"))
    session.execute(text("ALTER TABLE import_file DROP COLUMN number"))
    session.execute(text("ALTER TABLE import_change DROP COLUMN sealed_changes"))
    session.execute(text("ALTER TABLE import_change ADD COLUMN changes JSON"))
    session.execute(
        text("UPDATE import_change SET changes = :value"), {"value": '[["x", "title", "", "记录"]]'}
    )
    for name in ("given_up_because", "is_plain", "key_destroyed_at"):
        session.execute(text(f"ALTER TABLE import_run DROP COLUMN {name}"))
    session.execute(text("UPDATE alembic_version SET version_num = '0013'"))


#: What came with outlines.
OUTLINES = (
    "DROP INDEX ix_file_reading_unoutlined",
    *(
        f"ALTER TABLE file_reading DROP COLUMN {name}"
        for name in ("outline", "sealed_outline", "outlined_at")
    ),
)


def before_the_outlines(session: Session) -> None:
    for statement in OUTLINES:
        session.execute(text(statement))


def test_i_9_texts_from_before_outlines_get_theirs_from_the_worker_and_those_of_records_none(
    world: World,
) -> None:
    revision = world.issued(world.draft(text="1 目的\n说明。\n2 范围\n说明。"))
    record = filing.filed(world, filing.a_form(world), uploads=(filing.upload(world, "wang", "1 目的"),))
    settle(world.house)
    uow = world.house.uow

    def as_before(session: Session) -> None:
        before_the_seals_of_imports(session)
        before_the_outlines(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0012'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(uow.engine).is_ready
    assert migrate(uow.owner).is_ready
    (of_record,) = filing.files(world, record)
    with uow.read() as session:
        assert outlines_of(session, [revision]) == {}
        assert session.get_one(FileReading, of_record.id).outlined_at is not None
    worker = Worker(world.house)
    while worker.run_once():
        pass
    with uow.read() as session:
        assert [one.path for one in outlines_of(session, [revision])[revision]] == ["1", "2"]


#: What came with imports and citations.
IMPORTS = (
    "DROP TABLE saved_search",  # which came after them
    "DROP TABLE IF EXISTS record_import_row",
    "DROP TABLE IF EXISTS record_import",
    *(f"ALTER TABLE document DROP COLUMN {name}" for name in ("is_external", "issuer", "issuer_number")),
    *(f"DROP TABLE {name}" for name in ("import_change", "import_file", "import_run", "citation")),
    "DROP INDEX ix_document_title_key",
    "ALTER TABLE document DROP COLUMN title_key",
    "DROP INDEX ix_file_reading_uncited",
    "ALTER TABLE file_reading DROP COLUMN cited_at",
    *(f"ALTER TABLE revision DROP COLUMN {name}" for name in ("imported_at", "imported_by", "paper")),
)


def before_the_imports(session: Session) -> None:
    before_the_settings(session)
    before_the_outlines(session)
    place = "" if session.get_bind().dialect.name == "sqlite" else " ON revision"
    for statement in (f"DROP TRIGGER IF EXISTS v_6_imported{place}", *IMPORTS):
        session.execute(text(statement))


def test_d_6_documents_from_before_imports_are_kept_and_found_by_their_title(world: World) -> None:
    world.issued(world.draft(title="記錄控制程序"))
    uow = world.house.uow

    def as_before(session: Session) -> None:
        before_the_imports(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0009'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert not schema_state(uow.engine).is_ready
    assert migrate(uow.owner).is_ready
    with uow.read() as session:
        assert session.scalars(select(Document.title_key)).all() == ["记录控制程序"]
        assert session.scalars(select(Document.is_external)).all() == [False]


def test_r_7_imports_from_before_they_were_sealed_are_kept_open_ones_sealed_by_the_worker(
    world: World, tmp_path: Path
) -> None:
    for name in ("a.txt", "b.txt"):
        write(tmp_path / "old", name, text_of(f"程序{name}", number="JL-QP-07", label=f"{name[0]}/0"))
    opened, cancelled, done = (Run.of(world, tmp_path / "old").read() for _ in range(3))
    change = ChangeImport(opened.id, [opened.files()["a.txt"].id], {"title": "新名称"})
    change_import(change, by=world.by("chen"), house=world.house)
    done.imported()
    uow = world.house.uow

    def as_before(session: Session) -> None:
        session.execute(
            text("UPDATE import_run SET state = 'cancelled' WHERE id = :id").bindparams(
                bindparam("id", cancelled.id, Uuid())
            )
        )
        before_the_seals_of_imports(session)

    as_owner(world.house).write(as_before)
    assert not schema_state(uow.engine).is_ready
    assert migrate(uow.owner).is_ready
    for path in ("a.txt", "b.txt"):
        found = opened.content(path)
        assert found == Content(**_WAS_READ), path
        assert cancelled.content(path) == done.content(path) == Content()
    assert {one.code for one in cancelled.files().values()} == {"run_cancelled"}
    first = str(opened.files()["a.txt"].id)
    assert [one.series for one in opened.files().values()] == [first, first]
    numbers = {one.outcome: one.number for one in done.files().values()}
    assert numbers["new"].startswith("JL-QP-07")
    with uow.read() as session:
        kept = select(ImportFile.sealed_text, ImportFile.run_id)
        assert {(one[:1], run) for one, run in session.execute(kept) if one} == {(b"\0", opened.id)}
    worker = Worker(world.house)
    while worker.run_once():
        pass
    with uow.read() as session:
        found_now = {one[:1] for one, _ in session.execute(kept) if one}
        assert found_now == {b"\1"}
        (undone,) = (one for one in session.scalars(select(ImportChange)) if one.sealed_changes)
        assert Contents(session, opened.id).changes(undone) == [["x", "title", "", "记录"]]
    assert opened.content("a.txt") == Content(**_WAS_READ)
    assert opened.row.is_plain is False
    with uow.owner.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []


#: The columns that came with the copies of the index, and their table.
COPIES = (
    "DROP TABLE epoch",  # which came after them
    "DROP TABLE index_copy",
    "ALTER TABLE disposal_list DROP COLUMN purge_from",
    *(f"ALTER TABLE due_job DROP COLUMN {name}" for name in ("tries", "last_error", "next_at")),
)


def before_the_copies(session: Session) -> None:
    before_the_imports(session)
    place = "" if session.get_bind().dialect.name == "sqlite" else " ON disposal_list"
    for statement in (f"DROP TRIGGER IF EXISTS r_7_list_purge{place}", *COPIES):
        session.execute(text(statement))


def test_r_7_rows_from_before_the_copies_of_the_index_are_kept(world: World) -> None:
    world.submitted(world.draft())
    uow = world.house.uow
    with uow.read() as session:
        before = {one.id: one.due_at for one in session.scalars(select(DueJob))}

    def as_before(session: Session) -> None:
        before_the_copies(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0007'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert not schema_state(uow.engine).is_ready
    assert migrate(uow.owner).is_ready
    with uow.read() as session:
        jobs = session.scalars(select(DueJob)).all()
        assert {one.id: one.due_at for one in jobs} == before != {}
        assert {(one.tries, one.last_error, one.next_at) for one in jobs} == {(0, "", None)}


#: How a database was before texts were sealed.
BEFORE_SEALS = (
    "DROP INDEX ix_file_reading_plain",
    "ALTER TABLE file_reading DROP COLUMN sealed_text",
    "ALTER TABLE file_reading DROP COLUMN sealed_html",
)


def before_the_seals(session: Session) -> None:
    before_the_copies(session)
    for statement in BEFORE_SEALS:
        session.execute(text(statement))


def before_the_heads(session: Session) -> None:
    before_the_seals(session)
    for table in ("audit_key", "audit_tree_head", "audit_watch"):
        session.execute(text(f"DROP TABLE {table}"))


def test_v_1_v_6_rows_from_before_suspensions_are_kept_and_can_be_suspended(world: World) -> None:
    issued = world.issued(world.draft())
    uow = world.house.uow

    def as_before(session: Session) -> None:
        before_the_heads(session)
        session.execute(text("DROP TABLE revision_suspension"))
        session.execute(text("ALTER TABLE document_type DROP COLUMN reissue_after"))
        session.execute(text("UPDATE alembic_version SET version_num = '0003'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert (schema_state(uow.engine).current, schema_state(uow.engine).is_ready) == ("0003", False)
    assert migrate(uow.owner).is_ready
    with uow.read() as session:
        rules = label_rules_at(session, world.clock()).rules
        assert {one.reissue_after for one in rules.types.values()} == {5}
    row = world.revision(issued)
    assert row.suspensions == []
    cmd = SuspendRevision(issued, row.row_version, "有误")
    suspend_revision(cmd, by=world.by("chen"), house=world.house)
    assert len(world.revision(issued).suspensions) == 1


def test_t_2_a_database_of_before_the_heads_gets_them_with_its_rows_in_place(world: World) -> None:
    world.issued(world.draft())
    uow = world.house.uow

    def as_before(session: Session) -> None:
        before_the_heads(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0005'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert not schema_state(uow.engine).is_ready
    assert migrate(uow.owner).is_ready
    sealed = seal(world.house)
    with uow.read() as session:
        assert session.execute(text("SELECT count(*) FROM event")).scalar_one() == sealed.size > 5
    assert verify_trail(world.house).ok


def test_r_7_plain_texts_of_before_are_kept_and_sealed_by_the_worker(world: World) -> None:
    record_id = filing.filed(world, filing.a_form(world), uploads=(filing.upload(world, "wang", "从前读出"),))
    settle(world.house)
    uow = world.house.uow

    def as_before(session: Session) -> None:
        session.execute(text("UPDATE file_reading SET text = '从前读出的正文', html = '<p>从前读出</p>'"))
        before_the_seals(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0006'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(uow.engine).is_ready
    assert migrate(uow.owner).is_ready
    columns = select(FileReading.text, FileReading.html, FileReading.sealed_text, FileReading.sealed_html)
    with uow.read() as session:
        found = session.execute(columns).all()
        assert {tuple(one) for one in found} == {("从前读出的正文", "<p>从前读出</p>", None, None)}
        assert "从前读出的正文" in texts_of(session, [record_id])[record_id]
    worker = Worker(world.house)
    while worker.run_once():
        pass
    with uow.read() as session:
        assert {(one.text, one.html) for one in session.execute(columns)} == {("", None)}
        assert "从前读出的正文" in texts_of(session, [record_id])[record_id]
        (file,) = filing.files(world, record_id)
        assert html_of(session, [file.id]) == {file.id: "<p>从前读出</p>"}
        told = [
            json.loads(one)
            for one in session.scalars(select(EventRow.facts).where(EventRow.action == "keys.texts_sealed"))
        ]
    assert [one["texts"] for one in told] == [len(found)]
    assert not seal_plain_texts(world.house)


def test_t_3_rows_from_the_first_tables_are_kept_and_their_files_count_as_hashed_when_stored(
    world: World,
) -> None:
    record_id = filing.filed(world, filing.a_form(world))
    uow = world.house.uow
    place = "" if uow.engine.dialect.name == "sqlite" else " ON {table}"
    since_then = [
        f"DROP TRIGGER IF EXISTS {one.name}{place.format(table=one.table)}"
        for one in GUARDS
        if any(
            name in one.sqlite()
            for name in (
                "revision_suspension",
                "index_copy",
                "purge_from",
                "imported_at",
                "setting_revision",
                "controlled_setting",
            )
        )
    ]
    indexes = ["ix_item_file_checked", "ix_item_file_problem", "ix_record_by_filed"]
    indexes += [f"ix_record_by_{name}" for name in ORDERED]

    def as_at_first(session: Session) -> None:  # the other guards stand, as in a database in use
        before_the_clocks(session)
        before_the_number_rules(session)
        for statement in (
            *since_then,
            *SETTINGS,
            *OUTLINES,
            *IMPORTS,
            *BEFORE_SEALS,
            *COPIES,
            *(f"DROP TABLE {table}" for table in ("audit_key", "audit_tree_head", "audit_watch")),
            "DROP TABLE revision_suspension",
            "ALTER TABLE document_type DROP COLUMN reissue_after",
            *(f"DROP INDEX {name}" for name in indexes),
            "ALTER TABLE item_file DROP COLUMN checked_at",
            "ALTER TABLE item_file DROP COLUMN problem",
            "CREATE INDEX ix_record_filed ON record (filed_at)",
            "UPDATE alembic_version SET version_num = '0001'",
        ):
            session.execute(text(statement))

    as_owner(world.house).write(as_at_first)
    assert since_then
    assert schema_state(uow.engine).current == "0001"
    assert migrate(uow.owner).is_ready
    (file,) = filing.files(world, record_id)
    assert (file.checked_at, file.problem) == (file.added_at, "")
    assert filing.row(world, record_id).title
    with uow.owner.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []
        assert dict(live(connection)) == dict(declared(connection))


def test_the_live_guards_are_those_declared(world: World) -> None:
    with world.house.uow.engine.connect() as connection:
        assert dict(live(connection)) == dict(declared(connection))
        assert {guard.name for guard in GUARDS} <= set(live(connection))


WEAK = {
    "sqlite": (
        "DROP TRIGGER t_1_event_delete",
        "CREATE TRIGGER t_1_event_delete BEFORE DELETE ON event WHEN FALSE BEGIN SELECT 1; END",
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION guard_t_1_event_delete() RETURNS trigger LANGUAGE plpgsql
            SET search_path = public, pg_temp AS 'BEGIN RETURN OLD; END'""",
    ),
}
GONE = {
    "sqlite": ("DROP TRIGGER t_1_event_delete",),
    "postgresql": ("DROP TRIGGER t_1_event_delete ON event",),
}
SLEEPING = {
    "sqlite": ("DROP TRIGGER t_1_event_delete",),
    "postgresql": ("ALTER TABLE event DISABLE TRIGGER t_1_event_delete",),
}


@pytest.mark.parametrize("change", [GONE, WEAK, SLEEPING], ids=["gone", "weakened", "asleep"])
def test_a_guard_that_is_gone_or_weakened_is_found_and_put_back(
    world: World, change: dict[str, tuple[str, ...]]
) -> None:
    uow, owner = world.house.uow, as_owner(world.house)
    statements = change[uow.engine.dialect.name]
    owner.write(lambda session: [session.execute(text(one)) for one in statements])
    assert schema_state(uow.engine).missing_guards == ("t_1_event_delete",)
    owner.write(lambda session: install(session.connection()))
    assert schema_state(uow.engine).is_ready


@pytest.mark.postgresql_only
def test_v_3_a_constraint_that_is_gone_is_found_and_put_back(world: World) -> None:
    owner = as_owner(world.house)
    owner.write(lambda session: session.execute(text("ALTER TABLE revision DROP CONSTRAINT v_3_overlap")))
    assert schema_state(world.house.uow.engine).missing_guards == ("v_3_overlap",)
    owner.write(lambda session: install(session.connection()))
    assert schema_state(world.house.uow.engine).is_ready
