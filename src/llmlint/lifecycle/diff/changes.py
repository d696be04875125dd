"""One change of a public surface."""

from __future__ import annotations

from dataclasses import dataclass, field

from llmlint.model.position import Truth
from llmlint.model.record import record


@record
class Change:
    """What changed, whether it breaks those who rely on the old state, and why."""

    symbol: str
    """Dotted, with its module: ``shop.cart.Cart.add``."""
    kind: str
    """Kebab case: ``removed``, ``parameter-added``, ``return-type`` …; ``KINDS`` has all."""
    breaking: bool
    why: str
    """One sentence: what is different, and for whom it matters."""
    old: Truth | None = None
    new: Truth | None = None
    before: str = ""
    """What it was, in the words of the old state; empty for what is new."""
    after: str = ""
    parameter: str = ""
    """For the kinds that begin with ``parameter``."""


@dataclass(slots=True)
class Report:
    """All changes between two states, and the tests that they concern."""

    changes: list[Change] = field(default_factory=list)
    tests: dict[str, list[str]] = field(default_factory=dict)
    """Symbol → tests that use it, as pytest names them."""
    problems: list[str] = field(default_factory=list)
    """Modules that could not be read, with place."""

    @property
    def breaking(self) -> int:
        """How many changes break somebody."""
        return sum(change.breaking for change in self.changes)


KINDS = {
    "module-removed": "a public module is gone",
    "module-added": "there is a new public module",
    "removed": "a function, class, member or variable is gone",
    "renamed": "something is gone, and something of the same shape has appeared beside it",
    "added": "there is something new",
    "kind": "it is another kind of thing: a class and no function, an attribute and no method, static and no longer bound",
    "async": "it has to be awaited, or no longer is",
    "parameter-added": "a function takes one more parameter",
    "parameter-removed": "a function no longer takes a parameter",
    "parameter-renamed": "a parameter has another name in the same place",
    "parameter-reordered": "the same parameters come in another order",
    "parameter-kind": "a parameter is given in another way: by position, by keyword, or both",
    "parameter-required": "a parameter has a default and had none, or the other way round",
    "parameter-default": "a parameter has another default",
    "parameter-type": "a parameter takes another type",
    "return-type": "a function gives another type",
    "overload-removed": "a way to call a function is gone",
    "overload-added": "there is a new way to call a function",
    "base-removed": "a class no longer derives from another",
    "base-added": "a class derives from one more",
    "base-changed": "a class derives from another with other type arguments",
    "abstract": "a method has to be written by subclasses, or no longer has",
    "final": "a class or method may not be overridden any more, or again may",
    "frozen": "instances can no longer, or can again, be changed",
    "type": "a variable, field, property or key has another type",
    "value": "a constant has another value",
    "enum-member-removed": "an enum has lost a member",
    "enum-member-added": "an enum has a new member",
    "enum-value": "an enum member has another value",
    "key-removed": "a TypedDict has lost a key",
    "key-added": "a TypedDict has a new key",
    "key-required": "a key of a TypedDict is required and was not, or the other way round",
    "protocol-member-added": "a Protocol asks for one more member",
    "protocol-member-removed": "a Protocol no longer has a member",
    "field-added": "a dataclass, model or named tuple has a new field",
    "field-removed": "a dataclass, model or named tuple has lost a field",
    "field-required": "a field has a default and had none, or the other way round",
    "field-default": "a field has another default",
    "field-reordered": "the fields, and so the constructor's parameters, come in another order",
    "raises-added": "an exception is documented that was not",
    "raises-removed": "an exception is no longer documented",
}
"""Every kind, with what it means."""
