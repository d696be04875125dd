"""How a reader calls the thing that a name was looked up on."""

from __future__ import annotations

from llmlint.semantics.nouns import Owner


def lacks(owner: Owner, name: str) -> str:
    """``'Cart' has no attribute 'totl'``, in the words that fit the owner's kind."""
    match owner.kind:
        case "enum":
            return f"enum '{owner.name}' has no member '{name}'"
        case "typed dict":
            return f"'{owner.name}' has no key '{name}'"
        case "super":
            return f"no base of '{owner.name}' has an attribute '{name}'"
        case "instance":
            return f"'{owner.name}' has no attribute '{name}'"
        case kind:
            return f"{kind} '{owner.name}' has no attribute '{name}'"
