"""How tests harm stored files behind the program's back."""

from __future__ import annotations

from pathlib import Path

from docctl.models.content import ItemFile
from tests.world import World


def stored_at(world: World, row: ItemFile) -> Path:
    """Return where the bytes of a file lie: the one file of its item of that size."""
    objects = world.house.scratch.parent / "objects"
    (found,) = [
        one
        for one in objects.rglob("*")
        if one.is_file() and str(row.owner_id) in str(one) and one.stat().st_size == row.stored_size
    ]
    return found


def flip(world: World, row: ItemFile) -> None:
    """Change one bit in the middle; done twice, the file is sound again."""
    path = stored_at(world, row)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(data))
