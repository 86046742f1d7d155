"""Decides in which order files reach the disk, so that a crash leaves all or nothing (R-4)."""

import os

from storage.api import AlreadyStored, LockNotHonoured, StoreUnavailable
from storage.disk import Disk, Temporary, exclusive, inode
from storage.layout import Layout
from storage.state import State, read_state


def publish(layout: Layout, disk: Disk, state: State, *, content: Temporary, state_file: Temporary) -> None:
    """Let a complete object appear: bytes, then state, each on the disk before the next."""
    key = state.key
    folder = layout.item(key)
    disk.sync(content.fd)
    state_file.write(state.to_bytes())
    disk.sync(state_file.fd)
    if (found := read_state(state_file.path, key)) is None:
        raise StoreUnavailable(f"destroyed while it was put: {key}")
    if found != state:
        raise LockNotHonoured(key, None, state.retain_until, found.retain_until)
    links = (
        (content.path, layout.content(key, state.version)),
        (state_file.path, layout.state(key)),
    )
    with exclusive(folder):  # a destruction of this key comes before or after, not between
        try:
            for temporary, name in links:
                os.link(temporary, name)  # unlike a rename, it never replaces
                disk.sync_folder(folder)
        except BaseException as error:
            for temporary, name in reversed(links):
                if (ours := inode(temporary)) is not None and inode(name) == ours:
                    name.unlink()
            if isinstance(error, FileExistsError):
                raise AlreadyStored(key) from error
            raise


def change(layout: Layout, disk: Disk, state: State, wanted: State) -> None:
    """Replace a state and read it back; call it with the item's folder locked (R-4, R-5)."""
    key, folder = state.key, layout.item(state.key)
    disk.require_sound()
    if wanted != state:
        temporary = Temporary(folder, key.leaf)
        try:
            temporary.write(wanted.to_bytes())
            disk.sync(temporary.fd)
            temporary.path.replace(layout.state(key))
        finally:
            temporary.discard()
    # Also without a change: an earlier one may not have come as far as this.
    disk.sync_folder(folder)
    if (found := read_state(layout.state(key), key)) != wanted:
        raise LockNotHonoured(key, state.version, wanted, found)
