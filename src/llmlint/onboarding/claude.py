"""The hook in the settings of Claude Code."""

from __future__ import annotations

import json
import os
import re

from llmlint.onboarding.json_text import with_entries
from llmlint.onboarding.part import Part, glance, read
from llmlint.onboarding.texts import HOOKS

_RUNS_HOOK = re.compile(r"\bllmlint(\.exe)?[\"']?\s+hook\b")


def claude_hook(name: str, top: str) -> Part:
    """The hook, in the settings of the folder of the repository.

    Raises:
        Unreadable: the settings cannot be read.
    """
    path = os.path.join(top, ".claude", "settings.json")
    before = read(path)
    for one, text in (
        (path, before or ""),
        (local := os.path.join(top, ".claude", "settings.local.json"), glance(local)),
    ):
        if _has_hook(text):
            return Part(name, one)
    after = with_entries(before or "", "hooks", dict(HOOKS))
    if after is None:
        more = f"{json.dumps(HOOKS, indent=2)}\n"
        return Part(name, path, before, why_not="it cannot be extended; add to its hooks", by_hand=more)
    return Part(name, path, before, after)


def _has_hook(text: str) -> bool:
    """Whether a hook of these settings runs llmlint's. A mention elsewhere (a permission, say) is none."""
    try:
        hooks = json.loads(text.removeprefix("\ufeff"))["hooks"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return False
    return any(_RUNS_HOOK.search(command) for command in _commands(hooks))


def _commands(value: object) -> list[str]:
    if isinstance(value, list):
        return [found for one in value for found in _commands(one)]
    if not isinstance(value, dict):
        return []
    found = [command] if isinstance(command := value.get("command"), str) else []
    return found + [one for key, inner in value.items() if key != "command" for one in _commands(inner)]
