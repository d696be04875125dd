"""``llmlint new-rule``: begin a rule of one's own."""

from __future__ import annotations

import os
import re
import sys

import click

from llmlint.cli.main import Failure

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_CODE = re.compile(r"(?P<prefix>[A-Z]+)(?P<number>\d{3})")
_FOLDER = "lint/rules"

PAGE = """\
# {code} {name}

A test prints.

- default: warning
- fix: none

## What it reports

A call of the built-in `print` in a test or conftest. (This is what `llmlint new-rule` begins with: write your own rule over it.)

## Why it matters

What is printed is looked at by nobody. What matters is asserted.

## Faulty

### a test that prints

```python
def test_total():
    total = sum([1, 2])
    print(total)  # error: prints
    assert total == 3
```

## Sound

### a test that asserts

```python
def test_total():
    assert sum([1, 2]) == 3
```

### another print

```python
from pprint import pprint as print


def test_total():
    print(3)
```

## Known limits

- A `print` that is handed on and called elsewhere is not seen.
"""

MODULE = '''\
"""A test that prints."""

import ast
from collections.abc import Iterator

from llmlint.model.diagnostic import Finding
from llmlint.project.source import SourceFile


def check(call: ast.Call, source: SourceFile) -> Iterator[Finding]:
    if isinstance(call.func, ast.Name) and call.func.id == "print" and not rebound(source.tree):
        yield Finding(at=call, message="this test prints; assert what matters")


def rebound(tree: ast.Module) -> bool:
    """Whether the file means something else by ``print``."""
    aliases = (alias for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names)
    return any((alias.asname or alias.name) == "print" for alias in aliases)
'''


@click.command("new-rule", short_help="Begin a rule of your own.")
@click.argument("name")
@click.option("--code", metavar="CODE", help="Its code, as SHOP001; by default the next one of the project.")
@click.option(
    "--folder", metavar="FOLDER", help=f"Where it is written; by default the first of rule-paths, else {_FOLDER}."
)
def command(name: str, code: str | None, folder: str | None) -> int:
    """Write the page and the module of a new rule NAME, as no-prints, which already work: change them into your own."""
    from llmlint.app import Problem, Request, Session

    if not _NAME.fullmatch(name):
        raise Failure(f"'{name}' is no name of a rule: it is written like 'no-prints'")
    if code is not None and (not _CODE.fullmatch(code) or code.startswith("LLM")):
        raise Failure(
            f"'{code}' is no code of your own: it is capital letters (not LLM) and three digits, like SHOP001"
        )
    try:
        session = Session(Request())
        project = session.projects()[0]
        pages = session.rules()
    except Problem as error:
        raise Failure(str(error)) from None
    known = {key for page in pages for key in (page.code, page.name)}
    named = project.settings.rule_paths
    where = folder or (named[0] if named else _FOLDER)
    code = code or _next([page.code for page in pages if page.own], project.root)
    for key in (code, name):
        if key in known:
            raise Failure(f"there is already a rule '{key}'")
    top = os.path.join(os.getcwd() if folder else project.root, where)
    written = [
        _write(os.path.join(top, f"{code}-{name}.md"), PAGE.format(code=code, name=name)),
        _write(os.path.join(top, f"{name.replace('-', '_')}.py"), MODULE),
    ]
    for path in written:
        sys.stdout.write(f"{os.path.relpath(path)}\n")
    settings = os.path.relpath(top, project.root).replace(os.sep, "/")
    if settings not in named:
        sys.stderr.write(f'llmlint: to run it, add rule-paths = ["{settings}"] to the settings\n')
    return 0


def _next(codes: list[str], root: str) -> str:
    """The code behind the project's last one, or its first, after the name of its folder."""
    if codes:
        form = _CODE.fullmatch(max(codes))
        assert form is not None
        return f"{form['prefix']}{int(form['number']) + 1:03d}"
    letters = re.sub(r"[^A-Z]", "", os.path.basename(root).upper())[:6]
    return f"{letters if letters and not letters.startswith('LLM') else 'OWN'}001"


def _write(path: str, text: str) -> str:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Failure(f"{os.path.relpath(path)}: is there already") from None
    except OSError as error:
        raise Failure(f"{os.path.relpath(path)}: cannot be written: {error.strerror}") from None
    return path
