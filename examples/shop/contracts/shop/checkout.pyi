"""Buying what is in a cart."""

from collections.abc import Callable

from shop.cart import Cart
from shop.http import HttpClient
from shop.models import Order
from shop.repository import OrderRepository

class PaymentError(Exception):
    """The payment server refused."""

class Checkout:
    """Turns carts into orders.

    Attributes:
        repository: Where paid orders are kept.
        client: Of the payment server.
        on_paid: Called with each order that was paid, after it was kept.
    """

    repository: OrderRepository
    client: HttpClient
    on_paid: Callable[[Order], None] | None

    def __init__(
        self,
        repository: OrderRepository,
        client: HttpClient,
        *,
        on_paid: Callable[[Order], None] | None = None,
    ) -> None: ...
    def pay(self, cart: Cart, customer: str) -> Order:
        """Pays for the cart by one POST to ``/payments``, keeps the paid order and returns it.

        Raises:
            ValueError: the cart is empty.
            PaymentError: the server answered with a status of 400 or more; nothing is kept.
        """

    def cancel(self, order_id: str) -> Order:
        """Cancels an order that was kept.

        Raises:
            KeyError: there is no such order.
            ValueError: it is final.
        """

    def open_orders(self, limit: int = 100) -> list[Order]:
        """The orders that are paid and not shipped, at most ``limit``."""
