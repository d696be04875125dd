"""The nearest real name to one that does not exist."""

from collections.abc import Iterable

def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of ``names`` that a writer of ``name`` most likely meant, or None where none is near.

    In this order: the same but for case and underscores; one slip of the finger; the same words but for a leading verb
    of the same meaning (``fetch_total`` for ``get_total``, ``items`` for ``get_items``, never ``add_item`` for
    ``remove_item``), a trailing particle or their order; the most alike by ``difflib``. Ties are broken by the alphabet,
    so that the answer does not depend on the order of ``names``.
    """
    ...

def twin(name: str, names: Iterable[str]) -> str | None:
    """The one of ``names`` that differs from ``name`` in case and underscores only."""
    ...

def unmistakable(name: str, near: str | None, names: Iterable[str]) -> bool:
    """Whether ``near`` is what a writer of ``name`` meant beyond doubt.

    It is where the two differ in case and underscores or by one slip of the finger, and no other of ``names`` is as near.
    """
