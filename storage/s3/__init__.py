"""Object storage in S3 buckets with versioning and Object Lock, through the `minio` client (R-4)."""
