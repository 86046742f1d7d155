"""How tantivy's writer is used: one batch one commit, deletes by text, its errors as ours (S-4)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import tantivy

from search import schema
from search.api import Entry
from search.errors import SearchError

_SMALL_HEAP: Final = 32_000_000
_LARGE_HEAP: Final = 128_000_000


def write(index: tantivy.Index, upserts: Iterable[Entry], removals: Iterable[str], position: int) -> None:
    """Change entries and position in one commit; let merges end, nobody else continues them."""
    with vendor_errors(SearchError):
        writer = index.writer(_SMALL_HEAP, 1)
    try:
        for entry in upserts:
            _replace(writer, entry)
        gone = (*removals, schema.CURSOR)
        with vendor_errors(SearchError):
            for entry_id in gone:
                _delete(writer, entry_id)
            writer.add_document(schema.cursor_document(position))
            writer.commit()
    except BaseException:
        with suppress(ValueError):
            writer.rollback()
        raise
    finally:
        writer.wait_merging_threads()


class Filling:
    """See FreshIndex."""

    def __init__(self, index: tantivy.Index) -> None:
        with vendor_errors(SearchError):
            self._writer = index.writer(_LARGE_HEAP, 1)
        self._finished = False

    def add(self, entries: Iterable[Entry]) -> None:
        """See FreshIndex."""
        for entry in entries:
            _replace(self._writer, entry)

    def finish(self, position: int) -> None:
        """Commit all and the position."""
        with vendor_errors(SearchError):
            self._writer.add_document(schema.cursor_document(position))
            self._writer.commit()
        self._finished = True

    def close(self) -> None:
        """Forget what is not committed, let merges end, stop the writer's threads."""
        with vendor_errors(SearchError):
            if not self._finished:
                self._writer.rollback()
            self._writer.wait_merging_threads()


def _replace(writer: tantivy.IndexWriter, entry: Entry) -> None:
    document = schema.document(entry)
    with vendor_errors(SearchError):
        _delete(writer, entry.id)
        writer.add_document(document)


def _delete(writer: tantivy.IndexWriter, entry_id: str) -> None:
    # By text: by an unsigned number this version deletes nothing and says nothing.
    writer.delete_documents_by_term("id", schema.term(entry_id))


@contextmanager
def vendor_errors(ours: type[SearchError]) -> Iterator[None]:
    """Turn what tantivy raises into our error; a panic of its Rust code is no Exception."""
    try:
        yield
    except ValueError as error:
        raise ours(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise ours(str(error)) from error
