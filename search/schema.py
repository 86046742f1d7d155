"""How an entry looks to tantivy: its fields and its documents (S-1, S-2, X-3)."""

from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Final

import tantivy

from search.analysis import number_key, pairs, squeezed, words
from search.api import CHOICE, FACETS, RECORD, Entry, chosen_value
from search.asked import PARTS, fact_values
from search.folding import fold

#: Goes up when fields change; an index with another number is made again.
FORMAT: Final = 6

#: The id of the one document that is no entry: it carries the position in the same commit.
CURSOR: Final = "\x01cursor"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FOR_EVER: Final = 1 << 62
#: When what never becomes valid ends.
NEVER: Final = -_FOR_EVER
_TERMS: Final = ("access", "published", "key", "near", "bound", "facts")
_MOST_BYTES: Final = 2_000
#: What a signed number of 64 bits has left beside the 22 of a day.
_TIE_BITS: Final = 41


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(
            name, stored=name == "kind", tokenizer_name="raw", index_option="basic", fast=True
        )
    builder.add_text_field(CHOICE, tokenizer_name="raw", index_option="basic", fast=True)
    for name in _TERMS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in PARTS:  # terms only: no text that could be read back is stored
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
        builder.add_text_field(f"{name}_words", tokenizer_name="whitespace", index_option="freq")
    builder.add_bytes_field("digest", stored=True)
    builder.add_text_field("by_number", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_float_field("tie", fast=True)
    for name in ("valid_from", "valid_until", "expires", "day", "by_day"):
        builder.add_integer_field(name, indexed=False, fast=True)
    builder.add_integer_field("position", stored=True)
    return builder.build()


SCHEMA: Final = _schema()


def document(entry: Entry) -> tantivy.Document:
    """Turn an entry into what is indexed of it; its body is not stored."""
    made = tantivy.Document()
    fields = {
        "id": entry.id,
        "access": entry.access,
        "key": number_key(entry.number),
        "near": squeezed(entry.number),
        "bound": "yes" if entry.kind != RECORD and entry.valid_from is not None else "no",
        **{name: value for name in FACETS if (value := getattr(entry, name))},
    }
    if entry.published is not None and entry.valid_from is not None:
        fields["published"] = entry.published
    for name, value in fields.items():
        made.add_text(name, term(value))
    for name, values in fact_values(entry).items():
        for value in values:
            made.add_text("facts", term(f"{name}\x00{value}"))
    for one in sorted({chosen_value(*each) for each in entry.choices}):
        made.add_text(CHOICE, term(one))
    for part in PARTS:
        folded = fold(getattr(entry, part))
        made.add_text(part, pairs(folded))
        made.add_text(f"{part}_words", " ".join(words(folded)))
    made.add_bytes("digest", entry.digest())
    digest = blake2b(term(entry.id).encode(), digest_size=6).hexdigest()
    made.add_text("by_number", f"{term(fields['key'])}\x00{term(entry.id)}")
    made.add_integer("by_day", place_by_day(entry.day, digest))
    made.add_float("tie", tie(digest))
    if entry.day is not None:
        made.add_integer("day", entry.day.toordinal())
    if entry.valid_from is not None:
        begins = instant(entry.valid_from)
        until = _FOR_EVER if entry.valid_until is None else instant(entry.valid_until)
        made.add_integer("valid_from", begins)
        made.add_integer("valid_until", until if begins < until else NEVER)
        if entry.expires is not None:  # few do: whoever counts them looks at hardly anything
            made.add_integer("expires", instant(entry.expires))
    return made


def cursor_document(position: int) -> tantivy.Document:
    """Make the document that carries the position."""
    made = tantivy.Document()
    made.add_text("id", CURSOR)
    made.add_integer("position", position)
    return made


def tie(digest: str) -> float:
    """Return a weight that moves a score by less than 0.1 %, another for every id (S-3).

    tantivy multiplies scores by log2(2 + weight); the steps are as fine as its scores.
    """
    return int(digest, 16) / float(16 ** len(digest)) / 1_000


def place_by_day(day: date | None, digest: str) -> int:
    """Return where an entry stands in order of days: its day, then 41 bits of its id's digest (S-3).

    tantivy compares whole numbers several times as fast as texts.
    """
    return ((day or date.min).toordinal() << _TIE_BITS) + (int(digest, 16) >> (4 * len(digest) - _TIE_BITS))


def term(value: str) -> str:
    """Make a value fit to be one term: valid UTF-8, and no longer than an index takes."""
    if value.isascii():
        return value[:_MOST_BYTES]
    return value.encode("utf-8", "replace")[:_MOST_BYTES].decode("utf-8", "ignore")


def instant(at: datetime) -> int:
    """Return an instant as whole microseconds."""
    return (at - _EPOCH) // timedelta(microseconds=1)
