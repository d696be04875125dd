"""What a project needs so that llmlint is asked at every turn: looked for, shown, written where it is missing."""

PARTS = ("settings", "guide", "claude", "pre-commit", "github")
"""What the parts are called on the command line, in the order in which they are shown."""
