"""A small shop: carts, prices, orders."""

from shop.cart import Cart as Cart
from shop.checkout import Checkout as Checkout
from shop.models import Item as Item
from shop.models import Order as Order
from shop.models import OrderStatus as OrderStatus

__all__ = ["Cart", "Checkout", "Item", "Order", "OrderStatus"]
