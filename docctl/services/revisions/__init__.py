"""Revisions of documents: drafted, signed, issued, withdrawn (V-2, V-6)."""
