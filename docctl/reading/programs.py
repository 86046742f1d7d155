"""Which programs of others help reading: those installed here and switched on."""

from __future__ import annotations

import threading
from pathlib import Path

from docctl.reading.office import Office, find_office
from docctl.reading.recognise import Recogniser, find_tesseract


class Programs:
    """LibreOffice for old office files, Tesseract for pictures; nothing where one is missing or off."""

    def __init__(self, office: Office | None = None, recogniser: Recogniser | None = None) -> None:
        self._office = office
        self._recogniser = recogniser

    @property
    def office(self) -> Office | None:
        """The converter of old office files."""
        return self._office

    @property
    def recogniser(self) -> Recogniser | None:
        """What reads pictures."""
        return self._recogniser

    def close(self) -> None:
        """End what runs."""
        if self._office is not None:
            self._office.close()


class Installed(Programs):
    """Those that are installed, looked for when first asked for; nothing starts before it is needed."""

    def __init__(self, *, office: bool, ocr: bool, scratch: Path | None = None) -> None:
        super().__init__()
        self._wants_office = office
        self._wants_ocr = ocr
        self._scratch = scratch
        self._lock = threading.Lock()

    @property
    def office(self) -> Office | None:
        """The converter of old office files."""
        with self._lock:
            if self._wants_office:
                self._wants_office = False
                there = find_office()
                self._office = Office(there, scratch=self._scratch) if there is not None else None
            return self._office

    @property
    def recogniser(self) -> Recogniser | None:
        """What reads pictures."""
        with self._lock:
            if self._wants_ocr:
                self._wants_ocr = False
                there = find_tesseract()
                self._recogniser = Recogniser(*there, scratch=self._scratch) if there is not None else None
            return self._recogniser
