"""Every command as every role: what the table of permissions denies, the command denies (X-1, X-3)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from docctl.domain.permissions import Facts, allows
from docctl.models.trail import AuditHead
from tests.beginnings import begun, settings_after
from tests.cli.terminal import Terminal
from tests.cli.test_commands import ALL
from tests.places import Place
from tests.world import PEOPLE, World, docx_bytes

#: Words after the name of each command of a person, in the small company below.
CALLS: dict[str, tuple[str, ...]] = {
    "inbox": (),
    "webhooks list": (),
    "webhooks show": ("ERP",),
    "webhooks add": ("ERP", "https://example.com/hook", "--event", "revision.issued"),
    "webhooks change": ("ERP", "--url", "https://example.com/other"),
    "webhooks pause": ("ERP",),
    "webhooks resume": ("ERP",),
    "webhooks test": ("ERP",),
    "webhooks again": ("ERP", "018f0000-0000-7000-8000-000000000000"),
    "webhooks secret": ("ERP",),
    "webhooks delete": ("ERP",),
    "mail list": (),
    "mail retry": ("018f0000-0000-7000-8000-000000000000",),
    "mail give-up": ("018f0000-0000-7000-8000-000000000000",),
    "mail show": (),
    "mail address": ("wang@example.com",),
    "mail code": (),
    "mail confirm": ("x",),
    "mail choose": ("sign=none",),
    "epoch show": (),
    "epoch accept": (),
    "search": ("记录",),
    "search saved list": (),
    "search saved show": ("记录",),
    "search saved run": ("记录",),
    "search saved add": ("记录", "记录"),
    "search saved rename": ("记录", "检验"),
    "search saved remove": ("记录",),
    "events": ("QP-01",),
    "user list": (),
    "user add": ("wang", "--role", "author"),
    "user confirm": ("wang",),
    "user revoke": ("wang", "auditor"),
    "user disable": ("wang",),
    "user open": ("wang",),
    "user hand-over": ("wang", "--to", "li"),
    "user move": ("wang", "ZH"),
    "user reset": ("wang",),
    "user address": ("wang", "wang@example.com"),
    "entity list": (),
    "entity add": ("NB", "--name", "宁波公司", "--unit", "NBZH", "--unit-name", "宁波综合部"),
    "entity rename": ("SLJM", "--name", "新公司", "--reason", "更名"),
    "delegation list": (),
    "delegation add": ("ouyang", "--until", "2026-03-20", "--reason", "出差"),
    "delegation end": ("ouyang", "--reason", "回来"),
    "delegation seen": (),
    "outside list": (),
    "outside show": ("SC",),
    "outside bind": ("li", "--purpose", "x", "--until", "2026-12-31"),
    "outside end": ("li",),
    "outside share": ("SC", "QP-01", "--purpose", "x", "--until", "2026-12-31"),
    "outside unshare": ("SC", "1"),
    "unit list": (),
    "unit add": ("CG", "--name", "采购部", "--under", "ZH"),
    "unit change": ("SC", "--name", "制造部", "--reason", "机构调整"),
    "unit names": ("SC",),
    "unit name-add": ("SC", "制造"),
    "unit name-end": ("SC", "制造"),
    "unit close": ("SC", "--reason", "合并"),
    "unit reopen": ("SC", "--reason", "误撤销"),
    "unit going": ("SC",),
    "unit into": ("SC", "KF", "--reason", "机构调整"),
    "unit leaders": (),
    "unit lead": ("li", "SC"),
    "unit lead-end": ("SC",),
    "unit lead-drop": ("SC",),
    "unit duties": ("SC", "--head", "li"),
    "post list": ("SC",),
    "post open": ("SC", "检验员"),
    "post holder": ("SC", "班长", "wang"),
    "post leave": ("SC", "班长", "wang"),
    "post roster": ("SC", "班长"),
    "post duty": ("SC", "班长", "wang"),
    "post duty-end": ("SC", "班长", "1"),
    "post on-duty": (),
    "documents new": ("{file}", "--type", "procedure", "--title", "新文件"),
    "documents revise": ("QP-01", "{file}", "--what", "甲", "--reason", "乙"),
    "documents edit": ("QP-02", "--title", "新标题"),
    "documents discard": ("QP-02", "--reason", "重复"),
    "documents submit": ("QP-02", "--reviewer", "ouyang", "--approver", "zhao"),
    "documents form-check": ("QP-03",),
    "documents mend": ("QP-02", "1"),
    "documents returns": (),
    "documents review": ("QP-03",),
    "documents approve": ("QP-03",),
    "documents return": ("QP-03", "--reason", "缺少职责"),
    "documents issue": ("QP-04",),
    "documents suspend": ("QP-01", "--reason", "有误"),
    "documents external-sign": (
        "QP-03",
        "--name",
        "李四",
        "--organisation",
        "某厂",
        "--meaning",
        "agree",
        "--how",
        "phone",
        "--note",
        "复述无误",
    ),
    "documents acknowledge": ("QP-03",),
    "documents told": (),
    "documents clocks": (),
    "documents chase": ("QP-03",),
    "documents lateness": (),
    "documents external-withdraw": ("QP-03", "1", "--reason", "有误"),
    "documents external-evidence": ("QP-03", "1", "{out}"),
    "documents resume": ("QP-01", "--reason", "查明"),
    "documents withdraw": ("QP-01", "--reason", "有误"),
    "documents file": ("QP-01", "{out}"),
    "documents list": (),
    "documents show": ("QP-01",),
    "documents history": ("QP-01",),
    "documents compare": ("QP-01",),
    "documents citations": ("QP-01",),
    "documents impact": ("QP-01",),
    "documents missed": (),
    "documents names": ("QP-01",),
    "documents name-add": ("QP-01", "旧称", "--kind", "former"),
    "documents name-end": ("QP-01", "旧称", "--reason", "误加"),
    "numbers list": (),
    "numbers reserve": ("--type", "procedure", "--reason", "预留"),
    "numbers gaps": (),
    "numbers reservations": (),
    "numbers explain": ("QP-05", "--reason", "废页"),
    "numbers void": ("QP-05", "--reason", "不用"),
    "numbers give": ("QP-01", "--number", "QP-90"),
    "import files": ("{file}", "--dry-run"),
    "import commit": ("018f0000-0000-7000-8000-000000000000",),
    "import give-up": ("018f0000-0000-7000-8000-000000000000", "--reason", "主机已失联"),
    "records import": ("{file}", "--form", "{form}", "--dry-run"),
    "records file": ("{file}", "--form", "{form}", "--title", "甲", "--occurred", "2026-03-02 08:00"),
    "records list": (),
    "records show": ("{record}",),
    "records accept": ("{record}",),
    "records correct": ("{record}", "--field", "remarks", "--new", "乙", "--reason", "slip"),
    "records decide": ("{record}", "--decision", "approve"),
    "records place": ("{record}", "三柜"),
    "records void": ("{record}", "--reason", "有误"),
    "retention due": (),
    "retention explain": ("{record}",),
    "disposal propose": ("{record}", "--title", "到期"),
    "disposal check": ("XH-2026-001", "--opinion", "agree"),
    "disposal take-out": ("XH-2026-001", "{record}", "--reason", "客诉未结"),
    "disposal reject": ("XH-2026-001", "--reason", "有误"),
    "disposal resume": ("XH-2026-001",),
    "disposal approve": ("XH-2026-001",),
    "disposal execute": ("XH-2026-001",),
    "disposal witness": ("XH-2026-001",),
    "disposal show": ("XH-2026-001",),
    "disposal certificate": ("XH-2026-001", "{out}"),
    "distribution show": ("QP-01",),
    "distribution add": ("QP-01", "--to-unit", "SC", "--reason", "乙"),
    "distribution remove": ("QP-01", "1", "--reason", "乙"),
    "distribution scope": ("QP-01", "--place", "SC", "--reason", "乙"),
    "distribution read": ("QP-01",),
    "distribution remind": ("QP-01",),
    "copies list": (),
    "changes list": (),
    "changes show": ("QP-01", "1"),
    "changes write": (
        "QP-01",
        "--where",
        "4.2",
        "--says",
        "甲",
        "--reason",
        "乙",
        "--ends",
        "2026-04-01",
    ),
    "changes submit": ("QP-01", "1", "--approver", "zhao"),
    "changes approve": ("QP-01", "1"),
    "changes return": ("QP-01", "1", "--reason", "乙"),
    "changes revoke": ("QP-01", "1", "--reason", "乙"),
    "changes discard": ("QP-01", "1", "--reason", "乙"),
    "requests list": (),
    "requests show": ("GG-2026-001",),
    "requests ask": ("QP-01", "--what", "甲", "--reason", "乙"),
    "requests new": ("--title", "甲", "--what", "乙", "--reason", "丙"),
    "requests submit": ("GG-2026-001", "--what", "甲"),
    "requests accept": ("GG-2026-001", "--reason", "乙"),
    "requests return": ("GG-2026-001", "--reason", "乙"),
    "requests decline": ("GG-2026-001", "--reason", "乙"),
    "requests take-back": ("GG-2026-001", "--reason", "乙"),
    "requests see": ("GG-2026-001",),
    "documents files": ("QP-01",),
    "documents attach": ("QP-01", "{file}"),
    "documents arrange": ("QP-01", "1"),
    "forms fields": ("{form}",),
    "forms annex": ("QP-01", "{form}"),
    "forms define": ("{form}", "{file}"),
    "reviews list": (),
    "reviews plan": ("QP-01", "--months", "12"),
    "reviews open": ("QP-01", "--cause", "law", "--reason", "新法规", "--due", "2026-04-01"),
    "reviews decide": ("QP-01", "confirm", "--note", "仍适用"),
    "copies receive": ("QP-01", "1"),
    "copies print": ("QP-01", "1", "副本.pdf"),
    "copies recall": ("QP-01", "1", "--reason", "乙"),
    "copies return": ("QP-01", "1"),
    "copies destroy": ("QP-01", "1", "--reason", "乙"),
    "copies lose": ("QP-01", "1", "--reason", "乙"),
    "continuity list": (),
    "continuity rules": (),
    "continuity declare": ("QP-01", "day", "--unit", "SC"),
    "continuity end": ("QP-01", "day", "--unit", "SC", "--reason", "乙"),
    "continuity explain": ("QP-01", "day", "2026-03-02", "--unit", "SC", "--reason", "乙"),
    "blanks list": (),
    "blanks show": ("QP-01", "XJ-0001"),
    "blanks register": ("QP-01", "XJ-0001", "XJ-0100"),
    "blanks issue": ("QP-01", "XJ-0001", "XJ-0050", "--unit", "SC"),
    "blanks receive": ("QP-01", "XJ-0001"),
    "blanks use": ("QP-01", "XJ-0001"),
    "blanks void": ("QP-01", "XJ-0001", "--reason", "乙"),
    "blanks return": ("QP-01", "XJ-0001"),
    "blanks destroy": ("QP-01", "XJ-0001", "--reason", "乙"),
    "blanks lose": ("QP-01", "XJ-0001", "--reason", "乙"),
    "hold place": ("{record}", "--name", "甲", "--reason", "乙"),
    "hold lift": ("DJ-2026-001", "--reason", "乙"),
    "hold list": (),
    "hold show": ("DJ-2026-001",),
    "settings list": (),
    "settings show": ("calendar",),
    "settings history": ("calendar",),
    "settings edit": ("calendar", "{file}", "--reason", "乙"),
    "settings submit": ("calendar",),
    "settings approve": ("calendar",),
    "settings return": ("calendar", "--reason", "有误"),
    "settings discard": ("calendar", "--reason", "有误"),
    "settings withdraw": ("calendar", "--revision", "1", "--reason", "有误"),
    "checks list": ("QP-02",),
    "checks answer": ("QP-02", "--check", "vague_time", "--reason", "保留"),
    "settings due": ("3", "working_days", "--start", "2026-03-02 08:00"),
    "settings decide": ("采购", "5万"),
    "settings keep": ("other",),
    "settings header": ("QP-01",),
    "settings table": ("authority", "{out}"),
    "settings read-number": ("QP-04",),
    "settings next-number": ("procedure",),
    "settings next-label": ("procedure", "A/4"),
    "settings condition": ("金额 > 1", "--fact", "金额: 数字", "--value", "金额 = 2"),
    "audit verify": (),
    "audit export": ("{out}",),
}


def in_each_state(world: World) -> str:
    """Give the company a document in each state; return the number of a form."""
    first = world.issued(world.draft())
    world.draft("草稿")
    world.submitted(world.draft("待审"))
    world.approved(world.draft("已批"))
    procedure = world.document_of(first).id
    form = world.issued(world.draft("记录表", kind="form", parent=procedure, text="表"))
    return world.document_of(form).number


settings = settings_after(names=in_each_state)


@pytest.fixture
def names(terminal: Terminal, founded: Place, tmp_path: Path) -> dict[str, str]:
    """Add a record and a reserved number."""
    terminal.no_wait = True
    number = begun(founded, in_each_state)[1]
    terminal.ok("numbers", "reserve", "--type", "procedure", "--reason", "预留", user="chen")
    file = tmp_path / "新.docx"
    file.write_bytes(docx_bytes("新的正文"))
    record = terminal.ok(
        *("records", "file", file, "--form", number, "--title", "三月"),
        *("--occurred", "2026-03-02 08:00"),
        user="wang",
    )["number"]
    return {"file": str(file), "out": str(tmp_path / "out.docx"), "form": number, "record": record}


def test_every_command_of_a_person_is_walked() -> None:
    assert set(CALLS) == {name for name, one in ALL.items() if one.who != "operator"}


@pytest.mark.parametrize("user", [one[0] for one in PEOPLE])
def test_x_1_what_the_table_denies_a_person_the_command_denies(
    terminal: Terminal, world: World, names: dict[str, str], user: str
) -> None:
    actor = world.by(user).actor
    kindest = Facts(
        unit_id=actor.unit_id,
        author_id=actor.person_id,
        assignees=frozenset({world.people[user]}),
        published=True,
        insider=True,
    )
    denied = [name for name in CALLS if not allows(actor, ALL[name].permission, kindest)]
    before = head(world)
    codes = {}
    for name in denied:
        words = [word.format(**names) for word in CALLS[name]]
        codes[name] = terminal.refused(*name.split(), *words, user=user)
    others = {name: told for name, told in codes.items() if told[0] != 4}
    assert set(others.values()) <= {(3, "A-2.own_work")}
    assert head(world) == before


def head(world: World) -> int:
    with world.house.uow.read() as session:
        return session.scalars(select(AuditHead.seq)).one()
