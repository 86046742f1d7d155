"""Which exit code and which line each failure has (architecture: the command line)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from docctl.cli.answers import CONFLICT, FAILED, NOT_FOUND, REFUSED, WRONG_CALL, Failure

if TYPE_CHECKING:
    from docctl.cli.desk import Desk


#: Of refusals that are no answer of a rule.
_CODES = {"X-1": NOT_FOUND, "database": FAILED}

#: How SQLite and PostgreSQL say that a table or column is not there.
_OTHER_SHAPE = ("no such table", "no such column", "UndefinedTable", "UndefinedColumn")


class Ambiguous(Exception):
    """A number that may mean several items."""

    def __init__(self, text: str, candidates: tuple[str, ...]) -> None:
        super().__init__(text)
        self.text, self.candidates = text, candidates


@contextmanager
def explained(desk: Desk) -> Iterator[None]:
    """Turn what the house raises into one line and an exit code.

    What may not be seen and what is not there have one answer (X-3).
    """
    from sqlalchemy.exc import DBAPIError

    from docctl.config import WrongSetting
    from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
    from search.errors import SearchError
    from storage.api import StorageError

    try:
        yield
    except Ambiguous as error:
        names = ", ".join(error.candidates)
        params = {"text": error.text, "candidates": list(error.candidates)}
        message = desk.words.t("cli.ambiguous", text=error.text, candidates=names)
        raise Failure(WRONG_CALL, "N-10", "ambiguous", message, params) from error
    except NotFound as error:
        raise Failure(NOT_FOUND, "X-3", "not_found", desk.words.t("cli.not_found")) from error
    except RuleRefused as error:
        refused = error.refused
        code = _CODES.get(refused.rule) or (CONFLICT if isinstance(error, Conflict) else REFUSED)
        sentence = desk.words.refusal(refused).sentence
        raise Failure(code, refused.rule, refused.code, sentence, refused.params) from error
    except WrongSetting as error:
        raise Failure(WRONG_CALL, "settings", "wrong", str(error)) from error
    except DBAPIError as error:
        raise _database(desk, error) from error
    except (StorageError, SearchError) as error:
        message = desk.words.t("cli.failed", reason=f"{type(error).__name__} {error}")
        raise Failure(FAILED, "machine", "failed", message) from error
    except BrokenPipeError:
        raise  # who reads the lines has read enough; click ends without a word
    except OSError as error:
        message = desk.words.t("cli.failed", reason=str(error))
        raise Failure(FAILED, "machine", "failed", message) from error


def _database(desk: Desk, error: Exception) -> click.ClickException:
    if any(words in str(error) for words in _OTHER_SHAPE):
        return Failure(FAILED, "machine", "not_migrated", desk.words.t("cli.not_migrated"))
    reason = str(getattr(error, "orig", error))
    return Failure(FAILED, "machine", "failed", desk.words.t("cli.failed", reason=reason))
