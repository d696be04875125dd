"""Prices, as the price server tells them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from shop.http import HttpClient

CURRENCY = "EUR"
ROUNDING = ROUND_HALF_UP

_PRICE = re.compile(r"(\d+)[.,](\d{2})\s*(EUR|€)?")


class PriceError(Exception):
    """A price that cannot be told."""


def parse_price(text: str) -> Decimal:
    match = _PRICE.fullmatch(text.strip())
    if match is None:
        raise PriceError(f"not a price: {text!r}")
    return Decimal(f"{match[1]}.{match[2]}")


def fetch_price(client: HttpClient, sku: str, *, currency: str = CURRENCY) -> Decimal:
    return _read(client, f"/prices/{sku}?currency={currency}")


def _read(client: HttpClient, path: str) -> Decimal:
    response = client.get(path, timeout=2.0)
    if not response.ok:
        raise PriceError(f"{path}: {response.status_code}")
    return parse_price(response.json()["price"])


class PriceList:
    """Prices that were asked for once."""

    def __init__(self, client: HttpClient) -> None:
        self.client = client
        self.prices: dict[str, Decimal] = {}

    def price(self, sku: str) -> Decimal:
        if sku not in self.prices:
            self.prices[sku] = fetch_price(self.client, sku)
        return self.prices[sku]

    def refresh(self) -> int:
        for sku in self.prices:
            self.prices[sku] = fetch_price(self.client, sku)
        return len(self.prices)
