"""How a restore is asked for, and what it did."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """How a restore is asked for. `over` is the company's code, typed where a system is there already.

    `keys` and `register` are a folder with a backup of the key store and a file with the register of
    destruction; `without_keys` is the operator's word that no key is left.
    """

    over: str = ""
    keys: Path | None = None
    register: Path | None = None
    without_keys: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did; `aside` is where the data folder lies that was there before.

    `missing` files were lost before the backup, and are nowhere else.
    """

    epoch: int
    events: int
    lost_events: int
    numbers: int
    objects: int
    unnamed: int
    destroyed_again: int
    aside: Path | None
    sources: tuple[str, ...]
    missing: int = 0
