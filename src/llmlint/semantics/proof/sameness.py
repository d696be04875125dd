"""What a test comes to, as a digest that a test of another file has as well where it does the same.

Two tests have one digest where their bodies differ in names at most that they chose themselves, where every other name stands for
the same (an import for what it imports, a definition of the file for its text), where they get the same fixtures, and where
nothing stands around them that differs: automatic fixtures, set-up, marks. A test of which this cannot be said has none.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from llmlint.contracts.symbols import FROM, IMPORT, Binding, Function
from llmlint.contracts.walking import walk
from llmlint.semantics.proof.following import MODULE_FRAME, is_autouse
from llmlint.semantics.proof.likeness import adds_nothing
from llmlint.semantics.proof.shape import shape_of
from llmlint.semantics.proof.skeletons import skeleton

if TYPE_CHECKING:
    from llmlint.semantics.fixtures import Fixture
    from llmlint.semantics.proof.tests import Test, TestModule

_OWN: Final = frozenset({"__file__", "__name__", "__path__", "__package__", "__spec__", "__doc__", "__loader__"})
"""What every file has of its own."""
_BUILTIN: Final = frozenset(dir(builtins))
_DEPTH: Final = 4
"""How far definitions of a file are followed through the names in them."""


def sames(module: TestModule, repeating: Iterable[Test]) -> Iterator[tuple[Test, str]]:
    """The tests of a file that one of another file may repeat, or they it, each with its digest; those left out of which is
    known that they repeat one of the file.
    """
    repeated = {id(test) for test in repeating}
    tests = [
        test
        for test in module.tests
        if id(test) not in repeated and skeleton(test) is None and (test.cls is None or adds_nothing(test, None))
    ]
    if not tests:
        return
    identity = _Identity(module)
    for test in tests:
        digest = identity.of(test)
        if digest is not None:
            yield test, digest


class _Identity:
    """What the names in a file's tests stand for."""

    def __init__(self, module: TestModule) -> None:
        self._tests = module
        self._module = module.module
        self._world = module.world
        self._names: dict[str, str | None] = {}
        self._around = self._environment()

    def of(self, test: Test) -> str | None:
        """The digest of a test."""
        shape = shape_of(test)
        if shape.relative:
            return None
        parameters = test.parameters
        parts = [self._around]
        for name in sorted(shape.free):
            standing = self._standing(name)
            if standing is None:
                return None
            parts.append(f"{name}={standing}")
        parts += [f"({name}={self._fixture(name, test)}" for name in test.fixtures if name not in parameters]
        parts.append("async" if test.function.is_async else "")
        parts.append(shape.text)
        return _digest("\n".join(parts))

    # -- names -----------------------------------------------------------------------------------------------------------

    def _standing(self, name: str) -> str | None:
        """What a name of the module stands for; None where that is the file's own in a way that cannot be compared."""
        if name not in self._names:
            self._names[name] = self._found(name, _DEPTH)
        return self._names[name]

    def _found(self, name: str, depth: int) -> str | None:
        if name in _OWN or depth == 0:
            return None
        table = self._module.table
        if name not in table:
            if name in _BUILTIN:
                return name
            return "*".join(self._module.stars) if self._module.stars else None
        parts = []
        for binding in table[name]:
            part = self._binding(binding, depth)
            if part is None:
                return None
            parts.append(part)
        return " or ".join(parts)

    def _binding(self, binding: Binding, depth: int) -> str | None:
        if binding.form in (IMPORT, FROM):
            return None if binding.module == "?" else f"{binding.module}:{binding.name}"
        if isinstance(binding.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return self._text([binding.node], depth)
        return self._text([binding.value], depth) if binding.value is not None else None

    def _text(self, nodes: Iterable[ast.AST], depth: int) -> str | None:
        """A definition of the file, with what the names in it stand for."""
        parts = []
        for node in nodes:
            parts.append(ast.dump(node))
            names = {inner.id for inner in walk(node) if isinstance(inner, ast.Name)}
            for name in sorted(names & self._module.table.keys() | names & _OWN):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and name == node.name:
                    continue
                standing = self._found(name, depth - 1)
                if standing is None:
                    return None
                parts.append(f"{name}={standing}")
        return _digest("\n".join(parts))

    # -- fixtures and what stands around --------------------------------------------------------------------------------

    def _fixture(self, name: str, test: Test, above: Function | None = None, depth: int = _DEPTH) -> str:
        found = self._world.fixtures.find(name, self._module, test.cls, above)
        return f"?{name}" if found is None else self._defined(found, test, depth)

    def _defined(self, fixture: Fixture, test: Test, depth: int) -> str:
        function = fixture.function
        text = self._place(function)
        if depth == 0:
            return text
        arguments = function.node.args
        asked = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        parts = [text]
        for name in asked:
            if name not in ("self", "cls", "request"):
                above = function if name == fixture.name else None
                parts.append(f"{name}={self._fixture(name, test, above, depth - 1)}")
        return f"[{' '.join(parts)}]"

    def _environment(self) -> str:
        """What stands around every test of the file."""
        parts: list[str] = []
        fixtures = self._world.fixtures
        for source in fixtures.sources(self._module):
            if not source.by_test:
                continue
            parts += [
                self._place(fixture.function)
                for fixture in fixtures.of_module(source).values()
                if is_autouse(self._world.functions.info(fixture.function).fixture)
            ]
        framing = [name for name in (*MODULE_FRAME, "pytestmark") if name in self._module.table]
        parts += [f"{name}={self._found(name, _DEPTH) or self._module.path}" for name in framing]
        return "\n".join(parts)

    def _place(self, function: Function) -> str:
        """A function of the file by its text, or else, as every other, by its place, which no other file has."""
        if function.module is self._module:
            text = self._text([function.node], _DEPTH)
            if text is not None:
                return text
        return f"{function.module.path}:{function.node.lineno}"


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
