"""Kill -9 of backup and restore at random moments: a backup holds or is none, a restore ends (T-3, R-7)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from docctl.services.house import House
from tests import filing
from tests.recovery.recovering import Recovery, accept, contents
from tests.world import Clock, World

ROUNDS = int(os.environ.get("DOCCTL_KILL_ROUNDS", "20"))

pytestmark = [pytest.mark.long, pytest.mark.sqlite_only, pytest.mark.timeout(1200)]


def started(recovery: Recovery, *args: object) -> subprocess.Popen[bytes]:
    settings = recovery.settings
    env = {name: value for name, value in os.environ.items() if not name.startswith("DOCCTL_")}
    env |= {"DOCCTL_DATA": str(settings.data), "DOCCTL_SECRET_KEY": settings.secret_key}
    command = [str(Path(sys.executable).with_name("docctl")), *map(str, args)]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def killed(recovery: Recovery, seconds: float, *args: object) -> None:
    """Start a command and kill it after some time, unless it has ended."""
    child = started(recovery, *args)
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    child.communicate()


def takes(recovery: Recovery, *args: object) -> float:
    """Run a command to its end; return how long it took."""
    began = time.monotonic()
    child = started(recovery, *args)
    _, said = child.communicate()
    assert child.returncode == 0, said.decode()
    return time.monotonic() - began


@pytest.fixture
def dice() -> random.Random:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    return random.Random(seed)


def test_t_3_r_7_a_killed_backup_is_none_or_the_one_before_and_a_killed_restore_goes_on(
    world: World, house: House, settings: object, clock: Clock, tmp_path: Path, dice: random.Random
) -> None:
    recovery = Recovery(settings, clock)  # type: ignore[arg-type]
    form = filing.a_form(world)
    for _ in range(30):
        filing.filed(world, form)
    expected = contents(house)
    whole = takes(recovery, "backup", tmp_path / "first")
    unfinished = 0
    for turn in range(ROUNDS):
        place = tmp_path / ("first" if turn % 2 else f"other-{turn}")
        killed(recovery, dice.uniform(0.3, 1.1) * whole, "backup", place)
        code, found, said = recovery.run("restore", place, "--check")
        if code:
            assert place.name != "first", (found, said)
            assert said.split(": ")[0] in {"backup.unfinished", "backup.no_backup"}, (found, said)
            unfinished += 1
        else:
            assert found["rows"] == len(expected)
    print(f"{unfinished} of {ROUNDS} backups were killed before their end")
    takes(recovery, "backup", tmp_path / "first")
    house.close()
    code = ("restore", tmp_path / "first", "--over", "SLJM")
    whole = takes(recovery, *code)
    for _ in range(ROUNDS):
        killed(recovery, dice.uniform(0.3, 1.1) * whole, *code)
        done = started(recovery, *code)
        _, said = done.communicate()
        assert done.returncode == 0, said.decode()
        with recovery.reopened() as again:
            assert contents(again.house) == expected
    with recovery.reopened() as again:
        accept(again, "zhao", "zhou")
