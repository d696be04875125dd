"""What parses and yet does not compile: ``await`` outside ``async def``, ``return`` outside a function, an argument named twice.

To compile every file would cost as much as to parse it. So a glance over the statements, and over the rows where ``await`` and
``yield`` stand, tells whether there is reason to; then Python's own compiler decides and words the message.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable

from llmlint.project.source import SourceError, SourceFile, error_message, error_place

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

_FUTURE = frozenset(
    (
        *("absolute_import", "annotations", "barry_as_FLUFL", "division", "generator_stop", "generators"),
        *("nested_scopes", "print_function", "unicode_literals", "with_statement"),
    )
)
_WORD = re.compile(r"\b(?:await|yield)\b")
_WALRUS = re.compile(r"\[[^\n]*:=[^\n]* for |[ \[(]for [^\n]*:=")
_BLOCK_LIMIT = 18
_HARMLESS = frozenset(
    (ast.Expr, ast.Assert, ast.AnnAssign, ast.AugAssign, ast.Pass, ast.Raise, ast.Import, ast.Delete)
)  # fmt: skip
"""Statements in which the compiler finds nothing that is looked for here: most of them."""


def late_errors(source: SourceFile) -> tuple[SourceError, ...]:
    """What the compiler refuses in ``source``, of which it names the first; nothing where nothing looks wrong.

    A keyword given twice in a call is found only where something else looks wrong: whoever visits the calls anyway asks
    ``repeated_keyword``.
    """
    if source.role == "contract" or not looks_wrong(source.tree, source.text):
        return ()
    error = compile_error(source.text)
    return () if error is None else (error,)


def compile_error(text: str) -> SourceError | None:
    """What Python's compiler says of ``text``. The code is not run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<source>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return SourceError(*error_place(error, text, in_bytes=True), error_message(error))
    except (RecursionError, MemoryError):
        return SourceError(1, 0, "nested too deeply for Python to compile")
    except ValueError as error:
        return SourceError(1, 0, str(error))
    return None


def repeated_keyword(call: ast.Call) -> ast.keyword | None:
    """The first keyword argument of ``call`` whose name an earlier one bears."""
    if len(call.keywords) < 2:
        return None
    seen: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg is not None:
            if keyword.arg in seen:
                return keyword
            seen.add(keyword.arg)
    return None


def looks_wrong(tree: ast.Module, text: str) -> bool:
    """Whether there is reason to compile ``text``. False alarms cost time, nothing else."""
    if "__debug__" in text or (":=" in text and _WALRUS.search(text)):
        return True
    if "__future__" in text and not _future_is_first(tree.body):
        return True
    scopes: list[Scope] = []
    returning: set[Scope] = set()
    pending: list[tuple[list[ast.stmt], Scope | None, bool, int]] = [(tree.body, None, False, 0)]
    while pending:
        body, scope, in_loop, depth = pending.pop()
        if depth > _BLOCK_LIMIT:
            return True
        for statement in body:
            if type(statement) in _HARMLESS:
                continue
            if isinstance(statement, ast.Assign):
                if any(_is_doubtful(target) for target in statement.targets):
                    return True
            elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if _repeats_argument(statement.args):
                    return True
                scopes.append(statement)
                pending.append((statement.body, statement, False, 0))
            elif isinstance(statement, ast.ClassDef):
                scopes.append(statement)
                pending.append((statement.body, statement, False, 0))
            elif isinstance(statement, ast.Return):
                if scope is None or isinstance(scope, ast.ClassDef):
                    return True
                if statement.value is not None and isinstance(scope, ast.AsyncFunctionDef):
                    returning.add(scope)
            elif isinstance(statement, ast.If):
                pending.append((statement.body, scope, in_loop, depth))
                pending.append((statement.orelse, scope, in_loop, depth))
            elif isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
                if isinstance(statement, ast.AsyncFor) and not isinstance(scope, ast.AsyncFunctionDef):
                    return True
                pending.append((statement.body, scope, True, depth + 1))
                pending.append((statement.orelse, scope, in_loop, depth))
            elif isinstance(statement, (ast.With, ast.AsyncWith)):
                if isinstance(statement, ast.AsyncWith) and not isinstance(scope, ast.AsyncFunctionDef):
                    return True
                pending.append((statement.body, scope, in_loop, depth + 1))
            elif isinstance(statement, ast.Try):
                if any(handler.type is None for handler in statement.handlers[:-1]):
                    return True
                blocks = [statement.body, statement.orelse, statement.finalbody]
                blocks += [handler.body for handler in statement.handlers]
                pending += [(block, scope, in_loop, depth + 1) for block in blocks]
            elif isinstance(statement, (ast.Break, ast.Continue)):
                if not in_loop:
                    return True
            elif isinstance(statement, ast.ImportFrom):
                if statement.names[0].name == "*" and scope is not None:
                    return True
            elif isinstance(statement, ast.Global | ast.Nonlocal | ast.Match | ast.TryStar):
                return True
    return _word_looks_wrong(text, scopes, returning)


def _word_looks_wrong(text: str, scopes: list[Scope], returning: set[Scope]) -> bool:
    """Whether an ``await`` or ``yield`` stands where it may not, as far as rows tell."""
    if "await" not in text and "yield" not in text:
        return False
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    owners: list[Scope | None] = [None] * (len(rows) + 2)
    for scope in sorted(scopes, key=lambda scope: (scope.lineno, -(scope.end_lineno or 0))):
        end = (scope.end_lineno or scope.lineno) + 1
        owners[scope.lineno : end] = [scope] * (end - scope.lineno)
    for row, line in enumerate(rows, start=1):
        if "await" not in line and "yield" not in line:
            continue
        for found in _WORD.finditer(line):
            owner = owners[row]
            if found[0] == "await":
                if not isinstance(owner, ast.AsyncFunctionDef) or "lambda" in line:
                    return True
                continue
            if owner is None or isinstance(owner, ast.ClassDef) or " for " in line or owner in returning:
                return True
            if isinstance(owner, ast.AsyncFunctionDef) and line.startswith(" from", found.end()):
                return True
    return False


def _is_doubtful(target: ast.expr) -> bool:
    if isinstance(target, ast.Starred):
        return True
    return isinstance(target, ast.Tuple | ast.List) and sum(isinstance(part, ast.Starred) for part in target.elts) > 1


def _repeats_argument(arguments: ast.arguments) -> bool:
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    names += [argument.arg for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return len(set(names)) < len(names)


def _future_is_first(body: Iterable[ast.stmt]) -> bool:
    first = True
    for index, statement in enumerate(body):
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            if not first or any(name.name not in _FUTURE for name in statement.names):
                return False
        elif not (index == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            first = False
    return True
