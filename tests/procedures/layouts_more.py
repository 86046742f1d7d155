"""More layouts of made procedures: posts, days, brackets, bars, series, odd headers."""

from __future__ import annotations

from tests.procedures.drafting import SIGNING, Block, Draft, place

Front = tuple[list[Block], list[Block]]


def posts_and_days(draft: Draft) -> Front:
    """A sign-off table with heading: role, name, post, day."""
    place(draft, "number", "revision", "effective", "signers")
    words, shown = draft.words, draft.shown
    head: list[str | None] = ["", "姓名", "职务", words["date"]]
    if draft.style == "english":
        head = ["", "Name", "Position", words["date"]]
    posts = ("文员", "部门经理", "总经理")
    rows = [
        [words[kind], shown[kind], post, shown["date"]] for kind, post in zip(SIGNING, posts, strict=True)
    ]
    line = f"{draft.pair('number')}  {draft.pair('revision')}"
    return [*draft.title_lines, line, draft.pair("effective"), [head, *rows]], []


def name_slash_day(draft: Draft) -> Front:
    """编制/日期：张三/2020.1.1."""
    place(draft, "number", "revision", "department", "signers")
    words, shown = draft.words, draft.shown
    joint = draft.chance.choice(("/", " ", "  "))
    signs = [f"{words[kind]}/{words['date']}：{shown[kind]}{joint}{shown['date']}" for kind in SIGNING]
    table: Block = [[draft.pair("number"), draft.pair("revision"), draft.pair("department")], list(signs)]
    return [draft.company, *draft.title_lines, table], []


def in_brackets(draft: Draft) -> Front:
    """【文件编号】QP-01."""
    kinds = ("number", "revision", "effective", "department", *SIGNING)
    place(draft, *kinds, "signers")
    opening, closing = draft.chance.choice(("【】", "[]", "〔〕"))
    return [
        *draft.title_lines,
        *(f"{opening}{draft.words[kind]}{closing}{draft.shown[kind]}" for kind in kinds),
    ], []


def parted_by_bars(draft: Draft) -> Front:
    kinds = ("number", "revision", "effective", "controlled")
    place(draft, *kinds, "signers")
    bar = draft.chance.choice((" | ", "｜", " / ", "；", "，", "; "))
    colon = draft.colon
    lines = [
        bar.join(draft.pair(kind, colon) for kind in kinds),
        bar.join(draft.pair(kind, colon) for kind in SIGNING),
    ]
    return [*draft.title_lines, *lines], []


def series_before(draft: Draft) -> Front:
    """The kind of papers stands above the title: 质量管理体系程序文件."""
    place(draft, "number", "revision", "effective", "issued", "signers")
    series = draft.chance.choice(
        ("质量管理体系程序文件", "程 序 文 件", "三体系程序文件汇编", "管理制度", "作业文件")
    )
    if draft.style == "english":
        series = "QUALITY MANAGEMENT SYSTEM"
    title = draft.title if draft.chance.random() < 0.5 else f"《{draft.title}》"
    words, shown = draft.words, draft.shown
    days = [
        f"{shown['issued']}{words['issued_after']}",
        f"{shown['effective']}{words['effective_after']}",
        f"{draft.company}  {words['issued_after']}",
    ]
    signs = [f"{words[kind]}：{shown[kind]}" for kind in SIGNING]
    return [draft.company, series, title, draft.pair("number"), draft.pair("revision"), *signs, *days], []


def header_of_three_cells(draft: Draft) -> Front:
    """Company, title, and one cell that holds several labelled lines."""
    place(draft, "number", "revision", "effective", "signers")
    cell = "\n".join(
        [draft.pair("number"), draft.pair("revision"), draft.pair("effective"), "第 1 页 共 6 页"]
    )
    draft.header = [[[draft.company, draft.title, cell]]]
    names = [[draft.words[kind], draft.shown[kind]] for kind in SIGNING]
    return [*draft.title_lines], [[[cell for pair in names for cell in pair]]]


def wide_merged(draft: Draft) -> Front:
    """Labels and values that span several columns."""
    kinds = ("number", "revision", "effective", "department", *SIGNING)
    place(draft, *kinds, "signers")
    rows: list[list[str | None]] = [[draft.title, None, None, None]]
    rows += [[draft.words[kind], draft.shown[kind], None, None] for kind in kinds[:2]]
    rows += [
        [draft.words[one], draft.shown[one], draft.words[other], draft.shown[other]]
        for one, other in (("effective", "department"), ("prepared", "reviewed"))
    ]
    rows.append([draft.words["approved"], None, draft.shown["approved"], None])
    return [draft.company, rows], []


def several_reviewers(draft: Draft) -> Front:
    place(draft, "number", "revision", "effective", "signers")
    second = "钱多多"
    shown = draft.shown
    if draft.style == "english":
        second = "Paul Green"
    if draft.facts["signers"]:
        people = draft.facts["signers"]
        draft.facts["signers"] = [people[0], people[1], second, people[2]]
        shown["reviewed"] = f"{shown['reviewed']}{draft.chance.choice(('、', '，', '/', ', '))}{second}"
    rows: Block = [[draft.words[kind], shown[kind]] for kind in ("number", "revision", "effective", *SIGNING)]
    return [*draft.title_lines, rows], []


def post_in_brackets(draft: Draft) -> Front:
    place(draft, "number", "revision", "issued", "signers")
    posts = ("主管", "质量经理", "总经理")
    lines = [draft.pair("number"), draft.pair("revision"), draft.pair("issued")]
    signs = []
    for kind, post in zip(SIGNING, posts, strict=True):
        name = draft.shown[kind]
        signs.append(
            f"{draft.words[kind]}：{name}（{post}）" if name.strip(" _") else f"{draft.words[kind]}：{name}"
        )
    return [*draft.title_lines, *lines, *signs], []


def signature_words(draft: Draft) -> Front:
    """编制人签名：…… 签字日期：…"""
    place(draft, "number", "revision", "effective", "signers")
    by = (
        " (Signature)"
        if draft.style == "english"
        else draft.chance.choice(("签名", "签字", "（签名）", "(签字)"))
    )
    words, shown = draft.words, draft.shown
    bare = {kind: words[kind].replace(" ", "").replace("\u3000", "").removesuffix("人") for kind in SIGNING}
    if draft.style in {"english", "bilingual"}:
        bare = {kind: words[kind] for kind in SIGNING}
    rows: Block = [[f"{bare[kind]}{by}", shown[kind], words["date"], shown["date"]] for kind in SIGNING]
    return [
        *draft.title_lines,
        draft.pair("number"),
        draft.pair("revision"),
        draft.pair("effective"),
        rows,
    ], []


def unlabelled_number(draft: Draft) -> Front:
    """The number stands alone in the header, nothing says what it is."""
    place(draft, "number", "effective", "signers")
    number = f"HY-QP-{draft.chance.randint(10, 99)}"
    draft.shown["number"], draft.facts["number"] = number, number
    draft.header = [[[draft.company, draft.title, number]]]
    signs = [[draft.words[kind], draft.shown[kind]] for kind in SIGNING]
    return [*draft.title_lines, draft.pair("effective"), signs], []


def nothing_but_rules(draft: Draft) -> Front:
    """No header at all: nothing is to be found but title and citations."""
    return [*draft.title_lines], []


def blank_between(draft: Draft) -> Front:
    """Table with an empty cell between label and value, and empty rows."""
    kinds = ("number", "revision", "effective", "department", *SIGNING)
    place(draft, *kinds, "signers")
    rows: list[list[str | None]] = []
    for kind in kinds:
        rows.append([draft.words[kind], "", draft.shown[kind]])
        rows.append(["", "", ""])
    return [draft.company, *draft.title_lines, rows], []


def value_under_label(draft: Draft) -> Front:
    """Label line, value line, each alone."""
    kinds = ("number", "revision", "effective", *SIGNING)
    place(draft, *kinds, "signers")
    colon = draft.chance.choice(("：", ":", ""))
    lines: list[Block] = []
    for kind in kinds:
        lines += [f"{draft.words[kind]}{colon}", draft.shown[kind]]
    return [*draft.title_lines, *lines], []


MORE = (
    *(posts_and_days, name_slash_day, in_brackets, parted_by_bars, series_before, header_of_three_cells),
    *(
        wide_merged,
        several_reviewers,
        post_in_brackets,
        signature_words,
        unlabelled_number,
        nothing_but_rules,
    ),
    *(blank_between, value_under_label),
)
