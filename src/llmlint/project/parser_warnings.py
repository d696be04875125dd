"""What Python's parser warns of while it reads somebody's code."""

from __future__ import annotations

import warnings


def silence() -> None:
    """In this process, say nothing of invalid escapes (``"\\w"``) and the like: they are about the code that is read, and whoever wrote it
    is told by ruff (W605), with the place.
    """
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.filterwarnings("ignore", "invalid ", DeprecationWarning)  # its name before Python 3.12
