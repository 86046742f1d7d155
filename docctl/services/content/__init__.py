"""Controlled content: reading it, taking stamped copies, each in the trail first (T-1, X-2, D-3)."""
