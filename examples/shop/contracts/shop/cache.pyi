"""Prices kept for a while."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

class PriceCache:
    """An asynchronous cache.

    Attributes:
        ttl: How long a price is kept, in seconds, where nothing else is said.
    """

    ttl: float

    def __init__(self, load: Callable[[str], Awaitable[Decimal]], *, ttl: float = 60.0) -> None: ...
    async def get(self, sku: str) -> Decimal | None:
        """The price, or None where it is not known or too old."""

    async def put(self, sku: str, price: Decimal, *, ttl: float | None = None) -> None:
        """Keeps a price for ``ttl`` seconds (default: the cache's)."""

    async def get_or_load(self, sku: str) -> Decimal:
        """The price; where it is not known it is loaded and kept."""

    def size(self) -> int:
        """How many prices are kept, old ones too."""

    def clear(self) -> None:
        """Forgets all prices."""
