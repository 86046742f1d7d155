"""How an entry and a question look to tantivy: its fields, its documents, its queries (S-1, S-2,
X-3).
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Final

import tantivy
from tantivy import FieldType, Occur

from search.analysis import BLANK, number_key, pairs, words
from search.api import RECORD, Entry, Query
from search.folding import fold
from search.language import Clause, Text, parse

#: Goes up when fields change; an index with another number is made again.
FORMAT: Final = 1

#: The id of the one document that is no entry: it carries the position in the same commit.
CURSOR: Final = "\x01cursor"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FOR_EVER: Final = 1 << 62
_TERMS: Final = ("unit", "type", "state", "access", "published", "number", "bound")
_FIELDS: Final = (("head", 3.0), ("body", 1.0))
_MOST_BYTES: Final = 2_000

Made = tantivy.Query
Part = tuple[Occur, Made]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("id", "kind"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    for name in _TERMS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name, _ in _FIELDS:  # terms only: no text that could be read back is stored
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
        builder.add_text_field(f"{name}_words", tokenizer_name="whitespace", index_option="freq")
    for name in ("by_number", "by_day"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_float_field("tie", fast=True)
    for name in ("valid_from", "valid_until", "day"):
        builder.add_integer_field(name, indexed=False, fast=True)
    builder.add_integer_field("position", stored=True)
    return builder.build()


SCHEMA: Final = _schema()


def document(entry: Entry) -> tantivy.Document:
    """Turn an entry into what is indexed of it; its body is not stored."""
    made = tantivy.Document()
    fields = {
        "id": entry.id,
        "kind": entry.kind,
        "unit": entry.unit,
        "type": entry.type,
        "state": entry.state,
        "access": entry.access,
        "number": number_key(entry.number),
        "bound": "yes" if entry.kind != RECORD and entry.valid_from is not None else "no",
    }
    if entry.published is not None and entry.valid_from is not None:
        fields["published"] = entry.published
    for name, value in fields.items():
        made.add_text(name, term(value))
    number, title, body = fold(entry.number), fold(entry.title), fold(entry.body)
    # The lone mark between them keeps a row of pairs from reaching out of the number into the
    # title.
    made.add_text("head", f"{pairs(number)} {BLANK} {pairs(title)}")
    made.add_text("head_words", " ".join((*words(number), *words(title))))
    made.add_text("body", pairs(body))
    made.add_text("body_words", " ".join(words(body)))
    digest = blake2b(term(entry.id).encode(), digest_size=6).hexdigest()
    made.add_text("by_number", f"{term(fields['number'])}\x00{term(entry.id)}")
    made.add_text("by_day", f"{entry.day or date.min:%Y-%m-%d}\x00{digest}\x00{term(entry.id)}")
    made.add_float("tie", tie(digest))
    if entry.day is not None:
        made.add_integer("day", entry.day.toordinal())
    if entry.valid_from is not None:
        until = entry.valid_until
        made.add_integer("valid_from", _instant(entry.valid_from))
        made.add_integer("valid_until", _FOR_EVER if until is None else _instant(until))
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


def term(value: str) -> str:
    """Make a value fit to be one term: valid UTF-8, and no longer than an index takes."""
    return value.encode("utf-8", "replace")[:_MOST_BYTES].decode("utf-8", "ignore")


def question(query: Query) -> Made:
    """Turn a question into a tantivy query; filters weigh nothing. Raises QueryProblem."""
    clauses = parse(query.text)
    parts: list[Part] = [(Occur.Must, _clause(clause)) for clause in clauses]
    parts += [(Occur.Must, Made.const_score_query(part, 0.0)) for part in _filters(query)]
    if query.exclude:
        parts.append((Occur.MustNot, _any_of("id", query.exclude)))
    key = term(number_key(query.text))
    if clauses and key:
        exact = Made.const_score_query(Made.term_query(SCHEMA, "number", key), 50.0)
        parts.append((Occur.Should, exact))
    return Made.boolean_query(parts)


def scores_differ(query: Query) -> bool:
    """Say whether relevance can order the answer at all."""
    return bool(parse(query.text))


def _clause(clause: Clause) -> Made:
    make = _text if isinstance(clause, Text) else _word
    return Made.boolean_query(
        [(Occur.Should, Made.boost_query(make(clause, name), weight)) for name, weight in _FIELDS]
    )


def _text(clause: Clause, field: str) -> Made:
    """Ask for a row of pairs. Every other one will do, each character is in one of them."""
    assert isinstance(clause, Text)
    needle = clause.needle.replace(" ", BLANK)
    if len(needle) == 1:
        return _beginning(field, needle)
    if len(needle) == 2:
        return Made.term_query(SCHEMA, field, needle)
    starts = {*range(0, len(needle) - 1, 2), len(needle) - 2}
    row: list[str | tuple[int, str]] = [(at, needle[at : at + 2]) for at in sorted(starts)]
    return Made.phrase_query(SCHEMA, field, row)


def _word(clause: Clause, field: str) -> Made:
    assert not isinstance(clause, Text)
    field = f"{field}_words"
    ways = [
        Made.term_query(SCHEMA, field, clause.beginning, "freq"),
        _beginning(field, clause.beginning),
    ]
    if clause.stem is not None:
        ways.append(Made.term_query(SCHEMA, field, clause.stem, "freq"))
    if clause.parts:
        parts = [Made.term_query(SCHEMA, field, part, "freq") for part in clause.parts]
        ways.append(Made.boolean_query([(Occur.Must, part) for part in parts]))
    return Made.boolean_query([(Occur.Should, way) for way in ways])


def _beginning(field: str, start: str) -> Made:
    # phrase_prefix_query would stop at the first fifty terms without saying so.
    return Made.const_score_query(Made.regex_query(SCHEMA, field, f"{re.escape(start)}.*"), 0.1)


def _filters(query: Query) -> Iterable[Made]:
    valid = _all_of(
        _whole("valid_from", None, _instant(query.at)),
        _whole("valid_until", _instant(query.at) + 1, None),
    )
    yield _either(_any_of("access", query.sets), _all_of(_any_of("published", query.sets), valid))
    wanted = {"kind": query.kinds, "unit": query.units, "type": query.types, "state": query.states}
    for field, values in wanted.items():
        if values:
            yield _any_of(field, values)
    if query.day_from is not None or query.day_until is not None:
        first = None if query.day_from is None else query.day_from.toordinal()
        last = None if query.day_until is None else query.day_until.toordinal()
        yield _whole("day", first, last)
    if query.in_force_only:
        yield _either(Made.term_query(SCHEMA, "bound", "no"), valid)


def _any_of(field: str, values: Iterable[str]) -> Made:
    return Made.term_set_query(SCHEMA, field, sorted(map(term, values)))


def _whole(field: str, first: int | None, last: int | None) -> Made:
    return Made.range_query(SCHEMA, field, FieldType.Integer, first, last)


def _all_of(*parts: Made) -> Made:
    return Made.boolean_query([(Occur.Must, part) for part in parts])


def _either(*parts: Made) -> Made:
    return Made.boolean_query([(Occur.Should, part) for part in parts])


def _instant(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)
