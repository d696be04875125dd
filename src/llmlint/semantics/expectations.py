"""Exceptions that a test expects, and calls that leave it: ``raises``, ``importorskip``, ``skip``, ``fail``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from llmlint.semantics.arguments import Arguments
from llmlint.semantics.nouns import CallUse, Problem
from llmlint.semantics.values import (
    NEVER,
    UNKNOWN,
    ClassValue,
    Instance,
    Special,
    Value,
    union,
)

if TYPE_CHECKING:
    from llmlint.semantics.interpreter import Evaluator
from llmlint.semantics.special_values import Raises

_LEAVING: Final = frozenset(
    {"pytest.skip", "pytest.fail", "pytest.xfail", "pytest.exit", "unittest.skipTest", "unittest.fail"}
)


class Expectations:
    """Evaluates them, for one file's evaluation."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator

    def leaves(self, node: ast.Call, value: Value) -> bool:
        """Whether the call does not return (``pytest.skip``, ``self.fail``, ``sys.exit``)."""
        if value is NEVER:
            return True
        function = node.func
        if isinstance(function, ast.Attribute):
            if function.attr in ("skip", "fail", "xfail", "exit") and isinstance(function.value, ast.Name):
                return function.value.id == "pytest"
            return (
                function.attr in ("skipTest", "fail")
                and isinstance(function.value, ast.Name)
                and function.value.id == "self"
            )
        return False

    def exceptions(self, value: Value, node: ast.expr) -> frozenset[str] | None:
        """The names of the expected exceptions; None where they are not known: any."""
        if isinstance(value, ClassValue):
            return frozenset({value.cls.name})
        if isinstance(value, Instance) and value.items is not None:
            names: set[str] = set()
            for item in value.items:
                if not isinstance(item, ClassValue):
                    return None
                names.add(item.cls.name)
            return frozenset(names)
        return None

    def _raises(self, node: ast.Call, path: str) -> Value:
        evaluator = self.evaluator
        given: list[ast.expr] = list(node.args)
        expected: frozenset[str] | None = None
        kind: Value = UNKNOWN
        if given and not isinstance(given[0], ast.Starred):
            kind = evaluator.eval(given[0])
            expected = self.exceptions(kind, given[0])
            if path == "contextlib.suppress":
                names: set[str] = set()
                for item in given:
                    found = self.exceptions(evaluator.eval(item), item)
                    if found is None:
                        return Raises(None, evaluator.world.none)
                    names |= found
                return Raises(frozenset(names), evaluator.world.none)
        for keyword in node.keywords:
            if keyword.arg in ("expected_exception", "exception"):
                kind = evaluator.eval(keyword.value)
                expected = self.exceptions(kind, keyword.value)
            elif keyword.arg in ("match", "msg", "expected_regex", "check"):
                evaluator.eval(keyword.value)
            elif keyword.arg is not None and path == "pytest.raises" and len(given) == 1:
                self._unknown_keyword(node, keyword)
        regex = (
            1
            if path == "unittest.assertRaises"
            and isinstance(node.func, ast.Attribute)
            and node.func.attr.endswith("Regex")
            else 0
        )
        if path == "project.raises":
            return self._own_raises(node, given, expected)
        info = self._info(kind, path)
        if len(given) > 1 + regex:
            # The function form: what is called, and its arguments, are what may fail.
            evaluator.expect(expected)
            for item in given[1:]:
                evaluator.eval(item)
            for keyword in node.keywords:
                evaluator.eval(keyword.value)
            evaluator.probes.pop()
            return info
        return Raises(expected, info)

    def _own_raises(self, node: ast.Call, given: list[ast.expr], expected: frozenset[str] | None) -> Value:
        """A project's own ``raises``: what it gives is not known, nor whether it takes a message before what is to be called."""
        evaluator = self.evaluator
        evaluator.expect(expected)
        told = [evaluator.eval(item) for item in given[1:] if not isinstance(item, ast.Starred)]
        for keyword in node.keywords:
            evaluator.eval(keyword.value)
        evaluator.probes.pop()
        calls = any(not isinstance(value, Instance) or value.cls.symbol != "builtins.str" for value in told)
        return UNKNOWN if calls else Raises(expected, UNKNOWN)

    def _unknown_keyword(self, node: ast.Call, keyword: ast.keyword) -> None:
        """``pytest.raises(E, matches=…)``: its ``**kwargs`` are for the function that it may be given."""
        evaluator = self.evaluator
        evaluator.eval(keyword.value)
        raises = evaluator.narrowing.quietly(node.func)
        plain = raises.value if isinstance(raises, Special) else raises
        owner = evaluator.world.owners.of(plain)
        if owner is None or evaluator.probing("TypeError"):
            return
        problem = Problem("unknown-keyword", keyword.arg, keyword)
        evaluator.emit(
            CallUse(node, owner, "raises(expected_exception, *, match=None)", ("match", "check"), (problem,))
        )

    def _info(self, kind: Value, path: str) -> Value:
        """``excinfo``: its ``value`` is the exception."""
        if isinstance(kind, ClassValue):
            return self._info_of(Instance(kind.cls), path)
        if isinstance(kind, Instance) and kind.items:
            return self._info_of(
                union(Instance(i.cls) if isinstance(i, ClassValue) else UNKNOWN for i in kind.items), path
            )
        return self._info_of(UNKNOWN, path)

    def _info_of(self, raised: Value, path: str) -> Value:
        classes = self.evaluator.world.classes
        if path == "unittest.assertRaises":
            cls = classes.named("unittest.case", "_AssertRaisesContext")
        else:
            cls = classes.named("_pytest._code.code", "ExceptionInfo")
        return Instance(cls, (raised,)) if cls is not None else UNKNOWN

    def _importorskip(self, arguments: Arguments) -> Value:
        first = arguments.positional[0] if arguments.positional else None
        if isinstance(first, Instance) and isinstance(first.literal, str):
            evaluator = self.evaluator
            top = first.literal.partition(".")[0]
            if evaluator.scope is evaluator.top:
                evaluator.optional_imports.add(top)
            else:
                evaluator.guards.append(("import", top))
            return evaluator.world.names.imported(first.literal, evaluator.module)
        return UNKNOWN
