"""A process whose files may grow to a limit only, as under a quota; it tells what was done and refused.

Run as `python -m tests.bad_input.limited DATA NOW`; what waits comes as JSON on its input.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import datetime
from pathlib import Path
from uuid import UUID

from docctl.config import Settings
from docctl.services.files import Attached
from tests.bad_input.small_disk import Prepared
from tests.world import Clock, World, build_house

#: Bytes that a file may have; the write-ahead log begins anew with the process and grows with each step.
LIMITS = (2_000, 8_000, 40_000, 100_000, 200_000, 400_000)


def main() -> None:
    """Take steps under growing limits."""
    waits = json.load(sys.stdin)
    clock = Clock(datetime.fromisoformat(sys.argv[2]))
    world = World.of(build_house(Settings(data=Path(sys.argv[1]), secret_key="x" * 40), clock), clock)
    company = Prepared(
        world,
        UUID(waits["form_id"]),
        [UUID(one) for one in waits["to_sign"]],
        [UUID(one) for one in waits["to_issue"]],
        [Attached(UUID(one)) for one in waits["uploads"]],
    )
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in LIMITS:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        company.try_all()
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    company.try_all()
    company.check()
    world.house.close()
    json.dump(
        {"done": [(name, str(one)) for name, one in company.done], "refused": company.refused}, sys.stdout
    )


if __name__ == "__main__":
    main()
