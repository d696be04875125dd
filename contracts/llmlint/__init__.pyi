"""llmlint tells whether a test suite tells the truth about the code it tests."""

__version__: str
