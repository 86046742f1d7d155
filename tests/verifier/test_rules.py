"""The approval of a rule goes with the trail: an auditor checks who approved what (A-3, V-2, T-2)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from docctl.jobs.package import write_package
from docctl.jobs.sealer import seal
from tests.rules import approved, rows
from tests.verifier.bending import change, verified
from tests.verifier.bending import rows as lines_of
from tests.world import World


@pytest.mark.parametrize("who", ["operator", "auditor"])
def test_a_3_v_2_the_approval_of_a_rule_is_proved_with_its_content(
    world: World, tmp_path: Path, who: str
) -> None:
    approved(world)
    seal(world.house)
    by = world.system() if who == "operator" else world.by("qian")
    folder = tmp_path / "package"
    write_package(world.house, folder, by=replace(by, channel="cli"))
    found = verified(folder)
    assert (found.code, found.reason) == (0, None), found
    assert found.holds["signatures"]["n"] == 1
    second = rows(world)[1]
    (manifest,) = lines_of(folder, "manifests.jsonl")
    assert manifest["sha256"] == second.manifest_sha256
    assert json.loads(manifest["text"])["content"] == second.content_sha256
    change(folder, "manifests.jsonl", lambda lines: lines[0].update(text="{}"))
    assert verified(folder).reason == "manifest"
