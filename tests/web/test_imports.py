"""Pages of imports: started, checked, split, imported, reported (I-1, I-3, I-4)."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.imports import RunState, Watched
from docctl.domain.roles import Role
from docctl.domain.verdicts import Refused
from docctl.jobs.imports.work import work_imports
from docctl.models.imports import ImportFile, ImportRun
from docctl.models.organisation import RoleGrant
from docctl.reading import xlsx
from docctl.services.imports.presence import LENGTH
from docctl.services.imports.watched import note_room
from tests.imports.making import Run, text_of, write, zipped
from tests.imports.test_runs import STANDARD
from tests.web.browser import browser
from tests.web.conftest import Browser
from tests.world import World

WHOLE = {"number": "JL-QP-07", "label": "B/1", "effective": "2021-05-01"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "旧文件"
    write(made, "a.txt", text_of("记录控制程序", **WHOLE))
    write(made, "b.txt", text_of("来访接待办法"))
    return made


def the_run(world: World) -> ImportRun:
    with world.house.uow.read() as session:
        return session.scalars(select(ImportRun).order_by(ImportRun.started_at.desc())).first()  # type: ignore[return-value]


def row(world: World, ordinal: int) -> ImportFile:
    with world.house.uow.read() as session:
        return session.scalars(select(ImportFile).where(ImportFile.ordinal == ordinal)).one()


def worked(world: World) -> None:
    while the_run(world).state in {RunState.RECEIVING, RunState.READING, RunState.IMPORTING}:
        work_imports(world.house)


def test_i_1_an_uploaded_zip_is_read_checked_imported_and_reported(
    client: Browser, world: World, folder: Path, tmp_path: Path
) -> None:
    client.sign_in("chen")
    assert "还没有导入过文件" in client.get("/documents/imports").text
    archive = zipped(folder, tmp_path / "old.zip").read_bytes()
    answer = client.submit("/documents/imports/new", {"file": (io.BytesIO(archive), "old.zip")})
    assert answer.status_code == 303, answer.text[:2000]
    own = answer.headers["Location"]
    assert client.get(f"{own}/progress").json["done"] is False  # type: ignore[index]
    worked(world)
    page = client.page(own)
    assert [one.text_content().strip() for one in page.cssselect("a.row-link")] == ["a.txt", "b.txt"]
    assert "缺少：编号" in page.text_content()
    assert client.get(f"{own}/progress").json["done"] is True  # type: ignore[index]
    first = client.submit(f"{own}/files/1", {"choice": "import"})
    assert first.headers["Location"].endswith("/files/2")
    second = client.submit(f"{own}/files/2", {"number": "JL-WI-01", "choice": "draft"})
    assert second.headers["Location"] == own
    assert row(world, 1).checked_at is not None
    assert client.submit(own, action=f"{own}/import").status_code == 303
    worked(world)
    done = client.page(own).text_content()
    assert re.search(r"现行\s*1", done)
    sent = client.get(f"{own}/report")
    (tmp_path / "report.xlsx").write_bytes(sent.data)
    told = [line.split("\t") for line in xlsx.read(str(tmp_path / "report.xlsx"))["text"].splitlines()]
    assert any(line[:3] == ["a.txt", "现行", "JL-QP-07"] for line in told)
    assert any(line[:3] == ["b.txt", "草稿", "JL-WI-01"] and "按选择" in line[-1] for line in told)


def test_i_1_the_page_of_a_file_shows_where_each_fact_was_read(
    client: Browser, world: World, folder: Path
) -> None:
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    page = client.page(f"/documents/imports/{run.id}/files/1")
    marked = [one.text_content() for one in page.cssselect(".read-text mark")]
    assert {"JL-QP-07", "B/1", "2021-05-01", "林晓"} <= set(marked)
    assert page.cssselect("#f-number")[0].get("value") == "JL-QP-07"
    assert page.cssselect("#f-approved")[0].get("value") == "沈立新"
    assert "文件控制程序" in page.text_content()


def test_i_1_a_day_that_is_none_comes_back_with_what_was_typed(
    client: Browser, world: World, folder: Path
) -> None:
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    answer = client.submit(
        f"/documents/imports/{run.id}/files/1", {"effective": "明年春天", "title": "改过的名称"}
    )
    assert answer.status_code == 422
    assert "“明年春天”不是日期" in answer.text
    assert "改过的名称" in answer.text
    assert run.content("a.txt").chosen["title"] == "记录控制程序"


def test_i_1_many_files_are_changed_at_once_and_the_change_is_taken_back(
    client: Browser, world: World, folder: Path
) -> None:
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    own = f"/documents/imports/{run.id}"
    ids = [str(one.id) for one in run.files().values()]
    form = {"ids": ids, "choice": "leave_out", "checked": "1"}
    answer = client.submit(own, form, action=f"{own}/change")
    assert answer.status_code == 303
    assert {one.choice.value for one in run.files().values()} == {"leave_out"}
    assert client.submit(own, action=f"{own}/undo").status_code == 303
    assert {one.choice.value for one in run.files().values()} == {"import"}
    assert not any(one.checked_at for one in run.files().values())


def test_i_4_two_files_stand_side_by_side_and_the_person_decides(
    client: Browser, world: World, folder: Path
) -> None:
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    own = f"/documents/imports/{run.id}/files/1/beside/2"
    page = client.page(own)
    assert page.cssselect("tr.same")
    offered = page.cssselect("main form input[name=relation]")
    assert {one.get("value") for one in offered} == {"same", "revision", "separate"}
    token = page.cssselect("input[name=csrf_token]")[0].get("value")
    client.post(own, data={"relation": "revision", "csrf_token": token})
    assert run.content("b.txt").chosen["number"] == "JL-QP-07"
    client.post(own, data={"relation": "same", "csrf_token": token})
    assert row(world, 2).choice.value == "leave_out"


def test_i_1_a_run_that_is_still_received_or_read_can_be_given_up(
    client: Browser, world: World, folder: Path
) -> None:
    run = Run.of(world, folder)
    client.sign_in("chen")
    own = f"/documents/imports/{run.id}"
    assert client.submit(own, action=f"{own}/cancel").status_code == 303
    assert run.row.state is RunState.CANCELLED


def test_x_3_a_run_is_for_who_may_import_there(client: Browser, world: World, folder: Path) -> None:
    run = Run.of(world, folder)
    for who, status in (("wang", 403), ("qian", 403), ("chen", 200)):
        client.sign_in(who)
        assert client.get(f"/documents/imports/{run.id}").status_code == status
    assert client.get("/documents/imports/018f0000-0000-7000-8000-000000000000").status_code == 404


def test_a_4_a_run_to_be_checked_waits_in_the_inbox_of_document_control(
    client: Browser, world: World, folder: Path
) -> None:
    run = Run.of(world, folder)
    client.sign_in("chen")
    assert "核对导入" not in client.get("/").text
    run.read()
    assert f"/documents/imports/{run.id}" in client.get("/?what=check_import").text
    client.sign_in("wang")
    assert "核对导入" not in client.get("/").text
    run.imported()
    client.sign_in("chen")
    assert "核对导入" not in client.get("/").text


def test_i_1_a_run_is_given_up(client: Browser, world: World, folder: Path) -> None:
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    own = f"/documents/imports/{run.id}"
    assert client.submit(own, action=f"{own}/cancel").status_code == 303
    assert run.row.state is RunState.CANCELLED
    assert "已放弃" in client.get(own).text


def test_n_11_the_real_number_is_given_on_the_page(client: Browser, world: World, folder: Path) -> None:
    done = Run.of(world, folder).read().imported()
    client.sign_in("chen")
    revision = done["b.txt"].revision_id
    assert "编正式号" in client.get(f"/documents/revisions/{revision}").text
    answer = client.submit(f"/documents/numbers/give/{revision}", {"number": "JL-QP-07"})
    assert answer.status_code == 422
    answer = client.submit(f"/documents/numbers/give/{revision}", {"number": "JL-WI-02"})
    assert answer.status_code == 303
    assert "JL-WI-02" in client.get(f"/documents/revisions/{revision}").text


def test_v_6_an_imported_document_is_always_marked_so(client: Browser, world: World, folder: Path) -> None:
    done = Run.of(world, folder).read().imported()
    client.sign_in("wang")
    page = client.page(f"/documents/{done['a.txt'].document_id}").text_content()
    assert "没有在本系统签名" in page
    assert "沈立新" in page
    assert "文件控制程序" in page


def again(world: World, folder: Path, label: str, day: str) -> Run:
    """Import a.txt, then read it anew with another label and day."""
    Run.of(world, folder).read().imported()
    world.clock.forward(minutes=1)
    (folder / "b.txt").unlink()
    write(folder, "a.txt", text_of("记录控制程序", number="JL-QP-07", label=label, effective=day))
    return Run.of(world, folder).read()


def test_i_4_a_file_is_made_a_revision_of_the_document_with_its_number(
    client: Browser, world: World, folder: Path
) -> None:
    run = again(world, folder, "C/0", "2024-01-01")
    client.sign_in("chen")
    own = f"/documents/imports/{run.id}"
    page = client.page(f"{own}/files/1")
    assert "成为 B/1 之后的版本" in page.text_content()
    (option,) = page.cssselect("#f-document_id option:not([value=''])")
    assert not option.get("disabled")
    assert client.submit(f"{own}/files/1", {"document_id": option.get("value")}).status_code == 303
    assert "JL-QP-07 的下一版本" in client.get(own).text
    assert client.submit(own, action=f"{own}/import").status_code == 303
    worked(world)
    assert {row.outcome for row in run.files().values()} == {"in_force"}


def test_v_1_what_cannot_join_says_why_before_it_is_chosen(
    client: Browser, world: World, folder: Path
) -> None:
    run = again(world, folder, "A/0", "2024-01-01")
    client.sign_in("chen")
    own = f"/documents/imports/{run.id}/files/1"
    page = client.page(own)
    (option,) = page.cssselect("#f-document_id option:not([value=''])")
    assert option.get("disabled") is not None
    assert "版本 A/0 不在库中最新版本 B/1 之后" in page.text_content()
    answer = client.submit(own, {"document_id": option.get("value")})
    assert answer.status_code == 422
    assert "e-document_id" in answer.text
    fixed = client.submit(own, {"document_id": option.get("value"), "label": "B/2"})
    assert fixed.status_code == 303


def test_x_1_a_document_of_another_unit_is_offered_and_refused(
    client: Browser, world: World, folder: Path
) -> None:
    run = again(world, folder, "C/0", "2024-01-01")

    def only_of(session: Session) -> None:
        for grant in session.scalars(select(RoleGrant).where(RoleGrant.person_id == world.people["chen"])):
            grant.unit_id = world.units["KF"]
        session.get_one(ImportRun, run.id).unit_id = world.units["KF"]

    world.house.uow.write(only_of)
    client.sign_in("chen")
    page = client.page(f"/documents/imports/{run.id}/files/1")
    (option,) = page.cssselect("#f-document_id option:not([value=''])")
    assert option.get("disabled") is not None
    assert "X-1" in page.cssselect(".joining")[0].text_content()


def test_i_4_many_files_join_the_documents_with_their_numbers_at_once(
    client: Browser, world: World, folder: Path
) -> None:
    run = again(world, folder, "C/0", "2024-01-01")
    client.sign_in("chen")
    own = f"/documents/imports/{run.id}"
    ids = [str(one.id) for one in run.files().values()]
    assert client.submit(own, {"ids": ids, "joins": "number"}, action=f"{own}/change").status_code == 303
    assert all(run.content(one).chosen.get("document_id") for one in run.files())
    assert client.submit(own, {"ids": ids, "joins": "own"}, action=f"{own}/change").status_code == 303
    assert not any(run.content(one).chosen.get("document_id") for one in run.files())


def test_d_9_an_external_document_is_told_apart_shown_and_filtered(
    client: Browser, world: World, folder: Path
) -> None:
    for one in folder.iterdir():
        one.unlink()
    write(folder, "a.txt", STANDARD)
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    own = f"/documents/imports/{run.id}"
    page = client.page(f"{own}/files/1")
    assert page.cssselect("#f-origin option[selected]")[0].get("value") == "external"
    assert page.cssselect("#f-issuer")[0].get("value") == "国家质量监督检验检疫总局"
    assert "中华人民共和国国家标准" in {one.text_content() for one in page.cssselect(".read-text mark")}
    assert client.submit(f"{own}/files/1", {"issuer": "市场监督管理总局"}).status_code == 303
    assert "外来" in client.get(own).text
    run.imported()
    register = client.page("/documents?origin=external").text_content()
    assert "市场监督管理总局" in register
    assert "GB/T 19001—2016" in register
    assert "GB/T 19001—2016" not in client.page("/documents?origin=own").text_content()
    shown = client.page(f"/documents/{run.files()['a.txt'].document_id}").text_content()
    assert "外来文件" in shown
    sent = client.get("/documents/export?origin=external")
    assert sent.status_code == 200


def test_d_9_many_files_are_said_to_be_external_at_once(client: Browser, world: World, folder: Path) -> None:
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    own = f"/documents/imports/{run.id}"
    ids = [str(one.id) for one in run.files().values()]
    for said, kept in (("external", "external"), ("own", None)):
        assert client.submit(own, {"ids": ids, "origin": said}, action=f"{own}/change").status_code == 303
        assert {run.content(one).chosen.get("origin") for one in run.files()} == {kept}


def test_i_1_the_page_says_why_a_watched_folder_is_not_taken_from(
    client: Browser, world: World, tmp_path: Path
) -> None:
    object.__setattr__(world.house, "watched", (Watched(tmp_path, "PZ", "procedure"),))
    client.sign_in("chen")
    assert "暂不接收" not in client.get("/documents/imports").text
    object.__setattr__(world.house, "watched", (Watched(tmp_path, "QA", "procedure"),))
    assert "没有部门 QA" in client.get("/documents/imports").text


def test_i_1_the_page_says_that_a_watched_folder_waits_for_room(
    client: Browser, world: World, tmp_path: Path
) -> None:
    watched = Watched(tmp_path, "PZ", "procedure")
    object.__setattr__(world.house, "watched", (watched,))
    (world.house.data / "imports" / "watched").mkdir(parents=True)
    note_room(world.house, watched, Refused("I-1", "no_room", {"needed": 2_000_000, "free": 1_000_000}))
    client.sign_in("chen")
    assert "等待磁盘空间：解开压缩包需要 2000000 字节" in client.get("/documents/imports").text
    note_room(world.house, watched, None)
    assert "等待磁盘空间" not in client.get("/documents/imports").text


def test_i_1_the_page_gives_a_run_up_whose_host_is_lost_and_says_before_why_not(
    client: Browser, world: World, folder: Path
) -> None:
    run = Run.of(world, folder).read()
    client.sign_in("chen")
    own = f"/documents/imports/{run.id}"
    assert client.submit(own, action=f"{own}/import").status_code == 303
    page = client.page(own)
    assert "正在处理这次导入" in page.text_content()
    assert not page.cssselect(f"a[href='{own}/give-up']")
    token = page.cssselect("input[name=csrf_token]")[0].get("value")
    answer = client.post(f"{own}/give-up", data={"reason": "主机已坏", "csrf_token": token})
    assert answer.status_code == 422
    assert "正在处理这次导入" in answer.text
    world.clock.now += LENGTH
    assert client.page(own).cssselect(f"a[href='{own}/give-up']")
    answer = client.submit(f"{own}/give-up", {"reason": " "})
    assert answer.status_code == 422
    assert "请写明原因" in answer.text
    assert client.submit(f"{own}/give-up", {"reason": "主机已坏"}).headers["Location"] == own
    shown = client.page(own).text_content()
    assert "未完成即终止：主机已坏" in shown
    assert shown.count("未完成，已终止") >= 3
    client.sign_in("wang")
    assert client.get(f"{own}/give-up").status_code == 403


def test_i_1_who_saves_second_is_told_what_the_first_chose_and_loses_nothing(
    app: Flask, client: Browser, world: World, folder: Path
) -> None:
    run = Run.of(world, folder).read()
    own = f"/documents/imports/{run.id}/files/1"

    def also_controls(session: Session) -> None:
        of_chen = select(RoleGrant).where(RoleGrant.person_id == world.people["chen"])
        for grant in session.scalars(of_chen.where(RoleGrant.role == Role.DOCUMENT_CONTROLLER)):
            kept = {one: getattr(grant, one) for one in ("role", "unit_id", "proposed_by", "proposed_at")}
            confirmed = {one: getattr(grant, one) for one in ("confirmed_by", "confirmed_at")}
            session.add(RoleGrant(person_id=world.people["wang"], **kept, **confirmed))

    world.house.uow.write(also_controls)
    client.sign_in("chen")
    second = browser(app)
    second.sign_in("wang")
    first_form, second_form = filled_form(client, own), filled_form(second, own)
    first_form |= {
        "title": "甲定的名称",
        "unit_id": str(world.units["SC"]),
        "approved": "",
        "choice": "draft",
    }
    assert client.post(own, data=first_form).status_code == 303
    second_form |= {"title": "乙定的名称", "issued": "2021-04-01", "choice": "import"}
    answer = second.post(own, data=second_form)
    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    said = page.text_content()
    assert "陈静改动了这个文件" in said
    assert "处理方式：作为草稿" in said
    told = [" ".join(one.text_content().split()) for one in page.cssselect(".first-chose")]
    assert told == [
        "对方所选： 甲定的名称",
        "对方所选： （清空）",
        "对方所选： 生产部",
        "对方所选： （清空）",
    ]
    assert page.cssselect("#f-title")[0].get("value") == "乙定的名称"
    assert page.cssselect("#f-issued")[0].get("value") == "2021-04-01"
    assert page.cssselect("#f-approved")[0].get("value") == "沈立新"
    assert run.content("a.txt").chosen["title"] == "甲定的名称"
    assert run.files()["a.txt"].choice.value == "draft"
    again = fields_of(page, own) | {"choice": "import"}
    assert second.post(own, data=again).status_code == 303  # it was seen
    assert run.content("a.txt").chosen["title"] == "乙定的名称"
    assert run.content("a.txt").chosen["issued"] == "2021-04-01"
    assert "unit_id" not in run.content("a.txt").chosen
    assert run.files()["a.txt"].choice.value == "import"


def test_i_1_two_people_at_different_files_do_not_meet(
    app: Flask, client: Browser, world: World, folder: Path
) -> None:
    run = Run.of(world, folder).read()
    own = f"/documents/imports/{run.id}/files"
    client.sign_in("chen")
    second = browser(app)
    second.sign_in("chen")
    forms = [filled_form(client, f"{own}/1"), filled_form(second, f"{own}/2")]
    assert client.post(f"{own}/1", data=forms[0] | {"title": "甲"}).status_code == 303
    assert second.post(f"{own}/2", data=forms[1] | {"title": "乙"}).status_code == 303
    assert [run.content(name).chosen["title"] for name in ("a.txt", "b.txt")] == ["甲", "乙"]


def filled_form(who: Browser, url: str) -> dict[str, str]:
    """Return what the form of a file sends, as it was opened."""
    return fields_of(who.page(url), url)


def fields_of(page: html.HtmlElement, url: str) -> dict[str, str]:
    (found,) = (one for one in page.forms if one.get("action") == url)
    return {name: value for name, value in found.form_values() if name != "choice"}
