"""How a form is read, and how a refused one comes back: the same page, typed values kept, 422 (style 14)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast
from uuid import UUID, uuid4

from flask import Response, make_response, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.i18n import Explained
from docctl.queries.uploads import Staged, staged
from docctl.reading.names import clean_name
from docctl.services.uploads import stage_upload
from docctl.web.context import actor, caller, explain, house, render
from docctl.web.fields import (
    SEVERAL,
    Problems,
    UploadField,
    read_fields,
    takes_files,
    takes_several,
    upload_names,
)

P = ParamSpec("P")
S = TypeVar("S")

#: Set on views whose form brings files: only these may receive large requests.
FILES: Final = "docctl_files"


#: The field of a document's own file; others beside it may be of any kind (V-13).
MAIN: Final = "file"

#: Beside which field a signature that was refused is explained (A-3).
SIGNED: Final = {"A-3.password_needed": "password", "A-3.wrong_password": "password"}


class Unreadable(RuleRefused):
    """Fields that cannot be read, all of them at once; `problems` by field."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(next(iter(problems.values())))
        self.problems = problems


def parse(shape: type[S], *, for_document: bool = False) -> S:
    """Return the posted form as its dataclass; raise Unreadable with a refusal for each bad field.

    Files that came with the form are staged first, so that they are kept whatever else is wrong.
    """
    values = MultiDict(request.form)
    problems = _stage_files(shape, values, for_document=for_document)
    read, unread = read_fields(shape, values, zone=house().zone)
    problems = {**unread, **problems}
    if problems:
        raise Unreadable(problems)
    return shape(**read)


def form(
    template: str,
    shape: type[S],
    *,
    page: Callable[..., Any] | None = None,
    beside: Mapping[str, str] | None = None,
    for_document: bool = False,
) -> Callable[[Callable[Concatenate[S, P], Response]], Callable[P, Response]]:
    """Show a form by GET and hand what was typed to the view by POST.

    `page(**url_values)` gives the template's `page`; `beside` names the field beside which a rule
    ("V-7") or one case of it ("V-7.too_early") is explained, all others stand above the form. The
    template also gets `typed`, `problems` (field → words; "form" for none), `errors` (for the summary),
    `staged` (field → upload) and `request_id`.
    """
    places = dict(beside or {})

    def put_around(view: Callable[Concatenate[S, P], Response]) -> Callable[P, Response]:
        @wraps(view)
        def around(*args: P.args, **kwargs: P.kwargs) -> Response:
            problems: Problems = {}
            status = 200
            if request.method == "POST":
                try:
                    return view(parse(shape, for_document=for_document), *args, **kwargs)
                except Unreadable as error:
                    problems = error.problems
                except RuleRefused as error:
                    problems = {_place(error.refused, places): error.refused}
                status = 503 if _is_busy(problems) else 422
            shown = page(*args, **kwargs) if page else None
            answer = make_response(_again(template, shape, shown, problems), status)
            if status == 503:
                answer.headers["Retry-After"] = "5"
            return answer

        around.__dict__[FILES] = takes_files(shape)
        return cast("Callable[P, Response]", around)

    return put_around


def shown_again(template: str, shape: type[Any], page: Any) -> Response:
    """Show a posted form once more as it was typed: something was only looked at."""
    return make_response(_again(template, shape, page, {}))


def _again(template: str, shape: type[Any], page: Any, problems: Problems) -> str:
    explained = {name: explain(refused) for name, refused in problems.items()}
    return render(
        template,
        page=page,
        typed=_typed(),
        problems=explained,
        errors=_summary(explained),
        staged=_staged(shape),
        request_id=request.form.get("request_id") or str(uuid4()),
    )


def _place(refused: Refused, places: Mapping[str, str]) -> str:
    return places.get(refused.key) or places.get(refused.rule) or "form"


def _is_busy(problems: Problems) -> bool:
    return any(one.rule == "request" and one.code == "busy" for one in problems.values())


def _summary(problems: Mapping[str, Explained]) -> list[tuple[str | None, Explained]]:
    return [(None if name == "form" else name, words) for name, words in problems.items()]


def _typed() -> ImmutableMultiDict[str, str]:
    """Return what was typed, without what must never come back."""
    if request.method != "POST":
        return ImmutableMultiDict()
    kept = [(k, v) for k, v in request.form.items(multi=True) if "password" not in k and k != "csrf_token"]
    return ImmutableMultiDict(kept)


def _staged(shape: type[Any]) -> dict[str, Staged | list[Staged]]:
    """Return the uploads that came with the form, by field; a field of several files has them all."""
    given = request.environ.get("docctl.staged", {}) if request.method == "POST" else {}
    ids: dict[str, list[UUID]] = {}
    for name in upload_names(shape):
        values = [*given.get(name, []), *request.form.getlist(f"{name}_id")]
        if takes_several(shape, name):  # what was kept stands before what came now
            values = [*request.form.getlist(f"{name}_id"), *given.get(name, [])]
        for value in values:
            try:
                one = UUID(str(value))
            except ValueError:
                continue
            ids.setdefault(name, []).append(one)
    if not ids:
        return {}
    wanted = dict.fromkeys(one for each in ids.values() for one in each)
    with house().uow.read() as session:
        rows = {one.id: one for one in staged(session, actor(), wanted, at=house().clock())}
    found: dict[str, Staged | list[Staged]] = {}
    for name, each in ids.items():
        if takes_several(shape, name):
            found[name] = [rows[one] for one in dict.fromkeys(each) if one in rows]
        elif each[0] in rows:
            found[name] = rows[each[0]]
    return found


def _stage_files(shape: type[Any], values: MultiDict[str, str], *, for_document: bool) -> Problems:
    """Stage files that are part of the form and put their ids into its values."""
    refused: dict[str, list[tuple[str, Refused]]] = {}
    kept: dict[str, list[str]] = {}
    for name in upload_names(shape):
        for one in request.files.getlist(name):
            if not one.filename:
                continue
            try:
                staged_id = stage_upload(
                    cast("Any", one.stream),
                    name=one.filename,
                    by=caller(),
                    house=house(),
                    for_document=for_document and name == MAIN,
                )
            except RuleRefused as error:
                refused.setdefault(name, []).append((one.filename, error.refused))
            else:
                kept.setdefault(name, []).append(str(staged_id))
                values.setlistdefault(name).append(str(staged_id))
                if not takes_several(shape, name):
                    values.setlist(f"{name}_id", [])  # a file chosen anew replaces the one before
    problems = {name: _of_files(each, takes_several(shape, name)) for name, each in refused.items()}
    request.environ["docctl.staged"] = kept
    return problems


def _of_files(refused: list[tuple[str, Refused]], several: bool) -> Refused:
    """Return why files were not taken; of several chosen at once each by its name, the others are kept."""
    if not several:
        return refused[-1][1]
    told = (f"{clean_name(name)}: {explain(one).sentence}" for name, one in refused)
    return Refused("upload", "of_files", {"list": "\n".join(told)})


__all__ = [
    "FILES",
    "SEVERAL",
    "SIGNED",
    "Problems",
    "Unreadable",
    "UploadField",
    "form",
    "parse",
    "shown_again",
]
