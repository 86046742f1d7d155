"""Decides how a revision is labelled: issue and amendment as two parts, shown by a scheme (V-1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from docctl.domain.normal_form import tidy

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

#: Issue, then perhaps the amendment: A/0, A0, A版/0, A版第0次修改, 3版2次, A(1), 1.0, V1.0,
#: Rev.B, Issue 4, 第2版.
_LABEL: Final = re.compile(
    r"""(?:第|版本号?:?|版次:?|REV(?:ISION)?[.:]?|(?:EDITION|ED\.|ISSUE|ISS\.)|V(?:ER(?:SION)?)?[.:]?(?=[0-9]))?
    (?:(?P<letters>[A-Z]{1,2})|(?P<number>[0-9]{1,3}))(?:版本?)?
    (?:[/.(-]?(?:第|修[订改])?(?P<amendment>[0-9]{1,3})\)?(?:次?(?:修[订改]|更改)|[次修])?版?本?)?""",
    re.VERBOSE | re.IGNORECASE,
)

#: Printed in blank headers where a label is to be filled in; no label of a revision (I-5).
PLACEHOLDERS: Final = frozenset({"X", "XX"})


@dataclass(frozen=True, slots=True)
class Label:
    """The two stored parts: issue (版本号) and, if there is one, amendment (修订状态) (V-1)."""

    issue: str
    amendment: int | None = None


@dataclass(frozen=True, slots=True)
class LabelScheme:
    """How labels begin, go on and look (V-1).

    `joiner` stands between the parts; None means that the scheme has no amendments. Letters in
    `skip` are not used, as where I and O would be read as digits.
    """

    code: str
    first_issue: str = "A"
    first_amendment: int = 0
    joiner: str | None = "/"
    prefix: str = ""
    suffix: str = ""
    skip: str = ""


#: Label scheme by its code.
LABEL_SCHEMES: Final[Mapping[str, LabelScheme]] = {
    scheme.code: scheme
    for scheme in (
        LabelScheme("letter_slash"),  # A/0
        LabelScheme("letter_number", joiner=""),  # A0
        LabelScheme("letter", joiner=None),  # A
        LabelScheme("number", first_issue="1", joiner="."),  # 1.0
        LabelScheme("v_number", first_issue="1", joiner=".", prefix="V"),  # V1.0
        LabelScheme("letter_edition", joiner=None, suffix="版"),  # A版
    )
}


def first(scheme: LabelScheme) -> Label:
    """Return the label of a first issue (V-1)."""
    return Label(scheme.first_issue, _first_amendment(scheme))


def next_amendment(label: Label, scheme: LabelScheme) -> Label:
    """Return the label after a change; without amendments in the scheme, the next issue (V-1)."""
    if scheme.joiner is None:
        return next_issue(label, scheme)
    if label.amendment is None:
        # Imported as "A" alone: it stands where the scheme's first label would.
        return Label(label.issue, scheme.first_amendment + 1)
    return Label(label.issue, label.amendment + 1)


def next_issue(label: Label, scheme: LabelScheme) -> Label:
    """Return the label of a reissue (换版): the next issue, not yet amended (V-1)."""
    if label.issue.isdigit():
        issue = str(int(label.issue) + 1)
    else:
        issue = _next_letters(label.issue.upper(), scheme.skip)
    return Label(issue, _first_amendment(scheme))


def suggest_reissue(label: Label, after: int, *, first_amendment: int = 0) -> bool:
    """Say whether the set number of amendments is reached; 0 never suggests, users decide (V-1)."""
    if after < 1 or label.amendment is None:
        return False
    return label.amendment - first_amendment >= after


@dataclass(frozen=True, slots=True)
class NextLabels:
    """What the label after this one can be; `reissued` is None where the scheme has no amendments (V-1)."""

    amended: Label
    reissued: Label | None
    amendments: int
    is_reissue_suggested: bool


def next_labels(label: Label, scheme: LabelScheme, after: int) -> NextLabels:
    """Return both ways on from a label, and whether a reissue is suggested; the user decides (V-1)."""
    amended = next_amendment(label, scheme)
    if scheme.joiner is None:
        return NextLabels(amended, None, 0, is_reissue_suggested=False)
    first_one = scheme.first_amendment
    return NextLabels(
        amended,
        next_issue(label, scheme),
        (label.amendment or first_one) - first_one,
        suggest_reissue(label, after, first_amendment=first_one),
    )


def show(label: Label, scheme: LabelScheme) -> str:
    """Return the label in one piece, as headers and registers print it (V-1)."""
    amendment = ""
    if scheme.joiner is not None and label.amendment is not None:
        amendment = f"{scheme.joiner}{label.amendment}"
    return f"{scheme.prefix}{label.issue}{amendment}{scheme.suffix}"


def read(text: str, scheme: LabelScheme | None = None) -> Label | None:
    """Read a label as companies write it, or return None; placeholders are none (V-1).

    What the scheme itself writes is read by it first: `V0` is issue V where labels are letters.
    """
    written = tidy(text)
    match = scheme and re.fullmatch(_expression(scheme), written, re.IGNORECASE)
    match = match or _LABEL.fullmatch(written)
    if match is None or written.count("(") != written.count(")"):
        return None
    issue = match["letters"].upper() if match["letters"] else str(int(match["number"]))
    if issue in PLACEHOLDERS:
        return None
    return Label(issue, int(match["amendment"]) if match["amendment"] else None)


def _expression(scheme: LabelScheme) -> str:
    prefix, suffix = re.escape(tidy(scheme.prefix)), re.escape(tidy(scheme.suffix))
    issue = "(?P<number>[0-9]{1,3})" if scheme.first_issue.isdigit() else "(?P<letters>[A-Z]{1,2})"
    other = "(?P<letters>(?!))" if scheme.first_issue.isdigit() else "(?P<number>(?!))"
    joiner = "(?!)" if scheme.joiner is None else re.escape(tidy(scheme.joiner))
    return f"{prefix}(?:{issue}|{other})(?:{joiner}(?P<amendment>[0-9]{{1,3}}))?{suffix}"


def _first_amendment(scheme: LabelScheme) -> int | None:
    return None if scheme.joiner is None else scheme.first_amendment


def _next_letters(issue: str, skip: str) -> str:
    usable = [letter for letter in _LETTERS if letter not in skip.upper()]
    # A skipped letter, as in an imported label, is followed by the next one that is used.
    after = [letter for letter in usable if letter > issue[-1]]
    if after:
        return issue[:-1] + after[0]
    return (_next_letters(issue[:-1], skip) if issue[:-1] else usable[0]) + usable[0]
