"""Stamping in a child process: asked with JSON, answered with JSON, failures included."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from docctl.printing import PrintingFailed, Stamp
from docctl.printing.jobs import printed
from docctl.reading import ReaderPool
from tests.printing.samples import a_docx, a_pdf, a_stamp, an_obsolete_stamp, texts


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(workers=1, seconds=20, preload=("docctl.printing.jobs",)) as started:
        yield started


def run(pool: ReaderPool, job: str, source: Path, **more: str) -> int:
    answer = pool.run(
        f"docctl.printing.jobs:{job}",
        source=source,
        target=source.with_suffix(".out"),
        stamp=an_obsolete_stamp().as_json(),
        **more,
    )
    return printed(answer)


def test_d_3_a_stamp_survives_json() -> None:
    stamp = an_obsolete_stamp()
    assert Stamp.from_json(json.loads(json.dumps(stamp.as_json()))) == stamp


def test_d_3_a_stamp_has_one_of_four_colours() -> None:
    with pytest.raises(ValueError, match="pink"):
        a_stamp(colour="pink")


def test_d_3_uploads_are_stamped_in_a_child(pool: ReaderPool, tmp_path: Path) -> None:
    text = tmp_path / "c.txt"
    text.write_text("\ufeff记录", "utf-8")
    assert run(pool, "stamp_pdf_job", a_pdf(tmp_path / "a.pdf")) == 1
    assert run(pool, "stamp_docx_job", a_docx(tmp_path / "b.docx")) == 1
    assert run(pool, "text_to_pdf_job", text, title="题名") == 1
    assert "作废" in texts(tmp_path / "a.out")[0]
    assert "记录" in texts(tmp_path / "c.out")[0]


@pytest.mark.parametrize("job", ["stamp_pdf_job", "stamp_docx_job", "text_to_pdf_job"])
def test_d_3_the_reason_of_a_failure_comes_back(pool: ReaderPool, tmp_path: Path, job: str) -> None:
    source = tmp_path / "a.bin"
    source.write_bytes(b"\xff\xfe\xfa nothing of any kind")
    more = {"title": "t"} if job == "text_to_pdf_job" else {}
    with pytest.raises(PrintingFailed) as failed:
        run(pool, job, source, **more)
    assert failed.value.code == "unreadable"
    assert failed.value.detail
