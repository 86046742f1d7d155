"""Use cases of controlled settings: draft, submit, approve, return, discard, withdraw (V-2, A-2)."""
