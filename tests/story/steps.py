"""The first story of docctl by commands only, whatever they run on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.cli.terminal import Commands
from tests.world import PASSWORD, docx_bytes

#: Words of the record that must be nowhere at the end; the title stays as the residual entry.
SECRET = ("zqxmark7731", "独角兽密文", "海豚联系人")


def found_company(docctl: Commands) -> None:
    """Set up the company: two people with links, then the others, their roles by two people (A-15)."""
    founded = docctl.ok(
        *("init", "--company", "示例精密科技有限公司", "--code", "SLJM"),
        *("--unit", "综合办公室", "--unit-code", "ZH"),
        *("--administrator", "admin", "--administrator-name", "孙丽"),
        *("--leader", "zhao", "--leader-name", "赵敏"),
    )
    for user, link in founded["links"].items():
        set_password(docctl, user, link)
    for user, name, roles in (
        ("chen", "陈静", ("document_controller", "author")),
        ("ouyang", "欧阳雪", ("reviewer", "keeper@ZH")),
        ("liu", "刘洋", ("approver",)),
        ("zhou", "周明", ("records_manager",)),
        ("wang", "王强", ()),
    ):
        wanted = [word for role in roles for word in ("--role", role)]
        added = docctl.ok("user", "add", user, "--name", name, "--unit", "ZH", *wanted, user="admin")
        set_password(docctl, user, added["link"])
        if roles:
            docctl.ok("user", "confirm", user, user="zhao")


def set_password(docctl: Commands, user: str, link: str) -> None:
    result = docctl.run("user", "reset", user, "--use", secret=f"{link}\n{PASSWORD}")
    assert result.exit_code == 0, result.stderr


def through_all_signatures(docctl: Commands, number: str, *on: str) -> None:
    docctl.ok("documents", "submit", number, "--reviewer", "ouyang", "--approver", "liu", user="chen")
    docctl.ok("documents", "review", number, user="ouyang")
    docctl.ok("documents", "approve", number, user="liu")
    docctl.ok("documents", "issue", number, *on, user="chen")


def places_with(folder: Path, words: tuple[str, ...]) -> list[str]:
    """Return every file of the data folder in which one of the words stands, in any encoding."""
    wanted = {
        form
        for word in words
        for text in (word, word.upper(), json.dumps(word)[1:-1])
        for form in (text.encode(), text.encode("utf-16-le"), text.encode("gb18030"))
    }
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file()
        and (data := path.read_bytes().replace(b"ZQXMARK7731", b"zqxmark7731")) is not None
        and any(one in data for one in wanted)
    )


def tell_the_story(docctl: Commands, later: Callable[[int], None], folder: Path) -> Iterator[str]:
    """Go through the first story; stop where a record is filed, where it is held, and at the end.

    `later` moves the clock on by days. Yields the record's number each time.
    """
    found_company(docctl)

    # A procedure: numbered, signed by three, issued for a later day, in force without any job.
    paper = folder / "记录控制程序.docx"
    paper.write_bytes(docx_bytes("1 目的", "本程序规定质量记录的控制要求。"))
    made = docctl.ok("documents", "new", paper, "--type", "procedure", "--title", "记录控制程序", user="chen")
    assert (made["number"], made["state"]) == ("QP-01", "draft")
    assert docctl.ok("inbox", user="ouyang")["total"] == 0
    through_all_signatures(docctl, "QP-01", "--on", "2026-03-05")
    assert docctl.ok("documents", "show", "QP-01", user="wang")["state"] == "waiting"
    later(3)
    assert docctl.ok("documents", "show", "qp-01", user="wang")["state"] == "in_force"

    # The next revision supersedes it; as of the day before, the old one is still told.
    later(1)
    paper.write_bytes(docx_bytes("1 目的", "本程序规定质量记录和电子记录的控制要求。"))
    docctl.ok(
        *("documents", "revise", "QP-01", paper, "--what", "增加电子记录"),
        *("--reason", "适用范围扩大"),
        user="chen",
    )
    through_all_signatures(docctl, "QP-01")
    listed = docctl.ok("documents", "list", user="wang")["documents"]
    assert [(one["number"], one["revision"]) for one in listed] == [("QP-01", "A/1")]
    before = docctl.ok("documents", "list", "--as-of", "2026-03-05", user="wang")["documents"]
    assert [(one["number"], one["revision"]) for one in before] == [("QP-01", "A/0")]
    history = docctl.ok("documents", "history", "QP-01", user="chen")["revisions"]
    assert [(one["revision"], one["state"]) for one in history] == [
        ("A/0", "superseded"),
        ("A/1", "in_force"),
    ]

    # Staff take a stamped copy.
    copy = docctl.ok("documents", "file", "QP-01", folder / "副本.docx", user="wang")
    assert copy["stamp"] == "受控"
    assert Path(copy["file"]).stat().st_size > 0

    # A form of the procedure, with its retention class; a record filed under it.
    paper.write_bytes(docx_bytes("部门审核记录表", "日期", "结论"))
    form = docctl.ok(
        *("documents", "new", paper, "--type", "form", "--title", "部门审核记录表"),
        *("--parent", "QP-01", "--class", "other"),
        user="chen",
    )["number"]
    through_all_signatures(docctl, form)
    scan = folder / "审核.txt"
    scan.write_text("二〇二六年三月部门审核：独角兽密文 ZQXMARK7731，结论合格。" * 3, "utf-8")
    record = docctl.ok(
        *("records", "file", scan, "--form", form, "--title", "三月部门审核"),
        *("--occurred", "2026-03-04 10:00", "--person", "海豚联系人", "--remarks", "独角兽密文"),
        user="wang",
    )["number"]
    yield str(record)

    # Found by any phrase in it, by those who may see it; accepted; corrected by strike-through.
    hits = docctl.ok("search", "独角兽", user="ouyang")
    assert [one["number"] for one in hits["hits"]] == [record]
    assert "密文" in hits["hits"][0]["snippet"]
    docctl.ok("records", "accept", record, user="ouyang")
    docctl.ok(
        *("records", "correct", record, "--field", "stated_person", "--new", "海豚联系人甲"),
        *("--reason", "slip"),
        user="wang",
    )
    facts = {
        one["field"]: one["values"] for one in docctl.ok("records", "show", record, user="wang")["facts"]
    }
    assert [(one["value"], one["struck"]) for one in facts["stated_person"]] == [
        ("海豚联系人", True),
        ("海豚联系人甲", False),
    ]

    # Years pass: nothing before its time, not even by the leader's wish.
    kept = docctl.ok("retention", "explain", record, user="zhou")
    assert kept["because"]
    assert docctl.refused("disposal", "propose", record, "--title", "到期", user="zhou") == (
        3,
        "R-4.kept_until",
    )
    assert docctl.ok("retention", "due")["total"] == 0
    later(366 * 30)
    docctl.ok("audit", "seal", "--trust-clock")  # the operator's word after so long a stop
    due = docctl.ok("retention", "due")
    assert [one["number"] for one in due["records"]] == [record]

    # A hold stops everything until it is lifted.
    hold = docctl.ok("hold", "place", record, "--name", "客户投诉", "--reason", "调查", user="zhou")["hold"]
    assert docctl.refused("disposal", "propose", record, "--title", "到期", user="zhou")[1] == "R-5.held_by"
    yield str(record)
    docctl.ok("hold", "lift", hold, "--reason", "已结案", user="zhou")

    # Four people: proposed, checked, approved, executed, witnessed.
    number = docctl.ok("disposal", "propose", "--due", "--title", "到期记录", user="zhou")["number"]
    docctl.ok("disposal", "check", number, "--opinion", "agree", user="ouyang")
    docctl.ok("disposal", "approve", number, user="zhao")
    assert docctl.refused("disposal", "execute", number, user="zhou")[1] == "R-6.four_people"
    docctl.ok("disposal", "execute", number, user="ouyang")
    docctl.ok("disposal", "witness", number, user="chen")
    done = docctl.ok("disposal", "show", number, user="zhou")
    assert done["state"] == "executed"
    assert [one["state"] for one in done["items"]] == ["destroyed"]
    assert done["certificate"]

    # What stays: a residual entry and the certificate. Nothing of the content is found or readable.
    residual = docctl.ok("records", "show", record, user="ouyang")
    assert (residual["state"], residual["facts"], residual["files"]) == ("destroyed", [], [])
    assert docctl.ok("search", "独角兽", user="ouyang")["total"] == 0
    certificate = folder / "销毁清册.docx"
    docctl.ok("disposal", "certificate", number, certificate, user="zhou")
    assert certificate.stat().st_size > 0
    assert docctl.ok("audit", "verify")["ok"] is True
    assert docctl.ok("objects", "verify")["ok"] is True
    assert docctl.ok("index", "verify")["ok"] is True
    yield str(record)
