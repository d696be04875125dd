"""Answers for models over the Model Context Protocol. Nothing is written, and nothing of the project is run."""
