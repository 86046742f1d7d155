"""Answers on the register of records, in its file, in the file of a search, on the slip (F-2, S-3, N-4)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from docx import Document as Docx

from docctl.jobs.wait import settle
from docctl.reading import xlsx
from tests import filing
from tests.asking import asking, defined, revised, wanted
from tests.web.browser import Browser
from tests.web.conftest import words_of
from tests.world import World


@pytest.fixture
def form(world: World) -> UUID:
    return asking(world)


def answer(world: World, form: UUID, result: str, *kinds: str, **changes: Any) -> UUID:
    return filing.filed(world, form, choices=(("f1", (result,)), ("f2", kinds)), **changes)


def titles(client: Browser, address: str) -> list[str]:
    return sorted(one.text_content().strip() for one in client.page(address).cssselect("td.k-title"))


def table(client: Browser, address: str, tmp_path: Path) -> list[dict[str, str]]:
    """Return the rows of a list as its file has them, by heading."""
    answer = client.get(address)
    assert answer.status_code == 200
    (tmp_path / "list.xlsx").write_bytes(answer.data)
    lines = xlsx.grid(str(tmp_path / "list.xlsx"))
    head = next(n for n, line in enumerate(lines) if "部门" in line)
    width = len(lines[head])
    filled = [[*line, *[""] * (width - len(line))] for line in lines[head + 1 :]]
    return [dict(zip(lines[head], line, strict=True)) for line in filled]


def test_s_1_the_fields_of_the_one_form_narrow_the_register(
    client: Browser, world: World, form: UUID
) -> None:
    answer(world, form, "合格", title="甲")
    answer(world, form, "不合格", "外观", title="乙")
    answer(world, form, "不合格", "尺寸", title="丙")
    client.sign_in("wang")
    assert not client.page("/records").cssselect("select[name=choice]")
    page = client.page(f"/records?form={form}")
    labels = {one.text_content().split("（")[0].strip() for one in page.cssselect(".filter-fields label")}
    assert {"检验结论", "不良类别"} <= {one.split()[0] for one in labels}
    result, kinds = page.cssselect("select[name=choice]")
    assert [one.text for one in result.cssselect("option")][1:] == ["合格", "不合格", "让步接收"]
    assert [one.get("id") for one in (result, kinds)] == ["f-choice-f1", "f-choice-f2"]
    bad = result.cssselect("option")[2].get("value")
    looks = kinds.cssselect("option")[1].get("value")
    assert titles(client, f"/records?form={form}&choice={bad}") == ["丙", "乙"]
    both = f"/records?form={form}&choice={bad}&choice={looks}"
    assert titles(client, both) == ["乙"]
    page = client.page(both)
    chosen = [one.get("value") for one in page.cssselect("select[name=choice] option[selected]")]
    assert chosen == [bad, looks]
    # Orders, files and the way back keep both; each is let go by itself, the form takes them with it.
    (order,) = [one.get("href") for one in page.cssselect("th a") if "sort=number" in one.get("href")]
    assert titles(client, order) == ["乙"]
    (export,) = [one.get("href") for one in page.cssselect("main a") if "/export" in one.get("href")]
    assert f"choice={bad}&choice={looks}" in export
    chips = {one.text_content().split(" 移除")[0]: one.get("href") for one in page.cssselect(".chip[href]")}
    left = {label.strip(): href for label, href in chips.items() if "×" in label}
    without_kind = next(href for label, href in left.items() if "不良类别 外观" in label)
    assert titles(client, without_kind) == ["丙", "乙"]
    without_form = next(href for label, href in left.items() if "QR-01" in label)
    assert "choice" not in without_form


def test_s_1_choices_of_another_form_mean_nothing_and_of_none_find_nothing(
    client: Browser, world: World, form: UUID
) -> None:
    other = asking(world, number="QR-02", title="进货检验单")
    answer(world, form, "合格", title="甲")
    answer(world, other, "不合格", title="乙")
    client.sign_in("wang")
    good = f"{form.hex}.f1.o1"
    assert titles(client, f"/records?form={other}&choice={good}") == ["乙"]
    assert titles(client, f"/records?choice={good}") == ["乙", "甲"]
    assert titles(client, f"/records?form={form}&choice=nonsense&choice={good}x") == ["甲"]
    # Two of one field: the first counts, as in every other filter.
    assert titles(client, f"/records?form={form}&choice={good}&choice={form.hex}.f1.o2") == ["甲"]
    page = client.page(f"/records?form={form}&choice={form.hex}.f1.o9")
    assert not page.cssselect("td.k-title")
    (chip,) = [one for one in page.cssselect(".chip") if "不可见的选项" in one.text_content()]
    assert "choice" not in chip.get("href")


def test_x_3_a_choice_shows_nobody_a_record_they_do_not_see(
    client: Browser, world: World, form: UUID, tmp_path: Path
) -> None:
    answer(world, form, "合格", title="甲")
    address = f"form={form}&choice={form.hex}.f1.o1"
    client.sign_in("zhang")
    assert titles(client, f"/records?{address}") == []
    assert table(client, f"/records/export?{address}", tmp_path) == []


def test_d_7_a_view_of_the_register_keeps_its_choices(client: Browser, world: World, form: UUID) -> None:
    answer(world, form, "合格", title="甲")
    answer(world, form, "不合格", title="乙")
    client.sign_in("wang")
    asked = f"choice={form.hex}.f1.o2&choice={form.hex}.f2.o1&form={form}"
    (keep,) = [
        one for one in client.page(f"/records?{asked}").cssselect("a.btn") if one.text == "保存当前视图"
    ]
    assert client.submit(keep.get("href"), {"name": "不合格的"}).status_code == 303
    (link,) = client.page("/records").cssselect(".filter-fields a[href^='/records?']")
    assert link.get("href") == f"/records?{asked}"
    (chip,) = [
        one for one in client.page(link.get("href")).cssselect(".chip") if "外观" in one.text_content()
    ]
    assert titles(client, chip.get("href")) == ["乙"]


def test_s_3_the_file_of_one_form_has_a_column_for_each_field(
    client: Browser, world: World, form: UUID, tmp_path: Path
) -> None:
    answer(world, form, "合格", title="甲")
    corrected = answer(world, form, "合格", "外观", "尺寸", title="乙")
    filing.corrected(world, corrected, field="choice:f1", new="让步接收")
    asking(world, wanted("班次", "早", "晚"), number="QR-02", title="班次表")
    client.sign_in("wang")
    rows = table(client, f"/records/export?form={form}&sort=title&order=asc", tmp_path)
    assert [(one["名称"], one["检验结论"], one["不良类别"]) for one in rows] == [
        ("乙", "让步接收", "外观、尺寸"),  # as it is now, as the name and the day
        ("甲", "合格", ""),
    ]
    assert "班次" not in rows[0]
    assert "填写内容" not in rows[0]
    rows = table(client, f"/records/export?form={form}&choice={form.hex}.f2.o2", tmp_path)
    assert [one["名称"] for one in rows] == ["乙"]


def test_s_3_the_file_of_several_forms_has_one_column_that_names_the_fields(
    client: Browser, world: World, form: UUID, tmp_path: Path
) -> None:
    answer(world, form, "合格", "外观", "尺寸", title="甲")
    filing.filed(world, filing.a_form(world, number="QR-1105"), title="乙")
    client.sign_in("wang")
    rows = table(client, "/records/export?sort=title&order=desc", tmp_path)
    assert [(one["名称"], one["填写内容"]) for one in rows] == [
        ("甲", "检验结论：合格；不良类别：外观、尺寸"),
        ("乙", ""),
    ]
    assert "检验结论" not in rows[0]


def test_f_1_the_file_of_one_form_joins_what_was_renamed(
    client: Browser, world: World, form: UUID, tmp_path: Path
) -> None:
    answer(world, form, "合格", "外观", title="甲")
    world.clock.forward(days=1)
    draft = defined(world, revised(world, form), wanted("判定", "通过=o1", "不通过=o2", key="f1"))
    world.issued(draft)
    filing.filed(world, form, title="乙", choices=(("f1", ("通过",)),))
    client.sign_in("wang")
    rows = table(client, f"/records/export?form={form}&sort=title&order=asc", tmp_path)
    assert [(one["名称"], one["判定"], one["不良类别"]) for one in rows] == [
        ("乙", "通过", ""),
        ("甲", "合格", "外观"),  # as it was called when it was filed
    ]
    assert titles(client, f"/records?form={form}&choice={form.hex}.f1.o1") == ["乙", "甲"]


def test_s_3_choices_stand_in_the_file_of_a_search(
    client: Browser, world: World, form: UUID, tmp_path: Path
) -> None:
    good = answer(world, form, "合格", "外观", "尺寸", title="首检甲")
    answer(world, form, "不合格", title="首检乙")
    filing.filed(world, filing.a_form(world, number="QR-1105"), title="首检丙")
    filing.corrected(world, good, field="choice:f2", new="性能")
    settle(world.house)
    client.sign_in("wang")
    rows = table(client, "/search/export?q=首检&sort=number", tmp_path)
    assert {one["标题"]: one["填写内容"] for one in rows} == {
        "首检甲": "检验结论：合格；不良类别：性能",
        "首检乙": "检验结论：不合格",
        "首检丙": "",
    }
    rows = table(client, f"/search/export?q=首检&choice={form.hex}.f1.o2", tmp_path)
    assert [one["填写内容"] for one in rows] == ["检验结论：不合格"]
    client.sign_in("zhang")
    assert table(client, "/search/export?q=首检", tmp_path) == []


def slip(client: Browser, record: UUID) -> dict[str, list[tuple[str, bool]]]:
    """Return what the slip says, by label: stretches of text, each with whether it is struck."""
    answer = client.get(f"/records/{record}/slip")
    assert answer.status_code == 200
    cells = [
        [
            (run.text, bool(run.font.strike))
            for paragraph in cell.paragraphs
            for run in paragraph.runs
            if run.text
        ]
        for outer in Docx(io.BytesIO(answer.data)).tables
        for box in outer._cells
        for inner in box.tables
        for cell in inner._cells
    ]
    return {
        "".join(text for text, _ in label): said for label, said in zip(cells[::2], cells[1::2], strict=True)
    }


def test_n_4_the_slip_says_what_was_answered(client: Browser, world: World, form: UUID) -> None:
    record = answer(world, form, "合格", medium="paper", place="1 柜")
    client.sign_in("wang")
    said = slip(client, record)
    assert said["检验结论"] == [("合格", False)]
    assert said["不良类别"] == [("—", False)]
    assert list(said).index("部门") < list(said).index("检验结论") < list(said).index("不良类别")
    plain = filing.filed(world, filing.a_form(world, number="QR-1105"), medium="paper", place="1 柜")
    assert "检验结论" not in slip(client, plain)


def test_c_1_the_slip_strikes_what_the_page_strikes(client: Browser, world: World, form: UUID) -> None:
    record = answer(world, form, "合格", "外观", medium="paper", place="1 柜")
    filing.corrected(world, record, field="choice:f1", new="不合格")
    filing.corrected(world, record, field="choice:f1", new="让步接收")
    filing.corrected(world, record, field="choice:f2", new="")
    day = world.house.today().isoformat()
    client.sign_in("wang")
    said = slip(client, record)
    assert said["检验结论"] == [
        ("合格", True),
        (f" 王强 {day} ", False),
        ("不合格", True),
        (f" 让步接收 王强 {day}", False),
    ]
    assert said["不良类别"] == [("外观", True), (f" — 王强 {day}", False)]
    on_page = words_of(client.get(f"/records/{record}"))
    assert on_page.index("让步接收") > on_page.index("检验结论")
    # What only waits has struck nothing.
    waits = answer(world, form, "合格", medium="paper", place="1 柜")
    filing.corrected(world, waits, field="choice:f1", new="不合格", reason="other", reason_text="重判")
    assert slip(client, waits)["检验结论"] == [("合格", False)]


def test_r_7_nothing_of_what_is_gone_stands_on_paper_or_in_lists(
    client: Browser, world: World, form: UUID, tmp_path: Path
) -> None:
    record = answer(world, form, "合格", "外观", title="甲", medium="paper", place="1 柜")
    filing.force(world, record, "accepted", "on_list", "destroying")
    client.sign_in("wang")
    assert "检验结论" not in slip(client, record)
    assert [one["填写内容"] for one in table(client, "/records/export", tmp_path)] == [""]
    assert titles(client, f"/records?form={form}&choice={form.hex}.f1.o1") == []
