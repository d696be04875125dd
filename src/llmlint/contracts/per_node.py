"""What follows from the text below one node alone is found once, and stays with the node.

A tree outlives the reading of its file where somebody writes it (``project.rewriting``): what did not change keeps its nodes, and with them what
was found of them. Nodes may be moved to other rows, so that an answer holds nodes, names and texts, and never a row.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import update_wrapper
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=ast.AST)
Answer = TypeVar("Answer")


class _PerNode(Generic[Node, Answer]):
    def __init__(self, question: Callable[[Node], Answer]) -> None:
        self._question = question
        self._key = f"{question.__module__}.{question.__qualname__}"
        update_wrapper(self, question)

    def __call__(self, node: Node, /) -> Answer:
        kept = node.__dict__
        try:
            found: Answer = kept[self._key]
        except KeyError:
            found = kept[self._key] = self._question(node)
        return found


def per_node(question: Callable[[Node], Answer]) -> Callable[[Node], Answer]:
    """Asks a pure question about a node once. Nobody changes the answer."""
    return _PerNode(question)
