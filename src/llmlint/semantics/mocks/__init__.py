"""Mocks: building them, using them, finding out what they stand for, and judging what is asked of them."""
