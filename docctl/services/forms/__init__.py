"""Use cases about what forms ask of their records."""
