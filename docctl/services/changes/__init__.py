"""Temporary changes: written, signed, revoked (V-14)."""
