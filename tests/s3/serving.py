"""A real S3 server for the tests: started once for all workers, stopped by the last one."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from minio import Minio
from minio.commonconfig import COMPLIANCE, ENABLED
from minio.objectlockconfig import DAYS, ObjectLockConfig
from minio.versioningconfig import VersioningConfig

from storage.keys import Area
from storage.s3.bucket import Bucket
from storage.s3.buckets import policy
from storage.s3.connection import Credential, Endpoint, Patience, connect

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "s3-server"
TOOLS = ("ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "ceph")

#: Long enough for a busy machine, short enough to see an end.
PATIENCE = Patience(connect=10, read=20, repeats=2, pause=0.1)
IMPATIENT = Patience(connect=2, read=2.5, repeats=1, pause=0.05)


def credential(user: str) -> Credential:
    return Credential(user, f"{user}-secret")


@dataclass(frozen=True)
class Server:
    """Where the server is; `folder` is that of its script."""

    url: str
    folder: str

    def client(self, user: str, *, url: str | None = None, patience: Patience = PATIENCE) -> Minio:
        return connect(Endpoint(url or self.url, patience=patience), credential(user))

    def buckets(
        self,
        *,
        grace: timedelta | None = None,
        url: str | None = None,
        patience: Patience = PATIENCE,
    ) -> dict[Area, Bucket]:
        """Make two fresh buckets as an owner would, with the policy of the two credentials."""
        owner, name = self.client("owner"), f"t{uuid4().hex[:20]}"
        names = {Area.RECORDS: f"{name}-r", Area.DERIVED: f"{name}-d"}
        owner.make_bucket(names[Area.RECORDS], object_lock=True)
        owner.make_bucket(names[Area.DERIVED])
        owner.set_bucket_versioning(names[Area.DERIVED], VersioningConfig(ENABLED))
        if grace is not None:
            owner.set_object_lock_config(names[Area.RECORDS], ObjectLockConfig(COMPLIANCE, grace.days, DAYS))
        for area, bucket in names.items():
            rights = policy(bucket, app=arn("app"), holder=arn("hold") if area.has_locks else None)
            owner.set_bucket_policy(bucket, json.dumps(rights))
        app = self.client("app", url=url, patience=patience)
        holder = self.client("hold", url=url, patience=patience)
        return {area: Bucket(bucket, app, holder) for area, bucket in names.items()}


def arn(user: str) -> str:
    return f"arn:aws:iam:::user/{user}"


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give the server; without the packages a visible skip here, a failure where CI is set."""
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        reason = f"no S3 server on this machine ({', '.join(missing)}): .ci/s3-server install"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    common = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        common = common.parent
    state = common / "s3-server.json"
    yield _joined(state)
    _left(state)


def _joined(state: Path) -> Server:
    with _locked(state):
        if state.exists():
            found = json.loads(state.read_text())
        else:
            out = subprocess.run(
                [SCRIPT, "start"], check=True, capture_output=True, text=True, timeout=200
            ).stdout.split()
            found = {"folder": out[0], "url": out[1], "users": 0}
        found["users"] += 1
        state.write_text(json.dumps(found))
    return Server(found["url"], found["folder"])


def _left(state: Path) -> None:
    with _locked(state):
        found = json.loads(state.read_text())
        found["users"] -= 1
        if found["users"]:
            state.write_text(json.dumps(found))
        else:
            state.unlink()
            subprocess.run([SCRIPT, "stop", found["folder"]], check=True, timeout=60)


@contextmanager
def _locked(state: Path) -> Iterator[None]:
    with state.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
