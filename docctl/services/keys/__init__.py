"""The key store as a whole: its backup, its master key, and getting lost keys back (R-7)."""
