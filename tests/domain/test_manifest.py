"""What signatures sign: registration data and files, the same for the same content (V-13)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from docctl.domain.canonical import sha256
from docctl.domain.manifest import ManifestFile, manifest

MAIN = ManifestFile("main", 1, "程序.docx", "application/x", "a" * 64, 10)
ANNEX = ManifestFile("annex", 2, "附件.pdf", "application/pdf", "b" * 64, 20)
FACTS = {"number": "QP-01", "title": "记录控制程序"}


def test_v_13_the_order_of_files_does_not_matter() -> None:
    assert manifest("revision", FACTS, [MAIN, ANNEX]) == manifest("revision", FACTS, [ANNEX, MAIN])


def test_v_13_the_hash_is_that_of_the_text() -> None:
    one = manifest("revision", FACTS, [MAIN])
    assert one.sha256 == sha256(one.text)
    assert "记录控制程序" in one.text


@pytest.mark.parametrize(
    "change",
    [
        {"role": "source"},
        {"ordinal": 2},
        {"name": "x"},
        {"media_type": "x"},
        {"sha256": "c" * 64},
        {"size": 9},
    ],
    ids=lambda change: next(iter(change)),
)
def test_v_13_every_fact_of_a_file_counts(change: dict[str, object]) -> None:
    other = replace(MAIN, **change)  # type: ignore[arg-type]
    assert manifest("revision", FACTS, [other]).sha256 != manifest("revision", FACTS, [MAIN]).sha256


def test_v_13_registration_data_kind_and_number_of_files_count() -> None:
    base = manifest("revision", FACTS, [MAIN]).sha256
    assert manifest("revision", {**FACTS, "title": "x"}, [MAIN]).sha256 != base
    assert manifest("disposal", FACTS, [MAIN]).sha256 != base
    assert manifest("revision", FACTS, [MAIN, ANNEX]).sha256 != base
    assert manifest("revision", FACTS, []).sha256 != base
