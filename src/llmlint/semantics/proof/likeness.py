"""Tests that are alike but for the names that they chose themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmlint.semantics.proof.body import last_name
from llmlint.semantics.proof.following import FRAME
from llmlint.semantics.proof.skeletons import skeleton

if TYPE_CHECKING:
    from llmlint.contracts.symbols import Class
    from llmlint.semantics.proof.tests import Test, TestModule


def duplicates(module: TestModule) -> Iterator[tuple[Test, Test]]:
    """(later, earlier) for every test that does what an earlier one of the file does."""
    seen: dict[tuple[object, ...], list[Test]] = {}
    for key, tests in _rough(module).items():
        if len(tests) < 2:
            continue
        seen.clear()
        for test in tests:
            earlier = seen.setdefault((key, _Shape(test).text()), [])
            same = next((one for one in earlier if _stands_alike(one, test)), None)
            if same is not None:
                yield test, same
            else:
                earlier.append(test)


def _rough(module: TestModule) -> dict[tuple[object, ...], list[Test]]:
    """Tests that may be alike, by what is cheap to ask."""
    found: dict[tuple[object, ...], list[Test]] = {}
    for test in module.tests:
        own = test.body.own
        key = (
            test.function.is_async,
            own.statements,
            len(own.names),
            len(own.calls),
            len(test.node.args.args),
            tuple(type(statement).__name__ for statement in test.statements),
        )
        found.setdefault(key, []).append(test)
    return {key: [test for test in tests if skeleton(test) is None] for key, tests in found.items() if len(tests) > 1}


def _stands_alike(first: Test, second: Test) -> bool:
    """Whether what stands around two tests is the same: their class, or two that add nothing."""
    if first.function.name == second.function.name and first.cls is second.cls:
        return False  # alternatives, or one that shadows the other
    if first.cls is second.cls:
        return True
    return _adds_nothing(first, second.cls) and _adds_nothing(second, first.cls)


def _adds_nothing(test: Test, other: Class | None) -> bool:
    """Whether the class of a test has no part in what it does."""
    cls = test.cls
    world, module = test.module.world, test.module
    for name in test.fixtures:
        mine, theirs = world.fixtures.find(name, module.module, cls), world.fixtures.find(name, module.module, other)
        if mine is not None and (theirs is None or mine.function is not theirs.function):
            return False
    if cls is None:
        return True
    if cls.node.decorator_list or cls.node.keywords or module.class_marks(cls) or world.classes.open(cls):
        return False
    if any(node.id in ("self", "cls", "super") for node in (*test.body.own.names, *test.body.inner.names)):
        return False
    return not world.fixtures.of_class(cls) and not any(
        (member := world.classes.member(cls, name)) is not None and member.owner.module.by_test for name in FRAME
    )


class _Shape(ast.NodeVisitor):
    """The text of a test without what does not matter: its own names, messages and docstrings."""

    def __init__(self, test: Test) -> None:
        self.test = test
        self.names: dict[str, str] = {}
        self.parts: list[str] = []
        self.given = set(test.fixtures) | {"self", "cls"}
        kept = _names_of_classes(test.node)
        for node in ast.walk(test.node):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                if id(node) not in kept:
                    self.names.setdefault(node.id, f"${len(self.names)}")
            elif isinstance(node, ast.arg) and node.arg not in self.given:
                self.names.setdefault(node.arg, f"${len(self.names)}")
            elif isinstance(node, ast.ExceptHandler) and node.name:
                self.names.setdefault(node.name, f"${len(self.names)}")
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and id(node) not in kept:
                self.names.setdefault(node.name, f"${len(self.names)}")
        # In the order in which the walk meets them, so that equal bodies give equal numbers.

    def text(self) -> str:
        node = self.test.node
        for decorator in node.decorator_list:
            self.parts.append(ast.dump(decorator))
        self.parts.append(ast.dump(node.args))
        for statement in self.test.statements:
            self._write(statement)
        return "\n".join(self.parts)

    def _write(self, node: ast.AST) -> None:
        self.parts.append(type(node).__name__)
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(node, ast.Assert) and name == "msg":
                continue
            if name in ("type_comment", "kind", "ctx"):
                if name == "ctx":
                    self.parts.append(type(value).__name__)
                continue
            if isinstance(node, ast.Call) and name == "keywords":
                value = [keyword for keyword in node.keywords if not _is_message(node, keyword)]
            if isinstance(value, ast.AST):
                self._write(value)
            elif isinstance(value, list):
                self.parts.append(f"[{len(value)}")
                for item in value:
                    if isinstance(item, ast.AST):
                        self._write(item)
                    else:
                        self.parts.append(str(item))
            elif (
                isinstance(value, str)
                and name in ("id", "arg", "name")
                and not isinstance(node, (ast.keyword, ast.alias))
            ):
                self.parts.append(self.names.get(value, value))
            else:
                self.parts.append(repr(value))


def _is_message(call: ast.Call, keyword: ast.keyword) -> bool:
    return keyword.arg == "msg" and last_name(call.func).startswith("assert")


def _names_of_classes(test: ast.AST) -> set[int]:
    """The nodes that bind an attribute of an inner class (and the test itself): those names are what is tested."""
    found = {id(test)}
    for node in ast.walk(test):
        if isinstance(node, ast.ClassDef):
            for statement in node.body:
                found.add(id(statement))
                if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    found.update(id(inner) for inner in ast.walk(statement))
    return found
