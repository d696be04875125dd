"""mypy's process: loaded, and told afterwards what to do.

It takes as long to load mypy as llmlint itself. In a first run, which certainly needs it, both are loaded at the same time: the process is
begun before anything is known of the project, and taken over by who knows. A guess that was wrong ends unheard.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from llmlint.tools import mypy_child
from llmlint.tools.child import Child, ToolError

_begun: Child | None = None
"""The process that was begun early, with our own interpreter."""


def environment() -> Mapping[str, str]:
    """In which mypy runs: nothing of ours decides what it finds, and how it speaks."""
    environ = {key: value for key, value in os.environ.items() if key not in ("MYPYPATH", "MYPY_CACHE_DIR")}
    return {**environ, "PYTHONSAFEPATH": "1", "MYPY_FORCE_COLOR": "", "PYTHONIOENCODING": "utf-8"}


def begin(cache_folder: str, target: str | None) -> None:
    """Begins the process early, where it will very likely be wanted: nothing is kept of an earlier run, and no other mypy is in sight.

    Args:
        cache_folder: Where an earlier run would have kept what it found, here or above; empty where nobody looks there.
        target: The target environment, as it was named: an interpreter or a folder.
    """
    global _begun  # noqa: PLW0603 - one process has one first run
    around = (target and os.path.dirname(target), target, os.environ.get("VIRTUAL_ENV"), ".venv", "venv")
    its_own = [
        os.path.join(folder, inner) for folder in around if folder for inner in ("mypy", "bin/mypy", "Scripts/mypy.exe")
    ]
    ours = os.path.dirname(sys.executable)
    others = any(os.path.isfile(path) and os.path.dirname(os.path.abspath(path)) != ours for path in its_own)
    if _begun is not None or others or _stands_above(cache_folder):
        return
    command = (sys.executable, mypy_child.__file__)
    try:
        _begun = Child("mypy", command, cwd=os.getcwd(), limit=0, environ=environment(), told=True)
    except ToolError:
        return  # whoever wants it says why


def _is_ours(python: str) -> bool:
    """Whether an interpreter is this one: an environment has it under several names."""
    here = sys.executable
    return os.path.dirname(python) == os.path.dirname(here) and os.path.realpath(python) == os.path.realpath(here)


def _stands_above(name: str) -> bool:
    folder, above = os.getcwd(), ""
    while name and folder != above:
        if os.path.exists(os.path.join(folder, name)):
            return True
        folder, above = os.path.dirname(folder), folder
    return False


def end() -> None:
    """Ends what was begun and not taken over."""
    global _begun  # noqa: PLW0603
    if _begun is not None:
        _begun.end()
        _begun = None


def loaded(interpreter: Sequence[str], folder: str, limit: float) -> Child:
    """A process that loads mypy and waits until it is told; the one that was begun, if it is of that interpreter.

    Args:
        interpreter: Who has mypy.
        folder: Where mypy is to run.
        limit: Seconds that it may take; 0: as many as it wants.

    Raises:
        ToolError: it cannot be started.
    """
    global _begun
    if _begun is not None and len(interpreter) == 1 and _is_ours(interpreter[0]):
        child, _begun = _begun, None
        child.take_over(limit)
        child.tell(f"in {folder}", last=False)
        return child
    command = (*interpreter, mypy_child.__file__)
    return Child("mypy", command, cwd=folder, limit=limit, environ=environment(), told=True)
