"""The numbering schemes that come with the product, as data; a company adds its own (N-2)."""

from __future__ import annotations

from typing import Final

from docctl.domain.number_schemes import (
    MONTH,
    YEAR,
    Edition,
    Literal,
    Month,
    Part,
    Pattern,
    Scheme,
    Sequence,
    Value,
    Year,
)

_COMPANY: Final = Value("company", Pattern.LETTERS, 2, 4)
_DEPARTMENT: Final = Value("department", Pattern.LETTERS, 2, 2)
_CHAPTER: Final = Value("chapter", Pattern.DIGITS, 2, 2)
_FORM: Final = Value("form", Pattern.NUMBER, 2, 40)
_DASH: Final = Literal("-")
_SLASH: Final = Literal("/")


def _scheme(code: str, *parts: Part | str) -> Scheme:
    return Scheme(code, tuple(Literal(part) if isinstance(part, str) else part for part in parts))


_ALL: Final = (
    # QP-04
    _scheme("procedure", "QP-", Sequence(2)),
    # CDJJ-QP-03
    _scheme("company_procedure", _COMPANY, "-QP-", Sequence(2, ("company",))),
    # T/NDF/TSP01
    _scheme(
        "type_company",
        Value("level", Pattern.LETTERS, 1, 1),
        _SLASH,
        _COMPANY,
        _SLASH,
        Value("type", Pattern.LETTERS, 2, 3),
        Sequence(2, ("level", "company", "type")),
    ),
    # QM/XX-B-2009
    _scheme("manual", "QM/", _COMPANY, _DASH, Edition(), _DASH, Year()),
    # QP/XX-4.2.4B-2009
    _scheme(
        "clause_procedure",
        "QP/",
        _COMPANY,
        _DASH,
        Value("clause", Pattern.CLAUSE),
        Edition(),
        _DASH,
        Year(),
    ),
    # SD/AD2016-2012
    _scheme("department_year", "SD/", _DEPARTMENT, Sequence(4, ("department",)), _DASH, Year()),
    # LX-QEO-MP06
    _scheme(
        "systems_procedure",
        _COMPANY,
        _DASH,
        Value("systems", Pattern.LETTERS, 1, 4),
        "-MP",
        Sequence(2, ("company", "systems")),
    ),
    # YTO-FS-PD407
    _scheme(
        "company_department_type",
        _COMPANY,
        _DASH,
        _DEPARTMENT,
        _DASH,
        Value("type", Pattern.LETTERS, 2, 2),
        Sequence(3, ("company", "department", "type")),
    ),
    # QC/RE-KA7939
    _scheme(
        "record_group",
        "QC/RE-",
        Value("group", Pattern.LETTERS, 2, 2),
        Sequence(4, ("group",)),
    ),
    # LX-FS-A87039
    _scheme(
        "class_chapter_record",
        _COMPANY,
        "-FS-",
        Value("class", Pattern.LETTERS, 1, 1),
        _CHAPTER,
        Sequence(3, ("company", "class", "chapter")),
    ),
    # IQM07-01B: a form under procedure 07
    _scheme(
        "form_under_procedure",
        "IQM",
        Value("procedure", Pattern.DIGITS, 2, 2),
        _DASH,
        Sequence(2, ("procedure",)),
        Edition(),
    ),
    # QR-7501
    _scheme("chapter_form", "QR-", _CHAPTER, Sequence(2, ("chapter",))),
    # FS-QG-76068
    _scheme(
        "department_chapter_form",
        "FS-",
        _DEPARTMENT,
        _DASH,
        _CHAPTER,
        Sequence(3, ("department", "chapter")),
    ),
    # AQ-SN-0338
    _scheme("department_form", "AQ-", _DEPARTMENT, _DASH, Sequence(4, ("department",))),
    # CDJJ-07-02-003: company + manual chapter + procedure no. + record no.
    _scheme(
        "company_chapter_procedure_record",
        _COMPANY,
        _DASH,
        _CHAPTER,
        _DASH,
        Value("procedure", Pattern.DIGITS, 2, 2),
        _DASH,
        Sequence(3, ("company", "chapter", "procedure")),
    ),
    # QR-1102-2024-0147: a record under its form
    _scheme("record", _FORM, _DASH, Year(), _DASH, Sequence(4, ("form", YEAR))),
    # QR-1102-202403-0147: the same, counted by the month
    _scheme("record_month", _FORM, _DASH, Year(), Month(), _DASH, Sequence(4, ("form", YEAR, MONTH))),
)

#: WI-PZ-007: work instructions count by department.
INSTRUCTION: Final = _scheme(
    "instruction", "WI-", Value("department", Pattern.LETTERS, 2, 4), _DASH, Sequence(3, ("department",))
)
#: QP-04-A1: a form in an annex, counted under the document above it, where the rules say nothing else (N-12).
ANNEX: Final = _scheme(
    "annex", Value("parent", Pattern.NUMBER, 2, 40), "-A", Sequence(1, ("parent",), most=2)
)
#: What comes without a number is counted so until it has its own (待编号, N-11); no company changes this.
PROVISIONAL: Final = _scheme("provisional", "待编号-", Sequence(4, most=8))

#: Scheme by its code.
PATTERNS: Final[dict[str, Scheme]] = {scheme.code: scheme for scheme in _ALL}
