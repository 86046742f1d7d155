"""LibreOffice as converter of old office files: one process for many, started anew when it fails.

It holds an empty document open, since it ends with the last one; each file is handed to it by a second
call, which LibreOffice itself passes on to the process that has the same profile.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
import weakref
from pathlib import Path
from typing import Final

from docctl.reading.errors import ReadingFailed
from docctl.reading.program import Bounds, Program, run

_BOUNDS: Final = Bounds(processor_seconds=600, memory_mb=4096, file_mb=256, open_files=512)
#: The second call only hands over names.
_HANDING_OVER: Final = Bounds(processor_seconds=60, memory_mb=4096, file_mb=256, open_files=512)
_STARTING: Final = 60.0
_START_AGAIN: Final = 81
#: Files for one process: what one leaves behind ends with it, and its processor time is for all of them.
_LIFETIME: Final = 100
#: How long it may stand idle, in seconds: it holds 200 MB.
_IDLE: Final = 60.0
_LONGEST_SOURCE: Final = 256 << 20
#: What opens a file: only this filter, whatever else the content pretends to be.
_FROM: Final = {
    "doc": "MS Word 97",
    "xls": "MS Excel 97",
    "ppt": "MS PowerPoint 97",
    "rtf": "Rich Text Format",
    "docx": "MS Word 2007 XML",
    "xlsx": "Calc MS Excel 2007 XML",
    "pptx": "Impress MS PowerPoint 2007 XML",
}
_PARTS: Final = {
    **dict.fromkeys(("doc", "docx", "rtf"), "libswlo.so"),
    **dict.fromkeys(("xls", "xlsx"), "libsclo.so"),
    **dict.fromkeys(("ppt", "pptx"), "libsdlo.so"),
}
_PROFILE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
{items}
</oor:items>
"""
#: Macros never run, nothing is fetched for a document, no link is brought up to date.
_SETTINGS: Final = (
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Common/Security/Scripting", "DisablePythonRuntime", "true"),
    ("Common/Load", "UpdateDocMode", "0"),
    ("Writer/Content/Update", "Link", "2"),
    ("Calc/Content/Update", "Link", "2"),
    ("Common/Misc", "FirstRun", "false"),
    ("Java/VirtualMachine", "Enable", "false"),
)


def find_office() -> Path | None:
    """Return the folder of LibreOffice's programs, or nothing where it is not installed."""
    for name in ("soffice", "libreoffice"):
        found = shutil.which(name)
        if found:
            folder = Path(found).resolve().parent
            if all((folder / part).is_file() for part in ("soffice.bin", "oosplash")):
                return folder
    return None


class Office:
    """Converts one file after the other; safe to use from many threads."""

    def __init__(self, programs: Path, *, seconds: float = 60, scratch: Path | None = None) -> None:
        """`programs` is the folder of `find_office`; `seconds` is the time for each file."""
        self._programs = programs
        self._seconds = seconds
        self._scratch = scratch
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._idle: threading.Timer | None = None
        self._closed = False

    def opens(self, kind: str) -> bool:
        """Whether the part of LibreOffice is there that opens this kind: each is a package of its own."""
        return kind in _PARTS and (self._programs / _PARTS[kind]).is_file()

    @property
    def pid(self) -> int | None:
        """The process that runs now, for the tests."""
        running = self._running
        return running.program.process.pid if running is not None else None

    def convert(self, source: Path, kind: str, *, to: str, folder: Path) -> Path:
        """Return a new file in `folder` with the content of `source`, of kind `to` (docx, xlsx, pptx, pdf).

        Raises ReadingFailed: `timeout`, `unreadable`, `too_long`, `closed`, or `crash` where LibreOffice
        does not start.
        """
        if source.stat().st_size > _LONGEST_SOURCE:
            raise ReadingFailed("too_long", "source")
        with self._lock:
            if self._closed:
                raise ReadingFailed("closed")
            if self._idle is not None:
                self._idle.cancel()
            running = self._started()
            try:
                made = running.convert(source, _FROM[kind], to, self._seconds)
                shutil.move(made, target := folder / f"converted.{to}")
            except ReadingFailed as failed:
                if failed.code != "unreadable":
                    self._stop()
                raise
            finally:
                self._wait_for_more()
            return target

    def close(self) -> None:
        """End it; conversions that come later fail as `closed`."""
        self._closed = True
        if (running := self._running) is not None:
            running.program.end()  # whoever waits for it notices
        with self._lock:
            self._stop()
            if self._idle is not None:
                self._idle.cancel()

    def _started(self) -> _Running:
        running = self._running
        if running is not None and not running.is_fit:
            self._stop()
        if self._running is None:
            self._running = _Running(self._programs, self._scratch)
        return self._running

    def _stop(self) -> None:
        if self._running is not None:
            self._running.end()
            self._running = None

    def _wait_for_more(self) -> None:
        if self._running is None:
            return
        self._idle = threading.Timer(_IDLE, self._rest)
        self._idle.daemon = True
        self._idle.start()

    def _rest(self) -> None:
        with self._lock:
            if threading.current_thread() is self._idle:  # nobody came in between
                self._stop()


class _Running:
    """One process with its folder: profile, the document held open, the file in work."""

    def __init__(self, programs: Path, scratch: Path | None) -> None:
        self.served = 0
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="docctl-office-", dir=scratch))
        self._remover = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        held = self._folder / "held.txt"
        held.write_text(" ")
        _write_profile(self._folder / "profile")
        self.program = self._start(held)
        try:
            self._wait_until_open(held)
        except BaseException:
            self.end()
            raise

    @property
    def is_fit(self) -> bool:
        """Whether it may take one more file; old work files are cleared away, also those of one that runs."""
        return self.program.alive and self.served < _LIFETIME and self._folder.is_dir()

    def convert(self, source: Path, opener: str, to: str, seconds: float) -> Path:
        work = self._folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        shutil.copyfile(source, taken := work / "file.in")
        made = work / f"file.{to}"
        command = self._command(
            "oosplash", f"--infilter={opener}", "--convert-to", to, "--outdir", str(work), str(taken)
        )
        self.served += 1
        run(command, _HANDING_OVER, folder=self._folder, seconds=seconds)
        if not self.program.alive:
            raise ReadingFailed("crash", "the converter ended")
        if not made.is_file() or made.is_symlink():
            raise ReadingFailed("unreadable", "not converted")
        return made

    def end(self) -> None:
        self.program.end()
        self._remover()

    def _command(self, program: str, *more: str) -> list[str]:
        profile = (self._folder / "profile").as_uri()
        return [str(self._programs / program), f"-env:UserInstallation={profile}", "--headless", *more]

    def _start(self, held: Path) -> Program:
        command = self._command("soffice.bin", "--norestore", "--nologo", str(held))
        return Program(command, _BOUNDS, folder=self._folder)

    def _wait_until_open(self, held: Path) -> None:
        """Wait for the lock beside the file; with a new profile it asks to be started once more."""
        lock = held.with_name(f".~lock.{held.name}#")
        until = time.monotonic() + _STARTING
        again = 2
        while not lock.exists():
            if time.monotonic() > until:
                raise ReadingFailed("crash", "the converter does not start")
            if not self.program.alive:
                status = self.program.process.returncode
                self.program.end()
                if status != _START_AGAIN or not again:
                    raise ReadingFailed("crash", f"the converter does not start: {status}")
                again -= 1
                self.program = self._start(held)
            time.sleep(0.05)


def _write_profile(folder: Path) -> None:
    items = "\n".join(
        f'<item oor:path="/org.openoffice.Office.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    user = folder / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(_PROFILE.format(items=items))
