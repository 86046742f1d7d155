"""Which hosts keep a copy of the search index."""
