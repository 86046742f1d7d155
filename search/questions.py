"""How a question looks to tantivy: what was typed, what narrows it, who asks (S-1, S-2, X-3)."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

import tantivy
from tantivy import FieldType, Occur

from search.analysis import BLANK, nearness, number_key, squeezed
from search.api import CHOICE, SUSPENDED, WITHDRAWN, Query, choice_of, chosen_value
from search.asked import (
    All,
    AnyOf,
    Clause,
    Days,
    Is,
    No,
    Node,
    Now,
    Text,
    clauses,
    fact_weight,
    parts_of,
)
from search.language import read
from search.schema import NEVER, SCHEMA, instant, term

Made = tantivy.Query

#: How much a hit in one text weighs.
_WEIGHTS: Final = {"number": 3.0, "title": 3.0, "body": 1.0}


def question(query: Query, *, without: str = "") -> Made:
    """Turn a question into a tantivy query; filters weigh nothing. Raises QueryProblem.

    `without` is a facet that does not narrow, so that its other values can be counted (S-3).
    """
    node = read(query)
    parts = [] if node is None else [(Occur.Must, _node(node, query))]
    parts += [(Occur.Must, Made.const_score_query(part, 0.0)) for part in _filters(query, without)]
    if query.exclude:
        parts.append((Occur.MustNot, _any_of("id", query.exclude)))
    key = term(number_key(query.text))
    if clauses(node) and key:
        exact = Made.const_score_query(Made.term_query(SCHEMA, "key", key), 50.0)
        parts.append((Occur.Should, exact))
    return Made.boolean_query(parts)


def scores_differ(query: Query) -> bool:
    """Say whether relevance can order the answer at all."""
    return bool(clauses(read(query)))


def _node(node: Node, query: Query) -> Made:
    if isinstance(node, All):
        return _all_of(*(_node(one, query) for one in node.of))
    if isinstance(node, AnyOf):
        return _either(*(_node(one, query) for one in node.of))
    if isinstance(node, No):
        everything = Made.const_score_query(Made.all_query(), 0.0)
        return Made.boolean_query([(Occur.Must, everything), (Occur.MustNot, _node(node.of, query))])
    if isinstance(node, Is | Days | Now):
        return Made.const_score_query(_fact(node, query), fact_weight(node))
    return wording(node)


def wording(clause: Clause) -> Made:
    """Ask for a text or a word in each text that it may stand in."""
    make = _text if isinstance(clause, Text) else _word
    return _either(*(Made.boost_query(make(clause, part), _WEIGHTS[part]) for part in parts_of(clause)))


def _fact(node: Is | Days | Now, query: Query) -> Made:
    if isinstance(node, Days):
        return _days(node.first, node.last)
    if isinstance(node, Now):
        return _now(node, query)
    value = term(f"{node.field}\x00{node.value}")
    if node.beginning:
        return Made.regex_query(SCHEMA, "facts", f"{re.escape(value)}.*")
    return Made.term_query(SCHEMA, "facts", value)


def _now(node: Now, query: Query) -> Made:
    bound, standing = Made.term_query(SCHEMA, "bound", "yes"), _standings(query)
    suspended = Made.term_query(SCHEMA, "state", SUSPENDED)
    withdrawn = Made.term_query(SCHEMA, "state", WITHDRAWN)
    ways = {
        "waiting": lambda: standing["waiting"],
        "in_force": lambda: _but(standing["valid"], suspended),
        "suspended": lambda: _all_of(_valid(query), suspended),
        "expired": lambda: _but(standing["expired"], suspended),
        "superseded": lambda: _but(standing["ended"], withdrawn),
        "withdrawn": lambda: _all_of(standing["ended"], withdrawn),
    }
    return _all_of(bound, ways[node.state]())


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
        ways.append(_all_of(*(Made.term_query(SCHEMA, field, part, "freq") for part in clause.parts)))
    return _either(*ways)


def _beginning(field: str, start: str) -> Made:
    # phrase_prefix_query would stop at the first fifty terms without saying so.
    return Made.const_score_query(Made.regex_query(SCHEMA, field, f"{re.escape(start)}.*"), 0.1)


def _filters(query: Query, without: str) -> Iterator[Made]:
    valid = _valid(query)
    yield _either(_any_of("access", query.sets), _all_of(_any_of("published", query.sets), valid))
    for field, values in query.chosen().items():
        if field != without:
            yield _any_of(field, values)
    for one, values in query.choices.items():
        if choice_of(one) != without:
            yield _any_of(CHOICE, (chosen_value(one, value) for value in values))
    if query.standings and without != "state":
        known = _standings(query)
        yield _either(*(known[one] for one in sorted(query.standings)))
    if query.day_from is not None or query.day_until is not None:
        yield _days(query.day_from, query.day_until)
    if query.not_ended:
        yield _either(Made.term_query(SCHEMA, "bound", "no"), _goes_on(query))
    if query.near:
        yield _near(squeezed(query.near))


def _near(number: str) -> Made:
    if not (most := nearness(number)):
        return Made.empty_query()
    return Made.fuzzy_term_query(SCHEMA, "near", number, most, True)


def _valid(query: Query) -> Made:
    return _all_of(_whole("valid_from", None, instant(query.at)), _goes_on(query))


def _goes_on(query: Query) -> Made:
    return _whole("valid_until", instant(query.at) + 1, None)


def _standings(query: Query) -> dict[str, Made]:
    """Return what stands in each way that Entry.standing knows."""
    at = instant(query.at)
    expired = _whole("expires", None, at)
    return {
        "": _but(Made.all_query(), _whole("valid_until", NEVER, None)),
        "waiting": _all_of(_whole("valid_from", at + 1, None), _goes_on(query)),
        "valid": _but(_valid(query), expired),
        "expired": _all_of(_valid(query), expired),
        "ended": _whole("valid_until", None, at),
    }


def _days(first: date | None, last: date | None) -> Made:
    return _whole("day", first.toordinal() if first else None, last.toordinal() if last else None)


def _any_of(field: str, values: Iterable[str]) -> Made:
    return Made.term_set_query(SCHEMA, field, sorted(map(term, values)))


def _whole(field: str, first: int | None, last: int | None) -> Made:
    return Made.range_query(SCHEMA, field, FieldType.Integer, first, last)


def _all_of(*parts: Made) -> Made:
    return Made.boolean_query([(Occur.Must, part) for part in parts])


def _but(part: Made, *without: Made) -> Made:
    return Made.boolean_query([(Occur.Must, part), *((Occur.MustNot, one) for one in without)])


def _either(*parts: Made) -> Made:
    return Made.boolean_query([(Occur.Should, part) for part in parts])
