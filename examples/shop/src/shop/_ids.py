"""Numbers of orders."""

import itertools

_counter = itertools.count(1)


def next_id() -> str:
    """The next order number, as ``o-00001``."""
    return f"o-{next(_counter):05}"
