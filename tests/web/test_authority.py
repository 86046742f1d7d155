"""The pages of the authority table: editor, tester, sheets out and in (A-7, V-2)."""

from __future__ import annotations

import csv
import io
from zipfile import ZipFile

from docctl.domain.roles import Role
from tests import rules
from tests.services.test_authority import TABLE, table, waiting_above
from tests.services.test_leaving import step_of
from tests.services.test_routes import REST, grant, routes
from tests.web.browser import Browser, words_of
from tests.world import World

HERE = "/settings/rules/authority"
TYPED = "采购合同 | 全部 | 0 - 5万元 | 部门负责人 PZ\n采购合同 | 全部 | 5万元以上 | 人员 zhao"


def test_a_7_a_table_goes_from_the_editor_into_a_draft(client: Browser, world: World) -> None:
    grant(world, "ouyang", Role.APPROVER)
    client.sign_in("chen")
    answer = client.submit(f"{HERE}/edit", {"lines": TYPED, "reason": "第一版"}, follow_redirects=True)
    said = words_of(answer)
    assert "采购合同 | 全部 | 0 - 50000 元 | 部门负责人 PZ" in said
    for text, why in (
        (TYPED.replace("5万元以上", "6万元以上"), "50,000 元 至 60,000 元 没有人决定"),
        (TYPED.replace("5万元以上", "4万元以上"), "40,000 元 以上有两级都可以决定"),
        (TYPED.split("\n", maxsplit=1)[0], "超过 50,000 元 没有人决定"),
        (TYPED.replace("人员 zhao", "人员 nobody"), "没有有批准资格的人担任"),
    ):
        answer = client.submit(f"{HERE}/edit", {"lines": text, "reason": "x"})
        assert (answer.status_code, why in answer.text) == (422, True), why
        assert text.split("\n")[0] in answer.text  # what was typed stays


def test_a_7_the_tester_says_who_decides_and_why_another_may_not(client: Browser, world: World) -> None:
    client.sign_in("wang")
    assert "表中还没有事项类别" in words_of(client.get(HERE))
    grant(world, "ouyang", Role.APPROVER)
    table(world, TABLE.replace("post ZH/副总", "person ouyang"))

    def asked(amount: str, person: str = "") -> str:
        person_id = world.people[person] if person else ""
        return words_of(client.get(f"{HERE}?class=采购&amount={amount}&unit=PZ&person={person_id}"))

    assert "欧阳雪有权决定" in asked("500000", "ouyang")
    assert "只能决定到 500,000 元" in asked("500000.01", "ouyang")
    assert "没有决定权限" in asked("5", "li")
    assert "由此级决定" in asked("5")
    assert "“许多”不是金额" in asked("许多")
    assert "请先填写金额" in asked("")
    assert "以元计" in asked("5件")


def test_a_7_a_table_goes_out_as_sheet_and_comes_in_again(client: Browser, world: World) -> None:
    grant(world, "ouyang", Role.APPROVER)
    table(world, TABLE.replace("post ZH/副总", "person ouyang"))
    client.sign_in("chen")
    csv_bytes = client.get(f"{HERE}/table?format=csv&revision=2").data
    rows = list(csv.reader(io.StringIO(csv_bytes.decode("utf-8-sig"))))
    assert rows[0][:3] == ["事项类别", "范围", "超过"]
    assert rows[1] == ["采购", "*", "0", "50000", "元", "head", ""]
    xlsx = client.get(f"{HERE}/table?revision=2").data
    assert ZipFile(io.BytesIO(xlsx)).testzip() is None
    changed = csv_bytes.decode("utf-8-sig").replace("50000", "80000").encode("utf-8-sig")

    def sent(data: bytes, name: str, **more: object) -> str:
        values = {"file": (io.BytesIO(data), name), "reason": "调整", **more}
        answer = client.submit(f"{HERE}/file", values, content_type="multipart/form-data")
        if answer.status_code == 303:
            answer = client.get(answer.headers["Location"])
        return words_of(answer)

    assert "采购 | 全部 | 0 - 80000 元 | 部门负责人" in sent(changed, "a.csv")
    assert rules.page(world, kind="authority").open == 3
    assert "0 - 50000 元" in sent(xlsx, "a.xlsx")
    assert "找不到表头" in sent("甲,乙\n1,2".encode(), "a.csv")
    assert "没有人决定" in sent(changed.replace(b"800000,,", b"900000,,"), "a.csv")
    assert client.get("/settings/rules/calendar/table").status_code == 404
    assert client.get("/settings/rules/calendar/file").status_code == 404
    client.sign_in("wang")
    assert client.get(f"{HERE}/file").status_code in {403, 404}


def test_a_7_before_the_click_the_author_reads_why_nobody_can_approve(client: Browser, world: World) -> None:
    table(world, "采购 | * | over 0 | person zhao")
    routes(world, f"# 采购 | type procedure\napprove | 核决权限 采购\n\n{REST}")
    draft = world.draft()
    client.sign_in("chen")
    said = words_of(client.get(f"/documents/revisions/{draft}/submit"))
    assert "请先填写金额（元）" in said
    client.submit(f"/documents/revisions/{draft}/edit", {"amount": "5万"})
    said = words_of(client.get(f"/documents/revisions/{draft}/submit"))
    assert "请先填写金额" not in said
    assert "赵敏" in said


def test_a_7_handing_over_shows_who_may_not_decide_so_much_and_refuses_them(
    client: Browser, world: World
) -> None:
    revision = waiting_above(world)
    client.sign_in("admin")
    here = f"/people/{world.people['zhou']}/hand-over"
    barred = client.page(here).cssselect("select[name=handed] option[disabled]")
    said = barred[0].text_content()
    assert said == "欧阳雪 品质部：A-7 超过权限：对“采购”只能决定到 500,000 元，须由上一级决定。"
    forced = f"step:{step_of(world, revision, 'approve').id}:{world.people['ouyang']}"
    for typed in ({"handed": forced}, {"rest_to": str(world.people["ouyang"])}):
        answer = client.submit(here, {**typed, "reason": "调岗到外地"})
        assert (answer.status_code, "只能决定到 500,000 元" in words_of(answer)) == (422, True)
        assert "调岗到外地" in answer.text  # what was typed stays
