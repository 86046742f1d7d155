"""The page of a mark: for everybody who holds the paper, and nothing that does not stand on it (D-3, X-3)."""

from __future__ import annotations

from uuid import UUID

import pytest

from docctl.services.people.throttle import FREE
from tests import handing as h
from tests.services import test_temporary_changes as changes
from tests.web.browser import Browser, words_of
from tests.world import World


@pytest.fixture
def copy_id(world: World) -> UUID:
    first = h.distributed(world, h.to_unit(world))
    return h.copies(world, first)[0].id


def test_d_3_control_prints_a_copy_and_a_stranger_reads_its_mark(
    client: Browser, world: World, copy_id: UUID
) -> None:
    client.sign_in("chen")
    here = f"/documents/distribution/copies/{copy_id}"
    assert "打印此副本" in client.get(here).text
    taken = client.submit(here, action=f"{here}/print")
    assert taken.status_code == 200
    assert taken.headers["Content-Disposition"].startswith("attachment")
    client.sign_out()
    answer = client.get(f"/c/{h.copy_row(world, copy_id).mark}")
    words = words_of(answer)
    document = world.document_of(h.copy_row(world, copy_id).revision_id)
    assert "现行有效" in words
    assert document.number in words
    for hidden in (document.title, "生产部", "陈静"):
        assert hidden not in answer.text
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    revision = h.copy_row(world, copy_id).revision_id
    changes.in_force(world, revision)
    assert "本版现有 1 项临时更改" in words_of(client.get(f"/c/{h.copy_row(world, copy_id).mark}"))
    h.recalled(world, copy_id)
    assert "已要求收回" in words_of(client.get(f"/c/{h.copy_row(world, copy_id).mark}"))


def test_x_3_a_mark_that_is_none_and_one_too_many(client: Browser, world: World) -> None:
    for _ in range(FREE["mark"]):
        assert client.get(f"/c/{'A' * 22}").status_code == 404
    answer = client.get(f"/c/{'A' * 22}")
    assert answer.status_code == 429
    assert "错误次数太多" in words_of(answer)
