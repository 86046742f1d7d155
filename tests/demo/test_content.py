"""The sample company is whole, in order of time, and shows each interesting state (F-17, V-6)."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from zipfile import ZipFile

import docx
import pypdfium2
import pytest
from PIL import Image

from docctl.demo import write
from docctl.demo.acts import Act
from docctl.demo.clock import near_due
from docctl.demo.content import Content, Do, RecordSpec, Wish
from docctl.demo.deeds import DOINGS
from docctl.demo.load import load
from docctl.demo.rules import content_of
from docctl.domain.calendar_content import calendar_of, shipped_calendar
from docctl.domain.correction import FIELDS, REQUIRED, Reason
from docctl.domain.lifecycle import REVISION_MOVES, RevisionAction, RevisionStatus
from docctl.domain.limits import due
from docctl.domain.retention_dates import RetentionFacts, keep_until
from docctl.domain.retention_schedule import BUILT_IN
from docctl.domain.roles import SCOPED, Role
from docctl.domain.setting_kinds import KINDS
from docctl.domain.step_limits import USUAL

CLASSES = {one.code: one for one in BUILT_IN}
CHAPTERS = ["目的", "范围", "职责", "程序", "相关文件", "相关记录", "修订记录"]
PLACEHOLDER = re.compile(r"xx|x年|×|_{2,}|待定|TBD|lorem", re.IGNORECASE)

#: In these states a record is past its time; in all others its time still runs.
OVER = {Wish.DUE, Wish.LISTED_CHECKING, Wish.LISTED_APPROVED, Wish.DESTROYED}


@pytest.fixture(scope="module")
def content() -> Content:
    return load()


def made(content: Content) -> Iterator[write.MadeFile]:
    for procedure in content.texts:
        for revision in procedure.revisions:
            yield write.procedure_file(content, procedure, revision.label)
    for form in content.forms:
        for blank in form.revisions:
            yield write.form_file(content, form, blank.label)
    for spec in content.records:
        yield write.record_file(content, spec)
        if spec.sheet:
            yield write.sheet_file(content, spec)


@pytest.fixture(scope="module")
def files(content: Content) -> list[write.MadeFile]:
    return list(made(content))


def text_of(data: bytes) -> str:
    document = docx.Document(io.BytesIO(data))
    lines = [one.text for one in document.paragraphs]
    for table in document.tables:
        lines += [cell.text for row in table.rows for cell in row.cells]
    return "\n".join(lines)


def kept_until(content: Content, spec: RecordSpec) -> date:
    cls = CLASSES[content.form(spec.form).retention_class]
    until = keep_until(cls, RetentionFacts(completed_on=spec.occurred.date())).until
    assert until is not None
    return until


# people


def test_there_are_sixteen_people_in_ten_units_of_two_legal_entities(content: Content) -> None:
    assert (len(content.units), len(content.people)) == (10, 16)
    assert [one.entity for one in content.units if one.entity] == [("SLMJ", "示例模具（昆山）有限公司")]
    assert content.units[0].kind == "company"
    units = {one.code for one in content.units}
    names = {one.username for one in content.people}
    assert {one.unit for one in content.people} == units
    assert {one.head for one in content.units} <= names


def test_a_15_roles_are_known_and_a_keeper_has_a_unit(content: Content) -> None:
    units = {one.code for one in content.units}
    for person in content.people:
        for role, unit in person.roles:
            assert (Role(role) in SCOPED) == (unit in units), person
    signing = {Role.DOCUMENT_CONTROLLER, Role.REVIEWER, Role.APPROVER, Role.LEADER, Role.RECORDS_MANAGER}
    given = {role for person in content.people for role, _ in person.roles}
    assert signing | {Role.ADMINISTRATOR, Role.AUTHOR, Role.KEEPER, Role.AUDITOR} == given
    assert [one.username for one in content.people if not one.roles] == ["dengchao", "hanmei"]


def test_a_15_two_people_can_grant_roles(content: Content) -> None:
    assert sum(("administrator", "") in one.roles for one in content.people) >= 2


# documents


def test_there_are_fifteen_procedures_and_sixteen_forms_one_of_them_in_an_annex(content: Content) -> None:
    assert (len(content.procedures), len(content.forms)) == (15, 16)
    (annex,) = [one for one in content.forms if one.in_annex_of]
    assert (annex.number, annex.parent) == ("QP-03-A1", "QP-03")
    numbers = {one.number for one in content.procedures}
    assert {one.parent for one in content.forms} == numbers
    assert len({one.title for one in (*content.texts, *content.forms)}) == 31 + len(content.outside)


def test_v_13_one_procedure_has_two_annexes_and_the_file_it_was_written_in(content: Content) -> None:
    (found,) = [
        write.files_beside(content, procedure, revision.label)
        for procedure in content.procedures
        for revision in procedure.revisions
        if revision.annexes
    ]
    annexes, source = found
    assert [one.name for one in annexes] == ["内部审核流程.docx", "内审员一览.docx"]
    assert "NSY-2024-021" in text_of(annexes[1].data)
    assert source is not None


def test_d_9_documents_from_outside_name_their_issuer_and_one_ends(content: Content) -> None:
    assert all(one.issuer and one.issuer_number for one in content.outside)
    assert not any(one.issuer for one in content.procedures)
    ends = [one.revisions[-1].valid_until for one in content.outside if one.revisions[-1].valid_until]
    assert len(ends) == 1
    assert ends[0] < content.company.told_until
    withdrawn = {one.document for one in content.events if one.do is Do.WITHDRAW}
    assert withdrawn & {one.number for one in content.outside}


def test_v_2_two_procedures_have_been_revised_and_their_texts_differ(content: Content) -> None:
    issued = {(one.document, one.revision) for one in content.events if one.do is Do.ISSUE}
    revised = [
        one
        for one in content.procedures
        if len([label for label in one.revisions if (one.number, label.label) in issued]) >= 2
    ]
    assert len(revised) >= 2
    for procedure in content.procedures:
        for old, new in pairwise(procedure.revisions):
            before, after = set(old.text.splitlines()), set(new.text.splitlines())
            assert len(before ^ after) >= 6, procedure.number


def test_a_procedure_is_a_real_text_in_the_usual_chapters(content: Content) -> None:
    for procedure in content.procedures:
        for revision in procedure.revisions:
            file = write.procedure_file(content, procedure, revision.label)
            document = docx.Document(io.BytesIO(file.data))
            headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
            assert [re.sub(r"^\d+ ", "", one) for one in headings] == CHAPTERS
            assert 600 <= len(re.sub(r"\s|[|#]", "", revision.text)) <= 1200
            assert "|" in revision.text
            clauses = re.findall(r"^\d+(?:\.\d+)+(?= )", revision.text, re.MULTILINE)
            assert len(clauses) == len(set(clauses))
            assert clauses == sorted(clauses, key=lambda one: [int(part) for part in one.split(".")])


def test_d_6_procedures_and_forms_cite_each_other_by_their_names(content: Content) -> None:
    titles = {one.number: one.title for one in (*content.procedures, *content.forms)}
    outside = {one.title for one in content.outside}
    for procedure in content.procedures:
        for revision in procedure.revisions:
            cited = re.findall(r"(Q[PR]-\d+)《(.+?)》", revision.text)
            assert cited
            assert all(titles[number] == title for number, title in cited)
            others = set(re.findall(r"《(.+?)》", revision.text)) - {title for _, title in cited}
            assert others <= outside | {"产品防护程序"}


def test_r_10_each_document_has_a_class_of_the_schedule(content: Content) -> None:
    assert all(one.retention_class in CLASSES for one in (*content.texts, *content.forms))


# the script


def test_v_6_the_script_makes_only_allowed_moves_in_time_order(content: Content) -> None:
    assert list(content.events) == sorted(content.events, key=lambda one: one.at)
    assert len({(one.at, one.by) for one in content.events}) == len(content.events)
    at: dict[tuple[str, str], RevisionStatus] = {}
    for event in content.events:
        key = (event.document, event.revision)
        if event.do in {Do.CREATE, Do.REVISE}:
            assert key not in at
            assert (event.do is Do.CREATE) == all(one[0] != event.document for one in at)
            at[key] = RevisionStatus.DRAFT
        else:
            at[key] = REVISION_MOVES[at[key], RevisionAction(event.do.value)]
    assert at["QP-11", "A/1"] is RevisionStatus.IN_REVIEW
    assert at["QR-1102", "A/1"] is RevisionStatus.DRAFT
    assert at["QR-0501", "A/0"] is RevisionStatus.WITHDRAWN
    assert at["QP-08", "A/1"] is RevisionStatus.DRAFT  # returned
    assert at["QP-14", "A/1"] is RevisionStatus.APPROVED
    written = {
        (one.number, label.label) for one in (*content.texts, *content.forms) for label in one.revisions
    }
    assert written == set(at)


def test_a_2_nobody_reviews_or_approves_what_they_prepared(content: Content) -> None:
    authors = {one.number: one.author for one in (*content.texts, *content.forms)}
    roles = {one.username: {role for role, _ in one.roles} for one in content.people}
    for event in content.events:
        match event.do:
            case Do.REVIEW | Do.RETURN:
                assert event.by != authors[event.document]
                assert Role.REVIEWER in roles[event.by]
            case Do.APPROVE:
                assert event.by != authors[event.document]
                assert Role.APPROVER in roles[event.by]
            case Do.ISSUE | Do.WITHDRAW:
                assert Role.DOCUMENT_CONTROLLER in roles[event.by]
            case _:
                assert event.by == authors[event.document]


def test_v_7_a_revision_is_not_effective_before_its_issue(content: Content) -> None:
    for event in content.events:
        assert (event.effective is not None) == (event.do is Do.ISSUE)
        if event.effective:
            assert event.at.date() <= event.effective


@pytest.mark.parametrize("today", [date(2026, 12, 31), date(2027, 1, 1), date(2031, 6, 1)])
def test_v_3_one_revision_waits_for_its_day_whenever_it_is_seeded(content: Content, today: date) -> None:
    waiting = [one for one in content.events if one.waits]
    assert [(one.document, one.revision) for one in waiting] == [("QP-13", "A/1")]
    on = waiting[0].effective_on(today)
    assert on is not None
    assert today < on <= today + timedelta(days=366)


# deeds


def test_a_deed_is_one_of_those_that_people_can_do_and_names_what_there_is(content: Content) -> None:
    names = {one.username for one in content.people}
    written = {
        (one.number, label.label) for one in (*content.texts, *content.forms) for label in one.revisions
    }
    for deed in content.deeds:
        assert deed.by in names
        assert not deed.revision or (deed.document, deed.revision) in written, deed
    assert {one.do for one in content.deeds} == set(DOINGS)


def test_what_runs_now_is_told_a_few_days_before_whenever_it_is_seeded(content: Content) -> None:
    deed = next(one for one in content.deeds if one.do == "write_change" and one.document == "QP-09")
    assert deed.ago is not None
    for today in (date(2026, 12, 1), date(2027, 1, 1), date(2031, 6, 1)):
        told = deed.told_at(today)
        assert told.date() == today - timedelta(days=deed.ago)
        assert (told.hour, told.minute, told.tzinfo) == (deed.at.hour, deed.at.minute, deed.at.tzinfo)
    assert deed.told_at(deed.at.date()) == deed.at


# records


def test_there_are_sixty_records_over_eight_years(content: Content) -> None:
    assert len(content.records) == 60
    assert len({one.key for one in content.records}) == 60
    assert len({one.title for one in content.records}) == 60
    years = {one.occurred.year for one in content.records}
    assert years == set(range(2018, 2027))
    assert content.records[-1].filed.date() <= content.company.told_until


def test_f_17_every_interesting_state_is_shown(content: Content) -> None:
    assert {one.wish for one in content.records} == set(Wish)
    plain = sum(one.wish is Wish.ACCEPTED for one in content.records)
    assert plain > len(content.records) / 3


def test_f_1_a_record_is_filled_on_the_revision_in_force(content: Content) -> None:
    withdrawn = {one.document: one.at for one in content.events if one.do is Do.WITHDRAW}
    for spec in content.records:
        revision = content.form(spec.form).revision(spec.label)
        assert revision.prepared <= spec.filed.date()
        assert spec.form not in withdrawn or spec.filed < withdrawn[spec.form]
    labels = {one.label for one in content.records if one.form == "QR-1301"}
    assert labels == {"A/0", "A/1"}


def test_f_4_a_filled_form_has_no_empty_field(content: Content) -> None:
    for spec in content.records:
        revision = content.form(spec.form).revision(spec.label)
        assert bool(spec.text) != bool(spec.values), spec.key
        if spec.values:
            assert len(spec.values) == len(revision.fields), spec.key
            assert all(len(line) == len(revision.columns) for line in spec.lines), spec.key
            assert all(value.strip() for value in (*spec.values, *sum(spec.lines, ()))), spec.key


def test_f_5_dates_run_forward_and_only_late_filings_are_late(content: Content) -> None:
    for spec in content.records:
        start = spec.received or spec.occurred
        assert spec.occurred <= start < spec.filed, spec.key
        assert (spec.filed - start > timedelta(days=3)) == (spec.wish is Wish.LATE), spec.key
        if spec.accepted:
            assert spec.filed < spec.accepted.at, spec.key
        for later in filter(None, (spec.correction, spec.sheet, spec.hold, spec.void)):
            assert spec.filed < later.at, spec.key


def test_a_2_nobody_accepts_what_they_filed(content: Content) -> None:
    people = {one.username: one for one in content.people}
    for spec in content.records:
        assert people[spec.filer].unit == spec.unit, spec.key
        if spec.accepted:
            assert spec.accepted.by != spec.filer, spec.key
            assert ("keeper", spec.unit) in people[spec.accepted.by].roles, spec.key


def test_c_6_a_correction_changes_what_really_stands_there(content: Content) -> None:
    for spec in content.records:
        strike = spec.correction
        wanted = spec.wish in {Wish.CORRECTED_STRIKE, Wish.CORRECTION_PENDING}
        assert (strike is not None) == wanted, spec.key
        if strike:
            assert strike.field in set(FIELDS) - (REQUIRED - {"title"})
            assert spec.fact(strike.field) == strike.old != strike.new
            assert (strike.reason == Reason.OTHER) == (spec.wish is Wish.CORRECTION_PENDING)
    reasons = {one.correction.reason for one in content.records if one.correction}
    assert reasons == set(Reason)


def test_c_4_the_sheet_names_what_the_file_says(content: Content) -> None:
    (spec,) = [one for one in content.records if one.wish is Wish.CORRECTED_SHEET]
    assert spec.sheet
    assert spec.sheet.old in spec.values
    text = text_of(write.sheet_file(content, spec).data)
    assert all(one in text for one in (spec.title, spec.sheet.old, spec.sheet.new, spec.sheet.text))


def test_r_2_what_should_be_due_is_due_and_nothing_else(content: Content) -> None:
    today = content.company.told_until
    for spec in content.records:
        if spec.wish is not Wish.HELD:
            assert (kept_until(content, spec) < today) == (spec.wish in OVER), spec.key


def test_r_5_held_records_say_why(content: Content) -> None:
    held = [one for one in content.records if one.wish is Wish.HELD]
    assert all(one.hold and one.hold.comment for one in held)
    assert any(kept_until(content, one) < content.company.told_until for one in held)


def test_r_6_a_list_holds_what_was_due_and_four_people_act(content: Content) -> None:
    stages = {
        "list-2024": Wish.DESTROYED,
        "list-2026-1": Wish.LISTED_APPROVED,
        "list-2026-2": Wish.LISTED_CHECKING,
    }
    assert {one.key for one in content.disposals} == set(stages)
    for disposal in content.disposals:
        listed = content.listed(disposal.key)
        assert len(listed) >= 3
        assert all(one.wish is stages[disposal.key] for one in listed)
        assert all(kept_until(content, one) < disposal.proposed.at.date() for one in listed)
        steps = [
            disposal.proposed,
            *filter(None, (disposal.approved, disposal.executed, disposal.witnessed)),
        ]
        assert len({one.by for one in steps}) == len(steps)
        acts: list[Act] = [*steps, *filter(None, (disposal.checked,))]
        assert all(disposal.proposed.at <= one.at for one in acts)
        if disposal.checked and disposal.approved:
            assert disposal.checked.by != disposal.approved.by
    unlisted = [one for one in content.records if one.wish in set(stages.values()) and not one.disposal]
    assert not unlisted


def test_r_13_papers_have_a_place_and_files_have_none(content: Content) -> None:
    for spec in content.records:
        assert (spec.medium == "paper") == (spec.place.count(" / ") == 2), spec.key


def test_n_4_outside_records_bring_their_own_number(content: Content) -> None:
    for spec in content.records:
        assert bool(spec.outside_number) == (spec.wish is Wish.OUTSIDE), spec.key
        assert spec.outside_number in spec.text


def test_a_phrase_of_a_record_is_found_in_its_file_alone(content: Content) -> None:
    hits = [spec.key for spec in content.records if "外壳正面有长约 20 mm 的划伤" in "".join(spec.values)]
    assert hits == ["complaint-2018-huayuan"]
    both = [one.key for one in content.records if "华远电器" in one.title and "外壳划伤" in one.title]
    assert len(both) == 2


def test_s_7_complaint_and_review_of_one_batch_share_its_key(content: Content) -> None:
    keyed = {one.key for one in content.records if ("batch", "2608-02") in one.keys}
    assert keyed == {"complaint-2026-qingyuan", "nc-2026-cover-thread"}
    assert all(value for one in content.records for _, value in one.keys)


# files


def test_files_are_the_same_bytes_each_time_and_no_two_are_alike(files: list[write.MadeFile]) -> None:
    assert files == list(made(load()))
    assert len({one.data for one in files}) == len({one.name for one in files}) == len(files)
    for one in files:
        if one.name.endswith(".docx"):
            with ZipFile(io.BytesIO(one.data)) as package:
                assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_docx_says_every_value_and_nothing_is_left_to_fill_in(
    content: Content, files: list[write.MadeFile]
) -> None:
    specs = {write.file_name(one.title, one.kind): one for one in content.records}
    assert specs.keys() < {one.name for one in files}
    for file in files:
        said = text_of(file.data) if file.name.endswith(".docx") else ""
        assert not PLACEHOLDER.search(file.name + said), file.name
        if said and file.name in specs:
            assert all(value in said for value in specs[file.name].values), file.name


def test_chinese_type_is_named_for_chinese_text(content: Content) -> None:
    file = write.procedure_file(content, content.procedures[0], "A/0")
    with ZipFile(io.BytesIO(file.data)) as package:
        styles = package.read("word/styles.xml").decode()
    assert 'w:eastAsia="宋体"' in styles
    assert 'w:eastAsia="黑体"' in styles


def test_v_2_the_history_ends_with_the_revision_itself(content: Content) -> None:
    for procedure in content.procedures:
        first, *later = procedure.revisions
        text = text_of(write.procedure_file(content, procedure, first.label).data)
        assert first.what in text
        assert all(one.what not in text for one in later)


def test_a_blank_form_names_its_fields_and_no_signer(content: Content) -> None:
    for form in content.forms:
        for revision in form.revisions:
            text = text_of(write.form_file(content, form, revision.label).data)
            assert all(name in text for name in (*revision.fields, *revision.columns))
            assert "欧阳雪" not in text.replace(f"编制\n{content.name_of(form.author)}", "")
            assert "{" not in text


def test_text_pdf_and_picture_open(content: Content, files: list[write.MadeFile]) -> None:
    by_name = {one.name: one for one in files}
    kinds = {one.kind for one in content.records}
    assert kinds == {"docx", "txt", "pdf", "png"}
    for spec in content.records:
        file = by_name[write.file_name(spec.title, spec.kind)]
        if spec.kind == "pdf":
            document = pypdfium2.PdfDocument(file.data)
            page = document[0].get_textpage()
            said = re.sub(r"\s", "", unicodedata.normalize("NFC", page.get_text_bounded()))
            line = write.plain_lines(content, content.form(spec.form), spec)[0]
            assert re.sub(r"\s", "", line) in said
            page.close()
            document.close()
        elif spec.kind == "png":
            with Image.open(io.BytesIO(file.data)) as picture:
                picture.verify()
                assert picture.size > (800, 1000)
        elif spec.kind == "txt":
            assert file.data.decode().strip()


@pytest.mark.parametrize("day", [date(2026, 11, 30) + timedelta(days=n) for n in range(0, 40, 3)], ids=str)
def test_a_4_one_step_is_due_by_tomorrow_whenever_it_is_seeded(content: Content, day: date) -> None:
    submitted = [one for one in content.events if one.near_due and one.do is Do.SUBMIT]
    assert len(submitted) == 1
    at = near_due(submitted[0].at, day)
    found = due(USUAL, at, calendar_of(shipped_calendar()), content.company.zone)
    assert at.date() < found.last_day <= day + timedelta(days=1)
    assert at.date() <= day


def test_v_2_a_2_w_2_rules_say_something_new_and_are_approved_by_another_one(content: Content) -> None:
    assert {one.kind for one in content.rules} == {
        *("calendar", "synonyms", "checks", "authority", "headers", "routes", "watchers")
    }
    for one in content.rules:
        kind = KINDS[one.kind]
        assert kind.check(content_of(one)) != kind.shipped()
        assert one.approved is None or one.approved.by != one.proposed.by
    calendar = next(one for one in content.rules if one.kind == "calendar")
    found = calendar_of(KINDS["calendar"].check(content_of(calendar)))
    assert not found.day(date(2027, 2, 8)).is_worked
    assert found.day(date(2027, 2, 8)).is_provisional  # what is made up for is not announced
