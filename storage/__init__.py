"""Object storage as a library: write-once versions, locked, held, checked, destroyed."""
