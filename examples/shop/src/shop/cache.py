"""Prices kept for a while."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from decimal import Decimal


class PriceCache:
    """An asynchronous cache."""

    def __init__(self, load: Callable[[str], Awaitable[Decimal]], *, ttl: float = 60.0) -> None:
        self.ttl = ttl
        self._load = load
        self._entries: dict[str, tuple[float, Decimal]] = {}

    async def get(self, sku: str) -> Decimal | None:
        until, price = self._entries.get(sku, (0.0, Decimal(0)))
        return price if until > time.monotonic() else None

    async def put(self, sku: str, price: Decimal, *, ttl: float | None = None) -> None:
        self._entries[sku] = (time.monotonic() + (self.ttl if ttl is None else ttl), price)

    async def get_or_load(self, sku: str) -> Decimal:
        price = await self.get(sku)
        if price is None:
            price = await self._load(sku)
            await self.put(sku, price)
        return price

    def size(self) -> int:
        return len(self._entries)

    def clear(self) -> None:
        self._entries.clear()
