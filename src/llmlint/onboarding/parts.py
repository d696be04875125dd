"""The parts, each with what is there and what it would become. Nothing of the user's is taken away or reordered."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from llmlint.onboarding.claude import claude_hook
from llmlint.onboarding.guide import guides
from llmlint.onboarding.part import Part, Unreadable, inside
from llmlint.onboarding.pre_commit import pre_commit
from llmlint.onboarding.settings import settings
from llmlint.onboarding.workflow import workflow
from llmlint.project.project import Project


def parts_of(project: Project, top: str) -> dict[str, list[Part]]:
    """Everything that a project may have, by the names of ``onboarding.PARTS``.

    Args:
        project: Where settings and the guide for models go.
        top: The folder of the repository, where pre-commit, GitHub and Claude Code look.

    Raises:
        Problem: settings of a part of the project are unusable.
    """
    makers: dict[str, tuple[str, Callable[[str], list[Part]]]] = {
        "settings": ("settings", lambda name: [settings(name, project)]),
        "guide": ("guide for models", lambda name: guides(name, project)),
        "claude": ("hook of Claude Code", lambda name: [claude_hook(name, top)]),
        "pre-commit": ("pre-commit", lambda name: [pre_commit(name, project, top)]),
        "github": ("GitHub workflow", lambda name: [workflow(name, project, top)]),
    }
    return {key: [_kept_inside(part, top) for part in _made(name, maker)] for key, (name, maker) in makers.items()}


def top_of(folder: str) -> str:
    """The folder of the repository; the folder itself where there is none."""
    found = folder
    while not os.path.exists(os.path.join(found, ".git")):
        parent = os.path.dirname(found)
        if parent == found:
            return folder
        found = parent
    return found


def _made(name: str, maker: Callable[[str], list[Part]]) -> list[Part]:
    try:
        return maker(name)
    except Unreadable as error:
        return [Part(name, error.path, why_not=error.why, unreadable=True)]


def _kept_inside(part: Part, top: str) -> Part:
    """The part; not to be written where a link leads out of the project."""
    if part.after is None or inside(os.path.realpath(part.path), os.path.realpath(top)):
        return part
    why_not = "a link leads out of the project; add"
    return replace(part, after=None, why_not=why_not, by_hand=part.by_hand or part.after)
