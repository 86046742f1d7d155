"""Epochs: begun by a restore of an older state, accepted by two people (T-2, N-1, R-7)."""
