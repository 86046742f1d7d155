"""The register of records as a file: exactly what the page shows (S-3, X-3)."""

from __future__ import annotations

import io
import zipfile

from tests.lists import filed
from tests.web.browser import Browser
from tests.world import World


def cells(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))


def test_s_3_the_export_holds_what_the_page_shows_and_nothing_hidden(client: Browser, world: World) -> None:
    filed(world, title="冲压件毛刺")
    filed(world, title="包装受潮")
    client.sign_in("wang")
    everything = client.get("/records/export")
    assert everything.status_code == 200
    assert "冲压件毛刺" in cells(everything.data)
    assert "包装受潮" in cells(everything.data)
    narrowed = cells(client.get("/records/export?text=毛刺").data)
    assert "冲压件毛刺" in narrowed
    assert "包装受潮" not in narrowed
    client.sign_in("zhang")
    assert "冲压件毛刺" not in cells(client.get("/records/export").data)
