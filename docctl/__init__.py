"""docctl: document control and records retention."""
