"""Annexes and sources are verified, keyed, indexed and swept as every file is (T-3, R-7, S-4, V-13)."""

from __future__ import annotations

import json

from docctl.jobs.wait import settle
from docctl.services.caller import the_system
from docctl.services.objects.keys import GRACE, unneeded_keys
from docctl.services.revisions.files import KeptAnnex
from tests import filing
from tests.cli.terminal import Terminal
from tests.damage import flip, stored_at
from tests.services.test_annexes import annex, arranged, revised, with_annexes
from tests.world import World, docx_bytes


def test_t_3_a_damaged_annex_or_source_is_found_with_its_document(terminal: Terminal, world: World) -> None:
    source = world.upload("chen", docx_bytes("原稿"), name="原稿.docx").as_source()
    revision = world.issued(arranged(world, with_annexes(world), [source]))
    second = revised(world, revision)
    result = terminal.run("objects", "verify", "--json")
    assert (result.exit_code, json.loads(result.stdout)["problems"]) == (0, [])
    files = filing.files(world, revision)
    for one in (files[1], files[-1], filing.files(world, second)[1]):
        flip(world, one)
        found = json.loads(terminal.run("objects", "verify", "--json").stdout)["problems"]
        assert [(each["problem"], each["number"]) for each in found] == [("damaged", "QP-01")]
        flip(world, one)


def test_r_7_what_is_taken_off_a_draft_goes_and_the_copies_of_the_next_revision_stay(
    terminal: Terminal, world: World
) -> None:
    first = world.issued(with_annexes(world))
    second = revised(world, first)
    _, gone, kept = filing.files(world, second)
    lies = stored_at(world, gone)
    arranged(world, second, keep=[KeptAnnex(kept.id)])
    settle(world.house)
    assert not lies.exists()
    assert [stored_at(world, one).exists() for one in filing.files(world, first)] == [True] * 3
    world.clock.now += 2 * GRACE
    with world.house.uow.read() as session:
        keys = unneeded_keys(world.house, session, the_system(world.clock()))
    assert not {first, second} & set(keys)  # both still have files
    result = terminal.run("objects", "verify", "--json")
    assert (result.exit_code, json.loads(result.stdout)["problems"]) == (0, [])


def test_s_4_the_index_with_annexes_is_complete_and_can_be_made_anew(
    terminal: Terminal, world: World
) -> None:
    revision = arranged(world, world.draft(), [annex(world, "拧紧力矩三牛米", title="力矩表")])
    world.issued(revision)
    settle(world.house)
    assert terminal.run("index", "verify").exit_code == 0
    assert terminal.run("index", "rebuild").exit_code == 0
    assert terminal.run("index", "verify").exit_code == 0
    (hit,) = terminal.ok("search", "拧紧力矩", user="wang")["hits"]
    assert (hit["annex"], hit["annex_title"]) == (1, "力矩表")
