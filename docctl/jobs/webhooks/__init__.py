"""Events that go to programs elsewhere: found in the trail, put into the outbox, sent in order."""
