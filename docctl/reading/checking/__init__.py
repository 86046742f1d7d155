"""What may be wrong in the text of a document before it is issued: pure functions over the text (D-12)."""
