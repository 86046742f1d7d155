"""Events that go to programs elsewhere."""
