"""Words, numbers, days and signatures that cannot stand: one sentence, nothing done (D-14, F-5, N-6, A-2)."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.bad_input.conftest import Look, Say
from tests.cli.terminal import Terminal
from tests.filing import a_form, accepted, filed
from tests.web.browser import Browser, words_of
from tests.world import PASSWORD, World, docx_bytes

LONG = "长" * 2000


def record(**changes: str) -> dict[str, object]:
    values = {"title": "外壳划伤", "occurred_at": "2026-03-01T10:00", "stated_person": "王顾客"} | changes
    return values | {"file": (io.BytesIO("正文".encode()), "a.txt")}


def document(world: World, **changes: str) -> dict[str, object]:
    values = {
        "type_id": str(world.types["procedure"]),
        "title": "记录控制程序",
        "unit_id": str(world.units["PZ"]),
        "change_reason": "新订",
    }
    return values | changes | {"file": (io.BytesIO(docx_bytes("目的")), "a.docx")}


MULTIPART = {"content_type": "multipart/form-data"}


@pytest.mark.parametrize(("language", "words"), [("zh_Hans", "2000 个字"), ("en", "2000 characters")])
def test_d_14_a_title_of_two_thousand_characters_is_counted_and_kept(
    client: Browser, world: World, unchanged: Look, say: Say, language: str, words: str
) -> None:
    form_id = a_form(world)
    client.sign_in("chen")
    say(language)
    compare = unchanged()
    for url, form in (
        ("/documents/new", document(world, title=LONG)),
        (f"/records/new/{form_id}", record(title=LONG)),
    ):
        answer = client.submit(url, form, **MULTIPART)
        assert answer.status_code == 422, url
        assert words in words_of(answer).replace(",", ""), url
        assert f'value="{LONG}"' in answer.text, url
    compare()


@pytest.mark.parametrize("field", ["stated_person", "stated_channel", "outside_number", "batch", "place"])
def test_f_3_other_words_of_two_thousand_characters_are_refused_beside_their_field(
    client: Browser, world: World, unchanged: Look, field: str
) -> None:
    form_id = a_form(world)
    client.sign_in("wang")
    compare = unchanged()
    form = record(**{field: LONG, "medium": "paper", "place": "A-01"} | {field: LONG})
    answer = client.submit(f"/records/new/{form_id}", form, **MULTIPART)
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text
    assert LONG in answer.text
    compare()


@pytest.mark.parametrize(("language", "words"), [("zh_Hans", "的格式填写"), ("en", "Enter a")])
@pytest.mark.parametrize(
    "day",
    [
        "2026-02-30T10:00",
        "0001-01-01T10:00",
        "9999-12-31T23:59",
        "2026-13-01T10:00",
        "昨天",
        "10000-01-01T00:00",
    ],
)
def test_f_5_an_impossible_day_is_said_beside_its_field(
    client: Browser, world: World, unchanged: Look, say: Say, language: str, words: str, day: str
) -> None:
    form_id = a_form(world)
    client.sign_in("wang")
    say(language)
    compare = unchanged()
    answer = client.submit(f"/records/new/{form_id}", record(occurred_at=day), **MULTIPART)
    assert answer.status_code == 422
    assert 'id="e-occurred_at"' in answer.text
    assert words in words_of(answer)
    assert day in answer.text
    assert 'value="王顾客"' in answer.text
    compare()


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
@pytest.mark.parametrize(
    ("typed", "beside"),
    [
        ({"occurred_at": "2026-03-02T09:01"}, "occurred_at"),
        ({"occurred_at": "2027-01-01T00:00"}, "occurred_at"),
        ({"occurred_at": "2026-03-01T10:00", "received_at": "2026-02-27T10:00"}, "received_at"),
        ({"occurred_at": "2026-03-01T10:00", "received_at": "2026-03-03T10:00"}, "received_at"),
    ],
)
def test_f_5_a_time_that_has_not_come_is_refused_with_the_rule(
    client: Browser,
    world: World,
    unchanged: Look,
    say: Say,
    language: str,
    typed: dict[str, str],
    beside: str,
) -> None:
    form_id = a_form(world)
    client.sign_in("wang")
    say(language)
    compare = unchanged()
    answer = client.submit(f"/records/new/{form_id}", record(**typed), **MULTIPART)
    assert answer.status_code == 422
    assert f'id="e-{beside}"' in answer.text
    assert "F-5" in words_of(answer)
    compare()


def test_f_5_the_present_minute_is_no_future(client: Browser, world: World) -> None:
    form_id = a_form(world)
    client.sign_in("wang")
    answer = client.submit(f"/records/new/{form_id}", record(occurred_at="2026-03-02T09:00"), **MULTIPART)
    assert answer.status_code == 303


@pytest.mark.parametrize("day", ["2026-02-30", "0001-01-01", "9999-12-31", "soon"])
def test_f_5_by_command_an_impossible_day_is_one_line(
    terminal: Terminal, world: World, unchanged: Look, tmp_path: Path, day: str
) -> None:
    a_form(world)
    file = tmp_path / "a.txt"
    file.write_text("正文", "utf-8")
    compare = unchanged()
    words = ("records", "file", file, "--form", "QR-1102", "--title", "甲", "--occurred", f"{day} 10:00")
    result = terminal.run(*words, "--as", "wang")
    assert result.exit_code in {2, 3}
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    compare()


@pytest.mark.parametrize("day", ["2026-02-30", "0001-01-01", "9999-12-31", ""])
def test_v_7_an_impossible_effective_day_is_refused_and_kept(
    client: Browser, world: World, unchanged: Look, day: str
) -> None:
    here = f"/documents/revisions/{world.approved(world.draft())}/issue"
    client.sign_in("chen")
    compare = unchanged()
    answer = client.submit(here, {"effective_on": day})
    assert answer.status_code == 422
    assert 'id="e-effective_on"' in answer.text
    compare()


@pytest.mark.parametrize(("language", "words"), [("zh_Hans", "QP-01"), ("en", "QP-01")])
@pytest.mark.parametrize("number", ["QP-01", "qp-01", "ＱＰ－０１", " qp—01 "])
def test_n_6_a_number_that_is_taken_names_its_holder(
    client: Browser, world: World, unchanged: Look, say: Say, number: str, language: str, words: str
) -> None:
    world.draft("文件控制程序")
    client.sign_in("chen")
    say(language)
    compare = unchanged()
    answer = client.submit("/documents/new", document(world, number=number), **MULTIPART)
    assert answer.status_code == 422
    assert 'id="e-number"' in answer.text
    assert "N-6" in words_of(answer)
    assert words in words_of(answer)
    assert "新订" in answer.text
    compare()


def test_n_6_by_command_too(terminal: Terminal, world: World, unchanged: Look, tmp_path: Path) -> None:
    world.draft("文件控制程序")
    file = tmp_path / "a.docx"
    file.write_bytes(docx_bytes("目的"))
    compare = unchanged()
    words = ("documents", "new", file, "--type", "procedure", "--title", "甲", "--number", "qp-01")
    code, key = terminal.refused(*words, user="chen")
    assert code == 3
    assert key.startswith("N-6.")
    compare()


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_a_2_nobody_reviews_or_approves_their_own_work(
    client: Browser, world: World, unchanged: Look, say: Say, language: str
) -> None:
    here = f"/documents/revisions/{world.draft()}/submit"
    client.sign_in("chen")
    say(language)
    compare = unchanged()
    for reviewer, approver in (("chen", "zhao"), ("ouyang", "chen"), ("ouyang", "ouyang")):
        ids = {"reviewer_id": str(world.people[reviewer]), "approver_id": str(world.people[approver])}
        answer = client.submit(here, {**ids, "password": PASSWORD})
        assert answer.status_code == 422, (reviewer, approver)
        assert "A-2" in words_of(answer), (reviewer, approver)
        assert PASSWORD not in answer.text
    compare()


def test_a_2_a_step_of_somebody_else_is_not_signed(client: Browser, world: World, unchanged: Look) -> None:
    revision_id = world.submitted(world.draft())
    here = f"/documents/revisions/{revision_id}"
    compare = unchanged()
    for who, step in (("chen", "review"), ("chen", "approve"), ("ouyang", "approve"), ("zhao", "review")):
        client.sign_in(who)
        token = client.page("/").cssselect("[name=csrf_token]")[0].get("value")
        seen = {"seen_sha256": world.seen(revision_id), "row_version": "2", "password": PASSWORD}
        answer = client.post(f"{here}/{step}", data=seen | {"csrf_token": token, "request_id": who + step})
        assert answer.status_code in {403, 422}, (who, step)
        assert words_of(answer)
    compare()


def test_c_3_and_f_17_the_filer_does_not_accept_their_own_record(
    client: Browser, world: World, unchanged: Look
) -> None:
    form_id = a_form(world)
    one = filed(world, form_id, who="li")
    client.sign_in("li")
    page = client.page(f"/records/{one}/accept")
    if page.cssselect("form.sign"):
        compare = unchanged()
        answer = client.submit(f"/records/{one}/accept", {"password": PASSWORD})
        assert answer.status_code == 422
        compare()
    else:
        assert page.cssselect(".n-refused")


def test_a_3_a_wrong_password_signs_nothing_and_is_not_shown_again(
    client: Browser, world: World, unchanged: Look
) -> None:
    here = f"/documents/revisions/{world.submitted(world.draft())}/review"
    client.sign_in("ouyang")
    compare = unchanged()
    answer = client.submit(here, {"password": "wrong word 17", "comment": "内容合适"})
    assert answer.status_code == 422
    assert 'id="e-password"' in answer.text
    assert "内容合适" in answer.text
    assert "wrong word 17" not in answer.text
    compare()


@pytest.mark.parametrize(
    ("new", "words"), [("", "C-6"), (LONG, "500"), ("海豚\u202e", "")], ids=["empty", "long", "hidden"]
)
def test_c_6_a_correction_that_cannot_stand_leaves_the_record_as_it_was(
    client: Browser, world: World, unchanged: Look, new: str, words: str
) -> None:
    one = accepted(world, filed(world, a_form(world)))
    client.sign_in("wang")
    compare = unchanged()
    here = f"/records/{one}/correct?field=title"
    answer = client.submit(here, {"new": new, "reason": "slip", "password": PASSWORD})
    assert answer.status_code == 422
    assert words in words_of(answer)
    compare()


@pytest.mark.parametrize("day", ["2026-02-30T10:00", "9999-01-01T00:00", "2026-03-02T09:01"])
def test_f_5_a_fact_is_not_corrected_into_an_impossible_time(
    client: Browser, world: World, unchanged: Look, day: str
) -> None:
    one = accepted(world, filed(world, a_form(world)))
    client.sign_in("wang")
    compare = unchanged()
    here = f"/records/{one}/correct?field=occurred_at"
    answer = client.submit(here, {"new": day, "reason": "slip", "password": PASSWORD})
    assert answer.status_code == 422
    assert 'id="e-new"' in answer.text
    compare()


def test_r_6_a_record_is_not_kept_shorter_nor_until_the_end_of_time(world: World, client: Browser) -> None:
    last = date.max - timedelta(days=1)
    client.sign_in("zhou")
    assert client.get(f"/retention/due?on={last}").status_code == 200
    assert client.get("/retention/due?on=2026-02-30").status_code == 200
    assert client.get("/retention/due?on=0001-01-01").status_code == 200
