"""What a search finds for whom, and what it stops finding before the index follows (S-1 to S-4, X-3)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, update

from docctl.domain.verdicts import RuleRefused
from docctl.jobs.projection import follow, lag, rebuild
from docctl.jobs.wait import settle
from docctl.models.documents import Document
from docctl.models.numbers import Alias
from docctl.models.records import Record
from docctl.queries.search import Asked, SearchPage, search
from docctl.queries.search_choices import search_choices
from docctl.services.access import intern_set
from docctl.services.caller import the_system
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from docctl.services.trail import Subject, record
from tests import rules
from tests.beginnings import begun, settings_after
from tests.filing import a_form, accepted, corrected, filed, force, row, upload, voided
from tests.places import Place
from tests.world import World


@dataclass
class Searching:
    """A world in which searches are typed."""

    world: World

    def __call__(self, who: str, text: str = "", **asked: object) -> SearchPage:
        actor = self.world.by(who).actor
        return self.ask(actor, Asked(text=text, **asked))  # type: ignore[arg-type]

    def ask(self, actor: object, asked: Asked) -> SearchPage:
        house = self.world.house
        with house.uow.read() as session:
            return search(
                session,
                actor,  # type: ignore[arg-type]
                asked,
                engine=house.search,
                at=house.clock(),
                zone=house.zone,
            )

    def numbers(self, who: str, text: str = "", **asked: object) -> list[str]:
        return [one.number for one in self(who, text, **asked).hits]


def issued(world: World) -> None:
    """Bring a procedure into force."""
    world.issued(world.draft("记录控制程序", text="记录应清晰、完整，并便于查找。"))


def scratched(world: World) -> UUID:
    """File a record of the production unit that everybody's index knows."""
    issued(world)
    one = filed(world, a_form(world), uploads=(upload(world, "wang", "上盖侧边划伤，班长已确认。"),))
    settle(world.house)
    return one


settings = settings_after(scratch=scratched, found=issued)


@pytest.fixture
def found(world: World) -> Searching:
    return Searching(world)


@pytest.fixture
def scratch(world: World, founded: Place) -> UUID:
    """Return the record of a company that has it."""
    return begun(founded, scratched)[1]


def test_s_4_what_was_filed_is_found_once_the_worker_followed(found: Searching) -> None:
    settle(found.world.house)
    assert found("wang", "便于查找").total == 1


@pytest.mark.parametrize("typed", ["“记录应清晰”", "記錄應清晰", "記錄控制程序", "记录", "记录 查找"])
def test_s_2_either_script_and_any_phrase_finds_it(found: Searching, typed: str) -> None:
    settle(found.world.house)
    (hit,) = found("wang", typed).hits
    assert hit.title == "记录控制程序"


def test_s_2_a_phrase_that_nowhere_stands_so_is_not_found(found: Searching) -> None:
    settle(found.world.house)
    assert found("wang", "“记录清晰应”").total == 0


def test_s_3_a_snippet_marks_the_phrase_in_the_text_of_the_file(found: Searching) -> None:
    settle(found.world.house)
    (hit,) = found("wang", "“便于查找”").hits
    assert ("便于查找", True) in hit.snippet
    assert "记录应清晰" in "".join(text for text, _ in hit.snippet)


def test_s_1_a_number_or_its_beginning_finds_its_item(scratch: UUID, found: Searching) -> None:
    number = row(found.world, scratch).number
    assert found.numbers("wang", number)[0] == number
    assert number in found.numbers("wang", number[:5])


def test_n_9_another_name_of_a_document_finds_it(found: Searching) -> None:
    world = found.world

    def name(session) -> None:
        one = session.query(Document).one()
        session.add(Alias(item_kind="document", item_id=one.id, kind="former", text="旧档08号", normal="x"))

    world.house.uow.write(name)
    settle(world.house)
    rebuild(world.house)
    assert found("wang", "旧档08号").total == 1


def test_x_3_each_role_has_its_own_total(scratch: UUID, found: Searching) -> None:
    totals = {who: found(who, "划伤").total for who in ("wang", "li", "zhou", "qian", "zhang", "ouyang")}
    assert totals == {"wang": 1, "li": 1, "zhou": 1, "qian": 1, "zhang": 0, "ouyang": 0}


def test_x_3_a_draft_is_found_by_insiders_only(found: Searching) -> None:
    found.world.draft("培训管理办法")
    settle(found.world.house)
    assert [found(who, "培训管理办法").total for who in ("chen", "ouyang", "wang", "zhang")] == [1, 1, 0, 0]


def test_s_4_a_voided_record_is_gone_before_the_index_follows(scratch: UUID, found: Searching) -> None:
    voided(found.world, scratch)
    assert found.world.house.search.count() > 0
    page = found("wang", "划伤")
    assert (page.total, page.hits) == (0, ())
    assert follow(found.world.house)
    assert found("wang", "划伤").total == 0


def test_s_4_a_record_on_its_way_out_is_gone_before_the_index_follows(
    scratch: UUID, found: Searching
) -> None:
    world = found.world
    accepted(world, scratch)
    settle(world.house)
    assert found("zhou", "划伤").total == 1
    force(world, scratch, "on_list", "destroying")
    note(world, scratch)
    assert found("zhou", "划伤").total == 0


def test_s_4_totals_are_right_beyond_the_page_too(found: Searching) -> None:
    world = found.world
    form = a_form(world)
    many = [filed(world, form, title=f"外壳划伤 {place}") for place in range(23)]
    settle(world.house)
    first = found("wang", "外壳划伤", sort="number")
    assert (first.total, len(first.hits), first.has_next) == (23, 20, True)
    voided(world, many[22])
    voided(world, many[0])
    first = found("wang", "外壳划伤", sort="number")
    assert (first.total, len(first.hits), first.has_next) == (21, 20, True)
    last = found("wang", "外壳划伤", sort="number", page=2)
    assert (last.first, last.last, last.has_next) == (21, 21, False)
    assert not {one.id for one in first.hits} & {one.id for one in last.hits}
    assert found("wang", "外壳划伤", page=99).page == 2


def test_x_3_a_narrowed_record_is_gone_before_the_index_follows(scratch: UUID, found: Searching) -> None:
    world = found.world

    def narrow(session) -> None:
        only = intern_set(session, {f"person:{world.people['zhou']}"})
        session.execute(update(Record).where(Record.id == scratch).values(access_set_id=only))

    world.house.uow.write(narrow)
    note(world, scratch)
    assert found("wang", "划伤").total == 0


def test_x_3_a_row_that_hides_itself_without_an_event_is_dropped_from_the_page(
    scratch: UUID, found: Searching
) -> None:
    force(found.world, scratch, "accepted", "on_list", "destroying")
    page = found("wang", "划伤")
    assert (page.total, page.hits) == (0, ())


def test_v_4_a_withdrawn_document_is_found_on_request_only(found: Searching) -> None:
    world = found.world
    settle(world.house)
    with world.house.uow.read() as session:
        document = session.query(Document).one()
    revision = UUID(str(found("chen", "便于查找").hits[0].revision_id))
    world.clock.forward(days=1)
    withdraw_revision(
        WithdrawRevision(revision, world.revision(revision).row_version, reason="不再使用"),
        by=world.by("chen"),
        house=world.house,
    )
    world.clock.forward(seconds=1)
    for _ in range(2):  # before the index follows, and after
        assert found("wang", "便于查找").total == 0
        assert found("chen", "便于查找").total == 0
        assert found("wang", "便于查找", with_obsolete=True).total == 0
        (hit,) = found("chen", "便于查找", with_obsolete=True).hits
        assert (hit.id, hit.state, hit.is_obsolete) == (document.id, "withdrawn", True)
        assert found("wang", "便于查找 state:withdrawn").total == 0
        assert found("chen", "便于查找 NOT state:withdrawn").total == 0
        settle(world.house)
    (hit,) = found("chen", "便于查找 state:withdrawn").hits  # asked for by its state
    assert (hit.id, hit.state) == (document.id, "withdrawn")
    assert found("chen", "便于查找 状态:已作废").total == 1
    assert found("chen", "便于查找 state:superseded").total == 0


def test_v_3_what_is_not_yet_in_force_is_not_found_by_its_readers(found: Searching) -> None:
    world = found.world
    world.issued(world.draft("新程序", text="下周起执行"), on=world.house.today() + timedelta(days=7))
    settle(world.house)
    assert found("wang", "下周起执行").total == 0
    world.clock.forward(days=8)
    (hit,) = found("wang", "下周起执行").hits
    assert hit.state == "in_force"


def test_v_6_each_state_that_dates_tell_is_found_counted_and_narrowed_to(found: Searching) -> None:
    world = found.world
    soon = world.house.today() + timedelta(days=7)
    new = world.issued(world.draft("新程序", text="下周起执行"), on=soon)
    taken_back = world.issued(world.draft("撤回的程序", text="不会执行"), on=soon)
    withdraw_revision(
        WithdrawRevision(taken_back, world.revision(taken_back).row_version, reason="写错"),
        by=world.by("chen"),
        house=world.house,
    )
    number = {one: world.document_of(one).number for one in (new, taken_back)}

    def states(**asked: object) -> dict[str, int]:
        actor, house = world.by("chen").actor, world.house
        with house.uow.read() as session:
            page = search(
                session,
                actor,
                Asked(kind="document", **asked),  # type: ignore[arg-type]
                engine=house.search,
                at=house.clock(),
                zone=house.zone,
                counts=True,
            )
        return dict(page.facets["state"])

    settle(world.house)
    assert found("wang", "下周起执行").total == 0
    assert found.numbers("chen", "下周起执行") == [number[new]]
    assert found.numbers("chen", state="waiting") == [number[new]]
    assert found.numbers("chen", "状态:已发布未实施") == [number[new]]
    assert found.numbers("wang", state="waiting") == []
    assert found("chen", "不会执行").total == 0
    assert found.numbers("chen", state="withdrawn") == [number[taken_back]]
    assert found.numbers("wang", state="withdrawn") == []
    stood = found("chen", state="in_force").total
    assert states() == {"in_force": stood, "waiting": 1}
    assert states(with_obsolete=True) == {"in_force": stood, "waiting": 1, "withdrawn": 1}
    world.clock.forward(days=8)
    assert states(with_obsolete=True) == {"in_force": stood + 1, "withdrawn": 1}
    assert found.numbers("chen", state="waiting") == []
    assert (hit := found("wang", "下周起执行").hits[0]).state == "in_force", hit


def test_s_1_filters_narrow_by_kind_unit_type_state_and_day(scratch: UUID, found: Searching) -> None:
    world = found.world
    today = world.house.today()
    both = found("wang", sort="number", text="")
    assert both.total == 3
    assert found("wang", kind="record").total == 1
    assert found("wang", kind="document").total == 2
    assert found("wang", unit="SC").total == 1
    assert found("wang", type="procedure").total == 1
    assert found("wang", type="QR-1102").total == 1
    assert found("wang", state="in_force").total == 2
    assert found("wang", state="completed").total == 1
    assert found("wang", state="accepted").total == 0
    yesterday = today - timedelta(days=1)  # when the scratch was made
    assert found("wang", kind="record", day_from=yesterday, day_until=yesterday).total == 1
    assert found("wang", kind="record", day_from=today).total == 0
    assert found("wang", state="nonsense", sort="nonsense", kind="nonsense").total == 3


def test_c_1_a_corrected_title_is_found_by_both_values(scratch: UUID, found: Searching) -> None:
    corrected(found.world, scratch, field="title", new="上盖裂纹")
    settle(found.world.house)
    assert found("wang", "上盖裂纹").total == 1
    assert found("wang", "外壳划伤").total == 1
    assert found("wang", "外壳划伤").hits[0].title == "上盖裂纹"


def test_s_4_an_index_that_is_not_there_yet_says_so(world: World) -> None:
    page = Searching(world)("wang", "记录")
    assert not page.is_ready
    assert page.total == 0


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("，。！", "nothing_to_find"),
        ("记" * 1001, "too_long"),
        (" ".join(f"w{n}" for n in range(41)), "too_many_words"),
    ],
)
def test_s_1_a_search_that_cannot_be_answered_says_why(found: Searching, typed: str, code: str) -> None:
    settle(found.world.house)
    with pytest.raises(RuleRefused) as error:
        found("wang", typed)
    assert error.value.refused.key == f"S-1.{code}"


def test_s_1_a_search_of_the_longest_kind_is_answered(found: Searching) -> None:
    settle(found.world.house)
    assert found("wang", "记" * 1000).total == 0
    assert found("wang", " ".join(f"w{n}" for n in range(40))).total == 0


def test_style_10_statements_do_not_grow_with_the_hits(found: Searching) -> None:
    world = found.world
    form = a_form(world)
    counts = []
    for more in (1, 12):
        for place in range(more):
            filed(world, form, title=f"外壳划伤 {place}")
        settle(world.house)
        counts.append(statements(world, lambda: found("wang", "外壳划伤")))
    assert counts[0] == counts[1]


def test_the_operator_finds_what_every_set_lets_anybody_see(scratch: UUID, found: Searching) -> None:
    operator = the_system(found.world.clock()).actor
    assert found.ask(operator, Asked(text="划伤")).total == 1


def test_x_3_forms_to_filter_by_are_those_in_force(scratch: UUID, found: Searching) -> None:
    world = found.world
    world.draft("未发布的表", kind="form", number="QR-1199")
    with world.house.uow.read() as session:
        seen = search_choices(session, world.by("wang").actor, at=world.clock())
        inside = search_choices(session, world.by("chen").actor, at=world.clock())
    assert [one.value for one in seen.forms] == ["QR-1102"]
    assert [one.value for one in inside.forms] == ["QR-1102", "QR-1199"]
    assert [one.value for one in seen.units] == ["KF", "PZ", "SC", "ZH"]


def note(world: World, record_id: UUID) -> None:
    """Record an event on a record that the index has not followed."""
    world.house.uow.write(
        lambda session: record(session, world.system(), "record.destroying", Subject("record", record_id))
    )


def statements(world: World, call) -> int:
    seen: list[str] = []

    def count(_conn, _cursor, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(world.house.uow.engine, "before_cursor_execute", count)
    try:
        call()
    finally:
        event.remove(world.house.uow.engine, "before_cursor_execute", count)
    return len(seen)


@pytest.mark.parametrize(("short", "partial"), [(0, False), (1, True)], ids=["at the limit", "over it"])
def test_s_4_a_search_says_that_an_index_far_behind_is_partial(
    found: Searching, monkeypatch: pytest.MonkeyPatch, short: int, partial: bool
) -> None:
    settle(found.world.house)
    found.world.draft("培训管理办法")
    behind = lag(found.world.house)
    monkeypatch.setattr("docctl.queries.search.FAR", behind - short)
    page = found("wang", "划伤")
    assert (page.behind, page.is_partial, page.is_ready) == (behind, partial, True)
    settle(found.world.house)
    assert (found("wang", "划伤").behind, found("wang", "划伤").is_partial) == (0, False)


def test_s_6_v_3_the_synonyms_are_those_of_the_revision_in_force(found: Searching) -> None:
    world = found.world
    world.issued(world.draft("用户管理程序", text="用户来访应登记。"))
    with_users = json.dumps({"sets": [["顾客", "客户", "用户"]]})
    begins = world.clock() + timedelta(days=1)
    rules.approved(world, with_users, kind="synonyms", wanted_from=begins, reason="补充")
    settle(world.house)
    assert found.numbers("wang", "顾客", widened=True) == []
    world.clock.now = begins
    assert [one.synonyms for one in found("wang", "顾客", widened=True).hits] == [("用户",)]
    assert found.numbers("wang", "顾客") == []
    assert found.numbers("wang", "“顾客”", widened=True) == []
