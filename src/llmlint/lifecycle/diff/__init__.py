"""What changed of a public surface between two states, and which tests that concerns."""
