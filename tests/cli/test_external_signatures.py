"""`docctl documents external-*`: vouched for, shown, evidence taken, withdrawn (A-5)."""

from __future__ import annotations

from pathlib import Path

from tests.cli.terminal import Terminal
from tests.services.test_external_signatures import PNG
from tests.world import World

SIGN = (
    "documents",
    "external-sign",
    "QP-01",
    "--name",
    "李四",
    "--organisation",
    "某客户",
    "--meaning",
    "seen",
)


def test_a_5_from_the_signature_to_its_withdrawal(terminal: Terminal, world: World, tmp_path: Path) -> None:
    world.submitted(world.draft())
    scan = tmp_path / "签字页.png"
    scan.write_bytes(PNG)
    assert terminal.refused(*SIGN, "--how", "scan", user="chen") == (3, "A-5.evidence_needed")
    terminal.ok(*SIGN, "--how", "scan", "--evidence", str(scan), user="chen")
    (line,) = terminal.ok("documents", "show", "QP-01", user="chen")["external_signatures"]
    assert (line["name"], line["meaning"], line["void"]) == ("李四", "seen", False)
    assert "外部签名" in terminal.run("documents", "show", "QP-01", "--as", "chen").stdout
    out = tmp_path / "taken.png"
    terminal.ok("documents", "external-evidence", "QP-01", "1", str(out), user="chen")
    assert out.read_bytes() == PNG
    withdraw = ("documents", "external-withdraw", "QP-01")
    assert terminal.refused(*withdraw, "2", "--reason", "误", user="chen") == (3, "A-5.no_such_signature")
    terminal.ok(*withdraw, "1", "--reason", "并非本人", user="chen")
    (line,) = terminal.ok("documents", "show", "QP-01", user="chen")["external_signatures"]
    assert (line["void"], line["withdrawn"]) == (True, "并非本人")
