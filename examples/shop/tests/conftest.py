"""Shared fixtures."""

from decimal import Decimal
from unittest.mock import create_autospec

import pytest

from shop import Cart, Checkout, Item, Order, OrderStatus
from shop.http import HttpClient, Response


class FakeOrderRepository:
    """Keeps orders in memory."""

    def __init__(self):
        self.orders = {}

    def add(self, order):
        self.orders[order.id] = order

    def get(self, order_id):
        return self.orders[order_id]

    def find(self, status):
        return [order for order in self.orders.values() if order.status is status]


@pytest.fixture
def apple():
    return Item(sku="A-1", name="Apple", price=Decimal("0.50"))


@pytest.fixture
def bread():
    return Item(sku="B-1", name="Bread", price=Decimal("3.20"))


@pytest.fixture
def cart(apple, bread):
    cart = Cart()
    cart.add(apple, quantity=4)
    cart.add(bread)
    return cart


@pytest.fixture
def client():
    client = create_autospec(HttpClient, instance=True)
    client.post.return_value = Response(201)
    client.get.return_value = Response(200, b'{"price": "2.50 EUR"}')
    return client


@pytest.fixture
def repository():
    return FakeOrderRepository()


@pytest.fixture
def checkout(repository, client):
    return Checkout(repository, client)


@pytest.fixture
def paid_order(repository):
    order = Order("o-00042", "ann", Decimal("5.20"), OrderStatus.PAID)
    repository.add(order)
    return order
