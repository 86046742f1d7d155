"""Distribution lists, controlled copies, readers: one module per verb (D-1, D-2, D-4, D-8)."""
