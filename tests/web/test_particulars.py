"""Drafting department, management systems and amount: typed, shown, asked for, changed by revision (D-14)."""

from __future__ import annotations

import io
import json
from uuid import UUID

from docctl.models.documents import Revision
from docctl.services.revisions.revise import ReviseDocument, revise_document
from tests.web.browser import Browser, words_of
from tests.world import World, docx_bytes


def new(client: Browser, world: World, **more: object) -> str:
    typed = {
        "type_id": str(world.types["instruction"]),
        "title": "采购合同评审",
        "unit_id": str(world.units["PZ"]),
        "drafting_unit_id": str(world.units["SC"]),
        "systems": ["Q", "E"],
        "amount": "12万元",
        **more,
    }
    client.sign_in("chen")
    typed["file"] = (io.BytesIO(docx_bytes("正文")), "a.docx")
    answer = client.submit("/documents/new", typed, content_type="multipart/form-data")
    return str(answer.headers.get("Location", "")) or answer.text


def test_d_14_a_revision_says_who_drafted_it_for_which_systems_for_how_much(
    client: Browser, world: World
) -> None:
    place = new(client, world)
    said = words_of(client.get(place))
    for word in ("拟文部门生产部", "管理体系质量 Q、环境 E", "金额120,000 元"):
        assert word in said
    form = client.page(f"{place}/edit")
    assert form.cssselect("[name=amount]")[0].value == "120,000 元"
    assert [
        one.get("value") for one in form.cssselect("[name=systems]:checked, [name=systems][checked]")
    ] == [
        "Q",
        "E",
    ]
    answer = client.submit(f"{place}/edit", {"systems": ["OHS"], "amount": ""}, follow_redirects=True)
    said = words_of(answer)
    assert "管理体系职业健康安全 OHS" in said
    assert "金额" not in said


def test_a_7_an_amount_that_cannot_be_read_comes_back_beside_its_field(client: Browser, world: World) -> None:
    text = new(client, world, amount="不少")
    assert "“不少”不是金额" in text
    assert 'value="不少"' in text
    assert 'id="e-amount"' in text


def test_d_14_the_register_asks_for_a_system_and_for_who_drafted(client: Browser, world: World) -> None:
    place = new(client, world)
    other = new(client, world, title="巡检", systems=["OHS"], drafting_unit_id="")
    assert place != other
    for asked, first, second in (
        ("system=Q", True, False),
        ("system=OHS", False, True),
        ("system=GJB", False, False),
        ("system=nonsense", True, True),
        (f"drafting={world.units['SC']}", True, False),
        (f"drafting={world.units['PZ']}", False, True),
    ):
        said = words_of(client.get(f"/documents?{asked}"))
        assert ("采购合同评审" in said, "巡检" in said) == (first, second), asked


def test_d_14_the_manifest_names_them_and_the_next_revision_begins_with_them(
    client: Browser, world: World
) -> None:
    place = new(client, world)
    revision_id = world.issued(UUID(place.rsplit("/", 1)[1]))
    with world.house.uow.read() as session:
        row = session.get_one(Revision, revision_id)
        facts = json.loads(row.manifest or "")["facts"]
        document_id = row.document_id
    assert (facts["drafting"], facts["systems"], facts["amount"]) == ("SC", ["Q", "E"], "120000 元")
    cmd = ReviseDocument(document_id, "补充", "内审", (world.upload("chen"),))
    begun = revise_document(cmd, by=world.by("chen"), house=world.house)
    with world.house.uow.read() as session:
        row = session.get_one(Revision, begun)
        assert (row.systems, row.amount) == (" Q E ", "120000 元")
