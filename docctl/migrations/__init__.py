"""Alembic migrations: forward only, rehearsed on a copy with rows."""
