"""How a reader calls the thing that a name was looked up on."""

from llmlint.semantics.nouns import Owner

def lacks(owner: Owner, name: str) -> str:
    """``'Cart' has no attribute 'totl'``, in the words that fit the owner's kind."""
    ...
