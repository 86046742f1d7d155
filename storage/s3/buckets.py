"""Decides how the two buckets are set up, and refuses those that are set up otherwise (R-4)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from minio import Minio
from minio.commonconfig import COMPLIANCE, ENABLED
from minio.error import S3Error
from minio.objectlockconfig import DAYS, YEARS, ObjectLockConfig
from minio.versioningconfig import VersioningConfig

from storage.errors import StorageError, StoreUnavailable
from storage.s3.answers import Denied, understood

#: What the server says where a bucket has no Object Lock at all.
_NO_LOCK = "ObjectLockConfigurationNotFoundError"


class WronglySetUp(StorageError):
    """A bucket is not as it has to be; `what` is a code, `found` what there is."""

    def __init__(self, bucket: str, what: str, found: str = "") -> None:
        super().__init__(bucket, what, found)
        self.bucket, self.what, self.found = bucket, what, found

    def __str__(self) -> str:
        return f"bucket {self.bucket}: {self.what}" + (f" ({self.found})" if self.found else "")


def prepare(client: Minio, *, records: str, derived: str, grace: timedelta | None) -> None:
    """Make the buckets that are missing; what is there is looked at, and never changed.

    Only a records bucket that is new or has no default lock yet is given one.
    """
    with _rights():
        if not client.bucket_exists(records):
            client.make_bucket(records, object_lock=True)
        if not client.bucket_exists(derived):
            client.make_bucket(derived)
            client.set_bucket_versioning(derived, VersioningConfig(ENABLED))
        if grace is not None and default_lock(client, records) is None:
            client.set_object_lock_config(records, ObjectLockConfig(COMPLIANCE, grace.days, DAYS))
    require_ready(client, records=records, derived=derived, grace=grace)


def require_ready(client: Minio, *, records: str, derived: str, grace: timedelta | None) -> None:
    """Raise `WronglySetUp` unless versions, Object Lock and the default lock are as they must be."""
    with _rights():
        for name in (records, derived):
            if not client.bucket_exists(name):
                raise WronglySetUp(name, "missing")
            if (status := client.get_bucket_versioning(name).status) != ENABLED:
                raise WronglySetUp(name, "no_versions", status or "")
        lock = default_lock(client, records)
    if lock != grace:
        raise WronglySetUp(records, "other_default_lock", "none" if lock is None else f"{lock.days} days")


def default_lock(client: Minio, bucket: str) -> timedelta | None:
    """Return the default lock of a bucket; None where it has none.

    Raises `WronglySetUp` without Object Lock, or with a default that can be taken away.
    """
    try:
        found = client.get_object_lock_config(bucket)
    except S3Error as error:
        if error.code == _NO_LOCK:
            raise WronglySetUp(bucket, "no_object_lock") from error
        raise
    if found.mode is None or found.duration is None:
        return None
    if found.mode != COMPLIANCE:
        raise WronglySetUp(bucket, "other_default_lock", found.mode)
    return timedelta(days=found.duration * (365 if found.duration_unit == YEARS else 1))


@contextmanager
def _rights() -> Iterator[None]:
    try:
        with understood():
            yield
    except Denied as error:
        raise StoreUnavailable(f"refused: {error.code}") from error


#: What the application asks for; no right to change a hold, a policy or a bucket, and none to bypass.
_APPLICATION: Final = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:GetBucketLocation",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketVersioning",
    "s3:GetObject",
    "s3:GetObjectLegalHold",
    "s3:GetObjectRetention",
    "s3:GetObjectVersion",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:PutObjectRetention",
)
_HOLDER: Final = ("s3:GetObjectLegalHold", "s3:PutObjectLegalHold")
_NEVER: Final = ("s3:BypassGovernanceRetention", "s3:PutObjectLegalHold")


def policy(bucket: str, *, app: str, holder: str | None) -> dict[str, object]:
    """Return the policy of a bucket for the application's user and the one for holds, by their ARNs (R-5).

    Who puts an object owns it on some servers, and could then lift its hold: so that is denied.
    """
    objects = f"arn:aws:s3:::{bucket}/*"
    statements = [_statement("application", "Allow", app, _APPLICATION, f"arn:aws:s3:::{bucket}", objects)]
    if holder is not None:
        statements += [
            _statement("holds", "Allow", holder, _HOLDER, objects),
            _statement("never", "Deny", app, _NEVER, objects),
        ]
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(name: str, effect: str, who: str, actions: tuple[str, ...], *where: str) -> dict[str, object]:
    return {
        "Sid": name,
        "Effect": effect,
        "Principal": {"AWS": [who]},
        "Action": list(actions),
        "Resource": list(where),
    }
