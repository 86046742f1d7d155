"""Taking existing files in: received, read, checked, imported, each with its report line (I-1 to I-10)."""
