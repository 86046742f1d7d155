"""What a person gets where a stored file is not sound, and the page of its check: T-3, X-3."""

from __future__ import annotations

import shutil
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.verdicts import RuleRefused
from docctl.models.trail import EventRow
from tests import filing
from tests.damage import flip, stored_at
from tests.through import run_check
from tests.web.conftest import Browser, words_of
from tests.world import World


@pytest.fixture
def record(world: World) -> UUID:
    return filing.filed(world, filing.a_form(world), title="外壳划伤")


def address(world: World, record_id: UUID) -> str:
    return f"/records/{record_id}/files/{filing.files(world, record_id)[0].id}/download"


def test_t_3_a_sound_file_goes_out_as_it_came(client: Browser, world: World, record: UUID) -> None:
    client.sign_in("wang")
    answer = client.get(address(world, record))
    assert answer.status_code == 200
    assert len(answer.data) == filing.files(world, record)[0].size


def test_t_3_a_file_whose_key_is_gone_is_refused_with_a_sentence(
    client: Browser, world: World, record: UUID
) -> None:
    url, row = address(world, record), filing.files(world, record)[0]
    world.house.keys.destroy([record])
    client.sign_in("wang")
    answer = client.get(url)
    assert answer.status_code == 500
    assert f"缺少“{row.name}”的密钥" in answer.text
    assert filing.files(world, record)[0].problem == ""  # its stored bytes are sound


def test_t_3_a_large_file_goes_out_in_pieces_and_whole(client: Browser, world: World) -> None:
    content = ("第一页。" * 60_000).encode()
    record_id = filing.filed(
        world, filing.a_form(world), uploads=(world.upload("wang", content, name="长.txt"),)
    )
    client.sign_in("wang")
    assert client.get(address(world, record_id)).data == content


def test_t_3_the_last_piece_of_a_damaged_large_file_never_goes(client: Browser, world: World) -> None:
    content = ("第一页。" * 500_000).encode()
    record_id = filing.filed(
        world, filing.a_form(world), uploads=(world.upload("wang", content, name="长.txt"),)
    )
    row = filing.files(world, record_id)[0]
    url = address(world, record_id)
    path = stored_at(world, row)
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(data))
    client.sign_in("wang")
    with pytest.raises(RuleRefused) as refused:  # the connection breaks: the browser says so
        client.get(url)
    assert refused.value.refused.key == "T-3.damaged"
    client.sign_in("qian")
    assert "损坏" in client.page("/trail/files").text_content()


@pytest.mark.parametrize("harm", ["flip", "lose", "cut"])
def test_t_3_a_file_that_is_not_sound_is_refused_with_a_sentence_and_named_to_its_keepers(
    client: Browser, world: World, record: UUID, harm: str
) -> None:
    row = filing.files(world, record)[0]
    path = stored_at(world, row)
    if harm == "flip":
        flip(world, row)
    elif harm == "lose":
        path.unlink()
    else:
        data = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(data[:-1])
    client.sign_in("wang")
    answer = client.get(address(world, record))
    assert answer.status_code == 500
    assert row.name in answer.text
    assert "T-3" in answer.text
    client.sign_in("zhou")
    page = client.page("/trail/files")
    assert "外壳划伤" in page.text_content()
    assert "找回受损的存储文件" in client.page("/").text_content()


def test_t_3_one_checks_again_after_bringing_a_file_back(client: Browser, world: World, record: UUID) -> None:
    row = filing.files(world, record)[0]
    flip(world, row)
    client.sign_in("qian")
    client.get(address(world, record))
    answer = client.submit("/trail/files", action=f"/trail/files/{row.id}/check")
    assert answer.status_code == 303
    assert "仍然损坏" in client.page("/trail/files").text_content()
    flip(world, row)
    client.submit("/trail/files", action=f"/trail/files/{row.id}/check")
    text = client.page("/trail/files").text_content()
    assert "文件完好" in text
    assert "没有发现" in text
    with world.house.uow.read() as session:
        asked = select(EventRow).where(EventRow.action == "file.sound")
        assert session.scalars(asked).one().actor_id == world.people["qian"]


def test_t_3_a_store_that_is_away_is_said_and_harms_nothing(
    client: Browser, world: World, record: UUID
) -> None:
    objects = world.house.scratch.parent / "objects"
    shutil.move(objects, objects.with_name("elsewhere"))
    client.sign_in("wang")
    answer = client.get(address(world, record))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "文件存储暂时无法访问" in answer.text
    shutil.move(objects.with_name("elsewhere"), objects)
    assert client.get(address(world, record)).status_code == 200


@pytest.mark.parametrize(("who", "status"), [("qian", 200), ("zhou", 200), ("wang", 403), ("admin", 403)])
def test_t_3_the_check_is_shown_to_who_may_verify(client: Browser, who: str, status: int) -> None:
    client.sign_in(who)
    assert client.get("/trail/files").status_code == status


def test_t_3_the_comparison_shows_when_it_was_in_the_companys_time(client: Browser, world: World) -> None:
    run_check(world.house)
    client.sign_in("qian")
    assert f"{world.clock().astimezone(world.house.zone):%Y-%m-%d %H:%M}" in words_of(
        client.get("/trail/objects")
    )
