"""Tests of discounts."""

from decimal import Decimal

import pytest

from shop._ids import next_id
from shop.cart import COUPONS, Cart, CartLine
from shop.discounts import BulkDiscount


@pytest.mark.parametrize("code", sorted(COUPONS))
def test_coupon(cart, code):
    assert cart.apply_coupon(code) == COUPONS[code]


def test_bulk_discount(cart):
    assert BulkDiscount(minimum=3).apply(cart) == Decimal("4.68")


def test_lines(apple):
    cart = Cart()
    cart.add(apple)
    assert cart.items == [CartLine(apple, 1).item]


def test_number_of_an_order():
    assert next_id() != next_id()
