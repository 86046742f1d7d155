"""Forms that are to be filled in each period at a place: declared, ended, explained (N-8, N-5)."""
