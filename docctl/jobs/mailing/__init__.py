"""What people are told by e-mail: looked for in their inbox, written, and sent."""
