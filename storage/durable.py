"""Decides how files outside the stores come to the disk: for their owner only, names as well as bytes."""

from __future__ import annotations

import os
from pathlib import Path


def new_file(path: Path) -> None:
    """Make an empty file for its owner only; raise FileExistsError for a name that is taken."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))


def sync_file(path: Path) -> None:
    """Write a file's bytes to the disk."""
    with path.open("rb") as source:
        os.fsync(source.fileno())


def sync_folder(folder: Path) -> None:
    """Write the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
