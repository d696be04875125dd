"""What follows from a class statement: its members, its bases and their order, its fields, its constructor.

A chain of classes, each built on the ones before it: `Ancestry`, `Members`, `Openness`, `Shapes`.
"""

from __future__ import annotations

from llmlint.contracts.shapes import Shapes


class Classes(Shapes):
    """Computes, once a class, what follows from its statement. Needs the ``Library`` to follow names."""
