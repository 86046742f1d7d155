"""Decides in which order a local store is walked, and what it shows of damaged objects (T-3)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from storage.api import Listed, Stray, StrayKind
from storage.disk import TEMPORARY
from storage.errors import Damaged, InvalidKey
from storage.keys import Area, Key
from storage.layout import Layout, Names, folders
from storage.state import read_state


def listed(layout: Layout, area: Area, prefix: str, after: Key | None) -> Iterator[Listed]:
    """Yield every version of an area in the order of `Key.path`, one folder in memory at a time."""
    behind = "" if after is None else after.path

    def may_hold(start: str) -> bool:
        past = start < behind and not behind.startswith(start)
        return not past and (start.startswith(prefix) or prefix.startswith(start))

    named = prefix.split("/")[:-1]  # folders that the prefix names whole: no need to walk past others
    for kind in _walked(layout.root / area, named[:1]):
        if may_hold(f"{kind.name}/"):
            for item in _walked(kind, named[1:2]):
                if may_hold(f"{kind.name}/{item.name}/"):
                    for key in _keys(area, item):
                        if key.path > behind and key.path.startswith(prefix):
                            yield from _versions(layout, key)


def _walked(folder: Path, only: list[str]) -> Iterator[Path]:
    """Yield the folders in a folder, or the one that is named, if it is there."""
    if not only:
        return folders(folder)
    found = folder / only[0]
    is_one = only[0] not in {"", ".", ".."} and found.is_dir() and not found.is_symlink()
    return iter([found] if is_one else [])


def _keys(area: Area, item: Path) -> list[Key]:
    """Return the keys in an item's folder; it may have gone since its name was read."""
    try:
        leaves = {path.name.partition(".")[0] for path in item.iterdir()}
    except FileNotFoundError:
        return []
    keys = []
    for leaf in leaves:
        try:
            keys.append(Key.parse(f"{area}/{item.parent.name}/{item.name}/{leaf}"))
        except InvalidKey:
            continue  # a temporary file, or nothing of ours
    return sorted(keys, key=lambda key: key.path)


def _versions(layout: Layout, key: Key) -> Iterator[Listed]:
    # The files first, the state afterwards: an object that appears in between has both.
    stored = Names(layout.item(key), key).stored
    try:
        state = read_state(layout.state(key), key)
    except Damaged:
        state = None
    if state is not None:
        yield Listed(key, state.version, state.size, state.stored_at)
        return
    # Damaged objects are shown as well, or no check would ever come to them.
    for version, path in stored.items():
        try:
            found = path.lstat()
        except FileNotFoundError:
            continue
        yield Listed(key, version, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))


def strays(layout: Layout, area: Area) -> Iterator[Stray]:
    """Yield what lies in an area and is neither an object nor what a put writes on its way."""
    for kind in _sorted(layout.root / area):
        for item in _sorted(kind):
            for path in _sorted(item):
                if not _is_ours(area, path):
                    yield Stray(area, StrayKind.NO_KEY, path.relative_to(layout.root / area).as_posix(), "")
            if not item.is_dir() and not item.name.startswith("."):
                yield Stray(area, StrayKind.NO_KEY, f"{kind.name}/{item.name}", "")
        if not kind.is_dir() and not kind.name.startswith("."):
            yield Stray(area, StrayKind.NO_KEY, kind.name, "")


def _sorted(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_ours(area: Area, path: Path) -> bool:
    leaf = path.name.removeprefix(TEMPORARY).partition(".")[0]
    try:
        Key.parse(f"{area}/{path.parent.parent.name}/{path.parent.name}/{leaf}")
    except InvalidKey:
        return path.name.startswith(".")  # locks of folders
    return True
