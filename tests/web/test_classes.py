"""The pages of the retention classes: editor, tester, what is prolonged, sheets, the overview (R-1, R-3)."""

from __future__ import annotations

import io

from docctl.domain.class_text import say_classes, write_classes
from tests import rules
from tests.filing import a_form, filed, row
from tests.services.test_classes import followed, revised, years
from tests.web.browser import Browser, words_of
from tests.world import World

HERE = "/settings/rules/classes"


def lines(world: World) -> str:
    return say_classes(write_classes(rules.page(world, kind="classes").content)["classes"], "zh_Hans")


def test_r_3_classes_go_from_the_editor_into_a_draft_and_say_what_they_prolong(
    client: Browser, world: World
) -> None:
    filed(world, a_form(world))
    client.sign_in("zhou")
    typed = lines(world)
    longer = typed.replace("4 年", "9 年")
    answer = client.submit(f"{HERE}/edit", {"classes": longer, "reason": "延长"}, follow_redirects=True)
    said = words_of(answer)
    assert "公司记录控制程序 | 9 年 | 完成 | 销毁 | 其余" in said
    assert "1 份记录将保存得更久" in said
    for text, why in (
        (typed.replace(" | 其余", ""), "须有一个类别用于其余记录"),
        (typed + "\nx | 甲 | 乙 | 1 年 | 完成 | 销毁 | 其余", "只能有一个"),
        (typed + "\nx | 甲 | 乙 | 1 年 | 月亮 | 销毁", "没有起算点“月亮”"),
        (typed + "\nx | 甲 | 乙 | 2 年 | 完成 | 销毁 | 最长 1 年", "类别 x 的最长期限比保存期限短"),
        (typed + "\nx | 甲", "“x | 甲”无法读懂"),
    ):
        answer = client.submit(f"{HERE}/edit", {"classes": text, "reason": "x"})
        assert (answer.status_code, why in words_of(answer)) == (422, True), why
        assert text.split("\n")[-1] in answer.text  # what was typed stays


def test_r_1_r_10_the_tester_says_how_long_from_when_and_why(client: Browser, world: World) -> None:
    a_form(world)
    client.sign_in("wang")
    assert "保存至 2030-03-01 当日结束" in words_of(client.get(f"{HERE}?class=other&on=2026-03-01"))
    said = words_of(client.get(f"{HERE}?form=QR-1102&on=2026-03-01"))
    assert ("采用“其他记录”" in said, "2030-03-01" in said) == (True, True)
    assert "永久" in words_of(client.get(f"{HERE}?class=accident&on=2026-03-01"))
    assert "没有编号为 QR-9 的表格" in words_of(client.get(f"{HERE}?form=QR-9"))
    assert "没有类别 poetry" in words_of(client.get(f"{HERE}?class=poetry"))
    assert client.get(f"{HERE}?class=other&on=9999-12-31").status_code == 200
    assert "请填写日期" in words_of(client.get(f"{HERE}?class=other&on=x")) or "日期" in words_of(
        client.get(f"{HERE}?class=other&on=x")
    )
    assert "已在执行的记录" not in words_of(client.get(HERE))  # how many there are is for who decides


def test_r_3_the_page_says_how_many_keep_their_longer_time(client: Browser, world: World) -> None:
    form = a_form(world)
    records = [filed(world, form) for _ in range(3)]
    client.sign_in("zhao")
    assert "这一版不改变已有记录的保存期限" in words_of(client.get(HERE))
    revised(world, other=years(2))
    followed(world)
    assert "3 份记录保留其较长的期限" in words_of(client.get(HERE))
    assert len(records) == 3
    revised(world, other=years(9))
    assert "3 份记录尚待延长" in words_of(client.get(HERE))
    followed(world)
    assert "这一版不改变已有记录的保存期限" in words_of(client.get(HERE))


def test_r_1_the_overview_leads_to_the_classes_and_names_what_is_closed(
    client: Browser, world: World
) -> None:
    client.sign_in("wang")
    page = client.page("/settings/retention")
    assert page.cssselect(f"a[href='{HERE}']")
    revised(world, quality={"name": "质量记录（新）", "use": "closed"})
    said = words_of(client.get("/settings/retention"))
    assert ("质量记录（新）" in said, "已停用" in said) == (True, True)
    client.sign_in("chen")
    offered = client.page("/documents/new").cssselect("select[name=class_id] option")
    assert not [one for one in offered if "质量记录" in one.text_content()]


def test_r_1_classes_go_out_as_a_sheet_and_come_in_again(client: Browser, world: World) -> None:
    client.sign_in("zhou")
    data = client.get(f"{HERE}/table?format=csv").data
    changed = data.replace(b"4 years", b"5 years")

    def sent(body: bytes, name: str = "a.csv") -> str:
        values = {"file": (io.BytesIO(body), name), "reason": "调整"}
        answer = client.submit(f"{HERE}/file", values, content_type="multipart/form-data")
        if answer.status_code == 303:
            answer = client.get(answer.headers["Location"])
        return words_of(answer)

    assert "公司记录控制程序 | 5 年 | 完成 | 销毁 | 其余" in sent(changed)
    assert "4 年" in sent(client.get(f"{HERE}/table").data, "a.xlsx")
    assert "须有一个类别用于其余记录" in sent(data.replace(b"catch_all", b""))
    assert "没有起算点“moon”" in sent(data.replace(b",completion,", b",moon,", 1))


def test_r_1_a_kept_address_names_a_class_that_was_revised_since(client: Browser, world: World) -> None:
    record = filed(world, a_form(world))
    older = row(world, record).class_id
    revised(world, other=years(9))
    client.sign_in("wang")
    page = client.page(f"/records?class={older}")
    assert "其他记录" in " ".join(page.xpath("//a[contains(@class, 'chip')]//text()"))
    (chosen,) = page.xpath("//select[@name='class']/option[@selected]")
    assert (chosen.get("value"), chosen.text_content().strip()) == (str(older), "其他记录")
