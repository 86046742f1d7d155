"""The pages of controlled settings: the editor, the sheet that signs, the tester (V-2, W-1)."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest

from docctl.domain.setting_kinds import KINDS
from tests.rules import approved, changed, page, rows, saved, submitted
from tests.web.browser import Browser, filled, words_of
from tests.world import PASSWORD, World, docx_bytes

HERE = "/settings/rules/calendar"


def test_v_2_a_change_goes_from_the_editor_to_force(client: Browser, world: World) -> None:
    client.sign_in("chen")
    assert client.page("/settings").cssselect(".tabs a[href='/settings/rules']")
    answer = client.submit(
        f"{HERE}/edit",
        {"own_days_off": "2026-03-05 盘点", "week": ["1", "2", "3", "4", "5", "6"], "reason": "年中盘点"},
        follow_redirects=True,
    )
    assert "第 2 版草稿已保存" in answer.text
    assert "2026-03-05 盘点" in words_of(answer)
    assert "周六" in words_of(answer)
    answer = client.submit(f"{HERE}?revision=2", action=f"{HERE}/2/submit", follow_redirects=True)
    assert "已提交" in answer.text
    world.clock.forward(minutes=1)
    client.sign_in("zhao")
    (task,) = client.page("/").cssselect("tbody a.row-link")
    assert task.text_content() == "批准规则"
    where = client.get(task.get("href")).headers["Location"]
    assert where == f"{HERE}?revision=2"
    answer = client.submit(f"{HERE}/2/approve", {"password": "wrong"})
    assert (answer.status_code, "密码" in answer.text) == (422, True)
    answer = client.submit(f"{HERE}/2/approve", {"password": PASSWORD}, follow_redirects=True)
    assert "第 2 版已批准" in answer.text
    assert "现行" in words_of(answer)
    assert page(world).in_force == 2
    story = client.page(HERE).cssselect(".tl li")
    assert len(story) == 3
    assert "signed" in (story[0].get("class") or "")


def test_v_2_what_was_typed_stays_and_the_refusal_stands_beside_its_field(
    client: Browser, world: World
) -> None:
    client.sign_in("chen")
    answer = client.submit(f"{HERE}/edit", {"own_days_off": "下周三 盘点", "reason": "盘点"})
    assert answer.status_code == 422
    assert "下周三 盘点" in answer.text
    assert client.page(f"{HERE}/edit") is not None
    for field, text, word in (
        ("hours", "8点到5点", "不是一段时间"),
        ("announced", "2025 2026", "未列为已公布"),
        ("hours", "", "请填写"),
    ):
        answer = client.submit(f"{HERE}/edit", {field: text})
        assert answer.status_code == 422
        assert word in answer.text
        assert 'class="field bad"' in answer.text or " bad" in answer.text
    answer = client.submit(f"{HERE}/edit", {"week": None})
    assert answer.status_code == 422
    assert len(rows(world)) == 1


def test_v_2_what_was_typed_while_another_submitted_comes_back_with_the_reason(
    client: Browser, world: World
) -> None:
    saved(world)
    client.sign_in("chen")
    (form,) = [one for one in client.forms(f"{HERE}/edit") if one.get("action") == f"{HERE}/edit"]
    typed = filled(form) | {"own_days_off": "2026-05-20 校庆"}
    submitted(world, who="zhou")
    answer = client.post(f"{HERE}/edit", data=typed)
    assert answer.status_code == 422
    assert "第 2 版正在等待批准" in answer.text
    assert "2026-05-20 校庆" in answer.text
    assert client.get(f"{HERE}/edit").status_code == 422


def test_v_2_the_editor_shows_a_draft_and_begins_with_what_waits(client: Browser, world: World) -> None:
    approved(world, changed("2026-03-05"), wanted_from=world.clock() + timedelta(days=30))
    client.sign_in("zhou")
    form = client.page(f"{HERE}/edit")
    assert "2026-03-05" in form.cssselect("[name=own_days_off]")[0].value
    saved(world, changed("2026-03-06"), reason="改期")
    form = client.page(f"{HERE}/edit")
    assert "2026-03-06" in form.cssselect("[name=own_days_off]")[0].value
    assert form.cssselect("[name=reason]")[0].value.strip() == "改期"


@pytest.mark.parametrize(
    ("who", "reason", "said"),
    [("chen", "", "没有原因不能提交"), ("wang", "x", "您的岗位没有这项权限"), ("admin", "x", "")],
)
def test_v_2_what_one_may_not_do_is_said_before_the_click(
    client: Browser, world: World, who: str, reason: str, said: str
) -> None:
    saved(world, reason=reason)
    client.sign_in(who)
    shown = client.page(f"{HERE}?revision=2")
    why = " ".join(one.text_content() for one in shown.cssselect(".why"))
    assert (said in why) if said else not shown.cssselect(f"form[action='{HERE}/2/submit'] [aria-disabled]")
    assert bool(shown.cssselect(f"form[action='{HERE}/2/submit']")) is (not said)


def test_a_2_who_worked_on_it_sees_why_another_must_approve(client: Browser, world: World) -> None:
    submitted(world)
    client.sign_in("chen")
    why = client.page(f"{HERE}?revision=2").cssselect(".why")
    assert why  # not their role
    world.clock.forward(minutes=1)
    client.sign_in("zhao")
    assert client.page(f"{HERE}?revision=2").cssselect(f"a[href='{HERE}/2/approve']")


@pytest.mark.parametrize(
    ("who", "step", "state"), [("zhao", "return", "draft"), ("chen", "discard", "discarded")]
)
def test_a_9_v_6_a_step_with_its_reason(
    client: Browser, world: World, who: str, step: str, state: str
) -> None:
    (submitted if step == "return" else saved)(world)
    client.sign_in(who)
    answer = client.submit(f"{HERE}/2/{step}", {"reason": " "})
    assert answer.status_code == 422
    answer = client.submit(f"{HERE}/2/{step}", {"reason": "再核对"}, follow_redirects=True)
    assert "再核对" in words_of(answer)
    assert page(world, who, 2).shown.state == state


def test_v_3_a_leader_withdraws_what_waits(client: Browser, world: World) -> None:
    approved(world, wanted_from=world.clock() + timedelta(days=1))
    client.sign_in("zhao")
    assert "已批准未生效" in words_of(client.get(f"{HERE}?revision=2"))
    answer = client.submit(f"{HERE}/2/withdraw", {"reason": "取消"}, follow_redirects=True)
    assert "第 2 版已撤销" in answer.text
    assert client.get(f"{HERE}/2/withdraw").status_code == 404
    assert client.get(f"{HERE}/1/withdraw").status_code == 404


def test_w_1_w_2_the_tester_says_when_and_by_which_days(client: Browser) -> None:
    client.sign_in("wang")
    asked = f"{HERE}?start=2026-09-30T16:00&amount=3&unit=working_days"
    said = words_of(client.get(asked))
    assert "截止 2026-10-10 24:00" in said
    assert "2026-10-01 周四 – 2026-10-07 周三 法定节假日、国庆节 跳过 7 天" in said
    assert "计入 3 天。 跳过 7 天。" in said
    assert "暂定" in words_of(client.get(f"{HERE}?start=2026-12-31T16:00&amount=1&unit=working_days"))
    assert "截止 2026-03-04 24:00" not in words_of(client.get(asked))
    assert "2026-03-05 24:00" in words_of(client.get(HERE))  # three working days from now


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("start=&amount=1&unit=days", "请填写"),
        ("start=2026-03-02T09:00&amount=x&unit=days", "整数"),
        ("start=2026-03-02T09:00&amount=0&unit=weeks", "1 至 520"),
        ("start=2026-03-02T09:00&amount=1&unit=moons", "请从列表中选择"),
        ("start=1200-03-02T09:00&amount=1&unit=days", "1990"),
        ("start=2026-03-02T09:00&amount=5&unit=day_of_next_month&before=1", "不能在起始时间之前"),
        ("start=2026-03-02T09:00&amount=5&unit=hours&rolls=1", "没有可以顺延"),
    ],
)
def test_w_1_the_tester_says_what_it_cannot_count(client: Browser, query: str, said: str) -> None:
    client.sign_in("wang")
    assert said in words_of(client.get(f"{HERE}?{query}"))


def test_v_2_any_two_revisions_are_compared(client: Browser, world: World) -> None:
    approved(world, changed("2026-03-05"))
    approved(world, changed("2026-03-06"))
    client.sign_in("wang")
    shown = client.page(f"{HERE}?revision=3&against=1")
    assert [one.text_content() for one in shown.cssselect(".spread ins")] == ["2026-03-06 盘点"]
    shown = client.page(f"{HERE}?revision=3")
    assert [one.text_content() for one in shown.cssselect(".spread del")] == ["2026-03-05 盘点"]


def test_s_6_the_tester_of_synonyms_says_what_else_is_found(client: Browser) -> None:
    client.sign_in("wang")
    rules = "/settings/rules/synonyms"
    assert "还会找 8 种说法" in words_of(client.get(f"{rules}?text=客户投诉"))
    assert "没有其他说法" in words_of(client.get(f"{rules}?text=“客户投诉”"))
    assert "没有其他说法" in words_of(client.get(f"{rules}?text=(客户"))
    assert "种说法" not in words_of(client.get(rules))


def test_s_6_a_set_of_words_is_typed_saved_and_refused_with_its_line(client: Browser) -> None:
    client.sign_in("chen")
    rules = "/settings/rules/synonyms"
    answer = client.submit(f"{rules}/edit", {"sets": "顾客 客户\n业主 客户", "reason": "x"})
    assert answer.status_code == 422
    assert "“客户”出现在两组里" in answer.text
    answer = client.submit(
        f"{rules}/edit", {"sets": "顾客 客户 业主 用户", "reason": "补充"}, follow_redirects=True
    )
    assert "第 2 版草稿已保存" in answer.text


@pytest.mark.parametrize(
    "path", ["/settings/rules/poetry", f"{HERE}?revision=9", f"{HERE}?against=9", f"{HERE}/9/approve"]
)
def test_what_there_is_not_is_not_found(client: Browser, path: str) -> None:
    client.sign_in("zhao")
    assert client.get(path).status_code == 404


def test_v_2_the_overview_shows_what_is_in_force_what_waits_and_what_is_worked_on(
    client: Browser, world: World
) -> None:
    approved(world, wanted_from=world.clock() + timedelta(days=3))
    saved(world, changed("2026-04-01"))
    client.sign_in("wang")
    first, *others = client.page("/settings/rules").cssselect("tbody tr")
    assert [one.get("href") for one in first.cssselect("a")] == [
        HERE,
        f"{HERE}?revision=2",
        f"{HERE}?revision=3",
    ]
    assert [one.get("href") for row in others for one in row.cssselect("a")] == [
        f"/settings/rules/{kind}"
        for kind in (
            "routes",
            "authority",
            "synonyms",
            "numbers",
            "labels",
            "checks",
            "headers",
            "classes",
            "requests",
            "watchers",
        )
    ]


def test_t_1_the_trail_names_the_rule_and_leads_to_it(client: Browser, world: World) -> None:
    approved(world)
    client.sign_in("qian")
    shown = client.page("/trail?kind=setting")
    assert [one.get("href") for one in shown.cssselect("tbody a") if "/rules/" in (one.get("href") or "")]
    assert "批准了规则" in shown.text_content()


def test_the_pages_speak_english_too(client: Browser, world: World) -> None:
    approved(world)
    client.sign_in("wang")
    token = client.page("/account").cssselect("[name=csrf_token]")[0].get("value")
    client.post("/language", data={"csrf_token": token, "language": "en", "next": "/"})
    said = words_of(client.get(HERE))
    assert "Working calendar" in said
    assert "In force" in said
    assert "3 days counted." in said
    assert "Working calendar" in words_of(client.get("/settings/rules"))


def test_a_6_a_condition_is_tried_out(client: Browser) -> None:
    client.sign_in("wang")
    example = client.page("/settings/conditions")
    assert [one.text_content() for one in example.cssselect("[role=status] .state")] == ["成立"]
    assert example.cssselect(".invalid-feedback") == []
    asked = "/settings/conditions?facts=金额:数字&values=金额=5"
    for condition, said in (("金额 > 4", "成立"), ("金额 > 5", "不成立")):
        shown = client.page(f"{asked}&condition={condition}")
        assert [one.text_content() for one in shown.cssselect("[role=status] .state")] == [said]
        assert [one.text_content() for one in shown.cssselect("[role=status] + dl dd")] == ["5"]
    for condition, why in (
        ("金额 >", "没有写完"),
        ("数量 > 1", "没有“数量”这一项"),
        ("", "请填写条件"),
    ):
        assert why in words_of(client.get(f"{asked}&condition={condition}"))
    assert "不是事项" in words_of(client.get("/settings/conditions?facts=x&condition=x"))
    assert "不是上面某项的值" in words_of(
        client.get("/settings/conditions?facts=金额:数字&values=y&condition=金额 > 1")
    )


NUMBERS = "/settings/rules/numbers"


def test_n_2_the_tester_reads_a_number_and_says_the_next_one(client: Browser, world: World) -> None:
    world.draft(number="QP-04")
    client.sign_in("wang")
    words = words_of(client.get(f"{NUMBERS}?number=CDJJ-QP-03"))
    assert "公司程序" in words
    assert "CDJJ" in words
    assert "没有规则能读" in words_of(client.get(f"{NUMBERS}?number=XX"))
    assert "QP-05" in words_of(client.get(f"{NUMBERS}?kind=procedure"))
    assert "QR-1101" in words_of(client.get(f"{NUMBERS}?kind=form&parent=QP-11"))
    assert "编号缺少 章节" in words_of(client.get(f"{NUMBERS}?kind=form"))


def test_n_2_a_scheme_is_typed_in_chinese_words_compared_and_refused_where_two_meet(
    client: Browser, world: World
) -> None:
    client.sign_in("chen")
    (box, types) = client.page(f"{NUMBERS}/edit").cssselect("textarea")[:2]
    assert "procedure = QP-{顺序号:2}" in box.text
    answer = client.submit(
        f"{NUMBERS}/edit",
        {"schemes": f"{box.text}\nother = QP-{{顺序号:2-3}}", "types": types.text, "reason": "x"},
    )
    assert answer.status_code == 422
    assert "procedure 和 other 会产生同一个编号，例如 QP-11" in answer.text
    assert "other = QP-{顺序号:2-3}" in answer.text
    changed_text = box.text.replace("procedure = QP-{顺序号:2}", "procedure = QP-{顺序号:3}")
    answer = client.submit(
        f"{NUMBERS}/edit",
        {"schemes": changed_text, "types": types.text, "reason": "两位不够"},
        follow_redirects=True,
    )
    assert "第 2 版草稿已保存" in answer.text
    shown = client.page(f"{NUMBERS}?revision=2")
    assert [one.text_content() for one in shown.cssselect(".spread ins")] == ["procedure = QP-{顺序号:3}"]
    assert world.document_of(world.draft()).number == "QP-01"


def test_v_1_the_tester_of_labels_says_what_comes_next_and_suggests_a_reissue(client: Browser) -> None:
    client.sign_in("wang")
    labels = "/settings/rules/labels"
    words = words_of(client.get(f"{labels}?kind=procedure&label=A/5"))
    assert "A/6" in words
    assert "B/0" in words
    assert "建议换版" in words
    assert "建议换版。" not in words_of(client.get(f"{labels}?kind=procedure&label=A/4"))
    assert "V-1" in words_of(client.get(f"{labels}?kind=procedure&label=%3F"))


def test_n_2_a_missing_part_of_a_number_is_asked_for_beside_its_field(client: Browser, world: World) -> None:
    content = page(world, kind="numbers").content
    types = content["types"] | {
        "procedure": {"documents": "clause_procedure", "records": "", "values": {"company": "XX"}}
    }
    approved(world, json.dumps({**content, "types": types}), kind="numbers")
    client.sign_in("chen")
    given = {
        "type_id": str(world.types["procedure"]),
        "title": "文件控制",
        "unit_id": str(world.units["PZ"]),
        "file": (io.BytesIO(docx_bytes("正文")), "a.docx"),
    }
    answer = client.submit("/documents/new", given, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "编号缺少条款" in answer.text
    given |= {"number_values": "4.2.4", "file": (io.BytesIO(docx_bytes("正文")), "a.docx")}
    answer = client.submit("/documents/new", given, content_type="multipart/form-data", follow_redirects=True)
    assert f"QP/XX-4.2.4A-{world.clock().year}" in answer.text


def test_n_5_gaps_are_listed_and_explained_on_their_pages(client: Browser, world: World) -> None:
    client.sign_in("chen")
    assert "没有断号" in words_of(client.get("/documents/numbers/gaps"))
    world.draft(number="QP-03")
    words = words_of(client.get("/documents/numbers/gaps?kind=document"))
    assert "QP-01 – QP-02" in words
    assert "共缺 2 个编号" in words
    client.submit("/documents/numbers/void?number=QP-01", {"number": "QP-01", "reason": "从未使用"})
    assert "QP-01 –" not in words_of(client.get("/documents/numbers/gaps"))
    assert "从未使用" in words_of(client.get("/documents/numbers?state=voided"))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_v_2_every_kind_of_rule_has_its_page_and_its_editor(client: Browser, kind: str) -> None:
    client.sign_in("chen")
    assert client.get(f"/settings/rules/{kind}").status_code == 200
    assert client.get(f"/settings/rules/{kind}/edit").status_code == 200
