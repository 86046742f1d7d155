"""The number register: taking, reserving, voiding (N-1, N-3)."""
