"""The pages of signatures from outside: added, refused with what was typed, withdrawn, evidence (A-5)."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests.services.test_external_signatures import PNG, lines
from tests.web.conftest import Browser, words_of
from tests.web.test_documents import REVISIONS
from tests.world import PASSWORD, World


def typed(**other: Any) -> dict[str, Any]:
    return {
        "name": "李四",
        "organisation": "某客户",
        "meaning": "agree",
        "how": "scan",
        "signed_on": "2026-03-02",
        "evidence": (io.BytesIO(PNG), "签字页.png"),
        "password": PASSWORD,
        **other,
    }


def test_a_5_added_shown_as_external_and_withdrawn(client: Browser, world: World) -> None:
    revision_id = world.submitted(world.draft())
    here = f"{REVISIONS}/{revision_id}"
    client.sign_in("chen")
    assert client.page(here).cssselect(f'a[href="{here}/external"]')
    assert client.submit(f"{here}/external", typed()).status_code == 303
    words = words_of(client.get(here))
    assert all(one in words for one in ("外部签名", "李四", "作证人 陈静"))
    (line,) = lines(world, revision_id)
    answer = client.get(f"{here}/external/{line.id}/evidence")
    assert answer.data == PNG
    assert answer.headers["Content-Disposition"].startswith("attachment")
    answer = client.submit(f"{here}/external/{line.id}/withdraw", {"reason": " "})
    assert answer.status_code == 422
    assert client.submit(f"{here}/external/{line.id}/withdraw", {"reason": "并非本人"}).status_code == 303
    assert "并非本人" in words_of(client.get(here))
    assert not client.page(here).cssselect(f'a[href="{here}/external/{line.id}/withdraw"]')


def test_a_5_what_was_typed_stays_after_an_error(client: Browser, world: World) -> None:
    here = f"{REVISIONS}/{world.submitted(world.draft())}"
    client.sign_in("chen")
    answer = client.submit(f"{here}/external", typed(how="phone", note=" ", organisation="幸福小区住户"))
    assert answer.status_code == 422
    assert "请写明电话中复述了什么" in words_of(answer)
    assert "幸福小区住户" in answer.get_data(as_text=True)


def test_a_5_readers_see_it_and_neither_evidence_nor_form(client: Browser, world: World) -> None:
    revision_id = world.issued(world.draft())
    here = f"{REVISIONS}/{revision_id}"
    client.sign_in("chen")
    assert client.submit(f"{here}/external", typed()).status_code == 303
    (line,) = lines(world, revision_id)
    client.sign_in("wang")
    page = client.page(here)
    assert "李四" in page.text_content()
    assert not page.cssselect(f'a[href^="{here}/external"]')
    assert client.get(f"{here}/external/{line.id}/evidence").status_code in {403, 404}
    assert client.get(f"{here}/external").status_code in {403, 404}


def test_x_3_a_signature_of_another_revision_is_not_found_under_this_one(
    client: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision_id, other = world.issued(world.draft()), world.issued(world.draft("别的程序"))
    client.sign_in("chen")
    assert client.submit(f"{REVISIONS}/{revision_id}/external", typed()).status_code == 303
    (line,) = lines(world, revision_id)
    # The address alone is looked at: nothing of the page is asked for.
    monkeypatch.setattr("docctl.web.external_signatures.document_at", None)
    assert client.get(f"{REVISIONS}/{other}/external/{line.id}/evidence").status_code == 404
    assert client.get(f"{REVISIONS}/{revision_id}/external/{line.id}/evidence").data == PNG
