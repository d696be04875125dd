"""Where orders are kept."""

from typing import Protocol

from shop.models import Order, OrderStatus

class OrderRepository(Protocol):
    """Keeps orders."""

    def add(self, order: Order) -> None:
        """Keeps an order; one with the same id is replaced."""

    def get(self, order_id: str) -> Order:
        """The order.

        Raises:
            KeyError: there is none with this id.
        """

    def find(self, status: OrderStatus, *, limit: int = 100) -> Iterable[Order]:
        """The orders of a status, oldest first, at most ``limit``."""
