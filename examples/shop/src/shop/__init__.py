"""A small shop: carts, prices, orders."""

from shop.cart import Cart
from shop.checkout import Checkout
from shop.models import Item, Order, OrderStatus

__all__ = ["Cart", "Checkout", "Item", "Order", "OrderStatus"]
