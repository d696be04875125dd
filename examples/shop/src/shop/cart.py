"""The shopping cart."""

from __future__ import annotations

from decimal import Decimal

from shop.models import Item

COUPONS = {"SPRING": Decimal("0.10"), "STAFF": Decimal("0.50")}


class Cart:
    """Items and how many of each."""

    def __init__(self, currency: str = "EUR") -> None:
        self.currency = currency
        self.discount_rate = Decimal(0)
        self._lines: dict[str, tuple[Item, int]] = {}

    def __len__(self) -> int:
        return sum(quantity for _, quantity in self._lines.values())

    def __contains__(self, sku: str) -> bool:
        return sku in self._lines

    @property
    def items(self) -> list[Item]:
        return [item for item, _ in self._lines.values()]

    def add(self, item: Item, quantity: int = 1) -> None:
        if quantity < 1:
            raise ValueError("quantity must be at least 1")
        _, there = self._lines.get(item.sku, (item, 0))
        self._lines[item.sku] = (item, there + quantity)

    def remove(self, sku: str) -> None:
        del self._lines[sku]

    def quantity(self, sku: str) -> int:
        return self._lines[sku][1] if sku in self._lines else 0

    def apply_coupon(self, code: str) -> Decimal:
        self.discount_rate = COUPONS[code]
        return self.discount_rate

    def subtotal(self) -> Decimal:
        return sum((item.price * quantity for item, quantity in self._lines.values()), Decimal(0))

    def total(self) -> Decimal:
        return self.recalculate(self.discount_rate)

    def recalculate(self, rate: Decimal) -> Decimal:
        """Public for the admin tool only; not part of the contract."""
        return (self.subtotal() * (1 - rate)).quantize(Decimal("0.01"))
