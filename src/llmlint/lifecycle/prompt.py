"""A whole prompt that holds a model to a contract."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial

from llmlint.contracts.layout import places
from llmlint.lifecycle.digest import as_stub, forbidden
from llmlint.lifecycle.legal_fixtures import LegalFixture
from llmlint.lifecycle.mentioned import Mentioned, mentioned
from llmlint.lifecycle.promises import Promise, Reader
from llmlint.lifecycle.scenarios import Scenario
from llmlint.lifecycle.template import Template
from llmlint.project.project import Project
from llmlint.semantics import shortcuts
from llmlint.semantics.world import World

_TASK = (
    "Write a pytest module by filling in the template at the end. The contract below is all that is known of the code under "
    "test. What it does not say does not exist."
)


def prompt(
    project: Project,
    promise: Promise,
    chosen: Sequence[Scenario],
    fixtures: Sequence[LegalFixture],
    budget: int | None = None,
) -> str:
    """The prompt, as Markdown: with the types of other modules that the signatures mention."""
    home = partial(shortcuts.home, World(project).library)
    others = mentioned(promise, chosen, places(project), Reader(project))
    template = Template(promise, fixtures, home, project.pytest.asyncio_mode == "auto")
    tests = template.write(chosen)
    allowed = _allowed(promise, others, home, [line for line in template.imports(tests) if line.startswith("import ")])
    parts = [
        f"# Write tests for `{promise.module}`",
        _TASK,
        "## Rules",
        "\n".join(f"{number}. {rule}" for number, rule in enumerate(_rules(project, bool(fixtures)), start=1)),
        "## The contract",
        f"```python\n{as_stub([promise], budget).strip()}\n```",
    ]
    if others:
        parts += [
            "## Types that its signatures mention",
            "So that you can make them; they are not what is to be tested.",
            "\n\n".join(f"```python\n# {one.module}\n{one.text}\n```" for one in others),
        ]
    if fixtures:
        parts += [
            "## Fixtures that you may use",
            "Their code, exactly as it stands. pytest hands them to a test by name.",
        ]
        parts += [_fixture(fixture, project) for fixture in fixtures]
    parts += [
        "## Scenarios",
        "One test each, under exactly this name.",
        "\n".join(f"- `{one.name}`: `{one.symbol}` {_said(one)}" for one in chosen),
        "## Imports allowed",
        "\n".join(f"- `{line}`" for line in allowed) or "- none but builtins",
        "As many of the names as you need. Also whatever the standard library, pytest and `unittest.mock` have.",
        "## Template",
        (
            "Each `...` in a call or an assertion is a blank: put in a value that the contract allows. Keep names and order; add what you import of "
            "the above."
        ),
        f"```python\n{tests.strip()}\n```",
        "## Before you answer",
        "Check your module and write the result of each check as a comment at its end:",
        "\n".join(f"{number}. {check}" for number, check in enumerate(_checks(promise), start=1)),
    ]
    return "\n\n".join(parts) + "\n"


def _said(one: Scenario) -> str:
    return one.text if one.kind != "basic" else f"({one.text})"


def _allowed(
    promise: Promise, others: Sequence[Mentioned], home: Callable[[str, str], str], plain: Sequence[str]
) -> list[str]:
    """The imports that the contract allows, a line for each module."""
    names = [one.name for one in promise.variables] + [one.name for one in promise.functions]
    names += [*(one.name for one in promise.classes), *promise.exports]
    by_module: dict[str, dict[str, None]] = {}
    for module, name in [*((promise.module, name) for name in names), *((one.module, one.name) for one in others)]:
        by_module.setdefault(home(module, name), {})[name] = None
    return [*plain, *(f"from {module} import {', '.join(found)}" for module, found in by_module.items())]


def _rules(project: Project, fixtures: bool) -> list[str]:
    rules = [
        "Test what the contract promises, through public names only; never how the code does it.",
        "Use a class, function, attribute, parameter or exception only if the contract lists it under exactly that name.",
        "Each test asserts a result or a state that the contract promises, or the exception that it documents.",
        "Give arguments that the signature takes; `await` what is `async def`, and nothing else.",
        "Build plain values (dataclasses, models, enums, dictionaries); do not mock them.",
        *(
            f"Do not use {item}." if not item.startswith("mocks") else f"No {item}."
            for item in forbidden(project)
            if not item.startswith("fixtures")
        ),
    ]
    if fixtures:
        rules.append("Ask for no fixture but those listed below and pytest's own.")
    rules.append("Where the contract is silent, leave the scenario out and say so in a comment; do not guess.")
    return rules


def _checks(promise: Promise) -> list[str]:
    return [
        f"List every import, and the line of the contract of `{promise.module}` (or the fixture, or the package) that allows it.",
        "List every attribute and parameter that you use, and the line of the contract that has it.",
        "Name the promise that each assertion checks.",
        "Say which blanks you could not fill from the contract.",
    ]


def _fixture(fixture: LegalFixture, project: Project) -> str:
    place = (
        os.path.relpath(fixture.path, project.base or project.root).replace(os.sep, "/") if fixture.path else "a plugin"
    )
    title = f"`{fixture.name}`" + (f": `{fixture.type}`" if fixture.type else "") + f" ({place})"
    if not fixture.code:
        return f"- {title}"
    code = "\n".join([*fixture.imports, *([""] if fixture.imports else []), fixture.code])
    return f"- {title}\n\n```python\n{code}\n```"
