"""What a test means: an abstract interpreter over values, fixtures, mocks and strings."""
