"""Legal holds on single items (R-5)."""
