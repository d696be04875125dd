"""What a disagreement is, and the words for it."""

from __future__ import annotations

import ast
import re
from typing import Final, Literal

from llmlint.contracts.symbols import Module
from llmlint.model.diagnostic import Anchor
from llmlint.model.position import Truth
from llmlint.model.record import record

Kind = Literal["missing", "extra", "signature", "kind", "async", "type", "bases", "value"]

FROZEN: Final = re.compile(r"# Frozen by llmlint: [0-9a-f]{12}\b")
"""The first line of a contract that llmlint wrote: it says that everything public is in it."""


@record
class Drift:
    """One disagreement. ``name`` is dotted below the module (``Cart.add``), ``at`` stands in the contract."""

    at: Anchor
    kind: Kind
    name: str
    message: str
    truth: Truth | None


def short(node: ast.expr) -> str:
    """An expression on one line, cut where it is long."""
    text = ast.unparse(node)
    return text if len(text) <= 40 else f"{text[:37]}..."


def is_complete(contract: Module) -> bool:
    """Whether a contract claims to say all that the source says, and just that: llmlint wrote it."""
    return FROZEN.match(contract.text) is not None
