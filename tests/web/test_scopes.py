"""The page of a scope, the filter of the list of documents by it, its command (D-8)."""

from __future__ import annotations

from tests.web.conftest import Browser
from tests.world import World


def test_d_8_a_scope_is_set_changed_and_filtered_by(client: Browser, world: World) -> None:
    draft = world.draft("甲规程")
    client.sign_in("chen")
    here = f"/documents/revisions/{draft}/scope"
    assert "处处适用" in client.page(here).text_content()
    place = f"unit:{world.units['SC']}"
    assert client.submit(here, {"places": [place]}).status_code == 303
    assert "生产部" in client.page(f"/documents/revisions/{draft}").text_content()
    world.issued(draft)
    client.sign_in("chen")
    refused = client.submit(here, {"places": [f"unit:{world.units['KF']}"], "reason": ""})
    assert refused.status_code == 422
    kept = f'value="unit:{world.units["KF"]}" checked'
    assert kept in refused.text
    again = {"places": [f"unit:{world.units['KF']}"], "reason": "扩大试点"}
    assert client.submit(here, again).status_code == 303
    old = str(world.revision(draft).row_version - 1)  # a page that was open since before
    late = {"places": [f"unit:{world.units['ZH']}"], "reason": "另一页", "row_version": old}
    assert client.submit(here, late).status_code == 422
    page = client.page(here)
    assert page.xpath("//del[text()='生产部']")
    assert "扩大试点" in page.text_content()
    numbers = {}
    for code in ("KF", "SC"):
        found = client.page(f"/documents?applies={world.units[code]}")
        numbers[code] = "甲规程" in found.text_content()
        assert "适用于" in found.text_content()
    assert numbers == {"KF": True, "SC": False}
    client.sign_in("wang")
    assert "适用于本部门" in client.page("/documents").text_content()
    assert client.get(here).status_code == 404
