"""Tests of the checkout."""

from decimal import Decimal
from unittest.mock import MagicMock, Mock

import pytest

from shop import Cart, Checkout, OrderStatus
from shop.checkout import PaymentError
from shop.http import Response
from shop.schemas import OrderRequest


class TestPay:
    def test_order_is_paid(self, checkout, cart):
        order = checkout.pay(cart, "ann")
        assert order.status is OrderStatus.PAID
        assert order.total == Decimal("5.20")

    def test_order_is_kept(self, checkout, cart, repository):
        order = checkout.pay(cart, customer="ann")
        assert repository.get(order.id) is order

    def test_empty_cart(self, checkout):
        with pytest.raises(ValueError, match="empty"):
            checkout.pay(Cart(), "ann")

    def test_refused(self, checkout, cart, client):
        client.post.return_value = Response(402)
        with pytest.raises(PaymentError):
            checkout.pay(cart, "ann")
        assert repository.orders == {}

    def test_callback(self, repository, client, cart):
        on_paid = Mock()
        order = Checkout(repository, client, on_paid=on_paid).pay(cart, "ann")
        on_paid.assert_called_once_with(order)

    def test_repository_is_used(self, client, cart):
        repository = MagicMock()
        Checkout(repository, client).pay(cart, "ann")
        repository.add.assert_called_once()
        repository.save.assert_not_called()


class TestCancel:
    def test_cancel(self, checkout, paid_order):
        assert checkout.cancel(paid_order.id).status is OrderStatus.CANCELLED

    def test_cancel_shipped(self, checkout, paid_order):
        paid_order.status = OrderStatus.SHIPPED
        with pytest.raises(ValueError, match="shipped"):
            checkout.cancel(paid_order.id)

    def test_cancel_unknown(self, checkout):
        with pytest.raises(Exception):
            checkout.cancel("o-99999")


def test_open_orders(checkout, paid_orders):
    assert checkout.open_orders() == paid_orders


def test_request():
    request = OrderRequest(customer="ann", skus=["A-1"], coupon_code="SPRING")
    assert request.customer == "ann"
    assert request.skus


def test_checkout_works(checkout, cart):
    checkout.pay(cart, "ann")
    assert True
