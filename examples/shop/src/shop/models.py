"""What is sold and what was ordered."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class OrderStatus(Enum):
    """Where an order stands."""

    NEW = "new"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in {OrderStatus.SHIPPED, OrderStatus.CANCELLED}


@dataclass(frozen=True)
class Item:
    """Something that can be bought."""

    sku: str
    name: str
    price: Decimal


@dataclass
class Order:
    """A cart that was bought."""

    id: str
    customer: str
    total: Decimal
    status: OrderStatus = OrderStatus.NEW

    def cancel(self) -> None:
        if self.status.is_final:
            raise ValueError(f"order {self.id} is {self.status.value}")
        self.status = OrderStatus.CANCELLED
