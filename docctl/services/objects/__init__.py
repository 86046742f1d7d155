"""Stored files as a whole: what belongs to nothing is swept (style 12)."""
