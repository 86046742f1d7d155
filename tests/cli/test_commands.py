"""What holds for every command: its permission, its help, its exit codes, where passwords come from."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from docctl.cli.command import Action
from docctl.cli.program import COMMANDS, program
from docctl.cli.search import saved
from docctl.config import Settings
from docctl.domain.permissions import PERMISSIONS
from docctl.i18n import sentences
from tests.cli.terminal import SIGNING, Terminal
from tests.tampering import past_the_guards
from tests.world import PASSWORD, START, Clock, World, build_house

#: The fixed names of this version; scripts depend on them.
NAMES = """
init demo serve worker migrate doctor inbox search events
user:open,hand-over,move,disable,list,add,confirm,revoke,reset,address
webhooks:list,show,add,change,pause,resume,test,again,secret,delete
mail:test,list,retry,give-up,show,address,code,confirm,choose
entity:list,add,rename
delegation:list,add,end,seen
outside:list,show,bind,end,share,unshare
unit:list,add,change,names,name-add,name-end,close,reopen,going,into,leaders,lead,lead-end,lead-drop,duties
post:list,open,holder,leave,roster,duty,duty-end,on-duty
documents:new,revise,edit,discard,submit,review,approve,return,issue,withdraw,suspend,resume,file,list,show,history,compare,citations,impact,missed
documents:names,name-add,name-end,files,attach,arrange,external-sign,external-withdraw,external-evidence,acknowledge,told,clocks,chase,lateness
documents:form-check,mend,returns
numbers:list,gaps,reservations,reserve,void,give,explain
distribution:show,add,remove,scope,read,remind copies:list,receive,print,recall,return,destroy,lose
continuity:list,rules,declare,end,explain
blanks:list,show,register,issue,receive,use,void,return,destroy,lose
import:files,commit,give-up
records:import,file,list,show,accept,correct,decide,void,place
retention:due,explain
checks:list,answer
reviews:list,open,decide,plan
changes:list,show,write,submit,approve,return,revoke,discard
requests:list,show,ask,new,submit,accept,return,decline,take-back,see
forms:fields,define,annex
disposal:propose,check,take-out,approve,reject,execute,witness,resume,show,certificate,register,clear-server
settings:list,show,history,edit,submit,approve,return,discard,withdraw,table,due,decide,header,keep,condition,read-number,next-number,next-label
hold:place,lift,list,show
audit:verify,seal,export objects:verify,probe,sweep,read keys:status,backup,restore,rotate
index:rebuild,verify,status,forget
backup restore epoch:show,accept
"""


def actions() -> Iterator[tuple[str, Action]]:
    ctx = click.Context(program)
    for name in COMMANDS:
        command = program.get_command(ctx, name)
        assert command is not None
        if isinstance(command, click.Group):
            for sub, one in command.commands.items():
                assert isinstance(one, Action)
                yield f"{name} {sub}", one
        else:
            assert isinstance(command, Action)
            yield name, command
    for sub, one in saved.commands.items():
        assert isinstance(one, Action)
        yield f"search saved {sub}", one


ALL = dict(actions())


def test_the_names_of_the_commands_are_fixed() -> None:
    wanted = set()
    for word in NAMES.split():
        noun, _, verbs = word.partition(":")
        wanted |= {f"{noun} {verb}" for verb in verbs.split(",")} if verbs else {noun}
    wanted |= {f"search saved {verb}" for verb in ("list", "show", "run", "add", "rename", "remove")}
    assert set(ALL) == wanted


@pytest.mark.parametrize("name", ALL)
def test_x_1_every_command_names_a_permission_of_the_table(name: str) -> None:
    assert ALL[name].permission in PERMISSIONS


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_every_command_and_option_has_help(name: str, language: str) -> None:
    there = sentences(language)
    assert f"cli.help.{ALL[name].key}" in there
    options = [one.name for one in ALL[name].params if isinstance(one, click.Option)]
    assert [one for one in options if f"cli.option.{one}" not in there] == []


@pytest.mark.parametrize("name", ALL)
def test_a_3_no_command_takes_a_password_as_an_argument(name: str) -> None:
    command = ALL[name]
    flags = {flag for one in command.params for flag in one.opts}
    assert "--password" not in flags
    assert not any(one.envvar for one in command.params)
    assert ("--password-fd" in flags) == (command.signs or name == "user reset")
    assert command.signs == (tuple(name.split()) in SIGNING)


@pytest.mark.parametrize("name", [name for name, one in ALL.items() if one.who == "person"])
def test_a_command_of_a_person_needs_the_person(terminal: Terminal, name: str) -> None:
    assert terminal.refused(*name.split()) == (2, "command.wrong_call")


def test_help_comes_fast_and_loads_neither_tables_nor_pages() -> None:
    code = (
        "import sys; sys.argv = ['docctl', '--help']\n"
        "from docctl.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'sqlalchemy', 'flask', 'alembic', 'lxml', 'tantivy'} & set(sys.modules)))"
    )
    started = time.monotonic()
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "[]"
    assert time.monotonic() - started < 3  # usually a tenth of a second, on a busy machine more


def test_help_speaks_the_language_of_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    from docctl.cli.words import usual_language

    for language, word in (("en", "Give out a one-time slip"), ("zh_Hans", "发放或使用一次性凭条")):
        monkeypatch.setenv("DOCCTL_LANGUAGE", language)
        usual_language.cache_clear()
        assert word in CliRunner().invoke(program, ["user", "reset", "--help"]).output
        assert word in CliRunner().invoke(program, ["user", "--help"]).output
    usual_language.cache_clear()


@pytest.mark.parametrize(
    ("noun", "verb", "option", "said"),
    [
        ("unit", "add", "--name", "名称"),
        ("unit", "change", "--name", "名称"),
        ("entity", "add", "--name", "名称"),
        ("entity", "rename", "--name", "名称"),
        ("hold", "place", "--name", "名称"),
        ("user", "add", "--name", "姓名"),
        ("post", "holder", "--from", "任职第一天，默认今天"),
        ("post", "duty", "--from", "从哪天起这样排班，默认今天"),
        ("post", "duty", "--until", "排班到哪天为止；不给则一直有效"),
        ("post", "duty-end", "--until", "排班的最后一天，默认今天"),
    ],
)
def test_things_have_names_of_things_and_days_say_whose_they_are(
    noun: str, verb: str, option: str, said: str
) -> None:
    (found,) = [one for one in ALL[f"{noun} {verb}"].params if option in one.opts]
    assert sentences("zh_Hans")[f"cli.option.{found.name}"] == said


def test_an_unknown_command_is_a_wrong_call(terminal: Terminal) -> None:
    assert terminal.refused("import", "x")[0] == 2
    assert terminal.refused("documents", "list", "--no-such")[0] == 2


def test_x_3_what_is_hidden_and_what_is_not_there_have_one_answer(terminal: Terminal, world: World) -> None:
    hidden = world.document_of(world.draft()).number
    answers = [
        terminal.run("documents", "show", number, "--as", "wang", "--json") for number in (hidden, "QP-77")
    ]
    assert [one.exit_code for one in answers] == [4, 4]
    assert answers[0].stderr == answers[1].stderr
    assert answers[0].stdout == answers[1].stdout == ""


def test_what_the_roles_do_not_allow_exits_as_not_found(terminal: Terminal) -> None:
    assert terminal.refused("numbers", "reserve", "--type", "procedure", "--reason", "x", user="wang") == (
        4,
        "X-1.not_permitted",
    )


def test_a_refusal_is_one_line_and_with_json_also_its_parts(terminal: Terminal, world: World) -> None:
    number = world.document_of(world.draft()).number
    result = terminal.run("documents", "issue", number, "--as", "chen", "--json")
    assert result.exit_code == 3
    line, rest = result.stderr.split("\n", 1)
    found = json.loads(rest)
    assert set(found) == {"rule", "code", "params", "message"}
    assert line == f"{found['rule']}.{found['code']}: {found['message']}"
    assert result.stdout == ""


def test_json_may_stand_before_the_command(terminal: Terminal) -> None:
    result = terminal.run("--json", "numbers", "list", "--as", "wang")
    assert json.loads(result.stdout)["total"] == 0


def test_n_10_a_number_that_may_mean_several_lists_them(terminal: Terminal, world: World) -> None:
    world.draft(number="QP-07")
    world.draft(number="WI-07")
    result = terminal.run("documents", "show", "07", "--as", "chen")
    assert result.exit_code == 2
    assert "QP-07, WI-07" in result.stderr
    assert terminal.ok("documents", "show", "ｑｐ—07", user="chen")["number"] == "QP-07"


def test_a_3_without_terminal_and_descriptor_nothing_is_signed(
    terminal: Terminal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = world.submitted(world.draft())
    number = world.document_of(revision).number

    def no_terminal(path: str, *_: int) -> int:
        raise OSError(6, "No such device", path)

    monkeypatch.setattr(os, "open", no_terminal)
    result = terminal.run("documents", "review", number, "--as", "ouyang")
    monkeypatch.undo()
    assert result.exit_code == 2
    assert "--password-fd" in result.stderr
    assert world.revision(revision).reviewed_by is None


def test_a_3_a_wrong_password_signs_nothing(terminal: Terminal, world: World) -> None:
    number = world.document_of(world.submitted(world.draft())).number
    refused = terminal.refused("documents", "review", number, user="ouyang", password="wrong one")
    assert refused == (3, "A-3.wrong_password")


def test_a_3_another_content_than_the_one_seen_is_not_signed(terminal: Terminal, world: World) -> None:
    revision = world.submitted(world.draft())
    number = world.document_of(revision).number
    other = terminal.refused("documents", "review", number, "--seen", "0" * 64, user="ouyang")
    assert other == (3, "A-3.content_changed")
    seen = world.seen(revision)[:12]
    assert terminal.ok("documents", "review", number, "--seen", seen, user="ouyang")["number"] == number


def test_t_1_the_event_says_channel_and_user_of_the_machine(terminal: Terminal, world: World) -> None:
    from sqlalchemy import select

    from docctl.models.trail import EventRow

    terminal.ok("numbers", "reserve", "--type", "procedure", "--reason", "预留", user="chen")
    with world.house.uow.read() as session:
        event = session.scalars(select(EventRow).order_by(EventRow.seq.desc())).first()
    assert event is not None
    assert (event.action, event.channel, event.actor_name) == ("number.reserved", "cli", "陈静")
    assert event.system_user


def test_a_disabled_person_acts_no_more(terminal: Terminal) -> None:
    terminal.ok("user", "disable", "wang")
    assert terminal.refused("inbox", user="wang")[0] == 4


def test_a_15_nobody_sets_the_password_of_another(terminal: Terminal) -> None:
    slip = terminal.ok("user", "reset", "wang")["link"]
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/welcome/[\w-]{20,}", slip)
    other = terminal.run("user", "reset", "li", "--use", secret=f"{slip}\nanother word 42")
    assert (other.exit_code, other.stderr.split(":")[0]) == (3, "A-15.link_over")
    used = terminal.run("user", "reset", "wang", "--use", secret=f"{slip}\nquite another 42")
    assert used.exit_code == 0, used.stderr
    again = terminal.run("user", "reset", "wang", "--use", secret=f"{slip}\nonce more it is 42")
    assert (again.exit_code, again.stderr.split(":")[0]) == (3, "A-15.link_over")


def test_a_15_a_role_that_signs_waits_for_a_second_person(terminal: Terminal) -> None:
    terminal.ok("user", "add", "wang", "--role", "reviewer", user="admin")
    waiting = terminal.ok("user", "list", "--waiting", user="admin")["people"]
    assert [one["user"] for one in waiting] == ["wang"]
    assert terminal.refused("user", "confirm", "wang", user="admin") == (3, "A-15.second_person_needed")
    assert terminal.ok("user", "confirm", "wang", user="zhao")["confirmed"] == ["reviewer"]
    assert terminal.ok("user", "list", "--waiting", user="admin")["total"] == 0


def test_o_1_a_company_is_founded_once(terminal: Terminal) -> None:
    again = terminal.refused(
        *("init", "--company", "另一家", "--code", "X", "--unit", "办", "--unit-code", "B"),
        *("--administrator", "a", "--administrator-name", "甲"),
        *("--leader", "b", "--leader-name", "乙"),
    )
    assert again == (3, "O-1.already_founded")


def test_migrate_check_says_whether_the_database_is_ready(terminal: Terminal) -> None:
    assert terminal.ok("migrate", "--check")["ready"] is True


def test_the_machine_asks_for_setup_before_work(empty: Settings) -> None:
    house = build_house(empty, Clock(START))
    try:
        fresh = Terminal(house, empty)
        assert fresh.refused("retention", "due") == (1, "machine.not_migrated")
        assert fresh.refused("worker", "--once") == (1, "machine.not_migrated")
        assert fresh.run("migrate", "--check").exit_code == 1
    finally:
        house.close()


def test_one_round_of_the_worker_leaves_nothing_to_do(terminal: Terminal, world: World) -> None:
    world.issued(world.draft())
    assert terminal.ok("worker", "--once")["rounds"] > 0
    assert terminal.ok("worker", "--once")["rounds"] == 0
    assert terminal.ok("index", "status")["behind"] == 0


def test_no_wait_leaves_the_index_behind(terminal: Terminal) -> None:
    terminal.ok("worker", "--once")
    terminal.ok("numbers", "reserve", "--type", "procedure", "--reason", "x", "--no-wait", user="chen")
    assert terminal.ok("index", "status")["behind"] == 1
    terminal.ok("numbers", "reserve", "--type", "procedure", "--reason", "x", user="chen")
    assert terminal.ok("index", "status")["behind"] == 0


def test_s_4_the_index_is_made_anew(terminal: Terminal, world: World) -> None:
    world.issued(world.draft())
    assert terminal.ok("index", "rebuild")["entries"] == 1
    assert terminal.ok("index", "verify")["ok"] is True


def test_t_2_audit_verify_names_the_first_bad_event(terminal: Terminal, world: World) -> None:
    world.draft()
    assert terminal.ok("audit", "verify")["ok"] is True
    with past_the_guards(world.house) as raw:
        raw.execute("UPDATE event SET facts = '{}' WHERE seq = 1")
    result = terminal.run("audit", "verify", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert (found["ok"], found["first_bad"]) == (False, 1)
    assert found["reason"]
    assert terminal.run("audit", "verify", "--as", "wang").exit_code == 4


def test_a_3_the_password_is_never_told(terminal: Terminal, world: World) -> None:
    number = world.document_of(world.submitted(world.draft())).number
    result = terminal.run("documents", "review", number, "--as", "ouyang", secret=PASSWORD)
    assert result.exit_code == 0
    assert PASSWORD not in result.output + result.stderr
