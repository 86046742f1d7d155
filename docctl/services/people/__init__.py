"""People: accounts, roles, passwords, sessions."""
