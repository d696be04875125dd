"""Where orders are kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from shop.models import Order, OrderStatus


class OrderRepository(Protocol):
    """Keeps orders."""

    def add(self, order: Order) -> None: ...

    def get(self, order_id: str) -> Order: ...

    def find(self, status: OrderStatus, *, limit: int = 100) -> Iterable[Order]: ...
