"""Lets programs sleep that see a shifted clock: under libfaketime 0.9.10 Python cannot."""

import time
from select import select


def sleep(seconds: float) -> None:
    """Wait as `time.sleep` does, by another call of the system."""
    select([], [], [], seconds)


time.sleep = sleep
