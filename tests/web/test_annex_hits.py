"""Annexes are read and found, and the hit names the annex; a source is found by nobody (S-1, V-13)."""

from __future__ import annotations

from uuid import UUID

from docctl.jobs.wait import settle
from tests import filing
from tests.services.test_annexes import annex, arranged
from tests.web.browser import Browser
from tests.world import World, docx_bytes


def stocked(world: World) -> UUID:
    files = [annex(world, "拧紧力矩三牛米"), annex(world, "清洁剂用量表", title="清洁一览")]
    source = world.upload("chen", docx_bytes("原稿里的批注"), name="原稿.docx").as_source()
    paged = world.upload("chen", "第一页\f第二页的独特词语".encode(), name="分页.txt").as_annex()
    revision = arranged(world, world.draft(text="记录应清晰"), [*files, source, paged])
    world.issued(revision)
    settle(world.house)
    return revision


def hit(client: Browser, words: str) -> tuple[str, str] | None:
    found = client.page(f"/search?q={words}").cssselect(".cards a.what, .cards .what a, .cards a")
    notes = client.page(f"/search?q={words}").cssselect(".cards")
    return (found[0].get("href"), notes[0].text_content()) if found else None


def test_s_1_the_text_of_an_annex_is_found_and_the_hit_names_it(client: Browser, world: World) -> None:
    revision = stocked(world)
    client.sign_in("wang")
    files = filing.files(world, revision)
    here = f"/documents/revisions/{revision}"
    for words, told, href in (
        ("拧紧力矩", "附件1 拧紧力矩三牛米.docx", f"{here}?file={files[1].id}"),
        ("清洁剂用量", "附件2 清洁一览", f"{here}?file={files[2].id}"),
        ("清洁一览", "附件2 清洁一览", f"{here}?file={files[2].id}"),
        ("独特词语", "附件3 分页.txt", f"{here}?file={files[3].id}&page=2"),
    ):
        found = hit(client, words)
        assert found is not None, words
        assert found[0] == href
        assert told in found[1]
    main = hit(client, "记录应清晰")
    assert main is not None
    assert "附件" not in main[1]


def test_x_3_a_source_is_found_by_nobody(client: Browser, world: World) -> None:
    stocked(world)
    for who in ("wang", "chen"):
        client.sign_in(who)
        assert hit(client, "原稿里的批注") is None
