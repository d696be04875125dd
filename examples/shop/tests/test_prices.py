"""Tests of the price list."""

from decimal import Decimal
from unittest.mock import patch

import pytest

from shop.http import Response
from shop.prices import ROUNDING, PriceError, PriceList, fetch_price, parse_price


@pytest.mark.parametrize(("text", "expected"), [("12.50", "12.50"), (" 12,50 € ", "12.50"), ("0.99 EUR", "0.99")])
def test_parse_price(text, expected):
    assert parse_price(text) == Decimal(expected)


@pytest.mark.parametrize("text", ["", "free", "12", "12.5"])
def test_parse_price_rejects(text):
    with pytest.raises(PriceError, match="not a price"):
        parse_price(text)


def test_rounding():
    assert Decimal("2.345").quantize(Decimal("0.01"), rounding=ROUNDING) == Decimal("2.35")


def test_fetch_price(client):
    assert fetch_price(client, "A-1") == Decimal("2.50")
    client.get.assert_called_once_with("/prices/A-1?currency=EUR", 2.0)


def test_fetch_price_in_dollars(client):
    fetch_price(client, "A-1", currency="USD")
    client.get.assert_called_once_with("/prices/A-1?currency=USD", timeout=2.0)


def test_fetch_unknown_price(client):
    client.get.return_value = Response(404)
    with pytest.raises(PriceError):
        fetch_price(client, "X-9")


class TestPriceList:
    @pytest.fixture
    def prices(self, client):
        return PriceList(client)

    def test_price_is_asked_for_once(self, prices, client):
        assert prices.price("A-1") == prices.price("A-1") == Decimal("2.50")
        client.get.called_once()

    def test_price_uses_fetch(self, prices):
        with patch("shop.prices.fetch_price", return_value=Decimal("9.99")) as fetch:
            assert prices.price("A-1") == Decimal("9.99")
        fetch.assert_called_once_with(prices.client, "A-1")

    def test_price_reads_the_answer(self, prices):
        with patch("shop.prices._read", autospec=True, return_value=Decimal("1.00")):
            assert prices.price("A-1") == Decimal("1.00")

    @patch("shop.prices.requests.get", autospec=True)
    def test_refresh(self, get, prices):
        get.return_value = Response(200, b'{"price": "3.00"}')
        prices.price("A-1")
        assert prices.refresh() == 1
