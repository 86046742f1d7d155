"""Backup and restore of the whole system: making, rehearsing, restoring (T-1, T-2, T-3, R-7)."""
