"""Change requests: asked, decided by the owner, answered by a revision (V-2)."""
