"""Annotations when a test runs: what they promise, and whether a value keeps that."""
