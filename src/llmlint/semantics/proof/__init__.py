"""What a test proves: its assertions, what follows on from its helpers and fixtures, and whether it runs at all."""
