"""Sealing, exporting and verifying from the command line (T-1, T-2, X-1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from docctl.config import Settings, WrongSetting
from docctl.services.audit.watch import watch_of
from tests.cli.terminal import Terminal
from tests.verifier.bending import rows, verified
from tests.world import World


def test_t_2_the_trail_is_sealed_exported_and_checked_by_an_outsider(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    world.issued(world.draft())
    sealed = terminal.ok("audit", "seal")
    assert sealed["new"]
    again = terminal.ok("audit", "seal", "--new-key")
    assert again["key"] != sealed["key"]
    folder = tmp_path / "package"
    made = terminal.ok("audit", "export", folder, user="qian")
    assert verified(folder, "--key", sealed["key"]).code == 0
    assert made["events"] == made["size"]
    assert made["signatures"] == 3
    assert '"audit.exported"' in (folder / "events.jsonl").read_text("utf-8").splitlines()[-1]
    found = terminal.ok("audit", "verify")
    assert list(found) == ["ok", "events", "heads", "first_bad", "reason"]
    assert (found["ok"], found["heads"]) == (True, 3)


def test_t_2_a_package_of_one_item_or_of_the_newest_events(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    number = world.document_of(world.issued(world.draft())).number
    world.issued(world.draft("培训管理程序"))
    terminal.ok("audit", "export", tmp_path / "one", "--record", number.lower(), user="qian")
    assert terminal.refused("audit", "export", tmp_path / "no", "--record", number, user="zhou")[0] == 4
    found = rows(tmp_path / "one", "events.jsonl")
    assert {row["subject"][0] for row in found} == {"document"}
    assert verified(tmp_path / "one").code == 0
    terminal.ok("audit", "export", tmp_path / "late", "--from", 5)
    assert rows(tmp_path / "late", "events.jsonl")[0]["seq"] == 5
    assert verified(tmp_path / "late").code == 0


def test_x_1_only_auditor_and_records_manager_export(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    terminal.ok("audit", "seal")
    for user in ("wang", "chen", "admin", "zhao"):
        assert terminal.refused("audit", "export", tmp_path / "x", user=user)[0] == 4
    assert not (tmp_path / "x").exists()


def test_t_2_an_export_is_refused_with_its_reason(terminal: Terminal, world: World, tmp_path: Path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "a").touch()
    assert terminal.refused("audit", "export", tmp_path / "used", user="qian") == (3, "T-2.folder_in_use")
    assert terminal.refused("audit", "export", tmp_path / "x", "--from", 999)[1] == "T-2.start_beyond"
    assert terminal.refused("audit", "export", tmp_path / "x", "--record", "XX-1", user="qian")[0] == 4
    assert terminal.refused("audit", "export", tmp_path / "x", "--record", "XX-1", "--from", 2)[0] == 2


def test_t_2_a_seal_that_fails_says_why(terminal: Terminal, world: World) -> None:
    terminal.ok("audit", "seal")
    world.house.audit_keys.path.unlink()
    world.draft()
    assert terminal.refused("audit", "seal") == (1, "T-2.key_missing")
    assert terminal.refused("audit", "seal", "--new-key")[1] == "T-2.key_missing"


def test_r_4_the_operator_vouches_for_the_clock(terminal: Terminal, world: World) -> None:
    terminal.ok("audit", "seal")
    world.clock.forward(days=40)
    terminal.ok("audit", "seal")
    with world.house.uow.read() as session:
        assert watch_of(session).alarm == "clock_leapt"
    terminal.ok("audit", "seal", "--trust-clock")
    with world.house.uow.read() as session:
        assert (watch_of(session).alarm, watch_of(session).trusted_at) == ("", world.clock())


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("AUDIT_KEY", "/nowhere/at/all.key", "AUDIT_KEY"),
        ("AUDIT_KEY", "/", "AUDIT_KEY"),
        ("WITNESS", "{data}/witness", "lies in the data folder"),
        ("WITNESS", "{file}", "is no folder"),
    ],
    ids=["no folder", "a folder", "in the data folder", "a file"],
)
def test_t_2_a_wrong_place_for_key_or_witness_stops_the_start(
    tmp_path: Path, name: str, value: str, message: str
) -> None:
    (tmp_path / "file").touch()
    given = value.format(data=tmp_path / "data", file=tmp_path / "file")
    env = {"DOCCTL_DATA": str(tmp_path / "data"), f"DOCCTL_{name}": given}
    with pytest.raises(WrongSetting, match=message):
        Settings.from_env(env, folder=tmp_path)


def test_t_2_key_and_witness_lie_where_the_settings_say(tmp_path: Path) -> None:
    env = {"DOCCTL_DATA": str(tmp_path / "data")}
    usual = Settings.from_env(env, folder=tmp_path)
    assert usual.audit_key_file == tmp_path / "data" / "audit.key"
    assert usual.witness_folder is None
    given = {"DOCCTL_AUDIT_KEY": str(tmp_path / "k"), "DOCCTL_WITNESS": str(tmp_path / "far")}
    found = Settings.from_env({**env, **given}, folder=tmp_path)  # the witness may be out of reach for now
    assert (found.audit_key_file, found.witness_folder) == (tmp_path / "k", tmp_path / "far")
