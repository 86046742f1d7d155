"""Documents: created with their first revision, revised (N-1, V-1)."""
