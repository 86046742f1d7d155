"""Reviews of documents: planned, asked for, decided (D-5, D-9)."""
