"""The sample company: what its people wrote, and how it is filed through the use cases."""
