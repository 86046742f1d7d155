"""Pages of tables of past records: uploaded, looked at, filed, reported (I-2)."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from uuid import UUID

from lxml import html

from docctl import reading
from docctl.domain.imports import RunState
from docctl.jobs.imports.at_work import at_work
from docctl.reading import xlsx
from tests.imports.test_columns import FILES, STRANGE
from tests.imports.test_record_runs import ROWS, packed, the_import, worked
from tests.web.conftest import Browser
from tests.world import World

COLUMNS = Path(reading.__path__[0]) / "table_columns.toml"


def uploaded(client: Browser, form: UUID, content: bytes) -> str:
    given = {"file": (io.BytesIO(content), "old.zip"), "form_id": str(form)}
    answer = client.submit("/records/imports/new", given)
    assert answer.status_code == 303, answer.text[:2000]
    return str(answer.headers["Location"])


def test_i_2_a_table_is_uploaded_looked_at_filed_and_reported(
    client: Browser, world: World, form: UUID, tmp_path: Path
) -> None:
    client.sign_in("li")
    assert "/records/imports" in client.get("/records").text
    assert "还没有按台账归档过记录" in client.get("/records/imports").text
    own = uploaded(client, form, packed({"表.csv": ROWS, "扫描/a.txt": "a", "b.txt": "b"}))
    import_id = UUID(own.rsplit("/", 1)[-1])
    assert client.get(f"{own}/progress").json["done"] is False  # type: ignore[index]
    worked(world, import_id)
    assert client.get(f"{own}/progress").json["done"] is True  # type: ignore[index]
    page = client.page(own)
    shown = page.text_content()
    assert "归档 2 条记录" in shown
    assert "编号 JL-1 在第 2 行已经有了" in shown
    assert [one.text_content() for one in page.cssselect(".heads .unused dt")] == ["颜色"]
    assert len(client.page(f"{own}?view=failed").cssselect("table.register tbody tr")) == 4
    assert client.submit(own, action=f"{own}/order").status_code == 303
    assert client.page(own).cssselect(f"form[action='{own}/cancel']")  # nobody works on it
    with at_work(world.house):
        assert not client.page(own).cssselect(f"form[action='{own}/cancel']")
    worked(world, import_id)
    done = client.page(own)
    (link,) = [one for one in done.cssselect("table.register a") if one.text_content() == "JL-1"]
    assert client.get(link.get("href")).status_code == 200
    sent = client.get(f"{own}/report")
    (tmp_path / "report.xlsx").write_bytes(sent.data)
    told = [line.split("\t") for line in xlsx.read(str(tmp_path / "report.xlsx"))["text"].splitlines()]
    assert any(line[:4] == ["2", "已归档", "JL-1", "首件检验"] for line in told)
    assert any(line[:2] == ["3", "未归档"] and "没有写文件" in line[-1] for line in told)
    assert "已归档" in client.get("/records/imports").text


def test_i_2_what_cannot_be_filed_is_said_before_the_button(
    client: Browser, world: World, form: UUID
) -> None:
    client.sign_in("li")
    own = uploaded(client, form, packed({"表.csv": ROWS}))
    worked(world, UUID(own.rsplit("/", 1)[-1]))
    page = client.page(own)
    assert "没有可以归档的行" in page.text_content()
    assert not page.cssselect(f"form[action='{own}/order']")
    assert client.submit(own, action=f"{own}/cancel").status_code == 303
    assert the_import(world, UUID(own.rsplit("/", 1)[-1])).state is RunState.CANCELLED
    assert "已放弃" in client.get(own).text
    assert client.get(f"{own}/report").status_code == 200


def test_i_2_a_file_that_is_no_table_says_why(client: Browser, world: World, form: UUID) -> None:
    client.sign_in("li")
    own = uploaded(client, form, packed({"a.txt": "a"}))
    worked(world, UUID(own.rsplit("/", 1)[-1]))
    assert "文件里没有 csv 或 xlsx" in client.get(own).text


def test_i_2_a_form_without_its_fields_comes_back(client: Browser, world: World, form: UUID) -> None:
    client.sign_in("li")
    answer = client.submit("/records/imports/new", {"form_id": str(form), "name": "旧的"})
    assert answer.status_code == 422
    assert "e-file" in answer.text
    assert "旧的" in answer.text


def test_x_3_a_table_of_somebody_else_is_not_there(client: Browser, world: World, form: UUID) -> None:
    client.sign_in("li")
    own = uploaded(client, form, packed({"表.csv": ROWS}))
    for who in ("wang", "chen"):
        client.sign_in(who)
        for address in (own, f"{own}/progress", f"{own}/report"):
            assert client.get(address).status_code == 404
        assert "旧台账" not in client.get("/records/imports").text


def test_i_2_every_column_that_is_understood_has_its_name(client: Browser, world: World, form: UUID) -> None:
    client.sign_in("li")
    heads = [words[0] for words in tomllib.loads(COLUMNS.read_text(encoding="utf-8")).values()]
    own = uploaded(client, form, packed({"表.csv": ",".join(heads) + "\n" + ",".join("x" for _ in heads)}))
    worked(world, UUID(own.rsplit("/", 1)[-1]))
    shown = client.page(own).cssselect(".heads dt")
    assert [one.text_content() for one in shown] == heads


def test_i_2_columns_are_chosen_beside_their_first_values(client: Browser, world: World, form: UUID) -> None:
    client.sign_in("li")
    own = uploaded(client, form, packed({"表.csv": STRANGE, **FILES}))
    import_id = UUID(own.rsplit("/", 1)[-1])
    assert "台账等待确认时才能更改栏目" in client.get(f"{own}/columns").text
    worked(world, import_id)
    page = client.page(own)
    assert "没有一栏作为“名称”" in page.cssselect(".n-warning")[0].text_content()
    (link,) = page.cssselect(f"a[href='{own}/columns']")
    assert "btn-primary" in link.get("class")
    shown = client.page(f"{own}/columns")
    assert "首件检验 · 末件检验" in shown.text_content()
    assert [one.get("value") for one in shown.cssselect("#f-column-0 option[selected]")] in ([], [""])
    half = {"column-1": "title", "column-2": "day", "column-3": "file"}
    answer = client.submit(f"{own}/columns", half)
    assert answer.status_code == 422
    assert "没有一栏作为“编号”" in answer.text
    again = html.fromstring(answer.text)
    assert [one.get("value") for one in again.cssselect("#f-column-2 option[selected]")] == ["day"]
    twice = client.submit(f"{own}/columns", half | {"column-0": "number", "column-4": "day"})
    assert twice.status_code == 422
    assert "有两栏都作为“日期”" in twice.text
    assert client.submit(f"{own}/columns", half | {"column-0": "number"}).headers["Location"] == own
    worked(world, import_id)
    read = client.page(own)
    assert "归档 2 条记录" in read.text_content()
    assert not read.cssselect(".n-warning")
    client.sign_in("zhou")
    assert client.get(f"{own}/columns").status_code in {403, 404}
