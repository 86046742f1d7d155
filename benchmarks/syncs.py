"""How often a benchmark asks the disk to make sure, for each of its rounds; Linux with strace only."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def per_round(script: str, few: int = 10, many: int = 30) -> float | None:
    """Run a script with few and with many rounds; return the fsyncs of one round, SQLite's too."""
    if shutil.which("strace") is None:
        return None
    return (_count(script, many) - _count(script, few)) / (many - few)


def _count(script: str, rounds: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        calls = "trace=fsync,fdatasync,sync_file_range,syncfs"
        command = [
            "strace",
            "-f",
            "-qq",
            "-e",
            calls,
            "-o",
            str(log),
            sys.executable,
            script,
            str(rounds),
            "-",
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return len(re.findall(r"sync\w*\(", log.read_text()))


def show(script: str) -> None:
    """Print the fsyncs of one round."""
    found = per_round(script)
    print("fsyncs of one round:", "strace is missing" if found is None else f"{found:.1f}")
