"""PostgreSQL as a server: the role that may not, a guard between transactions, a server that is away."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, delete, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from docctl import wiring
from docctl.app import create_app
from docctl.config import Settings
from docctl.domain.verdicts import Conflict, RuleRefused
from docctl.models import Base
from docctl.models.guards import GUARDS, truncations
from docctl.models.organisation import Unit
from docctl.models.trail import EventRow
from docctl.models.work import Delivery
from docctl.services.database import OWNER_BOUNDS
from docctl.services.disposal import clear
from docctl.services.disposal.clear import clear_server
from docctl.services.house import House
from docctl.services.schema import migrate, schema_state
from tests import postgres
from tests.cli.terminal import Terminal
from tests.places import database_of, new_place
from tests.web.browser import browser, words_of
from tests.world import PASSWORD, START, Clock, World, as_owner, build_house

pytestmark = pytest.mark.postgresql_only

DENIED = "42501"


def key(error: pytest.ExceptionInfo[RuleRefused]) -> str:
    return error.value.refused.key


def denied(house: House, statement: str) -> bool:
    """Say whether the role of the application may not even try."""
    with pytest.raises(DBAPIError) as error:
        house.uow.write(lambda session: session.execute(text(statement)))
    return getattr(error.value.orig, "sqlstate", "") == DENIED


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM event",
        "UPDATE event SET facts = '{}'",
        "UPDATE event_detail SET salt = salt",
        "DELETE FROM revision",
        "UPDATE signature SET comment = 'x'",
        "DELETE FROM hold_item",
        "ALTER TABLE event DISABLE TRIGGER t_1_event_delete",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "DROP TRIGGER t_1_event_delete ON event",
        "ALTER TABLE revision DROP CONSTRAINT v_3_overlap",
        "ALTER TABLE event OWNER TO docctl_app",
        "DROP TABLE event",
        "CREATE TABLE mine (x integer)",
        "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "ALTER FUNCTION guard_t_1_event_delete() RESET ALL",
        "SET session_replication_role = replica",
        "SET ROLE docctl_owner",
        "UPDATE alembic_version SET version_num = 'x'",
    ],
)
def test_the_application_s_role_may_not_even_try(house: House, statement: str) -> None:
    assert denied(house, statement)


def test_the_application_s_role_truncates_nothing_and_its_owner_nothing_that_is_guarded(house: House) -> None:
    owner = as_owner(house)
    guarded = {guard.table: guard.name for guard in truncations()}
    assert set(guarded) == {guard.table for guard in GUARDS}
    for table in Base.metadata.sorted_tables:
        assert denied(house, f"TRUNCATE {table.name} CASCADE"), table.name
    for table, name in guarded.items():
        with pytest.raises(RuleRefused) as error:
            owner.write(lambda session, table=table: session.execute(text(f"TRUNCATE {table} CASCADE")))
        assert error.value.refused.params["guard"].endswith("_truncate"), name


def test_a_temporary_table_of_the_same_name_misleads_no_guard(world: World) -> None:
    world.issued(world.draft())

    def work(session: Session) -> None:
        session.execute(text("CREATE TEMPORARY TABLE revision AS SELECT * FROM revision WHERE FALSE"))
        session.execute(
            text("""INSERT INTO public.item_file (id, owner_kind, owner_id, role, ordinal, name, media_type,
                sha256, size, object_key, object_version, stored_sha256, stored_size, added_at)
                SELECT gen_random_uuid(), 'revision', id, 'annex', 9, 'x', 'x', 'x', 1, 'x', 'x', 'x', 1,
                now()
                FROM public.revision WHERE status = 'issued'""")
        )

    with pytest.raises(RuleRefused) as error:
        world.house.uow.write(work)
    assert error.value.refused.params["guard"] == "v_2_file_insert"


def test_a_role_that_owns_the_tables_is_not_worked_with(settings: Settings) -> None:
    mighty = replace(settings, database_url=settings.migration_url, migration_url="")
    house = build_house(mighty, Clock(START))
    state = schema_state(house.uow.engine)
    assert (state.is_ready, state.owns_tables, state.missing_guards) == (False, True, ())
    assert Terminal(house, mighty).refused("worker", "--once") == (1, "machine.owns_tables")
    house.close()


def test_a_role_that_may_make_things_beside_the_tables_is_not_worked_with(house: House) -> None:
    owner = as_owner(house)
    owner.write(lambda session: session.execute(text("GRANT CREATE ON SCHEMA public TO docctl_app")))
    assert schema_state(house.uow.engine).owns_tables
    assert migrate(house.uow.owner).is_ready  # and takes the right away again
    assert schema_state(house.uow.engine).is_ready


def test_a_server_that_is_too_old_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docctl.services.schema._OLDEST_SERVER", 990_000)
    with pytest.raises(RuleRefused) as error:
        migrate(house.uow.owner)
    assert key(error) == "database.too_old"


def test_without_the_owner_s_address_nothing_is_migrated(empty: Settings) -> None:
    house = build_house(replace(empty, migration_url=""), Clock(START))
    with pytest.raises(RuleRefused) as error:
        migrate(house.uow.owner)
    assert key(error) == "database.owner_needed"
    house.close()


@pytest.mark.parametrize("locale", ["LC_COLLATE 'C.UTF-8' LC_CTYPE 'C'", "LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"])
def test_a_database_that_sorts_otherwise_is_refused(empty: Settings, server: str, locale: str) -> None:
    name = database_of(empty)
    postgres.execute(
        server,
        f"DROP DATABASE {name}",
        f"CREATE DATABASE {name} OWNER {postgres.OWNER} TEMPLATE template0 ENCODING 'UTF8' {locale}",
    )
    house = build_house(empty, Clock(START))
    with pytest.raises(RuleRefused) as error:
        migrate(house.uow.owner)
    assert key(error) == "database.wrong_locale"
    house.close()


def test_v_3_two_transactions_that_do_not_see_each_other_make_no_overlap(world: World) -> None:
    """The trigger of the second sees nothing yet; the constraint waits for the first and refuses."""
    first = world.issued(world.draft())
    columns = [one.name for one in Base.metadata.tables["revision"].columns]
    given = {"id": "gen_random_uuid()", "effective_from": "'2031-01-01'", "effective_until": "NULL"}
    barrier, answers = threading.Barrier(2, timeout=30), []

    def add(ordinal: int) -> None:
        values = ", ".join((given | {"ordinal": str(ordinal)}).get(one, one) for one in columns)
        tries = []

        def work(session: Session) -> None:
            if not tries:
                barrier.wait()
            tries.append(1)
            copied = f"SELECT {values} FROM revision WHERE id = :id"
            session.execute(text(f"INSERT INTO revision ({', '.join(columns)}) {copied}"), {"id": first})
            session.execute(text("SELECT pg_sleep(0.3)"))

        try:
            world.house.uow.write(work)
            answers.append("in")
        except RuleRefused as error:
            answers.append(str(error.refused.params.get("guard")))

    world.house.uow.write(
        lambda session: session.execute(text("UPDATE revision SET effective_until = '2030-01-01'"))
    )
    threads = [threading.Thread(target=add, args=(number,)) for number in (8, 9)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answers) == ["in", "v_3_overlap_insert"]


def test_a_connection_lost_in_the_middle_is_one_refusal_and_heals(world: World, server: str) -> None:
    house = world.house

    def cut(session: Session) -> None:
        session.execute(text("UPDATE unit SET name = 'half'"))
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        postgres.execute(server, f"SELECT pg_terminate_backend({pid})")
        session.execute(text("SELECT 1"))

    with pytest.raises(RuleRefused) as error:
        house.uow.write(cut)
    assert key(error) == "database.unavailable"

    def cut_reading() -> None:
        with house.uow.read() as session:
            cut_here: Any = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            postgres.execute(server, f"SELECT pg_terminate_backend({cut_here})")
            session.execute(text("SELECT 1"))

    with pytest.raises(RuleRefused) as error:
        cut_reading()
    assert key(error) == "database.unavailable"
    with house.uow.read() as session:
        assert "half" not in set(session.scalars(text("SELECT name FROM unit")))
    assert house.uow.write(lambda session: session.get_one(Unit, world.units["PZ"]).code) == "PZ"


def test_a_connection_that_ended_in_the_pool_is_not_given_to_the_next(world: World, server: str) -> None:
    house = world.house
    for _ in range(3):
        with house.uow.read() as session:
            pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        postgres.execute(server, f"SELECT pg_terminate_backend({pid}, 5000)")
    with house.uow.read() as session:
        assert session.execute(text("SELECT pg_backend_pid()")).scalar_one() != pid


def test_a_statement_stays_prepared_after_reading(world: World) -> None:
    for _ in range(8):
        world.by("wang")
    with world.house.uow.read() as session:
        query = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM person%'"
        assert session.execute(text(query)).scalar_one() == 1


def test_a_server_that_is_not_there_is_one_line(settings: Settings) -> None:
    nowhere = settings.database_url.split("?")[0] + "?host=/nowhere"
    away = replace(
        settings, database_url=nowhere, migration_url=nowhere.replace("docctl_app", "docctl_owner")
    )
    house = build_house(away, Clock(START))
    for act in (
        lambda: house.uow.write(lambda session: session.execute(text("SELECT 1"))),
        lambda: schema_state(house.uow.engine),
        lambda: migrate(house.uow.owner),
    ):
        with pytest.raises(RuleRefused) as error:
            act()
        assert key(error) == "database.unavailable"
    for words in (("worker", "--once"), ("migrate",), ("audit", "verify"), ("retention", "due")):
        assert Terminal(house, away).refused(*words) == (1, "database.unavailable"), words
    house.close()


@pytest.mark.parametrize(("language", "words"), [("zh_Hans", "数据库连接不上"), ("en", "cannot be reached")])
def test_a_page_says_that_the_server_is_not_there_and_works_again(
    settings: Settings, world: World, server: str, language: str, words: str
) -> None:
    client = browser(create_app(settings, world.house))
    client.sign_in("wang")
    client.set_cookie("docctl-language", language)
    name = database_of(settings)
    postgres.execute(
        server,
        f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    )
    for url in ("/", "/documents", "/sign-in"):
        answer = client.get(url, headers={"Accept-Language": language.replace("_", "-")})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), url
        assert words in words_of(answer), url
    form = {"username": "wang", "password": PASSWORD}
    assert client.post("/sign-in", data=form).status_code in {400, 503}  # never an answer of the wrong kind
    postgres.execute(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert client.get("/documents").status_code == 200


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("disk_full", "request.disk_full"),
        ("io_error", "request.disk_failed"),
        ("query_canceled", "request.busy"),
        ("too_many_connections", "database.unavailable"),
        ("cannot_connect_now", "database.unavailable"),
        ("read_only_sql_transaction", "database.unavailable"),
        ("serialization_failure", "request.busy"),
        ("deadlock_detected", "request.busy"),
    ],
)
def test_what_the_server_says_has_one_sentence(
    house: House, monkeypatch: pytest.MonkeyPatch, state: str, answer: str
) -> None:
    monkeypatch.setattr("docctl.services.uow.time.sleep", lambda _: None)
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'as the server does' USING ERRCODE = '{state}'; END $$"
    with pytest.raises(RuleRefused) as error:
        house.uow.write(lambda session: session.execute(text(raising)))
    assert key(error) == answer


def test_a_row_that_somebody_keeps_locked_ends_as_busy(
    world: World, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    monkeypatch.setattr("docctl.services.uow.time.sleep", lambda _: None)
    engine = create_engine(world.house.uow.owner.url)
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        session.execute(text("SET LOCAL lock_timeout = '30ms'"))
        session.execute(text("UPDATE unit SET name = 'x'"))

    with engine.connect() as other, other.begin():
        other.execute(text("SELECT * FROM unit FOR UPDATE"))
        with pytest.raises(Conflict) as error:
            world.house.uow.write(work)
    engine.dispose()
    assert (key(error), len(tries)) == ("request.busy", 4)
    world.house.uow.write(work)


def test_a_deadlock_is_tried_again_and_both_get_through(world: World) -> None:
    barrier = threading.Barrier(2, timeout=30)
    done: list[str] = []

    def write(first: str, then: str) -> None:
        tries = []

        def work(session: Session) -> None:
            session.execute(text("UPDATE unit SET name = name || '.' WHERE code = :code"), {"code": first})
            if not tries:
                tries.append(1)
                barrier.wait()
            session.execute(text("UPDATE unit SET name = name || '.' WHERE code = :code"), {"code": then})

        world.house.uow.write(work)
        done.append(first)

    threads = [threading.Thread(target=write, args=pair) for pair in (("PZ", "SC"), ("SC", "PZ"))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(done) == ["PZ", "SC"]


def test_text_sorts_as_on_sqlite(empty: Settings) -> None:
    house = build_house(new_place(empty.data / "other").settings, Clock(START))
    words = ["b", "B", "a", "ä", "A", "中", "_", "-", "10", "9"]
    with house.uow.owner.connect() as connection:
        query = "SELECT x FROM unnest(CAST(:words AS text[])) AS x ORDER BY x"
        assert list(connection.scalars(text(query), {"words": words})) == sorted(words)
    house.close()


def test_r_4_an_installed_docctl_compares_its_clock_with_the_server_s(settings: Settings) -> None:
    house = wiring.build(settings)
    try:
        assert set(house.clocks) == {"database"}
        assert abs(house.clocks["database"]() - datetime.now(UTC)) < timedelta(minutes=1)
    finally:
        house.close()


def put(session: Session, world: World, word: str) -> None:
    session.add(Delivery(kind="x", key=word, payload={}, created_at=world.clock(), next_at=world.clock()))


def test_r_7_the_owner_lets_the_server_forget_what_was_deleted(
    world: World, settings: Settings, server: str
) -> None:
    word = "海豚联系人7731"
    (database,) = Path(server, "data", "base").glob(_oid(server, settings))

    def found() -> bool:
        postgres.execute(server, "CHECKPOINT")
        return any(word.encode() in one.read_bytes() for one in database.iterdir() if one.is_file())

    world.house.uow.write(lambda session: put(session, world, word))
    with world.house.uow.owner.connect() as owner, owner.begin():
        owner.execute(text("ANALYZE delivery"))  # as the server does by itself: values go into its statistics
    world.house.uow.write(lambda session: session.execute(delete(Delivery).where(Delivery.key == word)))
    assert found()
    cleared = clear_server(by=world.system(), house=world.house)
    assert cleared.tables == len(Base.metadata.tables) + 1
    assert not cleared.log  # the owner of the tables may not
    assert not found()
    with world.house.uow.read() as session:
        row = session.scalars(select(EventRow).where(EventRow.action == "database.cleared")).one()
    assert json.loads(row.facts) == {"log": False, "tables": cleared.tables}
    with pytest.raises(RuleRefused):
        clear_server(by=world.by("admin"), house=world.house)


def test_r_7_without_the_owner_s_address_nothing_is_written_anew(world: World, settings: Settings) -> None:
    house = build_house(replace(settings, migration_url=None), world.clock)
    try:
        with pytest.raises(RuleRefused) as error:
            clear_server(by=world.system(), house=house)
    finally:
        house.close()
    assert key(error) == "R-7.owner_needed_to_clear"


@pytest.mark.parametrize(
    ("others", "named"),
    [(["TABLE delivery"], "delivery"), ([], "pg_statistic")],
    ids=["a table", "the statistics"],
)
def test_r_7_a_table_that_the_role_does_not_own_is_named(
    world: World, settings: Settings, server: str, others: list[str], named: str
) -> None:
    database = database_of(settings)
    url = postgres.address(server, "postgres", database)
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection, connection.begin():
        for one in (f"DATABASE {database}", *others):
            connection.execute(text(f"ALTER {one} OWNER TO postgres"))
    engine.dispose()
    with pytest.raises(RuleRefused) as error:
        clear_server(by=world.system(), house=world.house)
    assert (key(error), error.value.refused.params) == ("R-7.table_not_owned", {"name": named})
    with world.house.uow.read() as session:
        assert session.scalar(select(EventRow.seq).where(EventRow.action == "database.cleared")) is None


def test_r_7_what_an_older_transaction_sees_is_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.house.uow.write(lambda session: put(session, world, "seen"))
    with world.house.uow.read() as session:
        assert session.scalar(select(func.count()).select_from(Unit))  # its view of all tables is from now
        world.house.uow.write(lambda other: other.execute(delete(Delivery).where(Delivery.key == "seen")))
        with monkeypatch.context() as hasty:
            hasty.setattr(clear, "_PAUSES", (0.1,))
            with pytest.raises(Conflict) as error:
                clear_server(by=world.system(), house=world.house)
    assert error.value.refused.key == "request.busy"
    assert clear_server(by=world.system(), house=world.house).tables


def test_r_7_a_table_that_somebody_keeps_ends_as_busy(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(OWNER_BOUNDS, "lock_timeout", "200ms")
    house = build_house(settings, world.clock)
    try:
        with world.house.uow.owner.connect() as keeps, keeps.begin():
            keeps.execute(text("LOCK TABLE legal_entity IN ACCESS SHARE MODE"))
            with pytest.raises(Conflict) as error:
                clear_server(by=world.system(), house=house)
    finally:
        house.close()
    assert error.value.refused.key == "request.busy"


def _oid(server: str, settings: Settings) -> str:
    engine = create_engine(
        postgres.address(server, "postgres", "postgres").replace("postgresql:", "postgresql+psycopg:")
    )
    name = database_of(settings)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT oid FROM pg_database WHERE datname = :name"), {"name": name})
        oid = str(found.scalar_one())
    engine.dispose()
    return oid
