"""The abstract interpreter: evaluates a module's statements in order, over values, and records what cannot be done.

A chain of classes, each built on the ones before it and knowing none after it: `Evaluation` (state), `Lookup` (names), `Judgements`
(what is told), `Access` (attributes), `Assignments`, `Invocation` (calls), `Expressions`, `Statements`, `Definitions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.semantics.definitions import Definitions
from llmlint.semantics.mocks.mocks import Mocks
from llmlint.semantics.narrowing import Narrowing
from llmlint.semantics.patches import Patches
from llmlint.semantics.specials import Specials

if TYPE_CHECKING:
    from llmlint.contracts.symbols import Module
    from llmlint.semantics.sink import Sink
    from llmlint.semantics.world import World


class Evaluator(Definitions):
    """Evaluates the code of one module; quiet (no sink) for code that is only asked what it gives."""

    def __init__(self, world: World, module: Module, sink: Sink | None) -> None:
        super().__init__(world, module, sink)
        self.mocks = Mocks(self)
        self.patches = Patches(self)
        self.narrowing = Narrowing(self)
        self.specials = Specials(self)
