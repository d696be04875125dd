"""Buying what is in a cart."""

from __future__ import annotations

from collections.abc import Callable

from shop._ids import next_id
from shop.cart import Cart
from shop.http import HttpClient
from shop.models import Order, OrderStatus
from shop.repository import OrderRepository


class PaymentError(Exception):
    """The payment server refused."""


class Checkout:
    """Turns carts into orders."""

    def __init__(
        self,
        repository: OrderRepository,
        client: HttpClient,
        *,
        on_paid: Callable[[Order], None] | None = None,
    ) -> None:
        self.repository = repository
        self.client = client
        self.on_paid = on_paid

    def pay(self, cart: Cart, customer: str) -> Order:
        if not len(cart):
            raise ValueError("the cart is empty")
        order = Order(next_id(), customer, cart.total())
        response = self.client.post("/payments", {"order": order.id, "amount": str(order.total)}, timeout=10.0)
        if not response.ok:
            raise PaymentError(f"payment of {order.id} refused: {response.status_code}")
        order.status = OrderStatus.PAID
        self.repository.add(order)
        if self.on_paid is not None:
            self.on_paid(order)
        return order

    def cancel(self, order_id: str) -> Order:
        order = self.repository.get(order_id)
        order.cancel()
        return order

    def open_orders(self, limit: int = 100) -> list[Order]:
        return list(self.repository.find(OrderStatus.PAID, limit=limit))
