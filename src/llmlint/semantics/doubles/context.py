"""What all judges of test doubles share: the file's evaluation, its patches by place, how values flow in its functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from llmlint.contracts.symbols import Class, Function, FunctionNode
from llmlint.semantics.doubles.flow import Flow
from llmlint.semantics.patch_targets import Replacement

if TYPE_CHECKING:
    from llmlint.semantics.analysis import FileAnalysis

COUNTED: Final = frozenset(
    {"patch", "patch.object", "patch.multiple", "monkeypatch.setattr", "monkeypatch.delattr", "mocker.patch",
     "mocker.patch.object", "mocker.patch.multiple"}
)  # fmt: skip
"""The forms of patches that make up the load of a test."""


class Context:
    """One file, evaluated."""

    def __init__(self, analysis: FileAnalysis) -> None:
        self.module = analysis.module
        self.evaluator = analysis.evaluator
        self.world = analysis.world
        self.mocks = analysis.evaluator.mocks
        self.patches = analysis.evaluator.patches
        self.wants = analysis.sink.wants
        """Whether somebody asks for nouns of a kind."""
        self._flows: dict[ast.AST, Flow] = {}
        self.inside: dict[ast.AST | None, list[Replacement]] = {}
        """What is replaced, by the function in whose body it is; None for decorators and the module."""
        for replacement in self.patches.replacements.values():
            self.inside.setdefault(replacement.inside, []).append(replacement)

    def flow(self, node: FunctionNode) -> Flow:
        """How values flow in a function, read once."""
        found = self._flows.get(node)
        if found is None:
            found = self._flows[node] = Flow(node)
        return found

    def active(self, function: Function, cls: Class | None) -> Iterator[Replacement]:
        """The patches of a test: in its body, on it, on its class."""
        yield from self.inside.get(function.node, ())
        decorators = [*function.node.decorator_list, *(cls.node.decorator_list if cls is not None else ())]
        for replacement in self.inside.get(None, ()):
            if any(replacement.node is decorator for decorator in decorators):
                yield replacement
