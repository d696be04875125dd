"""What a client says before it begins."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Options:
    """``initializationOptions``; the command line says the same."""

    python: str | None = None
    config: tuple[str, ...] = ()
    tools: bool = True
    """Whether ruff runs at every change, mypy and import-linter when a buffer is saved."""
    delay: float = 0.002
    """Seconds of quiet after a change before the buffer is judged."""

    def told(self, given: object) -> None:
        """Takes what the client says; what it says wrongly is left as it is."""
        if not isinstance(given, dict):
            return
        if isinstance(given.get("python"), str):
            self.python = given["python"]
        if isinstance(given.get("config"), list):
            self.config = tuple(one for one in given["config"] if isinstance(one, str))
        if isinstance(given.get("tools"), bool):
            self.tools = given["tools"]
