"""Records: filed, accepted, voided, corrected, placed (F-1, F-3, F-17, C-1)."""
