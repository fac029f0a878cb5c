"""Real servers for tests, each in a place of its own: what they are is not ours to fake."""
