"""`docctl documents new --annex-of`, `docctl forms annex` (N-12)."""

from __future__ import annotations

from pathlib import Path

from tests.cli.terminal import Terminal
from tests.world import World, docx_bytes


def test_n_12_a_form_is_added_and_named_by_commands(terminal: Terminal, world: World, tmp_path: Path) -> None:
    world.draft()
    for name in ("检验表", "抽样表"):
        path = tmp_path / f"{name}.docx"
        path.write_bytes(docx_bytes(name))
        terminal.ok(
            "documents", "new", path, "--type", "form", "--title", name, "--annex-of", "QP-01", user="chen"
        )
    shown = terminal.ok("documents", "show", "QP-01", user="chen")
    assert [one["number"] for one in shown["annex_forms"]] == ["QP-01-A1", "QP-01-A2"]
    assert terminal.ok("documents", "show", "QP-01-A2", user="chen")["in_annex_of"] == [
        {"number": "QP-01", "revision": "A/0"}
    ]
    told = terminal.ok("forms", "annex", "QP-01", "QP-01-A2", "QP-01-A1", user="chen")
    assert [one["number"] for one in told["annex_forms"]] == ["QP-01-A2", "QP-01-A1"]
    assert terminal.ok("forms", "annex", "QP-01", "--none", user="chen")["annex_forms"] == []
    world.draft("表", kind="form", number="QR-0101")
    assert terminal.refused("forms", "annex", "QP-01", "QR-0101", user="chen")[0] == 4
    path = tmp_path / "检验表.docx"
    path.write_bytes(docx_bytes("别的"))
    said = ("--type", "procedure", "--title", "别的", "--annex-of", "QP-01")
    assert terminal.refused("documents", "new", path, *said, user="chen") == (3, "N-12.not_a_form")
