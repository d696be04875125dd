"""Prices, as the price server tells them."""

from decimal import Decimal

from shop.http import HttpClient

CURRENCY: str
"""The currency of prices where none is asked for."""

class PriceError(Exception):
    """A price that cannot be told."""

def parse_price(text: str) -> Decimal:
    """Reads a price as ``12.50``, ``12,50 €`` or ``12.50 EUR``; blanks around it do not matter.

    Raises:
        PriceError: it is not a price.
    """

def fetch_price(client: HttpClient, sku: str, *, currency: str = ...) -> Decimal:
    """Asks the price server.

    Raises:
        PriceError: the server does not know the item, or what it answers is not a price.
        OSError: the server could not be reached.
    """

class PriceList:
    """Prices that were asked for once.

    Attributes:
        client: Who is asked.
        prices: What is known, by sku.
    """

    client: HttpClient
    prices: dict[str, Decimal]

    def __init__(self, client: HttpClient) -> None: ...
    def price(self, sku: str) -> Decimal:
        """The price of an item; the server is asked for it once.

        Raises:
            PriceError: as ``fetch_price``.
        """

    def refresh(self) -> int:
        """Asks again for every price that is known, and returns how many."""
