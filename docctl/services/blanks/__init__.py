"""Printed blanks and bound books: registered, issued, received, ended; one module per verb (D-10)."""
