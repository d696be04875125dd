"""Writing stubs from sources that are never run."""
