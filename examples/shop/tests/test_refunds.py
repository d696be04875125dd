"""Tests of refunds."""

from shop import OrderStatus


def test_refund(checkout, paid_order):
    order = await checkout.cancel(paid_order.id)
    assert order.status is OrderStatus.CANCELLED
